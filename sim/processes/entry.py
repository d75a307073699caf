"""Who enters: would-be founders and outside projects that arrive this quarter decide against their outside option."""

from __future__ import annotations

import numpy as np

from sim.population.initial import FOUNDER, OUTSIDE, RISER


def entry_probability(base: float, growth_gap: float, support, market_response: float, support_response: float):
    """Logit of the base chance, moved by market growth (share/year over normal) and support over set-up cost."""
    base = min(max(base, 1e-9), 1 - 1e-9)
    odds = np.log(base / (1 - base)) + market_response * growth_gap + support_response * np.asarray(support)
    return 1 / (1 + np.exp(-odds))


def enter(world) -> None:
    """Rows whose arrival is this quarter come to life or are gone for good."""
    firms, p, quarter = world.firms, world.numbers, world.quarter
    first = firms.count
    last = int(np.searchsorted(firms.arrival, quarter, side="right"))
    firms.count = last
    rows = np.arange(first, last)
    support = p["entry.expects_certificate"] * world.certificate_reward(rows) / p["entry.setup_cost"]
    # Ordinary firms that grow into the survey follow the market, not the awards.
    support = np.where(firms.kind[rows] == FOUNDER, support, 0.0)
    gap = p.at("economy.market_growth", quarter) - p["entry.normal_growth"]
    chance = entry_probability(
        p["entry.base_probability"], gap, support, p["entry.market_response"], p["entry.support_response"]
    )
    chance = np.where(firms.kind[rows] == OUTSIDE, p["place.outside_settle"], chance)
    enters = firms.outside_option[rows] < chance
    size = firms.sales_1[rows].copy()
    # The first-year size was parked in sales_1; a new firm has no history.
    firms.sales_1[rows] = 0
    gone = rows[~enters]
    for name in ("sales", "sales_local", "employment", "knowledge", "intensity"):
        getattr(firms, name)[gone] = 0
    firms.pan_tech[gone] = False
    rows, size = rows[enters], size[enters]
    outside = firms.kind[rows] == OUTSIDE
    firms.alive[rows] = True
    # Risers are firms of some years that were too small to be seen.
    firms.birth[rows] = quarter - np.where(firms.kind[rows] == RISER, int(p["economy.riser_age"]), 0)
    firms.costs[rows] = np.rint(firms.sales[rows] * (1 - firms.margin[rows]))
    equity = np.rint(p["entry.setup_cost"] + p["credit.cash_target"] * size)
    world.ledger.to_firms("equity", np.where(outside, 0, equity), "households", rows)
    world.ledger.to_firms("equity", np.where(outside, equity, 0), "outside", rows)
    world.entries = len(rows)
