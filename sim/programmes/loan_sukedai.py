"""苏科贷: provincial sci-tech loan; the pool is shared by province and city."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.loans import PoolLoan


@dataclass(frozen=True)
class Sukedai(PoolLoan):
    """For sci-tech SMEs and above."""

    id = "loan.sukedai"
    facts = ("loan.sukedai",)
    zh, en = "苏科贷", "Sukedai loan"
