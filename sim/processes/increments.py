"""Money on the rise of R&D over the two years before: what firms that reckon with it want, and who moves R&D between years.

A yuan more this year earns the share now and lowers what the rise of the next two years earns (Eisner, Albert and
Sullivan 1984), so the price of R&D falls by little. Who spends unevenly earns more without doing more.
"""

from __future__ import annotations

import numpy as np

from sim.population.leaders import head_firms


# -- kernels ---------------------------------------------------------------------------------------------------------
def steady_cut(share, discount):
    """Part of a further yuan of R&D that the money on rises comes to, over the years in which it counts."""
    later = 1 / (1 + discount)
    return share * (1 - (later + later**2) / 2)


def swing(share, cost, elasticity):
    """Swing x of R&D between R(1+x) and R(1−x) that earns most: share·x·R every other year against B/(2η)·x²·R in each."""
    return np.minimum(share * elasticity / (2 * cost), 1.0)


# -- in the plan -----------------------------------------------------------------------------------------------------
def wanted(world, target, cost) -> None:
    """First quarter: change the intensity that head firms want (n,) by what they expect of the call, in place."""
    firms, p, rule = world.firms, world.numbers, world.rules.increment
    rows = head_firms(firms, rule.least_sales)
    rows = rows[firms.awareness[rows] < world.rules.delivery.awareness]
    agency, elasticity = world.agencies[rule.agency], p["rd.user_cost_elasticity"]
    # Firms expect to win as often as the purse would have covered last year's claims.
    covered = min(agency.budget_year / agency.asked_last, 1.0) if agency.asked_last else 1.0
    share = rule.share * covered * agency.reliability
    rise = firms.rd_1[rows] - (firms.rd_2[rows] + firms.rd_3[rows]) / 2
    open_ended = rule.share * rise < rule.cap  # who is at the cap gets nothing for more
    cut = steady_cut(share, p["hnte.discount_rate"]) * open_ended
    target[rows] *= np.maximum(1 - cut / cost[rows], 0.1) ** -elasticity
    times = rows[firms.compliance[rows] < rule.lumping]
    x = np.minimum(swing(share, cost[times], elasticity), rule.cap / np.maximum(rule.share * firms.rd_1[times], 1.0))
    target[times] *= 1 + x * np.where((world.year + firms.identity[times]) % 2, 1, -1)
