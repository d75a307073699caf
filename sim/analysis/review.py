"""Review against pay-out without application: what each changes of relabelled and of real R&D, and of certificates.

Pure: works on totals of runs with and without, in the same worlds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ARMS = ("review_three", "review_automatic", "review_honest")
AGAINST = "review_none"
METRICS = ("rd_relabelled", "rd_real", "hnte_certified_flow")


@dataclass(frozen=True)
class Change:
    """Mean over worlds of the paired change, in per cent of what each world had without, its 90 % interval, and worlds that agree."""

    mean: float
    low: float
    high: float
    agree: float
    worlds: np.ndarray


def change(with_it, without) -> Change:
    """From totals (worlds,) of the same worlds; the interval resamples worlds 2,000 times with fixed luck."""
    with_it, without = np.asarray(with_it, float), np.asarray(without, float)
    if with_it.shape != without.shape or with_it.ndim != 1 or len(with_it) < 2:
        raise ValueError("two worlds at least, the same with and without")
    gap = 100 * (with_it - without) / without
    pick = np.random.default_rng(0).integers(0, len(gap), (2000, len(gap)))
    low, high = np.quantile(gap[pick].mean(axis=1), [0.05, 0.95])
    agree = max((gap > 0).mean(), (gap < 0).mean())
    return Change(float(gap.mean()), float(low), float(high), float(agree), gap)


def changes(results, first: int = 4) -> dict[tuple[str, str], Change]:
    """Change by (arm, metric) of a study of `conf/study/review.yaml`, from quarter `first` on."""
    data = results.to_xarray()
    total = {m: data[m].isel(quarter=slice(first, None)).sum("quarter") for m in METRICS}
    return {
        (arm, m): change(total[m].sel(scenario=arm).values, total[m].sel(scenario=AGAINST).values)
        for arm in ARMS for m in METRICS
    }  # fmt: skip
