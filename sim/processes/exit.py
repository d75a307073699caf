"""Distress, exit and what becomes of the debts: collateral, then lender, pool or guarantor, and the city behind it."""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.population.columns import NEVER
from sim.processes import attraction, shelter, stakes
from sim.processes.leaving import release

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
    alive = firms.alive[:n]
    below = np.where(alive & (firms.cash[:n] < 0), firms.below[:n] + 1, 0)
    firms.below[:n] = np.minimum(below, 100)
    owed = firms.cash[:n] < -p["exit.trade_credit"] * 4 * firms.sales[:n]
    insolvent = alive & (owed | (below >= p["exit.grace"]))
    age_band = band(world.quarter - firms.birth[:n], [4 * age for age in AGES])
    size_band = band(4 * firms.sales[:n], size_edges(p))
    cell = (len(size_edges(p)) + 1) * age_band.astype(np.int64) + size_band
    yearly = hazards(p).take(cell) * firms.frailty[:n] * p["exit.other_causes"]
    yearly = shelter.hazard(world, yearly, cell)
    # u < 1 − (1 − h)^(1/4), the quarterly hazard, written without a root.
    stays = (1 - world.luck.uniform("exit")) ** 2
    closes = 1 - stays * stays < np.minimum(yearly, 0.95)
    moves = world.luck.uniform("relocate") < p["exit.relocation_rate"] / 4 * shelter.moving(world, n)
    moves |= firms.departing[:n]
    world.record_exits(insolvent, closes & alive & ~insolvent, len(size_edges(p)) + 1, age_band, size_band)
    gone = np.flatnonzero(alive & (insolvent | closes))
    _settle(world, gone)
    movers = np.flatnonzero(alive & moves & ~(insolvent | closes))
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
    firms.clear(rows)
    firms.pool_since[rows] = NEVER
    release(world, rows)
    world.carriers.leave(firms, rows)


def _move(world, rows):
    """A firm that moves takes its cash and is refinanced elsewhere."""
    ledger, books, cash = world.ledger, world.books, world.firms.cash
    for book in range(len(books.names)):
        owed = books.balance[book].take(rows)
        owes = np.flatnonzero(owed)
        if not len(owes):
            continue
        at, paid = rows[owes], owed[owes]
        ledger.transfer("principal", paid.sum(), "outside", "banks")
        world.bank_flow("repaid", paid, at)
        books.repay(book, paid, at)
        books.installment[book, at] = 0
    stakes.sell_movers(world, rows)
    ledger.from_firms("moved", np.maximum(cash[rows], 0), "outside", rows)
    ledger.to_firms("trade_loss", np.maximum(-cash[rows], 0), "outside", rows)


def _settle(world, rows):
    """Wages and costs of closing first, then lenders in the order of the books, the owners last."""
    p, ledger, books, cash = world.numbers, world.ledger, world.books, world.firms.cash
    first = np.rint(p["credit.grace_recovery"] * np.maximum(cash[rows], 0))
    ledger.from_firms("closing", first, "households", rows)
    for book, name in enumerate(books.names):
        owed = books.balance[book].take(rows)
        owes = np.flatnonzero(owed)
        if not len(owes):
            continue
        at, owed = rows[owes], owed[owes]
        paid = np.minimum(owed, np.maximum(cash[at], 0))
        ledger.from_firms("principal", paid, "banks", at)
        books.repay(book, paid, at)
        world.bank_flow("repaid", paid, at)
        lost = books.write_off(book, at)
        share = p["credit.loss_secured"] if book == 0 else p["credit.loss_unsecured"]
        collateral = np.rint((1 - share) * lost)
        ledger.transfer("collateral", collateral.sum(), "outside", "banks")
        loss = lost - collateral
        covered = np.rint(books.cover[book] * loss)
        agency = world.agencies.get(name)
        product = world.contracts.get(name)
        if agency is not None and product is not None:
            covered = agency.compensate(world, covered, product.stop_loss * (books.total[book] + lost.sum()))
        else:
            covered = np.zeros(len(at))
        world.bank_flow("owed", lost, at)
        world.bank_flow("recovered", collateral + covered, at)
    stakes.write_off(world, rows)
    ledger.from_firms("closing", np.maximum(cash[rows], 0), "households", rows)
    ledger.to_firms("trade_loss", np.maximum(-cash[rows], 0), "outside", rows)
