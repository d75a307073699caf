"""Paired effects: the difference of two scenarios in the same world, seed by seed, and what can be said about it.

Two spreads are kept apart: (a) the interval of the mean, which more seeds make narrow, and (b) the share of worlds
in which the difference has the sign of the mean, which they do not.

Where draws are crossed with seeds the worlds of a draw are not independent: they share its numbers, and the worlds of a
seed share its luck. The interval then rests on draws and seeds, not on their product; see `variance`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from sim.errors import InputError

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

    @property
    def crossed(self) -> bool:
        """Whether the worlds are draws × seeds."""
        return "draw" in self.values.coords

    def by_draw(self) -> xr.DataArray:
        """The differences with dims draw and luck (the seed) instead of seed; needs a study with draws."""
        return by_draw(self.values)

    def variance(self) -> xr.DataArray:
        """How much of the spread over worlds comes from the numbers, from luck, and from the two together.

        Variances in units², a dim `part`: `numbers` and `luck` are the two-way components of draws × seeds (an estimate
        below zero is zero), `both` what neither explains alone. NaN with fewer than two draws or seeds, or a missing world.
        """
        table = self.by_draw()
        draws, luck = table.sizes["draw"], table.sizes["luck"]
        of_draw, of_luck, rest = _squares(table)
        numbers = ((of_draw - rest) / luck).clip(min=0)
        parts = xr.DataArray(["numbers", "luck", "both"], dims="part", name="part")
        return xr.concat([numbers, ((of_luck - rest) / draws).clip(min=0), rest], parts).drop_attrs()

    def error(self) -> tuple[xr.DataArray, xr.DataArray]:
        """Standard error of the mean, in the unit of the effect (NaN with fewer than two pairs), and its degrees of freedom."""
        n = self.n()
        if not self.crossed:
            return self._spread() / np.sqrt(n.clip(min=1)), (n - 1).clip(min=1)
        table = self.by_draw()
        parts = []
        for dim, other in (("draw", "luck"), ("luck", "draw")):
            means = table.mean(other)
            many = means.notnull().sum(dim)  # a draw of which no world is done says nothing
            if table.sizes[dim] > 1:
                parts.append(((means.var(dim, ddof=1) / many).where(many > 1, 0.0), (many - 1).clip(min=1)))
        if not parts:
            return self._spread(), n.clip(min=1)
        both = sum(variance for variance, _ in parts)
        freedom = both**2 / sum(variance**2 / degrees for variance, degrees in parts).where(both > 0)
        if len(parts) == 2:
            # What luck and numbers share is in both means: counted once, unless worlds are missing, where it stays.
            shared = (_squares(table)[2] / (table.sizes["draw"] * table.sizes["luck"])).fillna(0.0)
            both = xr.where(both - shared > 0, both - shared, both)
        return np.sqrt(both).where(n > 1), freedom.fillna(1.0).clip(min=1)

    def interval(self, level: float = 0.9) -> xr.DataArray:
        """Spread (a): t-interval of the mean, a dim `bound` of low and high; NaN with fewer than two pairs."""
        mean, (error, freedom) = self.mean(), self.error()
        half = stdtrit(freedom, 0.5 + level / 2) * error
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
        """How many more seeds would move zero out of the interval if mean and spread stay; inf if the mean is zero.

        With draws these are worlds, in the present proportion of draws to seeds.
        """
        n, mean, spread = self.n(), abs(self.mean()), self._spread()
        lost = 1.0  # degrees of freedom that are not worlds
        if self.crossed:
            error, freedom = self.error()
            spread, lost = error * np.sqrt(n), np.asarray(n - freedom, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(spread == 0, np.where(mean > 0, 0.0, np.inf), spread / mean.where(mean > 0, 0.0))
        quantile = 0.5 + level / 2

        def too_few(seeds):
            return seeds <= (stdtrit(seeds - lost, quantile) * ratio) ** 2

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


def by_draw(values: xr.DataArray) -> xr.DataArray:
    """Values over worlds as a table of draw × luck; `InputError` in a study without draws."""
    if "draw" not in values.coords:
        raise InputError("the study has no draws apart from its seeds", field="draws", allowed="draws=10 and more")
    return values.drop_vars("seed").set_index(seed=["draw", "luck"]).unstack("seed")


def _squares(table: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray]:
    """Mean squares of draws, seeds and the rest of a complete two-way table; NaN where a world is missing."""
    draws, luck = table.sizes["draw"], table.sizes["luck"]
    if draws < 2 or luck < 2:
        empty = table.mean(("draw", "luck")) * np.nan
        return empty, empty, empty
    of_draw, of_luck = table.mean("luck", skipna=False), table.mean("draw", skipna=False)
    rest = table - of_draw - of_luck + of_draw.mean("draw", skipna=False)
    return (
        luck * of_draw.var("draw", ddof=1, skipna=False),
        draws * of_luck.var("luck", ddof=1, skipna=False),
        (rest**2).sum(("draw", "luck"), skipna=False) / ((draws - 1) * (luck - 1)),
    )
