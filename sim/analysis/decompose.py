"""A package taken apart: what each programme gives, seen from the package that has it (`PACKAGE/each`).

Pure: works on rows of firm-by-firm comparisons and on differences of the package less the same without a programme.
All differences have this sign: what would be missing without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from sim import register

COMMON = ("rd_real", "knowledge", "productivity", "firms", "hnte_stock")
PRIORITY = {"core": 0, "second": 1}
# What a programme is paid for, by the start of its id: persons, projects of enclaves, attracted projects, problems; else
# certificates of the firms that get its money.
THINGS = {"talent.": "persons", "enclave.": "enclave", "attraction.": "attracted", "rnd.jiebang": "problems",
          "rnd.horse_race": "problems"}  # fmt: skip
CERTIFICATES = "certificates"
OWN = 0.5


@dataclass(frozen=True)
class Judged:
    """A row of the register that a programme serves, with the outcome and the sign that were written before any run."""

    row: str
    outcome: str
    sign: str


@dataclass(frozen=True)
class Things:
    """What a programme paid for, (worlds,) each, over the horizon: how many, how many of them anyway, how many because of
    it, how many others were pushed out, and how many left the city again. NaN where the model does not tell."""

    kind: str
    paid: np.ndarray
    anyway: np.ndarray
    additional: np.ndarray
    displaced: np.ndarray
    gone: np.ndarray


def judged(programme: str) -> list[Judged]:
    """Rows that the class is, core rows first, or else those that name its terms; of two that ask the same only the first."""
    live = [row for row in register.rows() if row.state == "live"]
    rows = [row for row in live if row.realised == programme]
    rows = rows or [row for row in live if any(id.startswith(f"{programme}.") for id in row.parameters)]
    found: dict[tuple, Judged] = {}
    for row in sorted(rows, key=lambda row: (PRIORITY[row.priority], row.id != programme)):
        found.setdefault((row.outcome, row.sign), Judged(row.id, row.outcome, row.sign))
    return list(found.values())


def thing(programme: str | None) -> str:
    """What a programme is paid for."""
    return next((kind for start, kind in THINGS.items() if (programme or "").startswith(start)), CERTIFICATES)


def things(kind: str, pair: Callable[[str], np.ndarray], total: Callable[[str], np.ndarray]) -> Things:
    """`pair` gives a column of the firm-by-firm comparison (worlds,), `total` a metric's difference summed over the horizon."""
    unknown = pair("recipients") * np.nan
    if kind == "persons":
        names = ("recipients", "deadweight", "additional", "displaced", "additional_gone")
        return Things(kind, *(pair(f"talent_{name}") for name in names))
    if kind == "enclave":
        paid, anyway, more = (pair(f"enclave_{name}") for name in ("supported", "deadweight", "additional"))
        return Things(kind, paid, anyway, more, unknown, total("enclave_left"))
    if kind == "attracted":
        landed, anyway, named = (total(f"attract_{name}") for name in ("landed", "anyway", "shells"))
        return Things(kind, landed + named, anyway, landed - anyway, unknown, total("attract_left"))
    if kind == "problems":
        signed, anyway = total("challenge_signed"), total("challenge_anyway")
        return Things(kind, signed, anyway, signed - anyway, unknown, unknown)
    same, more, undone = (pair(f"hnte_{name}") for name in ("deadweight", "additional", "undone"))
    return Things(kind, same + more, same, more - undone, pair("hnte_displaced") - pair("hnte_spill"), unknown)


def own(paid: np.ndarray, received: np.ndarray) -> bool:
    """Whether what recipients got more is mainly the programme's own money (RMB a year, (worlds,)): else who counts as a
    recipient is a matter of luck that went another way, and nothing can be said of them."""
    return bool(np.nanmean(np.append(paid, 0.0)) >= OWN * np.nanmean(np.append(np.abs(received), 0.0)) > 0)


def interaction(all_off: np.ndarray, singles: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(sum of the single effects, all less that sum), (worlds,). Above 0: programmes stand in for each other, so that one
    alone is hardly missed. Below 0: they need each other, and each single effect counts the joint part once more."""
    summed = np.sum([np.asarray(one, float) for one in singles], axis=0)
    return summed, np.asarray(all_off, float) - summed


def as_expected(mean: float, decided: bool, sign: str) -> str:
    """`expected`, `opposite`, `open` (cannot be told from 0), `null` (expected and found none) or `found` (no sign was named)."""
    if not decided:
        return "null" if sign == "0" else "open"
    if sign == "ambiguous":
        return "found"
    return "expected" if (sign == "+" and mean > 0) or (sign == "-" and mean < 0) else "opposite"
