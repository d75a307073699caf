"""Research institutes that a purse founds: where, by whom, and when they close. Their work stands in `institutes_work`.

Years of money come before any effect. Work for others elsewhere, publications, a leader's own questions and a field
that the city's firms are not in are what the money buys and they do not get; staff is partly hired away from them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.population.initial import OUTSIDE
from sim.processes import institutes_work, projects
from sim.processes.institutes_work import GROUP, NOBODY, funded_now
from sim.processes.lessons import note

ROOM = 128  # institutes of a run
KEYS = 64  # institutes of one programme
COLUMNS = {  # name → type, meaning
    "key": ("i8", "key of its luck"), "purse": ("i8", "number of the programme that pays"),
    "founded": ("i8", "quarter"), "district": ("i8", "index"), "sector": ("i8", "index of its field"),
    "leader": ("i8", "slot, or nobody"), "identity": ("i8", "of the leader"), "open": ("?", "flag"),
    "knowledge": ("f8", "RMB"), "budget": ("f8", "RMB of this year"),
    "income": ("f8", "RMB from contracts in the year so far"), "staff": ("f8", "persons hired in the city"),
}  # fmt: skip


# -- state -----------------------------------------------------------------------------------------------------------
@dataclass
class Institutes:
    """One row an institute; what closed ones knew is still heard, and fades. Contracts of the year stand beside."""

    cash: np.ndarray
    slot: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # client (contracts,)
    client: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # its identity
    where: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # institute
    fee: np.ndarray = field(default_factory=lambda: np.zeros(0))  # RMB a quarter; of leaders their dues
    leads: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    count: int = 0

    def __post_init__(self):
        for name, (kind, _) in COLUMNS.items():
            setattr(self, name, np.zeros(self.count, kind))

    def add(self, **values) -> None:
        """Found one."""
        for name in COLUMNS:
            setattr(self, name, np.append(getattr(self, name), values.get(name, 0)).astype(COLUMNS[name][0]))
        self.count += 1


def start(world) -> None:
    """There is none; a package that may found some has an account for each."""
    world.institutes = Institutes(np.zeros(ROOM))
    if any(programme.founds for programme in world.programmes):
        world.ledger.groups[GROUP] = world.institutes.cash
        world.ledger.close()


# -- a quarter -------------------------------------------------------------------------------------------------------
def open_quarter(world) -> None:
    """First quarter of the year or of a programme: who closes, who is founded, contracts. Always: what clients owe."""
    table, supports = world.institutes, world.rules.institutes
    if not supports and not table.count:
        return
    if world.season == 0:
        _close(world)
    for support in supports:
        if world.season == 0 or world.agencies[support.agency].programme.start == world.quarter:
            _found(world, support)
    if not table.count:
        return
    if world.season == 0:
        institutes_work.contract(world)
    firms, p = world.firms, world.numbers
    here = firms.alive[table.slot] & (firms.identity[table.slot] == table.client)
    for name in ("slot", "client", "where", "fee", "leads"):
        setattr(table, name, getattr(table, name)[here])
    np.add.at(firms.project_fee, table.slot, table.fee)
    np.add.at(firms.project_extra, table.slot, (1 - p["university.substitution"]) * table.fee)


def _close(world):
    """An institute that no purse keeps closes when its contracts do not carry it, or when its leader is gone."""
    table, firms, p = world.institutes, world.firms, world.numbers
    if not table.count:
        return
    funded, led = funded_now(world), table.leader != NOBODY
    left = led & ~(firms.alive[table.leader] & (firms.identity[table.leader] == table.identity))
    poor = ~funded & (table.income <= p["institutes.least_income"] * table.budget)
    closes = table.open & (poor | left)
    table.open &= ~closes
    table.budget = np.where(funded, table.budget, table.income) * table.open
    table.income[:] = 0.0
    table.staff[closes] = 0.0
    note(world, institutes_closed=np.count_nonzero(closes))


def _found(world, support):
    """As many a year as the programme says and its purse can keep, each where its kind belongs."""
    table, agency = world.institutes, world.agencies[support.agency]
    purse = list(world.agencies).index(support.agency)
    kept = int(np.count_nonzero(funded_now(world) & (table.purse == purse))) if table.count else 0
    ever = int(np.count_nonzero(table.purse == purse))
    afford = int(agency.budget_year // max(support.funding, 1.0)) - kept
    number = min(support.a_year, support.number - ever, afford, KEYS - ever, ROOM - table.count)
    for serial in range(ever, ever + max(number, 0)):
        leader, district, sector = _place(world, support, KEYS * support.key + serial)
        if support.leader and leader == NOBODY:
            return
        identity = world.firms.identity[leader] if leader != NOBODY else NOBODY
        table.add(
            key=KEYS * support.key + serial, purse=purse, founded=world.quarter, district=district, sector=sector,
            leader=leader, identity=identity, open=True, budget=(1 + support.leader_share) * support.funding,
        )  # fmt: skip


def _place(world, support, key):
    """Leader, district and field of a new institute. The first district of a place is its centre."""
    firms, n, p = world.firms, world.firms.count, world.numbers
    if not support.leader:
        luck = float(world.streams.sparse("institute_field", 0, np.array([key]))[0])
        if luck < support.match:
            return NOBODY, 0, int(np.bincount(firms.sector[:n], firms.knowledge[:n]).argmax())
        return NOBODY, 0, int((luck - support.match) / max(1 - support.match, 1e-9) * len(world.place.sectors))
    fits = firms.alive[:n] & (firms.hub[:n] < 0)
    fits[world.institutes.leader[world.institutes.leader != NOBODY]] = False
    if support.leader == "project":
        fits &= (firms.kind[:n] == OUTSIDE) & (firms.birth[:n] >= world.quarter - int(p["institutes.new_project"]))
        weight = firms.sales[:n] * firms.intensity[:n]
    else:
        dues = support.leader_share * support.funding
        own = projects.spillover(dues + support.priority * support.funding, 1.0, 1.0, p["university.leverage"])
        fits &= p["university.contract_cap"] * firms.rd_1[:n] >= dues
        fits &= own > p["university.coordination"] * dues
        weight = firms.sales_1[:n]
    rows = np.flatnonzero(fits & (weight > 0))
    if not len(rows):
        return NOBODY, 0, 0
    best = rows[np.lexsort((firms.identity[rows], -weight[rows]))[0]]
    return int(best), int(firms.district[best]), int(firms.sector[best])
