"""高新区一区多园、争先进位三年行动: a zone counts the firms of added parks and is to gain places."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import ZonePlan


@dataclass(frozen=True)
class ZoneClimb(Programme):
    """The rank rises the day the parks are added."""

    rank: float
    gain: float
    parks: float
    field: float
    rivals: float
    pressure: float
    count: float
    reported: float
    growth: float
    quality: float
    gaming: float

    id = "gov.zone_plan"
    facts = ("space.rugao_htz",)
    zh, en = "高新区一区多园争先进位", "rank-climbing plan of a zone with several parks"
    channel = (
        "effort of the offices of a zone and its parks: counselling, help with reports, services, attraction, links"
    )

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        weights = (self.count, self.reported, self.growth, self.quality)
        wanted = max(self.rank - self.gain * ((quarter - self.start) // 4 + 1), 1.0)
        rules.zone_plan = ZonePlan(
            weights, self.gaming, self.id, self.rivals, int(self.field), self.rank, wanted,
            min(self.dose * self.pressure, 1.0), int(self.parks),
        )  # fmt: skip
