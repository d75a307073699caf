"""Equity: firms that lack money for what they would do look for owners; funds choose among them and pay; partners are
called (`partners.py`). Marks, sales and what partners get back stand in `stakes.py`.

A yuan of equity is cash first. Part of it becomes R&D beyond the plan, spent evenly over the runway; the rest stands in
for credit that lenders refuse. Nothing here raises a firm's success: what a stake earns comes from the firm's growth.
"""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.processes import (
    attraction,
    distinctions,
    groups,
    labels,
    lending,
    partners,
    rebates,
    stakes,
    valuation,
    visits,
    waterfall,
)
from sim.processes.stakes import MEETING


def act(world) -> None:
    """Marks every quarter; twice a year funds meet: stakes are sold, partners paid, new funds close, firms get money."""
    stakes.revalue(world)
    rebates.open_quarter(world)
    groups.house_staff(world)
    if world.season % MEETING:
        return
    stakes.sell_due(world)
    stakes.distribute(world)
    partners.close_funds(world)
    _invest(world)


# -- demand ---------------------------------------------------------------------------------------------------------
def terms_by_stage(p, index: float):
    """Usual round (3,) RMB at the price level of the market, and stake sold in a first round (3,)."""
    names = ("seed", "early", "growth")
    tickets = np.array([p[f"equity.ticket_{name}"] for name in names]) * np.exp(index)
    return tickets, np.array([p[f"equity.stake_{name}"] for name in names])


def stage_of(p, annual):
    """0 seed, 1 early, 2 growth, by annual sales (rows,)."""
    return (annual >= p["equity.seed_sales"]).astype(np.int64) + (annual >= p["equity.late_sales"])


def targets(world, rows):
    """Whether funds look at these firms at all (rows,): high-tech, R&D, not old and not large."""
    firms, p = world.firms, world.numbers
    return (
        firms.alive[rows]
        & (firms.hightech[rows] >= p["equity.min_hightech"])
        & (firms.intensity[rows] >= p["equity.min_intensity"])
        & (world.quarter - firms.birth[rows] <= p["equity.max_age"])
        & (4 * firms.sales[rows] <= p["equity.max_sales"])
    )


def _seekers(world):
    """Firms that look for money this quarter: slots, stage, round asked for, value before it, score, meeting rank."""
    firms, p, n, quarter = world.firms, world.numbers, world.firms.count, world.quarter
    rows = np.flatnonzero(firms.openness[:n] < p["equity.willing"])
    luck = world.luck.uniform("pitch", rows)
    usual = valuation.pitch_chance(1 - (1 - p["equity.search"]) ** MEETING, p["equity.signal"], 0)
    rows, luck = attraction.pitching(world, rows, luck, usual)
    search = 1 - (1 - p["equity.search"]) ** visits.pitches(world, rows, MEETING)
    # First those who might pitch at all with a signal, which are few; then who has one, rests, or is no target.
    early = np.flatnonzero(luck < valuation.pitch_chance(search, max(p["equity.signal"], 0.0), 1))
    rows, luck, search = rows[early], luck[early], search[early] if np.ndim(search) else search
    since = quarter - firms.last_round[rows].astype(np.int64)
    fresh = (firms.round_stage[rows] == 0) & (since <= p["equity.signal_window"])
    rank = luck / valuation.pitch_chance(search, p["equity.signal"], fresh)
    keep = (rank < 1) & (since >= p["equity.pause"]) & (firms.exit_at[rows] != stakes.SOLD) & targets(world, rows)
    rows, rank = rows[keep], rank[keep]
    annual = 4 * firms.sales[rows]
    stage = stage_of(p, annual)
    wish = p["equity.ambition"] * p["equity.runway"] / 4 * annual * (firms.intensity[rows] + p["credit.investment_share"])
    wish = np.maximum(wish, p["equity.project"] * np.exp(world.market_index))
    wish += world.unmet[rows] * firms.leverage[rows] * annual
    lacks = wish - np.maximum(firms.cash[rows] - p["credit.cash_floor"] * annual, 0)
    ticket, stake = terms_by_stage(p, world.market_index)
    ticket, stake, spread = ticket[stage], stake[stage], p["equity.ticket_spread"]
    value = firms.price[rows] * stakes.worth(world, rows)
    ask, after = valuation.round_terms(np.minimum(lacks, spread * ticket), value, stake, p["equity.stake_cap"])
    keep = np.flatnonzero(ask >= ticket / spread)
    rows, stage, ask, value, after, rank, annual = (x[keep] for x in (rows, stage, ask, value, after, rank, annual))
    past = firms.sales_1[rows]
    growth = np.where(past > 0, np.log(np.maximum(annual, 1.0) / np.maximum(past, 1.0)), 0.0)
    depth = np.log(np.maximum(firms.knowledge[rows], 1.0) / np.maximum(annual, 1.0) / world.usual_depth)
    most = p["equity.score_limit"]
    score = (
        p["equity.weight_growth"] * np.clip(growth / p["sales.volatility"], -most, most)
        + p["equity.weight_depth"] * np.clip(depth, -most, most)
        + p["equity.weight_merit"] * firms.merit[rows]
        + p["equity.judgement"] * valuation.logistic(valuation.further(rank))
    ) + labels.belief(world, rows, world.rules.labels.fund)
    if world.rules.distinctions:
        score += distinctions.belief(world, rows, "fund")
    return rows, stage, ask, value, after, score, rank


# -- rounds ---------------------------------------------------------------------------------------------------------
def pick(weight, rank):
    """Column chosen by each row with these weights (rows, columns) at a uniform rank; −1 where all weights are zero."""
    edges = np.cumsum(weight, axis=1)
    total = edges[:, -1] if edges.shape[1] else np.zeros(len(edges))
    chosen = (edges <= (rank * total)[:, None]).sum(axis=1)
    return np.where(total > 0, np.minimum(chosen, weight.shape[1] - 1), -1)


def best_first(fund, score, rows, amount, budget):
    """Which of these a fund takes (rows,): the best by score, as many as its budget (funds,) pays for."""
    order = np.lexsort((rows, -score, fund))
    spent = np.cumsum(amount[order])
    of, before = fund[order], spent - amount[order]
    # Where a fund starts, what those before it spent; it only grows, so its running maximum is that of the own fund.
    before[1:] *= of[1:] != of[:-1]
    taken = np.zeros(len(fund), bool)
    taken[order] = spent - np.maximum.accumulate(before) <= budget[of]
    return taken


def _invest(world):
    """Firms meet funds, funds take the best they can pay, others join; then partners are called and all is paid."""
    funds, firms, p, quarter = world.funds, world.firms, world.numbers, world.quarter
    period = int(p["equity.invest_period"])
    age = quarter - funds.opens
    active = funds.opened & funds.invests & (age < period)
    left = (funds.uncalled_public + funds.uncalled_private) * active
    due = waterfall.due(funds.investable * funds.local, funds.invested, age, period, MEETING)
    budget = np.floor(np.minimum(due, left))
    slots, stage, ask, value, after, score, rank = _seekers(world)
    fund, lead = _meet(world, slots, stage, ask, rank, budget)
    fund, lead = attraction.rounds(world, slots, ask, after, score, fund, lead, budget)
    score = groups.know(world, slots, fund, judged(world, fund, score, rank), rank)
    at = np.flatnonzero((fund >= 0) & (score >= p["equity.bar"] - funds.tolerance[fund] - rebates.relief(world, fund, stage)))
    at = at[best_first(fund[at], groups.prefer(world, slots[at], fund[at], score[at]), firms.identity[slots[at]], lead[at], budget)]
    slots, fund, lead, value, after, stage = (x[at] for x in (slots, fund, lead, value, after, stage))
    score, led_now = score[at], len(at)
    slots, fund, lead, value, after, stage = groups.rescue(world, slots, fund, lead, value, after, stage, budget)
    joint, partner, follow = _followers(world, slots, fund, lead, left)
    led, joined = np.bincount(fund, lead, funds.rows), np.bincount(partner, follow, funds.rows)
    outside = _elsewhere(world, left, age, period)
    partners.bring_followers(world, led, joined)
    called = partners.call(world, active, led + joined + outside)
    partners.crowd_out(world, active, called)
    _pay_firms(world, slots, fund, lead, value, after, stage, joint, partner, follow)
    rebates.pay(world, slots[:led_now], fund[:led_now], lead[:led_now], stage[:led_now], score)
    _pay_others(world, outside, age)
    public = lead * funds.public[fund]
    firms.received[slots] += np.rint(public)
    flows = funds.flows
    flows["deals"], flows["coinvested"] = float(len(slots)), float(follow.sum())
    flows["invested"] = float(lead.sum()) + flows["coinvested"]
    flows["invested_public"] = float(lead[public > 0].sum())
    office = funds.programme[fund]
    for k, agency in enumerate(world.fund_agencies):
        agency.recipients += int(np.count_nonzero(office == k))
    world.public_equity[world.season // MEETING] = flows["invested_public"] / float(np.exp(world.market_index))
    partners.end_investing(world, active & (age >= period - MEETING))


def _meet(world, slots, stage, ask, rank, budget):
    """Fund that each firm meets (rows,), −1 none, and the money its lead would bring. Firms meet funds that can pay and
    may enter, by the money these have for the stage: a fund splits it over the stages open to it."""
    funds, p = world.funds, world.numbers
    offer = np.flatnonzero(budget)
    if not len(offer):
        return np.full(len(slots), -1), ask
    # A round has a lead and followers; private funds stand for their whole syndicate.
    part = np.where(funds.public[offer] > 0, 1 / (1 + p["equity.coinvest"]), 1.0)
    leads, sector = np.floor(ask[:, None] * part), funds.sector[offer]
    admits = (stage[:, None] <= funds.latest[offer]) & (leads <= budget[offer])
    admits &= (world.firms.sector[slots][:, None] == sector) | (sector < 0)
    weight = admits * (budget[offer] / (funds.latest[offer] + 1))
    if funds.late[offer].any():  # state partners: from seed to growth rounds
        weight *= 1 + funds.late[offer] * (stage[:, None] - 1)
    met = pick(weight, rank)
    return np.where(met >= 0, offer[met], -1), leads[np.arange(len(slots)), met]


def judged(world, fund, score, rank):
    """Score as managers of funds see it (rows,): a skilled one errs less."""
    skill = world.funds.skill
    if not skill.any():
        return score
    met = np.where(fund >= 0, skill[fund], 0.0)
    return score - met * world.numbers["equity.judgement"] * valuation.logistic(valuation.further(rank))


def _followers(world, slots, fund, lead, left):
    """Private money beside public leads: which rounds, which private fund, how much."""
    funds, p = world.funds, world.numbers
    share = funds.public[fund]
    follow = np.floor(valuation.co_investment(share, p["equity.coinvest"]) * lead)
    joint = np.flatnonzero((share > 0) & (follow > 0))
    weight = np.where(funds.private, left, 0.0)
    partner = pick(np.broadcast_to(weight, (len(joint), funds.rows)), world.firms.lot[slots[joint]])
    found = partner >= 0
    return joint[found], partner[found], follow[joint[found]]


def _elsewhere(world, left, age, period):
    """What funds without a duty to stay put into firms outside the city this quarter, (funds,) RMB, in whole rounds."""
    funds, least = world.funds, world.numbers["equity.ticket_seed"]
    due = np.minimum(waterfall.due(funds.investable * (1 - funds.local), funds.invested_outside, age, period, MEETING), left)
    return np.floor(due * ((due >= least) | (age >= period - MEETING)))


def _pay_firms(world, slots, fund, lead, value, after, stage, joint, partner, follow):
    """Money to firms, stakes to funds; earlier owners are diluted."""
    funds, firms, p, quarter, deals = world.funds, world.firms, world.numbers, world.quarter, world.funds.deals
    if not len(slots):
        return
    raised = lead.copy()
    raised[joint] += follow
    first = value <= 0
    # A first round is priced by what the firm asked for; if less comes, less of the firm is sold.
    now = np.where(first, after, value + raised)
    factor = np.ones(firms.count + 1)  # the last entry stands for firms elsewhere
    factor[slots] = np.where(first, 1.0, value / now)
    deals.stake = deals.stake * factor[deals.slot]
    rows = np.concatenate([np.arange(len(slots)), joint])
    who, amount, where = np.concatenate([fund, partner]), np.concatenate([lead, follow]), slots[rows]
    world.ledger.between("deal", "funds", who, "firms", where, amount)
    funds.invested += np.bincount(who, amount, funds.rows)
    funds.add_nav(who, amount)
    # Whether owners sign a buy-back is a lasting trait, so all funds of a firm have one or none.
    deals.add(
        fund=who, slot=where, cost=amount, value=amount, stake=amount / now[rows], opened=quarter,
        redeem=firms.lot[where] < p["equity.redemption"], leaves=NEVER, luck=1.0,
    )  # fmt: skip
    firms.price[slots] = now / stakes.worth(world, slots)
    hold = valuation.holding(firms.exit_clock[slots], p["equity.exit_after"], p["equity.exit_rate"])
    planned = firms.exit_at[slots]
    firms.exit_at[slots] = np.where(planned == NEVER, np.minimum(quarter + hold, stakes.SOLD - 1), planned)
    firms.backed[slots] = True
    firms.equity_raised[slots] += raised
    left = firms.equity_left[slots] + np.rint(p["equity.rd_share"] * raised)
    firms.equity_left[slots] = left
    firms.equity_quarter[slots] = np.ceil(left / p["equity.runway"])
    firms.last_round[slots] = quarter
    firms.round_stage[slots] = stage
    lending.exercise(world, slots)


def _pay_others(world, outside, age):
    """Money to firms outside the city, each with its own time and luck."""
    funds, p, rows = world.funds, world.numbers, np.flatnonzero(outside)
    failure = p["equity.failure_elsewhere"]
    if not len(rows):
        return
    amount = outside[rows]
    world.ledger.from_rows("deal_elsewhere", "funds", amount, "outside", rows)
    funds.invested_outside += outside
    funds.add_nav(rows, amount)
    dies, rank, clock = funds.elsewhere_luck[rows, age[rows]].T
    luck = valuation.exit_luck(rank, p["equity.luck_tail"]) * (dies >= failure)
    leaves = world.quarter + valuation.holding(clock, p["equity.exit_after"], p["equity.exit_rate"])
    funds.deals.add(
        fund=rows, slot=-1, cost=amount, value=amount, stake=0.0, opened=world.quarter, redeem=False, leaves=leaves, luck=luck
    )
    funds.flows["invested_outside"] = float(amount.sum())


# -- the close ------------------------------------------------------------------------------------------------------
def appraise(world) -> None:
    """At the end of the quarter: what the public part of each programme's stakes is worth at the marks."""
    funds = world.funds
    share = funds.called_public / np.maximum(funds.called_public + funds.called_private, 1)
    worth = funds.nav * share
    for agency, rows in zip(world.fund_agencies, funds.rows_of):
        agency.appraise(float(np.rint(worth[rows].sum())))


# -- what others ask ------------------------------------------------------------------------------------------------
def relieved(world) -> np.ndarray:
    """Debt that lenders refuse (rows,), as part of the desired debt, less what a round leaves beside its R&D."""
    firms, part, slot = world.firms, world.numbers["equity.rd_share"], world.funds.deals.slot
    rows = slot[slot >= 0]  # a firm with several owners stands here several times, always with the same result
    if not part or not len(rows):
        return world.unmet
    unmet = world.unmet.copy()
    wanted = np.maximum(firms.leverage[rows] * 4 * firms.sales[rows], 1.0)
    unmet[rows] = np.maximum(world.unmet[rows] - firms.equity_left[rows] * ((1 - part) / part) / wanted, 0)
    return unmet


def pull(world) -> float:
    """Public equity invested in the city over a year, beyond that of the start, over all equity of the start."""
    p = world.numbers
    usual = p["place.private_equity"] + p["place.public_equity"]
    return float(world.public_equity.sum() - p["place.public_equity"]) / usual if usual else 0.0
