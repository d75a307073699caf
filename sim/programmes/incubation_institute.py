"""“研究院+孵化器”: incubators tied to institutes, whose founders come first there."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import TiedIncubators


@dataclass(frozen=True)
class InstituteIncubators(Funded):
    """The dose scales the share of incubators, the push for spin-offs and the money."""

    linked: float
    spin_offs: float
    push: float
    rent_share: float
    grant: float
    drain: float

    id = "incubation.institute"
    facts = ("incubation.institute_plus",)
    zh, en = "研究院+孵化器", "institute-plus-incubator"
    channel = "places, rents and ties of founders from institutes, knowledge of the institutes"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        d = self.dose
        rules.premises.institutes = TiedIncubators(
            self.id, min(d * self.linked, 1.0), d * self.spin_offs, d * self.push, min(d * self.rent_share, 1.0),
            d * self.grant, self.drain,
        )  # fmt: skip
