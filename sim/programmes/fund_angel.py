"""天使基金: seed rounds together with the funds of universities that are linked to the enclaves."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.fund import FundProgramme


@dataclass(frozen=True)
class FundAngel(FundProgramme):
    """One fund a year for seed rounds; the universities' funds are its private partners."""

    id = "fund.angel"
    facts = ("fund.angel",)
    zh, en = "天使基金", "angel fund"
