"""The city's sci-tech guarantee company: a guarantee for firms whose collateral does not carry the loan."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import LoanProduct


@dataclass(frozen=True)
class GuaranteeCompany(Funded):
    """Capital times leverage bounds the guarantees; fees and the city's purse carry the losses."""

    cover: float
    fee: float
    capital: float
    leverage: float
    cap: float
    rate_spread: float
    minimum_tier: float

    id = "guarantee.citycompany"
    facts = ("guarantee.citycompany",)
    zh, en = "科创担保公司", "guarantee company"
    lends = "guarantee"
    channel = "bank's approval rule for firms without collateral; contingent liability"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:  # or old loans would still be covered
            return
        rules.products.append(
            LoanProduct(
                agency=self.id,
                cover=self.cover,
                rate_cap=numbers.at("credit.prime_rate", quarter) + self.rate_spread,
                cap=self.cap,
                quota=self.dose * self.capital * self.leverage,
                minimum_tier=int(self.minimum_tier),
                fee=self.fee,
                guarantor=True,
            )
        )
