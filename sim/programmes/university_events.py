"""产学研对接: matching events of firms and universities across the river."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded


@dataclass(frozen=True)
class UniversityEvents(Funded):
    """The bureau takes firms to Shanghai and southern Jiangsu; a part of what is signed there is for show."""

    events: float
    cost_per_event: float

    id = "university.events"
    facts = ("rnd.cross_river_iur", "rnd.hutong")
    zh, en = "产学研对接活动", "university matching events"
    channel = "new ties between firms and universities"

    def contribute(self, rules, numbers, quarter):
        rules.links.events += self.dose * self.events

    def running_cost(self, firms, quarter):
        return self.dose * self.events * self.cost_per_event / 4
