"""科创飞地: incubate outside, transform inside. Space in hubs, a package for who lands, a claw-back from who does not."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import CarrierSupport, EnclaveForm


@dataclass(frozen=True)
class EnclaveIncubator(Funded):
    """Keeps the enclaves open, adds more, pays most of the rent and a package on landing."""

    rent_share: float
    expansion: float
    opening: int
    package: float
    clawback: float

    id = "enclave.incubator"
    facts = ("enclave.htz",)
    zh, en = "科创飞地", "enclave incubators"
    channel = "entry of outside projects through enclaves, landing, exit as a move, claw-back"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        premises = rules.premises
        added = self.dose * self.expansion * (quarter >= self.opening)
        premises.forms.append(EnclaveForm(self.id, space=self.dose, area=added))
        premises.supports.append(
            CarrierSupport(
                agency=self.id,
                kinds=("enclave",),
                rent_share=min(self.rent_share, 1.0),
                vacancy=True,
                package=self.package,
                clawback=self.clawback,
            )
        )
