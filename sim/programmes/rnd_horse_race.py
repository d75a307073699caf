"""赛马: several solvers work on one problem, and after a while only the one in front goes on."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Contest


@dataclass(frozen=True)
class RndHorseRace(Funded):
    """The same call as 揭榜挂帅 with more teams a problem, so that the same pool covers fewer problems."""

    share: float
    cap: float
    horses: float
    prune: float

    id = "rnd.horse_race"
    facts = ("rnd.horse_race",)
    zh, en = "“赛马”制度", "parallel teams on one problem"
    channel = "number of solvers that work on a posted problem"
    contracts = True

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            teams, prune = round(self.horses), round(self.prune)
            rules.contests.append(Contest(self.id, teams=teams, prune=prune, share=self.share, cap=self.cap))
