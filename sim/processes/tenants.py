"""Tenancies: who qualifies, what a committee sees, how much space a firm takes, who gets which place, how it begins."""

from __future__ import annotations

import numpy as np

from sim.population.premises import ENCLAVE, KINDS, MAKER
from sim.processes.tenancy import admit, rooms

GROUP = "carriers"  # row group of the ledger


def qualified(firms, p, rows) -> np.ndarray:
    """Meets a condition of graduation: certified, or enough sales over two years (rows,)."""
    sales = firms.sales_1.take(rows, mode="clip")
    sales += firms.sales_2.take(rows, mode="clip")
    return (firms.cert_year.take(rows, mode="clip") > 0) | (sales >= p["carrier.graduate_sales"])


def score(world, rows) -> np.ndarray:
    """What an admission committee sees (rows,): merit, R&D intensity against other young firms, and the pitch."""
    firms, p = world.firms, world.numbers
    mean, sd = world.carriers.usual_intensity
    depth = (np.log(np.maximum(firms.desired_intensity.take(rows, mode="clip"), 1e-4)) - mean) / sd
    seen = p["carrier.score_merit"] * firms.merit.take(rows, mode="clip") + p["carrier.score_intensity"] * depth
    seen += world.carriers.traits.pitch.take(firms.identity.take(rows, mode="clip"), mode="clip")
    return seen


def space(world, kind, rows) -> np.ndarray:
    """Space that firms take (rows,): m², in maker spaces desks."""
    firms, p, table = world.firms, world.numbers, world.carriers
    if kind == MAKER:
        return np.minimum(np.maximum(np.ceil(firms.employment[rows]), 1.0), p["carrier.desk_limit"])
    room = p["enclave.room"] if kind == ENCLAVE else p["carrier.room"]
    return rooms(firms.employment[rows], table.usual_staff, room, p["carrier.room_elasticity"], p["carrier.room_limit"])


def allot(world, kind, rows, rank, need) -> np.ndarray:
    """Carrier of each applicant for a kind, -1 for none (rows,): first in one of its sector, then any of the district."""
    firms, table = world.firms, world.carriers
    districts, sectors = len(world.place.districts), len(world.place.sectors)
    free = table.free() * (table.kind != ENCLAVE)
    home = districts * table.kind + table.district
    cell = districts * kind + firms.district[rows]
    lot = firms.lot[rows]
    found = np.full(len(rows), -1)
    # Carriers of a sector are few, so few applicants have one that may take them.
    special = (table.sector >= 0) & (free > 0)
    own = home * sectors + table.sector
    offered = np.zeros(len(KINDS) * districts * sectors, bool)
    offered[own[special]] = True
    fits = cell * sectors + firms.sector[rows]
    at = np.flatnonzero(offered[fits])
    if len(at):
        found[at] = admit(fits[at], rank[at], lot[at], need[at], own, free * special, table.quality)
        got = np.flatnonzero(found >= 0)
        free = free - np.bincount(found[got], need[got], table.rows)
    left = np.flatnonzero(found < 0)
    found[left] = admit(cell[left], rank[left], lot[left], need[left], home, free, table.quality)
    return found


def take(world, rows, chosen, need) -> None:
    """Begin these tenancies; who held a place before leaves it."""
    firms, table = world.firms, world.carriers
    if not len(rows):
        return
    table.stale = table.begun = True
    handed = firms.awaits[rows] > 0
    old = firms.carrier[rows]
    has = np.flatnonzero(old >= 0)
    if len(has):
        table.occupied -= np.bincount(old[has], firms.space[rows[has]], table.rows)
    table.occupied += np.bincount(chosen, need, table.rows)
    firms.carrier[rows], firms.space[rows] = chosen, need
    firms.hub[rows] = table.hub[chosen]
    firms.tenant_since[rows] = world.quarter
    firms.awaits[rows] = firms.waited[rows] = 0
    enclave, number = np.count_nonzero(table.kind[chosen] == ENCLAVE), np.count_nonzero(handed)
    table.flows["admissions"] += float(len(rows) - enclave)
    table.flows["enclave_admitted"] += float(enclave)
    table.flows["handoffs"] += float(number)
    if number and world.quarter >= 0:
        for support in world.rules.premises.supports:
            if support.fee:
                agency = world.agencies[support.agency]
                fee = np.full(number, np.rint(support.fee))
                agency.pay_group(world, "carrier_fee", GROUP, chosen[handed], fee)
