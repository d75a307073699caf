"""产业协同创新联合体: head firms found research clubs with firms of their sector and an institute; the city adds a grant."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import ClubSupport


@dataclass(frozen=True)
class RndConsortia(Funded):
    """The office convenes so many clubs; who joins and stays is for firms to decide."""

    clubs: float
    members: float
    share: float
    grant: float

    id = "rnd.consortia"
    facts = ("rnd.consortia",)
    zh, en = "产业协同创新联合体", "industrial innovation consortia"
    channel = "joint research of a sector's firms, what members learn and leave to others"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            clubs, members = round(self.dose * self.clubs), round(self.members)
            rules.clubs.append(ClubSupport(self.id, clubs, members, share=self.share, grant=self.grant))
