"""Results as CSV for Excel: byte order mark, headers in the chosen language, no cell that starts a formula."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.metrics import METRICS
from sim.study.manifest import write_whole

_HEADERS = {
    "scenario": ("情景", "scenario"), "seed": ("种子", "seed"), "quarter": ("季度", "quarter"), "against": ("对照", "against"),
    "title": ("标题", "title"), "programme": ("政策", "programme"), "tier": ("层级", "tier"), "district": ("区县", "district"),
    "move": ("流动", "move"), "university": ("院校", "university"), "carrier": ("载体类型", "carrier"), "region": ("地区", "region"), "talent_kind": ("人才类别", "kind of talent"),
    "talent_place": ("地区", "place"), "status": ("状态", "status"), "error": ("原因", "error"),
}  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def csv(table: pd.DataFrame, lang: str) -> bytes:
    """A table as UTF-8 bytes with a byte order mark."""
    text = table.select_dtypes(exclude="number").columns
    table = table.assign(**{name: table[name].map(inert) for name in text})
    table.columns = [inert(header(name, lang)) for name in table.columns]
    return table.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_csv(results, folder: Path, lang: str) -> list[Path]:
    """Write quarterly.csv, by_<dim>.csv, pairs.csv, and missing.csv if a run has no result; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"quarterly": results.to_pandas()}
    dataset = results.to_xarray()
    for dim in dataset.dims:
        names = [name for name, values in dataset.data_vars.items() if dim in values.dims]
        if dim not in ("scenario", "seed", "quarter") and names:
            tables[f"by_{dim}"] = dataset[names].to_dataframe().reset_index()
    tables["pairs"] = results.pairs()
    if results.missing:
        tables["missing"] = pd.DataFrame(results.missing)
    written = []
    for name, table in tables.items():
        write_whole(folder / f"{name}.csv", csv(table, lang))
        written.append(folder / f"{name}.csv")
    return written
