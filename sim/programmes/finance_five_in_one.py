"""“政银投保险”五位一体: one loan behind which government, bank, investor, guarantor and insurer stand together."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import LoanProduct, LossShares


@dataclass(frozen=True)
class FiveInOne(Funded):
    """A share of 0 takes a party out; what none of them bears is the bank's. The guarantor is the guarantee company."""

    government_share: float
    guarantor_share: float
    insurer_share: float
    information: float
    fee: float
    premium: float
    loading: float
    experience: float
    highest_premium: float
    solvency: float
    capital: float
    rate_spread: float
    cap: float
    quota: float
    minimum_tier: float
    stop_loss: float

    id = "finance.five_in_one"
    facts = ("finance.five_in_one",)
    zh, en = "政银投保险五位一体", "five-in-one loan"
    lends = "joint"
    channel = "loss shares of pool, guarantor and insurer behind a loan; what investors know reaches the bank"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:  # or old loans would still be covered
            return
        guarantor = next((product.agency for product in rules.products if product.guarantor), "")
        guarantee = self.guarantor_share if guarantor else 0.0
        shares = LossShares(self.government_share, guarantee, self.insurer_share, guarantor)
        rules.products.append(
            LoanProduct(
                agency=self.id,
                cover=min(shares.total, 1.0),
                rate_cap=numbers.at("credit.prime_rate", quarter) + self.rate_spread,
                cap=self.cap,
                quota=self.dose * self.quota / 4,
                minimum_tier=int(self.minimum_tier),
                fee=self.fee,
                stop_loss=self.stop_loss,
                shares=shares,
                information=self.information,
            )
        )
