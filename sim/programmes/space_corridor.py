"""龙游河科创走廊: space in two cores and some zones, built over years on county debt before it opens."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Site


@dataclass(frozen=True)
class SpaceCorridor(Funded):
    """The county pays from the first stone; rooms come when they are built, whether anybody waits for them or not."""

    area: float
    area_cost: float
    build_quarters: float
    open_quarters: float
    cores: float
    core_share: float

    id = "space.corridor"
    facts = ("space.longyou_corridor",)
    zh, en = "科创走廊", "sci-tech corridor"
    channel = "space in carriers of some districts, where firms settle"

    def contribute(self, rules, numbers, quarter):
        opened = (quarter - self.start + 1 - self.build_quarters) / self.open_quarters
        if self.dose and opened > 0:
            area = self.dose * self.area * min(opened, 1.0)
            rules.premises.sites.append(Site(self.id, area, int(self.cores), self.core_share))

    def running_cost(self, firms, quarter):
        begun = min(max((quarter - self.start + 1) / self.build_quarters, 0.0), 1.0)
        return self.dose * self.area_cost * self.area * begun / 4
