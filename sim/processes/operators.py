"""Money of carriers: rents and who bears them, awards, running cost, mentoring, owners; rents follow occupancy."""

from __future__ import annotations

import numpy as np

from sim.population.premises import ENCLAVE, KINDS, MAKER
from sim.processes import enclave_forms
from sim.processes.tenancy import rent_index
from sim.processes.tenants import GROUP


def settle_accounts(world) -> None:
    """Rents, in the fourth quarter awards, then what operators pay."""
    _bill(world)
    if world.season == 3:
        _awards(world)
    _operate(world)
    _move_rents(world)


def _bill(world):
    """Rents, borne by tenants and purses; tenants are spared the rent they would pay elsewhere."""
    firms, p, table, ledger = world.firms, world.numbers, world.carriers, world.ledger
    rows, at = table.seats, table.at
    price = table.price().take(at, mode="clip")
    kind, space = table.kinds, firms.space.take(rows, mode="clip")
    rent = np.rint(price * space)
    for support in world.rules.premises.supports:
        agency = world.agencies[support.agency]
        if support.rent_share:
            mine = np.flatnonzero(_served(support).take(kind))
            if support.vacancy:  # an enclave's: other forms have purses of their own
                mine = mine[enclave_forms.served(world, support, rows[mine])]
            part = np.rint(support.rent_share * price[mine] * np.minimum(space[mine], support.rent_area))
            paid = agency.pay_group(world, "rent_support", GROUP, at[mine], np.minimum(part, rent[mine]))
            rent[mine] -= paid
            firms.received[rows[mine]] += paid
            if support.clawback:
                firms.supported[rows[mine]] += paid
        if support.vacancy:
            empty = np.flatnonzero(table.kind == ENCLAVE)
            idle = np.rint(table.price() * (table.capacity - table.occupied) * enclave_forms.part(world, support))[empty]
            agency.pay_group(world, "vacancy", GROUP, empty, idle)
    ledger.between("rent", "firms", rows, GROUP, at, rent)
    # A desk replaces a few m² elsewhere; an enclave room the room at home that the plan of costs contains.
    elsewhere = np.where(kind == MAKER, price, 3 * p["carrier.market_rent"]) * space
    spared = np.rint(elsewhere)
    ledger.to_firms("rent_spared", spared, "households", rows)
    firms.profit_year[rows] += spared - rent


def _served(support) -> np.ndarray:
    """Flags of the kinds of carriers that a support is for."""
    return np.array([name in support.kinds for name in KINDS])


def _awards(world):
    """Fourth quarter: the best carriers of the year by graduates, certified tenants and space let."""
    firms, p, table = world.firms, world.numbers, world.carriers
    certified = np.bincount(table.at, firms.cert_year[table.seats] > 0, table.rows)
    result = (table.graduates_year + certified) / np.maximum(table.tenants, 1) + table.occupied / np.maximum(table.capacity, 1)
    for support in world.rules.premises.supports:
        if not support.awards:
            continue
        members = np.flatnonzero(_served(support)[table.kind])
        # Grades are given within a kind: maker spaces do not compete with incubators.
        for kind in sorted(set(table.kind[members].tolist())):
            mine = members[table.kind[members] == kind]
            order = mine[np.argsort(-result[mine], kind="stable")]
            first = 0
            for share, amount in support.awards:
                last = first + round(share * len(order))
                winners, first = order[first:last], last
                agency = world.agencies[support.agency]
                paid = agency.pay_group(world, "carrier_award", GROUP, winners, np.full(len(winners), np.rint(amount)))
                _to_owner(world, np.rint(p["carrier.owner_take"] * paid), winners)
    table.graduates_year[:] = 0


def _to_owner(world, amount, rows):
    for owner, mine in _owners(world.carriers):
        mine = mine[rows]
        world.ledger.from_rows("surplus", GROUP, amount[mine], owner, rows[mine])


def _owners(table):
    """Accounts of owners and the carriers of each (rows,)."""
    owners = [("city", table.public), ("households", ~table.public & ~table.sold)]
    return [*owners, ("outside", table.sold)] if table.sold.any() else owners


def _operate(world):
    """Operators pay for the space, then for mentors as far as the money goes; owners cover deficits and take surpluses."""
    p, table, ledger = world.numbers, world.carriers, world.ledger
    enclave = table.kind == ENCLAVE
    upkeep = np.rint(table.cost * np.where(enclave, table.index, 1.0) * table.capacity)
    ledger.from_rows("upkeep", GROUP, upkeep[table.local], "households", table.local)
    ledger.from_rows("lease", GROUP, upkeep[table.abroad], "outside", table.abroad)
    wanted = np.rint(p["carrier.mentoring_cost"] / 4 * table.support * table.tenants)
    # In an enclave the host's mentors are part of the lease.
    spent = np.where(enclave, 0.0, np.minimum(wanted, np.maximum(table.cash, 0)))
    ledger.from_rows("mentoring", GROUP, spent, "households")
    given = np.where(enclave | (wanted == 0), 1.0, spent / np.maximum(wanted, 1.0))
    table.service += p["carrier.service_memory"] * (given - table.service)
    short = np.maximum(-table.cash, 0.0)
    table.flows["operator_deficit"] = float(short.sum())
    everyone = np.arange(table.rows)
    for owner, mine in _owners(table):
        ledger.to_rows("owner_support", GROUP, short[mine], owner, everyone[mine])
    _to_owner(world, np.maximum(table.cash - np.rint(4 * p["carrier.reserve"] * upkeep), 0.0) * ~enclave, everyone)


def _move_rents(world):
    """Rents of local carriers follow their occupancy; those of hubs are set by the hub."""
    table, p = world.carriers, world.numbers
    occupancy = table.occupied / np.maximum(table.capacity, 1.0)
    moved = rent_index(table.index, occupancy, table.usual_occupancy, p["carrier.rent_response"], p["carrier.rent_return"])
    table.index = np.where(table.kind == ENCLAVE, 1.0, np.clip(moved, 0.25, 4.0))
