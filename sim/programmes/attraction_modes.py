"""科技招商: an office looks for outside projects in four modes and offers those that pass its review a landing reward."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import LandingReward, Scout

MODES = ("events", "funds", "platforms", "agencies")


@dataclass(frozen=True)
class AttractionModes(Funded):
    """A part of the yearly sum pays for finding projects, split over the modes; the rest is for rewards."""

    search: float
    events: float
    funds: float
    platforms: float
    agencies: float
    commission: float
    reward: float
    instalments: int
    term: int
    clawback: float
    industrial: float
    research: float
    seed: float

    id = "attraction.modes"
    facts = ("attract.sci_tech", "attract.by_fund", "attract.fusion")
    zh, en = "科技招商", "sci-tech attraction"
    channel = "which outside projects hear of the city and what they are offered; leaving when the package ends"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        weights = [getattr(self, mode) for mode in MODES]
        for key, (mode, weight) in enumerate(zip(MODES, weights)):
            money = self.search * self.yearly_budget() * weight / max(sum(weights), 1e-9)
            rules.attraction.scouts.append(
                Scout(
                    agency=self.id,
                    key=key,
                    leads=money / numbers[f"attraction.lead_cost.{mode}"],
                    sight=numbers[f"attraction.sight.{mode}"],
                    ease=numbers[f"attraction.ease.{mode}"],
                    # A fund's project comes for a round, the others for the reward.
                    packaged=mode != "funds",
                    hubs=mode == "platforms",
                    round=numbers["attraction.round_worth"] if mode == "funds" else 0.0,
                    fee=self.commission if mode == "agencies" else 0.0,
                    taste=(self.industrial, self.research, self.seed),
                )
            )
        rules.attraction.reward = LandingReward(
            self.id, self.reward, max(int(self.instalments), 1), int(self.term), self.clawback
        )

    def running_cost(self, firms, quarter):
        return self.search * self.yearly_budget() / 4
