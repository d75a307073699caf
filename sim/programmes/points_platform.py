"""企业科技创新活力积分平台: one entrance and targeted pushes."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded


@dataclass(frozen=True)
class PointsPlatform(Funded):
    """More firms know, and applying costs less."""

    awareness_gain: float
    hassle_cut: float
    running_cost_year: float

    id = "gov.points_platform"
    facts = ("gov.points_platform",)
    zh, en = "积分平台", "points platform"
    channel = "awareness and cost of applications"

    def contribute(self, rules, numbers, quarter):
        delivery = rules.delivery
        delivery.awareness = min(delivery.awareness + self.dose * self.awareness_gain, 1.0)
        delivery.hassle *= max(1 - self.dose * self.hassle_cut, 0.0)

    def running_cost(self, firms, quarter):
        return self.dose * self.running_cost_year / 4
