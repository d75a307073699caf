"""国有平台+产业基金+公募REITs: full public carriers are sold to investors and the money builds new ones."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import BuildingSale


@dataclass(frozen=True)
class CarrierReit(Programme):
    """The dose scales the part of the price that goes into new space; the rest is the city's."""

    occupancy: float
    quarters: float
    recycled: float
    required: float
    build_cost: float
    build_quarters: float
    bearable: float

    id = "carrier.reit"
    facts = ("incubation.reits",)
    zh, en = "载体公募REITs滚动开发", "carriers sold into REITs"
    channel = "owners and rents of full carriers, new space from the proceeds"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        freed = min(self.dose * self.recycled, 1.0)
        rules.premises.sale = BuildingSale(
            self.id, self.occupancy, int(self.quarters), freed, self.required, self.build_cost,
            int(self.build_quarters), self.bearable,
        )  # fmt: skip
