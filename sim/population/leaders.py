"""Who is a head firm: a certified firm of the top tier or of large sales."""

from __future__ import annotations

import numpy as np

from sim.metrics import TIERS


def head_firms(firms, least_sales: float) -> np.ndarray:
    """Slots of live certified firms that are key firms or sold `least_sales` (RMB) last year, with three years of R&D."""
    n = firms.count
    heads = (firms.tier[:n] == TIERS.index("key")) | (firms.sales_1[:n] >= least_sales)
    return np.flatnonzero(heads & firms.alive[:n] & (firms.cert_year[:n] > 0) & (firms.rd_3[:n] > 0))
