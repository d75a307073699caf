"""科技奖补逐年翻番: money for awards and calls that doubles every year for some years, as far as the tax carries it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Envelope


@dataclass(frozen=True)
class SubsidyPath(Programme):
    """The money of awards and calls grows; who is paid and how much a file gets stays as their programmes say."""

    growth: float
    years: float
    tax_share: float

    id = "gov.subsidy_path"
    facts = ("rugao.policy_series",)
    zh, en = "科技奖补逐年翻番", "yearly doubling of subsidies"
    channel = "purses of awards and calls, paid by other public spending"

    def contribute(self, rules, numbers, quarter):
        grown = self.growth ** min(quarter // 4 - self.start // 4 + 1, self.years)
        weight = 1 + self.dose * (grown - 1)
        if weight > 1:
            rules.envelopes.append(Envelope(groups={"awards": weight, "projects": weight}, tax_share=self.tax_share))
