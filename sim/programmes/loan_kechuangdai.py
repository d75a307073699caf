"""科创贷: larger tickets for certified firms with a smaller cover."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.loans import PoolLoan


@dataclass(frozen=True)
class Kechuangdai(PoolLoan):
    """For certified firms."""

    id = "loan.kechuangdai"
    facts = ("loan.kechuangdai",)
    zh, en = "科创贷", "Kechuangdai loan"
