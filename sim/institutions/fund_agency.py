"""The office of a fund programme: its purse pledges to funds, pays when they call, and takes what they pay back."""

from __future__ import annotations

import numpy as np

from sim.institutions.agency import Agency


class FundAgency(Agency):
    """What is pledged is entitled, what funds call is paid, what they will never call lapses; in between it is payable
    and stays in the purse. What comes back is returned to the budget with the rest at the year's end.

    Cost is calls less what came back and less the rise of what the public stakes are worth: money in a fund is an asset.
    """

    def __init__(self, programme, rows: int, funded: bool):
        self.fresh = self.worth = 0.0
        self.left = 0.0  # of the year's money for units other than the fund
        super().__init__(programme, rows, funded)
        self.payable = np.zeros(1)

    def new_quarter(self) -> None:
        """Reset the flows of the quarter."""
        super().new_quarter()
        self.returned = self.revalued = 0.0

    def open_year(self, world) -> None:
        """The yearly budget is pledged at once."""
        before = world.ledger.cash[self.account]
        super().open_year(world)
        budget = world.ledger.cash[self.account] - before
        if (part := self.programme.fund_part) < 1:
            pledged = float(np.rint(part * budget))
            services = 4 * self.programme.running_cost(world.firms, world.quarter) * self.factor
            self.left = self.left * (budget == 0) + max(budget - pledged - np.ceil(services), 0.0)
            budget = pledged
        self.fresh += budget  # until funds next close
        self.payable += budget
        self.entitled += budget

    def pay(self, world) -> None:
        """Funds call when they need money; nothing falls due by itself."""

    def _room(self, world) -> float:
        """Money of the units: what is pledged to funds is not theirs."""
        return float(max(min(self.left, world.ledger.cash[self.account] - self.owed()), 0.0))

    def pay_group(self, world, kind: str, group: str, rows, amount) -> np.ndarray:
        """A unit pays, all alike when its money is short."""
        promised = float(amount.sum())
        if promised > (room := self._room(world)):
            amount = np.floor(amount * (room / promised))
        paid = super().pay_group(world, kind, group, rows, amount)
        self.left -= float(paid.sum())
        return paid

    def pay_unit(self, world, kind: str, amount: float, payee: str) -> float:
        """A unit pays an account that is no firm, as far as its money goes; returns what was paid."""
        paid = np.floor(min(amount, self._room(world)))
        self.pay_others(world, kind, paid, payee)
        self.left -= paid
        return float(paid)

    def call(self, amount: float) -> None:
        """Book a call that the purse has paid."""
        self.payable -= amount
        self.paid += amount

    def release(self, amount: float) -> None:
        """Book pledges that funds no longer need."""
        self.payable -= amount
        self.lapsed += amount

    def appraise(self, worth: float) -> None:
        """What the public part of the funds' stakes is worth at the end of the quarter."""
        self.revalued, self.worth = worth - self.worth, worth

    def net_cost(self) -> float:
        """What the quarter cost: calls less what came back and less the rise in worth."""
        return self.paid - self.returned - self.revalued
