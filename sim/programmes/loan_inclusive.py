"""普惠科技金融: small loans for the lowest tier near the prime rate."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.programmes.loans import PoolLoan


@dataclass(frozen=True)
class Inclusive(PoolLoan):
    """Smaller loans than banks usually bother with."""

    minimum_ticket: float

    id = "loan.inclusive"
    facts = ("finance.inclusive",)
    zh, en = "普惠科技贷", "inclusive loan"
    lends = "small"

    def terms(self, numbers, quarter):
        return replace(super().terms(numbers, quarter), least=self.minimum_ticket)
