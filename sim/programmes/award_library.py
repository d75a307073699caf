"""Provincial cultivation library: a grant on entry and one when a library firm is certified."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population.columns import NEVER
from sim.programmes.base import Funded, first_rows


@dataclass(frozen=True)
class AwardLibrary(Funded):
    """Pays pool firms; the recognition part enters their threshold decision."""

    entry_amount: float
    recognition_amount: float

    id = "award.library"
    facts = ("ladder.five_tier", "ladder.small_to_hnte")
    zh, en = "培育库奖补", "cultivation library grant"
    channel = "threshold decision of pool firms and firm cash"
    group = "library"

    def prospect(self, firms, place, event, rows):
        if event != "first_certificate":
            return 0.0
        return self.dose * self.recognition_amount * (firms.pool_since[rows] > NEVER)

    def claims(self, firms, place, events, season):
        entered = first_rows(events, "pool_entry")
        certified = first_rows(events, "certified_from_pool")
        rows = np.concatenate([entered, certified])
        amount = np.concatenate(
            [np.full(len(entered), self.entry_amount), np.full(len(certified), self.recognition_amount)]
        )
        return rows, np.rint(self.dose * amount)
