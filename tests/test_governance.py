"""Governance: envelopes of a plan keep their sum, campaigns are a matter of timing, growth is bound by tax, and each is
paid by other public spending."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import worlds

from sim import register
from sim.institutions.budget import apply
from sim.programmes import CATALOGUE, Funded, build
from sim.programmes.families import ACTIONS, FAMILIES, PROJECTS, family
from sim.rules import Envelope, of_quarter

PURSES = (
    "award.hnte",
    "award.keylab",
    "policy30",
    "loan.tongkedai",
    "university.events",
    "gov.points_platform",
    "fund.angel",
)
BASE = {"tax.incentives": {}, "no_application": {}, "award.hnte": {}, "policy30": {}, "university.events": {},
        "ladder.small_to_hnte": {}, "award.library": {}}  # fmt: skip


def rules(quarter=9, **terms):
    """Rules of a quarter under programmes given as id with __ for dots → terms."""
    terms = {name.replace("__", "."): given for name, given in terms.items()}
    p = worlds.numbers(terms)
    return of_quarter(p, build(p, terms), quarter)


def purses():
    return build(worlds.numbers({name: {} for name in PURSES}), PURSES)


def factors(envelope, tax=1e12):
    found = dict.fromkeys(PURSES, 1.0)
    programmes = purses()
    apply(envelope, programmes, found, tax)
    return found, {one.id: one.yearly_budget() for one in programmes}


# -- families --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", CATALOGUE)
def test_the_family_of_a_programme_is_the_one_of_its_rows_in_the_register(name):
    rows = {row.id: row.family for row in register.rows()}
    assert family(name) in {rows[fact] for fact in CATALOGUE[name].facts}


@pytest.mark.parametrize("parts", [PROJECTS, ACTIONS], ids=["projects", "actions"])
def test_every_family_is_under_exactly_one_project_and_one_action(parts):
    held = [one for families in parts.values() for one in families]
    assert sorted(held) == sorted(set(FAMILIES.values()))


# -- one envelope ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("weights", [{}, {"cultivation": 3.0}, {"cultivation": 0.0, "platform": 5.0}])
@pytest.mark.parametrize("total", [0.5, 1.0, 1.3])
def test_a_total_fixes_the_sum_whatever_the_weights_are(weights, total):
    found, plain = factors(Envelope(weights, total=total))
    assert sum(found[name] * plain[name] for name in plain) == pytest.approx(total * sum(plain.values()), rel=1e-12)


def test_a_louder_project_is_paid_by_a_quieter_one():
    found, _ = factors(Envelope({"cultivation": 2.0}, total=1.0))
    assert found["policy30"] > 1 > found["loan.tongkedai"] and found["policy30"] / found["fund.angel"] == pytest.approx(
        2
    )


def test_growth_stops_where_the_tax_does_not_carry_it_and_never_cuts_below_the_plain_purse():
    plain = factors(Envelope())[1]
    reached = plain["award.hnte"] + plain["award.keylab"] + plain["policy30"]
    grown = Envelope(groups={"awards": 4.0, "projects": 4.0}, tax_share=0.1)
    for tax, factor in ((1e15, 4.0), (30 * reached, 3.0), (reached, 1.0)):
        found, _ = factors(grown, tax)
        assert found["policy30"] == pytest.approx(factor) and found["award.hnte"] == found["policy30"]
        assert found["loan.tongkedai"] == 1


def test_nothing_said_changes_nothing():
    assert set(factors(Envelope())[0].values()) == set(factors(Envelope(total=1.0))[0].values()) == {1.0}


# -- two parts of one sum --------------------------------------------------------------------------------------------
TWO = ("attraction.modes", "attraction.staff", "award.hnte", "policy30", "loan.tongkedai")


def divided(parts, way=1.0, names=TWO):
    programmes = build(worlds.numbers({name: {} for name in names}), names)
    found = dict.fromkeys(names, 1.0)
    apply(Envelope(parts=parts, way=way), programmes, found, 1e12)
    money = {one.id: (one.family, one.yearly_budget(), found[one.id]) for one in programmes}
    sums = [sum(m * f for kind, m, f in money.values() if kind == family) for family in ("attraction", "cultivation")]
    return found, sums, sum(m for kind, m, _ in money.values() if kind in parts)


@pytest.mark.parametrize("share", [0, 0.3, 1])
@pytest.mark.parametrize("way", [0.5, 1])
def test_a_split_keeps_the_sum_and_moves_towards_the_parts(share, way):
    found, sums, before = divided({"attraction": share, "cultivation": 1 - share}, way)
    assert sum(sums) == pytest.approx(before, rel=1e-12) and found["loan.tongkedai"] == 1
    start = divided({"attraction": share, "cultivation": 1 - share}, 0)[1][0] / before
    assert sums[0] / before == pytest.approx(way * share + (1 - way) * start)
    assert found["attraction.modes"] == found["attraction.staff"]


def test_a_split_does_nothing_where_one_side_has_no_purse():
    found, _, _ = divided({"attraction": 0.9, "cultivation": 0.1}, names=TWO[2:])
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize(("share", "comes"), [(0, False), (1, True)])
def test_the_split_decides_which_of_the_two_purses_can_pay(share, comes):
    split = {"gov.outside_inside": {"start": "2021Q1", "attract_share": share}}
    both = {"attraction.modes": {"start": "2021Q1"}, "policy30": {"min_rd": 0, "start": "2021Q1"}}
    _, labels, paid = worlds.run(both | split, quarters=12).record.grouped["programme_paid"]
    attract, grow = (paid[:, labels.index(name)].sum() > 0 for name in ("attraction.modes", "policy30"))
    assert (attract, grow) == (comes, not comes)


# -- what programmes say ---------------------------------------------------------------------------------------------
def test_subsidies_double_twice_and_stay():
    said = [rules(q, gov__subsidy_path={}).envelopes[0].groups["projects"] for q in range(4, 40, 4)]
    assert said == [2, 4] + [4] * 7


@pytest.mark.parametrize("decay", [0, 0.4, 1])
@pytest.mark.parametrize("cycle", [1, 2, 5])
def test_a_campaign_has_the_money_of_a_steady_path_over_its_cycle(cycle, decay):
    terms = {"cycle": cycle, "decay": decay, "effort": 1.5}
    weights = [rules(q, gov__campaign=terms).envelopes[0].families["cultivation"] for q in range(12, 12 + 4 * cycle, 4)]
    assert np.mean(weights) == pytest.approx(1)
    assert max(weights) == weights[0] and (max(weights) > 1.05) == (cycle > 1 and decay > 0)


def test_an_action_that_is_switched_off_stays_as_it_is():
    (one,) = rules(12, gov__campaign={"firms": False}).envelopes
    assert "cultivation" not in one.families and one.families["talent"] > 1
    off = rules(12, gov__campaign=dict.fromkeys(ACTIONS, False))
    assert off.envelopes == []


def test_a_steady_effort_is_no_campaign():
    assert rules(12, gov__campaign={"effort": 1}).envelopes == []


def test_a_plan_brings_staff_and_trust_while_it_runs_and_a_cliff_after_it():
    terms = {"staff": 1.5, "trust": 0.4}
    on, after = rules(15, gov__three_year_plan=terms), rules(16, gov__three_year_plan=terms)
    assert (on.delivery.staff, on.delivery.trust) == (1.5, 0.4)
    assert (after.delivery.staff, after.delivery.trust, after.envelopes) == (1.0, 0.0, [])


# -- in a city -------------------------------------------------------------------------------------------------------
@cache
def city(quarters=20, **terms):
    """A small city with a few purses and one more programme; appropriations by quarter."""
    given = {name.replace("__", "."): dict(term) for name, term in terms.items()}
    return watch(worlds.build(BASE | given, quarters=quarters), quarters)


def watch(world, quarters):
    world.paid_in, world.services = [], []
    for _ in range(quarters):
        close, seen = world.ledger.close, {}

        def note(close=close, seen=seen, ledger=world.ledger):
            seen.update(ledger.flow)
            close()

        world.ledger.close = note
        world.step()
        world.ledger.close = close
        world.paid_in.append(
            {to: money for (kind, payer, to), money in seen.items() if (kind, payer) == ("appropriation", "city")}
        )
        world.services.append(sum(money for (kind, *_), money in seen.items() if kind == "public_services"))
    return world


def yearly(world, name):
    return [quarter.get(f"purse:{name}", 0.0) for quarter in world.paid_in[::4]]


def test_what_purses_get_more_other_public_spending_gets_less_to_the_yuan():
    plain, grown = city(), city(gov__subsidy_path=(("tax_share", 1.0),))
    more = sum(yearly(grown, "policy30")[1:2]) + sum(yearly(grown, "award.hnte")[1:2])
    more -= sum(yearly(plain, "policy30")[1:2]) + sum(yearly(plain, "award.hnte")[1:2])
    assert more > 0 and plain.services[4] - grown.services[4] == more
    assert yearly(grown, "policy30")[2] == 4 * yearly(plain, "policy30")[2]


def test_the_province_does_not_pay_for_a_plan_of_the_city():
    world = worlds.build(BASE | {"gov.three_year_plan": {"budget": 3}}, quarters=12)
    for _ in range(9):
        world.step()
    assert world.agencies["award.library"].factor == 1 and world.agencies["policy30"].factor > 2


def test_no_call_grants_more_than_its_grown_purse():
    world = worlds.build(BASE | {"gov.subsidy_path": {"tax_share": 1}}, quarters=16)
    agency, most = world.agencies["policy30"], []
    for _ in range(16):
        world.step()
        assert agency.committed_year <= agency.budget_year
        most.append(agency.committed_year)
    assert max(most) > 0


def test_more_money_meets_the_same_files_so_the_marginal_grant_goes_to_lower_merit():
    few, many = city(), city(gov__subsidy_path=(("tax_share", 1.0),))
    count = [world.record.grouped["programme_recipients"] for world in (few, many)]
    got = [values[12:16, labels.index("policy30")].sum() for _, labels, values in count]
    assert got[1] > got[0]


def test_an_office_with_more_money_buys_more_services_and_the_rules_feel_it():
    world = city(quarters=10, gov__three_year_plan=(("budget", 1.5),))
    assert world.agencies["university.events"].delivered == pytest.approx(1.5, rel=1e-3)
    usual = city(quarters=10)
    assert world.rules.links.events == pytest.approx(1.5 * usual.rules.links.events, rel=1e-3)


def test_a_pulse_of_money_is_wasted_when_reviewers_are_few():
    terms = {"effort": 3, "decay": 1, "start": "2021Q1"}
    spent = []
    for reviewers in (3, 10_000):
        world = worlds.build(BASE | {"gov.campaign": terms, "no_application": {"dose": 0}}, quarters=16,
                             overrides={"delivery.review_capacity": reviewers, "delivery.awareness": 1})  # fmt: skip
        for _ in range(16):
            world.step()
        _, labels, granted = world.record.grouped["programme_entitled"]
        spent.append(granted[:, labels.index("policy30")].reshape(4, 4).sum(axis=1))
    few, enough = spent
    assert enough.max() / enough.min() > 1.5  # the pulse arrives
    assert few.sum() < 0.5 * enough.sum()


def test_terms_are_read_once_a_year_so_a_plan_that_ends_leaves_the_purses_of_its_last_year():
    world = worlds.build(BASE | {"gov.three_year_plan": {"budget": 2, "stop": "2023Q3"}}, quarters=16)
    seen = []
    for _ in range(13):
        world.step()
        seen.append(world.agencies["policy30"].factor)
    assert seen[7] == 1 and seen[8] == seen[11] == pytest.approx(2) and seen[12] == 1


def test_funded_programmes_only_have_factors():
    world = city(quarters=10, gov__three_year_plan=(("budget", 1.5),))
    others = [agency for agency in world.agencies.values() if not isinstance(agency.programme, Funded)]
    assert {agency.factor for agency in others} == {1.0}
    assert replace(others[0].programme, dose=1).family


# -- meetings --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("interval", "a_year"), [(1, 12), (2, 6), (3, 4), (6, 2), (12, 1)])
def test_meetings_a_year_follow_from_the_interval(interval, a_year):
    meeting = rules(9, gov__bimonthly={"interval": interval}).meeting
    assert sum(meeting.held(quarter) for quarter in range(8, 12)) == a_year


TIGHT = BASE | {"policy30": {"appropriation": 2e6}, "award.hnte": {"appropriation": 3e7}, "no_application": {"dose": 0}}


def meetings(quarters=12, awards=3e7, **terms):
    """A world with few grants and a large purse for awards, and the money moved by (from, to) over the run."""
    given = {"share": 0.5} | terms
    world = worlds.build(
        TIGHT | {"gov.bimonthly": given, "award.hnte": {"appropriation": awards}},
        quarters=quarters,
        overrides={"delivery.awareness": 1},
    )
    moved, close = {}, world.ledger.close

    def note():
        for (kind, payer, payee), amount in world.ledger.flow.items():
            if kind == "reallocation":
                moved[payer, payee] = moved.get((payer, payee), 0) + amount
        close()

    world.ledger.close = note
    for _ in range(quarters):
        budgets = sum(agency.budget_year for agency in world.agencies.values())
        world.step()
        if world.season > 1:  # no purse opens: what one gets another gave
            assert sum(agency.budget_year for agency in world.agencies.values()) == budgets
    return world, moved


def test_money_goes_from_the_idle_purse_to_the_short_one_and_the_sum_stays():
    world, moved = meetings()
    assert moved and {payee for _, payee in moved} == {"purse:policy30"}
    assert "purse:award.hnte" in {payer for payer, _ in moved} and "purse:award.library" not in {
        payer for payer, _ in moved
    }
    assert not world.record.series["ledger_error"].any()


def test_no_share_moves_nothing_and_every_claim_foreseen_moves_less():
    assert meetings(share=0)[1] == {}
    blind, seeing = (sum(meetings(foresight=f)[1].values()) for f in (0, 1))
    assert seeing < blind


def granted(world, name):
    _, labels, values = world.record.grouped["programme_entitled"]
    return values[:, labels.index(name)].sum()


def test_a_short_call_gets_what_others_do_not_claim():
    few, more = (granted(meetings(share=share)[0], "policy30") for share in (0, 1))
    assert more > 1.5 * few


def test_money_follows_claims_so_awards_take_what_a_later_call_would_need_unless_it_is_foreseen():
    # In the first quarter the call has no files yet and its purse looks idle.
    calls = {}
    for share, foresight in ((0, 0), (1, 0), (1, 1)):
        world, moved = meetings(quarters=20, awards=1e5, share=share, foresight=foresight)
        calls[share, foresight] = moved.get(("purse:policy30", "purse:award.hnte"), 0.0), granted(world, "policy30")
    assert calls[0, 0][0] == 0 < calls[1, 0][0] and calls[1, 1][0] == 0


def test_meetings_cost_money_and_take_the_time_of_reviewers():
    world = worlds.build(BASE | {"gov.bimonthly": {"meeting_time": 0.04}}, quarters=8)
    for _ in range(6):
        world.step()
    assert world.agencies["gov.bimonthly"].administration in (50_000, 100_000)
    assert world.budget.away in (0.04, 0.08)


# -- commission ------------------------------------------------------------------------------------------------------
def commission(quarters=12, coordination=1.0, **terms):
    """A world whose call has too little money while the awards have too much."""
    given = {"coordination": coordination} | terms
    return watch(
        worlds.build(TIGHT | {"gov.commission": given}, quarters=quarters, overrides={"delivery.awareness": 1}),
        quarters,
    )


def test_unspent_money_pays_files_that_the_call_passed_over_and_less_goes_back():
    apart, joined = commission(coordination=0), commission()
    assert granted(joined, "policy30") > 1.5 * granted(apart, "policy30")
    assert not joined.record.series["ledger_error"].any()


def test_the_files_taken_up_late_are_the_best_of_those_passed_over():
    quick = {"delivery.awareness": 1, "delivery.review_capacity": 1e6}  # the call is decided before the year ends
    world = worlds.build(TIGHT | {"gov.commission": {"coordination": 1}}, quarters=8, overrides=quick)
    for _ in range(7):
        world.step()
    call = world.agencies["policy30"]
    rows, amount, rank = call.passed
    before, hand_over, seen = call.payable.copy(), world.budget.hand_over, []

    def watched(world):
        alive = world.firms.alive[rows]
        hand_over(world)
        seen.append((alive, call.payable - before))

    world.budget.hand_over = watched
    world.step()
    ((alive, late),) = seen
    taken = late[rows] > 0
    assert taken.any() and (late[rows][taken] == amount[taken]).all()
    assert rank[taken].min() >= rank[alive & ~taken].max(initial=-np.inf)


def test_who_is_paid_by_two_calls_is_struck_in_the_second_as_often_as_it_is_seen():
    world = worlds.build(TIGHT | {"gov.commission": {"coordination": 0.5}}, quarters=8)
    for _ in range(6):
        world.step()
    first, office = world.agencies["policy30"], world.budget
    other = type("Call", (), {"name": "another call"})()
    rows = np.flatnonzero(world.firms.alive)
    office._winners = {}
    assert office.once(world, other, rows).all()
    office.grant(world, first, rows[::2])
    stands = office.once(world, other, rows)
    assert stands[1::2].all() and 0.35 < stands[::2].mean() < 0.65
    assert office.once(world, first, rows).all()  # the same call may grant twice


def test_departments_that_sit_together_review_less_and_cost_posts():
    world = commission(quarters=6, departments=10, department_time=0.03)
    assert world.budget.away == 0.3
    assert world.agencies["gov.commission"].administration == 9 * 200_000 / 4
