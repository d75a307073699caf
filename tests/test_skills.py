"""Vocational places and apprentices: years before any effect, posts that are filled, who leaves, and what it does to
pay.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes import prentices, skills

SCHOOL = {"start": "2021Q1", "places": 300, "delay": 1, "appropriation": 1e9, "match": 1}


@cache
def run(school=(), apprentices=(), on=True, quarters=16, **numbers):
    policy = {"edu.vocational": SCHOOL | dict(school)} if on else {}
    if apprentices:
        policy["edu.apprentices"] = {"start": "2021Q1"} | dict(apprentices)
    overrides = {key.replace("__", "."): value for key, value in numbers.items()}
    return worlds.run({"award.hnte": {}} | policy, quarters=quarters, overrides=overrides)


def city(apprentices=None, on=True, quarters=16, **terms):
    numbers = {key: terms.pop(key) for key in list(terms) if "__" in key}
    return run(tuple(terms.items()), tuple((apprentices or {}).items()), on, quarters, **numbers)


def series(world, name):
    return world.record.series[name]


# -- kernels ---------------------------------------------------------------------------------------------------------
def test_places_follow_the_posts_of_the_day_and_unmatched_ones_go_to_no_trade_here():
    assert skills.enrol(100, 0.8, np.array([1.0, 3.0, 0.0])).tolist() == pytest.approx([20, 60, 0])
    assert not skills.enrol(100, 0.8, np.zeros(3)).any()


def test_pay_falls_by_the_elasticity_and_not_without_one():
    assert skills.pay_change(10.0, 10.0, 0.5) == pytest.approx(-0.5 * np.log(2))
    assert skills.pay_change(10.0, 10.0, 0.0) == 0


def test_nobody_is_hired_beyond_vacancies_or_searchers():
    hired = skills.find(np.array([5.0, 100.0, 0.0]), np.array([100.0, 5.0, 9.0]), 1.3)
    assert (hired <= np.array([5, 5, 0])).all() and (hired[:2] > 4).all()


def test_the_largest_hosts_take_the_places_as_far_as_they_go():
    heads = prentices.taken(np.array([3.0, 2.0, 4.0]), np.array([1.0, 9.0, 5.0]), np.arange(3), 5.0)
    assert heads.tolist() == [0, 2, 3]


# -- years first -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("delay", [1, 2.5])
def test_until_the_first_have_finished_there_is_cost_and_no_effect(delay):
    # From the third quarter of 2021 on.
    with_, without = city(delay=delay), city(on=False)
    first = 2 + round(4 * delay)
    for name in ("revenue", "employment", "talent_stock"):
        assert (series(with_, name)[:first] == series(without, name)[:first]).all()
    _, labels, paid = with_.record.grouped["programme_paid"]
    assert paid[2:first, labels.index("edu.vocational")].all()
    assert (series(with_, "revenue")[first:] != series(without, "revenue")[first:]).all()


def test_those_who_stay_fill_posts_and_raise_employment():
    with_, without = city(), city(on=False)
    assert series(with_, "skilled_working")[-1] > 0
    assert series(with_, "employment")[-1] > series(without, "employment")[-1]


def test_when_the_money_stops_who_has_not_finished_goes_home():
    world = city(stop="2022Q3")
    assert series(world, "skilled_school")[5] == pytest.approx(300) and not series(world, "skilled_school")[6:].any()
    assert series(world, "skilled_graduates").sum() == 0


# -- the uncomfortable part ------------------------------------------------------------------------------------------
def test_every_graduate_stays_or_leaves():
    world = city(skills__search_leave=0, skills__leave=0)
    stayed = series(world, "skilled_graduates").sum() - series(world, "skilled_left").sum()
    held = series(world, "skilled_working")[-1] + series(world, "skilled_searching")[-1]
    assert held == pytest.approx(stayed, rel=1e-9) and stayed > 0


def test_in_trades_that_nobody_needs_all_leave():
    world = city(match=0)
    assert series(world, "skilled_left").sum() == series(world, "skilled_graduates").sum() > 0
    assert not series(world, "skilled_working").any()


def test_where_no_post_is_empty_nobody_is_helped_and_pay_falls_all_the_same():
    world = city(skills__vacancy=0)
    assert not series(world, "skilled_working").any() and series(world, "skilled_pay")[-1] < 1


def test_pay_of_those_already_trained_falls_and_can_be_switched_off():
    fallen, fixed = city(places=3000), city(places=3000, skills__pay_response=0)
    assert series(fallen, "skilled_pay")[-1] < 1 == series(fixed, "skilled_pay")[-1]
    # Technicians of R&D are of the same trade: fewer of them come and stay.
    kinds = [world.record.grouped["talent_by_kind"] for world in (fallen, fixed)]
    k = kinds[0][1].index("skilled")
    assert kinds[0][2][-1, k] < kinds[1][2][-1, k]


def test_at_an_extreme_dose_more_are_at_school():
    assert series(city(dose=20), "skilled_school").max() == pytest.approx(20 * series(city(), "skilled_school").max())


# -- apprentices -----------------------------------------------------------------------------------------------------
def test_hosts_pay_and_have_them_without_a_search():
    world = city({"share": 0.7})
    assert series(world, "skilled_hosted").sum() > 0
    assert series(city(), "skilled_hosted").sum() == 0


def test_more_of_them_stay_than_of_other_graduates():
    all_, none = (city({"share": 1, "retention": keep}, skills__leave=0) for keep in (1, 0))
    assert series(all_, "skilled_hosted").sum() > series(none, "skilled_hosted").sum()


def test_nobody_is_a_host_where_training_costs_more_than_a_post_brings():
    assert not series(city({"share": 1, "firm_cost": 5}, cost_per_place=1_000_000), "skilled_hosted").any()


def test_without_places_of_the_school_apprenticeships_change_nothing():
    alone, none = city({"share": 1}, on=False), city(on=False)
    assert (series(alone, "revenue") == series(none, "revenue")).all()


def test_who_is_hired_away_works_for_others():
    poached, kept = (city({"share": 1, "retention": 0}, skills__poached=share) for share in (0.8, 0))
    assert series(poached, "skilled_hosted").sum() == pytest.approx(series(kept, "skilled_hosted").sum(), rel=0.2)
    assert (series(poached, "revenue")[-4:] != series(kept, "revenue")[-4:]).all()


def test_where_all_are_hired_away_nobody_is_a_host():
    assert not series(city({"share": 1, "retention": 0}, skills__poached=1), "skilled_hosted").any()


def test_at_an_extreme_dose_more_places_have_a_host():
    assert (
        series(city({"share": 0.05, "dose": 20}), "skilled_hosted").sum()
        > series(city({"share": 0.05}), "skilled_hosted").sum()
    )
