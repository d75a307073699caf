"""苏科投: the provincial equity product for early firms."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.fund import FundProgramme


@dataclass(frozen=True)
class FundSuketou(FundProgramme):
    """Direct public money without private partners; a fund a year."""

    id = "fund.suketou"
    facts = ("fund.suketou",)
    zh, en = "苏科投", "Suketou"
