"""Talks, assistants and visits: who is told of programmes, who is helped, who is spared."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes import environment, talks

NOW = {"start": "2021Q1"}
BASE = {"policy30": {"min_rd": 0, "cap": 200_000}, "tax.incentives": {}, "award.hnte": {}}
SHOWS = {"delivery.roadshows": NOW | {"reach": 0.5, "appropriation": 1e6}}
HELP = {"delivery.assistants": NOW | {"persons": 5, "firms_each": 40, "appropriation": 1e6}}
VISITS = {"delivery.visits": NOW | {"firms": 100, "appropriation": 1e6}}


def run(policy, quarters=8, **overrides):
    return worlds.run(BASE | policy, quarters=quarters, overrides=overrides)


# -- known answers ---------------------------------------------------------------------------------------------------
def test_as_many_come_as_talks_reach_and_those_near_by_sooner():
    near, knows = np.arange(1000) < 300, np.arange(1000) % 2 == 0
    chance = talks.attendance(0.1, near, knows, 4.0, 0.4)
    assert chance.mean() == pytest.approx(0.1)
    assert chance[0] == pytest.approx(4 * chance[998]) and chance[999] == pytest.approx(0.4 * chance[998])


def test_the_largest_are_visited():
    sizes = np.array([3.0, 9.0, 1.0, 7.0])
    assert (sizes >= talks.cut(sizes, 2)).tolist() == [False, True, False, True]
    assert talks.cut(sizes, 0) == np.inf and talks.cut(sizes, 9) == 1.0


# -- what happens ----------------------------------------------------------------------------------------------------
def told(world):
    rows = np.flatnonzero(world.firms.alive)
    return rows[talks.heard(world, rows)]


def test_who_comes_to_talks_mostly_knows_already_and_the_switch_turns_that_off():
    def ignorant(new):
        world = run({"delivery.roadshows": SHOWS["delivery.roadshows"] | {"new": new}}, quarters=2)
        return np.mean(world.firms.awareness[told(world)] >= world.numbers["delivery.awareness"])

    assert ignorant(0.2) < 0.75 * ignorant(1)


def test_what_was_heard_is_forgotten():
    policy = {"delivery.roadshows": SHOWS["delivery.roadshows"] | {"stop": "2021Q3", "retention": 4}}
    assert len(told(run(policy, quarters=3))) > 20 and len(told(run(policy, quarters=6))) == 0


def test_firms_that_were_told_apply():
    def claims(policy):
        return run(policy).agencies["policy30"].asked_year

    for policy in (SHOWS, HELP, VISITS):
        assert claims(policy) > claims({})


def test_assistants_push_files_that_are_not_worth_it_and_the_switch_turns_it_off():
    dear = {"delivery.hassle_cost": 1e6}
    none, some = (run({"delivery.assistants": HELP["delivery.assistants"] | {"pushed": x}}, **dear) for x in (0, 1))
    assert some.agencies["policy30"].asked_year > none.agencies["policy30"].asked_year


def test_a_visited_firm_may_be_in_arrears_for_longer():
    poor = {"exit.other_causes": 0, "exit.relocation_rate": 0, "place.arrears_share": 0.5, "exit.trade_credit": 2}
    firms = {"delivery.visits": NOW | {"firms": 400, "grace": 8, "appropriation": 1e6}}
    hard = {"delivery.visits": NOW | {"firms": 400, "grace": 0, "appropriation": 1e6}}
    kept, closed = (run(policy, quarters=4, **poor).record.series["exits"].sum() for policy in (firms, hard))
    assert kept < closed


@pytest.mark.parametrize(
    ("policy", "name"), [(SHOWS, "delivery.roadshows"), (HELP, "delivery.assistants"), (VISITS, "delivery.visits")]
)
def test_at_an_extreme_dose_more_firms_are_told(policy, name):
    small = {name: policy[name] | {"dose": 0.1}}
    assert len(told(run({name: policy[name] | {"dose": 20}}))) > len(told(run(small)))


# -- business environment --------------------------------------------------------------------------------------------
EASY = {"delivery.environment": NOW | {"start_up_days": 60, "day_cost": 10_000, "appropriation": 1e7}}


def test_without_the_push_a_chance_is_what_it_was():
    odds = np.log(0.3 / 0.7) + 0.8
    assert environment.without(1 / (1 + np.exp(-odds)), 0.8) == pytest.approx(0.3)


def test_easier_entry_brings_more_firms_and_the_last_of_them_are_weaker():
    def seen(policy):
        world = run(policy, quarters=8)
        return world.record.series["entries"].sum(), world

    few, _ = seen({})
    many, _ = seen(EASY)
    assert many > few
    worst, equal = (
        run({"delivery.environment": EASY["delivery.environment"] | {"weaker": x}}, quarters=16)
        .record.series["exits"]
        .sum()
        for x in (0.5, 0)
    )
    assert worst > equal


def test_steps_saved_are_costs_that_firms_keep():
    policy = {"delivery.environment": NOW | {"start_up_days": 0, "cost_share": 0.05, "appropriation": 1e7}}
    one, none = run(policy, quarters=1), run({}, quarters=1)
    costs, sales = (getattr(none.firms, x).sum() for x in ("costs", "sales"))
    assert one.firms.costs.sum() == pytest.approx(costs - 0.05 * sales, rel=2e-3)


def test_at_an_extreme_dose_more_firms_enter():
    small = {"delivery.environment": NOW | {"appropriation": 1e8}}
    large = {"delivery.environment": NOW | {"appropriation": 1e8, "dose": 20}}
    assert run(large).record.series["entries"].sum() > run(small).record.series["entries"].sum()
