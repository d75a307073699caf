"""A bank: its loans and its equity."""

from __future__ import annotations


class Bank:
    """One of a few banks; firms belong to a bank by row. Loans and equity in whole RMB."""

    def __init__(self, number: int, name: str):
        self.number = number
        self.name = name
        self.loans = 0.0
        self.equity = 0.0
        self.lent = 0.0
        self.lost = 0.0

    def book(self, new: float, repaid: float, owed: float, recovered: float, income: float, expense: float) -> None:
        """One quarter: lending, repayment, defaults with what was recovered, income and expense."""
        self.loans += new - repaid - owed
        self.equity += income - expense - (owed - recovered)
        self.lent += new
        self.lost += owed - recovered
