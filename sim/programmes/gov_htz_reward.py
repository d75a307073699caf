"""高新区综合排名省财政奖励: the province pays zones for places that they gain in its ranking."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Tournament


@dataclass(frozen=True)
class ZoneReward(Funded):
    """Rivals gain places too: for the province as a whole the places add up to nothing."""

    per_place: float
    rivals: float
    field: float
    rank: float
    count: float
    reported: float
    growth: float
    quality: float
    gaming: float

    id = "gov.htz_reward"
    facts = ("gov.htz_reward",)
    zh, en = "高新区排名省财政奖励", "provincial reward for ranks of zones"
    channel = "effort of the offices of zones; money of zones for the R&D that firms report"
    zones = True

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        weights = (self.count, self.reported, self.growth, self.quality)
        each = self.dose * self.per_place
        rules.tournament = Tournament(weights, self.gaming, self.id, self.rivals, int(self.field), self.rank, each)
