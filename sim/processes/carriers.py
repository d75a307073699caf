"""Carriers through a quarter: space, ends of tenancies, hand-off, admission; money stands in `operators`."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.population.premises import ACCELERATOR, ENCLAVE, INCUBATOR, KINDS, MAKER, PARK
from sim.processes import belts, enclaves, operators, recycling, tied_incubators
from sim.processes.tenancy import lease_ends
from sim.processes.tenants import allot, qualified, score, space, take

HANDED_ON = 1e6  # rank added for tenants of the link before: they come first


def run(world) -> None:
    """Ends of tenancies, enclaves, admission, then money."""
    table, firms = world.carriers, world.firms
    recycling.turn(world)
    table.count(firms)
    _end_tenancies(world)
    enclaves.graduate(world)
    _admissions(world)
    enclaves.send_research(world)
    table.count(firms)
    operators.settle_accounts(world)
    tied_incubators.support(world)


def open_space(world) -> None:
    """Open the quarter: space on offer under its rules; what is let stays until its tenants leave."""
    table, rules = world.carriers, world.rules.premises
    grows = (table.kind == INCUBATOR) | (table.kind == ACCELERATOR) | (table.kind == PARK)
    share = belts.new_space(world, table.base * grows)
    enclave = table.kind == ENCLAVE
    offered = np.where(enclave, rules.enclaves * table.base, table.base + rules.area * share) + table.extra
    table.offered = np.rint(offered + rules.enclave_area * table.later / table.later.sum())
    if rules.sites:
        table.offered += np.rint(belts.corridors(world))
    table.reset()
    table.capacity = np.maximum(table.offered, table.occupied)


def stays(world, rows, kind) -> np.ndarray:
    """Longest stay of tenants of these kinds of carriers (rows,) quarters: in incubators by sector."""
    table = world.carriers
    stay = table.stay.take(kind)
    incubated = np.flatnonzero(kind == INCUBATOR)
    stay[incubated] = table.sector_stay[world.firms.sector[rows[incubated]]]
    return stay


def _end_tenancies(world):
    """Leases that end, tenants that move out, and who waits in its place for the next link of the chain."""
    firms, p, table, rules = world.firms, world.numbers, world.carriers, world.rules.premises
    # Only at a turn of the lease, after it, or out of patience does anything happen.
    seats, traits = table.seats, table.traits
    tenure = world.quarter - firms.tenant_since.take(seats, mode="clip")
    who = firms.identity.take(seats, mode="clip")
    impatient = tenure >= traits.patience.take(who, mode="clip")
    waits = firms.awaits.take(seats, mode="clip") > 0
    turn = (tenure & 3 == 0) | (tenure >= table.least_stay)
    turn |= impatient
    turn |= waits
    turn &= table.kinds != ENCLAVE
    turn = np.flatnonzero(turn)
    rows, at, kind, tenure, who, impatient, waits = (
        x.take(turn, mode="clip") for x in (seats, table.at, table.kinds, tenure, who, impatient, waits)
    )
    incubated = kind == INCUBATOR
    ready = incubated & qualified(firms, p, rows)
    due = lease_ends(tenure, stays(world, rows, kind), ready) & ~waits
    early = impatient & ~waits & ~due
    graduates = due & ready
    # The next link takes who has come to the end of this one; an incubator hands on its graduates only.
    offered = traits.handed[who] < p["carrier.handoff"] + rules.handoff
    offered &= due & (kind < PARK) & (~incubated | ready)
    firms.awaits[rows[offered]] = kind[offered] + 1
    firms.waited[rows[waits]] += 1
    failed = waits & (firms.waited[rows] > p["carrier.wait"] + rules.wait)
    table.graduates_year += np.bincount(at[graduates], minlength=table.rows)
    gone = (due & ~offered) | early | failed
    table.release(firms, rows[gone])
    firms.tenant_since[rows[gone & (kind == MAKER)]] = NEVER  # may still ask an incubator
    flows = table.flows
    flows["graduations"] = float(graduates.sum())
    flows["expired"] = float((due & ~ready & incubated).sum())
    flows["moved_out"], flows["handoff_failed"] = float(early.sum()), float(failed.sum())


def _wishes(world, kind) -> float:
    """Share of firms that want a place: as at the start, less when the net rent is above its usual level."""
    p, table = world.numbers, world.carriers
    mine = table.kind == kind
    price = float((table.price() * table.base)[mine].sum() / max((table.usual_rent * table.base)[mine].sum(), 1e-9))
    room = table.usual_room[kind]
    relief = sum(x.rent_share * min(x.rent_area / room, 1.0) for x in _supports(world, kind))
    usual = p["carrier.relief_usual"] * min(p["carrier.relief_area"] / room, 1.0)
    net = price * max(1 - relief, 0.01) / max(1 - usual, 0.01)
    return table.usual_wish[kind] * net ** -p["carrier.rent_elasticity"]


def _bar(world) -> float:
    """Score an incubator asks for: lower when it plays for prizes larger than usual."""
    p, table = world.numbers, world.carriers
    prize = sum(share * amount for x in _supports(world, INCUBATOR) for share, amount in x.awards)
    income = float((4 * table.rent * table.base)[table.kind == INCUBATOR].mean())
    return table.bar - p["carrier.fill_pressure"] * (prize - p["carrier.award_usual"]) / income


def _supports(world, kind):
    return [x for x in world.rules.premises.supports if KINDS[kind] in x.kinds]


def _admissions(world):
    """Who comes from the link before, then who applies: by rank, under the space there is."""
    firms, p, table, n = world.firms, world.numbers, world.carriers, world.firms.count
    traits, quarter = table.traits, world.quarter
    # Nobody comes twice by himself; from a maker space the way leads through the hand-off.
    offered = firms.awaits[:n] > 0
    young = firms.birth[:n] >= quarter - int(p["carrier.admission_age"])
    young &= firms.tenant_since[:n] == NEVER
    young &= firms.alive[:n]
    young &= firms.pan_tech[:n]
    young &= ~offered
    young = np.flatnonzero(young)
    young = young.compress(~qualified(firms, p, young))
    who, age = firms.identity.take(young, mode="clip"), quarter - firms.birth.take(young, mode="clip")
    starts = traits.maker_wish.take(who, mode="clip") < _wishes(world, MAKER)
    starts &= age <= p["carrier.maker_age"]
    asks = traits.carrier_wish.take(who, mode="clip") < _wishes(world, INCUBATOR)
    asks &= age >= traits.seeks_age.take(who, mode="clip")
    asks &= ~starts
    waiting, starts, asks = np.flatnonzero(offered), young.compress(starts), young.compress(asks)
    rows = np.concatenate([waiting, starts, asks])
    kind = np.repeat([MAKER, INCUBATOR], [len(starts), len(asks)])
    kind = np.concatenate([firms.awaits[waiting], kind]).astype(np.int64)
    rank = score(world, rows)
    passes = (kind != INCUBATOR) | (rank >= _bar(world)) | tied_incubators.welcome(world, rows, kind)
    passes = np.flatnonzero(passes)
    rank[: len(waiting)] += HANDED_ON
    rows, kind, rank = rows[passes], kind[passes], rank[passes]
    if len(rows):
        need, desks = np.empty(len(rows)), kind == MAKER
        for which, at in ((MAKER, np.flatnonzero(desks)), (INCUBATOR, np.flatnonzero(~desks))):
            need[at] = space(world, which, rows[at])
        rows, kind, rank, need = tied_incubators.seat(world, rows, kind, rank, need)
        chosen = allot(world, kind, rows, rank, need)
        got = np.flatnonzero(chosen >= 0)
        take(world, rows[got], chosen[got], need[got])
    # A firm that has no place to wait in does not wait.
    firms.awaits[waiting[firms.carrier[waiting] < 0]] = 0
