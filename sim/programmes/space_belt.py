"""沿江科创带 / “1+N”: a share of calls and of new space is reserved for a core and zones."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme
from sim.rules import Belt


@dataclass(frozen=True)
class SciTechBelt(Programme):
    """Which firms are inside is a matter of the place. A firm that moves in is not new."""

    share: float

    id = "space.belt"
    facts = ("space.belt", "space.yancheng_1n")
    zh, en = "科创带", "sci-tech belt"
    channel = "who is chosen in calls, where new space goes, where firms settle"

    def contribute(self, rules, numbers, quarter):
        if self.dose and self.share:
            rules.belt = Belt(self.id, min(self.dose * self.share, 1.0))
