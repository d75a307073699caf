"""Accounts, postings and the identities that every quarter of every run must satisfy exactly.

Money is float64 holding whole yuan: rounded once when it is posted, sums below 2^53 are then exact in any order. An
account is the cash of one party. Firms have one account a row; every other party has one. Banks are special only in
that their account may be negative: minus a bank's account is the deposits it has created.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sim.errors import LedgerError

FIRMS = "firms"
EXACT = float(2**53)

# Every kind of posting: name → what it is. A posting of another name is refused.
KINDS = {
    "equity": "founders pay in", "sales_local": "local customers", "sales_outside": "customers elsewhere",
    "costs_local": "wages and local purchases", "costs_outside": "purchases elsewhere", "rd": "R&D spending",
    "misuse": "grant money taken out", "investment": "capital goods", "dividend": "profit paid out",
    "loan": "loan disbursed", "principal": "loan repaid", "interest": "interest", "fee": "guarantee fee",
    "subsidy": "interest subsidy", "bank_expense": "bank expenses and dividends", "tax": "tax collected",
    "tax_split": "tax passed on", "appropriation": "purse filled", "returned": "unspent money returned",
    "award": "programme pay-out", "service": "programme services and running cost", "administration": "cost of review",
    "application": "cost of an application", "compensation": "public share of a loan loss", "collateral": "collateral sold",
    "closing": "estate of a closing firm", "trade_loss": "suppliers' loss on a closing firm",
    "moved": "cash of a firm that moves away", "public_services": "other public spending",
    "talent_grant": "grant to a person",
}  # fmt: skip


def whole(amount):
    """Round to whole yuan."""
    return np.rint(amount)


def split(total: float, shares: list[float]) -> list[float]:
    """Split a whole amount by shares that sum to one; whole parts by largest remainder, ties to the first."""
    exact = np.asarray(shares, float) * total
    parts = np.floor(exact)
    missing = int(total - parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[:missing]] += 1
    return [float(part) for part in parts]


class Ledger:
    """Cash of firms (a column, shared with the population) and of every other account."""

    def __init__(self, firm_cash: np.ndarray, accounts: dict[str, float]):
        self.firm_cash = firm_cash
        self.cash = dict(accounts)
        self.flow: dict[tuple[str, str, str], float] = defaultdict(float)
        self.opening = dict(self.cash)
        self.opening_firms = float(firm_cash.sum())
        self.created = 0.0  # money in the world when the run starts; every posting keeps the sum

    # -- postings ---------------------------------------------------------------------------------------------------
    def from_firms(self, kind: str, amount: np.ndarray, payee: str, rows=None) -> float:
        """Firms pay. `amount` (rows,) whole yuan ≥ 0; `rows` an index array, or None for the first len(amount) rows."""
        return self._firms(kind, amount, FIRMS, payee, rows)

    def to_firms(self, kind: str, amount: np.ndarray, payer: str, rows=None) -> float:
        """Firms receive."""
        return self._firms(kind, amount, payer, FIRMS, rows)

    def _firms(self, kind, amount, payer, payee, rows) -> float:
        total = float(amount.sum())
        if total == 0.0:
            return 0.0
        if payer == FIRMS:
            self._debit_rows(kind, amount, rows)
            self._credit(kind, payee, total)
        else:
            self._debit(kind, payer, total)
            self._credit_rows(kind, amount, rows)
        self._note(kind, payer, payee, total)
        return total

    def transfer(self, kind: str, amount: float, payer: str, payee: str) -> float:
        """One party other than a firm pays another."""
        amount = float(amount)
        if amount == 0.0:
            return 0.0
        self._debit(kind, payer, amount)
        self._credit(kind, payee, amount)
        self._note(kind, payer, payee, amount)
        return amount

    def _note(self, kind, payer, payee, total):
        if kind not in KINDS:
            raise LedgerError(f"unknown kind of posting {kind!r}")
        if not 0 < total < np.inf or total != np.rint(total):
            raise LedgerError(f"{kind}: {payer} → {payee}: {total} is not a positive whole number of yuan")
        self.flow[kind, payer, payee] += total

    # One method a leg, so that a test can break one leg of one kind on purpose.
    def _debit(self, kind, account, total):
        self.cash[account] -= total

    def _credit(self, kind, account, total):
        self.cash[account] += total

    def _debit_rows(self, kind, amount, rows):
        if rows is None:
            self.firm_cash[: len(amount)] -= amount
        else:
            self.firm_cash[rows] -= amount

    def _credit_rows(self, kind, amount, rows):
        if rows is None:
            self.firm_cash[: len(amount)] += amount
        else:
            self.firm_cash[rows] += amount

    # -- reading ----------------------------------------------------------------------------------------------------
    def total(self, kind: str, payer: str | None = None, payee: str | None = None) -> float:
        """This quarter's postings of a kind."""
        return sum(
            amount
            for (k, a, b), amount in self.flow.items()
            if k == kind and payer in (None, a) and payee in (None, b)
        )

    # -- closing ----------------------------------------------------------------------------------------------------
    def imbalances(self) -> dict[str, float]:
        """Every account against this quarter's postings; whole yuan; inside the exact range. Empty when all is well."""
        expected = dict(self.opening)
        expected[FIRMS] = self.opening_firms
        for (_, payer, payee), amount in self.flow.items():
            expected[payer] -= amount
            expected[payee] += amount
        firms = float(self.firm_cash.sum())
        found = {account: self.cash[account] - expected[account] for account in self.cash}
        found[FIRMS] = firms - expected[FIRMS]
        errors = {f"account {name}": abs(gap) for name, gap in found.items() if gap}
        world = sum(self.cash.values()) + firms - sum(self.opening.values()) - self.opening_firms
        if world:
            errors["world sum"] = abs(world)
        largest = max(float(np.abs(self.firm_cash).sum()), *(abs(value) for value in self.cash.values()))
        if not largest < EXACT:
            errors["exact range"] = largest
        if (self.firm_cash != np.rint(self.firm_cash)).any() or any(value != np.rint(value) for value in self.cash.values()):
            errors["whole yuan"] = 1.0
        return errors

    def close(self) -> None:
        """Open the next quarter."""
        self.flow.clear()
        self.opening = dict(self.cash)
        self.opening_firms = float(self.firm_cash.sum())
