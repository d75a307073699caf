"""Award for building a provincial enterprise key laboratory (500,000 RMB)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows


@dataclass(frozen=True)
class AwardKeylab(Funded):
    """Small against the cost of a laboratory: the model's test of dead weight."""

    amount: float

    id = "award.keylab"
    facts = ("award.keylab", "rnd.enterprise_rd_orgs")
    zh, en = "重点实验室奖励", "key laboratory award"
    channel = "decision to build a laboratory and firm cash"
    group = "awards"

    def prospect(self, firms, place, event, rows):
        return self.dose * self.amount if event == "keylab" else 0.0

    def claims(self, firms, place, events, season):
        rows = first_rows(events, "keylab")
        return rows, np.full(len(rows), np.rint(self.dose * self.amount))
