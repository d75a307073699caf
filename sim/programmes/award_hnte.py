"""Award for a first certificate as high-tech enterprise (450,000 RMB in the urban districts)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows


@dataclass(frozen=True)
class AwardHnte(Funded):
    """Pays on certification; the prospect of it enters the threshold decision."""

    amount: float
    county_factor: float
    renewal_amount: float

    id = "award.hnte"
    facts = ("award.hnte",)
    zh, en = "高企认定奖励", "HNTE award"
    channel = "threshold decision (reward of a certificate) and firm cash"
    group = "awards"

    def _factor(self, firms, place, rows):
        return np.where(place.urban, 1.0, self.county_factor)[firms.district[rows]]

    def prospect(self, firms, place, event, rows):
        amount = {"first_certificate": self.amount, "renewal": self.renewal_amount}.get(event, 0.0)
        return self.dose * amount * self._factor(firms, place, rows) if amount else 0.0

    def claims(self, firms, place, events, season):
        first = first_rows(events, "first_certificate")
        again = first_rows(events, "renewal") if self.renewal_amount else first[:0]
        rows = np.concatenate([first, again])
        amount = np.concatenate([np.full(len(first), self.amount), np.full(len(again), self.renewal_amount)])
        return rows, np.rint(self.dose * amount * self._factor(firms, place, rows))
