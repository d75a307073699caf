"""高校技术转移中心: offices of universities that bring firms of their district together with them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded


@dataclass(frozen=True)
class UniversityCentres(Funded):
    """Working contacts instead of signatures, and help for founders who come from a university."""

    centres: float
    cost_per_centre: float

    id = "university.transfer_centres"
    facts = ("transfer.university_centres",)
    zh, en = "高校技术转移中心", "university transfer centres"
    channel = "new ties in one district, entry of spin-offs"

    def contribute(self, rules, numbers, quarter):
        rules.links.centres += self.dose * self.centres

    def running_cost(self, firms, quarter):
        return self.dose * self.centres * self.cost_per_centre / 4
