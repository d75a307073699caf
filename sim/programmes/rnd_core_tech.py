"""核心技术攻关: a call for head firms alone, which pays a part of the rise of their R&D."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population.leaders import head_firms
from sim.programmes.base import Funded
from sim.rules import Increment

CALL_SEASON = 1  # second quarter


@dataclass(frozen=True)
class RndCoreTech(Funded):
    """A matching share on what last year's reported R&D is above the mean of the two years before."""

    share: float
    cap: float
    min_sales: float
    lumping: float

    id = "rnd.core_tech"
    facts = ("rnd.core_tech_rugao",)
    zh, en = "核心技术攻关（龙头企业）", "core-technology call for head firms"
    channel = "price of the last yuan of R&D, and its timing"
    group = "projects"
    competitive = True

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            part = min(self.dose * self.share, 1.0)
            rules.increment = Increment(self.id, part, self.dose * self.cap, self.min_sales, self.lumping)

    def claims(self, firms, place, events, season):
        if season != CALL_SEASON:
            return super().claims(firms, place, events, season)
        rows = head_firms(firms, self.min_sales)
        rise = np.maximum(firms.rd_1[rows] - (firms.rd_2[rows] + firms.rd_3[rows]) / 2, 0.0)
        return rows, np.rint(np.minimum(min(self.dose * self.share, 1.0) * rise, self.dose * self.cap))
