"""Institutes that programmes found: known answers, money years before any effect, and what does not reach the city's
firms.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes import institutes_work

NATIONAL = {"start": "2021Q1", "funding": 4e6, "extra_appropriation": 1e9, "match": 1, "delay": 2}
NEW_TYPE = {"start": "2021Q1", "funding": 5e5, "extra_appropriation": 1e9, "number": 4, "delay": 1, "years": 2}
BRANCH = {"start": "2021Q1", "funding": 5e5, "extra_appropriation": 1e9, "delay": 0}
EAGER = {"institutes.contact": 1, "institutes.min_rd": 0}
# Nothing but contracts: no nearness, no founders, no staff from the city.
ALONE = EAGER | {"knowledge.spillover_elasticity": 0, "institutes.outside_staff": 1, "institutes.most_push": 0}


@cache
def run(name="", terms=(), quarters=20, **numbers):
    overrides = EAGER | {key.replace("__", "."): value for key, value in numbers.items()}
    policy = {"university.events": {}} | ({name: dict(terms)} if name else {})
    return worlds.run(policy, quarters=quarters, overrides=overrides)


def city(name="", base=None, alone=False, quarters=20, **terms):
    given = {key: terms.pop(key) for key in list(terms) if "__" in key}
    if alone:
        given = {key.replace(".", "__"): value for key, value in ALONE.items()} | given
    return run(name, tuple(((base or {}) | terms).items()), quarters, **given)


def series(world, name):
    return world.record.series[name]


# -- kernels ---------------------------------------------------------------------------------------------------------
def test_with_steady_money_knowledge_settles_where_fading_equals_research():
    stock = np.zeros(1)
    for _ in range(800):
        stock = institutes_work.grow(stock, 10.0, 0.0, 0.15, 0.3, 0.0, 0.0)
    assert stock == pytest.approx(10 / (0.15 / 4))


@pytest.mark.parametrize(("publishes", "away"), [(1, 0), (0, 1)])
def test_what_is_all_published_or_all_done_elsewhere_leaves_nothing_here(publishes, away):
    assert institutes_work.grow(np.zeros(2), 5.0, 0.0, 0.1, 0.3, publishes, away).tolist() == [0, 0]


def test_an_institute_takes_contracts_in_the_order_of_luck_as_far_as_it_can():
    institute, luck, fee = np.array([0, 1, 0, 0]), np.array([0.3, 0.9, 0.1, 0.2]), np.array([2.0, 5.0, 2.0, 2.0])
    taken = institutes_work.within_capacity(institute, luck, fee, np.array([4.0, 4.0]))
    assert taken.tolist() == [False, False, True, True]
    assert not institutes_work.within_capacity(institute, luck, fee, np.zeros(2)).any()


def test_the_push_lets_as_many_more_found_as_leave():
    odds = institutes_work.push(0.5, 100, 0.6, 2.0)
    chance = 1 / (1 + np.exp(-(np.log(0.6 / 0.4) + odds)))
    assert 100 * (chance - 0.6) == pytest.approx(0.5, rel=0.01)
    assert institutes_work.push(50.0, 1, 0.6, 2.0) == 2.0 == institutes_work.push(1.0, 0, 0.6, 2.0)


# -- money first, effect later ----------------------------------------------------------------------------------------
def test_for_years_there_is_cost_and_no_effect():
    with_, without = city("institute.national", NATIONAL, alone=True), city(alone=True)
    spent = series(with_, "institutes_public").cumsum()
    gap = series(with_, "knowledge") - series(without, "knowledge")
    assert spent[7] == 8 * 1e6 and not gap[:8].any()
    assert gap[8:].any() and series(with_, "institutes_taught")[8:].sum() > 0


@pytest.mark.parametrize(("name", "base"), [("institute.national", NATIONAL), ("institute.new_type", NEW_TYPE),
                                            ("institute.branch", BRANCH)])  # fmt: skip
def test_at_an_extreme_dose_institutes_and_what_they_know_are_more(name, base):
    few, many = (city(name, base, dose=dose) for dose in (0.25 if base is NEW_TYPE else 1, 20))
    assert series(many, "institutes_open").max() > series(few, "institutes_open").max() > 0
    assert series(many, "institutes_knowledge").max() > series(few, "institutes_knowledge").max()


def test_nothing_stays_in_the_accounts_and_no_institute_is_kept_beyond_its_purse():
    world = city(
        "institute.national", NATIONAL | {"extra_appropriation": 0, "appropriation": 9e6, "number": 9, "a_year": 9}
    )
    assert not world.institutes.cash.any() and world.institutes.count == 2


def test_founders_of_its_field_and_district_come_more_often():
    def entries(**terms):
        return series(city("institute.national", NATIONAL, institutes__outside_staff=1, **terms), "entries").sum()

    assert entries(spin_offs=20) > entries(spin_offs=0)


# -- what does not reach the city's firms ------------------------------------------------------------------------------
def taught(name="institute.national", base=NATIONAL, **terms):
    return series(city(name, base, alone=True, **terms), "institutes_taught").sum()


def test_what_is_published_is_not_passed_on():
    assert taught(publishes=0) > taught(publishes=1)


def test_capacity_for_clients_elsewhere_is_missing_here():
    assert taught(institutes__outward=0) > taught(institutes__outward=1) == 0
    away = city("institute.national", NATIONAL, alone=True, institutes__outward=1)
    assert series(away, "institutes_outward").sum() > 0 == series(away, "institutes_income").sum()


def test_a_leaders_own_questions_take_the_place_of_other_contracts():
    def income(priority):
        return series(
            city("institute.new_type", NEW_TYPE, alone=True, priority=priority, university__leverage=3),
            "institutes_income",
        ).sum()

    assert income(0) > income(1)


def test_staff_is_hired_away_from_firms_unless_it_comes_from_elsewhere():
    here, elsewhere = (city("institute.national", NATIONAL, institutes__outside_staff=share) for share in (0, 1))
    assert series(here, "institutes_staff").max() > 0 == series(elsewhere, "institutes_staff").max()
    assert series(here, "talent_stock")[2] < series(elsewhere, "talent_stock")[2]


def test_a_branch_whose_research_stays_with_its_parent_knows_only_what_contracts_teach_it():
    own, sign = (city("institute.branch", BRANCH, alone=True, away=away) for away in (0, 1))
    assert series(own, "institutes_knowledge").max() > series(sign, "institutes_knowledge").max()
    assert sign.institutes.count == own.institutes.count > 0


# -- the end ---------------------------------------------------------------------------------------------------------
def test_without_public_money_an_institute_lives_from_contracts_or_closes():
    poor = city("institute.new_type", NEW_TYPE, alone=True, institutes__contact=0, institutes__outward=0)
    assert series(poor, "institutes_open")[7] > 0 == series(poor, "institutes_open")[-1]
    rich = city("institute.new_type", NEW_TYPE, alone=True, institutes__least_income=0, institutes__outward=1)
    assert series(rich, "institutes_open")[-1] > 0 and not series(rich, "institutes_public")[-4:].any()


def test_an_institute_closes_with_its_leader():
    world = worlds.build({"institute.branch": BRANCH}, quarters=24, overrides=EAGER)
    for _ in range(5):
        world.step()
    leader = world.institutes.leader[world.institutes.open]
    assert len(leader)
    world.firms.departing[leader] = True
    for _ in range(4):
        world.step()
    assert not world.institutes.open[: len(leader)].any()
    assert not np.isin(world.institutes.slot, leader).any()
