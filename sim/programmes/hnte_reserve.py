"""高企倍增计划·后备库: newcomers are pre-reviewed and enter the cultivation pool in their first year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population.reserve import in_reserve
from sim.programmes.base import Funded


@dataclass(frozen=True)
class HnteReserve(Funded):
    """Catch early, catch small. Pays no firm; `fill` gives places that the pre-review leaves open to the others."""

    places: float
    prescreen: float
    fill: bool
    pool_years: float
    counselling: float
    unit_cost: float

    id = "hnte.reserve"
    facts = ("rugao.hnte_doubling",)
    zh, en = "高企倍增计划后备库", "HNTE doubling plan and reserve pool"
    channel = "who enters the cultivation pool, and how early"

    def contribute(self, rules, numbers, quarter):
        if self.dose > 0:
            c = rules.coaching
            c.reserve += self.dose * self.places
            c.prescreen, c.fill = self.prescreen, self.fill
            c.pool_years = max(c.pool_years, self.pool_years)
            c.counselling = max(c.counselling, min(self.dose, 1.0) * self.counselling)

    def running_cost(self, firms, quarter):
        return self.dose * self.unit_cost / 4 * int(np.count_nonzero(firms.alive & in_reserve(firms)))
