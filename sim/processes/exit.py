"""Distress, exit and what becomes of the debts: collateral, then lender, pool or guarantor, and the city behind it."""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.population.columns import NEVER, lines
from sim.processes import attraction, shelter, stakes
from sim.processes.leaving import release

CLEARED = lines((
    "sales", "sales_local", "costs", "sales_year", "sales_1", "sales_2", "sales_3", "rd_real", "rd_reported", "rd_real_year",
    "rd_real_1", "rd_year", "misused_year", "rd_1", "rd_2", "rd_3", "intensity", "plan_extra", "plan_relabel", "aims", "considers",
    "claims", "grant_left", "grant_quarter", "knowledge", "employment", "other_staff", "posts", "st_staff", "st_skill",
    "funded", "below", "profit_year", "profit_1",
    "deduct_year", "deduct_1", "loss_carried", "registered", "pan_tech", "rd_org", "rd_paper", "keylab", "fledgling_until",
    "gazelle_until", "unicorn_until", "tier", "cert_year", "outreach", "project_offer", "project_fee", "project_extra",
    "backed", "price", "equity_left", "equity_quarter",
))  # fmt: skip


AGES = (1, 2, 3, 7)  # years; the classes of the published hazard


def size_edges(p):
    """RMB/year at which the size class of the hazard changes."""
    return p["exit.size_medium"], p["exit.size_large"]


def hazards(p):
    """Published hazard by age (SAIC 2000-2012) times the size class (ages, sizes)."""
    steps = np.array([p["exit.hazard_year1"], p["exit.hazard_year2"], p["exit.hazard_year3"],
                      p["exit.hazard_year4_7"], p["exit.hazard_later"]])  # fmt: skip
    factor = np.array([1.0, p["exit.size_factor_medium"], p["exit.size_factor_large"]])
    return steps[:, None] * factor


def yearly_hazard(p, age_band, size_band):
    """Published hazard of firms by their classes (rows,)."""
    return hazards(p)[age_band, size_band]


def usual_hazard(world):
    """Edges of age (quarters) and size (RMB/year) of the published hazard, and each firm's own a year (rows,)."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    ages, sizes = [4 * age for age in AGES], size_edges(p)
    yearly = yearly_hazard(p, band(world.quarter - firms.birth[:n], ages), band(4 * firms.sales[:n], sizes))
    return ages, sizes, yearly * firms.frailty[:n] * p["exit.other_causes"]


def leave(world) -> None:
    """Firms out of cash for too long, firms that close for other causes, and firms that move away."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    alive, cash, size = firms.alive[:n], firms.cash[:n], 4 * firms.sales[:n]
    below = firms.below[:n] + 1
    below *= (alive & (cash < 0)).view(np.int8)
    np.minimum(below, 100, out=firms.below[:n])
    age_band = band(world.quarter - firms.birth[:n], [4 * age for age in AGES])
    size_band = band(size, size_edges(p))
    size *= -p["exit.trade_credit"]
    insolvent = cash < size
    insolvent |= below >= p["exit.grace"]
    insolvent &= alive
    cell = ((len(size_edges(p)) + 1) * age_band + size_band).astype(np.int64)
    yearly = hazards(p).take(cell, mode="clip")
    yearly *= firms.frailty[:n]
    yearly *= p["exit.other_causes"]
    yearly = shelter.hazard(world, yearly, cell)
    # u < 1 − (1 − h)^(1/4), the quarterly hazard, written without a root.
    stays = 1 - world.luck.uniform("exit")
    stays *= stays
    stays *= stays
    closes = np.subtract(1, stays, out=stays) < np.minimum(yearly, 0.95, out=yearly)
    closes &= alive
    closes &= ~insolvent
    world.record_exits(insolvent, closes, len(size_edges(p)) + 1, age_band, size_band)
    ends = insolvent | closes
    gone = np.flatnonzero(ends)
    _settle(world, gone)
    rate = shelter.moving(world, n)
    rate *= p["exit.relocation_rate"] / 4
    moves = world.luck.uniform("relocate") < rate
    moves |= firms.departing[:n]
    moves &= alive
    movers = np.flatnonzero(moves)
    movers = movers[~ends[movers]]
    attraction.owe(world, movers)
    _move(world, movers)
    rows = np.concatenate([gone, movers])
    world.exits = len(rows)
    world.exits_by_tier = np.bincount(firms.tier[rows], minlength=6).astype(float)
    world.lose_certificates(rows)
    for agency in world.agencies.values():
        agency.forget(rows)
    firms.leave(rows)
    world.ties.release(firms.alive)
    firms.clear(CLEARED, rows)
    firms.pool_since[rows] = NEVER
    release(world, rows)
    world.carriers.leave(firms, rows)


def _move(world, rows):
    """A firm that moves takes its cash and is refinanced elsewhere."""
    ledger, cash = world.ledger, world.firms.cash
    paid = world.books.close(rows).sum(axis=0)
    ledger.transfer("principal", paid.sum(), "outside", "banks")
    world.bank_flow("repaid", paid, rows)
    stakes.sell_movers(world, rows)
    ledger.from_firms("moved", np.maximum(cash[rows], 0), "outside", rows)
    ledger.to_firms("trade_loss", np.maximum(-cash[rows], 0), "outside", rows)


def _settle(world, rows):
    """Wages and costs of closing first, then lenders in the order of the books, the owners last."""
    p, ledger, books, cash = world.numbers, world.ledger, world.books, world.firms.cash
    first = np.rint(p["credit.grace_recovery"] * np.maximum(cash[rows], 0))
    ledger.from_firms("closing", first, "households", rows)
    owed = books.close(rows)
    before = owed.cumsum(axis=0) - owed
    paid = np.minimum(owed, np.maximum(np.maximum(cash[rows], 0) - before, 0))
    lost = owed - paid
    books.defaulted += lost.sum(axis=1)
    paid = paid.sum(axis=0)
    ledger.from_firms("principal", paid, "banks", rows)
    world.bank_flow("repaid", paid, rows)
    share = np.full((len(books.names), 1), p["credit.loss_unsecured"])
    share[0] = p["credit.loss_secured"]
    recovered = np.rint((1 - share) * lost)
    ledger.transfer("collateral", recovered.sum(), "outside", "banks")
    covered = np.rint(books.cover[:, None] * (lost - recovered))
    recovered = recovered.sum(axis=0)
    for book, name in enumerate(books.names):
        if name in world.agencies and name in world.contracts:
            stop = world.contracts[name].stop_loss * float(books.total[book] + lost[book].sum())
            recovered += world.agencies[name].compensate(world, covered[book], stop)
    world.bank_flow("owed", lost.sum(axis=0), rows)
    world.bank_flow("recovered", recovered, rows)
    stakes.write_off(world, rows)
    ledger.from_firms("closing", np.maximum(cash[rows], 0), "households", rows)
    ledger.to_firms("trade_loss", np.maximum(-cash[rows], 0), "outside", rows)
