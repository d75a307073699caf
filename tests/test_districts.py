"""Districts that are scored: how offices divide their effort, what that moves, and rewards for ranks."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes import rankings, scoring
from sim.processes.scoring import COUNSELLING, REPORTS, RESEARCH, SERVICES, TASKS

USUAL = np.array([0.25, 0.25, 0.25, 0.25, 0.0])
DELAY = np.array([1.0, 0.0, 2.0, 4.0, 0.5])
NOW = {"start": "2021Q1"}
SCORED = {"gov.monitoring": NOW | {"pressure": 1}}
BASE = {"tax.incentives": {}, "award.hnte": {}, "university.events": {}, "policy30": {}}


def value(gaming=1.0, reports=2.0, room=(1.0, 1.0), weights=(0.4, 0.3, 0.2, 0.1)):
    return scoring.worth(weights, gaming, DELAY, reports, 0.8, np.array(room))


def city(policy, quarters=12, **overrides):
    return worlds.run(policy, quarters=quarters, overrides=overrides)


def series(world, name):
    return world.record.series[name]


# -- known answers ---------------------------------------------------------------------------------------------------
def test_effort_is_as_usual_where_nothing_moves_and_follows_value_where_all_does():
    effort = scoring.divide(USUAL, value(), np.array([0.0, 1.0]))
    assert effort[0] == pytest.approx(USUAL)
    assert effort[1] == pytest.approx(value()[1] / value()[1].sum())
    assert effort.sum(axis=1) == pytest.approx(1.0)


def test_what_no_score_counts_and_what_shows_late_loses():
    _, all_moved = scoring.divide(USUAL, value(), np.array([0.0, 1.0]))
    assert all_moved[SERVICES] == 0 and all_moved[RESEARCH] < 0.1 < all_moved[COUNSELLING]
    rare, often = (value(reports=x)[0] / value(reports=x)[0].sum() for x in (0.5, 4))
    assert often[REPORTS] > rare[REPORTS] and often[RESEARCH] < rare[RESEARCH]


def test_without_gaming_nobody_helps_with_reports():
    assert scoring.divide(USUAL, value(gaming=0), np.ones(2))[:, REPORTS].tolist() == [0, 0]


def test_counselling_goes_where_firms_are_left_to_counsel():
    few, many = scoring.divide(USUAL, value(room=(0.5, 2.0)), np.ones(2))[:, COUNSELLING]
    assert few < many


def test_scores_that_count_nothing_move_nothing():
    assert scoring.divide(USUAL, value(weights=(0, 0, 0, 0)), np.ones(2)) == pytest.approx(np.tile(USUAL, (2, 1)))


def test_ranks_are_a_permutation_and_the_best_has_nobody_ahead():
    score = np.array([0.3, 2.0, -1.0, 0.3])
    assert scoring.standing(score).tolist() == [2, 1, 4, 3]
    others = np.tile(score, (4, 1))
    assert rankings.ahead(score, others).tolist() == [1, 0, 3, 1]
    assert rankings.ahead(score, others, reach=1.5).tolist() == [0, 0, 2, 0]


@pytest.mark.parametrize("rank", [1, 2, 4, 5])
def test_a_contestant_begins_with_the_rank_it_is_known_to_have(rank):
    others = np.array([0.3, 2.0, -1.0, 0.7])
    score = rankings.seat(others, rank)
    assert (others > score).sum() == rank - 1


# -- monitoring ------------------------------------------------------------------------------------------------------
def test_pressure_moves_effort_to_counts_and_reports_from_services_and_research():
    world = city(BASE | SCORED)
    first, last = ({task: series(world, f"office_{task}")[q] for task in TASKS} for q in (0, -1))
    assert first == pytest.approx(dict(zip(TASKS, USUAL)))  # no report yet
    assert last["reports"] > 0 and last["counselling"] > 0.25
    assert last["services"] < 0.25 and last["research"] < 0.25


def test_the_last_district_moves_most_and_the_first_nothing():
    world = city(BASE | SCORED)
    moved = np.sort(world.scores.moved)
    assert moved[0] == 0 and moved[-1] == 1 and (np.diff(moved) > 0).all()


def test_gaming_raises_relabelled_research_and_its_switch_turns_it_off():
    def relabelled(gaming):
        policy = BASE | {"gov.monitoring": SCORED["gov.monitoring"] | {"gaming": gaming}}
        return series(city(policy, **{"scoring.relabel_help": 5}), "rd_relabelled").sum()

    assert relabelled(1) > relabelled(0)
    quiet = city(BASE | {"gov.monitoring": SCORED["gov.monitoring"] | {"gaming": 0}})
    assert (quiet.scores.relabel == 1).all() and not series(quiet, "office_reports").any()


def test_more_reports_cost_more_and_none_is_no_monitoring():
    def cost(reports):
        return series(city({"gov.monitoring": NOW | {"reports": reports}}), "public_cost_city").sum()

    assert cost(2) == pytest.approx(2 * cost(1)) and cost(1) > 0 == cost(0)


def test_with_work_that_brings_nothing_only_the_books_of_offices_change():
    none = {"scoring.return": 0, "scoring.relabel_help": 0}
    assert (series(city(BASE | SCORED, **none), "rd_real") == series(city(BASE), "rd_real")).all()


def test_firms_hear_less_of_programmes_when_services_are_not_scored():
    world = worlds.build(BASE | SCORED, quarters=6)
    for _ in range(6):
        world.step()
    assert world.rules.delivery.awareness < world.numbers["delivery.awareness"]
    assert world.rules.links.events < world.numbers["university.events.events"]


# -- the ranking of the province -------------------------------------------------------------------------------------
def reward(**terms):
    return {"gov.htz_reward": NOW | terms}


def test_the_province_pays_a_place_gained_up_to_its_pool_and_nothing_in_the_first_year():
    world = city(BASE | reward(rivals=0, per_place=100_000, appropriation=1e9, field=54))
    labels, paid = world.record.grouped["programme_paid"][1:]
    paid = paid[:, labels.index("gov.htz_reward")]
    assert not paid[:4].any() and paid[4:].sum() > 0
    capped = city(BASE | reward(rivals=0, per_place=100_000, appropriation=200_000))
    assert (
        capped.record.grouped["programme_paid"][2][:, labels.index("gov.htz_reward")].reshape(-1, 4).sum(1).max()
        <= 200_000
    )


def test_against_rivals_that_grow_faster_places_are_lost_and_nothing_is_paid():
    slow, fast = (city(BASE | reward(rivals=x), **{"scoring.luck": 0}) for x in (0.0, 0.2))
    assert series(slow, "zone_rank")[-1] < series(fast, "zone_rank")[-1]
    assert fast.record.grouped["programme_paid"][2][:, -1].sum() == 0


def test_ranks_of_the_field_are_zero_sum():
    world = city(BASE | reward())
    score = world.scores
    zones = len(score.zones)
    assert zones == 4 and (score.ranking.rank >= 1).all() and (score.ranking.rank <= 54).all()


def test_the_best_zone_has_nothing_left_to_gain():
    world = city(BASE | reward(rank=1, rivals=0), **{"scoring.spread": 0.01, "scoring.luck": 0})
    assert world.scores.prize[np.argmin(world.scores.ranking.rank)] == 0 or world.scores.ranking.rank.min() > 1


def test_rewards_pay_for_reported_research():
    world = worlds.build(BASE | reward(rivals=0, per_place=1_000_000, appropriation=1e8), quarters=6)
    for _ in range(6):
        world.step()
    firms, n = world.firms, world.firms.count
    assert world.agencies["gov.htz_reward"].paid > 0
    assert firms.grant_left[:n].sum() > 0 and (firms.grant_left[:n][firms.rd_1[:n] == 0] == 0).all()


@pytest.mark.parametrize(("name", "terms", "state"), [
    ("gov.monitoring", NOW, "office_reports"), ("gov.htz_reward", NOW | {"rivals": 0.0}, "office_reports"),
])  # fmt: skip
def test_at_an_extreme_dose_the_declared_state_changes(name, terms, state):
    usual, extreme = (city(BASE | {name: terms | more}) for more in ({}, {"dose": 20}))
    assert series(extreme, state).sum() > series(usual, state).sum()


# -- targets ---------------------------------------------------------------------------------------------------------
def target(**terms):
    return {"gov.target": NOW | terms}


def test_a_city_below_its_target_moves_more_as_the_date_comes_near_and_nothing_after_it():
    effort = series(city(BASE | target(rival_growth=0.2, stop="2023Q1"), quarters=12), "office_reports")
    assert effort[0] < effort[4] and effort[4] > 0 and not effort[8:].any()


def test_a_city_that_has_reached_its_target_moves_nothing():
    assert not series(city(BASE | target(rank=78)), "office_reports").any()


def plan(**terms):
    return {"gov.zone_plan": NOW | terms}


def test_the_rank_of_a_zone_rises_the_day_its_parks_are_added_and_not_without_them():
    alone, four = (series(city(BASE | plan(parks=x), quarters=4), "plan_rank")[0] for x in (1, 4))
    assert four < alone == 20


def test_a_zone_below_its_plan_moves_effort_and_one_that_stands_better_does_not():
    behind, ahead = (
        city(BASE | plan(**terms), quarters=8) for terms in ({"parks": 1, "rivals": 0.2}, {"gain": 0, "rivals": 0})
    )
    assert series(behind, "office_reports")[-1] > 0 == series(ahead, "office_reports")[-1]


@pytest.mark.parametrize(
    ("name", "terms"),
    [("gov.target", {"rival_growth": 0.2, "pressure": 0.1}), ("gov.zone_plan", {"parks": 1, "pressure": 0.1})],
)
def test_at_an_extreme_dose_targets_move_more(name, terms):
    usual, extreme = (city(BASE | {name: NOW | terms | more}) for more in ({}, {"dose": 20}))
    assert series(extreme, "office_reports").sum() > series(usual, "office_reports").sum()
