"""揭榜挂帅: firms post problems, solvers bid, the best bid gets the contract, and the pool bears a part of it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Contest


@dataclass(frozen=True)
class RndJiebang(Funded):
    """One solver a problem, as many problems as the pool covers."""

    share: float
    cap: float

    id = "rnd.jiebang"
    facts = ("rnd.jiebang",)
    zh, en = "“揭榜挂帅”技术攻关", "open-competition R&D challenges"
    channel = "price of a contract on a posted problem, reach of solvers"
    contracts = True

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.contests.append(Contest(self.id, teams=1, prune=0, share=self.share, cap=self.cap))
