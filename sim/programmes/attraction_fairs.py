"""Fairs and contests of a county (Rugao): outside projects hear of it; a part of what is signed there is for show."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Scout

KEY = 0  # seen as at other events


@dataclass(frozen=True)
class AttractionFairs(Funded):
    """So many events a year, each with some projects that really look at the city afterwards."""

    events: float
    leads: float
    show: float
    cost_per_event: float

    id = "attraction.fairs"
    facts = ("contest.rugao",)
    zh, en = "如皋招才引智赛会", "fairs and contests of Rugao"
    channel = "which outside projects hear of the city"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.attraction.scouts.append(
                Scout(
                    agency=self.id,
                    key=KEY,
                    leads=self.dose * self.events * self.leads * (1 - self.show),
                    sight=numbers["attraction.sight.events"],
                    ease=numbers["attraction.ease.events"],
                    packaged=False,
                )
            )

    def running_cost(self, firms, quarter):
        return self.dose * self.events * self.cost_per_event / 4
