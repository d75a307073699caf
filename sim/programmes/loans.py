"""Terms and channel shared by the policy loans with a risk pool."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import LoanProduct


@dataclass(frozen=True)
class PoolLoan(Funded):
    """Cover and a rate cap make a bank lend that would not; the pool pays its part of the loss."""

    cover: float
    rate_spread: float
    cap: float
    quota: float
    minimum_tier: float
    interest_subsidy: float
    stop_loss: float

    lends = "pool"
    channel = "bank's approval rule, price and volume of loans"

    def contribute(self, rules, numbers, quarter):
        if self.dose:  # or old loans would still be covered
            rules.products.append(self.terms(numbers, quarter))

    def terms(self, numbers, quarter: int) -> LoanProduct:
        """The product of the quarter."""
        return LoanProduct(
            agency=self.id,
            cover=self.cover,
            rate_cap=numbers.at("credit.prime_rate", quarter) + self.rate_spread,
            cap=self.cap,
            quota=self.dose * self.quota / 4,
            minimum_tier=int(self.minimum_tier),
            subsidy=self.interest_subsidy,
            stop_loss=self.stop_loss,
        )
