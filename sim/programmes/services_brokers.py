"""科技服务业: agents between firms and universities, whose posts the city supports."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Agents


@dataclass(frozen=True)
class ServicesBrokers(Funded):
    """So many agents more; what they do beside their errand is theirs."""

    count: float
    quality: float
    fee: float
    cost_per_agent: float

    id = "services.brokers"
    facts = ("gov.sci_services",)
    zh, en = "科技服务业行动计划", "agents of S&T services"
    channel = "ties of firms that had none, and the cost of relabelling"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.agents = Agents(self.dose * self.count, self.quality, self.fee)

    def running_cost(self, firms, quarter):
        return self.dose * self.count * self.cost_per_agent / 4
