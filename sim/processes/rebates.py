"""Incentives for private funds: a rebate on early rounds and a cover of early losses. A fund lowers its bar by what they are
worth to it; they are paid on every early round that it leads, also on those that it would have led anyway."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

LATEST = 1  # stage: seed and early rounds
FLOWS = ("rebates", "anyway", "deals", "deals_anyway", "cover")


# -- kernels ---------------------------------------------------------------------------------------------------------
def lowered(rate, compensation, expected_loss, score_value):
    """By how much a fund lowers its bar (score): what a yuan of the round brings, over what a point of the score is worth."""
    return (rate + compensation * expected_loss) / score_value


def within(amount, room):
    """Whole amounts (rows,) that keep to a total, cut alike when it is short."""
    total = float(amount.sum())
    return amount if total <= room else np.floor(amount * (max(room, 0.0) / total))


def key(fund, slot, opened):
    """One number for a stake."""
    return (fund * 2**32 + slot) * 2**12 + opened


# -- state -----------------------------------------------------------------------------------------------------------
@dataclass
class Rebates:
    """Stakes whose losses are covered, by `key` in rising order, and what was paid in the year."""

    covered: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    paid_year: float = 0.0
    flows: dict = field(default_factory=lambda: dict.fromkeys(FLOWS, 0.0))


def start(world) -> None:
    """Nothing is covered yet."""
    world.rebates = Rebates()


def open_quarter(world) -> None:
    """Flows of the quarter, and the caps of the year."""
    state = world.rebates
    state.flows = dict.fromkeys(FLOWS, 0.0)
    if world.season == 0:
        state.paid_year = 0.0


def _room(world, incentive) -> float:
    return incentive.cap - world.rebates.paid_year


def relief(world, fund, stage):
    """Points of the score by which the funds that firms met lower their bar (rows,), or 0."""
    incentive, p = world.rules.incentive, world.numbers
    if incentive is None or not p["equity.rebate_moves"] or _room(world, incentive) <= 0:
        return 0.0
    points = lowered(incentive.rate, incentive.compensation, p["equity.expected_loss"], p["equity.score_value"])
    return points * (world.funds.private[fund] & (stage <= LATEST))


def pay(world, slots, fund, lead, stage, score) -> None:
    """Rebates on the early rounds that private funds lead now; their losses are covered from here on."""
    incentive, state, funds = world.rules.incentive, world.rebates, world.funds
    if incentive is None:
        return
    at = np.flatnonzero(funds.private[fund] & (stage <= LATEST))
    if not len(at):
        return
    fund, anyway = fund[at], score[at] >= world.numbers["equity.bar"]
    if incentive.compensation:
        state.covered = np.sort(np.concatenate([state.covered, key(fund, slots[at], world.quarter)]))
    paid = _pay(world, incentive, "rebate", fund, np.rint(incentive.rate * lead[at]))
    flows = state.flows
    flows["rebates"], flows["anyway"] = float(paid.sum()), float(paid[anyway].sum())
    flows["deals"], flows["deals_anyway"] = float(len(at)), float(np.count_nonzero(anyway))


def settle(world, at, paid) -> None:
    """Stakes `at` are closed for `paid` (rows,) RMB: part of the loss on covered ones is made good."""
    incentive, state, deals = world.rules.incentive, world.rebates, world.funds.deals
    if not len(state.covered):
        return
    keys = key(deals.fund[at], deals.slot[at], deals.opened[at])
    where = np.minimum(np.searchsorted(state.covered, keys), len(state.covered) - 1)
    mine = state.covered[where] == keys
    if not mine.any():
        return
    at, paid = at[mine], paid[mine]
    kept = np.ones(len(state.covered), bool)
    kept[where[mine]] = False
    state.covered = state.covered[kept]
    if incentive is not None:
        loss = np.maximum(deals.cost[at] - paid, 0.0)
        made_good = _pay(world, incentive, "loss_cover", deals.fund[at], np.rint(incentive.compensation * loss))
        state.flows["cover"] += float(made_good.sum())


def _pay(world, incentive, kind, fund, amount):
    """Pay funds within the caps of the year; what they get goes to their partners with other proceeds."""
    amount = within(amount, _room(world, incentive))
    paid = world.agencies[incentive.agency].pay_group(world, kind, "funds", fund, amount)
    world.rebates.paid_year += float(paid.sum())
    world.funds.proceeds += np.bincount(fund, paid, world.funds.rows)
    return paid
