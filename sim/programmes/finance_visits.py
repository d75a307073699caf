"""“支小扶小”走访与科技金融进孵化器: office and bank call on firms and on incubators."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Visits


@dataclass(frozen=True)
class FinanceVisits(Funded):
    """Visits cost money and the time of those who would read applications."""

    firms: float
    incubators: float
    information: float
    memory: float
    files: float
    unit_cost: float
    fair_cost: float

    id = "finance.visits"
    facts = ("finance.bank_visits", "finance.into_incubators")
    zh, en = "科技金融走访", "finance visits"
    channel = "awareness of loans, error in the bank's view, search for funds by tenants; review capacity"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        called = self.dose * self.firms / 4
        share = min(self.dose * self.incubators, 4.0)
        rules.visits = Visits(called, share, self.information, int(self.memory))
        rules.delivery.away += called * self.files

    def running_cost(self, firms, quarter):
        return self.dose * (self.firms * self.unit_cost + self.incubators * self.fair_cost) / 4
