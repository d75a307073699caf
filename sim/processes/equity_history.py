"""Equity before the run: the funds of ten years with the stakes they still hold in firms of the city, so that neither
rounds nor sales start from nothing."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.processes import equity, stakes, valuation
from sim.processes.stakes import HISTORY, MEETING, PRIVATE


def still_held(age, least: float, rate: float):
    """Part of stakes bought `age` quarters ago that has not been sold before now: the tail of the holding time."""
    return (1 - rate / 4) ** np.maximum(age - least, 0)


def start(world) -> None:
    """The same in every package: what happened before is nobody's policy."""
    p = world.numbers
    world.public_equity = np.full(4 // MEETING, p["place.public_equity"] * MEETING / 4)
    slot, age, fund = _stakes(world)
    _enter(world, slot, age, fund)
    _books(world, age, fund)
    _spending(world, slot, age)


def _stakes(world):
    """Firms in which funds hold stakes, how many quarters ago they bought them, and which fund did."""
    firms, p, funds, n = world.firms, world.numbers, world.funds, world.firms.count
    draw = world.streams.trait
    growth = p.at("economy.market_growth", -1)
    ages = np.arange(1, int(p["equity.life"]))
    held = still_held(ages, p["equity.exit_after"], p["equity.exit_rate"])
    yearly = (p["place.private_equity"] + p["place.public_equity"]) * (1 + growth) ** (-ages / 4)
    money = yearly / 4 * held
    rows = np.flatnonzero((firms.openness[:n] < p["equity.willing"]) & equity.targets(world, slice(0, n)))
    rows = rows[np.argsort(draw("stakes").random(n)[rows], kind="stable")]
    ticket = _ticket(world, rows)
    born = -firms.birth[rows].astype(np.int64)
    free, short = np.ones(len(rows), bool), 0.0
    found = []
    # From the oldest on: a firm must have been there when the stake was bought.
    for age, wanted in zip(ages[::-1], money[::-1]):
        wanted += short
        cost = ticket * (1 + growth) ** (-age / 4)
        at = np.flatnonzero(free & (born > age))
        number = int(np.searchsorted(np.cumsum(cost[at]), wanted, side="right"))
        at = at[:number]
        free[at] = False
        short = wanted - cost[at].sum()
        found.append((rows[at], np.full(number, age)))
    slot, age = (np.concatenate(part) for part in zip(*found))
    # The vintage that invested then: one of those in their investment period, by lot.
    years = max(int(p["equity.invest_period"]) // 4, 1)
    public = p["place.public_equity"] / max(p["place.public_equity"] + p["place.private_equity"], 1.0)
    luck = draw("stakes of funds").random((2, n))[:, slot]
    opens = 4 * (-age // 4) - 4 * np.floor(luck[0] * years).astype(np.int64)
    kind = np.where(luck[1] < public, HISTORY, PRIVATE)
    row_of = {(int(k), int(o)): row for row, (k, o) in enumerate(zip(funds.kind, funds.opens))}
    fund = np.array([row_of.get((k, o), -1) for k, o in zip(kind.tolist(), opens.tolist())], np.int64)
    known = fund >= 0  # the others belonged to funds that have ended
    return slot[known], age[known], fund[known]


def _ticket(world, rows):
    tickets, _ = equity.terms_by_stage(world.numbers, 0.0)
    return tickets[equity.stage_of(world.numbers, world.firms.sales_1[rows])]


def _enter(world, slot, age, fund):
    """Stakes at their marks: a firm is worth what it was worth then times its own growth as far as its books go back."""
    firms, p, deals = world.firms, world.numbers, world.funds.deals
    growth = p.at("economy.market_growth", -1)
    stage = equity.stage_of(p, firms.sales_1[slot])
    _, first_stake = equity.terms_by_stage(p, 0.0)
    cost = np.rint(_ticket(world, slot) * (1 + growth) ** (-age / 4))
    now = np.maximum(firms.sales_1[slot], 1.0)
    two, three = firms.sales_2[slot], firms.sales_3[slot]
    seen = np.where((age >= 8) & (three > 0), 2, np.where((age >= 4) & (two > 0), 1, 0))
    own = np.where(seen == 2, now / np.maximum(three, 1.0), np.where(seen == 1, now / np.maximum(two, 1.0), 1.0))
    after = cost / first_stake[stage] * own * (1 + growth) ** (age / 4 - seen)
    firms.price[slot] = after / stakes.worth(world, slot)
    # Who has not been sold yet leaves after what is left of a holding time that is longer than the time so far.
    least, rate = p["equity.exit_after"], p["equity.exit_rate"]
    tail = still_held(age, least, rate)
    hold = valuation.holding(1 - tail * (1 - firms.exit_clock[slot]), least, rate)
    firms.exit_at[slot] = np.minimum(np.maximum(hold - age, 0), stakes.SOLD - 1)
    firms.backed[slot] = True
    firms.last_round[slot] = -age
    firms.round_stage[slot] = stage
    value = np.rint(first_stake[stage] * firms.price[slot] * stakes.worth(world, slot))
    deals.add(
        fund=fund, slot=slot, cost=cost, stake=first_stake[stage], value=value, opened=-age,
        redeem=firms.lot[slot] < p["equity.redemption"], leaves=NEVER, luck=1.0,
    )  # fmt: skip
    world.funds.add_nav(fund, value)


def _books(world, age, fund):
    """Pledges, calls and returns so far: vintages of the usual size that have invested evenly; sold stakes came back
    at cost."""
    funds, p = world.funds, world.numbers
    growth, period = p.at("economy.market_growth", -1), p["equity.invest_period"]
    held = np.bincount(fund, funds.deals.cost, funds.rows)
    old = (funds.opens < 0) & (funds.kind == PRIVATE)
    years = -funds.opens / 4
    share = np.minimum(-funds.opens / period, 1.0)
    wanted = np.where(old, np.rint(p["place.private_equity"] * (1 + growth) ** -years), 0.0)
    fees = p["equity.fee"] * period / 4
    funds.investable = wanted.copy()
    funds.pledged_private = np.rint(wanted / (1 - fees))
    funds.target = funds.pledged_private.copy()
    funds.invested = np.where(old, np.maximum(np.rint(wanted * share), held), held)
    funds.investable = np.maximum(funds.investable, funds.invested)
    funds.fees = np.where(old, np.rint(fees * funds.pledged_private * share), 0.0)
    funds.pledged_private = np.where(old, np.maximum(funds.pledged_private, funds.invested + funds.fees), 0.0)
    funds.called_private = np.where(old, funds.invested + funds.fees, 0.0)
    done = old & (share >= 1)
    left = funds.pledged_private - funds.called_private
    funds.moved = np.where(done, left, 0.0)
    funds.uncalled_private = np.where(done, 0.0, left)
    funds.pledged_public = np.where(funds.kind == HISTORY, held, 0.0)
    funds.called_public = funds.pledged_public.copy()
    funds.proceeds = funds.invested - held
    funds.to_private = np.where(old, funds.proceeds, 0.0)
    funds.unreturned = funds.called_private + funds.called_public - funds.proceeds
    # Interest so far on what is still out, for as long as the stakes have been held on average.
    mean = np.bincount(fund, funds.deals.cost * age, funds.rows) / np.maximum(held, 1.0)
    funds.preferred = funds.unreturned * ((1 + p["equity.hurdle"]) ** (mean / 4) - 1)


def _spending(world, slot, age):
    """Recent rounds are still being spent. The R&D of the start holds that part already, so it is taken out of the plan:
    firms do as much R&D as before, and less when the money ends, while others come to do more."""
    firms, p = world.firms, world.numbers
    runway = p["equity.runway"]
    at = np.flatnonzero(age < runway)
    slot, left = slot[at], runway - age[at]
    planned = firms.intensity[slot] * firms.sales_1[slot] / 4
    quarter = np.minimum(p["equity.rd_share"] * world.funds.deals.cost[at] / runway, p["equity.start_share"] * planned)
    quarter = np.floor(np.minimum(quarter, p["rd.cash_share"] * np.maximum(firms.cash[slot], 0) / left))
    firms.equity_quarter[slot] = quarter
    firms.equity_left[slot] = quarter * left
    own = 1 - quarter / np.maximum(planned, 1.0)
    firms.intensity[slot] *= own
    firms.desired_intensity.flags.writeable = True
    firms.desired_intensity[slot] *= own
    firms.desired_intensity.flags.writeable = False
