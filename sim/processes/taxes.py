"""What firms owe: the regime each is in, the user cost of R&D that follows, VAT and corporate income tax."""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least, rows_of
from sim.ledger import split
from sim.processes import stakes

LEAST = 0.1  # user cost of R&D: a deduction beyond the tax there is saves nothing


def user_cost(rate, deduction):
    """User cost of R&D, (1 − τ(1 + d))/(1 − τ): 0.667 at 25 % and 0.824 at 15 % with d = 1 (Hall and Jorgenson 1967)."""
    return np.maximum((1 - rate * (1 + deduction)) / (1 - rate), LEAST)


def deduction(world, tax, rows=slice(None), firms=None) -> np.ndarray:
    """Super-deduction by class (rows,): manufacturing, registered SME, other. Of live firms unless others are given."""
    firms = firms or world.firms
    # Looked up by sector and registration: first the sectors of those who are not registered, then of those who are.
    d = np.where(world.place.manufacturing, tax.manufacturing, tax.other)
    d = np.concatenate([d, np.maximum(d, tax.sme)])
    return d.take(firms.sector[rows] + len(world.place.sectors) * firms.registered[rows], mode="clip")


def regime(tax, taxable, staff, certified):
    """Marginal rate (rows,): nothing to pay, small low-profit, certified, standard. A firm takes the best it may."""
    plain, best = tax.rate, min(tax.hnte_rate, tax.rate)
    # Looked up by two flags: whether the firm is certified, and whether it is small.
    rates = np.array([plain, best, min(plain, tax.small_rate), min(best, tax.small_rate)])
    small = (taxable <= tax.small_limit) & (staff <= tax.small_staff)
    rate = rates.take(certified + 2 * small, mode="clip")
    rate *= taxable > 0
    return rate


def collect(world) -> None:
    """VAT every quarter; corporate income tax of last year in the second quarter, when accounts are settled.

    Sales are booked without VAT, as in Chinese accounts, so customers pay it and firms only pass it on.
    """
    firms, p, n, ledger = world.firms, world.numbers, world.firms.count, world.ledger
    local = p["tax.province_share"]
    at_home = float(firms.sales_local[:n].sum())
    raised = 0.0
    for customer, sold in (("households", at_home), ("outside", float(firms.sales[:n].sum()) - at_home)):
        raised += ledger.transfer("tax", np.rint(p["tax.vat_rate"] * sold), customer, "treasury")
    _share(world, raised, p["tax.vat_centre"], local)
    if world.season != 1:
        return
    tax = world.rules.tax
    income = firms.profit_1[:n] - firms.deduct_1[:n]
    gained = at_least(income, 0.0)
    used = np.minimum(gained, firms.loss_carried[:n])
    taxable = gained - used
    carried = (firms.loss_carried[:n] - used) * (1 - 1 / p["tax.loss_years"]) + np.maximum(-income, 0)
    firms.loss_carried[:n] = np.rint(carried)
    certified = firms.cert_year[:n] >= world.year - p["hnte.validity"]
    rate = regime(tax, taxable, firms.employment[:n], certified & (firms.cert_year[:n] > 0))
    due = np.rint(rate * taxable)
    due[rows_of(~firms.alive[:n])] = 0
    raised = ledger.from_firms("tax", due, "treasury")
    _share(world, raised, p["tax.cit_centre"], local)
    _dividends(world, np.maximum(firms.profit_1[:n] - due, 0))


def _share(world, raised, centre, province):
    parts = split(raised, [centre, (1 - centre) * province, (1 - centre) * (1 - province)])
    for government, amount in zip(("centre", "province", "city"), parts):
        world.ledger.transfer("tax_split", amount, "treasury", government)
        world.tax[government] += amount


def _dividends(world, profit):
    firms, p, n = world.firms, world.numbers, world.firms.count
    # Money that owners paid in for the runway is not profit to hand out.
    part = p["equity.rd_share"]
    bound = firms.equity_left[:n] / part if part else 0.0
    target = p["credit.cash_target"] * 4 * firms.sales[:n] + bound
    wanted = p["credit.payout"] * profit + p["credit.surplus_payout"] * np.maximum(firms.cash[:n] - 2 * target, 0)
    paid = np.rint(np.clip(wanted, 0, np.maximum(firms.cash[:n] - target, 0))) * firms.alive[:n]
    world.ledger.from_firms("dividend", paid - stakes.dividends(world, paid), "households")
