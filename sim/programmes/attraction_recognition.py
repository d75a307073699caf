"""科创项目认定与考核: projects that come are recognised, and the offices of the districts are judged by their number."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Assessment


@dataclass(frozen=True)
class AttractionRecognition(Programme):
    """Counts against a target, or, by `quality_weight`, what becomes of the projects."""

    weight: float
    target: float
    quality_weight: float

    id = "attraction.recognition"
    facts = ("attract.recognition",)
    zh, en = "科创项目认定考核", "recognition of sci-tech projects"
    channel = "whom the offices of attraction pursue, how strict their review is, whom they let register"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.attraction.assessment = Assessment(
                min(self.dose * self.weight, 1.0), self.target, self.quality_weight
            )
