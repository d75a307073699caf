"""Funds and their stakes as two tables of arrays: who pledged what, what was called, invested, earned and paid out.

One row a vintage: private funds of the years (outside partners), one row for the public stakes of the years before the
run, and the funds that programmes open. Rows are planned before the run, so their luck is the same in every package.
Decisions and postings stand in `sim/processes/equity.py`; here are the books and their identities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population import place
from sim.processes import waterfall
from sim.processes.stakes import HISTORY, MOTHER, PRIVATE, PUBLIC
from sim.processes.valuation import ROUTES

ANY = -1  # no sector of its own
MULTIPLES = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, np.inf])  # edges of realised multiples


@dataclass(frozen=True)
class Vintage:
    """A fund that may open: `programme` is the account of its purse's index, −1 for private money and history."""

    name: str
    kind: int
    opens: int
    programme: int = -1
    sector: int = ANY
    mother: int = -1


def _column(block: str, row: int) -> property:
    return property(lambda deals: getattr(deals, block)[row], lambda deals, values: getattr(deals, block).__setitem__(row, values))


class Deals:
    """Open stakes, one column a stake of one fund, in a block of amounts and a block of codes. Closed stakes leave the
    blocks, so that both stay short.

    `slot` −1: a firm outside the city, with its own quarter of leaving and its own luck.
    """

    AMOUNTS = ("cost", "stake", "value", "luck")
    CODES = ("fund", "slot", "opened", "leaves", "redeem")

    def __init__(self):
        self.amounts = np.empty((len(self.AMOUNTS), 0))
        self.codes = np.empty((len(self.CODES), 0), np.int64)

    cost, stake, value, luck = (_column("amounts", row) for row in range(4))
    fund, slot, opened, leaves, redeem = (_column("codes", row) for row in range(5))

    @property
    def count(self) -> int:
        """Open stakes."""
        return self.codes.shape[1]

    def add(self, **columns) -> None:
        """Append stakes; each column an array or one number for all."""
        size = len(columns["fund"])
        for block, names in (("amounts", self.AMOUNTS), ("codes", self.CODES)):
            old = getattr(self, block)
            new = np.empty((len(names), size), old.dtype)
            for row, name in enumerate(names):
                new[row] = columns[name]
            setattr(self, block, np.concatenate([old, new], axis=1))

    def keep(self, mask: np.ndarray) -> None:
        """Drop the stakes outside the mask."""
        at = np.flatnonzero(mask)
        self.amounts, self.codes = self.amounts.take(at, axis=1), self.codes.take(at, axis=1)


MONEY = (
    "pledged_public", "pledged_private", "target", "investable", "uncalled_public", "uncalled_private", "called_public",
    "called_private", "released", "moved", "invested", "invested_outside", "fees", "proceeds", "to_public", "to_private", "to_manager",
    "unreturned", "preferred", "nav",
)  # fmt: skip


FLOWS = ("deals", "invested", "invested_public", "invested_outside", "coinvested", "moved", "called", "called_public",
         "called_private", "fees", "carried", "distributed", "returned_public", "exits", "bought_back")  # fmt: skip


class Funds:
    """`cash` is a group of the ledger. Money columns are RMB over the fund's life, whole yuan but for the preferred return."""

    def __init__(self, plan: list[Vintage], terms: list, first_luck: np.ndarray, elsewhere: np.ndarray):
        rows = len(plan)
        self.plan, self.rows = plan, rows
        self.kind = np.array([v.kind for v in plan], np.int64)
        self.opens = np.array([v.opens for v in plan], np.int64)
        self.programme = np.array([v.programme for v in plan], np.int64)
        self.sector = np.array([v.sector for v in plan], np.int64)
        self.mother = np.array([v.mother for v in plan], np.int64)
        self.pledge_luck, self.elsewhere_luck = first_luck, elsewhere
        self.cash = np.zeros(rows)
        for name in MONEY:
            setattr(self, name, np.zeros(rows))

        def term(name, other):
            own = np.array([getattr(one, name) for one in terms] + [0.0], float)[self.programme]
            return np.where(self.kind == PUBLIC, own, other)

        self.public = term("public_share", (self.kind != PRIVATE) * 1.0)
        self.reinvestment = term("reinvestment", 0.0)
        self.local = np.ones(rows)  # of a programme's funds: set when they close
        self.giveaway, self.tolerance = term("giveaway", 0.0), term("leniency", 0.0)
        self.skill, self.late = term("error_cut", 0.0), term("late_weight", 0.0)
        self.latest = term("latest_stage", 2.0)
        # Who is who, once: rows of each programme's funds, the fund of funds above them (−1 none), private funds.
        offices = range(len(terms))
        self.rows_of = [np.flatnonzero((self.programme == k) & (self.kind == PUBLIC)) for k in offices]
        self.mother_of = [int(np.append(np.flatnonzero((self.programme == k) & (self.kind == MOTHER)), -1)[0]) for k in offices]
        self.private, self.history = self.kind == PRIVATE, np.flatnonzero(self.kind == HISTORY)
        self.invests = self.private | (self.kind == PUBLIC)
        self.opened = (self.kind == HISTORY) | ((self.kind == PRIVATE) & (self.opens < 0))
        self.deals = Deals()
        self.new_quarter()
        # over the run, for the scorecard: multiples of stakes that were sold or lost, by route, and how long they were held
        self.realised = np.zeros(len(MULTIPLES) - 1)
        self.routes = np.zeros(len(ROUTES))
        self.held_quarters, self.held_stakes = 0.0, 0.0
        self.largest = np.empty(0)

    def new_quarter(self) -> None:
        """Reset the flows of the quarter."""
        self.flows = dict.fromkeys(FLOWS, 0.0)

    def pledge(self, rows: np.ndarray, public: np.ndarray, private: np.ndarray, target: np.ndarray, fee: float, quarters: int):
        """Close the fund-raising of these funds: from now on partners owe what is called."""
        self.opened[rows] = True
        self.target[rows] = target
        for side, amount in (("public", public), ("private", private)):
            getattr(self, f"pledged_{side}")[rows] += amount
            getattr(self, f"uncalled_{side}")[rows] += amount
        self.investable[rows] = np.floor(waterfall.investable(public + private, fee, quarters))

    def add_nav(self, fund: np.ndarray, amount: np.ndarray) -> None:
        """Move the net asset value of funds by stakes bought, revalued or sold."""
        self.nav += np.bincount(fund, amount, self.rows)

    def settle(self, route: np.ndarray, multiple: np.ndarray, quarters: np.ndarray) -> None:
        """Remember stakes that are sold or lost for good."""
        bins = np.searchsorted(MULTIPLES, multiple, side="right") - 1
        self.realised += np.bincount(bins, minlength=len(self.realised))
        self.routes += np.bincount(route, minlength=len(ROUTES))
        self.held_quarters += float(quarters.sum())
        self.held_stakes += len(multiple)
        self.largest = np.concatenate([self.largest, multiple[multiple >= 1]])

    def imbalances(self) -> dict[str, float]:
        """Pledges, cash and net asset value of every fund, with gaps in RMB."""
        errors = {}
        for side in ("public", "private"):
            gap = getattr(self, f"pledged_{side}") - getattr(self, f"called_{side}") - getattr(self, f"uncalled_{side}")
            if side == "public":
                gap = gap - self.released
            else:
                gap = gap - self.moved
            if gap.any():
                errors[f"pledges of {side} partners"] = float(np.abs(gap).max())
        spent = self.invested + self.invested_outside + self.fees + self.to_public + self.to_private + self.to_manager
        gap = self.called_public + self.called_private + self.proceeds - spent - self.cash
        if gap.any():
            errors["cash of funds"] = float(np.abs(gap).max())
        marks = np.bincount(self.deals.fund, self.deals.value, self.rows)
        if (gap := self.nav - marks).any():
            errors["net asset value of funds"] = float(np.abs(gap).max())
        for name in ("uncalled_public", "uncalled_private", "cash"):
            if (low := getattr(self, name).min(initial=0.0)) < 0:
                errors[f"{name} of funds"] = float(-low)
        return errors


def plan(world, agencies: list) -> Funds:
    """Every fund that may open in this package: private vintages, history, and those of the programmes.

    `agencies` are the offices of fund programmes, in catalogue order.
    """
    p, streams, horizon = world.numbers, world.streams, world.horizon
    first = -int(p["equity.life"]) // 4
    found = [Vintage(f"history {2021 + year}", HISTORY, 4 * year) for year in range(first, 0)]
    found += [Vintage(f"private {2021 + year}", PRIVATE, 4 * year) for year in range(first, (horizon + 3) // 4)]
    hightech = place.column(p, "sector", world.place.sectors, "hightech_share")
    priority = np.flatnonzero(hightech >= p["equity.priority_hightech"])
    terms = [agency.programme for agency in agencies]
    for index, agency in enumerate(agencies):
        one, name = agency.programme, agency.name
        mother, money = -1, one.yearly_budget() > 0
        if money and one.sub_funds_a_year:
            mother = len(found)
            found.append(Vintage(name, MOTHER, max(one.start, 0), index))
        for year in range((horizon + 3) // 4) if money else ():
            # A tranche is pledged in the first quarter of a year or in the first of the programme.
            opens = max(4 * year, one.start)
            if opens // 4 != year or not one.runs(opens) or opens >= horizon:
                continue
            for k in range(max(one.sub_funds_a_year, 1)):
                own = one.sub_funds_a_year and len(priority)
                sector = int(priority[(year * one.sub_funds_a_year + k) % len(priority)]) if own else ANY
                found.append(Vintage(f"{name} {2021 + year} {k}", PUBLIC, opens, index, sector, mother))
    quarters = int(p["equity.invest_period"])
    luck, elsewhere = np.zeros(len(found)), np.zeros((len(found), quarters, 3))
    for row, vintage in enumerate(found):
        if vintage.kind == PUBLIC:
            draw = streams.trait(f"fund {vintage.name}")
            luck[row] = draw.standard_normal()
            elsewhere[row] = draw.random((quarters, 3))
    return Funds(found, terms, luck, elsewhere)
