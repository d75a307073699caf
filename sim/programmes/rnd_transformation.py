"""省、市科技成果转化项目: large grants to scale up a result that is already there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows


@dataclass(frozen=True)
class RndTransformation(Funded):
    """Firms with a proven result apply; the best get a part of their R&D as cash, while the year's money lasts."""

    share: float
    cap: float
    smallest: float

    id = "rnd.transformation"
    facts = ("rnd.transformation_projects",)
    zh, en = "科技成果转化项目", "results-transformation projects"
    channel = "cash for scaling up after an innovation, a finished joint project or a solved problem"
    group = "transformation"
    competitive = True

    def claims(self, firms, place, events, season):
        rows = first_rows(events, "result")
        most = min(self.dose * self.cap, self.yearly_budget())  # no project gets more than there is
        amount = np.rint(np.minimum(self.dose * self.share * firms.rd_1[rows], most))
        large = firms.alive[rows] & (self.share * firms.rd_1[rows] >= self.smallest)
        return rows[large], amount[large]
