"""Totals over places. A place inside another is counted there already, so the two are refused together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.errors import InputError
from sim.metrics import METRICS, RATIO
from sim.parameters import apart


def total(results: Sequence, metric: str, scenario: str = "status_quo") -> np.ndarray:
    """The metric summed over the places of several studies (world, quarter), world by world; InputError if that is senseless."""
    apart([each.place for each in results])
    if METRICS[metric].kind == RATIO or METRICS[metric].unit == "index":
        raise InputError("a ratio of several places is no sum", field="metric", value=metric)
    parts = [each.to_xarray()[metric].sel(scenario=scenario).values for each in results]
    if len({part.shape for part in parts}) > 1:
        raise InputError("the studies differ in worlds or quarters", field="metric", value=metric)
    return np.sum(parts, axis=0)
