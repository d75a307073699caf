"""Recognised R&D units of firms: who sets one up anyway, whom an award moves, and who only hangs out a sign.

Units that come without an award are part of what was observed: their cost lies in the R&D of the firms. A unit that the
award brings costs the firm money of its own, unless it is an existing department under a new name; that one is counted
and paid like the others and takes up no more of what others know than before.
"""

from __future__ import annotations

import numpy as np

from sim.processes.lessons import note


def moved(rate, reward, cost, response):
    """Yearly chance of setting up a unit (rows,): the base rate, its log-odds moved by the award over the cost."""
    base = min(max(rate, 1e-9), 1 - 1e-9)
    odds = base / (1 - base) * np.exp(response * np.asarray(reward) / cost)
    return np.where(np.asarray(reward) > 0, odds / (1 + odds), rate)


def recognise(world) -> None:
    """Fourth quarter: certified firms with R&D enough get a recognised unit."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    certified = firms.alive[:n] & (firms.cert_year[:n] > 0)
    luck = world.luck.uniform("rd_org")
    fits = certified & ~firms.rd_org[:n] & ~firms.rd_paper[:n] & (firms.rd_year[:n] >= p["rdorg.min_rd"])
    new = fits & (luck < p["rdorg.setup_rate"])
    firms.rd_org[:n] |= new
    rows = np.flatnonzero(fits & ~new)
    reward = world.certificate_reward(rows, "rd_org")
    if not reward.any():
        return
    cost = np.rint(p["rdorg.cost"])
    for_it = luck[rows] < moved(p["rdorg.setup_rate"], reward, cost, p["rdorg.award_response"])
    rows = rows[for_it]
    paper = world.luck.uniform("rd_paper", rows) < p["rdorg.paper"]
    real = rows[~paper & (firms.cash[rows] > cost)]  # who has no money for it does nothing
    world.ledger.from_firms("investment", np.full(len(real), cost), "outside", real)
    firms.rd_org[real] = True
    firms.rd_paper[rows[paper]] = True
    world.event("rd_org", np.concatenate([np.flatnonzero(new), real, rows[paper]]))
    note(world, rd_units_for_award=len(real), rd_units_paper=np.count_nonzero(paper))
