"""Rankings with others elsewhere, whose scores grow by themselves: what one gains another loses."""

from __future__ import annotations

import numpy as np

from sim.laws import NORMAL


# -- kernels ---------------------------------------------------------------------------------------------------------
def ahead(score, others, reach=np.inf):
    """How many of the others (rows, others) lie above each score (rows,), by no more than `reach`."""
    gap = others - score[:, None]
    return ((gap > 0) & (gap <= reach)).sum(axis=1)


def index(items, weights):
    """Log index of contestants (n,) from certified firms, reported R&D, sales and R&D units (4, n)."""
    weights = np.asarray(weights, float)
    return weights / max(float(weights.sum()), 1e-9) @ np.log(np.maximum(items, 1.0))


def seat(others, rank):
    """Score with which one has this rank among the others: in the middle between the two beside it."""
    line = np.concatenate([[np.inf], np.sort(others)[::-1], [-np.inf]])
    k = min(max(int(rank), 1), len(line) - 1)
    if k == 1:
        return float(np.nextafter(line[1], np.inf))
    return float(np.nextafter(line[k - 1], -np.inf)) if k == len(line) - 1 else float(line[k - 1] + line[k]) / 2


# -- state -----------------------------------------------------------------------------------------------------------
class Ranking:
    """Where contestants of this city stand among `field`. `key` keeps the luck of the rivals of one ranking apart."""

    def __init__(self, key: int):
        self.key = key
        self.base = self.rivals = self.rank = None

    def begin(self, world, levels, rank, field, number):
        """Before the first year all contestants have this rank."""
        self.rivals = world.numbers["scoring.spread"] * self._luck(world, max(int(field) - number, 1))
        self.base = levels - seat(self.rivals, rank)
        self.rank = np.full(len(levels), float(rank))

    def hold(self, world, levels, growth):
        """Rank the contestants (n,) on their levels after a year of the rivals' growth; returns the places gained."""
        self.rivals = self.rivals + growth + world.numbers["scoring.luck"] * self._luck(world, len(self.rivals))
        return self.note(levels)

    def note(self, levels):
        """Rank the contestants (n,) as things stand; returns the places gained."""
        self.score = score = levels - self.base
        self.others = np.concatenate([np.tile(self.rivals, (len(score), 1)), np.tile(score, (len(score), 1))], axis=1)
        before, self.rank = self.rank, 1 + ahead(score, self.others)
        return before - self.rank

    def within(self, reach):
        """Places that lie within reach (n,)."""
        return ahead(self.score, self.others, reach)

    def _luck(self, world, number):
        return NORMAL.of(world.luck.streams.sparse("rival", world.quarter, self.key + np.arange(number)))
