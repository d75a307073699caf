"""省、市科技成果转化项目: large grants to scale up a result that is already there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows

CALL_SEASON = 1  # second quarter


@dataclass(frozen=True)
class RndTransformation(Funded):
    """A yearly call for firms that have a proven result at hand; the best get a part of their R&D as cash, free to invest."""

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
        if season != CALL_SEASON:
            return super().claims(firms, place, events, season)
        rows = first_rows(events, "result")
        amount = np.rint(self.dose * np.minimum(self.share * firms.rd_1[rows], self.cap))
        large = firms.alive[rows] & (self.share * firms.rd_1[rows] >= self.smallest)
        return rows[large], amount[large]
