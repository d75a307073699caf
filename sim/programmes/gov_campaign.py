"""科技创新“突破年”“攻坚年”: a year of effort that the years around it pay for."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.programmes.families import ACTIONS
from sim.rules import Envelope


@dataclass(frozen=True)
class Campaign(Programme):
    """Purses and services of the offices under each action rise in the campaign year and fade after it.

    Over a whole cycle every office has the money of a steady path, so the comparison is one of timing alone. Reviewers
    are as many as in other years.
    """

    effort: float
    decay: float
    cycle: float
    projects: bool
    firms: bool
    carriers: bool
    research: bool
    ecosystem: bool

    id = "gov.campaign"
    facts = ("gov.campaign_years",)
    zh, en = "科技创新攻坚年", "campaign years"
    channel = "timing of purses and services by action"

    def contribute(self, rules, numbers, quarter):
        effort = 1 + self.dose * (self.effort - 1)
        acting = [name for name in ACTIONS if getattr(self, name)]
        if effort == 1 or not acting:
            return
        years = int(self.cycle)
        pulse = [1 + (effort - 1) * (1 - self.decay) ** k for k in range(years)]
        weight = pulse[(quarter // 4 - self.start // 4) % years] * years / sum(pulse)
        rules.envelopes.append(Envelope({family: weight for name in acting for family in ACTIONS[name]}))
