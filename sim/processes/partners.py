"""Partners of funds: what they pledge when a fund closes, what is called, what public money pushes aside, and what is let
go in the end."""

from __future__ import annotations

import numpy as np

from sim.processes import waterfall
from sim.processes.stakes import MEETING


def supply(world) -> float:
    """Private money offered to the city's firms at the present pace, RMB a year."""
    p = world.numbers
    return p["place.private_equity"] * p.at("equity.market", max(world.quarter, 0)) * float(np.exp(world.market_index))


def close_funds(world):
    """The private vintage of the year; and funds of programmes whose yearly budget has been approved."""
    funds, p, quarter = world.funds, world.numbers, world.quarter
    fee, period, offered = p["equity.fee"], int(p["equity.invest_period"]), supply(world)
    opens = (funds.opens <= quarter) & ~funds.opened
    if not opens.any():
        return
    rows = np.flatnonzero(opens & funds.private)
    pledged = np.full(len(rows), np.rint(offered / waterfall.investable(1.0, fee, period)))
    funds.pledge(rows, np.zeros(len(rows)), pledged, pledged, fee, period)
    for agency, rows, mother in zip(world.fund_agencies, funds.rows_of, funds.mother_of):
        rows = rows[opens[rows]]
        if not agency.fresh or not len(rows):
            continue
        budget, agency.fresh = agency.fresh, 0.0
        if mother >= 0:
            one = np.array([mother])
            funds.pledge(one, np.array([budget]), np.zeros(1), np.array([budget]), p["equity.mother_fee"], period)
            budget = np.floor(waterfall.investable(budget, p["equity.mother_fee"], period))
        each = np.full(len(rows), budget // len(rows))
        each[0] += budget - each.sum()
        share = funds.public[rows]
        # An announced size is a plan; partners pledge their usual part of theirs, more here and less there, and all
        # of them together no more than a year of private money.
        target = np.where(share < 1, each / share / p["equity.raised_share"], each)
        spread = p["equity.raised_sd"]
        hoped = each * (1 - share) / share * np.exp(spread * funds.pledge_luck[rows] - spread**2 / 2)
        found = np.floor(hoped * min(offered / max(hoped.sum(), 1.0), 1.0))
        funds.pledge(rows, each, found, np.rint(target), fee, period)
        funds.public[rows] = each / (each + found)
        funds.local[rows] = np.minimum(funds.reinvestment[rows] * funds.public[rows], 1.0)


def bring_followers(world, led, joined):
    """Followers' money (funds,): the part that would have come anyway is in their funds' pledges, the rest is new."""
    funds, kept = world.funds, world.numbers["equity.crowd_out"]
    own = np.floor(np.minimum(kept * joined, np.maximum(funds.uncalled_private - led, 0)))
    for name in ("pledged_private", "uncalled_private", "investable"):
        setattr(funds, name, getattr(funds, name) + joined - own)


def call(world, active, spent):
    """Call from partners what rounds and fees of the quarter take. Returns what private partners of public funds paid."""
    funds, p, ledger, flows = world.funds, world.numbers, world.ledger, world.funds.flows
    open_ = funds.uncalled_public + funds.uncalled_private
    fee = np.rint(active * (funds.pledged_public + funds.pledged_private - funds.moved) * (p["equity.fee"] * MEETING / 4))
    fee = np.minimum(fee, np.maximum(open_ - spent, 0))
    need = spent + fee
    public = np.floor(need * (funds.uncalled_public / np.maximum(open_, 1)))
    private = need - public
    funds.uncalled_public -= public
    funds.uncalled_private -= private
    funds.called_public += public
    funds.called_private += private
    funds.fees += fee
    funds.unreturned += need
    ledger.to_rows("call", "funds", private, "outside")
    flows["called"], flows["called_private"], flows["fees"] = float(need.sum()), float(private.sum()), float(fee.sum())
    for agency, rows, mother in zip(world.fund_agencies, funds.rows_of, funds.mother_of):
        part = public[rows]
        total = float(part.sum())
        if mother >= 0:
            total += _call_above(world, agency, rows, mother, part, active)
        else:
            ledger.to_rows("call", "funds", part, agency.account, rows)
        agency.call(total)
        flows["called_public"] += total
    ledger.from_rows("fund_fee", "funds", fee, "households")
    return float(private[~funds.private].sum())


def _call_above(world, agency, rows, mother, part, active):
    """A fund of funds calls for its sub-funds and for its own fee on those that still invest. Returns that fee."""
    funds, ledger, total = world.funds, world.ledger, float(part.sum())
    base = float((funds.pledged_public * active)[rows].sum())
    fee = np.rint(world.numbers["equity.mother_fee"] / 4 * base)
    fee = float(max(min(fee, funds.uncalled_public[mother] - total), 0.0))
    ledger.to_rows("call", "funds", np.array([total + fee]), agency.account, [mother])
    ledger.between("call", "funds", np.full(len(rows), mother), "funds", rows, part)
    ledger.from_rows("fund_fee", "funds", np.array([fee]), "households", [mother])
    funds.uncalled_public[mother] -= total + fee
    funds.called_public[mother] += total + fee
    funds.invested[mother] += total
    funds.fees[mother] += fee
    funds.flows["fees"] += fee
    return fee


def crowd_out(world, active, absorbed: float):
    """Private money that public funds have absorbed is partly missing where it would have gone."""
    funds = world.funds
    missing = world.numbers["equity.crowd_out"] * absorbed
    if not missing:
        return
    left = np.where(funds.private & active, funds.uncalled_private, 0.0)
    moved = np.floor(left * min(missing / max(left.sum(), 1.0), 1.0))
    funds.uncalled_private -= moved
    funds.moved += moved
    funds.investable -= np.minimum(moved, funds.investable)
    funds.flows["moved"] = float(moved.sum())


def end_investing(world, ends):
    """Pledges that were never called are let go when the investment period ends."""
    funds = world.funds
    if not ends.any():
        return
    for agency, rows, mother in zip(world.fund_agencies, funds.rows_of, funds.mother_of):
        left = float(funds.uncalled_public[rows[ends[rows]]].sum())
        agency.release(left)
        if mother >= 0:
            funds.uncalled_public[mother] -= left
            funds.released[mother] += left
    funds.released += np.where(ends, funds.uncalled_public, 0)
    funds.moved += np.where(ends, funds.uncalled_private, 0)
    funds.uncalled_public[ends] = funds.uncalled_private[ends] = 0
