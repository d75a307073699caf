"""The office of a programme that signs contracts: a part is paid at the signature, the rest on delivery or never."""

from __future__ import annotations

import numpy as np

from sim.institutions.agency import Agency


class ContractOffice(Agency):
    """What is promised for delivery is payable and stays in the purse, over the year's end and after the programme."""

    def __init__(self, programme, rows: int, funded: bool):
        super().__init__(programme, rows, funded)
        self.payable = np.zeros(rows)  # RMB, a firm

    def room(self, world) -> float:
        """RMB that can still be promised this year."""
        return max(world.ledger.cash[self.account] - self.owed(), 0.0)

    def sign(self, world, rows, promised, first: float) -> None:
        """Promise whole RMB to these firms (rows,), each once, and pay the part `first` now."""
        now = np.floor(first * promised)
        self.payable[rows] += promised - now
        self.entitled += float(promised.sum())
        self._pay(world, rows, now)
        self.recipients += len(rows)

    def deliver(self, world, rows) -> None:
        """Their work is done: pay the rest."""
        rest = self.payable[rows]
        self.payable[rows] = 0
        self._pay(world, rows, rest)

    def void(self, rows) -> None:
        """There will be no delivery: what was promised for it lapses."""
        self.lapsed += float(self.payable[rows].sum())
        self.payable[rows] = 0

    def forget(self, rows) -> None:
        """Firms that are gone deliver nothing."""
        self.void(rows)

    def _pay(self, world, rows, amount):
        self.paid += world.ledger.to_firms("award", amount, self.account, rows)
        world.firms.received[rows] += amount
