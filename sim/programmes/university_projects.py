"""产学研合作补助: part of the cost of a joint project is refunded to the firm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded


@dataclass(frozen=True)
class UniversityProjects(Funded):
    """Good projects get a share of their cost, the others a flat sum: large against a small contract."""

    share: float
    cap: float
    flat: float
    good_merit: float
    county_factor: float

    id = "university.joint_projects"
    facts = ("rnd.cross_river_iur",)
    zh, en = "产学研合作补助", "joint project support"
    channel = "decision to open a joint project, and firm cash"
    group = "joint_projects"

    def _support(self, firms, place, rows):
        cost = firms.project_offer[rows]
        good = firms.merit[rows] >= self.good_merit
        amount = np.where(good, np.minimum(self.share * cost, self.cap), np.minimum(self.flat, cost))
        amount = np.minimum(self.dose * amount, cost)
        return amount * np.where(place.urban, 1.0, self.county_factor)[firms.district[rows]]

    def prospect(self, firms, place, event, rows):
        return self._support(firms, place, rows) if event == "joint_project" else 0.0

    def claims(self, firms, place, events, season):
        # A firm may open several at a time.
        number = np.bincount(events.get("joint_project", np.empty(0, np.int64)), minlength=firms.count)
        rows = np.flatnonzero(number != 0)
        return rows, np.rint(self._support(firms, place, rows)) * number[rows]
