"""Results for other programs: CSV and Excel with headings in the chosen language, Parquet and NetCDF with plain names.

Every file is written whole or not at all, and no cell of a spreadsheet starts a formula.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import pandas as pd

from sim.errors import InputError, StudyError, nearest
from sim.metrics import METRICS
from sim.study.extras import needed
from sim.study.manifest import write_whole

KINDS = ("csv", "parquet", "netcdf", "excel")
_HEADERS = {
    "scenario": ("情景", "scenario"), "seed": ("种子", "seed"), "quarter": ("季度", "quarter"), "against": ("对照", "against"),
    "title": ("标题", "title"), "programme": ("政策", "programme"), "tier": ("层级", "tier"), "district": ("区县", "district"),
    "move": ("流动", "move"), "university": ("院校", "university"), "carrier": ("载体类型", "carrier"), "region": ("地区", "region"),
    "talent_kind": ("人才类别", "kind of talent"), "talent_place": ("地区", "place"), "status": ("状态", "status"), "error": ("原因", "error"),
    "draw": ("抽样", "draw"), "luck": ("运气种子", "luck"),
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
EXCEL_ROWS = 1_048_575  # below the heading


def inert(cell):
    """The cell, with an apostrophe before text that a spreadsheet would run as a formula."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def header(column: str, lang: str) -> str:
    """A column's heading: a metric's label and unit, or the word for a dim."""
    index = 0 if lang == "zh" else 1
    if column in METRICS:
        metric = METRICS[column]
        return f"{(metric.zh, metric.en)[index]} ({metric.unit})"
    return _HEADERS.get(column, (column, column))[index]


def _headed(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    text = table.select_dtypes(exclude="number").columns
    table = table.assign(**{name: table[name].map(inert) for name in text})
    table.columns = [inert(header(name, lang)) for name in table.columns]
    return table


def csv(table: pd.DataFrame, lang: str) -> bytes:
    """A table as UTF-8 bytes with a byte order mark."""
    return _headed(table, lang).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def tables(results) -> dict[str, pd.DataFrame]:
    """quarterly, by_<dim> of the grouped metrics, pairs, draws, and missing if a run has no result."""
    found = {"quarterly": results.to_pandas()}
    dataset = results.to_xarray()
    for dim in dataset.dims:
        names = [name for name, values in dataset.data_vars.items() if dim in values.dims]
        if dim not in ("scenario", "seed", "quarter") and names:
            found[f"by_{dim}"] = dataset[names].to_dataframe().reset_index()
    found["pairs"] = results.pairs()
    if results.draws:
        found["draws"] = results.sample().reset_index()
    if results.missing:
        found["missing"] = pd.DataFrame(results.missing)
    return found


def to_csv(results, folder: Path, lang: str, more: dict | None = None) -> list[Path]:
    """Write quarterly.csv, by_<dim>.csv, pairs.csv, and missing.csv if a run has no result; returns the paths."""
    _make(folder)
    written = []
    for name, table in {**tables(results), **(more or {})}.items():
        write_whole(folder / f"{name}.csv", csv(table, lang))
        written.append(folder / f"{name}.csv")
    return written


def export(results, folder: Path, kind: str = "csv", lang: str = "zh", more: dict | None = None) -> list[Path]:
    """Write the results of a study as one of `KINDS` into a folder; returns the paths.

    `more`: tables beside those of the study, by name, with headings in words; NetCDF, which has arrays, leaves them out.
    """
    if kind not in KINDS:
        raise InputError("there is no such choice", field="to", value=kind, allowed=KINDS, nearest=nearest(str(kind), KINDS))
    return {"csv": to_csv, "parquet": _parquet, "netcdf": _netcdf, "excel": _excel}[kind](results, folder, lang, more)


def _parquet(results, folder: Path, lang: str, more: dict | None = None) -> list[Path]:
    needed("pyarrow", "parquet")
    _make(folder)
    written = []
    for name, table in {**tables(results), **(more or {})}.items():
        buffer = io.BytesIO()
        _plain(table).to_parquet(buffer, index=False)
        write_whole(folder / f"{name}.parquet", buffer.getvalue())
        written.append(folder / f"{name}.parquet")
    return written


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """A path among the varied numbers is a mapping, which a column cannot hold."""
    mixed = [name for name in table.columns if table[name].map(lambda cell: isinstance(cell, dict)).any()]
    return table.assign(**{name: table[name].map(str) for name in mixed})


def _netcdf(results, folder: Path, lang: str, more: dict | None = None) -> list[Path]:
    needed("h5netcdf", "netcdf")
    _make(folder)
    # The library writes to a path only; the finished file then takes its name in one step.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".netcdf-") as beside:
        half = Path(beside) / "results.nc"
        try:
            results.to_xarray().to_netcdf(half, engine="h5netcdf")
            os.replace(half, folder / "results.nc")
        except OSError as error:
            raise StudyError(f"{folder / 'results.nc'}: cannot be written ({error.strerror or error})") from error
    return [folder / "results.nc"]


def _excel(results, folder: Path, lang: str, more: dict | None = None) -> list[Path]:
    needed("openpyxl", "excel")
    _make(folder)
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as book:
        for name, table in {**tables(results), **(more or {})}.items():
            if len(table) > EXCEL_ROWS:
                raise StudyError(f"{name}: {len(table)} rows are too many for a sheet of Excel; take parquet or netcdf")
            _headed(_plain(table), lang).to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
    write_whole(folder / "results.xlsx", buffer.getvalue())
    return [folder / "results.xlsx"]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{folder}: cannot be made ({error.strerror})") from error
