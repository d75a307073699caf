"""高企金融直通车: a certificate stands for part of the collateral; nobody but the bank bears the loss."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.programmes.loans import PoolLoan
from sim.rules import LoanProduct


@dataclass(frozen=True)
class HnteExpress(PoolLoan):
    """For certified firms of one district; a cover is possible, none is documented."""

    label_weight: float
    district: str

    id = "loan.hnte_express"
    facts = ("loan.hnte_express",)
    zh, en = "高企金融直通车", "HNTE finance express"
    lends = "label"
    channel = "bank's collateral test for certified firms; worth of a certificate"

    def contribute(self, rules, numbers, quarter):
        if self.label_weight:  # a certificate that stands for nothing opens no loan
            super().contribute(rules, numbers, quarter)

    def terms(self, numbers, quarter) -> LoanProduct:
        return replace(super().terms(numbers, quarter), label_weight=self.label_weight, district=self.district)
