"""域外研发创造+盐城转化制造: creation stays outside for good, only the plant comes."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import PlantOffer


@dataclass(frozen=True)
class EnclaveManufacture(Funded):
    """Sites and a package for plants of owners in hubs, who keep their R&D and most of what it earns."""

    landing: float
    sites: float
    package: float
    term: float
    rd_outside: float
    rd_returns: float

    id = "enclave.manufacture"
    facts = ("enclave.yancheng",)
    zh, en = "域外研发、本地制造", "create outside, manufacture at home"
    channel = "plants of outside owners: jobs and sales at home, licences to the parent, leaving when the package ends"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        rules.premises.plants = PlantOffer(
            agency=self.id,
            landing=self.landing,
            sites=self.dose * self.sites,
            package=self.package,
            term=int(self.term),
            rd_outside=self.rd_outside,
            returns=self.rd_returns,
        )
