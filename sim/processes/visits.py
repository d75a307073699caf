"""Office and bank call on firms: for a year a firm that was called on knows of the loans, and its bank errs less about it.

Who was seen better may be refused sooner: nothing here makes a firm safer.
"""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.population.premises import INCUBATOR
from sim.processes.exit import size_edges

NEVER = -1.0


def call(world) -> None:
    """Choose whom to call on this quarter: technology firms that waited longest, small ones first, and whole incubators."""
    terms = world.rules.visits
    if terms is None:
        return
    firms, n, quarter = world.firms, world.firms.count, world.quarter
    if world.visited is None:
        world.visited = np.zeros(firms.rows, np.int64), np.full(firms.rows, -1)
    until, who = world.visited
    world.visit_terms = terms  # what was learned is not forgotten when visits end
    rows = np.flatnonzero(firms.alive[:n] & (firms.tier[:n] > 0) & ~_known(world, np.arange(n)))
    size = band(4 * firms.sales[rows], size_edges(world.numbers))
    before = np.where(who[rows] == firms.identity[rows], until[rows], NEVER)
    places = int(terms.firms)
    if len(rows) > places:
        turn = 4 * before + size + firms.lot[rows]  # the lot lies below one
        rows = rows[np.argpartition(turn, places)[:places]]
    chosen = np.concatenate([rows, _tenants(world, terms.incubators)])
    until[chosen] = quarter + terms.quarters
    who[chosen] = firms.identity[chosen]


def _tenants(world, share: float):
    """Tenants of the incubators whose turn it is: so large a share of all incubators a year, one after the other."""
    if share <= 0:
        return np.empty(0, np.int64)
    carriers, n = world.carriers, world.firms.count
    period = max(round(4 / share), 1)
    turn = (carriers.kind == INCUBATOR) & ((np.arange(len(carriers.kind)) + world.quarter) % period == 0)
    home = world.firms.carrier[:n]
    return np.flatnonzero((home >= 0) & turn[home] & world.firms.alive[:n])


def _known(world, rows):
    until, who = world.visited
    return (until[rows] > world.quarter) & (who[rows] == world.firms.identity[rows])


def seen(world, rows, knows, noise):
    """Awareness and the bank's error of applicants (rows,): a visit removes a share of the error that lasts."""
    if world.visited is None:
        return knows, noise
    p, called = world.numbers, _known(world, rows)
    lasting = p["credit.signal_noise"] * p["credit.noise_persistence"] * world.firms.opacity[rows]
    return knows | called, noise - world.visit_terms.information * called * lasting


def pitches(world, rows, usual: int):
    """Quarters of search that count for a firm at a meeting of funds: twice the usual for visited tenants (rows,)."""
    if world.visited is None or not world.visit_terms.incubators:
        return usual
    home = world.firms.carrier[rows]
    inside = (home >= 0) & (world.carriers.kind[home] == INCUBATOR)
    return usual * (1 + (inside & _known(world, rows)))
