"""A bank: its loans, its equity, and its opinion of a borrower."""

from __future__ import annotations

import numpy as np


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


def default_odds(p, leverage, cash, margin, log_size_gap, young):
    """Log-odds a year of default from the books a bank sees (rows,)."""
    return (
        p["credit.risk_level"]
        + p["credit.risk_leverage"] * leverage
        - p["credit.risk_cash"] * np.clip(cash, -0.3, 0.3)
        - p["credit.risk_margin"] * np.clip(margin, -0.2, 0.3)
        - p["credit.risk_size"] * log_size_gap
        + p["credit.risk_youth"] * young
    )


def required_rate(default, loss, cover, funding):
    """Rate at which `rate·(1 − PD) = funding + (1 − g)·LGD·PD` (rows,) share/year."""
    return (funding + (1 - cover) * loss * default) / (1 - default)
