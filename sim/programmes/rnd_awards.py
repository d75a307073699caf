"""省级以上科技奖励: a few prizes a year of upper levels for what firms have achieved, matched by a prize of the city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows
from sim.rules import Distinction


@dataclass(frozen=True)
class RndAwards(Funded):
    """The largest gains of productivity so far, among firms of some R&D, as a panel sees them."""

    number: float
    prize: float
    signal: float
    fund_signal: float
    years: int
    files: float
    cost: float
    min_rd: float

    id = "rnd.awards"
    facts = ("rnd.awards",)
    zh, en = "省级以上科技奖励", "provincial and national S&T awards"
    channel = "firm cash, whom banks and funds trust, cost of files"
    group = "awards"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.distinctions.append(
                Distinction(
                    self.id, number=self.dose * self.number, bank=self.signal, fund=self.fund_signal,
                    quarters=4 * int(self.years), files=self.files, cost=self.cost, least_rd=self.min_rd,
                )
            )  # fmt: skip

    def prospect(self, firms, place, event, rows):
        return float(self.prize) if event == self.id and self.dose else 0.0

    def claims(self, firms, place, events, season):
        rows = first_rows(events, self.id)
        return rows, np.full(len(rows), np.rint(self.prize * (self.dose > 0)))
