"""A public investment group: its fund leads rounds of carriers' tenants first and knows them by their mentors, its talent unit
pays part of the rents of its portfolio's staff, and it rescues its own: a round for who is out of money, whatever its score.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.processes import valuation
from sim.processes.stakes import worth

FIRST = 1e3  # points of the score that put tenants before others


# -- kernels ---------------------------------------------------------------------------------------------------------
def rescue_money(cash, annual, floor):
    """What brings a firm that is out of money back to its usual floor (rows,) RMB; 0 for who has money."""
    return np.where(cash < 0, np.ceil(floor * annual - cash), 0.0)


def afforded(wanted, budget):
    """Which of these rounds a budget pays, in their order (rows,)."""
    return np.cumsum(wanted) <= budget


# -- state -----------------------------------------------------------------------------------------------------------
@dataclass
class Group:
    """What the talent unit pays a person a year, RMB, in which firms (slots), and how many firms were rescued in the quarter."""

    allowance: float = 0.0
    housed: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    rescued: float = 0.0


def start(world) -> None:
    """No group yet."""
    world.group = Group()


def _rows(world, group) -> np.ndarray:
    """Funds of the group."""
    names = [agency.name for agency in world.fund_agencies]
    return world.funds.rows_of[names.index(group.agency)]


def _own(world, group) -> np.ndarray:
    """Whether a fund is the group's, by fund; the last entry stands for no fund."""
    own = np.zeros(world.funds.rows + 1, bool)
    own[_rows(world, group)] = True
    return own


def portfolio(world, group) -> np.ndarray:
    """Firms in which the group holds a stake (slots), each once."""
    deals = world.funds.deals
    held = np.zeros(world.firms.count + 1, bool)  # the last entry stands for firms elsewhere
    held[deals.slot[_own(world, group)[deals.fund]]] = True
    return np.flatnonzero(held[:-1])


# -- rounds ----------------------------------------------------------------------------------------------------------
def know(world, slots, fund, score, rank):
    """Score as the funds that firms met see it (rows,): the group's own judge tenants with less error."""
    group, p = world.rules.group, world.numbers
    if group is None or not group.known:
        return score
    mine = np.flatnonzero(_own(world, group)[fund] & (world.firms.carrier[slots] >= 0))
    if not len(mine):
        return score
    score = score.copy()
    score[mine] -= group.known * p["equity.judgement"] * valuation.logistic(valuation.further(rank[mine]))
    return score


def prefer(world, slots, fund, score):
    """Order in which funds take firms (rows,): the group's take tenants first."""
    group = world.rules.group
    if group is None or not group.integrated:
        return score
    return score + FIRST * (_own(world, group)[fund] & (world.firms.carrier[slots] >= 0))


def rescue(world, slots, fund, lead, value, after, stage, budget):
    """Add rounds for firms of the portfolio that are out of money: at the mark, as far as the largest fund's money goes."""
    group, firms, p = world.rules.group, world.firms, world.numbers
    rounds = slots, fund, lead, value, after, stage
    world.group.rescued = 0.0
    if group is None or not group.integrated or not p["equity.rescues"]:
        return rounds
    mine = _rows(world, group)
    left = budget[mine] - np.bincount(fund, lead, world.funds.rows)[mine] if len(mine) else budget[:0]
    if not (left > 0).any():
        return rounds
    rows = portfolio(world, group)
    rows = rows[~np.isin(rows, slots, kind="table")]
    rows = rows[firms.alive[rows] & (firms.cash[rows] < 0) & (firms.price[rows] > 0)]
    annual = 4 * firms.sales[rows]
    money = rescue_money(firms.cash[rows], annual, p["credit.cash_floor"])
    order = np.lexsort((firms.identity[rows], money))  # as many as possible
    rows, money = rows[order], money[order]
    paid = afforded(money, left.max())
    rows, money = rows[paid], money[paid]
    if not len(rows):
        return rounds
    old = firms.price[rows] * worth(world, rows)
    more = (
        rows,
        np.full(len(rows), mine[np.argmax(left)]),
        money,
        old,
        old + money,
        np.maximum(firms.round_stage[rows], 0),
    )
    world.group.rescued = float(len(rows))
    return tuple(np.concatenate([one, other.astype(one.dtype)]) for one, other in zip(rounds, more))


# -- staff -----------------------------------------------------------------------------------------------------------
def house_staff(world) -> None:
    """The talent unit pays rents of the portfolio's S&T staff, all alike, as far as its money goes."""
    group = world.rules.group
    world.group.allowance = 0.0
    if group is None or not group.allowance:
        return
    world.group.housed = portfolio(world, group)
    heads = float(world.firms.st_staff[world.group.housed].sum())
    wanted = float(np.rint(group.allowance / 4 * heads))
    if wanted:
        paid = world.agencies[group.agency].pay_unit(world, "staff_rent", min(wanted, group.talent / 4), "households")
        world.group.allowance = group.allowance * paid / wanted


def better_offers(world, offer, rows):
    """Posted log wage of these firms (rows,), with the rent that the group pays to staff of its portfolio."""
    if world.group.allowance:
        housed = np.zeros(world.firms.count, bool)
        housed[world.group.housed] = True
        offer = offer + housed[rows] * np.log1p(world.group.allowance / world.numbers["talent.cost_per_head"])
    return offer
