"""招商队伍: recruiters on market pay, with a bonus for every project that lands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.programmes.base import Funded


@dataclass(frozen=True)
class AttractionStaff(Funded):
    """More recruiters find more at falling returns; skill sees more; a bonus turns them to what lands soonest."""

    persons: float
    wage: float
    skill: float
    bonus: float

    id = "attraction.staff"
    facts = ("attract.staff_incentives",)
    zh, en = "招商队伍激励", "attraction staff"
    channel = "number of leads, what recruiters see of projects, whom they pursue"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        found, usual = rules.attraction, numbers["attraction.usual_staff"]
        found.effort *= (1 + self.dose * self.persons / usual) ** numbers["attraction.staff_returns"]
        found.skill = 1 - (1 - found.skill) * (1 - self.skill * min(self.dose * self.persons / usual, 1.0))
        bonus = self.dose * self.bonus
        found.haste = bonus / (bonus + numbers["attraction.haste_bonus"])
        # The bonus is paid for every project of the offices, whoever found it.
        found.scouts[:] = [
            replace(one, bonus=bonus, bonus_from=self.id) if one.packaged else one for one in found.scouts
        ]

    def running_cost(self, firms, quarter):
        return self.dose * self.persons * self.wage / 4
