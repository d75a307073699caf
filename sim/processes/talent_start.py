"""Talent at the end of 2020: posts from the R&D of the firms, people in the steady state of the base rules, and everybody
who may come later. No package changes any of it."""

from __future__ import annotations

import numpy as np

from sim.population import people as table
from sim.population.people import KINDS, SEARCHING, Talent
from sim.population.place import keys
from sim.processes import choice, hiring, leaving
from sim.processes.labour import Labour, able, potential_founders

SPREAD = 4  # quarters to either side over which retirements are averaged


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
    kind = _bands(np.cumsum(kinds)[:-1], streams.trait("talent kind").random(stock))
    residents = _residents(world, kind, employed, posts)
    inflow = _inflow(world, residents)
    origins = table.origin_shares(p, hubs)
    world.arrivals = table.draw_cast(p, streams, inflow, origins, base)
    people = world.talent = Talent(int(table.ROOM * stock) + 1, stock + len(world.arrivals.kind))
    people.count = people.known = people.residents = stock
    people.identity[:stock] = np.arange(stock)
    for name, values in residents.items():
        getattr(people, name)[:stock] = values
    people.able[:stock] = able(p, people.kind[:stock], people.skill[:stock])
    people.came[:stock] = True
    edges = np.cumsum(origins, axis=1)[:, :-1].T.take(kind, axis=1, mode="clip")
    people.origin[:stock] = _bands(edges, streams.trait("talent origin").random(stock))
    labour.stock = np.bincount(kind, minlength=len(KINDS))
    labour.arrived_from = labour.left_to = np.zeros(len(base), np.int64)
    people.searching = np.flatnonzero(people.employer[:stock] == SEARCHING)
    labour.rates = leaving.rates(p, labour)
    labour.pay = p["talent.pay"] * np.exp(np.array([p[f"talent.kind.{name}.skill"] for name in KINDS]))
    labour.usual_fill = employed / max(total, 1.0)
    labour.usual_skill = float(people.skill[:stock][people.employer[:stock] >= 0].mean()) if employed else 0.0
    labour.usual_tightness = float(np.log(max(total, 1.0) / max(stock, 1)))
    labour.usual_founders = max(potential_founders(people), 1.0)
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
    mixed = np.flatnonzero(draw("talent mixing").random(rows) < p["talent.start_mixing"])
    score[mixed] = score[mixed[_shuffled(draw("talent shuffle"), len(mixed))]]
    best = hiring.best(score, np.arange(rows), employed)
    offer = hiring.offers(p, firms, np.arange(n), 0.0)
    heads = np.repeat(np.arange(n), posts.astype(np.int64))
    offered = offer[heads] + p["talent.offer_noise"] * hiring.bell(draw("talent offer").random(len(heads)))
    employer = np.full(rows, SEARCHING)
    employer[best] = heads[hiring.best(offered, np.arange(len(heads)), employed)]
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
    luck = np.empty(rows)
    for _ in range(6):  # rejection: the few who are left after six rounds are taken as they are
        rank = base * rng.random(out=luck).take(todo, mode="clip")
        np.minimum(np.maximum(rank, 1e-4, out=rank), 0.9999, out=rank)
        liking = choice.logit(base) - choice.logit(rank)
        found[todo] = liking
        liking -= 1.0
        liking *= -p["talent.persistence"]
        stays = np.exp(liking, out=liking)
        stays *= -hazard * tenure.take(todo, mode="clip")
        todo = todo.compress(rng.random(out=luck).take(todo, mode="clip") > np.exp(stays, out=stays))
    return found


def _bands(edges, values) -> np.ndarray:
    """Number of edges that each value has reached (rows,); `edges` (edges,) or (edges, rows)."""
    band = np.zeros(len(values), np.int8)
    for edge in edges:
        band += (values >= edge).view(np.int8)
    return band


def _shuffled(rng, number) -> np.ndarray:
    """A random order of so many."""
    return hiring.best(-rng.random(number), np.arange(number), number)


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
    people = world.talent
    works = np.flatnonzero(people.employer[: people.count] >= 0)
    employer, skill = people.employer[works], people.skill[works]
    firms.st_staff[:] = np.bincount(employer, minlength=firms.rows)
    labour.skill_sum = np.bincount(employer, skill - labour.usual_skill, firms.rows)
    labour.slots = np.arange(firms.rows, dtype=np.float64)
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
