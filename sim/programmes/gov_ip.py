"""知识产权保护运用: enforcement lets innovators keep more of their rent, and others learn less from them."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded


@dataclass(frozen=True)
class GovIp(Funded):
    """Enforcement beyond what there is, from 0 to 1."""

    protection: float
    running_cost_year: float

    id = "gov.ip"
    facts = ("gov.ip",)
    zh, en = "知识产权保护", "IP protection"
    channel = "rent that innovators keep, R&D wanted for it, and what others learn from them"

    def contribute(self, rules, numbers, quarter):
        rules.protection = min(rules.protection + self.dose * self.protection, 1.0)

    def running_cost(self, firms, quarter):
        return self.dose * self.running_cost_year / 4
