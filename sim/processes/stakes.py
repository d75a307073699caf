"""Stakes of funds: marks, sales, buy-backs and write-offs, and what partners get back."""

from __future__ import annotations

import numpy as np

from sim.processes import rebates, valuation, waterfall

# Kinds of funds: private money; public stakes of the years before the run; funds of programmes; a fund of funds.
PRIVATE, HISTORY, PUBLIC, MOTHER = range(4)
MEETING = 2  # quarters between meetings of funds and partners (twice a year: a quarterly round costs twice the time); marks are quarterly
SOLD = 32767  # quarter of sale of a firm whose funds have left: it looks for no more


def worth(world, slots):
    """What firms have to show (rows,) RMB; times the price of their last round it is their value."""
    firms, value = world.firms, world.numbers["equity.knowledge_value"]
    return valuation.fundamental(4 * firms.sales[slots], firms.knowledge[slots], firms.cash[slots], value)


def revalue(world) -> None:
    """Mark every stake at the firm's own growth since its last round; those elsewhere grow as these do."""
    funds, deals, firms = world.funds, world.funds.deals, world.firms
    slot, before = deals.slot, deals.value
    value = np.rint(deals.stake * firms.price[slot] * worth(world, slot))
    there = np.flatnonzero(slot < 0)
    if len(there):
        old, value[there] = before[there], 0
        base = before.sum() - old.sum()
        growth = value.sum() / base if base else 1.0
        value[there] = np.rint(old * growth)
    funds.add_nav(deals.fund, value - before)
    deals.value = value


def sell_due(world) -> None:
    """Firms whose time has come are listed, sold or buy their owners out; funds at their end sell what is left."""
    funds, deals, firms, p = world.funds, world.funds.deals, world.firms, world.numbers
    quarter, slot = world.quarter, deals.slot
    tail, discount, interest = (p[f"equity.{name}"] for name in ("luck_tail", "secondary_discount", "redemption_rate"))
    least = p.at("equity.listing_value", quarter)
    time = np.where(slot >= 0, firms.exit_at[slot], deals.leaves) <= quarter
    at = np.flatnonzero(time | (funds.opens[deals.fund] <= quarter - p["equity.life"]))
    if not len(at):
        return
    slot, time = slot[at], time[at]
    here = slot >= 0
    cost, held = deals.cost[at], quarter - deals.opened[at]
    luck = np.where(here, valuation.exit_luck(firms.exit_luck[slot], tail), deals.luck[at])
    paid = np.floor(deals.value[at] * luck * np.where(time, 1.0, 1 - discount))
    whole_firm = firms.price[slot] * worth(world, slot) * luck
    listed = here & time & (whole_firm >= least)
    claim = np.floor(cost * (1 + interest * held / 4))
    back = _buy_back(world, slot, here & time & (deals.redeem[at] > 0) & ~listed, claim, paid)
    bought, fund = back > 0, deals.fund[at]
    paid = np.where(bought, back, paid)
    route = np.where(bought, valuation.BUYBACK, np.where(listed, valuation.LISTING, valuation.TRANSFER))
    route[luck == 0] = valuation.WRITE_OFF  # died elsewhere
    world.ledger.to_rows("exit", "funds", np.bincount(fund, paid * ~bought, funds.rows), "outside")
    world.ledger.between("buyback", "firms", slot[bought], "funds", fund[bought], paid[bought])
    funds.settle(route, paid / cost, held)
    funds.flows["exits"] = float(len(at))
    funds.flows["bought_back"] = float(paid[bought].sum())
    _close(world, at, paid)
    gone = slot[here & time]
    firms.exit_at[gone] = SOLD
    firms.price[gone] = 0
    firms.backed[gone] = False


def _buy_back(world, slot, asks, claim, sale):
    """What firms pay to buy their owners out (rows,): up to the claim, as far as cash above the floor goes, if that is
    more than the stakes would fetch."""
    firms, paid = world.firms, np.zeros(len(slot))
    at = np.flatnonzero(asks)
    if not len(at):
        return paid
    firm = slot[at]
    owed, fetches = np.bincount(firm, claim[at])[firm], np.bincount(firm, sale[at])[firm]
    spare = np.maximum(firms.cash[firm] - world.numbers["credit.cash_floor"] * 4 * firms.sales[firm], 0)
    part = np.minimum(spare / np.maximum(owed, 1.0), 1.0)
    paid[at] = np.floor(np.where(part * owed > fetches, part * claim[at], 0.0))
    return paid


def _close(world, at, paid):
    """Take stakes off the books: their worth leaves the funds and what was paid stands in their cash."""
    funds, deals = world.funds, world.funds.deals
    rebates.settle(world, at, paid)
    funds.proceeds += np.bincount(deals.fund[at], paid, funds.rows)
    funds.add_nav(deals.fund[at], -deals.value[at])
    keep = np.ones(deals.count, bool)
    keep[at] = False
    deals.keep(keep)


def write_off(world, rows) -> None:
    """Firms that close: after lenders and before the founders, funds take up to their cost; the rest is lost."""
    funds, deals, firms = world.funds, world.funds.deals, world.firms
    at = _held_in(world, rows)
    if not len(at):
        return
    slot, fund, cost = deals.slot[at], deals.fund[at], deals.cost[at]
    part = np.minimum(np.maximum(firms.cash[slot], 0) / np.bincount(slot, cost)[slot], 1.0)
    paid = np.floor(part * cost)
    world.ledger.between("liquidation", "firms", slot, "funds", fund, paid)
    funds.settle(np.full(len(at), valuation.WRITE_OFF), paid / cost, world.quarter - deals.opened[at])
    funds.flows["exits"] += len(at)
    _close(world, at, paid)


def sell_movers(world, rows) -> None:
    """Firms that move away: owners there take the stakes over."""
    funds, deals, firms, p = world.funds, world.funds.deals, world.firms, world.numbers
    at = _held_in(world, rows)
    if not len(at):
        return
    luck = valuation.exit_luck(firms.exit_luck[deals.slot[at]], p["equity.luck_tail"])
    paid = np.floor(deals.value[at] * luck)
    world.ledger.to_rows("exit", "funds", np.bincount(deals.fund[at], paid, funds.rows), "outside")
    funds.settle(np.full(len(at), valuation.TRANSFER), paid / deals.cost[at], world.quarter - deals.opened[at])
    funds.flows["exits"] += len(at)
    _close(world, at, paid)


def _held_in(world, rows):
    """Stakes in these firms."""
    firms = world.firms
    if not firms.backed[rows].any():
        return rows[:0]
    mark = np.zeros(firms.count + 1, bool)  # the last entry stands for firms elsewhere
    mark[rows] = True
    return np.flatnonzero(mark[world.funds.deals.slot])


def dividends(world, paid) -> np.ndarray:
    """Part of the dividends (rows,) that goes to funds by their stakes; posts it."""
    funds, deals = world.funds, world.funds.deals
    at = np.flatnonzero(deals.slot >= 0)
    slot = deals.slot[at]
    amount = np.floor(deals.stake[at] * paid[slot])
    world.ledger.between("dividend", "firms", slot, "funds", deals.fund[at], amount)
    funds.proceeds += np.bincount(deals.fund[at], amount, funds.rows)
    return np.bincount(slot, amount, len(paid))


def distribute(world) -> None:
    """Fees on stakes still held come out of proceeds; the rest goes to the partners by the waterfall."""
    funds, p, ledger, flows = world.funds, world.numbers, world.ledger, world.funds.flows
    late = world.quarter - funds.opens >= p["equity.invest_period"]
    base = np.bincount(funds.deals.fund, funds.deals.cost, funds.rows)
    fee = np.minimum(np.rint(late * base * (p["equity.fee"] * MEETING / 4)), funds.cash)
    ledger.from_rows("fund_fee", "funds", fee, "households")
    funds.fees += fee
    flows["fees"] += float(fee.sum())
    capital = funds.called_public + funds.called_private
    paid_in = np.divide(funds.called_public, capital, out=np.zeros(funds.rows), where=capital > 0)
    funds.preferred = waterfall.accrue(funds.unreturned, funds.preferred, p["equity.hurdle"], MEETING)
    public, private, manager, funds.unreturned, funds.preferred = waterfall.split(
        funds.cash.copy(), funds.unreturned, funds.preferred, paid_in, p["equity.carry"], funds.giveaway
    )
    ledger.from_rows("distribution", "funds", private, "outside")
    ledger.from_rows("carry", "funds", manager, "households")
    ledger.from_rows("distribution", "funds", public[funds.history], "city", funds.history)
    for name, amount in (("to_public", public), ("to_private", private), ("to_manager", manager)):
        setattr(funds, name, getattr(funds, name) + amount)
    flows["carried"], flows["distributed"] = float(manager.sum()), float(public.sum() + private.sum())
    for agency, rows, mother in zip(world.fund_agencies, funds.rows_of, funds.mother_of):
        back = public[rows]
        total = float(back.sum())
        if not total:
            continue
        if mother >= 0:
            ledger.between("distribution", "funds", rows, "funds", np.full(len(rows), mother), back)
            funds.proceeds[mother] += total
            funds.to_public[mother] += total
            back, rows = np.array([total]), [mother]
        ledger.from_rows("distribution", "funds", back, agency.account, rows)
        agency.returned += total
        flows["returned_public"] += total
