"""“外招+内培”: what the city pays for attraction and for cultivation becomes two parts of one sum."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Envelope


@dataclass(frozen=True)
class OutsideInside(Programme):
    """The sum stays what it was; how it is split is the decision. A dose between 0 and 1 goes part of the way."""

    attract_share: float

    id = "gov.outside_inside"
    facts = ("attract.outside_inside",)
    zh, en = "外招+内培", "attract from outside and grow inside"
    channel = "purses of attraction and cultivation, one at the cost of the other"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            parts = {"attraction": self.attract_share, "cultivation": 1 - self.attract_share}
            rules.envelopes.append(Envelope(parts=parts, way=min(self.dose, 1.0)))
