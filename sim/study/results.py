"""`Results`: what everything after a study reads. Names at the edges (xarray), nothing is run here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from sim.errors import InputError, StudyError, nearest
from sim.metrics import METRICS, Metric, Record
from sim.study import manifest, payload
from sim.study.effects import Effect, by_draw
from sim.study.journal import DONE, PENDING, STATUSES, Journal

START_YEAR = 2021
OVER = ("quarter", "year", "end", "late", "total")
LATE = 12  # quarters: the three-year cycle of certificates


class Results:
    """The finished runs of one study, by scenario and seed. A run that failed is NaN everywhere, never a number.

    In a study with draws the dim `seed` counts the worlds, draws × seeds from 1, and its coordinates `draw` and `luck`
    say which draw and which seed a world is.
    """

    def __init__(self, about: dict, journal: Journal):
        self.manifest = about
        self.folder: Path | None = None  # where the study lies, if it was opened from a folder
        self._journal = journal
        self._dataset: xr.Dataset | None = None
        self._small: list[tuple[int, int, dict, dict]] | None = None
        study = about["study"]
        self.place: str = study["place"]
        self.luck: list[int] = study["seeds"]
        self.draws: int = study["draws"]
        self.seeds: list[int] = list(range(1, self.draws * len(self.luck) + 1)) if self.draws else self.luck
        self.quarters: int = study["quarters"]
        self.scenarios: list[str] = list(about["keys"])
        self._keys = {
            (name, seed): key
            for name, keys in about["keys"].items()
            for seed, key in zip(self.seeds, keys, strict=True)
        }
        statuses = journal.statuses(self._keys.values())
        errors = journal.errors(self._keys.values())
        self._missing = []
        for (name, seed), key in self._keys.items():
            if statuses.get(key) != DONE:
                status, error = errors.get(key, (PENDING, "not run yet"))
                # A world of draws × seeds has a number of its own, which is no seed that anybody could run.
                world = dict(zip(("draw", "luck"), self._world(seed), strict=True)) if self.draws else {}
                self._missing.append({"scenario": name, "seed": seed, **world, "status": status, "error": error})

    @classmethod
    def open(cls, folder: str | Path) -> Results:
        """The study of a folder; `StudyError` if there is none."""
        folder = Path(folder)
        found = cls(manifest.read(folder), Journal.read(folder))
        found.folder = folder
        return found

    @property
    def missing(self) -> list[dict]:
        """Runs without a result: scenario, seed (with draws also draw and luck), status (failed, killed, timeout, pending), error."""
        return list(self._missing)

    @property
    def n_planned(self) -> int:
        """Runs the study consists of."""
        return len(self._keys)

    @property
    def n_done(self) -> int:
        """Runs with a result."""
        return self.n_planned - len(self._missing)

    def runs(self, status: str | None = None, scenario: str | None = None) -> pd.DataFrame:
        """A row per run, of one status and scenario if named: scenario, seed, status, seconds, checksum, error.

        With draws also draw and luck. Reads the index alone: a hundred thousand runs take half a second.
        """
        # A slip would be an empty table: no run has failed, it seems.
        if status is not None and status not in STATUSES:
            raise InputError("there is no such choice", field="status", value=status, allowed=STATUSES, nearest=nearest(status, STATUSES))
        if scenario is not None and scenario not in self.scenarios:
            near = nearest(scenario, self.scenarios)
            raise InputError("not a scenario of this study", field="scenario", value=scenario, allowed=self.scenarios, nearest=near)
        stored = {row["key"]: row for row in self._journal.list(None if status == PENDING else status, scenario)}
        rows = []
        for (name, seed), key in self._keys.items():
            row = stored.get(key)
            if row is None and (status not in (None, PENDING) or scenario not in (None, name)):
                continue
            if row is None or status != PENDING:
                row = row or {"status": PENDING, "seconds": None, "checksum": None, "error": None}
                rows.append((name, seed, row["status"], row["seconds"], row["checksum"], row["error"]))
        table = pd.DataFrame(rows, columns=["scenario", "seed", "status", "seconds", "checksum", "error"])
        if self.draws:
            draw, luck = self._of_draws()
            at = table["seed"].to_numpy(dtype=int) - 1
            table.insert(1, "draw", draw[at])
            table.insert(2, "luck", luck[at])
        return table

    def _of_draws(self) -> tuple[np.ndarray, np.ndarray]:
        """(draw, luck) of every world."""
        return np.repeat(np.arange(1, self.draws + 1), len(self.luck)), np.tile(self.luck, self.draws)

    def _world(self, seed: int) -> tuple[int, int]:
        draw, luck = divmod(seed - 1, len(self.luck))
        return draw + 1, self.luck[luck]

    def sample(self) -> pd.DataFrame:
        """The values of every draw, a row each and a column per varied number; empty without draws."""
        sample = self.manifest["sample"] or {"ids": [], "rows": []}
        return pd.DataFrame(sample["rows"], columns=sample["ids"], index=pd.RangeIndex(1, len(sample["rows"]) + 1, name="draw"))

    def by_draw(self, values: xr.DataArray) -> xr.DataArray:
        """Values over worlds as draw × seed: `results.by_draw(results.to_xarray()["hnte_stock"])`."""
        return by_draw(values)

    def title(self, scenario: str, lang: str = "zh") -> str:
        """The scenario's title in a language."""
        titles = next(entry["title"] for entry in self.manifest["scenarios"] if entry["name"] == scenario)
        return titles.get(lang) or scenario

    def checksums(self) -> dict[tuple[str, int], str]:
        """SHA-256 of the content of every finished run: two studies with equal checksums have equal results."""
        return {where: payload.checksum(blob) for where, blob in self._blobs()}

    def _blobs(self) -> Iterator[tuple[tuple[str, int], bytes]]:
        for where, key in self._keys.items():
            blob = self._journal.payload(key)
            if blob is not None:
                yield where, blob

    def _records(self) -> Iterator[tuple[int, int, Record]]:
        rows = {name: i for i, name in enumerate(self.scenarios)}
        columns = {seed: i for i, seed in enumerate(self.seeds)}
        for (name, seed), blob in self._blobs():
            try:
                yield rows[name], columns[seed], payload.unpack(blob)
            except payload.PayloadError as error:
                raise StudyError(
                    f"the stored run of {name}, seed {seed} is damaged ({error}); run the study again"
                ) from error

    def to_xarray(self) -> xr.Dataset:
        """Every metric over scenario, seed, quarter and its own dim; attrs hold units, kind, labels and annual rule.

        A group that a run does not know (a programme that is not in its package) is 0 there.
        """
        if self._dataset is None:
            self._dataset = _dataset(self)
        return self._dataset

    def _metric(self, name: str) -> xr.DataArray:
        dataset = self.to_xarray()
        if name not in dataset:
            raise InputError("no such metric in these results", value=name, nearest=nearest(name, list(dataset.data_vars)))
        return dataset[name]

    def to_pandas(self, metric: str | None = None) -> pd.DataFrame:
        """Tidy: a row per scenario, seed, quarter (and group); a column per metric, without a name all ungrouped."""
        if metric is not None:
            return self._metric(metric).to_dataframe().reset_index()
        dataset = self.to_xarray()
        plain = [
            name for name, values in dataset.data_vars.items() if set(values.dims) == {"scenario", "seed", "quarter"}
        ]
        return dataset[plain].to_dataframe().reset_index()

    def annual(self, metric: str) -> xr.DataArray:
        """A metric per whole year: the last quarter of a stock, the sum of a flow, the mean of a ratio."""
        values = self._metric(metric)
        years = values.sizes["quarter"] // 4
        whole = values.isel(quarter=slice(0, 4 * years))
        split = whole.coarsen(quarter=4).construct(quarter=("year", "in_year"))
        rule = values.attrs["annual"]
        if rule == "last":
            yearly = split.isel(in_year=3)
        else:
            yearly = getattr(split, rule)("in_year", skipna=False)
        yearly = yearly.drop_vars(
            [name for name in yearly.coords if "in_year" in yearly[name].dims or name == "quarter"], errors="ignore"
        )
        return yearly.assign_coords(year=np.arange(START_YEAR, START_YEAR + years)).assign_attrs(values.attrs)

    def effect(self, metric: str, against: str = "status_quo", over: str = "quarter", relative: bool = False) -> Effect:
        """The paired difference of every other scenario from `against`.

        over: `quarter`, `year` (annual rule), `end` (last quarter), `late` (mean of the last three years) or `total` (sum over all quarters).
        relative: divided by the value of `against` in the same world; the unit becomes `share`.
        """
        if against not in self.scenarios:
            raise InputError("not a scenario of this study", field="against", value=against, allowed=self.scenarios)
        if over not in OVER:
            raise InputError("no such way to sum up", field="over", value=over, allowed=OVER)
        values = self._metric(metric)
        attrs = values.attrs
        if over == "year":
            values = self.annual(metric)
        elif over == "end":
            values = values.isel(quarter=-1, drop=True)
        elif over == "late":
            values = values.isel(quarter=slice(-LATE, None)).mean("quarter", skipna=False)
        elif over == "total":
            values = values.sum("quarter", skipna=False)
        base = values.sel(scenario=against, drop=True)
        difference = values.sel(scenario=[name for name in self.scenarios if name != against]) - base
        if relative:
            difference = difference / base.where(base != 0)
        unit = "share" if relative else attrs["units"]
        return Effect(metric, against, difference, unit, attrs["long_name"], attrs["long_name_zh"])

    @property
    def left_out(self) -> dict | None:
        """Of a study of `PACKAGE/each`: package, off, and without (programme → scenario); None of any other."""
        return self.manifest["study"].get("left_out")

    def _each_pair(self) -> Iterator[tuple[str, str, int]]:
        if self.left_out:
            package = self.left_out["package"]
            yield from ((package, other, seed) for other in self.scenarios if other != package for seed in self.seeds)
            return
        for other in self.manifest["study"]["against"]:
            for name in self.scenarios:
                for seed in self.seeds if name != other else ():
                    yield name, other, seed

    def pairs(self) -> pd.DataFrame:
        """Firm-level comparisons: scenario, against, seed and a column per outcome; only pairs that both finished."""
        rows = []
        for name, other, seed in self._each_pair():
            found = self._journal.outcomes(self._keys[name, seed], self._keys[other, seed])
            if found is not None:
                where = {"scenario": name, "against": other, "seed": seed}
                if self.draws:
                    where |= dict(zip(("draw", "luck"), self._world(seed), strict=True))
                rows.append({**where, **found})
        return pd.DataFrame(rows) if rows else pd.DataFrame(columns=["scenario", "against", "seed"])

    @property
    def missing_pairs(self) -> list[dict]:
        """Pairs whose runs both finished but could not be compared: scenario, against, seed, error."""
        gone = {(lost["scenario"], lost["seed"]) for lost in self._missing}
        lost, compared = [], self._journal.compared()
        for name, other, seed in self._each_pair():
            keys = self._keys[name, seed], self._keys[other, seed]
            if (name, seed) not in gone and (other, seed) not in gone and keys not in compared:
                error = self._journal.pair_error(*keys)
                lost.append({"scenario": name, "against": other, "seed": seed, "error": error})
        return lost

    def micro(self, name: str) -> xr.DataArray:
        """Statistics of single firms, dims scenario, seed and the array's own; shorter arrays are filled with NaN."""
        return self._gather(name, 2, "micro statistic")

    def initial(self, name: str) -> xr.DataArray:
        """A stock at the end of 2020, dims scenario, seed."""
        return self._gather(name, 3, "initial stock")

    def _gather(self, name: str, part: int, what: str) -> xr.DataArray:
        if self._small is None:
            # Unpacking a run costs milliseconds and a report asks for dozens of these, so they are kept; they are small.
            self._small = [(row, column, record.micro, record.initial) for row, column, record in self._records()]
        found, known = [], set()
        for entry in self._small:
            row, column, values = entry[0], entry[1], entry[part]
            known.update(values)
            if name in values:
                found.append((row, column, np.asarray(values[name], dtype=float)))
        if not found:
            raise InputError(
                f"no such {what} in these results", value=name, allowed=sorted(known), nearest=nearest(name, known)
            )
        shape = tuple(np.max([values.shape for *_, values in found], axis=0).astype(int))
        filled = np.full((len(self.scenarios), len(self.seeds), *shape), np.nan)
        for row, column, values in found:
            filled[(row, column, *map(slice, values.shape))] = values
        dims = ("scenario", "seed", *(f"{name}_{i}" for i in range(len(shape))))
        return xr.DataArray(filled, dims=dims, coords={"scenario": self.scenarios} | self._worlds(), name=name)

    def _worlds(self) -> dict:
        """Coordinates of the dim `seed`."""
        found = {"seed": ("seed", self.seeds)}
        if self.draws:
            draw, luck = self._of_draws()
            found |= {"draw": ("seed", draw), "luck": ("seed", luck)}
        return found

    def to_csv(self, folder: str | Path, lang: str = "zh") -> list[Path]:
        """Everything as CSV that Excel opens without garbage; returns the files. See `sim.study.export`."""
        from sim.study.export import to_csv

        return to_csv(self, Path(folder), lang)

    def export(self, folder: str | Path, kind: str = "csv", lang: str = "zh", more: dict | None = None) -> list[Path]:
        """Everything as csv, parquet, netcdf or excel; returns the files. See `sim.study.export`."""
        from sim.study.export import export

        return export(self, Path(folder), kind, lang, more)


def quarter_names(quarters: int) -> list[str]:
    """2021Q1, 2021Q2, …"""
    return [f"{START_YEAR + i // 4}Q{i % 4 + 1}" for i in range(quarters)]


def _attrs(metric: Metric) -> dict:
    return {
        "units": metric.unit,
        "long_name": metric.en,
        "long_name_zh": metric.zh,
        "kind": metric.kind,
        "annual": metric.annual,
    }


def _dataset(results: Results) -> xr.Dataset:
    records = list(results._records())
    shape = (len(results.scenarios), len(results.seeds), results.quarters)
    labels: dict[str, dict[str, None]] = {}
    for *_, record in records:
        for dim, names, _ in record.grouped.values():
            labels.setdefault(dim, {}).update(dict.fromkeys(names))
    columns: dict[str, tuple[tuple, np.ndarray]] = {}
    for row, column, record in records:
        for name, values in record.series.items():
            if name not in columns:
                columns[name] = (("scenario", "seed", "quarter"), np.full(shape, np.nan))
            columns[name][1][row, column] = values
        for name, (dim, names, values) in record.grouped.items():
            every = list(labels[dim])
            if name not in columns:
                columns[name] = (("scenario", "seed", "quarter", dim), np.full((*shape, len(every)), np.nan))
            target = columns[name][1][row, column]
            target[:] = 0.0
            target[:, [every.index(label) for label in names]] = values
    ordered = [name for name in METRICS if name in columns]
    coords = {"scenario": results.scenarios, **results._worlds(), "quarter": quarter_names(results.quarters)}
    coords |= {dim: list(names) for dim, names in labels.items()}
    study = results.manifest["study"]
    attrs = {
        "place": study["place"],
        "draw": int(study["draw"]),
        "draws": study["draws"],
        "innosim": results.manifest["versions"].get("innosim", ""),
    }
    return xr.Dataset({name: (*columns[name], _attrs(METRICS[name])) for name in ordered}, coords, attrs)
