"""Two spreads that must not be mixed: how sure the mean is (more seeds help), and how many worlds agree (they do not).

Everything works on differences between two scenarios of the same seed; a world without both runs is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

LEVEL = 0.9


@dataclass(frozen=True)
class Spread:
    """Of `n` worlds: the mean with its Monte-Carlo interval, the 5–95 % range of worlds, the share that has the mean's
    sign and the share above 0, and how many more worlds would let the interval exclude 0 if mean and variance stay as
    they are."""

    mean: float
    low: float
    high: float
    p5: float
    p95: float
    share: float
    positive: float
    n: int
    more: float

    @property
    def settled(self) -> bool:
        return self.n >= 2 and (self.low > 0 or self.high < 0)

    @property
    def decided(self) -> bool:
        """May be ranked: the interval excludes 0 and the sign holds in at least 80 % of worlds."""
        from sim.study.effects import RANKED_SHARE

        return self.settled and self.share >= RANKED_SHARE

    def scaled(self, factor: float) -> Spread:
        low, high = sorted((self.low * factor, self.high * factor))
        p5, p95 = sorted((self.p5 * factor, self.p95 * factor))
        positive = self.positive if factor > 0 else math.nan  # a change of unit, never of sign
        return Spread(self.mean * factor, low, high, p5, p95, self.share, positive, self.n, self.more)


def _effect(values: np.ndarray):
    """The study's own paired statistics over (seed,) or (seed, time): one definition for the console and the report."""
    import xarray as xr

    from sim.study.effects import Effect

    return Effect("", "", xr.DataArray(values, dims=("seed", "time")[: values.ndim]), "", "", "")


def spreads(values) -> list[Spread]:
    """One per column of `values` (worlds, things). No worlds or one world give a mean without an interval."""
    x = np.asarray(values, float)
    n, many = x.shape
    if n == 0:
        return [Spread(*[math.nan] * 7, 0, math.inf)] * many
    effect = _effect(x)
    share, positive = effect.share_same_sign().values, effect.share_positive().values
    more = np.full(many, math.inf)
    low, high = np.full(many, -math.inf), np.full(many, math.inf)
    if n > 1:
        low, high = effect.interval(LEVEL).transpose("bound", "time").values
        more = effect.seeds_needed(LEVEL).values
    columns = (x.mean(axis=0), low, high, *np.percentile(x, (5, 95), axis=0), share, positive, more)
    return [Spread(*map(float, row[:7]), n, float(row[7])) for row in zip(*columns, strict=True)]


def each(things) -> list[Spread]:
    """Of several things at once, because the named arrays below cost the same for one as for hundreds; worlds without
    a value are left out, thing by thing."""
    columns = [x[np.isfinite(x)] for x in (np.asarray(values, float) for values in things)]
    found: dict[int, Spread] = {}
    for n in {len(x) for x in columns}:
        alike = [i for i, x in enumerate(columns) if len(x) == n]
        found |= zip(alike, spreads(np.stack([columns[i] for i in alike], axis=1)), strict=True)
    return [found[i] for i in range(len(columns))]


def spread(values) -> Spread:
    """Of one thing."""
    return each([values])[0]


def course(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """(mean, p5, p95) per column of `values` (worlds, times); at least one world."""
    return values.mean(axis=0), *np.percentile(values, (5, 95), axis=0)


def bands(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """(mean, low, high, p5, p95): `course` with the interval of the mean."""
    low, high = _effect(values).interval(LEVEL).transpose("bound", "time").values
    mean, p5, p95 = course(values)
    return mean, low, high, p5, p95


def ratio(above, below) -> tuple[float, float, float] | None:
    """Mean(above) / mean(below) with Fieller's 90 % interval; None when the interval of the denominator includes 0,
    because then the ratio has no bounds and no meaning."""
    from scipy.special import stdtrit

    a, b = np.asarray(above, float), np.asarray(below, float)
    both = np.isfinite(a) & np.isfinite(b)
    a, b = a[both], b[both]
    if len(b) < 2:
        return None
    n = len(a)
    covariance = np.cov(a, b) / n
    q = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) ** 2
    mean_a, mean_b = float(a.mean()), float(b.mean())
    top = mean_b**2 - q * covariance[1, 1]  # above 0 where the interval of the denominator leaves 0 out
    middle = mean_a * mean_b - q * covariance[0, 1]
    inside = middle**2 - top * (mean_a**2 - q * covariance[0, 0])
    if top <= 0 or inside < 0:
        return None
    root = math.sqrt(inside)
    return mean_a / mean_b, (middle - root) / top, (middle + root) / top
