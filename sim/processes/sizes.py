"""A call's money split by the size of firms: each class has a part of it for its own best, what a class leaves is for all."""

from __future__ import annotations

import numpy as np


# -- kernel ----------------------------------------------------------------------------------------------------------
def split(size, amount, rooms):
    """Order in which files are taken that stand in the order of merit (rows,): of every class of `size` (0, 1, ...) the
    best that its room covers (RMB, one a class), then all others by merit."""
    first = np.zeros(len(size), bool)
    for k, room in enumerate(rooms):
        of = size == k
        first |= of & (np.cumsum(amount * of) <= room)
    return np.concatenate([np.flatnonzero(first), np.flatnonzero(~first)])


# -- what processes ask ----------------------------------------------------------------------------------------------
def classes(world, rows):
    """0 small, 1 above scale, 2 large, by sales of last year (rows,)."""
    rule = world.rules.sizes
    return np.searchsorted([rule.above_scale, rule.leader], world.firms.sales_1[rows], side="right")


def first(world, rows, amount, room):
    """Order for files of these firms that stand in the order of merit; None where money is not split by size."""
    rule = world.rules.sizes
    if rule is None or not len(rows):
        return None
    return split(classes(world, rows), amount, [rule.part * share * room for share in rule.shares])
