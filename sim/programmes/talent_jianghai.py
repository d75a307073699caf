"""Jianghai Talent Plan (江海英才): grants to the best of those who come, paid over years while they stay."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import TalentAward


@dataclass(frozen=True)
class TalentJianghai(Funded):
    """Enters the choice of place before the move and the choice to stay while it is paid; its end is a reason to go."""

    places: float
    grant: float
    years: float
    min_skill: float

    id = "talent.jianghai"
    facts = ("talent.jianghai", "talent.huanghai")
    zh, en = "江海英才计划", "Jianghai Talent Plan"
    channel = "where talent moves and how long it stays"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            quarters = max(round(4 * self.years), 1)
            rules.talent.award = TalentAward(self.id, self.dose * self.places, self.grant, quarters, self.min_skill)
