"""科技创新委员会: one body above the departments, which sees who is paid twice and what lies unspent."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Commission


@dataclass(frozen=True)
class InnovationCommission(Programme):
    """Strikes double grants and hands unspent money to the best files; its departments review less meanwhile."""

    coordination: float
    departments: float
    department_time: float
    posts: float
    post_cost: float

    id = "gov.commission"
    facts = ("gov.commission",)
    zh, en = "科技创新委员会", "S&T innovation commission"
    channel = "double grants, unspent money of the year, time of reviewers"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        cost = self.dose * self.posts * self.post_cost / 4
        time = self.dose * self.departments * self.department_time
        rules.commission = Commission(self.id, min(self.dose * self.coordination, 1.0), cost, time)
