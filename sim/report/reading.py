"""What the report reads out of `Results`: plain arrays (scenario, seed, quarter) with names and labels beside them.

The only file of the report that knows the shape of `Results`; it changes nothing in it.
"""

from __future__ import annotations

import functools

import numpy as np

from sim.errors import InputError
from sim.metrics import METRICS, TIER_LABELS
from sim.report import names, style, text
from sim.report.spread import Spread, each

OUTSIDE = ("库外", "outside")
PLACES = {"nantong": ("南通", "Nantong"), "rugao": ("如皋", "Rugao"), "haimen": ("海门", "Haimen"),
          "nantong_htz": ("南通高新区", "Nantong HTZ"), "yancheng": ("盐城", "Yancheng")}  # fmt: skip

CERTIFICATE_CYCLE = 12  # quarters


class Reading:
    """`results` in one language. Figure functions make it from results; one that is there already is used as it is."""

    def __init__(self, results, lang: str = "zh"):
        self.results, self.lang = results, lang
        self.data = results.to_xarray()
        self.scenarios = [str(s) for s in self.data["scenario"].values]
        self.quarters = [str(q) for q in self.data["quarter"].values]
        self.years = sorted({q[:4] for q in self.quarters if sum(p[:4] == q[:4] for p in self.quarters) == 4})
        self._about = {entry["name"]: entry for entry in results.manifest.get("scenarios", ())}
        wanted = [*results.manifest.get("study", {}).get("against", ()), "status_quo", *self.scenarios]
        self.baseline = next(s for s in wanted if s in self.scenarios)
        # A package taken apart has a scenario a programme: what is drawn by scenario compares it with all left out.
        about = getattr(results, "left_out", None)
        self.told = [about["package"], about["off"]] if about else self.scenarios
        self.others = [s for s in self.told if s != self.baseline]
        self._paint = {self.baseline: style.BASELINE_COLOUR}
        self._paint |= {s: style.COLOURS[i % len(style.COLOURS)] for i, s in enumerate(self.others)}

    @classmethod
    def of(cls, results, lang: str) -> Reading:
        return results if isinstance(results, cls) else cls(results, lang)

    # Names ------------------------------------------------------------------------------------------------------------

    def title(self, scenario: str) -> str:
        return _worded(self._about.get(scenario, {}).get("title"), self.lang) or scenario

    def question(self, scenario: str) -> str:
        return _worded(self._about.get(scenario, {}).get("question"), self.lang)

    def override(self, scenario: str, number: str):
        """What the scenario sets a number to; None if it leaves it alone."""
        return self._about.get(scenario, {}).get("overrides", {}).get(number)

    def short(self, scenario: str, width: int = 22, lines: int = 2) -> str:
        """The title, fit for a figure."""
        return text.wrap(self.title(scenario), width, lines)

    @property
    def place(self) -> str:
        name = str(self.results.place)
        return PLACES.get(name, (name, name))[self.lang == "en"]

    def label(self, metric: str) -> str:
        known = METRICS.get(metric)
        return (known.zh if self.lang == "zh" else known.en) if known else metric

    def tier(self, name: str) -> str:
        zh, en = TIER_LABELS.get(name, OUTSIDE if name == "outside" else (name, name))
        return zh if self.lang == "zh" else en

    def member(self, dim: str, name: str) -> str:
        """A member of a group, such as a district, in words."""
        return names.name(str(self.results.place), dim, name, self.lang)

    def programme(self, name: str) -> str:
        from sim.programmes import CATALOGUE

        known = CATALOGUE.get(name)
        return (known.zh if self.lang == "zh" else known.en) if known else name

    # Looks ------------------------------------------------------------------------------------------------------------

    def colour(self, scenario: str) -> str:
        return self._paint[scenario]

    def dash(self, scenario: str):
        if scenario == self.baseline:
            return style.DASHES[0]
        i = self.others.index(scenario)
        return style.DASHES[1 + (i + i // len(style.COLOURS)) % 4]  # never the look of another of the same colour

    def marker(self, scenario: str) -> str:
        return style.MARKERS[self.scenarios.index(scenario) % len(style.MARKERS)]

    # Numbers ----------------------------------------------------------------------------------------------------------

    def has(self, *metrics: str) -> bool:
        return all(m in self.data for m in metrics)

    @functools.cache  # noqa: B019 — a Reading lives as long as one report
    def once(self, function, *about):
        """`function(self, *about)`, worked out once a report: a figure, its words and the tables ask for the same."""
        return function(self, *about)

    @functools.cache  # noqa: B019
    def values(self, metric: str) -> np.ndarray:
        """(scenario, seed, quarter) or (scenario, seed, quarter, group)."""
        array = self.data[metric]
        first = ("scenario", "seed", "quarter")
        return array.transpose(*first, *(d for d in array.dims if d not in first)).values.astype(float)

    def groups(self, metric: str) -> list[str]:
        return [str(v) for v in self.data[METRICS[metric].dim].values]

    def at(self, scenario: str) -> int:
        return self.scenarios.index(scenario)

    def worlds(self, metric: str, scenario: str) -> np.ndarray:
        """(seed, quarter) of the worlds that are done for this scenario."""
        x = self.values(metric)[self.at(scenario)]
        return x[np.isfinite(x).reshape(len(x), -1).all(axis=1)]

    @functools.cached_property
    def crossing(self) -> np.ndarray | None:
        """(world, 2): the draw and the seed of every world of a study of draws × seeds; None where a seed is a world."""
        if "draw" not in self.data.coords:
            return None
        return np.stack([self.data["draw"].values, self.data["luck"].values], axis=1)

    def done(self, scenario: str) -> int:
        return len(self.worlds(next(m for m in METRICS if m in self.data), scenario))

    @functools.cached_property
    def shown(self) -> list[str]:
        """Scenarios with at least one finished run."""
        return [s for s in self.told if self.done(s)]

    @functools.cached_property
    def compared(self) -> list[str]:
        """Scenarios with at least one world that is also done for the baseline."""
        metric = next(m for m in METRICS if m in self.data)
        return [s for s in self.others if np.isfinite(self.difference(metric, s)).any()]

    def difference(self, metric: str, scenario: str, against: str | None = None) -> np.ndarray:
        """(seed, quarter): scenario minus `against` (the baseline), world by world, beside `crossing`.

        A world that lacks one of the two is NaN from end to end.
        """
        x = self.values(metric)
        d = x[self.at(scenario)] - x[self.at(against or self.baseline)]
        d[~np.isfinite(d).reshape(len(d), -1).all(axis=1)] = np.nan
        return d

    def by_year(self, metric: str, worlds: np.ndarray) -> np.ndarray:
        """(seed, year): the last quarter of a stock, the sum of a flow, the mean of a ratio."""
        starts = [self.quarters.index(f"{y}Q1") for y in self.years]
        rule = METRICS[metric].annual
        parts = [worlds[:, i : i + 4] for i in starts]
        take = {"last": lambda p: p[:, -1], "sum": lambda p: p.sum(axis=1), "mean": lambda p: p.mean(axis=1)}[rule]
        return np.stack([take(p) for p in parts], axis=1)

    def whole(self, metric: str, worlds: np.ndarray) -> np.ndarray:
        """(seed,): a stock or ratio at the end (ratio: last year), a flow as its yearly average over the horizon.

        Certificates are taken over their three-year cycle, or a single batch would decide.
        """
        rule = METRICS[metric].annual
        if metric == "hnte_stock":
            return worlds[:, -CERTIFICATE_CYCLE:].mean(axis=1)
        if rule == "sum":
            return worlds.sum(axis=1) * 4 / worlds.shape[1]
        return worlds[:, -1] if rule == "last" else worlds[:, -4:].mean(axis=1)

    @functools.cache  # noqa: B019
    def some(self, *metrics: str) -> bool:
        """Whether any of these is there and is ever anything but 0."""
        return any(self.has(m) and bool(np.nan_to_num(self.values(m)).any()) for m in metrics)

    @functools.cached_property
    def paired(self):
        """The firm-by-firm (and person-by-person) comparisons: read once."""
        return self.results.pairs()

    @functools.cache  # noqa: B019
    def pair_means(self, *columns: str) -> tuple[str | None, dict[str, dict[str, float]]]:
        """(against, scenario → column → mean of worlds): against no local policy if that was run."""
        pairs = self.paired
        there = set(pairs["against"]) if len(pairs) and set(columns) <= set(pairs.columns) else set()
        against = next((a for a in ("none", self.baseline, *self.scenarios) if a in there), None)
        chosen = pairs[pairs["against"] == against] if against else pairs[:0]
        parts = ((s, chosen[chosen["scenario"] == s]) for s in self.shown)
        return against, {s: {c: float(rows[c].mean()) for c in columns} for s, rows in parts if len(rows)}

    @functools.cache  # noqa: B019
    def micro(self, name: str) -> np.ndarray | None:
        """(scenario, seed, …) of a statistic that a run leaves beside its series; None if there is none."""
        try:
            return np.asarray(self.results.micro(name), float)
        except (KeyError, InputError):
            return None

    def most(self, metric: str) -> str | None:
        """The scenario other than the baseline in which a metric is largest, if it is larger than in the baseline."""
        size = {s: float(self.worlds(metric, s).sum(axis=1).mean()) for s in self.shown}
        found = max((s for s in size if s != self.baseline), key=size.get, default=None)
        return found if found and size[found] > size.get(self.baseline, -np.inf) else None

    @functools.cached_property
    def plain(self) -> list[str]:
        """Metrics without groups."""
        return [m for m, about in METRICS.items() if about.dim is None and m in self.data]

    @functools.cache  # noqa: B019
    def gains(self, scenario: str, against: str | None = None) -> dict[str, Spread]:
        """Plain metric → paired difference over the horizon, in the metric's unit (a flow: per year)."""
        differences = (self.whole(m, self.difference(m, scenario, against)) for m in self.plain)
        return dict(zip(self.plain, each(differences, self.crossing), strict=True))

    def gain(self, metric: str, scenario: str, against: str | None = None) -> Spread:
        """The paired difference of one metric."""
        return self.gains(scenario, against)[metric]

    def gain_share(self, metric: str, scenario: str, against: str | None = None) -> Spread:
        """The same as a share of the other scenario's mean."""
        base = self.whole(metric, self.worlds(metric, against or self.baseline)).mean()
        return self.gain(metric, scenario, against).scaled(1 / base if base else np.nan)

    @property
    def end(self) -> str:
        year, quarter = self.quarters[-1].split("Q")
        if quarter == "4":
            return f"{year}年末" if self.lang == "zh" else f"the end of {year}"
        return f"{year}年第{quarter}季度" if self.lang == "zh" else f"{year}Q{quarter}"


def _worded(value, lang: str) -> str:
    """One language of a {zh, en}, a (zh, en) or a plain text."""
    if isinstance(value, dict):
        return str(value.get(lang) or value.get("zh") or value.get("en") or "")
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return str(value[lang == "en"])
    return "" if value is None else str(value)
