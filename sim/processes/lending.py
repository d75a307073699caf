"""Loan products that are not for everybody: lists, a least size, a certificate in place of collateral, knowledge of owners.

Rows are those of the firms that want credit this quarter; a product says by its terms (`sim/rules.py`) which of this it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.processes.risk import pledge, required_rate, seen


@dataclass(frozen=True)
class Applicants:
    """Firms that want credit (rows,): slots, annual sales, debt, what they still need, what the bank would lend alone, what
    it could carry, the most a firm asks for, and the rate of an ordinary loan. RMB and share/year."""

    rows: np.ndarray
    size: np.ndarray
    owed: np.ndarray
    need: np.ndarray
    alone: np.ndarray
    carries: np.ndarray
    ceiling: np.ndarray
    rate: np.ndarray


def terms(world, book, product, firm, open_to, wants, odds, noise, loss):
    """Who may have the product, what they ask for, and the risk and loss that the bank sees (rows,) each."""
    if product.district != "all":
        open_to = open_to & (world.firms.district[firm.rows] == world.place.districts.index(product.district))
    if product.list_size:
        open_to = open_to & np.isin(world.firms.identity[firm.rows], on_list(world, product), kind="table")
    if product.information:
        noise = noise * (1 - product.information * world.firms.backed[firm.rows])
    if product.minimum_loan:
        wants, odds = _whole_loans(world, book, product, firm, open_to, wants, odds, noise)
    if product.label_weight:
        open_to = open_to & (world.firms.cert_year[firm.rows] > 0)
        wants, loss = _labelled(world, book, product, firm)
    return open_to, wants, odds, noise, loss


# -- lists ----------------------------------------------------------------------------------------------------------
def on_list(world, product) -> np.ndarray:
    """Identities of the firms on a product's list, which is drawn up anew every first quarter."""
    if world.season == 0 or product.agency not in world.lists:
        world.lists[product.agency] = world.firms.identity[_chosen(world, product)]
    return world.lists[product.agency]


def _chosen(world, product):
    """Slots of the firms that a list takes: by tier and then by merit, by merit alone, or by lot."""
    firms, n = world.firms, world.firms.count
    fits = firms.alive[:n] & (firms.tier[:n] >= product.minimum_tier)
    if product.district != "all":
        fits &= firms.district[:n] == world.place.districts.index(product.district)
    rows = np.flatnonzero(fits)
    keys = {"tier": (-firms.merit[rows], -firms.tier[rows]), "score": (-firms.merit[rows],), "lot": ()}
    order = np.lexsort((firms.lot[rows], *keys[product.list_rule]))
    return rows[order[: product.list_size]]


# -- a least size ---------------------------------------------------------------------------------------------------
def worth_stretching(need, alone, plain_rate, threshold, price, dearest):
    """Whether a loan of the threshold is worth more to a firm than the smaller one it needs (rows,).

    Gain a year: a lower rate on what the bank would lend anyway, and credit that it would refuse, worth the dearest rate.
    Cost: interest on what is not needed.
    """
    gain = np.maximum(plain_rate - price, 0) * np.minimum(need, alone)
    gain = gain + np.maximum(dearest - price, 0) * np.maximum(need - alone, 0)
    return gain > price * (threshold - need)


def _whole_loans(world, book, product, firm, open_to, wants, odds, noise):
    """Loans of the least size and above: the bank's own part must be carried, and some firms ask for more to get there."""
    p, least = world.numbers, product.minimum_loan
    own = 1 - product.cover
    room = np.maximum(firm.carries - own * world.books.balance[book].take(firm.rows), 0)
    most = np.floor(room / own) if own else np.full(len(room), np.inf)
    wants = np.minimum(wants, most)
    if not product.stretch:
        return wants, odds
    at = np.flatnonzero(open_to & (wants < least) & (wants >= p["credit.minimum_ticket"])
                        & (most >= least) & (firm.ceiling >= least))  # fmt: skip
    # More debt on the same sales: the bank counts it before it agrees.
    riskier = odds[at] + p["credit.risk_leverage"] * (least - wants[at]) / np.maximum(firm.size[at], 1)
    cover = product.cover * world.agencies[product.agency].cover_kept
    default = seen(riskier, noise[at], p, cover)
    price = required_rate(default, p["credit.loss_unsecured"], cover, p["credit.funding_cost"] + p["credit.margin"])
    dearest = p["credit.rate_cap"]
    worth = worth_stretching(wants[at], firm.alone[at], firm.rate[at], least, price, dearest)
    yes = worth & (price <= product.rate_cap)
    at, wants, odds = at[yes], wants.copy(), odds.copy()
    odds[at] = riskier[yes]
    world.flows["loans_stretched"] = world.flows.get("loans_stretched", 0.0) + len(at)
    wants[at] = least
    return wants, odds


# -- a certificate as collateral ------------------------------------------------------------------------------------
def _labelled(world, book, product, firm):
    """The bank lends on the certificate what it would not lend on assets, and reckons with it as if it could be sold."""
    p = world.numbers
    label = product.label_weight * firm.size
    room = np.maximum(label - world.books.balance[book].take(firm.rows), 0)
    wants = np.floor(np.minimum(np.maximum(firm.need - firm.alone, 0), room))
    pledged = pledge(world, firm.rows, firm.size) + label
    secured = np.clip(pledged / np.maximum(firm.owed + firm.need, 1), 0, 1)
    return wants, p["credit.loss_secured"] * secured + p["credit.loss_unsecured"] * (1 - secured)


def certificate_credit(world, rows, sales) -> np.ndarray:
    """What a certificate saves a year (rows,) RMB where it opens a loan: cheaper money on the debt that it reaches."""
    firms, p, total = world.firms, world.numbers, np.zeros(len(rows))
    for product in world.rules.products:
        if not product.label_weight or product.quota <= 0:
            continue
        reached = np.minimum(product.label_weight, firms.leverage[rows]) * sales
        if product.district != "all":
            reached = reached * (firms.district[rows] == world.place.districts.index(product.district))
        reached = np.minimum(reached, product.cap) * (firms.awareness[rows] < world.rules.delivery.awareness)
        total += max(p["credit.rate_cap"] - product.rate_cap, 0) * reached
    return total


# -- loans that follow equity ---------------------------------------------------------------------------------------
def just_backed(world, product):
    """Slots of the firms of the district that closed a round lately and have not spent it."""
    firms, n = world.firms, world.firms.count
    if not product.round_share:
        return np.empty(0, np.int64)
    recent = world.quarter - firms.last_round[:n].astype(np.int64) <= product.round_age
    recent &= firms.alive[:n] & (firms.equity_left[:n] > 0)
    if product.district != "all":
        recent &= firms.district[:n] == world.place.districts.index(product.district)
    return np.flatnonzero(recent)


def spend_like_equity(world, slots, amount) -> None:
    """Borrowed money lengthens the runway: the part of it that equity would give to R&D is spent as equity is."""
    firms, p = world.firms, world.numbers
    left = firms.equity_left[slots] + np.rint(p["equity.rd_share"] * amount)
    firms.equity_left[slots] = left
    firms.equity_quarter[slots] = np.ceil(left / p["equity.runway"])


def exercise(world, slots) -> None:
    """A new round pays the warrants of the loans that followed the last one, as far as the firm has the money."""
    firms = world.firms
    for name, product in world.contracts.items():
        if not product.warrant or not len(slots):
            continue
        owed = world.books.balance[world.books.names.index(name)].take(slots)
        paid = np.rint(np.minimum(product.warrant * owed, np.maximum(firms.cash[slots], 0)))
        world.ledger.from_firms("warrant", paid, "banks", slots)
        world.bank_flow("income", paid, slots)
        firms.profit_year[slots] -= paid
