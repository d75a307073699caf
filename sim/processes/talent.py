"""S&T talent: the state at the start, the order of a quarter, grants to persons, founders, and the identities."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.population import people as table
from sim.population.initial import FOUNDER
from sim.population.people import ABSENT, KINDS, SEARCHING, SKILLED, Talent
from sim.population.place import keys
from sim.processes import choice, hiring, leaving
from sim.streams import Luck

SPREAD = 4  # quarters to either side over which retirements are averaged


@dataclass
class Labour:
    """The market for talent. `usual_…` and `mean_…` are of the start; flows are of the quarter."""

    hubs: tuple[str, ...]
    base_share: np.ndarray  # (places,) usual share of movers who choose the city, by origin
    hub_shares: np.ndarray  # (hubs,) where those go who leave
    path: np.ndarray  # (quarters + 1,) usual log growth of posts and talent since the start, at each quarter's beginning
    pace: float  # usual growth at the start, 1/year
    history: np.ndarray  # (quarters,) utility change of skilled workers
    wage: float = 0.0  # log, against the start
    tightness: float = 0.0  # log posts over talent, against the start
    chance: float = 1.0  # of a searcher to find a post this quarter
    usual_chance: float = 1.0
    usual_fill: float = 1.0
    mean_fill: float = 1.0  # weighted by R&D
    mean_efficiency: float = 1.0
    usual_skill: float = 0.0
    usual_tightness: float = 0.0
    usual_founders: float = 1.0
    founder_gap: float = 0.0  # log potential founders against their usual number
    founders: int = 0
    tenure_scale: np.ndarray = field(default_factory=lambda: np.ones(2))
    leave_norm: np.ndarray = field(default_factory=lambda: np.ones(len(KINDS)))
    eligible: float | None = None  # arrivals a quarter that compete for grants
    given: int = 0  # grants of the year
    newly_eligible: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    beyond_reach: int = 0
    hires: int = 0
    vacancies: float = 0.0
    fill_rate: float = 0.0
    subsidy_over: int = 0
    left_after_subsidy: int = 0
    arrived: np.ndarray = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))
    left: np.ndarray = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))
    arrived_from: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    left_to: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    skill_sum: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (firm slots,) of the staff, against the usual
    stock: np.ndarray = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))  # moved by flows only
    promised: dict[str, float] = field(default_factory=dict)  # agency → heads × terms


# -- the start -------------------------------------------------------------------------------------------------------
def start(world) -> None:
    """Posts from the R&D of the start, people in the steady state of the base rules, and everybody who may come."""
    firms, p, n, streams = world.firms, world.numbers, world.firms.count, world.streams
    hubs = keys(p, "labour")
    base = np.full(len(hubs) + 2, p["place.talent.choice_outside"])
    base[table.LOCAL] = p["place.talent.choice_local"]
    # What the country trains and turns to R&D follows the market, so the usual path is that of posts in the market.
    trend = p["rd.intensity_trend"] - p["talent.cost_growth"]
    market = np.array([p.at("economy.market_growth", q) for q in range(world.horizon)])
    path = np.concatenate([[0.0], np.cumsum(np.log1p(market) + trend) / 4])
    labour = world.labour = Labour(
        hubs, base, choice.choice_shares(choice.hub_utility(p, hubs)), path, p["entry.normal_growth"] + trend,
        np.zeros(world.horizon),
    )  # fmt: skip
    world.rd_plan = firms.sales[:n] * (firms.intensity[:n] + firms.plan_extra[:n])
    firms.posts[:n] = 4 * world.rd_plan / hiring.head_cost(p, -1, 0.0)
    posts = hiring.whole_posts(firms, n)
    total = float(posts.sum())
    employed = int(np.rint(total * (1 - p["talent.vacancy_rate"])))
    # Hires replace leavers, founders and posts that move, and serve growth; the matching function then gives searchers.
    founders = p["place.founders_per_quarter"] * p["entry.base_probability"]
    yearly = p["talent.turnover"] + p["talent.reallocation"] + max(labour.pace, 0.0)
    flow = max(employed * yearly / 4 + min(founders, 0.05 * employed), 1e-6)
    open_posts = total - employed + flow
    before = hiring.searchers_needed(flow, open_posts, p["talent.matching"]) if open_posts > flow else 2 * flow
    searching = int(np.rint(before - flow))
    labour.chance = labour.usual_chance = flow / before
    stock = employed + searching
    kinds = table.kind_shares(p, stock)
    kind = np.searchsorted(np.cumsum(kinds)[:-1], streams.trait("talent kind").random(stock), side="right").astype("i1")
    residents = _residents(world, kind, employed, posts)
    inflow = _inflow(world, residents)
    origins = table.origin_shares(p, hubs)
    world.arrivals = table.draw_cast(p, streams, inflow, origins, base)
    people = world.talent = Talent(stock + len(world.arrivals.kind), stock + len(world.arrivals.kind))
    people.count = people.known = people.residents = stock
    people.identity[:stock] = np.arange(stock)
    for name, values in residents.items():
        getattr(people, name)[:stock] = values
    people.came[:stock] = True
    lived = np.cumsum(origins, axis=1)[kind]
    people.origin[:stock] = (streams.trait("talent origin").random(stock)[:, None] >= lived[:, :-1]).sum(axis=1)
    labour.stock = np.bincount(kind, minlength=len(KINDS))
    labour.arrived_from = labour.left_to = np.zeros(len(base), np.int64)
    labour.usual_fill = employed / max(total, 1.0)
    labour.usual_skill = float(people.skill[people.employer >= 0].mean()) if employed else 0.0
    labour.usual_tightness = float(np.log(max(total, 1.0) / max(stock, 1)))
    labour.usual_founders = max(float(_potential_founders(p, people).sum()), 1.0)
    labour.vacancies = total - employed
    _normalise(world, n)


def _residents(world, kind, employed, posts) -> dict[str, np.ndarray]:
    """Who is here at the start, as if the base rules had always held (rows,)."""
    p, streams, labour, firms, n = world.numbers, world.streams, world.labour, world.firms, world.firms.count
    rows, draw = len(kind), streams.trait
    skill = table.draw_skill(p, draw("talent skill"), kind)
    age = table.draw_ages(streams, kind)
    stay = 1 / max(p["talent.turnover"] + max(labour.pace, 0.0), 0.05)
    tenure = np.minimum(stay * draw("talent tenure").standard_exponential(rows), age - 20)
    early = 4 * tenure < leaving.EARLY
    factor = np.array([p[f"talent.kind.{name}.turnover"] for name in KINDS])[kind]
    later = 1 / float((factor * np.where(early, p["talent.early_turnover"], 1.0)).mean()) if rows else 1.0
    labour.tenure_scale = later * np.array([1.0, p["talent.early_turnover"]])
    # The best are in the posts with the best offers, as matching leaves them; the rest search.
    score = skill + p["talent.search_noise"] * hiring.bell(draw("talent rank").random(rows))
    mixed = draw("talent mixing").random(rows) < p["talent.start_mixing"]
    score[mixed] = score[mixed][np.argsort(draw("talent shuffle").random(int(mixed.sum())))]
    best = np.argsort(-score, kind="stable")[:employed]
    offer = hiring.offers(p, firms, np.arange(n), 0.0)
    heads = np.repeat(np.arange(n), posts.astype(np.int64))
    offered = offer[heads] + p["talent.offer_noise"] * hiring.bell(draw("talent offer").random(len(heads)))
    employer = np.full(rows, SEARCHING)
    employer[best] = heads[np.argsort(-offered, kind="stable")[:employed]]
    attachment = _attachment(p, labour, draw("talent attachment"), tenure, rows)
    factor = np.where(employer < 0, p["talent.search_leave"], 1.0) * np.exp(-p["talent.persistence"] * attachment)
    count = np.bincount(kind, minlength=len(KINDS))
    labour.leave_norm = np.maximum(count, 1) / np.maximum(np.bincount(kind, factor, len(KINDS)), 1e-9)
    return {
        "kind": kind, "skill": skill, "employer": employer, "attachment": attachment,
        "born": -np.rint(4 * age), "since": -1 - np.floor(4 * tenure),
        "contract_end": np.floor(4 * draw("talent review").random(rows)),
    }  # fmt: skip


def _attachment(p, labour, rng, tenure, rows) -> np.ndarray:
    """How much the city was preferred by those who came, thinned by the leaving of their years here (rows,)."""
    base = labour.base_share[table.LOCAL]
    hazard = p["talent.turnover"] * p["talent.leave_share"]
    found, todo = np.zeros(rows), np.arange(rows)
    for _ in range(6):  # rejection: the few who are left after six rounds are taken as they are
        rank = np.clip(base * rng.random(rows), 1e-4, 0.9999)
        found[todo] = (choice.logit(base) - choice.logit(rank))[todo]
        stays = np.exp(-hazard * tenure * np.exp(-p["talent.persistence"] * (found - 1.0)))
        todo = todo[rng.random(rows)[todo] > stays[todo]]
    return found


def _inflow(world, residents) -> np.ndarray:
    """Persons a quarter (quarters, kinds) that keep the usual stock on its path: leavers, retirements and growth."""
    p, labour, quarters = world.numbers, world.labour, world.horizon
    kind = residents["kind"]
    early = (residents["since"] > -leaving.EARLY).astype(np.int64)
    yearly = leaving.turnover(p, labour.tenure_scale)[kind, early]
    count = np.bincount(kind, minlength=len(KINDS))
    mean = np.bincount(kind, yearly, len(KINDS)) / np.maximum(count, 1)
    growth = np.diff(labour.path)[:, None]
    out = mean * (p["talent.leave_share"] * p["talent.siphon"] + p["talent.switch_share"])
    time = np.arange(quarters)[:, None] / 4
    usual = count * np.exp(labour.path[:-1, None] + growth / 2)
    ends = residents["born"] + 4 * p["talent.retirement_age"]
    late = np.maximum(ends, residents["contract_end"]).astype(np.int64)
    ahead = quarters + SPREAD  # beyond the horizon, so that a longer run has the same first quarters
    soon = np.flatnonzero(late < ahead)
    retire = np.bincount(late[soon] * len(KINDS) + kind[soon], minlength=ahead * len(KINDS)).reshape(ahead, -1)
    # Retirements are few and lumpy: the mean of two years, thinned by those who left before.
    spread = np.array([retire[max(q - SPREAD, 0) : q + SPREAD + 1].mean(axis=0) for q in range(quarters)])
    return np.maximum(usual * (out / 4 + growth) + spread * np.exp(-out * time), 0.0)


def _normalise(world, n) -> None:
    """Factors on R&D and knowledge are one at the start, weighted by R&D; staff belong to the employment of the start."""
    firms, p, labour = world.firms, world.numbers, world.labour
    for firm in (firms, world.cast):
        # Newcomers plan their staff like the rest: what is not S&T staff is other staff.
        wanted = 4 * firm.sales * (firm.intensity + firm.plan_extra) / hiring.head_cost(p, -1, 0.0)
        share = 1 - np.minimum(wanted / np.maximum(firm.employment, 1e-9), 0.9)
        firm.other_share[:] = np.where(firm.employment > 0, share, 1.0)
        firm.other_staff[:] = firm.employment * firm.other_share
    total = float(firms.employment[:n].sum())
    before = firms.employment[:n].copy()
    people, works = world.talent, world.talent.employer >= 0
    firms.st_staff[:] = np.bincount(people.employer[works], minlength=firms.rows)
    labour.skill_sum = np.bincount(people.employer[works], people.skill[works] - labour.usual_skill, firms.rows)
    other = np.maximum(before - firms.st_staff[:n], 0.0)
    other *= (total - float(firms.st_staff[:n].sum())) / max(float(other.sum()), 1e-9)
    other = np.maximum(other, 0.0)
    firms.other_staff[:n] = other
    firms.other_share[:n] = np.where(before > 0, other / np.maximum(before, 1e-9), 1.0)
    hiring.settle_staff(world)
    weight = world.rd_plan / max(float(world.rd_plan.sum()), 1e-9)
    filled = hiring.fill(firms.st_staff[:n], hiring.whole_posts(firms, n), p["talent.team"], labour.usual_fill)
    labour.mean_fill = float((weight * filled).sum()) or 1.0
    labour.mean_efficiency = float((weight * hiring.efficiency(world, n)).sum()) or 1.0


# -- a quarter -------------------------------------------------------------------------------------------------------
def step(world) -> None:
    """Founders settle, posts follow plans, who stays, who comes, who is hired, what it costs, who is paid."""
    people, labour, p = world.talent, world.labour, world.numbers
    luck = Luck(world.luck.streams, people)
    luck.quarter = world.quarter
    if world.season == 0:
        labour.given = 0
    labour.promised = {}
    hiring.set_posts(world)
    rows = np.flatnonzero(people.contract_end[: people.count] <= world.quarter)
    rows = _found(world, luck, rows)
    change = choice.utility_change(world)
    leaving.review(world, luck, rows, change)
    choice.arrive(world, change)
    labour.stock = labour.stock + labour.arrived - labour.left
    hiring.hire(world, luck)
    hiring.set_wage(world)
    if world.rules.talent.award is not None:
        _award(world, world.rules.talent.award)
    if world.rules.talent.youth is not None and world.season == 2:
        _youth(world, world.rules.talent.youth, luck)
    hiring.settle_staff(world)
    usual = labour.usual_founders * np.exp(labour.path[world.quarter + 1])
    labour.founder_gap = float(np.log(max(_potential_founders(p, people).sum(), 1.0) / usual))


def _potential_founders(p, people) -> np.ndarray:
    """Seniors, returnees and experts with skill enough to found a firm, (count,)."""
    n = people.count
    able = people.skill[:n] >= p["talent.founder_skill"]
    return able & (people.employer[:n] > ABSENT) & (people.kind[:n] != SKILLED)


def _found(world, luck, rows) -> np.ndarray:
    """New technology firms take their founder from those whose year is over (rows,); returns the others."""
    firms, people, p = world.firms, world.talent, world.numbers
    slots = world.entered[firms.kind[world.entered] == FOUNDER]
    able = rows[(people.skill[rows] >= p["talent.founder_skill"]) & (people.kind[rows] != SKILLED)]
    score = people.skill[able] + p["talent.search_noise"] * hiring.bell(luck.sparse("founder", able))
    chosen = able[hiring.best(score, people.identity[able], len(slots))]
    # The order of firms is that of their identities, not of the slots they happen to sit in.
    slots = slots[np.argsort(firms.identity[slots])][: len(chosen)]
    hiring.move(world, chosen, slots)
    people.since[chosen] = world.quarter
    people.contract_end[chosen] = world.quarter + 4
    world.labour.founders = len(chosen)
    return rows[people.contract_end[rows] <= world.quarter]


def _award(world, award) -> None:
    """The best new arrivals are chosen as far as places and budget reach; who holds a grant and works here is paid."""
    people, labour, agency = world.talent, world.labour, world.agencies[award.agency]
    new = labour.newly_eligible
    labour.eligible = 0.5 * (labour.eligible + len(new))
    holders = np.flatnonzero(people.subsidy_end[: people.count] > world.quarter)
    places = int(award.places * (world.season + 1) / 4) - labour.given
    payable = int(agency.budget_year // max(4 * award.instalment, 1.0)) - len(holders)
    best = new[hiring.best(people.skill[new], people.identity[new], min(places, payable))]
    labour.given += len(best)
    people.subsidy_end[best] = world.quarter + award.quarters
    holders = np.concatenate([holders, best])
    holders = holders[people.employer[holders] >= 0]
    each = agency.pay_people(world, "talent_grant", len(holders), award.instalment)
    people.paid[people.identity[holders]] += each
    labour.promised[award.agency] = len(holders) * award.instalment


def _youth(world, call, luck) -> None:
    """Third quarter: the best young staff get a project of their own; they learn from it and stay while it runs."""
    people, agency, n = world.talent, world.agencies[call.agency], world.talent.count
    young = (people.employer[:n] >= 0) & (people.kind[:n] != SKILLED)
    # Those whose year has just begun apply: nobody is bound by an earlier project, and the call is once a year.
    young &= (world.quarter - people.born[:n] < 4 * call.age_limit) & (people.contract_end[:n] == world.quarter + 4)
    rows = np.flatnonzero(young)
    score = people.skill[rows] + world.numbers["talent.search_noise"] * hiring.bell(luck.sparse("young", rows))
    afford = int(world.ledger.cash[agency.account] // max(call.grant, 1.0))
    best = rows[hiring.best(score, people.identity[rows], min(call.places, afford))]
    each = agency.pay_people(world, "talent_grant", len(best), call.grant)
    people.paid[people.identity[best]] += each
    world.labour.promised[call.agency] = len(best) * call.grant
    learns = luck.sparse("young_misuse", best) >= call.misuse
    gain = np.where(learns, call.gain, 0.0)
    people.skill[best] += gain
    np.add.at(world.labour.skill_sum, people.employer[best], gain)
    people.contract_end[best] = world.quarter + call.bond


# -- the identities --------------------------------------------------------------------------------------------------
def imbalances(world) -> dict[str, float]:
    """Heads that do not add up, and grants that are not heads times terms; empty when all is well."""
    people, labour, firms, n = world.talent, world.labour, world.firms, world.talent.count
    errors = {}
    stock = np.bincount(people.kind[:n], minlength=len(KINDS) + 1)[:-1]  # empty slots have a kind of their own
    if gap := int(np.abs(stock - labour.stock).sum()):
        errors["head count of talent"] = gap
    heads = np.bincount(people.employer[:n] - ABSENT, minlength=firms.rows + 2)
    if gap := int(abs(stock.sum() - heads[1:].sum())):
        errors["talent employed or searching"] = gap
    if gap := float(np.abs(heads[2:] - firms.st_staff).sum()):
        errors["staff of firms"] = gap
    if gap := int(heads[2:][~firms.alive].sum()):
        errors["talent at dead firms"] = gap
    if gap := int(n - stock.sum() - len(people.vacant)):
        errors["slots of talent"] = abs(gap)
    for name, promised in labour.promised.items():
        if gap := world.agencies[name].granted_people - promised:
            errors[f"grants to persons {name}"] = abs(gap)
    return errors

