"""Ties between universities and firms: a sparse structure of index arrays, one entry a tie.

Firms look after their contacts once a year, each in its own quarter, so the entries lie in four blocks. The entry of a
tie that ended is taken again, and a bit per firm and university says whether the two are tied: no pair is tied twice.
"""

from __future__ import annotations

import numpy as np

INITIAL, SEARCH, EVENT, CENTRE, SPIN_OFF, ENCLAVE = range(6)
BLOCKS = 4  # quarters of a year
BIT = np.uint64(1)


def block_of(identity):
    """Quarter of the year in which a firm looks after its contacts."""
    return identity & (BLOCKS - 1)


COLUMNS = {"university": "i8", "slot": "i8", "code": "i1", "done": "i1", "left": "i1", "fee": "f8", "origin": "i1"}


class Ties:
    """`university`, `slot` (entries,) who is tied; `done` projects finished, at most `levels − 1`, which is the strength.

    `code`: 0…levels−1 idle with so many projects done, then idle for show only, busy, free. `left` quarters of the project
    still to pay and `fee` RMB a quarter of it.
    """

    def __init__(self, levels: int, universities: int, slots: int, room: int):
        if universities > 64:
            raise ValueError(f"a word has a bit for 64 universities, not {universities}")
        self.levels, self.show, self.busy, self.free = levels, levels, levels + 1, levels + 2
        self.bits = np.zeros(slots, np.uint64)
        self.turn = np.full(slots, -1, np.int8)  # quarter of the year of each firm
        self.cell = np.zeros(slots, np.int64)  # district and sector of each firm as one number
        self.met = np.full(slots, -1)  # room for work, −1 again after use
        self.held = np.zeros(universities, np.int64)  # ties of each university
        self.begun = self.ended = 0  # ties of the run
        self.opened = self.closed = 0  # projects of the run
        self.working = np.empty(0, np.int64)  # entries whose projects are worked on in this quarter
        self.room = room  # entries of a block
        for name, kind in COLUMNS.items():
            setattr(self, name, np.zeros(BLOCKS * room, kind))
        self.code[:] = self.free
        self.vacant = [np.arange((k + 1) * room - 1, k * room - 1, -1) for k in range(BLOCKS)]

    def _grow(self, number: int) -> None:
        old, self.room = self.room, 2 * self.room + number
        self.working = self.working + self.working // old * (self.room - old)  # blocks move apart
        for name, kind in COLUMNS.items():
            values = np.zeros((BLOCKS, self.room), kind)
            if name == "code":
                values[:] = self.free
            values[:, :old] = getattr(self, name).reshape(BLOCKS, old)
            setattr(self, name, values.ravel())
        self.vacant = [np.flatnonzero(self.code[self.block(k)] == self.free)[::-1] + k * self.room for k in range(BLOCKS)]

    def block(self, number: int) -> slice:
        """Entries of the firms that look after their contacts in this quarter of the year."""
        return slice(number * self.room, (number + 1) * self.room)

    def tied(self, university, slot) -> np.ndarray:
        """Whether these pairs are tied."""
        return (self.bits.take(slot) >> university.astype(np.uint64)) & BIT > 0

    def add(self, block: int, university, slot, code, origin) -> np.ndarray:
        """Tie pairs of one block that are not tied yet, each pair once; returns their entries. Others may move."""
        number = len(slot)
        if not number:
            return np.empty(0, np.int64)
        if len(self.vacant[block]) < number:
            self._grow(number)
        vacant = self.vacant[block]
        at, self.vacant[block] = vacant[len(vacant) - number :], vacant[: len(vacant) - number]
        self.university[at], self.slot[at], self.code[at], self.origin[at] = university, slot, code, origin
        self.done[at] = np.multiply(code, np.less(code, self.levels))
        # No pair is tied yet, so a sum sets the bits; it is several times faster than an or.
        np.add.at(self.bits, slot, BIT << np.asarray(university).astype(np.uint64))
        self.held += np.bincount(university, minlength=len(self.held))
        self.begun += number
        return at

    def end(self, at: np.ndarray, block: int | None = None) -> None:
        """End these ties, all of one block or of any; a project that one carried is closed with it."""
        if not len(at):
            return
        busy = at[self.code.take(at) == self.busy]
        self.closed += len(busy)
        university = self.university.take(at)
        self.held -= np.bincount(university, minlength=len(self.held))
        np.subtract.at(self.bits, self.slot.take(at), BIT << university.astype(np.uint64))
        self.code[at], self.slot[at] = self.free, 0
        self.left[busy], self.fee[busy] = 0, 0.0
        self.ended += len(at)
        for k in range(BLOCKS):
            part = at if k == block else at[at // self.room == k] if block is None else at[:0]
            if len(part):
                self.vacant[k] = np.concatenate([self.vacant[k], part])

    def release(self, alive: np.ndarray) -> None:
        """Ties of firms that are gone end, before their slots are taken again."""
        gone = np.flatnonzero(~alive.take(self.slot, mode="clip"))
        self.end(gone[self.code.take(gone) != self.free])

    def arrive(self, slots: np.ndarray, identity: np.ndarray, cell: np.ndarray) -> None:
        """Firms sit in these slots from now on; who they are never changes."""
        self.turn[slots], self.cell[slots] = block_of(identity), cell

    def live(self) -> np.ndarray:
        """Entries in use."""
        return np.flatnonzero(self.code != self.free)

    def carrying(self) -> np.ndarray:
        """Entries that carry a project."""
        return np.flatnonzero(self.code == self.busy)
