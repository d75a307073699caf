"""The yearly call for problems: which firms post one, who bids, and what an office signs.

A problem is a lump of research by contract. Whether a pair of firm and solver would solve it is the luck of that pair
and year, the same in every package: alone or in a race, the same solver has the same luck with the same problem.
"""

from __future__ import annotations

import numpy as np

from sim.bands import first
from sim.laws import NORMAL
from sim.processes import projects
from sim.processes.lessons import note
from sim.processes.problems import (
    NOBODY,
    Problems,
    contract_price,
    cost_multiple,
    covered,
    expected_worth,
    posts,
    score,
    wanted_first,
)

CALL_SEASON = 1  # second quarter
PAIR = 2**31  # codes of solvers lie below


def start(world) -> None:
    """No problem is under contract."""
    world.problems = Problems()


def call(world) -> None:
    """Second quarter: firms post, solvers bid, offices sign. Every quarter: what posters owe joins their R&D."""
    if world.season == CALL_SEASON:
        for contest in world.rules.contests:
            _sign(world, contest)
    table, p = world.problems, world.numbers
    if not table.count:
        return
    table.drop_posters(world.firms)
    one, owed = table.fee, table.fee * table.works.sum(axis=1)
    firms, slot = world.firms, table.slot
    # A problem that was in the plan anyway takes the place of own work on it; what other teams cost comes on top.
    part = np.where(table.anyway, p["challenge.anyway"], p["university.substitution"])
    replaced = part * np.minimum(owed, one) + p["university.substitution"] * np.maximum(owed - one, 0.0)
    firms.project_fee[slot] += owed
    firms.project_extra[slot] += owed - replaced
    note(world, challenge_replaced=replaced.sum())


def _sign(world, contest) -> None:
    """One office's call: problems by merit as the panel sees it, each to the best of those who bid, while the pool lasts."""
    firms, p, sparse = world.firms, world.numbers, world.luck.sparse
    office = world.agencies[contest.agency]
    rows, cost, worth = _posted(world, contest)
    note(world, challenge_posted=len(rows))
    if not len(rows):
        return
    solver, who, match, seen = _bids(world, rows)
    best = np.argsort(-seen, axis=1, kind="stable")[:, : contest.teams]
    solver, who, match, seen = (np.take_along_axis(values, best, axis=1) for values in (solver, who, match, seen))
    works = seen > -np.inf
    teams = works.sum(axis=1)
    duration = int(p["challenge.duration"])
    fee = np.rint(cost / duration)
    whole = fee * (duration + (teams - 1) * min(contest.prune, duration))
    promised = np.floor(np.minimum(contest.share, contest.cap / cost) * whole) * (teams > 0)
    rank = firms.merit[rows] + world.luck.normal("panel", rows)
    if weight := p["challenge.demand_weight"]:
        # What a solution is worth to a firm is what it would pay at most; the best bid is what solvers offer.
        demand = np.log(worth / p["challenge.worth"]) / max(p["challenge.worth_sd"], 1e-9)
        rank = wanted_first(rank, demand, np.where(teams > 0, seen[:, 0], 0.0), weight)
    order = np.lexsort((firms.identity[rows], -rank))
    order = order[teams[order] > 0]
    taken = covered(promised, order, office.room(world))
    rows, worth, fee, teams, promised = (values[taken] for values in (rows, worth, fee, teams, promised))
    solver, who, match, works = (values[taken] for values in (solver, who, match, works))
    pair = firms.identity[rows][:, None] * PAIR + who
    luck, shown = (NORMAL.of(world.luck.streams.sparse(name, world.quarter, pair)) for name in ("solver", "progress"))
    margin = score(
        p["challenge.success"], match, p["challenge.skill"], np.maximum(teams, 1)[:, None], p["challenge.rivalry"],
        p["challenge.common"], NORMAL.of(sparse("difficulty", rows))[:, None], luck,
    )  # fmt: skip
    office.sign(world, rows, promised, p["challenge.first_part"])
    anyway = expected_worth(p["challenge.success"], worth, p["challenge.lessons"]) >= 1
    number = list(world.agencies).index(contest.agency)
    same = np.ones(len(rows), np.int64)
    world.problems.add(
        slot=rows, identity=firms.identity[rows], office=number * same, signed=world.quarter * same, prune=contest.prune * same,
        fee=fee, worth=worth, anyway=anyway, solver=solver, who=who, margin=margin,
        shown=margin + p["challenge.progress_noise"] * shown, match=match, works=works,
    )  # fmt: skip
    note(world, challenge_signed=len(rows), challenge_teams=teams.sum(), challenge_anyway=np.count_nonzero(anyway))


def _posted(world, contest):
    """Firms that post a problem (rows,), the cost of a contract on it (RMB) and what its solution is worth over that cost."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    fits = firms.alive[:n] & (firms.cert_year[:n] > 0) & (firms.rd_1[:n] >= p["challenge.min_rd"])
    fits &= firms.awareness[:n] < world.rules.delivery.awareness
    fits[world.problems.slot] = False  # one at a time
    rows = np.flatnonzero(fits)
    price = np.exp(world.market_index)
    research = np.minimum(firms.rd_1[rows], 4 * firms.sales[rows] * firms.intensity[rows])
    cost = projects.contract(firms.contract[rows], price, p["challenge.contract"], research, p["challenge.most"])
    worth = p["challenge.worth"] * np.exp(p["challenge.worth_sd"] * world.luck.normal("problem", rows))
    chance = 1 - (1 - p["challenge.success"]) ** contest.teams
    multiple = cost_multiple(contest.teams, contest.prune, p["challenge.duration"])
    share = np.minimum(contest.share, contest.cap / np.maximum(cost, 1.0))
    paid = contract_price(share, p["challenge.first_part"], chance, multiple)
    hassle = np.rint(p["delivery.hassle_cost"] * world.rules.delivery.hassle * firms.hassle[rows])
    gain = expected_worth(chance, worth, p["challenge.lessons"])
    wants = (cost >= p["challenge.smallest"]) & posts(gain, paid, hassle / np.maximum(cost, 1.0))
    rows, cost, worth = rows[wants], cost[wants], worth[wants]
    world.ledger.from_firms("application", hassle[wants], "outside", rows)
    return rows, cost, worth


def _bids(world, rows):
    """Solver, its code, its match and the match as posters see it, all (rows, solvers); −inf where nobody bids.

    Universities anywhere, and the firms of the sector that know most, if they know more than the poster.
    """
    firms, p, u = world.firms, world.numbers, world.universities
    usual, typical = world.usual_links.knowledge, _typical_match(world)
    usual = float(usual.mean()) * projects.usual_growth(world, world.quarter)
    district, sector = firms.district[rows], firms.sector[rows]
    power = p["university.knowledge_exponent"]
    near = np.log(u.reach[district] * np.maximum(u.fit[:, sector].T, 1e-9)) + power * np.log(u.knowledge / usual)
    able = _ablest(world, int(p["challenge.firm_solvers"]))[sector]
    know = np.maximum(firms.knowledge[able], 1.0)
    local = np.log(world.proximity[district[:, None], firms.district[able]]) + power * np.log(know / usual)
    fit = (able != NOBODY) & (know > firms.knowledge[rows][:, None])
    every = np.broadcast_to(np.arange(u.count), near.shape)
    solver = np.concatenate([every, np.where(fit, u.count + able, NOBODY)], axis=1)
    who = np.concatenate([every, np.where(fit, u.count + firms.identity[able], NOBODY)], axis=1)
    match = np.concatenate([near, np.where(fit, local, 0.0)], axis=1) - typical
    pair = firms.identity[rows][:, None] * PAIR + np.maximum(who, 0)
    draw = world.luck.streams.sparse
    bids = np.nonzero((draw("bid", world.quarter, pair) < p["challenge.hears"]) & (solver != NOBODY))
    seen = np.full(match.shape, -np.inf)
    seen[bids] = match[bids] + p["challenge.bid_noise"] * NORMAL.of(draw("bid_seen", world.quarter, pair[bids]))
    return solver, who, match, seen


def _typical_match(world) -> float:
    """Match of the average university with the average place and sector, at the start: the chance of success is stated for it."""
    p, u, usual = world.numbers, world.universities, world.usual_links.knowledge
    know = p["university.knowledge_exponent"] * np.log(usual / usual.mean()).mean()
    return float(np.log(u.reach).mean() + np.log(np.maximum(u.fit, 1e-9)).mean() + know)


def _ablest(world, number: int):
    """Slots of the firms with most knowledge in each sector (sectors, number)."""
    firms, n = world.firms, world.firms.count
    table = np.full((len(world.place.sectors), number), NOBODY, np.int64)
    rows = np.flatnonzero(firms.alive[:n])
    home = firms.sector[rows]
    for sector in range(len(table)):
        of = rows.take(np.flatnonzero(home == sector))
        ablest = of[first(number, -firms.knowledge[of], firms.identity[of])]
        table[sector, : len(ablest)] = ablest
    return table
