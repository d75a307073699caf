"""What institutes do: contracts with firms, research, and what firms get of it by contracts, nearness and founders who
leave.

A contract is learned from as a joint project with a university is (`projects`), at the institute's own richness and
reach.
"""

from __future__ import annotations

import numpy as np

from sim.population.initial import FOUNDER
from sim.population.people import ABSENT, KINDS, SKILLED
from sim.population.universities import decay
from sim.processes import hiring, projects
from sim.processes.lessons import credit, note

GROUP = "institutes"  # row group of the ledger
SPREAD = 8192  # keys of luck kept apart for a firm
NOBODY = -1


# -- kernels ---------------------------------------------------------------------------------------------------------
def grow(knowledge, research, contracts, depreciation, learning, publishes, away):
    """Knowledge after a quarter (institutes,) RMB: what is published or done elsewhere is no nearer to the city."""
    return (1 - depreciation / 4) * knowledge + (1 - publishes) * (1 - away) * research + learning * contracts


def within_capacity(institute, luck, fee, capacity):
    """Contracts (rows,) that institutes take: each the first in the order of luck that its capacity covers."""
    order = np.lexsort((luck, institute))
    total = np.cumsum(fee[order])
    first = np.searchsorted(institute[order], institute[order], side="left")
    before = np.concatenate([[0.0], total])[first]
    taken = np.zeros(len(fee), bool)
    taken[order] = total - before <= capacity[institute[order]]
    return taken


def push(leaves, founders, base, most):
    """Log-odds of entry that let so many more of these would-be founders come, at most `most`."""
    return min(leaves / max(founders * base * (1 - base), 1e-9), most)


# -- a quarter -------------------------------------------------------------------------------------------------------
def terms(world, name) -> np.ndarray:
    """A term of the programmes that pay now, by institute (institutes,); zero where nobody pays any more."""
    purses = list(world.agencies)
    found = np.zeros(len(purses))
    for support in world.rules.institutes:
        found[purses.index(support.agency)] = getattr(support, name)
    return found[world.institutes.purse]


def funded_now(world) -> np.ndarray:
    """Whether a purse pays for these institutes now (institutes,)."""
    table = world.institutes
    return table.open & (world.quarter - table.founded < terms(world, "support"))


def _reach(world) -> np.ndarray:
    """Part of what institutes know that crosses the distance to a district (districts, institutes)."""
    p = world.numbers
    distance = world.place.distance[:, world.institutes.district]
    return decay(distance, p["knowledge.half_distance"], p["university.tacit_share"], p["university.tacit_range"])


def _fit(world) -> np.ndarray:
    """Use of an institute's field to firms of a sector (institutes, sectors)."""
    own = world.institutes.sector[:, None] == np.arange(len(world.place.sectors))
    return np.where(own, 1.0, world.numbers["university.other_fit"])


def _richness(world) -> np.ndarray:
    """What a yuan of contract carries over, against what a usual university knows of one field (institutes,)."""
    usual = float(world.usual_links.knowledge.mean()) * projects.usual_growth(world, world.quarter)
    usual /= len(world.place.sectors)
    return (np.maximum(world.institutes.knowledge, 1.0) / usual) ** world.numbers["university.knowledge_exponent"]


def contract(world):
    """Contracts of the year: firms that reach out, near and in the field first; the leader's dues come before all."""
    table, firms, p, n = world.institutes, world.firms, world.numbers, world.firms.count
    funded, ready = funded_now(world), table.open & (world.quarter - table.founded >= terms(world, "delay"))
    dues = np.rint(terms(world, "leader_share") * terms(world, "funding") * funded / 4)
    table.budget = np.where(funded, terms(world, "funding") + 4 * dues, table.budget)
    rows = np.flatnonzero(firms.alive[:n] & (firms.hub[:n] < 0) & (firms.rd_1[:n] >= p["institutes.min_rd"]))
    weight = firms.outreach[rows] / max(float(firms.outreach[rows].mean()), 1e-9) if len(rows) else np.zeros(0)
    near = _reach(world)[firms.district[rows]] * _fit(world).T[firms.sector[rows]] * (ready * _richness(world))
    # Nobody pays for less than the time that the contract takes from the own staff.
    near[p["university.leverage"] * near <= p["university.coordination"]] = 0.0
    chance = p["institutes.contact"] * weight[:, None] * near
    pair = (SPREAD * firms.identity[rows][:, None] + table.key).ravel()
    luck = world.streams.sparse("institute", world.quarter, pair).reshape(chance.shape)
    at, where = np.nonzero(luck < np.minimum(chance, 1.0))
    luck, slot = (luck / np.maximum(chance, 1e-300))[at, where], rows[at]
    first = np.lexsort((luck, slot))  # one contract a firm: the one it is luckiest with
    first = first[np.append(True, np.diff(slot[first]) > 0)[: len(first)]]
    slot, where, luck = slot[first], where[first], luck[first]
    fee = np.rint(projects.offers(world, slot) / 4)
    room = p["institutes.contract_ratio"] * table.budget / 4 * (1 - p["institutes.outward"])
    room *= 1 - terms(world, "priority") * funded
    taken = within_capacity(where, luck, fee, room) & (fee > 0)
    leads = np.flatnonzero(table.open & (table.leader != NOBODY) & (funded | ready))
    table.slot = np.concatenate([table.leader[leads], slot[taken]])
    table.where = np.concatenate([leads, where[taken]])
    table.fee = np.concatenate([dues[leads], fee[taken]])
    table.leads = np.arange(len(table.slot)) < len(leads)
    table.client = firms.identity[table.slot]
    note(world, institutes_contracts=taken.sum())


def work(world) -> None:
    """Clients pay and learn, purses pay, all of it is spent on research, and what institutes know moves on."""
    table, ledger, p = world.institutes, world.ledger, world.numbers
    if not table.count:
        return
    k, firms = table.count, world.firms
    public = np.zeros(k)
    for number, agency in enumerate(world.agencies.values()):
        rows = np.flatnonzero(funded_now(world) & (table.purse == number))
        if len(rows):
            amount = np.rint(terms(world, "funding")[rows] / 4)
            public[rows] = agency.pay_group(world, "research_budget", GROUP, rows, amount)
    pays = firms.rd_real[table.slot] >= firms.project_fee[table.slot]
    fee = table.fee * pays
    slot, where, leads = table.slot, table.where, table.leads
    ledger.between("dues", "firms", slot[leads], GROUP, where[leads], fee[leads])
    ledger.between("contract", "firms", slot[~leads], GROUP, where[~leads], fee[~leads])
    ready = table.open & (world.quarter - table.founded >= terms(world, "delay"))
    served = p["institutes.outward"] * p["institutes.contract_ratio"] / 4 * table.budget * ready
    outward = np.rint(served * np.minimum(_richness(world), 1))
    ledger.to_rows("contract_outside", GROUP, outward, "outside")
    _teach(world, fee, public)
    local = np.bincount(where[~leads], fee[~leads], k)
    dues = np.bincount(where[leads], fee[leads], k)
    away = np.floor(terms(world, "away") * (public + dues))
    ledger.from_rows("research", GROUP, away, "outside")
    ledger.from_rows("research", GROUP, table.cash[:k].copy(), "households")
    leaving = _leaving(world) / np.maximum(_heads(world), 1.0) / 4
    table.knowledge = (1 - np.minimum(leaving, 0.5)) * grow(
        table.knowledge, public + dues, local + outward, p["knowledge.depreciation"], p["university.project_learning"],
        terms(world, "publishes"), terms(world, "away"),
    )  # fmt: skip
    table.income += local + outward
    note(
        world, institutes_open=table.open.sum(), institutes_knowledge=table.knowledge.sum(),
        institutes_public=public.sum(), institutes_income=local.sum(), institutes_outward=outward.sum(),
        institutes_staff=table.staff.sum(),
    )  # fmt: skip


def _teach(world, fee, public):
    """What clients learn; a leader's questions take a part of the public money too."""
    table, p, firms = world.institutes, world.numbers, world.firms
    slot, where = table.slot, table.where
    if not len(slot):
        return
    work = fee + table.leads * (terms(world, "priority") * public)[where] * (fee >= table.fee)
    near = _reach(world)[firms.district[slot], where] * _fit(world)[where, firms.sector[slot]]
    carried = projects.spillover(work, near, _richness(world)[where], p["university.leverage"])
    carried = projects.within(carried, where, p["institutes.transfer_limit"] * table.knowledge)
    rows, at = np.unique(slot, return_inverse=True)
    credit(world, rows, np.bincount(at, carried - p["university.coordination"] * fee, len(rows)))
    note(world, institutes_taught=carried.sum())


# -- what others see of them ------------------------------------------------------------------------------------------
def heard(world, pool) -> np.ndarray:
    """Knowledge within reach of districts and sectors (D, S) RMB, with that of institutes."""
    table = world.institutes
    if not table.count:
        return pool
    held = table.knowledge[:, None] * _fit(world)
    return pool + np.einsum("dk,ks->ds", world.proximity[:, table.district], held[:, : pool.shape[1]])


def _leaving(world) -> np.ndarray:
    """Founders that institutes let go a year (institutes,): as many as the terms say when they are grown."""
    table, p = world.institutes, world.numbers
    grown = table.knowledge / np.maximum(p["institutes.grown"] * table.budget, 1.0)
    return terms(world, "spin_offs") * np.minimum(grown, 1.0) * table.open


def spin_off_odds(world, rows):
    """Log-odds of entry for rows of the cast, or 0.0: would-be founders of an institute's field and district."""
    table, cast, p = world.institutes, world.cast, world.numbers
    if not table.count:
        return 0.0
    sectors = len(world.place.sectors)
    cell = cast.district[rows] * sectors + cast.sector[rows]
    founders = np.bincount(cell[cast.kind[rows] == FOUNDER], minlength=sectors * len(world.place.districts))
    leaves = np.bincount(table.district * sectors + table.sector, _leaving(world) / 4, len(founders))
    odds, base = np.zeros(len(founders)), p["entry.base_probability"]
    for at in np.flatnonzero(leaves):
        odds[at] = push(leaves[at], founders[at], base, p["institutes.most_push"])
    return np.where(cast.kind[rows] == FOUNDER, odds[cell], 0.0)


def _heads(world) -> np.ndarray:
    """Research posts that the budgets pay for here (institutes,)."""
    p, table = world.numbers, world.institutes
    here = (1 - terms(world, "away")) * table.budget * table.open
    return here / hiring.head_cost(p, world.quarter, world.labour.wage)


def recruit(world) -> None:
    """Institutes fill the local part of their posts with the best who search, before any firm does."""
    table, people, labour, p = world.institutes, world.talent, world.labour, world.numbers
    if not table.count:
        return
    local = (1 - p["institutes.outside_staff"]) * _heads(world)
    table.staff = np.minimum(table.staff, local)  # who is let go has left the city's R&D
    want = local - table.staff
    number = int(want.sum())
    if not number:
        return
    able = people.searching[people.kind[people.searching] != SKILLED]
    best = able[hiring.best(people.skill[able], people.identity[able], number)]
    table.staff += want * (len(best) / want.sum())
    labour.left = labour.left + np.bincount(people.kind[best], minlength=len(KINDS))
    labour.left_to[0] += len(best)
    hiring.move(world, best, ABSENT)
    people.remove(best)
