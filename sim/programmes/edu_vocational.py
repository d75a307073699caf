"""职业教育扩容: places at vocational schools beyond the usual, paid until those who fill them finish."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import School

AUTUMN = 2  # third quarter


@dataclass(frozen=True)
class EduVocational(Funded):
    """Years of cost come first; who has not finished when the money stops goes home."""

    places: float
    match: float
    delay: float
    cost_per_place: float

    id = "edu.vocational"
    facts = ("edu.vocational",)
    zh, en = "职业教育扩容", "vocational school places"
    channel = "skilled production posts, years later"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.school = School(
                self.id, self.dose * self.places, self.match, max(round(4 * self.delay), 1), self.cost_per_place
            )

    def running_cost(self, firms, quarter):
        first = max(self.start, quarter - round(4 * self.delay) + 1)
        years = sum(1 for q in range(first, quarter + 1) if q % 4 == AUTUMN)  # classes at school
        return self.dose * self.places * years * self.cost_per_place / 4
