"""以投促招: a fund of the county offers outside projects a round above its worth on condition that they settle."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.fund import FundProgramme
from sim.rules import Scout

KEY = 4  # after the four modes


@dataclass(frozen=True)
class AttractionInvestment(FundProgramme):
    """A share of what its funds raise is for projects that settle; a clause binds them for some years."""

    share: float
    premium: float
    clause: int

    id = "attraction.investment"
    facts = ("attract.by_investment",)
    zh, en = "以投促招", "attraction by investing"
    channel = "a round for outside projects that settle; leaving when the clause ends"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        ticket = numbers["equity.ticket_early"]
        rules.attraction.scouts.append(
            Scout(
                agency=self.id,
                key=KEY,
                leads=self.share * self.yearly_budget() / self.public_share / ticket,
                sight=numbers["attraction.sight.funds"],
                ease=numbers["attraction.ease.funds"],
                packaged=False,
                # A round at hand is worth something at its fair price; what is paid above comes on top.
                round=numbers["attraction.round_worth"] + self.premium * ticket,
                premium=self.premium,
                clause=int(self.clause),
            )
        )
