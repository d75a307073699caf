"""Three-year action of HNTE cultivation: more pool places and more counselling for a limited time."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme


@dataclass(frozen=True)
class ThreeYearAction(Programme):
    """Multiplies the pool and its counselling; without a pool there is nothing to multiply."""

    coaching: float
    capacity: float

    id = "hnte.three_year_action"
    facts = ("hnte.three_year_action",)
    zh, en = "高企培育三年行动", "three-year HNTE action"
    channel = "who considers certification, pool places"

    def contribute(self, rules, numbers, quarter):
        c = rules.coaching
        c.capacity *= 1 + self.dose * (self.capacity - 1)
        c.counselling = min(c.counselling * (1 + self.dose * (self.coaching - 1)), 1.0)
