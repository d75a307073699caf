"""Offices talk to firms: roadshows, assistants who look after some of them, visits to the largest. Who was told knows of
programmes whatever its rank; helped firms pay less for an application, and some are pushed to file what is not worth it.
"""

from __future__ import annotations

import numpy as np


# -- kernels ---------------------------------------------------------------------------------------------------------
def attendance(reach, near, knows, weight_near, weight_new, there=None):
    """Chance to be at a talk in a year (rows,), `reach` on average over those who are `there` (rows,; None = all): larger
    for those near by, smaller for who knows nothing."""
    weight = np.where(near, weight_near, 1.0) * np.where(knows, 1.0, weight_new)
    here = weight if there is None else weight.compress(there)
    return np.minimum(reach * weight * len(here) / max(float(here.sum()), 1e-9), 1.0)


def cut(sizes, number):
    """Size that so many firms (rows,) reach; infinite for none."""
    number = min(int(number), len(sizes))
    return float(np.partition(sizes, -number)[-number]) if number > 0 else np.inf


# -- state -----------------------------------------------------------------------------------------------------------
class Told:
    """Who has been told: after a talk until a quarter, by slot; helped up to a lot; visited from a size on."""

    def __init__(self, rows: int):
        self.until = np.zeros(rows, np.int64)
        self.who = np.full(rows, -1)
        self.share = 0.0  # of the firms that an assistant looks after
        self.size = np.inf  # RMB/year
        self.mask = np.zeros(rows, bool)  # who knows this quarter
        self.ends: set[int] = set()  # quarters in which some forget


def start(world) -> None:
    """Nobody has been told."""
    world.told = None


def hold(world) -> None:
    """Once a year, or when the first begins: who comes to talks, who is helped and visited."""
    delivery = world.rules.delivery
    running = delivery.roadshow or delivery.helpers or delivery.calls
    if world.told is None and not running:
        return
    first = world.told is None
    state = world.told = world.told or Told(world.firms.rows)
    if world.season == 0 or first or not running:
        firms, n = world.firms, world.firms.count
        alive = max(int(np.count_nonzero(firms.alive[:n])), 1)
        state.share = min(delivery.helpers.firms / alive, 1.0) if delivery.helpers else 0.0
        state.size = cut(firms.sales_1[:n], min(delivery.calls.firms, alive)) if delivery.calls else np.inf
        if delivery.roadshow:
            _talk(world, delivery.roadshow)
        _note(world)
    elif world.quarter in state.ends:
        _note(world)
    else:  # a slot is free for a quarter before another firm takes it
        state.mask[: world.firms.count] &= world.firms.alive[: world.firms.count]


def _note(world):
    """Who knows from now on."""
    firms, n, state, delivery = world.firms, world.firms.count, world.told, world.rules.delivery
    mask = (state.until[:n] > world.quarter) & (state.who[:n] == firms.identity[:n])
    if delivery.helpers:
        mask |= helped(world, slice(0, n))
    if delivery.calls:
        mask |= visited(world, slice(0, n))
    state.mask[:n] = mask & firms.alive[:n]


def _talk(world, terms):
    firms, n, state = world.firms, world.firms.count, world.told
    near = (firms.carrier[:n] >= 0) | (world.ties.bits[:n] != 0)
    knows = firms.awareness[:n] < world.rules.delivery.awareness
    # Slots of firms that are gone must not count, or luck would hang on how often a slot is taken again.
    chance = attendance(terms.reach, near, knows, terms.near, terms.new, firms.alive[:n])
    came = np.flatnonzero(firms.alive[:n] & (world.luck.uniform("talk") < chance))
    state.ends.add(world.quarter + terms.quarters)
    state.until[came], state.who[came] = world.quarter + terms.quarters, firms.identity[came]


# -- what processes ask ----------------------------------------------------------------------------------------------
def heard(world, rows):
    """Whether firms have been told (rows,); False where there is nothing of the kind."""
    return False if world.told is None else world.told.mask[rows]


def helped(world, rows):
    """Whether an assistant looks after these firms (rows,)."""
    return world.told is not None and world.firms.lot[rows] < world.told.share


def visited(world, rows):
    """Whether officials visit these firms (rows,)."""
    return world.told is not None and world.firms.sales_1[rows] >= world.told.size


def saved(world, rows):
    """Part of the cost of an application that firms pay (rows,), and whether they file even what is not worth it."""
    terms = world.rules.delivery.helpers
    if terms is None or world.told is None:
        return 1.0, False
    mine = helped(world, rows)
    return np.where(mine, 1 - terms.help, 1.0), mine & (world.luck.uniform("push", rows) < terms.pushed)


def grace(world, n):
    """Further quarters in arrears before a visited firm must close (n,)."""
    calls = world.rules.delivery.calls
    return calls.grace * visited(world, slice(0, n)) if calls and world.told is not None else 0
