"""Passes over long columns that NumPy's plain spelling does several times slower."""

from __future__ import annotations

import numpy as np


def at_least(x: np.ndarray, low: float, out=None) -> np.ndarray:
    """max(x, low) for one number `low`: `np.maximum` of an array and one number is not vectorised, `clip` is."""
    return x.clip(low, np.inf, out=out)


def at_most(x: np.ndarray, high: float, out=None) -> np.ndarray:
    """min(x, high) for one number `high`."""
    return x.clip(-np.inf, high, out=out)


def rows_of(flags: np.ndarray) -> np.ndarray:
    """Indices (k,) of the rows whose flag is set: to take by them is quicker than by the flags themselves."""
    return flags.nonzero()[0]
