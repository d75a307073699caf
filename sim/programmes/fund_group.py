"""科创投集团: one public group with an institute, an incubation company, a fund and a talent unit."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.fund import FundProgramme
from sim.rules import CarrierSupport, InvestmentGroup


@dataclass(frozen=True)
class FundGroup(FundProgramme):
    """The yearly instalment of its capital is split over four units; integrated, they know of each other."""

    fund: float
    institute: float
    incubation: float
    integrated: bool
    known: float
    rent_share: float
    allowance: float
    centre_cost: float

    id = "fund.group"
    facts = ("fund.rugao_group",)
    zh, en = "科创投集团", "sci-tech investment group"
    channel = (
        "rounds for tenants first, rents of tenants and of the portfolio's staff, contacts with universities, rescues"
    )

    @property
    def fund_part(self):
        return min(max(self.fund, 0.0), 1.0)

    def running_cost(self, firms, quarter):
        return self.dose * self.institute * (1 - self.fund_part) * self.appropriation / 4

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        units = (1 - self.fund_part) * self.yearly_budget()
        rules.links.centres += 4 * self.running_cost(None, quarter) / self.centre_cost
        talent = max(1 - self.institute - self.incubation, 0.0) * units
        rules.group = InvestmentGroup(self.id, self.integrated, self.known * self.integrated, self.allowance, talent)
        if self.incubation and units:
            rules.premises.supports.append(CarrierSupport(self.id, ("incubator",), rent_share=self.rent_share))
