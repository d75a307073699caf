"""国家创新型城市三年行动方案: an envelope for all purses, split over five projects, and staff, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.programmes.families import PROJECTS
from sim.rules import Envelope


@dataclass(frozen=True)
class ThreeYearPlan(Programme):
    """The sum is fixed by `budget`, so what one project gets more another gets less; all ends with the plan."""

    budget: float
    governance: float
    research: float
    firms: float
    synergy: float
    factors: float
    staff: float
    trust: float

    id = "gov.three_year_plan"
    facts = ("gov.three_year_plan",)
    zh, en = "创新型城市三年行动方案", "three-year plan of the city"
    channel = "purses by project, review capacity, trust in promises"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        weights = {name: max(1 + self.dose * (getattr(self, name) - 1), 0.0) for name in PROJECTS}
        families = {family: weights[name] for name, held in PROJECTS.items() for family in held}
        rules.envelopes.append(Envelope(families, total=max(1 + self.dose * (self.budget - 1), 0.0)))
        rules.delivery.staff *= max(1 + self.dose * (self.staff - 1), 0.0)
        rules.delivery.trust = max(rules.delivery.trust, min(self.dose * self.trust, 1.0))
