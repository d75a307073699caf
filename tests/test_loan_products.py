"""Loans on a list, on a certificate and with several behind them: known answers first, then what firms and banks make of
them, and the switches that take the uncomfortable effects away."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds
from small import city

from sim.institutions.joint_office import renewed_premium
from sim.population.premises import INCUBATOR
from sim.processes import lending, visits
from sim.programmes import CATALOGUE, build
from sim.rules import LoanProduct, LossShares, of_quarter

LISTED, LABEL, JOINT = "whitelist.risk_share", "loan.hnte_express", "finance.five_in_one"
NOW = {"start": "2021Q1"}
WIDE = NOW | {"district": "all"}
BANKED = ("tax.incentives", "ladder.small_to_hnte", "award.hnte", "guarantee.citycompany")


def product(name: str, *others: str, **terms) -> LoanProduct | None:
    """The product of a programme in a quarter, beside other programmes."""
    p = worlds.numbers({other: {} for other in others} | {name: NOW | terms})
    names = [other for other in CATALOGUE if other in {name, *others}]
    found = {one.agency: one for one in of_quarter(p, build(p, names), 8).products}
    return found.get(name)


def step_with(programmes: dict, quarters=8, watch=None, size=0.2, seed=1, **changes):
    """A city after so many quarters; `watch(world)` after each."""
    terms = {f"{name}.{term}": value for name, given in programmes.items() for term, value in given.items()}
    world = city((*BANKED, *programmes), terms | changes, size=size, seed=seed, quarters=quarters)
    for _ in range(quarters):
        world.step()
        if watch:
            watch(world)
    return world


# -- the white list: known answers -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("need", "alone", "rate", "stretches"),
    [(8e6, 8e6, 0.06, True),  # saves 1.5 points on 8m = 120,000 for 4.5 % on 2m = 90,000
     (8e6, 8e6, 0.055, False),  # saves 80,000
     (8e6, 0.0, 0.055, True),  # refused otherwise: 3 points on 8m
     (3e6, 0.0, 0.055, False),  # 90,000 for 315,000
     (9.9e6, 9.9e6, 0.046, True),  # 9,900 for 4,500
     (9.9e6, 9.9e6, 0.0451, False)],  # 990 for 4,500
)  # fmt: skip
def test_a_firm_asks_for_more_when_the_covered_loan_saves_more_than_its_idle_part_costs(need, alone, rate, stretches):
    found = lending.worth_stretching(np.array([need]), np.array([alone]), np.array([rate]), 1e7, 0.045, 0.075)
    assert found.tolist() == [stretches]


@pytest.mark.parametrize("rule", ["tier", "score", "lot"])
def test_a_list_takes_the_first_of_its_district_by_its_rule(rule):
    world = city(size=0.1)
    one = LoanProduct("x", 0.5, 0.1, 1e9, 1e9, 1, district="rugao", list_size=20, list_rule=rule, minimum_loan=1.0)
    firms, rows = world.firms, lending._chosen(world, one)
    rugao = world.place.districts.index("rugao")
    fits = firms.alive & (firms.tier >= 1) & (firms.district == rugao)
    out = np.setdiff1d(np.flatnonzero(fits[: firms.count]), rows)
    assert len(rows) == len(set(rows)) == 20 and fits[rows].all()
    if rule == "tier":
        assert firms.tier[rows].min() >= firms.tier[out].max()
        cut = firms.tier[rows].min()
        assert firms.merit[rows][firms.tier[rows] == cut].min() > firms.merit[out][firms.tier[out] == cut].max()
    else:
        assert (firms.merit[rows].min() > firms.merit[out].max()) if rule == "score" else (
            firms.lot[rows].max() < firms.lot[out].min())  # fmt: skip


def test_a_list_is_kept_for_a_year():
    lists = []
    step_with({LISTED: WIDE}, 8, lambda world: lists.append(world.lists[LISTED].tolist()))
    assert lists[0] == lists[1] == lists[3] != lists[4] == lists[7]


# -- the white list: what comes of it --------------------------------------------------------------------------------
@cache
def listed(threshold: float, bunching: bool = True, seed: int = 1, size: int = 400):
    """New loans on the list: amount and annual sales of each; and how many asked for more than they needed."""
    amounts, sales, stretched = [], [], 0.0
    world = city((*BANKED, LISTED), {f"{LISTED}.start": "2021Q1", f"{LISTED}.district": "all", f"{LISTED}.size": size,
                                     f"{LISTED}.threshold": threshold, f"{LISTED}.bunching": bunching},
                 size=0.5, seed=seed, quarters=8)  # fmt: skip
    lend, book = world.books.lend, world.books.names.index(LISTED)

    def noted(its, rows, amount, rate, term):
        if its == book:
            assert np.isin(world.firms.identity[rows], world.lists[LISTED]).all()
            amounts.extend(amount)
            sales.extend(4 * world.firms.sales[rows])
        lend(its, rows, amount, rate, term)

    world.books.lend = noted
    for _ in range(8):
        world.step()
        stretched += world.flows.get("loans_stretched", 0.0)
    return np.array(amounts), np.array(sales), stretched


def test_only_firms_on_the_list_borrow_and_no_loan_is_smaller_than_the_threshold():
    amounts, _, _ = listed(1e7)
    assert len(amounts) > 10 and amounts.min() >= 1e7


def test_a_lower_threshold_covers_more_loans_of_smaller_firms():
    (high, large, _), (low, small, _) = listed(1e7), listed(1e6)
    assert len(low) > 2 * len(high) and low.sum() > high.sum()
    assert np.median(small) < 0.5 * np.median(large)


def test_loans_bunch_at_the_threshold_unless_firms_may_not_ask_for_more():
    amounts, _, stretched = listed(1e7)
    plain, _, none = listed(1e7, False)
    assert stretched > 0 and (amounts == 1e7).sum() > 0
    assert none == 0 and (plain == 1e7).sum() == 0


# -- a certificate as collateral -------------------------------------------------------------------------------------
def test_only_certified_firms_of_the_district_borrow_on_a_certificate_and_no_more_than_it_stands_for():
    def watch(world):
        firms, n, book = world.firms, world.firms.count, world.books.names.index(LABEL)
        lent = np.flatnonzero(world.books.balance[book, :n])
        assert (firms.district[lent] == world.place.districts.index("rugao")).all()
        assert world.books.balance[book, lent].max(initial=0) <= 1e7

    world = step_with({LABEL: NOW}, 8, watch, size=0.5)
    assert world.books.total[world.books.names.index(LABEL)] > 0


def test_the_heavier_the_label_the_more_is_lent_on_it_and_a_label_of_no_weight_opens_no_loan():
    lent = [
        step_with({LABEL: WIDE | {"label_weight": weight}}, size=0.2).books.total[-3:].tolist()
        for weight in (0.02, 0.3)
    ]
    books = step_with({LABEL: WIDE}, 1).books.names
    at = books.index(LABEL) - len(books)
    assert 0 < lent[0][at] < lent[1][at]
    assert product(LABEL, label_weight=0) is None


def test_the_bank_reckons_with_the_label_as_with_collateral_but_cannot_sell_it():
    world = city((*BANKED, LABEL), {f"{LABEL}.start": "2021Q1", f"{LABEL}.district": "all"}, size=0.1)
    p, one = world.numbers, product(LABEL, district="all", label_weight=0.3)
    rows = np.flatnonzero(world.firms.alive)[:50]
    size = 4 * world.firms.sales[rows]
    firm = lending.Applicants(rows, size, 0.2 * size, 0.3 * size, 0 * size, 0 * size, size, 0 * size)
    wants, loss = lending._labelled(world, world.books.names.index(LABEL), one, firm)
    assert (wants <= np.ceil(0.3 * size)).all() and (loss < p["credit.loss_unsecured"]).all()
    # What comes back of such a loan is what comes back of any without collateral: see `exit._settle`.
    assert world.books.names.index(LABEL) > 0


def test_a_loan_on_it_makes_a_certificate_worth_more_to_those_who_can_have_it():
    worth = []
    for programmes in ((*BANKED,), (*BANKED, LABEL)):
        world = city(programmes, {f"{LABEL}.start": "2021Q1"}, size=0.1)
        world.step()
        rows = np.flatnonzero(world.firms.alive)
        worth.append(lending.certificate_credit(world, rows, 4 * world.firms.sales[rows]))
    firms, p = world.firms, world.numbers
    inside = (firms.district[rows] == world.place.districts.index("rugao")) & (firms.leverage[rows] > 0)
    inside &= firms.awareness[rows] < world.rules.delivery.awareness
    assert not worth[0].any() and (worth[1][inside] > 0).all() and not worth[1][~inside].any()
    spread = p["credit.rate_cap"] - p.at("credit.prime_rate", 0) - p[f"{LABEL}.rate_spread"]
    assert worth[1].max() <= spread * 1e7 * (1 + 1e-9)


# -- several behind a loan -------------------------------------------------------------------------------------------
def joint(**terms):
    """A world with the joint product and the guarantee company, and its office."""
    world = city((*BANKED, JOINT), {f"{JOINT}.{term}": value for term, value in terms.items()}, size=0.2)
    world.step()
    return world, world.agencies[JOINT]


def paid_by(world, amount: float) -> dict[str, float]:
    """Who paid what of a covered loss."""
    before = dict(world.ledger.cash)
    found = world.agencies[JOINT].compensate(world, np.array([amount]), 1e12)
    names = {"pool": f"purse:{JOINT}", "guarantor": "purse:guarantee.citycompany", "insurer": f"insurer:{JOINT}"}
    return {name: before[account] - world.ledger.cash[account] for name, account in names.items()} | {
        "all": found.sum()
    }


def test_each_party_bears_its_share_of_a_loss():
    world, _ = joint(government_share=0.3, guarantor_share=0.2, insurer_share=0.3)
    assert paid_by(world, 80_000.0) == {"pool": 30_000, "guarantor": 20_000, "insurer": 30_000, "all": 80_000}


@pytest.mark.parametrize(
    ("party", "term"), [("pool", "government_share"), ("guarantor", "guarantor_share"), ("insurer", "insurer_share")]
)
def test_a_party_that_is_out_pays_nothing_and_the_bank_bears_its_share(party, term):
    world, _ = joint(**{term: 0})
    usual, _ = joint()
    assert paid_by(world, 50_000.0)[party] == 0
    gap = usual.products[JOINT].cover - world.products[JOINT].cover
    assert gap == pytest.approx(usual.numbers[f"{JOINT}.{term}"])


def test_where_there_is_no_guarantee_company_its_share_is_the_banks():
    assert product(JOINT).shares == LossShares(0.3, 0.0, 0.3)
    assert product(JOINT, "guarantee.citycompany").shares == LossShares(0.3, 0.2, 0.3, "guarantee.citycompany")


def test_an_insurer_without_money_pays_nothing_and_banks_remember():
    world, office = joint(capital=0)
    assert paid_by(world, 80_000.0)["insurer"] == 0
    assert office.cover_kept < 1


def test_the_premium_moves_toward_the_burning_cost_and_not_below_its_floor():
    assert renewed_premium(0.02, 8e6, 1e8, 1.25, 0.5, 0.02) == pytest.approx(0.06)  # half way to 10 %
    assert renewed_premium(0.06, 0, 1e8, 1.25, 0.5, 0.02) == pytest.approx(0.03)
    assert renewed_premium(0.03, 0, 0, 1.25, 0.5, 0.02) == 0.02
    assert renewed_premium(0.03, 8e6, 1e8, 1.25, 0.0, 0.02) == 0.03


@pytest.mark.parametrize(("experience", "ends"), [(1.0, True), (0.0, False)])
def test_after_heavy_losses_the_insurer_ends_its_cover_unless_its_premium_is_fixed(experience, ends):
    world, office = joint(experience=experience, capital=1e9)
    world.season = 3
    office.insured_year, office.claims_year = 1e8, 2e7
    office.close_year(world)
    one, book = world.products[JOINT], world.books.names.index(JOINT)
    assert office.insures is not ends
    assert office.cover(one) == world.books.cover[book] == pytest.approx(one.cover - 0.3 * ends)
    charged = {kind for kind, _, _ in office.charges(one)}
    assert charged == ({"fee"} if ends else {"fee", "premium"})
    # A year without losses brings it back.
    office.close_year(world)
    assert office.insures


def test_what_owners_know_makes_the_bank_err_less_about_the_firms_they_hold():
    world, _ = joint()
    rows = np.flatnonzero(world.firms.alive)[:40]
    world.firms.backed[rows[::2]] = True
    size = np.ones(len(rows))
    firm = lending.Applicants(rows, *(size,) * 7)
    one = product(JOINT, "guarantee.citycompany", information=0.4)
    noise = lending.terms(world, world.books.names.index(JOINT), one, firm, size > 0, size, size, size, 0.65)[3]
    assert noise[::2].tolist() == [0.6] * 20 and noise[1::2].tolist() == [1.0] * 20


def test_a_larger_quota_puts_more_at_the_risk_of_others_and_they_are_paid_for_it():
    small, large = (step_with({JOINT: {"quota": quota, "rate_spread": 0.03}}) for quota in (1e7, 1e9))
    at = small.books.names.index(JOINT)
    assert 0 < small.books.total[at] < large.books.total[at]
    capital = large.numbers[f"{JOINT}.capital"]
    assert large.ledger.cash[f"insurer:{JOINT}"] != np.rint(capital)


# -- visits ----------------------------------------------------------------------------------------------------------
VISITS = "finance.visits"


def called_on(quarters: int, **terms):
    """A city with visits, and the identities that are known as called on after each quarter."""
    seen = []

    def watch(world):
        rows = np.arange(world.firms.count)
        seen.append(set(world.firms.identity[rows[visits._known(world, rows) & world.firms.alive[rows]]].tolist()))

    given = NOW | {"incubators": 0, "firms": 100} | terms
    return step_with({VISITS: given}, quarters, watch), seen


def test_as_many_firms_are_called_on_as_the_terms_say_others_every_quarter():
    world, seen = called_on(4)
    # Those called on this quarter are still known in the next three; a few have died or moved.
    assert [len(known) for known in seen] == pytest.approx([25, 50, 75, 100], abs=5)
    assert world.agencies[VISITS].paid > 0


def test_small_firms_are_called_on_first():
    world = city(
        (*BANKED, VISITS), {f"{VISITS}.start": "2021Q1", f"{VISITS}.firms": 200, f"{VISITS}.incubators": 0}, size=0.2
    )
    world.step()
    firms, rows = world.firms, np.flatnonzero(world.firms.alive)
    known = visits._known(world, rows)
    assert 4 * firms.sales[rows[known]].max() < world.numbers["exit.size_medium"] * 2
    assert (firms.tier[rows[known]] > 0).all()


def test_a_visited_firm_knows_and_is_seen_better_for_better_or_worse():
    world, _ = called_on(2, information=0.5)
    rows = np.flatnonzero(world.firms.alive)
    p, firms = world.numbers, world.firms
    usual = np.zeros(len(rows))
    knows, noise = visits.seen(world, rows, usual > 0, usual)
    known = visits._known(world, rows)
    assert (knows == known).all() and not noise[~known].any()
    # The lasting error is halved: who was underrated gains, who was overrated loses.
    half = -0.5 * p["credit.signal_noise"] * p["credit.noise_persistence"] * firms.opacity[rows[known]]
    assert noise[known] == pytest.approx(half) and (noise > 0).any() and (noise < 0).any()


def test_only_tenants_of_incubators_pitch_twice():
    world, _ = called_on(4, incubators=4, appropriation=1e7)
    rows = np.flatnonzero(world.firms.alive)
    pitches = visits.pitches(world, rows, 2)
    home = world.firms.carrier[rows]
    tenants = (home >= 0) & (world.carriers.kind[home] == INCUBATOR) & visits._known(world, rows)
    assert tenants.any() and (pitches == np.where(tenants, 4, 2)).all()
    assert visits.pitches(called_on(2)[0], rows[:3], 2) == 2


def test_visitors_read_no_files():
    terms = {"delivery.review_capacity": 50}
    read = [step_with({VISITS: NOW | {"files": files}, "policy30": {}, "award.library": {}}, 6, **terms).files_read
            for files in (0, 100)]  # fmt: skip
    assert read[0] > 0 and read[1] == 0


# -- small loans, and loans that follow equity -----------------------------------------------------------------------
SMALL, BUNDLE = "loan.inclusive", "finance.bundle"


def lent(programmes: dict, book: str, **options) -> list[tuple[float, int]]:
    """Every loan of a book with the slot that got it, over two years."""
    found = []
    terms = {f"{name}.{term}": value for name, given in programmes.items() for term, value in given.items()}
    world = city((*BANKED, *programmes), terms, size=0.3, quarters=8)
    lend, at = world.books.lend, world.books.names.index(book)

    def noted(its, rows, amount, rate, term):
        if its == at:
            found.extend(zip(amount, rows))
            for test in options.values():
                test(world, rows, amount)
        lend(its, rows, amount, rate, term)

    world.books.lend = noted
    for _ in range(8):
        world.step()
    return found


def test_inclusive_loans_go_below_the_usual_ticket_to_firms_of_the_ladder_only():
    def on_the_ladder(world, rows, amount):
        assert (world.firms.tier[rows] >= 1).all() and amount.min() >= 250_000

    found = lent({SMALL: NOW}, SMALL, test=on_the_ladder)
    ordinary = lent({SMALL: NOW}, "bank")
    assert min(amount for amount, _ in found) < 500_000 <= min(amount for amount, _ in ordinary)


def test_a_loan_that_follows_equity_needs_a_recent_round_in_its_district_and_stays_below_its_share():
    def after_a_round(world, rows, amount):
        firms = world.firms
        assert (world.quarter - firms.last_round[rows] <= 4).all()
        assert (firms.district[rows] == world.place.districts.index("tongzhou")).all()
        assert (amount <= 0.9 * firms.equity_left[rows]).all()

    terms = NOW | {"share": 0.9, "rate_spread": 0.05, "quota": 1e9}
    assert lent({BUNDLE: terms, "fund.suketou": {"appropriation": 1e9}}, BUNDLE, test=after_a_round)
    assert product(BUNDLE, share=0) is None


def test_what_is_borrowed_on_a_round_is_spent_like_the_round():
    world = city(BANKED, size=0.1)
    slots, amount = np.array([3, 5]), np.array([1e6, 2e6])
    part, runway = world.numbers["equity.rd_share"], world.numbers["equity.runway"]
    world.firms.equity_left[slots] = 5e5
    lending.spend_like_equity(world, slots, amount)
    assert (world.firms.equity_left[slots] == 5e5 + np.rint(part * amount)).all()
    assert (world.firms.equity_quarter[slots] == np.ceil(world.firms.equity_left[slots] / runway)).all()


@pytest.mark.parametrize(("cash", "paid"), [(5e6, 1e5), (4e4, 4e4), (-1e5, 0.0)])
def test_the_next_round_pays_the_warrant_as_far_as_there_is_money(cash, paid):
    world = city((*BANKED, BUNDLE), {f"{BUNDLE}.start": "2021Q1", f"{BUNDLE}.warrant": 0.1}, size=0.1)
    world.step()
    slot = np.flatnonzero(world.firms.alive)[:1]
    world.books.balance[world.books.names.index(BUNDLE), slot] = 1e6
    world.firms.cash[slot] = cash
    lending.exercise(world, slot)
    assert cash - world.firms.cash[slot[0]] == paid


def test_a_warrant_stands_in_for_a_higher_rate_and_not_for_the_cost_of_money():
    one, none = product(BUNDLE), product(BUNDLE, warrant=0)
    assert one.warrant_rate == pytest.approx(0.1 * 0.2) and none.warrant_rate == 0
