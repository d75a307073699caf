"""The office that runs one programme: its purse, its queue of applications, what it owes and what it has paid.

Delivery happens here and nowhere else: awareness → application → review under capacity → entitlement → payment when
due, or arrears. The identity `payable_end = payable_start + entitled − paid − lapsed` is checked every quarter.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import rows_of
from sim.processes import belts, sizes, talks

NOT_DUE = np.iinfo(np.int16).max
NOBODY = np.empty(0, np.int64), np.empty(0), np.empty(0)


class Agency:
    """One programme's office. Money in whole RMB; arrays have one entry a firm row."""

    def __init__(self, programme, rows: int, funded: bool):
        self.programme = programme
        self.name = programme.id
        self.account = f"purse:{programme.id}"
        self.funded = funded
        size = rows if programme.group else 0
        self.queue, self.payable = np.zeros(size), np.zeros(size)
        self.read = np.zeros(size if programme.competitive else 0)  # read, not yet decided
        self.since, self.due = (np.full(size, NOT_DUE, np.int16) for _ in range(2))
        self.merit = np.zeros(size) if programme.competitive else None
        self.passed = NOBODY  # rows, amounts and ranks that this year's call had no money for
        self.waiting = False  # whether any file lies in the queue
        self.cover_kept = 1.0  # share of promised cover that banks got lately
        self.delivered = 1.0  # part of the services that last quarter's purse could buy
        self.factor = 1.0  # this year's purse over the documented one
        self.reliability = 1.0  # share of due money paid lately, as firms have seen it
        self.committed_year = self.budget_year = 0.0
        self.asked_year = self.asked_last = 0.0  # claims laid before the office, RMB
        self.compensated_year = 0.0
        self.payable_opening = self.payable_closing = 0.0
        self.new_quarter()

    def new_quarter(self) -> None:
        """Reset the flows of the quarter."""
        self.entitled = self.paid = self.lapsed = self.administration = self.recipients = self.granted_people = 0.0
        self.payable_opening = self.payable_closing

    # -- budget -----------------------------------------------------------------------------------------------------
    def open_year(self, world) -> None:
        """Fill the purse on the first running quarter of a year: a yearly budget is approved whole."""
        programme, quarter = self.programme, world.quarter
        if world.season == 0:
            self.compensated_year = 0.0
        if not self.funded or not programme.runs(quarter):
            return
        if world.season and quarter != programme.start:
            return
        self.asked_year, self.asked_last = 0.0, self.asked_year
        self.passed = NOBODY
        self.committed_year = self.compensated_year = 0.0
        amount = programme.yearly_budget()
        self.factor = world.budget.factor(programme, amount)
        amount = np.rint(amount * self.factor)
        self.budget_year = amount
        if quarter == programme.start:
            world.ledger.transfer("appropriation", self.reserve(), "city", self.account)
        city = np.rint(amount * programme.city_share)
        world.ledger.transfer("appropriation", city, "city", self.account)
        world.ledger.transfer("appropriation", amount - city, "province", self.account)

    def close_year(self, world) -> None:
        """Return what is neither spent nor owed, by the shares in which it was paid in."""
        if not self.funded or world.season != 3:
            return
        spare = self.unspent(world)
        city = np.rint(spare * self.programme.city_share)
        world.ledger.transfer("returned", city, self.account, "city")
        world.ledger.transfer("returned", spare - city, self.account, "province")

    def unspent(self, world) -> float:
        """Neither spent nor owed, RMB."""
        return max(world.ledger.cash[self.account] - self.owed() - self.reserve(), 0.0)

    def reserve(self) -> float:
        """Money that stays over the year's end."""
        return 0.0

    def partners(self) -> list[tuple[str, float]]:
        """Accounts of others who bear losses with it, and the capital they bring (RMB)."""
        return []

    def open_money(self, world, foresight: float) -> float:
        """What lies idle by what is known now: neither owed, claimed nor needed for services this year, RMB."""
        services = self.programme.running_cost(world.firms, world.quarter) * self.factor * (4 - world.season)
        to_come = foresight * max(self.asked_last - self.asked_year, 0.0)
        spare = world.ledger.cash[self.account] - self.reserve() - self.owed() - self._claimed() - services - to_come
        return max(float(np.floor(min(spare, self.budget_year))), 0.0)

    def shortage(self) -> float:
        """Claims on this year's money that lie before the office, beyond what it has left to grant, RMB."""
        return max(self._claimed() - max(self.budget_year - self.committed_year, 0.0), 0.0) if self.waiting else 0.0

    def _claimed(self) -> float:
        return float(self.queue.sum() + self.read.sum()) if self.waiting else 0.0

    # -- delivery ---------------------------------------------------------------------------------------------------
    def receive(self, world) -> None:
        """Claims of the quarter: paid without application, or applied for by those who know and find it worth it."""
        programme, delivery, p = self.programme, world.rules.delivery, world.numbers
        if not programme.group or not programme.runs(world.quarter):
            return
        rows, amount = programme.claims(world.firms, world.place, world.events, world.season)
        keep = (amount > 0) & world.firms.alive[rows]
        rows, amount = rows[keep], amount[keep]
        if not len(rows):
            return
        if programme.group in delivery.automatic:
            self._administer(world, len(rows), p["delivery.automatic_cost"])
            self.asked_year += float(amount.sum())
            if programme.competitive:
                # Records replace the file, but the money is still for the best.
                rows, amount = self._best(world, rows, amount)
            self._commit(world, rows, amount, int(p["delivery.automatic_delay"]))
            return
        saved, pushed = talks.saved(world, rows)
        hassle = p["delivery.hassle_cost"] * delivery.hassle * world.firms.hassle[rows] * saved
        knows = (world.firms.awareness[rows] < delivery.awareness) | talks.heard(world, rows)
        applies = knows & ((amount > hassle) | pushed)
        rows, amount, hassle = rows[applies], amount[applies], hassle[applies]
        world.ledger.from_firms("application", np.rint(hassle), "outside", rows)
        self.queue[rows] = np.maximum(self.queue[rows], amount)
        self.asked_year += float(amount.sum())
        self.waiting = True
        self.since[rows] = np.minimum(self.since[rows], world.quarter)

    def files(self, world) -> int:
        """Applications waiting to be read; those of a programme that has ended are void."""
        if self.waiting and not self.programme.runs(world.quarter):
            self.queue[:], self.read[:] = 0, 0
            self.since[:] = NOT_DUE
            self.waiting = False
        # Flags are counted and listed several times faster than amounts.
        return int(np.count_nonzero(self.queue != 0)) if self.waiting else 0

    def review(self, world, capacity: int) -> None:
        """Read so many files, oldest first, ties by lot. A call is decided when all its files are read or the year ends."""
        if not self.waiting:
            return
        waiting = rows_of(self.queue[: world.firms.count] != 0)
        rows = waiting
        if left := len(waiting) > capacity:
            turn = self.since[waiting] + world.firms.lot[waiting]  # the lot lies below one quarter
            rows = waiting[np.argpartition(turn, capacity)[:capacity]]
        amount = self.queue[rows]
        self.queue[rows] = 0
        self.since[rows] = NOT_DUE
        self._administer(world, len(rows), world.numbers["delivery.review_cost"])
        if self.programme.competitive:
            self.read[rows] += amount
            if left and world.season != 3:
                return
            rows = rows_of(self.read[: world.firms.count] != 0)
            amount = self.read[rows]
            self.read[:] = 0
            # What was not read in its year is not carried into the next call.
            self.queue[:], left = 0, False
            self.since[:] = NOT_DUE
            rows, amount = self._best(world, rows, amount)
        self.waiting = left
        self._commit(world, rows, amount, int(world.numbers["delivery.pay_delay"]))

    def _best(self, world, rows, amount):
        """The best of these claims that this year's budget still covers, as judges see them."""
        rank = world.luck.normal("merit", rows) + world.firms.merit[rows]
        best = np.lexsort((rows, -rank))
        office = world.budget if world.rules.commission else None
        if office:
            best = best[office.once(world, self, rows[best])]
        room = self.budget_year - self.committed_year
        if (order := sizes.first(world, rows[best], amount[best], room)) is not None:
            best = best[order]
        if (order := belts.first(world, rows[best], amount[best], room)) is not None:
            best = best[order]
        cut = int(np.searchsorted(np.cumsum(amount[best]), room, side="right"))
        if office:
            office.grant(world, self, rows[best[:cut]])
            over = best[cut:]
            self.passed = tuple(np.concatenate(pair) for pair in zip(self.passed, (rows[over], amount[over], rank[over])))
        return rows[best[:cut]], amount[best[:cut]]

    def grant_late(self, world, rows, amount) -> None:
        """Grant files that were passed over, with money that another purse has handed over."""
        world.budget.grant(world, self, rows)
        self._commit(world, rows, amount, int(world.numbers["delivery.pay_delay"]))

    def _commit(self, world, rows, amount, delay):
        if not len(rows):
            return
        self.payable[rows] += amount
        self.due[rows] = np.minimum(self.due[rows], world.quarter + delay)
        total = float(amount.sum())
        self.entitled += total
        self.committed_year += total

    def _administer(self, world, files, unit_cost):
        cost = np.rint(files * unit_cost)
        world.ledger.transfer("administration", cost, "city", "households")
        self.administration += cost

    def pay(self, world) -> None:
        """Pay what is due, oldest first, as far as the purse goes; the rest is arrears, and in time lapses."""
        if not self.payable_opening:
            return
        owed = rows_of(self.payable[: world.firms.count] != 0)
        p, quarter = world.numbers, world.quarter
        since = self.due.take(owed).astype(int)
        old = owed.take(rows_of(quarter - since >= p["delivery.lapse"]))
        due = owed.take(rows_of(since <= quarter))
        rows, amount, purse = due, self.payable[due], world.ledger.cash[self.account]
        if amount.sum() > purse:
            order = due[np.lexsort((world.firms.lot[due], self.due[due]))]
            rows = order[: int(np.searchsorted(np.cumsum(self.payable[order]), purse, side="right"))]
            amount = self.payable[rows]
        if len(due):
            self.reliability += p["delivery.memory"] * (len(rows) / len(due) - self.reliability)
        self.payable[rows] = 0
        self.due[rows] = NOT_DUE
        total = world.ledger.to_firms("award", amount, self.account, rows)
        self.paid += total
        self.recipients += len(rows)
        self._arrive(world, rows, amount)
        lost = old[self.payable[old] > 0]
        self.lapsed += float(self.payable[lost].sum())
        self.payable[lost] = 0
        self.due[lost] = NOT_DUE

    def _arrive(self, world, rows, amount):
        firms = world.firms
        firms.received[rows] += amount
        if self.programme.group == "projects":
            firms.grant_left[rows] += amount
            firms.grant_quarter[rows] = np.ceil(firms.grant_left[rows] / world.numbers["grant.spending_period"])

    def forget(self, rows) -> None:
        """Firms that are gone: their applications are void and their entitlements lapse."""
        if self.programme.group and (self.payable_opening or self.entitled):
            self.lapsed += float(self.payable[rows].sum())
            self.payable[rows] = 0
            self.due[rows] = NOT_DUE
        if self.waiting:
            self.queue[rows] = 0
            self.since[rows] = NOT_DUE
            if self.programme.competitive:
                self.read[rows] = 0

    # -- money that is due at once ----------------------------------------------------------------------------------
    def pay_now(self, world, kind: str, rows, amount) -> np.ndarray:
        """Pay these firms at once, all in the same proportion when the purse is short; the rest lapses. Returns (rows,)."""
        promised = float(amount.sum())
        if promised == 0.0:
            return amount
        room = world.ledger.cash[self.account]
        paid = amount if promised <= room else np.floor(amount * (room / promised))
        total = world.ledger.to_firms(kind, paid, self.account, rows)
        self.entitled += promised
        self.paid += total
        self.lapsed += promised - total
        self.recipients += int(np.count_nonzero(paid > 0))
        world.firms.received[rows] += paid
        return paid

    def pay_people(self, world, kind: str, heads: int, each: float) -> float:
        """Pay so many persons the same whole amount, less for all when the purse is short; returns what each got."""
        promised = heads * each
        room = world.ledger.cash[self.account]
        paid = each if promised <= room else float(room // heads)
        total = world.ledger.transfer(kind, heads * paid, self.account, "households")
        self.granted_people += promised
        self.entitled += promised
        self.paid += total
        self.lapsed += promised - total
        return paid

    def pay_others(self, world, kind: str, amount: float, payee: str) -> None:
        """Pay an account that is no firm at once, as far as the purse goes; the rest lapses."""
        paid = world.ledger.transfer(kind, min(amount, world.ledger.cash[self.account]), self.account, payee)
        self.entitled += amount
        self.paid += paid
        self.lapsed += amount - paid

    def pay_group(self, world, kind: str, group: str, rows, amount) -> np.ndarray:
        """Pay rows of a group other than firms at once; a row may appear more than once. Short purse as in `pay_now`."""
        promised = float(amount.sum())
        if promised == 0.0:
            return amount
        room = world.ledger.cash[self.account]
        paid = amount if promised <= room else np.floor(amount * (room / promised))
        total = world.ledger.to_rows(kind, group, np.bincount(rows, paid), self.account)
        self.entitled += promised
        self.paid += total
        self.lapsed += promised - total
        self.recipients += int(np.count_nonzero(paid > 0))
        return paid

    def cover(self, product) -> float:
        """Part of a loss that others than the bank bear now."""
        return product.cover

    def charges(self, product) -> tuple[tuple[str, str, float], ...]:
        """What borrowers pay beside interest: kind of posting, account, share of the balance a year."""
        return (("fee", self.account, product.fee),) if product.fee else ()

    def compensate(self, world, amount, stop: float) -> np.ndarray:
        """Pay banks the covered part of losses, up to the purse and the yearly stop; returns what was paid (rows,).

        Banks remember the share they got and price by it. When the programme has stopped, the city pays for the loans
        that are still covered, up to the same stop.
        """
        owed = float(amount.sum())
        if owed == 0.0:
            return amount
        payer = self.account if self.programme.runs(world.quarter) else "city"
        room = min(world.ledger.cash[payer], max(np.floor(stop) - self.compensated_year, 0.0))
        paid = _within(amount, room)
        total = world.ledger.transfer("compensation", paid.sum(), payer, "banks")
        self.cover_kept += world.numbers["delivery.memory"] * (total / owed - self.cover_kept)
        self.compensated_year += total
        self.entitled += total
        self.paid += total
        return paid

    def buy_services(self, world) -> None:
        """Running cost of the programme; an office with another budget buys as much more or less of its services."""
        if not self.funded or not self.programme.runs(world.quarter):
            return
        wanted = float(np.rint(self.programme.running_cost(world.firms, world.quarter)))
        self.delivered = 1.0
        if not wanted:
            return
        cost = min(float(np.rint(wanted * self.factor)), world.ledger.cash[self.account])
        self.delivered = cost / wanted
        cost = world.ledger.transfer("service", cost, self.account, "households")
        self.entitled += cost
        self.paid += cost

    # -- reading ----------------------------------------------------------------------------------------------------
    def owed(self) -> float:
        """Entitled, neither paid nor lapsed, RMB."""
        return float(self.payable.sum()) if len(self.payable) else 0.0

    def net_cost(self) -> float:
        """What the programme cost this quarter, RMB: what it paid, less what it holds or got back for it."""
        return self.paid

    def imbalance(self) -> float:
        """payable_end − (payable_start + entitled − paid − lapsed); zero when the books are right."""
        self.payable_closing = self.owed()
        return self.payable_closing - (self.payable_opening + self.entitled - self.paid - self.lapsed)


class Guarantor(Agency):
    """The guarantee company: capital and fees first, the city behind it."""

    def reserve(self) -> float:
        """Its capital never goes back to the budget."""
        return float(np.rint(self.programme.dose * self.programme.capital))

    def compensate(self, world, amount, stop: float) -> np.ndarray:
        """Everything covered is paid: what the company lacks, the city makes good."""
        total = float(amount.sum())
        own = min(world.ledger.cash[self.account], total)
        world.ledger.transfer("compensation", own, self.account, "banks")
        world.ledger.transfer("compensation", total - own, "city", "banks")
        self.entitled += total
        self.paid += total
        return amount


def _within(amount, room: float) -> np.ndarray:
    """The first amounts whose sum stays within the room, (rows,)."""
    return np.where(np.cumsum(amount) <= room, amount, 0.0)
