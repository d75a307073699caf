"""科技创新双月例会: the commission meets and moves money that lies idle to purses that run short."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Meeting


@dataclass(frozen=True)
class Bimonthly(Programme):
    """It sees claims and not effects, and takes the time of the officers who review."""

    interval: float
    share: float
    foresight: float
    meeting_cost: float
    meeting_time: float

    id = "gov.bimonthly"
    facts = ("gov.bimonthly",)
    zh, en = "科技创新双月例会", "two-monthly S&T meeting"
    channel = "money moved between purses within the year, time of reviewers"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        share = min(self.dose * self.share, 1.0)
        cost, time = self.dose * self.meeting_cost, self.dose * self.meeting_time
        rules.meeting = Meeting(self.id, self.interval, share, self.foresight, cost, time)
