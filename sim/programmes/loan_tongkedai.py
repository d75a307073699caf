"""通科贷: the city's sci-tech loan; the city fills the pool."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.loans import PoolLoan


@dataclass(frozen=True)
class Tongkedai(PoolLoan):
    """For every firm of the ladder."""

    id = "loan.tongkedai"
    facts = ("loan.tongkedai",)
    zh, en = "通科贷", "Tongkedai loan"
