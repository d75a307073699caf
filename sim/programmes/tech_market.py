"""科技大市场: a market of licences, where deals are cheaper and registered ones earn a refund."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Market


@dataclass(frozen=True)
class TechMarket(Funded):
    """The market is judged by the contracts registered in it, so it asks no questions."""

    cut: float
    refund: float
    cap: float
    running_cost_year: float

    id = "platform.tech_market"
    facts = ("platform.tech_market",)
    zh, en = "科技大市场", "technology market"
    channel = "licences of firms without ties, at a lower cost of the deal"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.market = Market(self.id, min(self.dose * self.cut, 1.0), self.refund, self.cap)

    def running_cost(self, firms, quarter):
        return self.dose * self.running_cost_year / 4
