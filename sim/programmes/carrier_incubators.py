"""Awards to maker spaces and incubators by performance, and rent relief for their tenants."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import CarrierSupport


@dataclass(frozen=True)
class CarrierIncubators(Funded):
    """The best carriers of the year get an award; part of the rent of small rooms is borne by the purse."""

    award_a: float
    award_b: float
    share_a: float
    share_b: float
    rent_share: float
    rent_area: float

    id = "carrier.incubators"
    facts = ("incubation.mentoring", "carriers.rugao", "incubation.turnkey")
    zh, en = "孵化器绩效奖补与租金减免", "incubator awards and rent relief"
    channel = "operators' means for mentoring, net rent of tenants, bar of admission"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        rules.premises.supports.append(
            CarrierSupport(
                agency=self.id,
                kinds=("maker", "incubator"),
                rent_share=min(self.dose * self.rent_share, 1.0),
                rent_area=self.rent_area,
                awards=((self.share_a, self.dose * self.award_a), (self.share_b, self.dose * self.award_b)),
            )
        )
