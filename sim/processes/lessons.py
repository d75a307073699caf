"""What firms learn from work that is not their own laboratory's: knowledge, and the productivity that follows from it."""

from __future__ import annotations

import numpy as np


def credit(world, rows, amount) -> None:
    """Add knowledge (rows,) RMB, each row once; negative where R&D that was counted brought less than its cost."""
    firms, n = world.firms, world.firms.count
    know = np.maximum(firms.knowledge[rows], 1.0)
    amount = np.maximum(amount, 1.0 - know)
    better = world.numbers["knowledge.productivity_elasticity"] * np.log1p(amount / know)
    firms.knowledge[rows] = know + amount
    firms.productivity[rows] += better
    world.learned += float((firms.sales[rows] * better).sum()) / max(float(firms.sales[:n].sum()), 1.0)


def note(world, **flows: float) -> None:
    """Add to flows of the quarter."""
    for name, value in flows.items():
        world.flows[name] = world.flows.get(name, 0.0) + float(value)
