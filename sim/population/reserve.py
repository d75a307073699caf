"""Who is in the reserve: pool firms that were taken in before they had a record."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER

YEAR = 4  # quarters


def in_reserve(firms, rows=slice(None)) -> np.ndarray:
    """Pool firms that entered in their first year (rows,)."""
    since = firms.pool_since[rows].astype(np.int64)
    return (since > NEVER) & (since - firms.birth[rows] <= YEAR)
