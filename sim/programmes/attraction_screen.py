"""“四有”科创项目: four criteria decide who is offered the landing reward; a fund's interest is the one that costs money."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Screen


@dataclass(frozen=True)
class AttractionScreen(Programme):
    """Weights of high-tech share, R&D staff, growth to come and private interest; the worst part up to the cut is refused."""

    tech: float
    talent: float
    growth: float
    capital: float
    cut: float

    id = "attraction.screen"
    facts = ("attract.haimen_criteria",)
    zh, en = "“四有”项目筛选", "four screening criteria"
    channel = "who is offered the landing reward"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            weights = (self.tech, self.talent, self.growth, self.capital)
            rules.attraction.screen = Screen(weights, min(self.dose * self.cut, 0.99))
