"""按规模分配: the money of competitive calls is split between small, above-scale and leading firms."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Sizes


@dataclass(frozen=True)
class SizeWeights(Programme):
    """Who is best among all matters less, who is best of its size more; no money is added."""

    small: float
    medium: float
    large: float
    above_scale: float
    leader: float

    id = "gov.size_weights"
    facts = ("doc000.size_hierarchy", "haimen.three_campaigns")
    zh, en = "按企业规模分配资金", "support split by size of firms"
    channel = "which firms win calls"

    def contribute(self, rules, numbers, quarter):
        total = self.small + self.medium + self.large
        if self.dose and total:
            shares = (self.small / total, self.medium / total, self.large / total)
            rules.sizes = Sizes(min(self.dose, 1.0), shares, self.above_scale, self.leader)
