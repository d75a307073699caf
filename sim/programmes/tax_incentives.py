"""Tax relief for innovation: the 15 % rate and the super-deduction by date and class. National law, delivered locally."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.programmes.base import Programme


@dataclass(frozen=True)
class TaxIncentives(Programme):
    """Deductions are paths over quarters, read from the numbers by date."""

    cit_rate_hnte: float
    deduction_manufacturing: Any
    deduction_sme: Any
    deduction_other: Any

    id = "tax.incentives"
    facts = ("tax.incentives",)
    zh, en = "税费优惠", "tax relief"
    channel = "user cost of R&D and value of a certificate"

    def contribute(self, rules, numbers, quarter):
        tax, at = rules.tax, numbers.at
        tax.hnte_rate = max(tax.rate + self.dose * (self.cit_rate_hnte - tax.rate), 0.0)
        tax.manufacturing = self.dose * at("tax.incentives.deduction_manufacturing", quarter)
        tax.sme = self.dose * at("tax.incentives.deduction_sme", quarter)
        tax.other = self.dose * at("tax.incentives.deduction_other", quarter)
