"""R&D project support of the 30 Articles: a yearly call, chosen by merit under the appropriation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.metrics import TIERS
from sim.programmes.base import Funded

CALL_SEASON = 1  # second quarter


@dataclass(frozen=True)
class Policy30(Funded):
    """Grants in proportion to last year's reported R&D, capped."""

    match_share: float
    cap: float
    min_rd: float

    id = "policy30"
    facts = ("policy30",)
    zh, en = "创新30条研发支持", "30 Articles R&D support"
    channel = "grant money for R&D, with misuse"
    group = "projects"
    competitive = True

    def claims(self, firms, place, events, season):
        if season != CALL_SEASON:
            return super().claims(firms, place, events, season)
        n = firms.count
        fits = firms.alive[:n] & (firms.tier[:n] >= TIERS.index("scitech_sme")) & (firms.rd_1[:n] >= self.min_rd)
        rows = np.flatnonzero(fits)
        amount = np.minimum(self.match_share * firms.rd_1[rows], self.cap)
        return rows, np.rint(self.dose * amount)
