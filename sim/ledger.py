"""Accounts, postings and the identities that every quarter of every run must satisfy exactly.

Money is float64 holding whole yuan: rounded once when it is posted, sums below 2^53 are then exact in any order. An
account is the cash of one party. Parties that are rows (firms, and other groups) have one account a row; every other
party has one. Banks are special only in that their account may be negative: minus it is the deposits they created.
"""

from __future__ import annotations

import math
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
    "premium": "loan insurance", "warrant": "bank's part of a round", "claim": "insurer's share of a loan loss",
    "subsidy": "interest subsidy", "bank_expense": "bank expenses and dividends", "tax": "tax collected",
    "tax_split": "tax passed on", "appropriation": "purse filled", "returned": "unspent money returned",
    "reallocation": "money moved between purses within the year",
    "award": "programme pay-out", "service": "programme services and running cost", "administration": "cost of review",
    "application": "cost of an application", "compensation": "public share of a loan loss", "collateral": "collateral sold",
    "closing": "estate of a closing firm", "trade_loss": "suppliers' loss on a closing firm",
    "moved": "cash of a firm that moves away", "public_services": "other public spending",
    "talent_grant": "grant to a person",
    "project": "joint project with a university", "research_budget": "research budget of a university",
    "research": "research of a university",
    "rent": "rent to a carrier", "rent_spared": "rent elsewhere that a tenant does not pay", "rent_support": "rent borne by a purse",
    "carrier_award": "award to a carrier", "carrier_fee": "fee for a tenant handed on", "vacancy": "rent of empty enclave space",
    "upkeep": "running cost of carriers", "lease": "rent of enclave space to its landlord", "mentoring": "mentors and coaches",
    "owner_support": "owner covers a carrier's deficit", "surplus": "carrier's surplus to its owner",
    "landing_reward": "part of the reward of a project that settled", "commission": "fee for a project that landed", "bonus": "bonus of a recruiter",
    "licence": "what a plant pays its parent", "package": "package for a project that lands", "clawback": "support paid back",
    "call": "partners pay in a fund's call", "deal": "fund buys a stake", "deal_elsewhere": "fund buys a stake outside the city",
    "fund_fee": "fund manager's fee", "exit": "stake sold", "buyback": "firm buys a stake back",
    "liquidation": "fund's part of a closing firm", "distribution": "fund pays its partners", "carry": "fund manager's profit share",
    "contract": "research by contract", "contract_outside": "research of an institute for others elsewhere",
    "dues": "joint research of a club, or a leader's part in an institute",
    "building_sale": "carrier sold to investors", "construction": "new space of carriers",
}  # fmt: skip


def whole(amount):
    """Round to whole yuan."""
    return np.rint(amount)


def split(total: float, shares: list[float]) -> list[float]:
    """Split a whole amount by shares that sum to one; whole parts by largest remainder, ties to the first."""
    exact = [share * total for share in shares]
    parts = [float(math.floor(part)) for part in exact]
    missing = int(total - sum(parts))
    if missing > 0:
        for k in sorted(range(len(parts)), key=lambda k: parts[k] - exact[k])[:missing]:
            parts[k] += 1
    return parts


class Ledger:
    """Cash of the groups (columns shared with the tables of firms and others) and of every other account."""

    def __init__(self, groups: dict[str, np.ndarray], accounts: dict[str, float]):
        self.groups = dict(groups)
        self.cash = dict(accounts)
        self.flow: dict[tuple[str, str, str], float] = defaultdict(float)
        self._keys: dict[str, list[tuple[str, str, str]]] = defaultdict(list)  # of `flow`, by kind
        self.close()

    # -- postings ---------------------------------------------------------------------------------------------------
    def from_firms(self, kind: str, amount: np.ndarray, payee: str, rows=None) -> float:
        """Firms pay. `amount` (rows,) whole yuan ≥ 0; `rows` an index array, or None for the first len(amount) rows."""
        return self.from_rows(kind, FIRMS, amount, payee, rows)

    def to_firms(self, kind: str, amount: np.ndarray, payer: str, rows=None) -> float:
        """Firms receive."""
        return self.to_rows(kind, FIRMS, amount, payer, rows)

    def from_rows(self, kind: str, group: str, amount: np.ndarray, payee: str, rows=None) -> float:
        """Rows of a group pay one account; no row twice in one posting. Returns the total."""
        total = float(amount.sum())
        if total == 0.0:
            return 0.0
        self._debit_rows(kind, group, amount, rows)
        self._credit(kind, payee, total)
        self._note(kind, group, payee, total)
        return total

    def to_rows(self, kind: str, group: str, amount: np.ndarray, payer: str, rows=None) -> float:
        """One account pays rows of a group; no row twice in one posting. Returns the total."""
        total = float(amount.sum())
        if total == 0.0:
            return 0.0
        self._debit(kind, payer, total)
        self._credit_rows(kind, group, amount, rows)
        self._note(kind, payer, group, total)
        return total

    def between(self, kind: str, payer: str, payers: np.ndarray, payee: str, payees: np.ndarray, amount: np.ndarray) -> float:
        """Rows of one group pay rows of another, pair by pair; a row may appear in many pairs. Returns the total."""
        total = float(amount.sum())
        if total == 0.0:
            return 0.0
        self._debit_rows(kind, payer, np.bincount(payers, amount), None)
        self._credit_rows(kind, payee, np.bincount(payees, amount), None)
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
        if not 0 < total < np.inf or not total.is_integer():
            raise LedgerError(f"{kind}: {payer} → {payee}: {total} is not a positive whole number of yuan")
        key = kind, payer, payee
        if key not in self.flow:
            self._keys[kind].append(key)
        self.flow[key] += total

    # One method a leg, so that a test can break one leg of one kind on purpose.
    def _debit(self, kind, account, total):
        self.cash[account] -= total

    def _credit(self, kind, account, total):
        self.cash[account] += total

    def _debit_rows(self, kind, group, amount, rows):
        if rows is None:
            self.groups[group][: len(amount)] -= amount
        else:
            self.groups[group][rows] -= amount

    def _credit_rows(self, kind, group, amount, rows):
        if rows is None:
            self.groups[group][: len(amount)] += amount
        else:
            self.groups[group][rows] += amount

    # -- reading ----------------------------------------------------------------------------------------------------
    def total(self, kind: str, payer: str | None = None, payee: str | None = None) -> float:
        """This quarter's postings of a kind."""
        found = self._keys.get(kind, ())
        return sum(self.flow[key] for key in found if payer in (None, key[1]) and payee in (None, key[2]))

    # -- closing ----------------------------------------------------------------------------------------------------
    def imbalances(self) -> dict[str, float]:
        """Every account against this quarter's postings; whole yuan; inside the exact range. Empty when all is well."""
        expected = dict(self.opening)
        for (_, payer, payee), amount in self.flow.items():
            expected[payer] -= amount
            expected[payee] += amount
        found = self.cash | {group: float(cash.sum()) for group, cash in self.groups.items()}
        errors = {f"account {name}": abs(gap) for name, cash in found.items() if (gap := cash - expected[name])}
        if world := sum(found.values()) - sum(self.opening.values()):
            errors["world sum"] = abs(world)
        largest = max(*(float(np.abs(cash).sum()) for cash in self.groups.values()), *map(abs, self.cash.values()))
        if not largest < EXACT:
            errors["exact range"] = largest
        broken = any((cash != np.rint(cash)).any() for cash in self.groups.values())
        if broken or not all(float(value).is_integer() for value in self.cash.values()):
            errors["whole yuan"] = 1.0
        return errors

    def close(self) -> None:
        """Open the next quarter."""
        self.flow.clear()
        self._keys.clear()
        self.opening = self.cash | {group: float(cash.sum()) for group, cash in self.groups.items()}
