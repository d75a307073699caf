"""Young S&T talent project (青年科技人才创新专项): small projects under 40, money as a lump sum (包干制)."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import YouthCall


@dataclass(frozen=True)
class TalentYouth(Funded):
    """Skill of young staff, and their staying while the project runs. The lump sum frees time and lets some misuse it."""

    places: float
    grant: float
    age_limit: float
    learning: float
    burden: float
    lump_sum: bool
    misuse: float
    bond: float

    id = "talent.youth_grants"
    facts = ("talent.youth_project", "talent.lump_sum")
    zh, en = "青年科技人才创新专项", "young S&T talent project"
    channel = "skill and staying of young staff"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.talent.youth = YouthCall(
                self.id, round(self.dose * self.places), float(round(self.grant)), self.age_limit,
                self.learning * (1 - self.burden * (not self.lump_sum)), self.misuse * self.lump_sum,
                round(self.bond),
            )  # fmt: skip
