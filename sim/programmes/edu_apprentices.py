"""中国特色学徒制、产教联合体: a share of the school places is with host firms."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Apprentices


@dataclass(frozen=True)
class EduApprentices(Programme):
    """No public money: the firms pay their trainers. A dose scales the share of places."""

    share: float
    firm_cost: float
    retention: float

    id = "edu.apprentices"
    facts = ("edu.industry_school",)
    zh, en = "学徒制与产教联合体", "apprenticeships with host firms"
    channel = "who trains skilled workers, who hires them, and how many stay"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.apprentices = Apprentices(min(self.dose * self.share, 1.0), self.firm_cost, self.retention)
