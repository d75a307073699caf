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
        self.unread = 0.0  # reviews left undone for meetings this quarter
        self.extra = 0.0  # paid into purses this quarter above the plain appropriations
        self._factors: dict[str, float] = {}

    def open_quarter(self, world) -> None:
        """Turn the year and settle what purses that open now will get."""
        self.extra, self._factors = 0.0, {}
        if world.season == 0 and world.quarter:
            self.tax_last, self.tax_year = self.tax_year, 0.0
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
        self.unread, meeting = 0.0, world.rules.meeting
        held = meeting.held(world.quarter) if meeting else 0
        if not held:
            return
        office, cost = world.agencies[meeting.agency], float(np.rint(held * meeting.cost))
        office.administration += world.ledger.transfer("administration", cost, "city", "households")
        self.unread = held * meeting.files
        own = [a for a in world.agencies.values() if a.funded and a.programme.runs(world.quarter)]
        own = [a for a in own if a.programme.city_share == 1.0 and not a.programme.invests]
        idle = np.array([a.open_money(world, meeting.foresight) for a in own])
        short = np.array([a.shortage() for a in own])
        part = 1 - (1 - meeting.share) ** held
        moved = float(np.floor(min(part * idle.sum(), short.sum())))
        if moved:
            shift(world.ledger, own, split(moved, list(idle / idle.sum())), split(moved, list(short / short.sum())))

    def collect(self, tax: float) -> None:
        """Note the city's tax of the quarter."""
        self.tax_year += tax


def apply(envelope, programmes, factors: dict[str, float], tax: float) -> None:
    """Multiply the factors by what one envelope says.

    Weights alone change each purse by its own; a total fixes the sum over all purses as a multiple of what it was, so a
    louder part is paid by a quieter one; a share of tax bounds what weights above one may add.
    """
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


def shift(ledger, agencies, gives, takes) -> None:
    """Post what each purse gives to those that take, in order; the two lists have the same sum, RMB."""
    takers = [[agency, amount] for agency, amount in zip(agencies, takes) if amount]
    for giver, left in zip(agencies, gives):
        while left:
            taker, wanted = takers[0]
            amount = min(left, wanted)
            ledger.transfer("reallocation", amount, giver.account, taker.account)
            giver.budget_year -= amount
            taker.budget_year += amount
            left -= amount
            takers[0][1] -= amount
            if not takers[0][1]:
                takers.pop(0)
