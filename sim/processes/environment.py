"""Fewer steps for a start-up and for running a firm: more founders and projects come, the last of them weaker, and firms
keep a part of their costs."""

from __future__ import annotations

import numpy as np

from sim.population.initial import FOUNDER


def without(chance, odds):
    """Chance of coming without so many log-odds (rows,)."""
    return 1 / (1 + (1 / np.maximum(chance, 1e-12) - 1) * np.exp(odds))


def eased(world) -> float:
    """Set-up cost saved, as a part of it."""
    terms = world.rules.environment
    return terms.setup_saved / world.numbers["entry.setup_cost"] if terms else 0.0


def push(world) -> float:
    """Log-odds for outside projects."""
    return world.numbers["entry.support_response"] * eased(world)


def weaken(world, chance, first, coming, slots) -> None:
    """Founders who came only because it is easier begin with a lower margin. `chance` of the arrivals from row `first` of
    the cast on, `coming` rows of the cast that take these `slots`."""
    terms = world.rules.environment
    if terms is None or not terms.weaker:
        return
    cast = world.cast
    at = np.flatnonzero(cast.kind[coming] == FOUNDER)
    usual = without(chance[coming[at] - first], push(world))
    marginal = slots[at[cast.outside_option[coming[at]] >= usual]]
    world.firms.margin_luck[marginal] -= terms.weaker


def kept(world) -> float:
    """Part of sales that firms keep because steps are saved."""
    return world.rules.environment.cost_saved if world.rules.environment else 0.0
