"""新型研发机构: institutes led by large firms, paid by firm and city for some years, then by the market."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Founding


@dataclass(frozen=True)
class InstituteNewType(Funded):
    """Part of the work is for the leader's questions; without public money it lives from contracts or closes."""

    count: float
    a_year: float
    funding: float
    delay: float
    years: float
    leader_share: float
    priority: float
    publishes: float
    spin_offs: float

    id = "institute.new_type"
    facts = ("rnd.new_rd_orgs",)
    zh, en = "新型研发机构", "new-type R&D institutions"
    channel = "contract research near a leading firm, its own questions first"
    founds = True

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.institutes.append(Founding(
                self.id, 1, number=round(self.dose * self.count), a_year=round(self.a_year), funding=self.funding,
                delay=round(4 * self.delay), support=round(4 * self.years), publishes=self.publishes,
                spin_offs=self.spin_offs, leader="head", leader_share=self.leader_share, priority=self.priority,
            ))  # fmt: skip
