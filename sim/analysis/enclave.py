"""The break-even landing rate of enclaves: where their fiscal return, or the R&D they keep, equals what they cost.

Pure: works on differences between runs with and without enclaves, in the same worlds, at two or more landing rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ON, OFF = "enclave_on_{}", "enclave_off_{}"
POINTS = ("low", "middle", "high")


@dataclass(frozen=True)
class BreakEven:
    """Break-even by world, and its band. `low`/`high` are the 5-95 % span over the worlds that have one.

    `never` and `always` are the shares of worlds in which no landing rate, or every one, up to the highest pays.
    `mean` is where the mean net over worlds crosses zero; NaN when it does not.
    """

    rates: np.ndarray  # (worlds,); -inf = pays at every rate, inf = at none
    mean: float
    low: float
    high: float
    never: float
    always: float


def crossing(rates, net) -> float:
    """Rate at which a net that is linear between the points first reaches zero; -inf or inf outside the points.

    `rates` (points,) rising, `net` (points,). No extrapolation: beyond what was run nothing is claimed.
    """
    rates, net = np.asarray(rates, float), np.asarray(net, float)
    if (np.diff(rates) <= 0).any() or len(rates) != len(net) or len(rates) < 2:
        raise ValueError("landing rates must rise and have one net each, two at least")
    if net[0] >= 0:
        return -np.inf
    above = np.flatnonzero(net >= 0)
    if not len(above):
        return np.inf
    k = int(above[0])
    return float(rates[k - 1] + (rates[k] - rates[k - 1]) * -net[k - 1] / (net[k] - net[k - 1]))


def break_even(rates, net) -> BreakEven:
    """From net (worlds, points) at landing rates (points,)."""
    net = np.atleast_2d(np.asarray(net, float))
    found = np.array([crossing(rates, row) for row in net])
    inside = found[np.isfinite(found)]
    low, high = np.quantile(inside, [0.05, 0.95]) if len(inside) else (np.nan, np.nan)
    middle = crossing(rates, net.mean(axis=0))
    return BreakEven(
        found,
        middle if np.isfinite(middle) else np.nan,
        float(low),
        float(high),
        float(np.mean(np.isposinf(found))),
        float(np.mean(np.isneginf(found))),
    )


def fiscal_net(tax, cost) -> np.ndarray:
    """Tax gained over the horizon less cost (worlds,), RMB. Arrays (worlds, quarters) of differences with and without."""
    return np.asarray(tax).sum(axis=-1) - np.asarray(cost).sum(axis=-1)
