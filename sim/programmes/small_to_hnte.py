"""小升高: the cultivation pool, its places and its counselling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population.columns import NEVER
from sim.programmes.base import Funded


@dataclass(frozen=True)
class SmallToHnte(Funded):
    """Opens the pool and lowers the cost of a first application; pays no firm."""

    capacity: float
    reach: float
    pool_years: float
    counselling: float
    pass_bonus: float
    cost_cut: float
    unit_cost: float

    id = "ladder.small_to_hnte"
    facts = ("ladder.small_to_hnte", "ladder.five_tier")
    zh, en = "“小升高”培育", "small-to-HNTE cultivation"
    channel = "who considers certification, cost of applying, chance of passing"

    def contribute(self, rules, numbers, quarter):
        c = rules.coaching
        c.capacity += self.dose * self.capacity
        c.reach = self.reach
        c.pool_years = self.pool_years if self.dose > 0 else 0.0
        c.counselling = min(c.counselling + self.dose * self.counselling, 1.0)
        c.pass_bonus += self.dose * self.pass_bonus
        c.cost_cut = min(c.cost_cut + self.dose * self.cost_cut, 1.0)

    def running_cost(self, firms, quarter):
        in_pool = int(np.count_nonzero(firms.alive & (firms.pool_since > NEVER)))
        return self.dose * self.unit_cost / 4 * in_pool
