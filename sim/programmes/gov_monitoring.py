"""县（市、区）和开发区创新能力监测评价: reports that rank the districts of a city by counted numbers."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Monitoring


@dataclass(frozen=True)
class DistrictMonitoring(Programme):
    """Offices of districts that rank low move effort to what the next report will count."""

    reports: float
    pressure: float
    count: float
    reported: float
    growth: float
    quality: float
    gaming: float
    report_cost: float
    county_weight: float
    city_weight: float

    id = "gov.monitoring"
    facts = ("gov.monitoring", "gov.assessment_rugao", "gov.assessment_yancheng")
    zh, en = "县区创新能力监测评价", "monitoring of districts"
    channel = "effort of district offices: counselling, help with reports, services to all, attraction, links with universities"

    def contribute(self, rules, numbers, quarter):
        if not self.dose or not self.reports:
            return
        weights = (self.count, self.reported, self.growth, self.quality)
        pressure = min(self.dose * self.pressure, 1.0)
        judged = min(self.dose * (self.county_weight + self.city_weight), 1.0)
        cost = self.dose * self.report_cost
        rules.monitoring = Monitoring(weights, self.gaming, self.id, self.reports, pressure, cost, judged)
