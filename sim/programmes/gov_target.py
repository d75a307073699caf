"""国家创新型城市前20强目标: a rank that the city is to reach by a date."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Target


@dataclass(frozen=True)
class CityTarget(Programme):
    """While the rank is not reached offices move effort to what is counted, the more the nearer the date; then it ends."""

    rank: float
    first: float
    field: float
    rival_growth: float
    pressure: float
    count: float
    reported: float
    growth: float
    quality: float
    gaming: float

    id = "gov.target"
    facts = ("gov.targets_2025",)
    zh, en = "国家创新型城市前20强目标", "top-20 target of the city"
    channel = "effort of district offices: counselling, help with reports, services to all, attraction, links with universities"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        weights = (self.count, self.reported, self.growth, self.quality)
        near = (quarter - self.start + 1) / max(self.stop - self.start, 1)
        pressure = min(self.dose * self.pressure * near, 1.0)
        field = int(self.field)
        rules.target = Target(weights, self.gaming, self.id, self.rival_growth, field, self.first, self.rank, pressure)
