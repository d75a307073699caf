"""The loan books: who owes how much on which product. Book 0 is ordinary bank lending; the others are policy products."""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least

# Kinds of products that had loans out at the end of 2020.
OPENING_KINDS = ("pool", "guarantee")


class Books:
    """`balance`, `installment` (books, rows) in whole RMB; `rate` share/year; `cover` (books,) public share of a loss."""

    def __init__(self, products: dict[str, str], rows: int):
        self.names = ("bank", *products)
        self.kinds = ("ordinary", *products.values())
        shape = (len(self.names), rows)
        self.balance, self.installment, self.rate = (np.zeros(shape) for _ in range(3))
        self.cover = np.zeros(len(self.names))
        self.total = np.zeros(len(self.names))  # the banks' view, moved by flows only
        self.new = np.zeros(len(self.names))
        self.defaulted = np.zeros(len(self.names))

    def debt(self, n: int) -> np.ndarray:
        """All debt of the first n rows."""
        return self.balance[:, :n].sum(axis=0)

    def covered_debt(self, n: int) -> np.ndarray:
        """Debt whose loss others bear, of the first n rows."""
        return np.einsum("i,ij->j", self.cover, self.balance[:, :n])

    def lend(self, book: int, rows: np.ndarray, amount: np.ndarray, rate: np.ndarray, term: float) -> None:
        """Add new loans; the rate is the average over old and new, instalments restart."""
        old, total = self.balance[book].take(rows, mode="clip"), amount.sum()
        mean = self.rate[book].take(rows, mode="clip")
        mean *= old
        mean += rate * amount
        old += amount
        mean /= at_least(old, 1.0)
        self.rate[book][rows] = mean
        self.balance[book][rows] = old
        self.installment[book][rows] = np.ceil(old / term)
        self.total[book] += total
        self.new[book] += total

    def repay(self, book: int, amount: np.ndarray, rows=None, owed=None) -> None:
        """Take principal off (first rows or given rows; what these owe if it is known)."""
        if rows is None:
            self.balance[book, : len(amount)] -= amount
        else:
            owed = self.balance[book].take(rows) if owed is None else owed
            self.balance[book][rows] = owed - amount
        self.total[book] -= amount.sum()

    def close(self, rows: np.ndarray) -> np.ndarray:
        """Close all loans of these rows; returns what was owed (books, rows)."""
        owed = self.balance.take(rows, axis=1)
        book, at = np.nonzero(owed)
        at = rows[at]
        self.balance[book, at] = self.installment[book, at] = 0
        self.total -= owed.sum(axis=1)
        return owed

    def imbalances(self) -> dict[str, float]:
        """Loans seen from the borrower against loans seen from the bank."""
        gaps = self.balance.sum(axis=1) - self.total
        return {f"loan book {name}": abs(float(gap)) for name, gap in zip(self.names, gaps) if gap}
