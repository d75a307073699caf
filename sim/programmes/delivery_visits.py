"""企业大走访: officials visit firms, the largest first, explain policy and speak to the bank for firms in arrears."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Calls


@dataclass(frozen=True)
class EnterpriseVisits(Funded):
    """The largest know most programmes already; some that are kept afloat should close."""

    firms: float
    visits: float
    grace: float
    unit_cost: float

    id = "delivery.visits"
    facts = ("gov.enterprise_visits",)
    zh, en = "企业大走访", "enterprise visits"
    channel = "awareness of the largest firms, and how long they may be in arrears"

    def contribute(self, rules, numbers, quarter):
        if self.dose and self.visits:
            rules.delivery.calls = Calls(self.dose * self.firms, int(self.grace))

    def running_cost(self, firms, quarter):
        return self.dose * self.firms * self.visits * self.unit_cost / 4
