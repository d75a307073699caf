"""雏鹰、瞪羚、独角兽培育: an award for a growth label, and what banks and funds read into it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows

EVENTS = ("label_fledgling", "label_gazelle", "label_unicorn")


@dataclass(frozen=True)
class GrowthLabels(Funded):
    """The list itself is law of the city (numbers `label.*`); this makes it public, and worth money."""

    amount: float
    bank_signal: float
    fund_signal: float
    tickets: float
    ticket_price: float

    id = "growth.labels"
    facts = ("growth.fledgling_gazelle_unicorn",)
    zh, en = "雏鹰瞪羚独角兽培育企业", "growth labels"
    channel = "whom banks and funds trust, firm cash"
    group = "awards"

    def contribute(self, rules, numbers, quarter):
        labels = rules.labels
        labels.bank += self.dose * self.bank_signal
        labels.fund += self.dose * self.fund_signal
        labels.tickets = min(labels.tickets + self.dose * self.tickets, 1.0)
        labels.price = self.ticket_price

    def prospect(self, firms, place, event, rows):
        return self.dose * self.amount if event in EVENTS else 0.0

    def claims(self, firms, place, events, season):
        rows = first_rows(events, *EVENTS)
        return rows, np.full(len(rows), np.rint(self.dose * self.amount))
