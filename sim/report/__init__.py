"""The report of a study: figures, one page, tables for a spreadsheet. Reads `Results` and runs no model."""

from __future__ import annotations

from pathlib import Path

__all__ = ["build", "more_tables"]


def build(results, folder: str | Path, lang: str = "zh", draw: bool = True, lines=None, numbers=None) -> list[Path]:
    """Write report.html (English: report_en.html), figures/*.png and *.svg, summary*.csv; returns the files.

    Figures of an earlier report that are not drawn again are removed from the folder: they would show other results.
    `draw=False` leaves out all figures, the slow part. `lines` (scorecard) and `numbers` (with sources) are looked up
    unless given. Same results, same bytes.
    """
    from sim.report.writing import write

    return write(results, Path(folder), lang, draw, lines, numbers)


def more_tables(results, lang: str = "zh") -> dict:
    """Name → table of what the report works out beyond the study's own tables, for the export; headings in words."""
    import pandas as pd

    from sim.report import decomposition, decomposition_words
    from sim.report.reading import Reading

    found = {}
    if results.left_out:
        r = Reading(results, lang)
        if decomposition.taken(r):
            head, rows = decomposition_words.table(r)
            found["decompose"] = pd.DataFrame(rows, columns=head).replace("", None)
    return found
