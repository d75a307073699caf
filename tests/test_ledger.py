"""Accounts: every identity holds exactly in every quarter, and each check fails when what it guards is broken on purpose.

INNOSIM_LONG=1 tries 200 random packages instead of 30.
"""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import scenario
from sim.errors import LedgerError
from sim.ledger import EXACT, FIRMS, KINDS, Ledger, split
from sim.metrics import Record
from sim.parameters import quarter_name, registry
from sim.programmes import CATALOGUE, Funded
from sim.world import World

LONG = os.environ.get("INNOSIM_LONG") == "1"

# A package in which every kind of posting happens within the first quarters: subsidised and guaranteed loans, awards
# that are paid soon, grants that are misused, and enough failures to cost the pools money.
EVERYTHING = {name: {} for name in worlds.PROGRAMMES} | {
    "loan.sukedai": {"interest_subsidy": 0.01, "stop_loss": 1, "extra_appropriation": 100_000_000},
    "award.library": {"extra_appropriation": 10_000_000},
    "policy30": {"extra_appropriation": 50_000_000, "min_rd": 0},
    "fund.of_funds": {"start": "2021Q1", "extra_appropriation": 50_000_000},
    "whitelist.risk_share": {"start": "2021Q1", "threshold": 1_000_000, "district": "all"},
    "loan.hnte_express": {"start": "2021Q1", "district": "all"},
    "loan.inclusive": {"start": "2021Q1"},
    "finance.bundle": {"start": "2021Q1", "district": "all", "share": 5, "window": 12, "quota": 1e9, "rate_spread": 0.1, "warrant": 1},
    "finance.five_in_one": {"quota": 1e9, "rate_spread": 0.03},
    "rnd.jiebang": {"extra_appropriation": 50_000_000},
    "institute.national": {"start": "2021Q1", "extra_appropriation": 50_000_000, "delay": 0},
    "institute.new_type": {"extra_appropriation": 50_000_000, "delay": 0},
    "attraction.modes": {"start": "2021Q1", "extra_appropriation": 20_000_000, "events": 0, "funds": 0, "platforms": 0},
    "gov.htz_reward": {"rivals": 0},
    "incubation.institute": {"start": "2021Q1"},
    "space.corridor": {"start": "2021Q1"},
    "carrier.reit": {"start": "2021Q1", "occupancy": 0, "quarters": 1},
    "enclave.manufacture": {"start": "2021Q1", "sites": 20, "extra_appropriation": 20_000_000},
    "attraction.staff": {"start": "2021Q1", "extra_appropriation": 5_000_000},
}
EAGER = {
    "delivery.pay_delay": 1, "delivery.hassle_cost": 100, "delivery.awareness": 1, "grant.misuse_share": 1,
    "exit.other_causes": 1, "exit.hazard_year4_7": 0.5, "exit.hazard_later": 0.5, "exit.relocation_rate": 0.2,
    "exit.trade_credit": 0, "exit.size_factor_medium": 2, "exit.size_factor_large": 2,
    "enclave.landing_rate": 0.3, "place.hub.shanghai.area": 4000, "carrier.move_out": 0.5, "carrier.handoff": 1,
    "equity.willing": 1, "equity.search": 0.9, "equity.pause": 2, "equity.min_intensity": 0.005,
    "equity.exit_after": 1, "equity.exit_rate": 0.3, "equity.hurdle": 0, "equity.ticket_seed": 500_000,
    "place.private_equity": 5e7, "equity.redemption": 1,
    "carrier.public_share": 1, "carrier.running_cost": 1,
    "credit.borrower_share": 1, "place.scitech_loans": 1e9, "place.guaranteed_loans": 1e9,
}  # fmt: skip
SOON = 12  # quarters within which everything has happened

BOUGHT, PAID, MOVED = ("_debit_rows", "_credit"), ("_debit", "_credit_rows"), ("_debit", "_credit")
ROWS = ("_debit_rows", "_credit_rows")
LEGS = {
    "equity": PAID, "sales_local": PAID, "sales_outside": PAID, "costs_local": BOUGHT, "costs_outside": BOUGHT,
    "rd": BOUGHT, "misuse": BOUGHT, "investment": BOUGHT, "dividend": (*BOUGHT, "_credit_rows"), "loan": PAID,
    "principal": (*BOUGHT, "_debit"), "interest": BOUGHT, "fee": BOUGHT, "premium": BOUGHT, "warrant": BOUGHT, "claim": MOVED, "subsidy": PAID, "bank_expense": MOVED,
    "tax": ("_debit", *BOUGHT), "tax_split": MOVED, "appropriation": MOVED, "returned": MOVED, "reallocation": MOVED, "award": PAID, "service": MOVED,
    "administration": MOVED, "application": BOUGHT, "compensation": MOVED, "collateral": MOVED, "closing": BOUGHT,
    "trade_loss": PAID, "moved": BOUGHT, "public_services": MOVED, "talent_grant": MOVED,
    "rent": ("_debit_rows", "_credit_rows"), "rent_spared": PAID, "rent_support": PAID, "carrier_award": PAID,
    "carrier_fee": PAID, "vacancy": PAID, "upkeep": BOUGHT, "lease": BOUGHT, "mentoring": BOUGHT, "owner_support": PAID,
    "landing_reward": PAID, "commission": MOVED, "bonus": MOVED,
    "surplus": BOUGHT, "package": PAID, "licence": BOUGHT, "clawback": MOVED,
    "call": (*PAID, "_debit_rows"), "deal": ROWS, "deal_elsewhere": BOUGHT, "fund_fee": BOUGHT, "exit": PAID, "buyback": ROWS,
    "liquidation": ROWS, "distribution": (*BOUGHT, "_credit_rows"), "carry": BOUGHT,
    "contract": ROWS, "contract_outside": PAID, "dues": ROWS, "project": ROWS, "research_budget": PAID, "research": BOUGHT,
    "building_sale": MOVED, "construction": MOVED,
}  # fmt: skip


def everything(**options) -> World:
    return worlds.build(EVERYTHING, overrides=EAGER, **options)


@cache
def usual() -> Record:
    """Ten years of the status quo; tests only read it."""
    return worlds.run().record


# -- in order --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("seed", "draw"), [(1, False), (2, True)], ids=["as_written", "drawn"])
@pytest.mark.parametrize("policy", scenario.names())
def test_the_accounts_of_every_shipped_package_add_up_in_every_quarter(policy, seed, draw):
    world = worlds.run(policy, seed=seed, draw=draw)
    assert not world.record.series["ledger_error"].any()


def test_the_accounts_of_the_whole_city_add_up_in_every_quarter():
    package = scenario.load("status_quo", CATALOGUE, registry())
    world = World(registry().resolve(package.overrides), package, 1, 24)
    for _ in range(24):
        world.step()
    assert not world.record.series["ledger_error"].any()


def test_books_kept_by_somebody_else_show_the_same_cash(monkeypatch):
    posted = []

    class Witness(Ledger):
        def from_rows(self, kind, group, amount, payee, rows=None):
            posted.append((group, _all(rows, amount), payee, None, np.array(amount)))
            return super().from_rows(kind, group, amount, payee, rows)

        def to_rows(self, kind, group, amount, payer, rows=None):
            posted.append((payer, None, group, _all(rows, amount), np.array(amount)))
            return super().to_rows(kind, group, amount, payer, rows)

        def between(self, kind, payer, payers, payee, payees, amount):
            posted.append((payer, payers.copy(), payee, payees.copy(), np.array(amount)))
            return super().between(kind, payer, payers, payee, payees, amount)

        def transfer(self, kind, amount, payer, payee):
            posted.append((payer, None, payee, None, float(amount)))
            return super().transfer(kind, amount, payer, payee)

    monkeypatch.setattr("sim.world.Ledger", Witness)
    world = everything()
    groups = {name: cash.copy() for name, cash in world.ledger.groups.items()}
    cash = defaultdict(float, world.ledger.cash)
    for _ in range(SOON):
        world.step()
    for payer, payers, payee, payees, amount in posted:
        for party, rows, sign in ((payer, payers, -1), (payee, payees, 1)):
            if party in groups:
                np.add.at(groups[party], rows, sign * amount)
            else:
                cash[party] += sign * float(np.sum(amount))
    assert all((groups[name] == cash).all() for name, cash in world.ledger.groups.items())
    assert dict(cash) == world.ledger.cash


def _all(rows, amount):
    return np.arange(len(amount)) if rows is None else rows.copy()


def test_rows_of_two_groups_pay_each_other_pair_by_pair():
    ledger = Ledger({"firms": np.array([100.0, 50.0]), "carriers": np.zeros(3)}, {"city": 0.0})
    paid = ledger.between(
        "service", "firms", np.array([0, 0, 1]), "carriers", np.array([2, 0, 2]), np.array([5.0, 3.0, 7.0])
    )
    assert paid == 15 and not ledger.imbalances()
    assert ledger.groups["firms"].tolist() == [92, 43] and ledger.groups["carriers"].tolist() == [3, 0, 12]
    ledger.groups["carriers"][1] += 1
    assert set(ledger.imbalances()) == {"account carriers", "world sum"}


def strict(monkeypatch, holds):
    """A run whose postings of rows must all satisfy `holds(amount, rows)`."""
    seen = []

    class Strict(Ledger):
        def from_rows(self, kind, group, amount, payee, rows=None):
            seen.append(kind)
            assert holds(amount, rows), kind
            return super().from_rows(kind, group, amount, payee, rows)

        def to_rows(self, kind, group, amount, payer, rows=None):
            seen.append(kind)
            assert holds(amount, rows), kind
            return super().to_rows(kind, group, amount, payer, rows)

    monkeypatch.setattr("sim.world.Ledger", Strict)
    world = everything()
    for _ in range(SOON):
        world.step()
    assert len(set(seen)) > 10


def test_no_row_is_posted_twice_in_one_posting(monkeypatch):
    # `cash[rows] += amount` pays a row that is listed twice only once.
    strict(monkeypatch, lambda amount, rows: rows is None or len(np.unique(rows)) == len(rows))


def test_no_amount_in_a_posting_is_negative(monkeypatch):
    strict(monkeypatch, lambda amount, rows: (np.asarray(amount) >= 0).all())


def test_all_money_is_in_whole_yuan():
    world = worlds.run(EVERYTHING, overrides=EAGER, steps=SOON)
    held = [world.firms.cash, world.books.balance, world.books.installment, list(world.ledger.cash.values())]
    held += [[bank.loans, bank.equity] for bank in world.banks]
    held += [[*agency.payable, *agency.queue, agency.paid, agency.entitled] for agency in world.agencies.values()]
    assert all((np.asarray(values) == np.rint(values)).all() for values in held)


def test_the_world_sum_is_what_it_was_at_the_start():
    world = worlds.build()
    start = _everybody(world.ledger)
    for _ in range(SOON):
        world.step()
    assert _everybody(world.ledger) == start


def _everybody(ledger) -> float:
    return sum(cash.sum() for cash in ledger.groups.values()) + sum(ledger.cash.values())


def test_over_a_whole_run_a_programme_owes_what_it_granted_less_what_it_paid_and_let_lapse():
    grouped = usual().grouped
    entitled, paid, lapsed, payable = (
        grouped[f"programme_{name}"][2] for name in ("entitled", "paid", "lapsed", "payable")
    )
    assert (entitled.sum(axis=0) == paid.sum(axis=0) + lapsed.sum(axis=0) + payable[-1]).all()


def test_the_head_count_follows_from_entries_and_exits():
    record = usual()
    before = np.concatenate([[record.initial["firms"]], record.series["firms"][:-1]])
    assert (record.series["firms"] == before + record.series["entries"] - record.series["exits"]).all()


def test_tiers_districts_and_firms_are_the_same_heads():
    record = usual()
    tiers = sum(record.series[name] for name in record.series if name.startswith("tier_"))
    assert (tiers == record.series["firms"]).all()
    assert (record.grouped["firms_by_district"][2].sum(axis=1) == record.series["firms"]).all()


def test_moves_between_tiers_explain_every_change_of_a_tier():
    record = usual()
    _, labels, moves = record.grouped["ladder_moves"]
    for tier in ("none", "pan_tech", "scitech_sme", "cultivation", "hnte", "key"):
        into = sum(moves[:, k] for k, label in enumerate(labels) if label.endswith(f">{tier}"))
        out = sum(moves[:, k] for k, label in enumerate(labels) if label.startswith(f"{tier}>"))
        stock = np.concatenate([[record.initial[f"tier_{tier}"]], record.series[f"tier_{tier}"]])
        assert (np.diff(stock) == into - out).all(), tier


# -- splitting -------------------------------------------------------------------------------------------------------
@given(st.integers(0, 2**50), st.floats(0, 1), st.floats(0, 1))
@settings(database=None, deadline=None)
def test_a_split_loses_no_yuan(total, centre, province):
    shares = [centre, (1 - centre) * province, (1 - centre) * (1 - province)]
    parts = split(float(total), shares)
    assert sum(parts) == total
    assert all(part >= 0 and part == int(part) for part in parts)
    assert all(abs(part - share * total) <= 1 for part, share in zip(parts, shares))


def test_a_split_gives_the_missing_yuan_to_the_largest_remainder():
    assert split(10, [0.26, 0.26, 0.48]) == [3, 2, 5]


# -- broken on purpose: one leg of one kind --------------------------------------------------------------------------
def test_every_kind_of_posting_happens_with_exactly_the_legs_that_are_broken_below(monkeypatch):
    seen = defaultdict(set)

    class Witness(Ledger):
        pass

    def watched(leg):
        def post(self, kind, *terms):
            seen[kind].add(leg)
            return getattr(Ledger, leg)(self, kind, *terms)

        return post

    for leg in ("_debit", "_credit", "_debit_rows", "_credit_rows"):
        setattr(Witness, leg, watched(leg))
    monkeypatch.setattr("sim.world.Ledger", Witness)
    world = everything()
    for _ in range(SOON):
        world.step()
    assert seen == {kind: set(LEGS[kind]) for kind in KINDS}


@pytest.mark.parametrize(("kind", "leg"), [(kind, leg) for kind in KINDS for leg in LEGS.get(kind, ())])
def test_a_posting_that_loses_a_leg_is_found(monkeypatch, kind, leg):
    class Broken(Ledger):
        pass

    def drop(self, its, *terms):
        if its != kind:
            getattr(Ledger, leg)(self, its, *terms)

    setattr(Broken, leg, drop)
    monkeypatch.setattr("sim.world.Ledger", Broken)
    world = everything()
    groups = "firms|carriers|funds|universities|institutes"
    with pytest.raises(LedgerError, match=f"account ({groups})" if leg.endswith("rows") else f"account (?!{groups})"):
        for _ in range(SOON):
            world.step()


# -- broken on purpose: one identity ---------------------------------------------------------------------------------
WHEN = 7


def damaged(damage) -> list[str]:
    """The identities that a world reports when `damage` is done to it at the end of quarter WHEN."""

    class Damaged(World):
        def _close_quarter(self):
            if self.quarter == WHEN:
                damage(self)
            super()._close_quarter()

    world = worlds.build(EVERYTHING, overrides={"delivery.awareness": 1}, kind=Damaged)
    for _ in range(WHEN):
        world.step()
    with pytest.raises(LedgerError) as raised:
        world.step()
    head, _, tail = str(raised.value).partition(f"quarter {WHEN}: ")
    assert head and tail
    return [part.rpartition(": ")[0] for part in tail.split(", ")]


def living(world) -> int:
    return int(np.flatnonzero(world.firms.alive)[0])


def dead(world) -> int:
    return int(np.flatnonzero(~world.firms.alive)[0])


def pay_without_a_claim(world):
    agency = world.agencies["award.hnte"]
    agency.paid += world.ledger.to_firms("award", np.ones(1), agency.account, np.array([living(world)]))


def owe_without_a_claim(world):
    world.agencies["award.hnte"].payable[living(world)] += 1


def change_a_loan_without_a_flow(world):
    world.books.balance[0, living(world)] += 1


def let_a_bank_forget_a_loan(world):
    world.banks[0].loans -= 1


def give_a_bank_equity(world):
    world.banks[0].equity += 1


def count_a_certificate_too_many(world):
    world.cohorts[2021] += 1


def lose_a_certificate_unseen(world):
    world.firms.cert_year[np.flatnonzero(world.firms.cert_year)[0]] = 0


def count_an_exit_too_many(world):
    world.exits += 1


def bring_a_firm_back(world):
    world.firms.alive[dead(world)] = True


def hand_cash_to_a_dead_row(world):
    world.firms.cash[living(world)] -= 1
    world.firms.cash[dead(world)] += 1


def certify_a_dead_row(world):
    world.firms.cert_year[dead(world)] = 2021
    world.cohorts[2021] += 1


def move_a_loan_to_a_dead_row(world):
    owed = world.books.balance[0]
    row = np.flatnonzero(owed)[0]
    owed[dead(world)], owed[row] = owed[row], 0


def owe_a_dead_row(world):
    agency = next(agency for agency in world.agencies.values() if agency.payable.any() and agency.payable_opening)
    row = np.flatnonzero(agency.payable)[0]
    agency.payable[dead(world)], agency.payable[row] = agency.payable[row], 0


def overdraw_a_purse(world):
    agency = world.agencies["gov.points_platform"]
    spent = world.ledger.transfer("service", world.ledger.cash[agency.account] + 1, agency.account, "households")
    agency.entitled += spent
    agency.paid += spent


def keep_tax_in_the_treasury(world):
    world.ledger.transfer("tax", 1, "households", "treasury")


def halve_a_yuan(world):
    one, other = np.flatnonzero(world.firms.alive)[:2]
    world.firms.cash[one] -= 0.5
    world.firms.cash[other] += 0.5


def halve_a_yuan_of_an_account(world):
    world.ledger.cash["city"] -= 0.5
    world.ledger.cash["outside"] += 0.5
    world.ledger.opening["city"] -= 0.5
    world.ledger.opening["outside"] += 0.5


def print_money(world):
    world.ledger.cash["city"] += 1


DAMAGES = {
    pay_without_a_claim: ["programme award.hnte"],
    owe_without_a_claim: ["programme award.hnte"],
    change_a_loan_without_a_flow: ["loan book bank"],
    let_a_bank_forget_a_loan: ["bank loans"],
    give_a_bank_equity: ["bank equity"],
    count_a_certificate_too_many: ["certificates by cohort"],
    lose_a_certificate_unseen: ["certificates by cohort"],
    count_an_exit_too_many: ["head count of firms"],
    bring_a_firm_back: ["head count of firms"],
    hand_cash_to_a_dead_row: ["dead rows hold"],
    certify_a_dead_row: ["dead rows hold"],
    move_a_loan_to_a_dead_row: ["dead rows hold"],
    owe_a_dead_row: ["dead rows hold"],
    overdraw_a_purse: ["purse gov.points_platform"],
    keep_tax_in_the_treasury: ["treasury"],
    halve_a_yuan: ["whole yuan"],
    halve_a_yuan_of_an_account: ["whole yuan"],
    print_money: ["account city", "world sum"],
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_the_identity_that_is_broken_is_the_one_that_is_named(damage):
    assert damaged(damage) == DAMAGES[damage]


def test_money_beyond_what_floats_hold_exactly_is_found():
    assert "exact range" in damaged(lambda world: world.ledger.transfer("moved", EXACT, "outside", "households"))


def test_the_error_names_the_package_the_seed_and_the_quarter():
    with pytest.raises(LedgerError, match=r"^status_quo, seed 5, quarter 0: account city: 1 RMB, world sum: 1 RMB$"):
        world = worlds.build(seed=5)
        world.ledger.cash["city"] += 1
        world.step()


# -- refused at once -------------------------------------------------------------------------------------------------
def small_ledger() -> Ledger:
    return Ledger({"firms": np.array([100.0, 50.0])}, {"city": 1000.0, "outside": 0.0})


def test_a_posting_of_an_unknown_kind_is_refused():
    with pytest.raises(LedgerError, match="unknown kind of posting 'gift'"):
        small_ledger().transfer("gift", 5, "city", "outside")


@pytest.mark.parametrize("amount", [0.5, -5, float("inf")])
def test_an_amount_that_is_no_positive_whole_number_is_refused(amount):
    with pytest.raises(LedgerError, match="not a positive whole number"):
        small_ledger().transfer("award", amount, "city", "outside")


def test_a_posting_of_nothing_leaves_no_trace():
    ledger = small_ledger()
    assert ledger.transfer("award", 0, "city", "outside") == 0 and ledger.to_firms("award", np.zeros(2), "city") == 0
    assert not ledger.flow and not ledger.imbalances()


def test_totals_are_read_by_kind_payer_and_payee():
    ledger = small_ledger()
    ledger.to_firms("award", np.array([3.0, 4.0]), "city")
    ledger.transfer("service", 5, "city", "outside")
    assert (ledger.total("award"), ledger.total("service", "city"), ledger.total("service", None, FIRMS)) == (7, 5, 0)


# -- any package -----------------------------------------------------------------------------------------------------
def term(number):
    """Legal values of one term, its ends and its prior included."""
    if number.type == "boolean":
        return st.booleans()
    if number.type == "choice":
        return st.sampled_from(number.choices)
    ends = st.sampled_from([number.low, number.high])
    values = [ends, st.floats(number.low, number.high, allow_nan=False)]
    if number.prior is not None and number.type == "number":
        values.append(st.floats(number.prior.low, number.prior.high))
    return st.one_of(values)


@st.composite
def packages(draw):
    """Some programmes of the catalogue, each with some terms of its own and perhaps with dates within the run."""
    chosen = {}
    for name in draw(st.lists(st.sampled_from(worlds.PROGRAMMES), unique=True)):
        known = {key: number for key, number in registry().terms(name).items() if number.type != "quarter"}
        keys = draw(st.lists(st.sampled_from(sorted(known)), unique=True, max_size=5))
        chosen[name] = {key: draw(term(known[key])) for key in keys}
        if draw(st.booleans()):
            start = draw(st.integers(-4, 8))
            stop = draw(st.integers(start + 1, 13))
            chosen[name] |= {"start": quarter_name(start), "stop": quarter_name(stop)}
    return chosen


@given(packages(), st.integers(0, 2**31 - 1))
@settings(max_examples=200 if LONG else 30, derandomize=not LONG, database=None, deadline=None)
def test_the_accounts_of_any_legal_package_add_up(policy, seed):
    world = worlds.run(policy, seed=seed, quarters=12)
    assert not world.record.series["ledger_error"].any()
    funded = [p.id for p in world.programmes if isinstance(p, Funded)]
    assert all(world.ledger.cash[f"purse:{name}"] >= 0 for name in funded)
