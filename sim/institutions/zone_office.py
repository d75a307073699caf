"""The office that passes a province's reward for ranks to the zones, which spend it on the R&D that is counted."""

from __future__ import annotations

import numpy as np

from sim.institutions.agency import Agency
from sim.metrics import TIERS
from sim.processes import scoring

LEAST = TIERS.index("scitech_sme")
SPENT = 1  # season in which zones hand their money out


class ZoneOffice(Agency):
    """`won` (zones,) RMB of this year. A place lost costs nothing, so the province pays more than the mean gain earns."""

    won = np.zeros(0)

    def open_year(self, world) -> None:
        """The reward of last year's ranks, up to the pool of the province; in the first year ranks are only noted."""
        programme, terms = self.programme, world.rules.tournament
        if not terms or not programme.runs(world.quarter) or (world.season and world.quarter != programme.start):
            return
        wanted = terms.per_place * np.maximum(scoring.rank_zones(world), 0.0)
        pool = min(1.0, programme.yearly_budget() / max(float(wanted.sum()), 1.0))
        self.won = np.floor(pool * wanted)
        self.budget_year = total = float(self.won.sum())
        city = np.rint(total * programme.city_share)
        world.ledger.transfer("appropriation", city, "city", self.account)
        world.ledger.transfer("appropriation", total - city, "province", self.account)

    def buy_services(self, world) -> None:
        """Zones support the firms of the ladder in proportion to the R&D they reported, which is what counts next year."""
        firms, n = world.firms, world.firms.count
        if world.season != SPENT or not self.won.any() or not self.programme.runs(world.quarter):
            return
        money = np.zeros(len(world.place.districts))
        money[world.scores.zones] = self.won
        self.won = np.zeros(0)
        counted = firms.rd_1[:n] * (firms.tier[:n] >= LEAST)
        rows = np.flatnonzero((counted > 0) & (money[firms.district[:n]] > 0))
        rate = money / np.maximum(np.bincount(firms.district[:n], counted, len(money)), 1.0)
        amount = np.floor(rate[firms.district[rows]] * counted[rows])
        rows, amount = rows[amount > 0], amount[amount > 0]
        paid = self.pay_now(world, "award", rows, amount)
        firms.grant_left[rows] += paid
        firms.grant_quarter[rows] = np.ceil(firms.grant_left[rows] / world.numbers["grant.spending_period"])
