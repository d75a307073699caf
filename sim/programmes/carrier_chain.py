"""The chain from maker space to park: hand-off between its links, and new space."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import CarrierSupport


@dataclass(frozen=True)
class CarrierChain(Funded):
    """More leaving tenants are offered to the next link and may wait for it longer; space can be added every year."""

    handoff_gain: float
    wait_gain: float
    area: float
    area_cost: float
    unit_cost: float
    running_cost_year: float

    id = "carrier.chain"
    facts = ("incubation.chain", "haimen.incubation_chain", "incubation.specialised_carriers")
    zh, en = "孵化链条衔接", "incubation chain"
    channel = "hand-off between carriers, waiting, space"

    def _added(self, quarter: int) -> float:
        """m2 added so far."""
        return self.dose * self.area * (quarter - self.start) / 4

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        premises = rules.premises
        premises.handoff += self.dose * self.handoff_gain
        premises.wait += self.dose * self.wait_gain
        premises.area += self._added(quarter)
        kinds = ("incubator", "accelerator", "park")
        premises.supports.append(CarrierSupport(agency=self.id, kinds=kinds, fee=self.dose * self.unit_cost))

    def running_cost(self, firms, quarter):
        return (self.dose * self.running_cost_year + self.area_cost * self._added(quarter)) / 4
