"""The office of a loan whose loss several bear: public pool, guarantee company and an insurer, each up to its share.

The insurer is a company with capital of its own. Once a year it sets the premium by what losses have cost it, and it
writes no cover for the next year where the premium would pass what borrowers can be asked for, or where its money does
not carry the insured balance. What it no longer covers is the bank's. Investors need no account here: the stake they
lose ranks behind every lender.
"""

from __future__ import annotations

import numpy as np

from sim.institutions.agency import Agency, _within


def renewed_premium(premium, claims, insured, loading, weight, floor) -> float:
    """Premium of the next year over the insured balance: part of the way to loading × burning cost, not below the floor."""
    target = loading * claims / insured if insured else 0.0
    return max(premium + weight * (target - premium), floor)


class JointOffice(Agency):
    """An agency with an insurer beside it. `premium` share/year of the insured balance; money in whole RMB."""

    def __init__(self, programme, rows: int, funded: bool):
        super().__init__(programme, rows, funded)
        self.insurer = f"insurer:{programme.id}"
        self.premium = programme.premium
        self.insures = True
        self.claims_year = self.insured_year = 0.0

    def partners(self):
        return [(self.insurer, float(np.rint(self.programme.dose * self.programme.capital)))]

    def cover(self, product) -> float:
        return product.cover if self.insures else product.cover - product.shares.insurance

    def charges(self, product):
        shares = product.shares
        asked = (("fee", f"purse:{shares.guarantor}", shares.guarantee * product.fee),
                 ("premium", self.insurer, shares.insurance * self.premium * self.insures))  # fmt: skip
        return tuple(charge for charge in asked if charge[2])

    def compensate(self, world, amount, stop: float) -> np.ndarray:
        """Split what is covered by the shares; each pays what it has, and what one lacks no other makes good."""
        product = world.contracts[self.name]
        shares, cover, owed = product.shares, self.cover(product), float(amount.sum())
        if owed == 0.0 or cover <= 0.0:
            return np.zeros(len(amount))
        insured = np.rint(amount * (shares.insurance * self.insures / cover))
        guaranteed = np.minimum(np.rint(amount * (shares.guarantee / cover)), amount - insured)
        paid = _within(insured, world.ledger.cash[self.insurer])
        self.claims_year += world.ledger.transfer("claim", paid.sum(), self.insurer, "banks")
        if shares.guarantee:
            paid = paid + world.agencies[shares.guarantor].compensate(world, guaranteed, np.inf)
        kept = self.cover_kept
        if shares.pool:
            paid = paid + super().compensate(world, amount - insured - guaranteed, stop)
        # What banks remember is the share of everything promised that came.
        self.cover_kept = kept + world.numbers["delivery.memory"] * (float(paid.sum()) / owed - kept)
        return paid

    def close_year(self, world) -> None:
        """At the year's end the insurer renews or ends its cover; its premium holds for the year that follows."""
        super().close_year(world)
        product = world.contracts.get(self.name)
        if product is None:
            return
        terms, book = self.programme, world.books.names.index(self.name)
        insured = product.shares.insurance * world.books.total[book]
        self.insured_year += insured / 4 * self.insures
        if world.season != 3:
            return
        self.premium = renewed_premium(
            self.premium, self.claims_year, self.insured_year, terms.loading, terms.experience, terms.premium
        )
        carried = insured <= terms.solvency * world.ledger.cash[self.insurer]
        self.insures = bool(self.premium <= terms.highest_premium and carried)
        self.claims_year = self.insured_year = 0.0
        world.books.cover[book] = self.cover(product)
