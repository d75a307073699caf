"""One city in one policy world: construction and the one step, whose order is the order of this page. NumPy only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim import observe, rules
from sim.errors import InnosimError, LedgerError
from sim.institutions import funds
from sim.institutions.agency import Agency, Guarantor
from sim.institutions.bank import Bank
from sim.institutions.books import OPENING_KINDS, Books
from sim.institutions.budget import BudgetOffice
from sim.institutions.contract_office import ContractOffice
from sim.institutions.fund_agency import FundAgency
from sim.institutions.joint_office import JointOffice
from sim.institutions.university import University
from sim.institutions.zone_office import ZoneOffice
from sim.ledger import Ledger, split
from sim.metrics import TIERS, Record
from sim.opening import Openings
from sim.population import initial, place
from sim.population.premises import Premises
from sim.population.universities import Universities
from sim.processes import (
    attraction,
    branches,
    brokers,
    calendar,
    carriers,
    carriers_start,
    challenges,
    clubs,
    credit,
    distinctions,
    enclaves,
    entry,
    equity,
    equity_history,
    exit,
    groups,
    institutes,
    institutes_work,
    knowledge,
    ladder,
    licences,
    links,
    projects,
    rebates,
    research,
    resettling,
    sales,
    scoring,
    skills,
    solving,
    talent,
    talent_start,
    talks,
    taxes,
    visits,
)  # fmt: skip
from sim.programmes import LOAN_PRODUCTS, Funded, build
from sim.streams import Luck, Streams

BASE_YEAR = 2021


class World:
    """Everything that changes in a run. `seed` fixes the luck of every row, whatever the package does."""

    bank_class, agency_class, guarantor_class, fund_class = Bank, Agency, Guarantor, FundAgency
    university_class, joint_class, contract_class, zone_class = University, JointOffice, ContractOffice, ZoneOffice

    def __init__(self, numbers, scenario, seed: int, quarters: int = 40, streams: Streams | None = None,
                 openings: Openings | None = None):  # fmt: skip
        self.numbers, self.scenario, self.seed, self.horizon = numbers, scenario, seed, quarters
        self.streams = streams or Streams(seed)
        self.quarter, self.year, self.season = -1, BASE_YEAR - 1, 3
        branches.start(self)
        rebates.start(self)
        groups.start(self)
        if openings:
            openings.furnish(self, World._open_city)
        else:
            self._open_city()
        self.luck = Luck(self.streams, self.firms)
        self.programmes = build(numbers, scenario.programmes)
        self.rules = rules.of_quarter(numbers, self.programmes, -1)
        self._institutions()
        credit.start(self)
        equity_history.start(self)
        challenges.start(self)
        clubs.start(self)
        institutes.start(self)
        skills.start(self)
        attraction.start(self)
        scoring.start(self)
        resettling.start(self)
        talks.start(self)
        distinctions.start(self)
        self.record = Record()
        self.tier_before, self.alive_before = np.zeros_like(self.firms.tier), np.zeros_like(self.firms.alive)
        self._open_books()
        observe.start(self)

    # ---------------------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """One quarter."""
        self._begin_quarter()
        calendar.turn_year(self)
        self._open_purses()
        scoring.steer(self)
        talks.hold(self)
        carriers.open_space(self)
        resettling.move(self)
        entry.enter(self)
        research.plan(self)
        skills.train(self)
        sales.sell(self)
        links.meet(self)
        brokers.bring(self)
        challenges.call(self)
        clubs.convene(self)
        institutes.open_quarter(self)
        research.spend(self)
        knowledge.learn(self)
        talent.step(self)
        projects.work(self)
        solving.work(self)
        clubs.work(self)
        institutes_work.work(self)
        licences.trade(self)
        projects.research(self)
        visits.call(self)
        credit.serve_debt(self)
        credit.borrow(self)
        credit.follow_equity(self)
        equity.act(self)
        credit.invest(self)
        carriers.run(self)
        branches.run(self)
        attraction.keep_promises(self)
        taxes.collect(self)
        self._deliver()
        knowledge.build_units(self)
        exit.leave(self)
        ladder.climb(self)
        self._close_quarter()

    # -- the quarter's frame ----------------------------------------------------------------------------------------
    def _begin_quarter(self):
        if self.quarter + 1 >= self.horizon:
            raise InnosimError(
                f"this world was built for {self.horizon} quarters; build it with more to run further"
            )
        self.quarter += 1
        self.luck.quarter = self.quarter
        self.year, self.season = BASE_YEAR + self.quarter // 4, self.quarter % 4
        self.rules = rules.of_quarter(self.numbers, self._bought(), self.quarter)
        self.products = {product.agency: product for product in self.rules.products}
        self.contracts |= self.products  # loans stay covered after their programme has stopped
        self.flows = dict.fromkeys(
            ("hnte_certified_flow", "hnte_first_time", "hnte_applications", "patents_flow", "rd_tax_claimed",
             "rd_relabelled", "misused_grants"), 0.0)  # fmt: skip
        self.tax = dict.fromkeys(("centre", "province", "city"), 0.0)
        self._bank_flows = {name: np.zeros(len(self.banks)) for name in
                            ("new", "repaid", "owed", "recovered", "income", "expense")}  # fmt: skip
        n = self.firms.count  # slots that are new this quarter stay zero
        self.tier_before[:n], self.alive_before[:n] = self.firms.tier[:n], self.firms.alive[:n]
        self.alive_opening = int(np.count_nonzero(self.firms.alive))
        for agency in self.agencies.values():
            agency.new_quarter()
        self.funds.new_quarter()

    def _bought(self):
        """Programmes at the strength that their purse could buy last quarter."""
        for programme in self.programmes:
            delivered = self.agencies[programme.id].delivered
            yield programme if delivered == 1.0 else replace(programme, dose=programme.dose * delivered)

    def _open_purses(self):
        self.budget.open_quarter(self)
        for agency in self.agencies.values():
            agency.open_year(self)
        spending = np.rint(self.public_services * np.exp(self.market_index))
        spending = max(spending - self.budget.extra, 0.0)
        self.ledger.transfer("public_services", spending, "city", "households")

    def _deliver(self):
        """Claims on what happened since the last pay-out, then review, then payment."""
        for agency in self.paying:
            agency.receive(self)
        self.events = {}
        self.budget.meet(self)
        for agency in self.paying:
            agency.pay(self)
        # Reviewers take files as they lie: every programme gets capacity in proportion to what waits.
        files = [agency.files(self) for agency in self.paying]
        staff = self.rules.delivery.staff * max(1 - self.budget.away, 0.0)
        capacity = int(self.numbers["delivery.review_capacity"] * staff - self.rules.delivery.away)
        self.files_read = min(max(capacity, 0), sum(files))
        shares = [count / max(sum(files), 1) for count in files]
        for agency, capacity in zip(self.paying, split(self.files_read, shares)):
            agency.review(self, int(capacity))
        for agency in self.agencies.values():
            agency.buy_services(self)

    def _close_quarter(self):
        self.budget.hand_over(self)
        for agency in self.agencies.values():
            agency.close_year(self)
        for bank, values in zip(self.banks, zip(*self._bank_flows.values())):
            bank.book(*(float(value) for value in values))
        equity.appraise(self)
        self.budget.collect(self.tax["city"])
        errors = self.imbalances()
        observe.quarter(self, sum(errors.values()))
        self.ledger.close()
        if errors:
            worst = ", ".join(f"{name}: {gap:.0f} RMB" for name, gap in sorted(errors.items()))
            raise LedgerError(f"{self.scenario.name}, seed {self.seed}, quarter {self.quarter}: {worst}")

    def imbalances(self) -> dict[str, float]:
        """Every identity that must hold now, with its gap in RMB (or heads); empty when all hold."""
        firms, n = self.firms, self.firms.count
        errors = self.ledger.imbalances()
        errors.update(self.books.imbalances())
        errors.update(links.imbalances(self))
        errors.update(self.carriers.imbalances(self.firms))
        errors.update(self.funds.imbalances())
        for name, agency in self.agencies.items():
            if gap := agency.imbalance():
                errors[f"programme {name}"] = abs(gap)
            if self.ledger.cash[agency.account] < 0:
                errors[f"purse {name}"] = -self.ledger.cash[agency.account]
        if gap := sum(bank.loans for bank in self.banks) - float(self.books.total.sum()):
            errors["bank loans"] = abs(gap)
        # Deposits were created by loans and bank spending: what banks own less what they owe is their equity.
        if gap := float(self.books.total.sum()) + self.ledger.cash["banks"] - sum(b.equity for b in self.banks):
            errors["bank equity"] = abs(gap)
        if gap := int(np.count_nonzero(firms.alive)) - (self.alive_opening + self.entries - self.exits):
            errors["head count of firms"] = abs(gap)
        certified = firms.cert_year[:n] > 0
        if gap := int(np.count_nonzero(certified)) - sum(self.cohorts.values()):
            errors["certificates by cohort"] = abs(gap)
        held = float(firms.alive[n:].any())  # slots not yet used
        dead = np.flatnonzero(~firms.alive[:n])
        held += float(np.abs(firms.cash[dead]).sum() + np.count_nonzero(certified[dead]))
        held += float(self.books.balance.take(dead, axis=1).sum())
        for agency in self.paying:
            held += float(agency.payable[dead].sum() + agency.queue[dead].sum())
        if held:
            errors["dead rows hold"] = held
        errors.update(talent.imbalances(self))
        if self.ledger.cash["treasury"]:
            errors["treasury"] = abs(self.ledger.cash["treasury"])
        return errors

    # -- what processes ask and tell --------------------------------------------------------------------------------
    def seat(self, coming: np.ndarray) -> np.ndarray:
        """Give rows of the cast a slot each; what became of the firms that had the slots before is kept."""
        slots = self.firms.seats(len(coming))
        observe.remember(self, slots)
        self.firms.seat(slots, self.cast, coming)
        return slots

    def event(self, name: str, rows: np.ndarray) -> None:
        """Something a programme may pay for; read at the next pay-out."""
        if len(rows):
            self.events[name] = np.concatenate([self.events[name], rows]) if name in self.events else rows

    def prospect(self, event: str, rows: np.ndarray):
        """What running programmes promise for an event, before delivery: RMB (rows,) or one number."""
        running = (x for x in self.programmes if x.runs(self.quarter))
        return sum((x.prospect(self.firms, self.place, event, rows) for x in running), 0.0)

    def certificate_reward(self, rows: np.ndarray, event: str = "first_certificate", firms=None) -> np.ndarray:
        """Expected award of a certificate: promised × known or automatic × seen to be paid, discounted for delay.

        Of live firms, or of rows of the cast when that is given."""
        p, delivery, total = self.numbers, self.rules.delivery, np.zeros(len(rows))
        firms = firms or self.firms
        knows = firms.awareness[rows] < delivery.awareness
        if firms is self.firms:
            knows |= talks.heard(self, rows)
        for agency in self.paying:
            programme = agency.programme
            if not programme.runs(self.quarter):
                continue
            amount = programme.prospect(firms, self.place, event, rows)
            if isinstance(amount, float) and not amount:  # nothing for this event
                continue
            automatic = programme.group in delivery.automatic
            delay = p["delivery.automatic_delay"] if automatic else p["delivery.pay_delay"] + 1
            discount = (1 + p["delivery.expected_delay_rate"] * (1 - delivery.trust)) ** (-delay / 4)
            # A firm that does not know of an automatic award is not moved by it, though it will be paid.
            total += amount * knows * discount * agency.reliability
        return total

    def bank_flow(self, name: str, amount: np.ndarray, rows: np.ndarray) -> None:
        """Book amounts to the banks that these rows belong to."""
        if len(rows):
            self._bank_flows[name] += np.bincount(self.firms.bank[rows], amount, len(self.banks))

    def bank_expense(self, amount: float) -> None:
        """Expenses shared evenly in whole yuan, the rest to the first bank."""
        each = amount // len(self.banks)
        self._bank_flows["expense"] += each
        self._bank_flows["expense"][0] += amount - each * len(self.banks)

    def issue(self, year: int, count: int) -> None:
        """A yearly batch of certificates; cohorts that end leave the stock."""
        ended = year - self.numbers["hnte.validity"]
        self.cohorts = {y: size for y, size in self.cohorts.items() if y > ended} | {year: count}

    def lose_certificates(self, rows: np.ndarray) -> None:
        """Certificates that end before their time."""
        for year in self.cohorts:
            self.cohorts[year] -= int(np.count_nonzero(self.firms.cert_year[rows] == year))

    def record_exits(self, insolvent, closed, cell) -> None:
        """Keep what the scorecard needs to know of exits; `cell` (rows,) is the class of age and size."""
        observe.exits(self, insolvent, closed, cell)

    def lockdown(self) -> float:
        """Log change of sales from the lockdown: down in its quarter, back in the next."""
        since = self.quarter - int(self.numbers["economy.lockdown_quarter"])
        change = {0: 1.0, 1: -1.0}.get(since, 0.0) * np.log1p(-self.numbers["economy.lockdown_loss"])
        self.lockdown_level += change
        return change

    # -- construction -----------------------------------------------------------------------------------------------
    def _open_city(self):
        """The end of 2020, the same in every package: firms and all who may come, carriers, people, ties."""
        numbers = self.numbers
        self.place = place.build(numbers)
        self.firms, self.cast = initial.build(numbers, self.place, self.streams, self.horizon)
        for firms in (self.cast, self.firms):
            self._base_rules(firms)
        research.accept_certificates(self)
        self.carriers = Premises(numbers, self.place, self.streams, self.firms, self.cast)
        carriers_start.start(self, *exit.usual_hazard(self))
        self.universities = Universities(numbers, self.place)
        self._references()
        talent_start.start(self)
        links.start(self)

    def _base_rules(self, firms):
        """Claims and user cost under the rules of 2020, the same in every package: they describe the past."""
        p = self.numbers
        self.base_tax = tax = rules.national(p)
        tax.hnte_rate = p["tax.hnte_rate_2020"]
        tax.manufacturing = tax.sme = tax.other = p["tax.deduction_2020"]
        d = taxes.deduction(self, tax, firms=firms)
        wanted = firms.sales_1 * (firms.intensity + firms.plan_extra)
        profit = np.maximum(firms.sales_1 * (firms.margin + firms.margin_luck) - wanted, 0)
        certified = firms.cert_year > 0
        rate = taxes.regime(tax, profit, firms.employment, certified)
        able = firms.tax_awareness < p["tax.claim_awareness"]
        claims = able & (rate * d * p["tax.claim_share"] * wanted > p["tax.claim_cost"])
        firms.claims[:] = claims & firms.alive
        firms.base_user_cost.flags.writeable = True
        firms.base_user_cost[:] = taxes.user_cost(rate, d * p["tax.claim_share"] * claims)
        firms.base_user_cost.flags.writeable = False
        reported = firms.rd_1 * p["tax.claim_share"] * firms.claims
        firms.deduct_1[:] = np.rint(reported * d)
        self.claimed_2020 = float(reported.sum())

    def _institutions(self):
        self.agencies = {}
        accounts = dict.fromkeys(("households", "outside", "centre", "province", "treasury", "banks"), 0.0)
        accounts["city"] = float(np.rint(self.numbers["place.city_opening_cash"]))
        for programme in self.programmes:
            kind = self.guarantor_class if programme.lends == "guarantee" else self.agency_class
            kind = self.joint_class if programme.lends == "joint" else kind
            kind = self.fund_class if programme.invests else kind
            kind = self.contract_class if programme.contracts else kind
            kind = self.zone_class if programme.zones else kind
            agency = self.make(kind, programme, self.firms.rows, isinstance(programme, Funded))
            self.agencies[programme.id] = agency
            # The capital of a public company that exists already is city money of earlier years.
            accounts[agency.account] = np.rint(agency.reserve()) if programme.start < 0 else 0.0
            accounts["city"] -= accounts[agency.account]
            for partner, capital in agency.partners():
                accounts[partner] = capital
                accounts["outside"] -= capital
        self.budget = BudgetOffice(4 * self.public_services)
        self.paying = [agency for agency in self.agencies.values() if agency.programme.group]
        self.banks = [self.make(self.bank_class, k, f"bank {k + 1}") for k in range(int(self.numbers["credit.bank_count"]))]
        # Products of the start, whose loans everybody inherits, and those of this package.
        books = {name: kind for name, kind in LOAN_PRODUCTS.items() if kind in OPENING_KINDS or name in self.agencies}
        self.books = Books(books, self.firms.rows)
        self.products = {product.agency: product for product in self.rules.products}
        self.contracts = dict(self.products)
        for product in self.rules.products:
            self.books.cover[self.books.names.index(product.agency)] = product.cover
        self._bank_flows = {"new": np.zeros(len(self.banks))}
        for k, name in enumerate(self.universities.names):
            self.universities.agents.append(self.make(self.university_class, k, name, self))
        self.fund_agencies = [agency for agency in self.agencies.values() if agency.programme.invests]
        self.funds = funds.plan(self, self.fund_agencies)
        groups = {"firms": self.firms.cash, "universities": self.universities.cash, "carriers": self.carriers.cash,
                  "funds": self.funds.cash}  # fmt: skip
        self.ledger = Ledger(groups, accounts)

    def make(self, kind, *terms):
        """Build an institution; the Mesa model overrides this to make agents of them."""
        return kind(*terms)

    def _open_books(self):
        """Banks own the loans of the start against deposits and capital."""
        n = self.firms.count
        loans = np.bincount(self.firms.bank[:n], self.books.debt(n), len(self.banks))
        for bank, lent in zip(self.banks, loans):
            bank.loans = float(lent)
            bank.equity = float(np.rint(self.numbers["credit.bank_capital_share"] * bank.loans))
        equity = sum(bank.equity for bank in self.banks)
        self.ledger.cash["banks"] = equity - float(self.books.total.sum())
        self.ledger.close()

    def _references(self):
        """Yardsticks fixed by the start: market indices, world frontier, local demand, usual pass rate and depth."""
        firms, p, n = self.firms, self.numbers, self.firms.count
        sectors = len(self.place.sectors)
        self.market_index, self.lockdown_level = 0.0, 0.0
        self.sector_index = np.zeros(sectors)
        self.local_demand_base = np.bincount(firms.sector[:n], firms.sales_local[:n], sectors)
        self.proximity = knowledge.proximity(self.place.distance, p["knowledge.half_distance"])
        self.pool = knowledge.near_pool(enclaves.present(self, firms.knowledge[:n]), firms.district[:n], firms.sector[:n], self.proximity)
        self.usual_depth = float(firms.knowledge[:n].sum() / (4 * firms.sales[:n].sum()))
        # The world outside learns at the pace the city had: elasticities times R&D growth, and its innovations.
        self.frontier = 0.0
        self.frontier_slope = p["knowledge.productivity_elasticity"] + p["knowledge.spillover_elasticity"]
        weight = firms.sales[:n] / firms.sales[:n].sum()
        depth = np.minimum(firms.knowledge[:n] / np.maximum(4 * firms.sales[:n], 1) / self.usual_depth, p["knowledge.depth_cap"])
        tail = p["knowledge.jump_tail"]
        step = p["knowledge.jump_size"] * tail / (tail - 1)
        self.frontier_pace = float((weight * depth).sum()) * p["knowledge.jump_rate"] / 4 * step
        self.frontier_pace += self.frontier_slope * p["rd.intensity_trend"] / 4
        self.learned = 0.0
        self.usual_pass_rate = 1 / (1 + np.exp(-p["hnte.pass_logodds"]))
        sizes = np.bincount(firms.cert_year[:n])
        self.cohorts = {year: int(sizes[year]) for year in range(1, len(sizes)) if sizes[year]}
        # Other public spending takes the tax of the base year, grown with the market: the same path in every package.
        local = 1 - p["tax.province_share"]
        vat = p["tax.vat_rate"] * float(firms.sales[:n].sum()) * (1 - p["tax.vat_centre"]) * local
        taxable = np.maximum(firms.profit_1[:n] - firms.deduct_1[:n], 0)
        rate = taxes.regime(self.base_tax, taxable, firms.employment[:n], firms.cert_year[:n] > 0)
        cit = float((rate * taxable).sum()) / 4 * (1 - p["tax.cit_centre"]) * local
        self.public_services = vat + cit
        # Growth is stated for a city whose firms find money as they did at the start.
        spare = np.maximum(firms.cash[:n] - p["credit.cash_floor"] * firms.sales_1[:n], 0)
        wanted = np.maximum(p["credit.investment_share"] * firms.sales[:n], 1.0)
        debt = np.maximum(firms.leverage[:n] * firms.sales_1[:n], 1.0)
        found = np.minimum(credit.capacity(self, np.arange(n), firms.sales_1[:n]) / debt, 1.0)
        self.usual_funded = float((weight * np.minimum(spare / wanted, 1.0) * found).sum())
        self.unmet = np.zeros(n)
        self.entries = self.exits = 0
        self.entered = np.empty(0, np.int64)
        self.exits_by_tier = np.zeros(len(TIERS))
        self.events: dict[str, np.ndarray] = {}


def simulate(numbers, scenario, seed: int, quarters: int, streams: Streams | None = None,
             openings: Openings | None = None) -> Record:  # fmt: skip
    """Run one world to its horizon and return what it reports. `streams` and `openings` of a seed may be shared by runs."""
    world = World(numbers, scenario, seed, quarters, streams, openings)
    for _ in range(quarters):
        world.step()
    return observe.finish(world)
