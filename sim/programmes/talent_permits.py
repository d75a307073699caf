"""Work and residence permits of foreigners in one window (联办专窗): fewer working days."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded


@dataclass(frozen=True)
class TalentPermits(Funded):
    """Days saved are pay not lost, which enters the choice of place of foreign experts."""

    days: float
    running_cost_year: float

    id = "talent.permits"
    facts = ("talent.foreign",)
    zh, en = "外国人才许可联办", "foreign permits in one window"
    channel = "where foreign experts move"

    def contribute(self, rules, numbers, quarter):
        saved = self.dose * (numbers["talent.permit_days"] - self.days)
        rules.talent.permit_days = max(rules.talent.permit_days - saved, 0.0)

    def running_cost(self, firms, quarter):
        return self.dose * self.running_cost_year / 4
