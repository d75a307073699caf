"""免申即享: what the city can recognise from its own records is paid without an application."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Programme


@dataclass(frozen=True)
class NoApplication(Programme):
    """Moves whole groups of pay-outs from application to automatic delivery. A dose below one half does not switch."""

    covers_awards: bool
    covers_library: bool
    covers_projects: bool

    id = "no_application"
    facts = ("no_application",)
    zh, en = "免申即享", "pay-out without application"
    channel = "take-up, delay and cost of delivery"

    def contribute(self, rules, numbers, quarter):
        if self.dose < 0.5:
            return
        for group in ("awards", "library", "projects"):
            if getattr(self, f"covers_{group}"):
                rules.delivery.automatic.add(group)
