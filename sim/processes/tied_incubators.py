"""Incubators tied to a university or institute: its founders come first there, pay less and bring its contacts at full
strength. Their places are taken from others of more merit, and founders who were staff are missed at home.
"""

from __future__ import annotations

import numpy as np

from sim.population.premises import INCUBATOR
from sim.processes.links import LEVELS
from sim.processes.tenancy import admit
from sim.processes.tenants import take


# -- kernels ---------------------------------------------------------------------------------------------------------
def push(most, room, number, chance):
    """Log-odds given to so many founders who would come with this chance, so that at most `room` more of them come."""
    return min(most, room / max(number * chance * (1 - chance), 1e-9)) if number else 0.0


# -- who is tied -----------------------------------------------------------------------------------------------------
def tied(world):
    """Incubators that are tied to an institute (carriers,)."""
    table, terms = world.carriers, world.rules.premises.institutes
    return (table.kind == INCUBATOR) & (table.tie_lot < terms.linked)


def spin_offs(world, rows, home):
    """Log-odds for founders of the cast whose institute has an incubator in their district (rows,)."""
    terms, p, cast = world.rules.premises.institutes, world.numbers, world.cast
    if terms is None:
        return 0.0
    near = np.zeros(len(world.place.districts), bool)
    near[world.carriers.district[tied(world)]] = True
    served = (home >= 0) & near[cast.district[rows]]
    institutes = len(np.unique(home[served]))
    return served * push(terms.push, terms.spin_offs / 4 * institutes, int(served.sum()), p["entry.base_probability"])


# -- admission -------------------------------------------------------------------------------------------------------
def welcome(world, rows, kind):
    """Applicants whom no bar keeps out, because their institute has a tied incubator in the district (rows,)."""
    if world.rules.premises.institutes is None or not len(rows):
        return False
    near = np.zeros(len(world.place.districts), bool)
    near[world.carriers.district[tied(world)]] = True
    return (kind == INCUBATOR) & (world.firms.university[rows] >= 0) & near[world.firms.district[rows]]


def seat(world, rows, kind, rank, need):
    """Founders from institutes take rooms of tied incubators first; returns who is left with kind, rank and need."""
    first = welcome(world, rows, kind)
    if first is False or not first.any():
        return rows, kind, rank, need
    firms, table = world.firms, world.carriers
    at = np.flatnonzero(first)
    chosen = admit(firms.district[rows[at]], rank[at], firms.lot[rows[at]], need[at], table.district,
                   table.free() * tied(world), table.quality)  # fmt: skip
    got = at[chosen >= 0]
    take(world, rows[got], chosen[chosen >= 0], need[got])
    _bring(world, rows[got])
    left = np.ones(len(rows), bool)
    left[got] = False
    return rows[left], kind[left], rank[left], need[left]


def _bring(world, rows):
    """Their tie works as after many projects; the institute lacks those who left."""
    ties, terms, home = world.ties, world.rules.premises.institutes, world.firms.university[rows]
    own = np.full(world.firms.rows, -1)
    own[rows] = home
    at = np.flatnonzero((own[ties.slot] == ties.university) & (ties.code < ties.levels))
    ties.code[at] = ties.done[at] = LEVELS - 1
    knowledge = world.universities.knowledge
    knowledge *= (1 - terms.drain) ** np.bincount(home, minlength=len(knowledge))
    world.carriers.flows["institute_seats"] += float(len(rows))


def support(world) -> None:
    """Part of the rent of founders from institutes in tied incubators; in the fourth quarter the incubators' grant."""
    terms = world.rules.premises.institutes
    if terms is None:
        return
    firms, table, agency = world.firms, world.carriers, world.agencies[terms.agency]
    members = tied(world)
    inside = np.flatnonzero(members[table.at] & (firms.university[table.seats] >= 0))
    rows, at = table.seats[inside], table.at[inside]
    paid = agency.pay_now(world, "rent_support", rows, np.rint(terms.rent_share * table.price()[at] * firms.space[rows]))
    firms.profit_year[rows] += paid
    if world.season == 3:
        mine = np.flatnonzero(members)
        agency.pay_group(world, "carrier_award", "carriers", mine, np.full(len(mine), np.rint(terms.grant)))
