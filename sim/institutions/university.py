"""A university or institute: what it knows, earns and whom it works with, read out of the arrays that hold all of them."""

from __future__ import annotations


class University:
    """One of some tens of institutions; its numbers live in `world.universities` and its ties in `world.ties`."""

    def __init__(self, number: int, name: str, world):
        self.number = number
        self.name = name
        self._world = world

    @property
    def knowledge(self) -> float:
        """Knowledge stock, RMB."""
        return float(self._world.universities.knowledge[self.number])

    @property
    def income(self) -> float:
        """Paid by firms for joint projects in the last quarter, RMB."""
        return float(self._world.universities.income[self.number])

    @property
    def graduates(self) -> float:
        """Graduates, persons a year."""
        return float(self._world.universities.graduates[self.number])

    @property
    def partners(self):
        """Slots of the firms that are tied to it."""
        ties = self._world.ties
        at = ties.live()
        return ties.slot[at[ties.university[at] == self.number]]
