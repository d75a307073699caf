"""Award on recognition of a firm's R&D unit (省级以上企业研发机构)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.base import Funded, first_rows


@dataclass(frozen=True)
class AwardRdOrg(Funded):
    """Pays for the sign at the door: who sets up a unit anyway, for the award, or only in name is not told apart."""

    amount: float

    id = "award.rd_org"
    facts = ("rnd.enterprise_rd_orgs",)
    zh, en = "企业研发机构奖励", "award for enterprise R&D units"
    channel = "decision to set up an R&D unit and firm cash"
    group = "awards"

    def prospect(self, firms, place, event, rows):
        return self.dose * self.amount if event == "rd_org" else 0.0

    def claims(self, firms, place, events, season):
        rows = first_rows(events, "rd_org")
        return rows, np.full(len(rows), np.rint(self.dose * self.amount))
