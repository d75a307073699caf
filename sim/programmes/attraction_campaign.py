"""招商引资突破年: in a campaign year everybody looks for projects; visits and reviews wait."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme


@dataclass(frozen=True)
class AttractionCampaign(Programme):
    """More effort in the years of the campaign, which is borrowed from the year after."""

    effort: float
    decay: float
    diversion: float

    id = "attraction.campaign"
    facts = ("attract.breakthrough_year",)
    zh, en = "招商引资突破年", "attraction campaign"
    channel = "number of leads; files of all programmes take longer to hand in while officials are away"

    def contribute(self, rules, numbers, quarter):
        extra = self.dose * (self.effort - 1)
        if quarter >= self.stop - 4:  # the last year pays back what was drawn forward
            rules.attraction.effort *= max(1 - self.decay * extra, 0.0)
            return
        rules.attraction.effort *= 1 + extra
        rules.delivery.hassle *= 1 + self.diversion * extra
