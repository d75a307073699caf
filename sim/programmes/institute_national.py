"""“国字号”大院大所: large institutes that the city founds and keeps, in its centre."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Founding

FOREVER = 10_000  # quarters


@dataclass(frozen=True)
class InstituteNational(Funded):
    """Base money without an end; nobody leads, so everybody may come with a contract."""

    count: float
    a_year: float
    funding: float
    delay: float
    publishes: float
    spin_offs: float
    match: float

    id = "institute.national"
    facts = ("rnd.big_institutes",)
    zh, en = "大院大所", "national-level institutes"
    channel = "contract research, nearness of knowledge and founders, years after the first money"
    founds = True

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.institutes.append(Founding(
                self.id, 0, number=round(self.dose * self.count), a_year=round(self.a_year), funding=self.funding,
                delay=round(4 * self.delay), support=FOREVER, publishes=self.publishes, spin_offs=self.spin_offs,
                match=self.match,
            ))  # fmt: skip
