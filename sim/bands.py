"""Bands: which interval of a short list of edges a value lies in."""

from __future__ import annotations

import numpy as np


def band(values: np.ndarray, edges) -> np.ndarray:
    """Number of edges ≤ value, (rows,) small integers.

    The same as `np.searchsorted(edges, values, side="right")`, several times faster for a handful of edges.
    """
    found = np.zeros(len(values), np.int8)
    for edge in edges:
        found += values >= edge
    return found
