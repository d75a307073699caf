"""What a fund pays and to whom: calls, the preferred return and the split of what comes back. Pure functions of arrays
with one entry a fund; who posts the money stands in `equity.py`."""

from __future__ import annotations

import numpy as np


def investable(commitment, fee: float, quarters: int):
    """Part of a commitment left for firms when the yearly fee on it is called over the investment period, RMB."""
    return commitment * (1 - fee * quarters / 4)


def due(total, spent, age, quarters: int, ahead: int = 1):
    """What a fund may still invest now, RMB: its even schedule up to `ahead` quarters less what it has spent.

    `age` whole quarters since the opening. Money that found no firm stays available, so tickets larger than a
    quarter's share can be saved for; outside 0 ≤ age < quarters nothing is due.
    """
    share = np.minimum(age + ahead, quarters) / quarters
    return np.where((age >= 0) & (age < quarters), np.maximum(total * share - spent, 0), 0.0)


def accrue(unreturned, preferred, rate: float, quarters: int = 1):
    """Preferred return owed after so many quarters, RMB: compound interest on capital and what is owed on it."""
    return preferred + (unreturned + preferred) * ((1 + rate) ** (quarters / 4) - 1)


def split(cash, unreturned, preferred, public, carry: float, giveaway):
    """European waterfall without catch-up: capital, then the preferred return, then profit. All arrays (funds,).

    Capital and preferred return go to partners by their shares, of which `public` (0–1) is the public one; of profit the
    manager takes `carry` first. Of its part of the profit the public partner leaves `giveaway` (0–1) to the private ones
    (让利), if there are any. `cash` is whole yuan, and so are the three parts, which add up to it exactly.
    Returns (to_public, to_private, to_manager, unreturned, preferred).
    """
    capital = np.minimum(cash, unreturned)
    interest = np.minimum(cash - capital, preferred)
    profit = cash - capital - interest
    to_manager = np.floor(carry * profit)
    kept = np.where(public < 1, 1 - giveaway, 1.0)
    to_public = np.floor(public * (capital + interest) + public * kept * (profit - to_manager))
    to_public = np.where(public < 1, to_public, cash - to_manager)
    return to_public, cash - to_manager - to_public, to_manager, unreturned - capital, preferred - interest
