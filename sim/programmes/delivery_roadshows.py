"""科技政策集中宣讲: talks in firms, parks, carriers, platforms and universities."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Roadshow


@dataclass(frozen=True)
class Roadshows(Funded):
    """Talks are held where firms already meet; who comes mostly knows."""

    reach: float
    near: float
    new: float
    retention: float
    unit_cost: float

    id = "delivery.roadshows"
    facts = ("gov.roadshows",)
    zh, en = "科技政策集中宣讲", "policy roadshows"
    channel = "who knows of programmes, for some quarters"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            reach = min(self.dose * self.reach, 1.0)
            rules.delivery.roadshow = Roadshow(reach, self.near, self.new, int(self.retention))

    def running_cost(self, firms, quarter):
        return self.dose * self.reach * self.unit_cost * int(firms.alive[: firms.count].sum()) / 4
