"""The budget office: what each purse of the city gets this year beside its documented appropriation.

Programmes state envelopes in the rules of the quarter; agencies ask for their factor when they open. The city decides on
purses that it fills alone. What purses get above their plain appropriations is taken from other public spending, and what
they get less goes there.
"""

from __future__ import annotations

import numpy as np

from sim.ledger import split


class BudgetOffice:
    """Factors of the appropriations of a year, and the tax they are measured by. RMB."""

    def __init__(self, yearly_tax: float):
        self.tax_last = yearly_tax  # the city's part, of the last complete year
        self.tax_year = 0.0
        self.away = 0.0  # part of the review capacity that meetings take this quarter
        self.extra = 0.0  # paid into purses this quarter above the plain appropriations
        self._winners: dict[str, list] = {}  # identities granted by each call this year
        self._factors: dict[str, float] = {}

    def open_quarter(self, world) -> None:
        """Turn the year and settle what purses that open now will get."""
        self.extra, self._factors = 0.0, {}
        if world.season == 0 and world.quarter:
            self.tax_last, self.tax_year = self.tax_year, 0.0
        if world.season == 0:
            self._winners = {}
        if not world.rules.envelopes:
            return
        running = [a.programme for a in world.agencies.values() if a.funded and a.programme.runs(world.quarter)]
        own = [one for one in running if one.city_share == 1.0]
        if world.season and not any(one.start == world.quarter for one in own):
            return  # nobody opens
        factors = {one.id: 1.0 for one in own}
        for envelope in world.rules.envelopes:
            apply(envelope, own, factors, self.tax_last)
        self._factors = factors

    def factor(self, programme, amount: float) -> float:
        """Factor of an appropriation of so much that is paid in now."""
        factor = self._factors.get(programme.id, 1.0)
        self.extra += round(amount * factor) - round(amount)
        return factor

    def meet(self, world) -> None:
        """Move a share of the money that lies open to purses whose claims exceed it, on what is reported by now."""
        self.away = self._sit(world)
        meeting = world.rules.meeting
        held = meeting.held(world.quarter) if meeting else 0
        if not held:
            return
        office, cost = world.agencies[meeting.agency], float(np.rint(held * meeting.cost))
        office.administration += world.ledger.transfer("administration", cost, "city", "households")
        self.away += held * meeting.time
        own = self._departments(world)
        idle = np.array([a.open_money(world, meeting.foresight) for a in own])
        short = np.array([a.shortage() for a in own])
        part = 1 - (1 - meeting.share) ** held
        moved = float(np.floor(min(part * idle.sum(), short.sum())))
        if moved:
            shift(world.ledger, own, split(moved, list(idle / idle.sum())), split(moved, list(short / short.sum())))

    def _sit(self, world) -> float:
        """The commission's posts and the time of its departments, a part of the review capacity."""
        if not (commission := world.rules.commission):
            return 0.0
        cost = world.ledger.transfer("administration", float(np.rint(commission.cost)), "city", "households")
        world.agencies[commission.agency].administration += cost
        return commission.time

    def once(self, world, call, rows) -> np.ndarray:
        """Whether claims on a call stand, (rows,): firms that another call has paid this year are struck where it is seen."""
        others = [who for name, found in self._winners.items() if name != call.name for who in found]
        if not others:
            return np.ones(len(rows), bool)
        twice = np.isin(world.firms.identity[rows], np.concatenate(others), kind="table")
        return ~(twice & (world.luck.uniform("duplicate", rows) < world.rules.commission.coordination))

    def grant(self, world, call, rows) -> None:
        """Note whom a call has chosen."""
        self._winners.setdefault(call.name, []).append(world.firms.identity[rows])

    def hand_over(self, world) -> None:
        """At the year's end: unspent money pays the best files that calls had to pass over, instead of going back."""
        commission = world.rules.commission
        if world.season != 3 or not commission:
            return
        own = self._departments(world)
        calls = [a for a in own if a.programme.competitive and len(a.passed[0])]
        if not calls:
            return
        rows, amount, rank = (np.concatenate([a.passed[k] for a in calls]) for k in range(3))
        whose = np.repeat(np.arange(len(calls)), [len(a.passed[0]) for a in calls])
        spare = np.array([np.floor(commission.coordination * a.unspent(world)) for a in own])
        best = np.lexsort((rows, -rank))
        best = best[world.firms.alive[rows[best]]]
        best = best[: int(np.searchsorted(np.cumsum(amount[best]), spare.sum(), side="right"))]
        if not len(best):
            return
        takes = np.bincount(whose[best], amount[best], len(calls))
        gives = split(float(takes.sum()), list(spare / spare.sum()))
        shift(world.ledger, own, gives, [float(takes[calls.index(a)]) if a in calls else 0.0 for a in own])
        for k, call in enumerate(calls):
            mine = best[whose[best] == k]
            call.grant_late(world, rows[mine], amount[mine])

    def _departments(self, world) -> list:
        """Offices that run now on the city's money alone; companies, funds and keepers of institutes do not count."""
        running = [a for a in world.agencies.values() if a.funded and a.programme.runs(world.quarter)]
        own = [a for a in running if a.programme.city_share == 1.0 and not a.programme.invests]
        return [a for a in own if a.programme.lends != "guarantee" and not a.programme.founds]

    def collect(self, tax: float) -> None:
        """Note the city's tax of the quarter."""
        self.tax_year += tax


def apply(envelope, programmes, factors: dict[str, float], tax: float) -> None:
    """Multiply the factors by what one envelope says.

    Weights alone change each purse by its own; a total fixes the sum over all purses as a multiple of what it was, so a
    louder part is paid by a quieter one; a share of tax bounds what weights above one may add.
    """
    if envelope.parts:
        return divide(envelope, programmes, factors)
    weights = {one.id: envelope.weight(one) for one in programmes}
    before = {one.id: factors[one.id] * one.yearly_budget() for one in programmes}
    scale = 1.0
    if envelope.total is not None:
        wanted = sum(weights[id] * before[id] for id in before)
        scale = envelope.total * sum(before.values()) / wanted if wanted else 0.0
    reached = [id for id in before if weights[id] > 1]
    money = sum(before[id] for id in reached)
    most = max(envelope.tax_share * tax / money, 1.0) if money else 1.0
    for id in before:
        factors[id] *= min(weights[id], most) * scale if weights[id] > 1 else weights[id] * scale


def divide(envelope, programmes, factors: dict[str, float]) -> None:
    """Multiply the factors so that families get parts of their sum, which stays; not where one has no purse."""
    had = {
        name: sum(factors[one.id] * one.yearly_budget() for one in programmes if one.family == name)
        for name in envelope.parts
    }
    if not all(had.values()):
        return
    for one in programmes:
        if one.family in had:
            part = envelope.parts[one.family] * sum(had.values()) / had[one.family]
            factors[one.id] *= 1 + envelope.way * (part - 1)


def shift(ledger, agencies, gives, takes) -> None:
    """Post what each purse gives to those that take, in order; the two lists have the same sum, RMB."""
    takers = [[agency, amount] for agency, amount in zip(agencies, takes) if amount]
    for giver, left in zip(agencies, gives):
        while left:
            taker, wanted = takers[0]
            amount = min(left, wanted)
            if giver is not taker:
                ledger.transfer("reallocation", amount, giver.account, taker.account)
            giver.budget_year -= amount
            taker.budget_year += amount
            left -= amount
            takers[0][1] -= amount
            if not takers[0][1]:
                takers.pop(0)
