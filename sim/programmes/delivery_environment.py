"""营商环境举措: fewer days for a start-up, fewer steps for those that run."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Environment


@dataclass(frozen=True)
class BusinessEnvironment(Funded):
    """One staff serves all, so a service costs the less a firm the more there are."""

    start_up_days: float
    day_cost: float
    cost_share: float
    weaker: float
    running_cost_year: float

    id = "delivery.environment"
    facts = ("gov.business_environment",)
    zh, en = "营商环境优化", "business-environment services"
    channel = "set-up cost of founders and outside projects, operating costs of firms"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            saved = self.dose * self.start_up_days * self.day_cost
            rules.environment = Environment(saved, self.dose * self.cost_share, self.weaker)

    def running_cost(self, firms, quarter):
        return self.dose * self.running_cost_year / 4
