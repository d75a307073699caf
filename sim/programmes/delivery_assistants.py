"""科技人才局、专职科技助理: assistants who look after some firms each, know the programmes and help with files."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Assistants


@dataclass(frozen=True)
class SciTechAssistants(Funded):
    """Assistants are judged by filings, so they let firms file what is not worth it."""

    persons: float
    firms_each: float
    help: float
    pushed: float
    salary: float

    id = "delivery.assistants"
    facts = ("gov.grassroots",)
    zh, en = "专职科技助理", "full-time sci-tech assistants"
    channel = "awareness, cost of applications and files that are not worth it, of the firms looked after"

    def contribute(self, rules, numbers, quarter):
        if self.dose:
            rules.delivery.helpers = Assistants(self.dose * self.persons * self.firms_each, self.help, self.pushed)

    def running_cost(self, firms, quarter):
        return self.dose * self.persons * self.salary / 4
