"""Who enters: would-be founders and outside projects that arrive this quarter decide against their outside option."""

from __future__ import annotations

import numpy as np

from sim.population.initial import FOUNDER


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
    founder = firms.kind[rows] == FOUNDER
    support = p["entry.expects_certificate"] * world.certificate_reward(rows) / p["entry.setup_cost"]
    gap = p.at("economy.market_growth", quarter) - p["entry.normal_growth"]
    chance = entry_probability(
        p["entry.base_probability"], gap, support, p["entry.market_response"], p["entry.support_response"]
    )
    chance = np.where(founder, chance, p["place.outside_settle"])
    enters = firms.outside_option[rows] < chance
    size = firms.sales_1[rows].copy()
    # The first-year size was parked in sales_1; a new firm has no history.
    firms.sales_1[rows] = 0
    gone = rows[~enters]
    for name in ("sales", "employment", "knowledge", "intensity"):
        getattr(firms, name)[gone] = 0
    firms.pan_tech[gone] = False
    rows, founder, size = rows[enters], founder[enters], size[enters]
    firms.alive[rows] = True
    firms.birth[rows] = quarter
    firms.costs[rows] = np.rint(firms.sales[rows] * (1 - firms.margin[rows]))
    equity = np.rint(p["entry.setup_cost"] + p["credit.cash_target"] * size)
    world.ledger.to_firms("equity", np.where(founder, equity, 0), "households", rows)
    world.ledger.to_firms("equity", np.where(founder, 0, equity), "outside", rows)
    world.entries = len(rows)
