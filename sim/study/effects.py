"""Paired effects: the difference of two scenarios in the same world, seed by seed, and what can be said about it.

Two spreads are kept apart: (a) the interval of the mean, which more seeds make narrow, and (b) the share of worlds
in which the difference has the sign of the mean, which they do not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import stdtrit

RANKED_SHARE = 0.8
MOST_SEEDS = 10_000_000


@dataclass(frozen=True)
class Effect:
    """`values` has dims scenario, seed and what remains of the metric (quarter, year, a group, or nothing).

    Seeds in which either run is missing are NaN and left out everywhere. `unit` is the metric's, or `share` for a
    relative effect; `title`, `title_zh` name the metric.
    """

    metric: str
    against: str
    values: xr.DataArray
    unit: str
    title: str
    title_zh: str

    def at(self, **where) -> Effect:
        """The effect at one place: `effect.at(quarter="2030Q4")`."""
        return replace(self, values=self.values.sel(**where))

    def scaled(self, factor: float, unit: str) -> Effect:
        """The effect in another unit."""
        return replace(self, values=self.values * factor, unit=unit)

    def n(self) -> xr.DataArray:
        """Number of pairs."""
        return self.values.notnull().sum("seed")

    def mean(self) -> xr.DataArray:
        """Mean over seeds."""
        return self.values.mean("seed")

    def _spread(self) -> xr.DataArray:
        n = self.n()
        return self.values.std("seed", ddof=1).where(n > 1) if int(n.max()) > 1 else self.mean() * np.nan

    def interval(self, level: float = 0.9) -> xr.DataArray:
        """Spread (a): t-interval of the mean, a dim `bound` of low and high; NaN with fewer than two pairs."""
        n, mean = self.n(), self.mean()
        half = stdtrit((n - 1).clip(min=1), 0.5 + level / 2) * self._spread() / np.sqrt(n.clip(min=1))
        return xr.concat([mean - half, mean + half], xr.DataArray(["low", "high"], dims="bound", name="bound"))

    def share_positive(self) -> xr.DataArray:
        """Share of worlds with a difference above zero."""
        n = self.n()
        return ((self.values > 0).sum("seed") / n.where(n > 0)).drop_attrs()

    def share_same_sign(self) -> xr.DataArray:
        """Spread (b): share of worlds whose difference has the sign of the mean; a difference of zero has not."""
        n, sign = self.n(), np.sign(self.mean())
        return (((np.sign(self.values) == sign) & (sign != 0)).sum("seed") / n.where(n > 0)).drop_attrs()

    def ranked(self, level: float = 0.9) -> xr.DataArray:
        """True where the two can be told apart: the interval leaves zero out and 80 % of worlds agree."""
        bounds = self.interval(level)
        apart = (bounds.sel(bound="low", drop=True) > 0) | (bounds.sel(bound="high", drop=True) < 0)
        return (apart & (self.share_same_sign() >= RANKED_SHARE)).drop_attrs()

    def seeds_needed(self, level: float = 0.9) -> xr.DataArray:
        """How many more seeds would move zero out of the interval if mean and spread stay; inf if the mean is zero."""
        n, mean, spread = self.n(), abs(self.mean()), self._spread()
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(spread == 0, np.where(mean > 0, 0.0, np.inf), spread / mean.where(mean > 0, 0.0))
        quantile = 0.5 + level / 2

        def too_few(seeds):
            return seeds <= (stdtrit(seeds - 1, quantile) * ratio) ** 2

        # The t quantile falls with n, so enough seeds stay enough: bisect between the present and the most.
        start = low = np.maximum(np.asarray(n, dtype=float), 2.0)
        high = np.full_like(low, MOST_SEEDS)
        while np.any(too_few(low) & (high - low > 1)):
            middle = np.floor((low + high) / 2)
            few = too_few(middle)
            low, high = np.where(few, middle, low), np.where(few, high, middle)
        needed = np.where(too_few(start), high, start)
        more = np.where(needed >= MOST_SEEDS, np.inf, np.maximum(needed - np.asarray(n), 0))
        return mean.copy(data=np.where(np.isnan(ratio), np.nan, more)).drop_attrs()

    def plot(self, ax=None, level: float = 0.9):
        """Mean and interval of every scenario over time; returns the axis. Needs a quarter or year dim."""
        import matplotlib.pyplot as plt

        time = next((dim for dim in ("quarter", "year") if dim in self.values.dims), None)
        if time is None or set(self.values.dims) - {"scenario", "seed", time}:
            raise ValueError("plot() draws an effect over time; choose one group with at(...) first")
        ax = ax or plt.subplots(figsize=(7, 3.5), layout="constrained")[1]
        mean, bounds = self.mean(), self.interval(level)
        at = np.arange(mean.sizes[time])
        for name in mean["scenario"].values:
            one = bounds.sel(scenario=name)
            (line,) = ax.plot(at, mean.sel(scenario=name), label=str(name))
            ax.fill_between(at, one.sel(bound="low"), one.sel(bound="high"), color=line.get_color(), alpha=0.2, lw=0)
        ax.axhline(0.0, color="0.4", lw=0.8)
        ticks = at[:: max(1, len(at) // 8)]
        ax.set_xticks(ticks, [str(mean[time].values[i]) for i in ticks])
        ax.set_ylabel(self.unit)
        ax.set_title(f"{self.title}: difference from {self.against}", parse_math=False, fontsize=10)
        for text in ax.legend(fontsize=8, frameon=False).get_texts():
            text.set_parse_math(False)
        return ax
