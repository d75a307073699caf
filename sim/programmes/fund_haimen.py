"""海门政府产业发展基金: a public fund with state and private partners and a hired manager."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.fund import FundProgramme


@dataclass(frozen=True)
class FundHaimen(FundProgramme):
    """A skilled manager errs less; state firms among the partners shy at losses, so safe and late rounds are taken."""

    skill: float
    soe_share: float
    caution: float
    lateness: float

    id = "fund.haimen"
    facts = ("fund.haimen",)
    zh, en = "海门产业基金", "Haimen industry and sci-tech funds"

    @property
    def error_cut(self):
        return min(max(self.skill, 0.0), 1.0)

    @property
    def leniency(self):
        return self.tolerance - self.caution * self.soe_share

    @property
    def late_weight(self):
        return self.lateness * self.soe_share
