"""Who enters: would-be founders and outside projects that arrive this quarter decide against their outside option."""

from __future__ import annotations

import numpy as np

from sim.population.initial import FOUNDER, OUTSIDE, RISER
from sim.processes import attraction, branches, enclaves, environment, institutes_work, links, tied_incubators
from sim.processes.equity import pull


def entry_probability(base: float, growth_gap: float, support, market_response: float, support_response: float, push=0.0):
    """Logit of the base chance, moved by market growth (share/year over normal), support over set-up cost, and `push`:
    log-odds from people who could found a firm and from universities."""
    base = min(max(base, 1e-9), 1 - 1e-9)
    odds = np.log(base / (1 - base)) + push + market_response * growth_gap + support_response * np.asarray(support)
    return 1 / (1 + np.exp(-odds))


def enter(world) -> None:
    """Those of the cast whose arrival is this quarter take a slot or are gone for good."""
    firms, cast, p, quarter = world.firms, world.cast, world.numbers, world.quarter
    first, last = np.searchsorted(cast.arrival, np.array([quarter, quarter + 1], cast.arrival.dtype))
    firms.known += int(last - first)
    rows = np.arange(first, last)
    reward = world.certificate_reward(rows, firms=cast)
    support = p["entry.expects_certificate"] * reward / p["entry.setup_cost"]
    # Ordinary firms that grow into the survey follow the market, not the awards.
    support = np.where(cast.kind[rows] == FOUNDER, support + environment.eased(world), 0.0)
    # Technology firms are founded by seniors, returnees and experts: more of them, more founders.
    people = np.where(cast.kind[rows] == FOUNDER, p["talent.founder_response"] * world.labour.founder_gap, 0.0)
    gap = p.at("economy.market_growth", quarter) - p["entry.normal_growth"]
    chance = entry_probability(
        p["entry.base_probability"], gap, support, p["entry.market_response"], p["entry.support_response"],
        people + links.spin_off_odds(world, rows) + institutes_work.spin_off_odds(world, rows)
        + tied_incubators.spin_offs(world, rows, cast.university[rows]),
    )  # fmt: skip
    # Public funds that must invest here draw outside projects.
    settles = entry_probability(p["place.outside_settle"], 0.0, pull(world), 0.0, p["equity.attraction"], environment.push(world))
    chance = np.where(cast.kind[rows] == OUTSIDE, settles, chance)
    # A project in a hub may come through an enclave, whether it would have settled or not.
    through = enclaves.offers(world, rows)
    comes = (cast.outside_option[rows] < chance) | (through >= 0) | branches.offer(world, rows, through, settles)
    coming, through, part = attraction.recruit(world, rows, rows[comes], through[comes], settles)
    size = cast.sales_1[coming]
    rows = world.seat(coming)
    environment.weaken(world, chance, first, coming, rows)
    # The first-year size was parked in sales_1; a new firm has no history.
    firms.sales_1[rows] = 0
    outside = firms.kind[rows] == OUTSIDE
    firms.alive[rows] = True
    # Risers are firms of some years that were too small to be seen.
    firms.birth[rows] = quarter - np.where(firms.kind[rows] == RISER, int(p["economy.riser_age"]), 0)
    firms.costs[rows] = np.rint(firms.sales[rows] * (1 - firms.margin[rows]))
    enclaves.settle(world, rows, through)
    branches.settle(world, coming, rows)
    attraction.settle(world, coming, rows, part)
    equity = np.rint(part * (p["entry.setup_cost"] + p["credit.cash_target"] * size))
    world.ledger.to_firms("equity", np.where(outside, 0, equity), "households", rows)
    world.ledger.to_firms("equity", np.where(outside, equity, 0), "outside", rows)
    world.entries, world.entered = len(rows), rows
