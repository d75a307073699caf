"""全国研发、一线孵化、如皋转化: R&D and incubation outside, transformation at home."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import CarrierSupport, EnclaveForm


@dataclass(frozen=True)
class EnclaveResearch(Funded):
    """Enclaves with universities of the hub; a project that lands leaves a share of its R&D there for good."""

    rd_outside: float
    partners: float
    rent_share: float
    expansion: float
    opening: int
    package: float
    clawback: float

    id = "enclave.research"
    facts = ("enclave.rugao",)
    zh, en = "研发在外的飞地", "enclaves with R&D outside"
    channel = "ties to universities of the hub, landing without the laboratory, knowledge that spills over outside"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        premises = rules.premises
        added = self.dose * self.expansion * (quarter >= self.opening)
        premises.forms.append(EnclaveForm(self.id, self.dose, added, self.rd_outside, int(self.partners)))
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
