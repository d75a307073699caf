"""Two spreads that must not be mixed: how sure the mean is (more seeds help), and how many worlds agree (they do not).

Everything works on differences between two scenarios of the same world; a world without both runs is NaN and left out.
Worlds that are draws × seeds are not independent: `crossing` (worlds, 2), the draw and the seed of each, says which share
numbers and which share luck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

LEVEL = 0.9


@dataclass(frozen=True)
class Spread:
    """Of `n` worlds: the mean with its Monte-Carlo interval, the 5–95 % range of worlds, the share that has the mean's
    sign and the share above 0, and how many more worlds would let the interval exclude 0 if mean and variance stay as
    they are. `crossed`: the worlds are draws × seeds."""

    mean: float
    low: float
    high: float
    p5: float
    p95: float
    share: float
    positive: float
    n: int
    more: float
    crossed: bool = False

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
        return replace(self, mean=self.mean * factor, low=low, high=high, p5=p5, p95=p95, positive=positive)


def _effect(values: np.ndarray, crossing: np.ndarray | None):
    """The study's own paired statistics over (world,) or (world, thing): one definition for the console and the report."""
    import xarray as xr

    from sim.study.effects import Effect

    worlds = {}
    if crossing is not None:
        worlds = {"seed": np.arange(len(values)), "draw": ("seed", crossing[:, 0]), "luck": ("seed", crossing[:, 1])}
    return Effect("", "", xr.DataArray(values, worlds, ("seed", "thing")[: values.ndim]), "", "", "")


def _spreads(x: np.ndarray, crossing: np.ndarray | None) -> list[Spread]:
    """One per column of `x` (worlds, things). No worlds or one world give a mean without an interval."""
    found = [Spread(*[math.nan] * 7, 0, math.inf, crossing is not None)] * x.shape[1]
    worlds = np.isfinite(x).sum(axis=0)
    some = np.flatnonzero(worlds)
    if not len(some):
        return found
    x, n = x[:, some], worlds[some]
    effect = _effect(x, crossing)
    share, positive = effect.share_same_sign().values, effect.share_positive().values
    low, high, more = (np.full(len(n), value) for value in (-math.inf, math.inf, math.inf))
    if n.max() > 1:
        bounds = effect.interval(LEVEL).transpose("bound", "thing").values
        low, high = np.where(n > 1, bounds, [[-math.inf], [math.inf]])
        more = np.where(n > 1, effect.seeds_needed(LEVEL).values, math.inf)
    columns = (np.nanmean(x, axis=0), low, high, *np.nanpercentile(x, (5, 95), axis=0), share, positive, n, more)
    for i, row in zip(some, zip(*columns, strict=True), strict=True):
        found[i] = Spread(*map(float, row[:7]), int(row[7]), float(row[8]), crossing is not None)
    return found


def each(things, crossing: np.ndarray | None = None) -> list[Spread]:
    """Of several things at once, because the named arrays below cost the same for one as for hundreds; worlds without
    a value are left out, thing by thing. With `crossing` each thing is (worlds,), NaN where a world has no value."""
    columns = [np.asarray(values, float) for values in things]
    if crossing is None:
        columns = [x[np.isfinite(x)] for x in columns]
    found: dict[int, Spread] = {}
    for n in {len(x) for x in columns}:
        alike = [i for i, x in enumerate(columns) if len(x) == n]
        found |= zip(alike, _spreads(np.stack([columns[i] for i in alike], axis=1), crossing), strict=True)
    return [found[i] for i in range(len(columns))]


def spread(values, crossing: np.ndarray | None = None) -> Spread:
    """Of one thing."""
    return each([values], crossing)[0]


def course(values: np.ndarray) -> tuple[np.ndarray, ...]:
    """(mean, p5, p95) per column of `values` (worlds, times); at least one world."""
    return values.mean(axis=0), *np.percentile(values, (5, 95), axis=0)


def bands(values: np.ndarray, crossing: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    """(mean, low, high, p5, p95): `course` with the interval of the mean, NaN for one world. A world that lacks a time
    is left out."""
    whole = np.isfinite(values).all(axis=1)
    mean, p5, p95 = course(values[whole])
    kept = values[whole] if crossing is None else np.where(whole[:, None], values, math.nan)
    low, high = _effect(kept, crossing).interval(LEVEL).transpose("bound", "thing").values
    return mean, low, high, p5, p95


def ratio(above, below, crossing: np.ndarray | None = None) -> tuple[float, float, float] | None:
    """Mean(above) / mean(below) with Fieller's 90 % interval; None when the interval of the denominator includes 0,
    because then the ratio has no bounds and no meaning."""
    from scipy.special import stdtrit

    a, b = np.asarray(above, float), np.asarray(below, float)
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 2:
        return None
    of_a, of_both, of_b, freedom = _variances(a, b, both, crossing)
    q = float(stdtrit(freedom, 0.5 + LEVEL / 2)) ** 2
    mean_a, mean_b = float(a[both].mean()), float(b[both].mean())
    top = mean_b**2 - q * of_b  # above 0 where the interval of the denominator leaves 0 out
    middle = mean_a * mean_b - q * of_both
    inside = middle**2 - top * (mean_a**2 - q * of_a)
    if top <= 0 or inside < 0:
        return None
    root = math.sqrt(inside)
    return mean_a / mean_b, (middle - root) / top, (middle + root) / top


def _variances(a, b, both, crossing: np.ndarray | None) -> tuple[float, float, float, float]:
    """Variance of the mean of `a`, covariance of the two means, variance of the mean of `b`, degrees of freedom."""
    if crossing is None:
        covariance = np.cov(a[both], b[both]) / both.sum()
        return covariance[0, 0], covariance[0, 1], covariance[1, 1], both.sum() - 1

    def errors(*columns):
        error, freedom = _effect(np.stack([np.where(both, x, math.nan) for x in columns], axis=1), crossing).error()
        return error.values, freedom.values

    (error_a, error_b), (freedom_a, freedom) = errors(a, b)
    if not error_a or not error_b:
        return error_a**2, 0.0, error_b**2, freedom_a if error_a else freedom
    # Each in its own error, the variances of sum and difference differ by four correlations. Fieller asks how sure
    # a - (ratio) b is; where that has fewer degrees of freedom than b, they count.
    x, y = a / error_a, b / error_b
    (plus, minus, _), (*_, least) = errors(x + y, x - y, a * b[both].mean() - b * a[both].mean())
    correlation = np.clip((plus**2 - minus**2) / 4, -1.0, 1.0)
    return error_a**2, correlation * error_a * error_b, error_b**2, min(freedom, least)
