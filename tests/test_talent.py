"""S&T talent: closed forms of choice, matching and the wage; heads that add up; what money brings, and what it does not."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.analysis.pairing import people as compare_people
from sim.population import people as table
from sim.population.people import KINDS, SEARCHING
from sim.processes import choice, hiring, labour, leaving, talent
from sim.streams import Streams

ALL = {name: {} for name in worlds.PROGRAMMES}
CALM = {"economy.market_growth": 0.045, "economy.lockdown_loss": 0}
MONEY = {"talent.jianghai": {"places": 40, "grant": 600_000, "appropriation": 24_000_000, "min_skill": 0.0}}


@cache
def city(policy="status_quo", quarters=24, **changes):
    overrides = {name.replace("__", "."): value for name, value in changes.items()}
    given = MONEY if policy == "money" else {} if policy == "nothing" else policy
    return worlds.run(given, quarters=quarters, overrides=overrides)


# -- known answers ---------------------------------------------------------------------------------------------------
def test_shares_of_places_are_the_logit_of_their_utilities():
    utility = np.array([0.0, np.log(2.0), np.log(5.0)])
    assert choice.choice_shares(utility) == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_the_odds_of_the_city_grow_by_the_exponential_of_its_utility():
    base = np.array([0.08, 0.45])
    moved = choice.shifted(base, np.log(3.0))
    assert moved / (1 - moved) == pytest.approx(3 * base / (1 - base))
    assert choice.shifted(base, 0.0) == pytest.approx(base)


def test_the_city_against_hubs_is_the_same_logit_written_twice():
    hubs = np.array([0.3, -0.2, 1.1])
    own = 0.4
    share = choice.choice_shares(np.append(hubs, own))[-1]
    better = choice.choice_shares(np.append(hubs, own + 0.7))[-1]
    assert choice.shifted(share, 0.7) == pytest.approx(better)


def test_arrivals_are_the_share_of_movers_in_closed_form():
    p = worlds.numbers()
    inflow, base = np.full((8, len(KINDS)), 3000.0), np.array([0.45, 0.08, 0.08])
    origins = np.tile([0.5, 0.3, 0.2], (len(KINDS), 1))
    cast = table.draw_cast(p, Streams(3), inflow, origins, base)
    for change in (0.0, 0.5, -0.4):
        share = choice.shifted(base, change)
        comes = cast.rank < share[cast.origin]
        expected = inflow.sum() * (origins[0] * share / base).sum()
        assert comes.sum() == pytest.approx(expected, rel=4 / np.sqrt(expected))


def test_with_more_reach_the_same_people_come():
    p = worlds.numbers(overrides={"talent.reach": 2.5})
    base = np.array([0.3, 0.1])
    cast = table.draw_cast(p, Streams(1), np.full((4, 5), 500.0), np.tile([0.5, 0.5], (5, 1)), base)
    assert cast.rank.max() <= 0.75 and (cast.rank[cast.origin == 1] <= 0.25).all()


def test_whole_counts_lose_nobody():
    expected = np.full((40, 3), 0.3)
    counts = table.whole_counts(expected)
    assert (np.abs(np.cumsum(counts, axis=0) - np.cumsum(expected, axis=0)) <= 0.5 + 1e-9).all()


def test_real_income_is_pay_less_rent():
    assert choice.real_income(118_000, 22.6, 30) == pytest.approx(118_000 - 12 * 22.6 * 30)


def test_thirteen_days_saved_are_worth_their_pay():
    usual = choice.permit_utility(1.8, 20, 20, 2.0)
    faster = choice.permit_utility(1.8, 7, 20, 2.0)
    assert usual == 0 and faster == pytest.approx(1.8 * np.log((500 - 7) / (500 - 20)))


@pytest.mark.parametrize(("vacancies", "searchers"), [(1000, 1000), (300, 5000), (7000, 20)])
def test_hires_never_exceed_either_side_and_solve_back(vacancies, searchers):
    hires = hiring.matches(vacancies, searchers, 1.27)
    assert 0 < hires < min(vacancies, searchers)
    assert hires == pytest.approx((vacancies**-1.27 + searchers**-1.27) ** (-1 / 1.27))
    assert hiring.searchers_needed(hires, vacancies, 1.27) == pytest.approx(searchers)


def test_without_friction_the_short_side_is_hired():
    assert hiring.matches(300, 5000, 20) == pytest.approx(300)
    assert hiring.matches(0, 10, 1.27) == hiring.matches(10, 0, 1.27) == 0


def test_the_best_searchers_get_the_best_offers():
    vacancies, offer = np.array([2, 1, 3]), np.array([0.1, 0.5, 0.3])
    score = np.array([0.2, 0.9, 0.5, 0.4, -0.1, 0.8])
    firms, who = hiring.assign(vacancies, offer, np.arange(3), score, np.arange(6), 50)
    assert firms.tolist() == [1, 2, 2, 2, 0, 0] and who.tolist() == [1, 5, 2, 3, 0, 4]


@pytest.mark.parametrize("searchers", [1, 7, 60])
def test_no_firm_is_filled_beyond_its_vacancies(searchers):
    rng = np.random.default_rng(1)
    vacancies = rng.integers(1, 4, 12)
    firms, who = hiring.assign(vacancies, rng.random(12), np.arange(12), rng.random(searchers), np.arange(searchers), 1.27)
    assert (np.bincount(firms, minlength=12) <= vacancies).all() and len(np.unique(who)) == len(who)


def test_the_best_are_picked_with_ties_by_identity():
    score, identity = np.array([1.0, 2.0, 2.0, 0.0]), np.array([5, 9, 3, 1])
    assert [hiring.best(score, identity, k).tolist() for k in (0, 1, 2, 3, 9)] == [[], [2], [2, 1], [2, 1, 0], [2, 1, 0, 3]]


def test_a_head_costs_more_only_by_its_labour():
    assert hiring.cost_factor(np.log(1.5), 0.4) == pytest.approx(1.2)
    assert hiring.cost_factor(0.0, 0.4) == 1


def test_with_a_given_number_of_researchers_the_wage_takes_goolsbees_part_of_a_push():
    """Wage elasticity to R&D at a fixed stock: w = γ(r − λw), so γ/(1 + γλ)."""
    p = worlds.numbers()
    gamma, share = p["talent.wage_response"], p["talent.labour_share"]
    wage = 0.0
    for _ in range(200):
        posts = np.log(1.1 / hiring.cost_factor(wage, share))
        wage += 0.5 * (gamma * posts - wage)
    assert wage / np.log(1.1) == pytest.approx(gamma / (1 + gamma * share), rel=0.02)
    assert 0.2 <= wage / np.log(1.1) <= 0.3


def test_five_ends_of_a_year_have_their_chances():
    uniform = (np.arange(10_000) + 0.5) / 10_000
    parts = (0.1, 0.05, 0.2, 0.15)
    fate = leaving.decide(uniform, *(np.full(10_000, part) for part in parts))
    assert np.bincount(fate) / 10_000 == pytest.approx([*parts, 0.5])


def test_who_values_the_city_more_leaves_less():
    p = worlds.numbers()
    chance = leaving.thinned(p, leaving.usual_leaving(p, np.full(3, 0.16), np.zeros(3, bool), np.ones(3)), np.array([-1.0, 0.0, 2.0]))
    assert chance[0] > chance[1] > chance[2]
    assert chance[1] == pytest.approx(0.16 * p["talent.leave_share"])
    assert chance[0] / chance[1] == pytest.approx(np.exp(p["talent.persistence"]))


def test_sparse_luck_is_uniform_and_belongs_to_the_identity():
    streams, who = Streams(1), np.arange(200_000)
    all_, few = streams.sparse("stay", 7, who), streams.sparse("stay", 7, who[5::1000])
    assert (all_[5::1000] == few).all() and 0 <= all_.min() and all_.max() < 1
    assert np.histogram(all_, 20, (0, 1))[0] == pytest.approx(np.full(20, 10_000), rel=0.05)
    other = (streams.sparse("stay", 8, who), streams.sparse("search", 7, who), Streams(2).sparse("stay", 7, who))
    assert all(abs(np.corrcoef(all_, values)[0, 1]) < 0.01 for values in other)
    assert abs(np.corrcoef(all_[:-1], all_[1:])[0, 1]) < 0.01


# -- the start -------------------------------------------------------------------------------------------------------
def test_posts_at_the_start_are_planned_rd_over_the_cost_of_a_head():
    world = worlds.build()
    firms, n = world.firms, world.firms.count
    plan = 4 * firms.sales[:n] * (firms.intensity[:n] + firms.plan_extra[:n])
    without = firms.equity_quarter[:n] == 0  # what owners pay for comes on top
    assert without.sum() > 300
    assert firms.posts[:n][without] == pytest.approx(plan[without] / world.numbers["talent.cost_per_head"])


def test_total_employment_of_the_start_is_that_of_sales_and_staff_belong_to_it():
    world = worlds.build()
    firms, n = world.firms, world.firms.count
    sold = 4 * firms.sales[:n].sum() / world.numbers["sales.revenue_per_worker"]
    assert firms.employment[:n].sum() == pytest.approx(sold)
    assert (firms.employment[:n] >= firms.st_staff[:n]).all()
    assert firms.employment[:n] == pytest.approx(firms.other_staff[:n] + firms.st_staff[:n])


def test_at_the_start_staffing_and_skill_change_no_rd_and_no_knowledge():
    world = worlds.build()
    n = world.firms.count
    weight = world.rd_plan / world.rd_plan.sum()
    assert (weight * hiring.staffing(world, n)).sum() == pytest.approx(1)
    assert (weight * hiring.efficiency(world, n)).sum() == pytest.approx(1)


def test_the_market_of_the_start_is_steady_where_the_economy_is():
    """Without programmes and with normal growth vacancies and the wage stay near those of the start."""
    world = worlds.run({}, quarters=8, overrides=CALM | {"place.hnte": 240, "place.scitech_sme": 400})
    series, start = world.record.series, world.record.initial
    assert series["talent_vacancy_rate"].mean() == pytest.approx(start["talent_vacancy_rate"], abs=0.03)
    assert series["talent_wage"] == pytest.approx(1, abs=0.03)


# -- heads -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("policy", ["status_quo", "talent_push", "none"])
def test_heads_add_up_in_every_quarter(policy):
    world = worlds.run(policy, quarters=12)
    series, grouped = world.record.series, world.record.grouped
    stock = np.concatenate([[world.record.initial["talent_stock"]], series["talent_stock"]])
    assert np.diff(stock) == pytest.approx(series["talent_arrivals"] - series["talent_leavings"])
    assert (grouped["talent_by_kind"][2].sum(axis=1) == series["talent_stock"]).all()
    assert (grouped["talent_arrivals_from"][2].sum(axis=1) == series["talent_arrivals"]).all()
    assert (grouped["talent_leavings_to"][2].sum(axis=1) == series["talent_leavings"]).all()


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (lambda w: w.talent.remove(np.array([5])), "head count of talent"),
        (lambda w: w.talent.employer.__setitem__(np.flatnonzero(w.talent.employer >= 0)[:1], SEARCHING), "staff of firms"),
        (lambda w: w.firms.alive.__setitem__(w.talent.employer.max(), False), "talent at dead firms"),
        (lambda w: setattr(w.talent, "vacant", np.append(w.talent.vacant, 0)), "slots of talent"),
        (lambda w: w.labour.promised.__setitem__("talent.jianghai", 1.0), "grants to persons talent.jianghai"),
    ],
)  # fmt: skip
def test_the_identity_that_is_broken_is_named(damage, name):
    world = worlds.build(quarters=6)
    for _ in range(4):
        world.step()
    assert talent.imbalances(world) == {}
    damage(world)
    assert name in talent.imbalances(world)


def test_nobody_sits_in_two_slots_and_those_of_leavers_are_taken_again():
    world = city()
    people = world.talent
    who = people.identity[: people.count][people.alive()]
    assert len(np.unique(who)) == len(who)
    assert people.count < people.residents + world.record.series["talent_arrivals"].sum()


def test_who_could_found_a_firm_is_noted_of_everybody_in_the_city_and_of_nobody_else():
    world = city()  # people came, left and learned
    people, n = world.talent, world.talent.count
    able = labour.able(world.numbers, people.kind[:n], people.skill[:n]) & people.alive()
    assert (people.able[:n] == able).all() and able.any()
    assert labour.potential_founders(people) == able.sum()


def test_grants_are_heads_times_terms_and_leave_the_purse():
    world = city("money", 10)
    award = world.rules.talent.award
    paid = world.record.series["talent_grants"]
    assert (paid % award.instalment == 0).all() and paid.sum() == world.talent.paid.sum() > 0
    labels, _, values = world.record.grouped["programme_paid"][1], None, world.record.grouped["programme_paid"][2]
    assert (values[:, labels.index("talent.jianghai")] == paid).all()


# -- the channel into R&D --------------------------------------------------------------------------------------------
def test_rd_reacts_to_staffing_both_ways():
    world = worlds.build(quarters=2)
    firms, n = world.firms, world.firms.count
    usual = hiring.staffing(world, n)
    firms.st_staff[:n] = 0
    empty = hiring.staffing(world, n)
    firms.st_staff[:n] = hiring.whole_posts(firms, n)
    full = hiring.staffing(world, n)
    large = hiring.whole_posts(firms, n) >= 5
    weight = world.rd_plan / world.rd_plan.sum()
    assert (empty[large] < usual[large]).all() and (empty <= full).all()
    assert (weight * full).sum() > 1 > (weight * empty).sum()
    assert (empty >= 1 - world.numbers["talent.labour_share"] - 1e-9).all()


def test_a_shortage_binds_and_its_switch_lifts_it():
    scarce = {"place.talent.choice_local": 0.45, "talent.leave_share": 0.6, "talent.hub_pull": 0.5}
    short = worlds.run(quarters=16, overrides=scarce).record.series
    free = worlds.run(quarters=16, overrides=scarce | {"talent.shortage": 0}).record.series
    assert short["talent_vacancy_rate"][-4:].mean() > 0.1
    assert short["rd_real"][-4:].sum() < 0.99 * free["rd_real"][-4:].sum()


def test_better_staff_give_more_and_dearer_staff_less_knowledge():
    world = worlds.build(quarters=2)
    n = world.firms.count
    usual = hiring.efficiency(world, n).copy()
    world.firms.st_skill[:n] += 0.1
    assert (hiring.efficiency(world, n) > usual).all()
    world.firms.st_skill[:n] -= 0.1
    world.labour.wage = 0.2
    assert (hiring.efficiency(world, n) < usual).all()


def test_a_push_of_rd_raises_the_wage_and_the_wage_eats_a_part_of_it():
    """Goolsbee: with the response switched off the same demand buys more heads."""
    demand = {"rd.intensity_trend": 0.02}
    tight = worlds.run(quarters=12, overrides=demand | {"talent.cost_growth": 0.0, "talent.hub_pull": 0.3})
    still = worlds.run(
        quarters=12, overrides=demand | {"talent.cost_growth": 0.0, "talent.hub_pull": 0.3, "talent.wage_response": 0}
    )
    assert tight.labour.wage > 0 == still.labour.wage
    assert tight.firms.posts.sum() < still.firms.posts.sum()


# -- uncomfortable effects and their switches ------------------------------------------------------------------------
def test_the_siphon_takes_people_to_shanghai_and_suzhou_and_has_a_switch():
    world, closed = city(), city(talent__siphon=0)
    _, places, left = world.record.grouped["talent_leavings_to"]
    by = dict(zip(places, left.sum(axis=0)))
    assert by["shanghai"] > by["suzhou"] > 0
    assert closed.record.grouped["talent_leavings_to"][2][:, 1:].sum() == 0


def left_after(world) -> float:
    series = world.record.series
    return series["talent_left_after_subsidy"].sum() / max(series["talent_subsidy_over"].sum(), 1)


def test_who_came_for_money_leaves_when_it_ends_and_this_has_a_switch():
    """Awarded persons after the grant against persons with the same luck where liking the city does not last."""
    lasting, fading = city("money", 40), city("money", 40, talent__persistence=0)
    assert left_after(lasting) > left_after(fading) > 0


def test_most_of_those_paid_would_have_come_anyway():
    with_, without = city("money", 24), city("nothing", 24)
    found = compare_people(with_.record.firms, without.record.firms)
    assert found["talent_recipients"] == found["talent_deadweight"] + found["talent_additional"]
    assert 0 < found["talent_additional"] < found["talent_deadweight"]


def test_without_any_response_to_income_everybody_paid_is_deadweight():
    with_, without = city("money", 12, talent__income_response=0), city("nothing", 12, talent__income_response=0)
    found = compare_people(with_.record.firms, without.record.firms)
    assert found["talent_additional"] == 0 < found["talent_deadweight"]


def test_rivals_that_answer_take_back_arrivals():
    alone, answered = city("money", 16, talent__rival_answer=0), city("money", 16, talent__rival_answer=1)
    assert alone.record.series["talent_arrivals"].sum() > answered.record.series["talent_arrivals"].sum()


# -- programmes ------------------------------------------------------------------------------------------------------
def test_a_larger_grant_brings_more_and_holds_them_while_it_is_paid():
    with_, without = city("money", 12), city("nothing", 12)
    assert with_.record.series["talent_arrivals"].sum() > without.record.series["talent_arrivals"].sum()


def test_young_staff_learn_and_stay_while_the_project_runs():
    terms = {"talent.youth_grants": {"places": 30, "learning": 0.1, "misuse": 0, "start": "2021Q1", "appropriation": 2e6}}
    world = worlds.build(terms, quarters=4)
    for _ in range(3):
        world.step()
    people = world.talent
    funded = np.isin(people.identity, np.flatnonzero(people.paid))
    assert funded.sum() == 30 and (people.contract_end[funded] == 2 + 8).all()
    assert (2 - people.born[funded] < 160).all()


def test_the_lump_sum_frees_time_and_lets_some_misuse_the_money():
    from sim.programmes import build
    from sim.rules import of_quarter

    def call(**terms):
        p = worlds.numbers({"talent.youth_grants": terms})
        return of_quarter(p, build(p, ["talent.youth_grants"]), 6).talent.youth

    free, bound = call(lump_sum=True), call(lump_sum=False)
    assert free.gain > bound.gain and free.misuse > bound.misuse == 0


def test_faster_permits_bring_foreign_experts_and_nobody_else():
    slow, fast = (
        worlds.run({"talent.permits": {"days": days, "start": "2021Q1"}} if days is not None else {}, quarters=2,
                   overrides={"place.talent.foreign": 600, "talent.permit_days": 200}) for days in (None, 0)
    )  # fmt: skip
    more = fast.talent.came.astype(int) - slow.talent.came
    first = more[fast.talent.residents :][: fast.arrivals.first[1]]
    kind = fast.arrivals.kind[: len(first)]
    assert first[kind == table.FOREIGN].sum() > 0 and (first >= 0).all() and not first[kind != table.FOREIGN].any()


def test_skilled_workers_of_a_good_year_come_after_their_training():
    delay = 4
    world = worlds.build(quarters=8, overrides={"talent.vocational_delay": delay})
    for _ in range(8):
        world.labour.wage = 0.3
        world.step()
    usual = worlds.run(quarters=8, overrides={"talent.vocational_delay": 40})
    local = (world.arrivals.kind == table.SKILLED) & (world.arrivals.origin == table.LOCAL)
    came = np.flatnonzero(local)
    more = world.talent.came[world.talent.residents :][came].astype(int) - usual.talent.came[usual.talent.residents :][came]
    quarter = np.searchsorted(world.arrivals.first, came, side="right") - 1
    assert more[quarter < delay].sum() == 0 < more[quarter >= delay].sum()


def test_founders_leave_a_post_for_their_firm_and_more_of_them_found_more_firms():
    world = city()
    assert world.record.series["talent_founders"].sum() > 0
    from sim.processes.entry import entry_probability

    few, usual, many = (entry_probability(0.5, 0.0, 0.0, 4, 2, 0.5 * gap) for gap in (-0.3, 0.0, 0.3))
    assert few < usual == 0.5 < many


@pytest.mark.parametrize("levels", [1, 50, 5_000, 10**15])
def test_the_best_are_those_of_a_plain_sort_however_many_are_alike(levels):
    rng = np.random.default_rng(3)
    score = rng.integers(0, levels, 5_000) / levels * 1e-9 + rng.integers(0, 3, 5_000)
    identity = rng.permutation(5_000)
    plain = np.lexsort((identity, -score))
    for number in (1, 700, 5_000):
        assert hiring.best(score, identity, number).tolist() == plain[:number].tolist()


def test_a_full_table_of_persons_grows_and_keeps_who_is_in_it():
    people = table.Talent(3, 20)
    first = people.seat(3)
    people.identity[first] = [7, 8, 9]
    new = people.seat(4)
    assert new.tolist() == [3, 4, 5, 6]
    assert people.slots >= people.count == 7
    assert people.identity[:7].tolist() == [7, 8, 9, -1, -1, -1, -1]
    for name, (dtype, _, _, fill) in table.COLUMNS.items():
        column = getattr(people, name)
        assert column.dtype == dtype, name
        assert len(column) == people.slots, name
        assert (column[7:] == fill).all(), name
