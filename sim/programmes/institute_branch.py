"""国家级平台分中心、联合实验室: branches of outside institutes that come with recruited projects."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Founding


@dataclass(frozen=True)
class InstituteBranch(Funded):
    """A small budget near a project, most of whose research stays with the parent."""

    count: float
    a_year: float
    funding: float
    delay: float
    years: float
    project_share: float
    away: float
    publishes: float
    spin_offs: float

    id = "institute.branch"
    facts = ("haimen.joint_labs",)
    zh, en = "分中心与联合实验室", "branches and joint laboratories"
    channel = "contract research beside a recruited project, as far as it is done here"
    founds = True

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.institutes.append(Founding(
                self.id, 2, number=round(self.dose * self.count), a_year=round(self.a_year), funding=self.funding,
                delay=round(4 * self.delay), support=round(4 * self.years), publishes=self.publishes,
                spin_offs=self.spin_offs, leader="project", priority=self.project_share, away=self.away,
            ))  # fmt: skip
