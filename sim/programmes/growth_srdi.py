"""专精特新（“小巨人”）: a label for certified firms of no great size that hold much of their sector and spend on R&D."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows
from sim.rules import Distinction


@dataclass(frozen=True)
class GrowthSrdi(Funded):
    """The largest parts of the sales of their sector among such firms, as a panel sees them."""

    number: float
    amount: float
    signal: float
    fund_signal: float
    years: int
    files: float
    cost: float
    most_sales: float
    min_intensity: float

    id = "growth.srdi"
    facts = ("growth.srdi",)
    zh, en = "专精特新“小巨人”企业", "specialised-and-new “little giant” firms"
    channel = "firm cash, whom banks and funds trust, cost of files"
    group = "awards"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.distinctions.append(
                Distinction(
                    self.id, number=self.dose * self.number, bank=self.signal, fund=self.fund_signal,
                    quarters=4 * int(self.years), files=self.files, cost=self.cost, by_share=True,
                    most_sales=self.most_sales, intensity=self.min_intensity,
                )
            )  # fmt: skip

    def prospect(self, firms, place, event, rows):
        return float(self.amount) if event == self.id and self.dose else 0.0

    def claims(self, firms, place, events, season):
        rows = first_rows(events, self.id)
        return rows, np.full(len(rows), np.rint(self.amount * (self.dose > 0)))
