"""Distinctions that upper levels give to a few firms a year: who files for one, who gets it, and what others read into it.

The firms that look best file, at a cost; a panel that errs chooses among them. A distinction says what was, not what will be.
"""

from __future__ import annotations

import numpy as np

from sim.bands import first


# -- kernels ---------------------------------------------------------------------------------------------------------
def share_of_sector(sales, sector, sectors):
    """Part of the sales of these firms in their sector (rows,)."""
    return sales / np.maximum(np.bincount(sector, sales, sectors), 1.0)[sector]


def standing(achieved):
    """Rank among these firms in standard deviations (rows,), whatever the unit; zero where all are equal."""
    spread = float(achieved.std()) if len(achieved) else 0.0
    return (achieved - achieved.mean()) / spread if spread else np.zeros(len(achieved))


# -- state -----------------------------------------------------------------------------------------------------------
def start(world) -> None:
    """Nobody is distinguished."""
    world.distinguished = {}  # by programme: last quarter of it and identity of the holder, by slot


def holds(world, agency: str, rows) -> np.ndarray:
    """Whether these firms hold this distinction now (rows,)."""
    if agency not in world.distinguished:
        return np.zeros(len(world.firms.identity[rows]), bool)
    until, who = world.distinguished[agency]
    return (until[rows] >= world.quarter) & (who[rows] == world.firms.identity[rows])


def belief(world, rows, reader: str) -> np.ndarray:
    """What `bank` or `fund` reads into the distinctions of these firms (rows,), in its own units."""
    return sum(getattr(one, reader) * holds(world, one.agency, rows) for one in world.rules.distinctions)


# -- the yearly choice -----------------------------------------------------------------------------------------------
def choose(world) -> None:
    """Fourth quarter: files, a panel and its choice, for every distinction that is given."""
    for one in world.rules.distinctions:
        _choose(world, one)


def _choose(world, one):
    firms, n = world.firms, world.firms.count
    fits = firms.alive[:n] & (firms.cert_year[:n] > 0) & (firms.sales_1[:n] > 0) & (firms.sales_1[:n] <= one.most_sales)
    fits &= (firms.rd_1[:n] >= one.least_rd) & (firms.rd_1[:n] >= one.intensity * firms.sales_1[:n])
    fits &= firms.awareness[:n] < world.rules.delivery.awareness
    rows = np.flatnonzero(fits)
    if one.by_share:
        achieved = np.log(share_of_sector(firms.sales_1[rows], firms.sector[rows], len(world.place.sectors)))
    else:
        achieved = firms.productivity[rows]
    free = ~holds(world, one.agency, rows)
    rows, rank = rows[free], standing(achieved)[free]
    files = first(int(np.ceil(one.files * one.number)), -rank, firms.identity[rows])
    rows, rank = rows[files], rank[files]
    world.ledger.from_firms("application", np.rint(one.cost * firms.hassle[rows]), "outside", rows)
    seen = rank + world.luck.normal("distinction", rows)
    winners = np.sort(rows[first(round(one.number), -seen, firms.identity[rows])])
    blank = np.full(firms.rows, -1), np.full(firms.rows, -1)
    until, who = world.distinguished.setdefault(one.agency, blank)
    until[winners] = world.quarter + one.quarters
    who[winners] = firms.identity[winners]
    world.event(one.agency, winners)
