"""Posted problems and research clubs: known answers of the kernels, both modes at equal luck and budget, and what is
uncomfortable about them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes import clubs
from sim.processes.problems import (
    contract_price,
    cost_multiple,
    covered,
    expected_worth,
    posts,
    score,
    taught,
    wanted_first,
)
from sim.world import World

POOL = {"appropriation": 5e7, "start": "2021Q2"}
# A small city has few large laboratories: everybody may post, so that there is something to count.
OPEN = {
    "challenge.min_rd": 1e6,
    "challenge.smallest": 0,
    "delivery.awareness": 1,
    "challenge.hears": 1,
    "exit.other_causes": 0.0,
}


# -- known answers: problems -----------------------------------------------------------------------------------------
def drawn(problems=200_000, teams=1, **terms):
    """Margins (problems, teams) of equal solvers from independent draws."""
    luck = np.random.default_rng(1)
    usual = {"chance": 0.4, "match": 0.0, "skill": 0.5, "teams": teams, "rivalry": 0.0, "common": 0.0}
    return score(
        **usual | terms, difficulty=luck.standard_normal((problems, 1)), luck=luck.standard_normal((problems, teams))
    )


@pytest.mark.parametrize("common", [0.0, 0.3, 1.0])
def test_a_usual_solver_solves_with_the_chance_that_is_written(common):
    assert (drawn(common=common) > 0).mean() == pytest.approx(0.4, abs=0.005)


@pytest.mark.parametrize("teams", [2, 3, 4])
def test_parallel_teams_with_luck_of_their_own_solve_with_one_minus_the_chance_that_all_fail(teams):
    assert (drawn(teams=teams) > 0).any(axis=1).mean() == pytest.approx(1 - 0.6**teams, abs=0.005)


def test_parallel_teams_are_worth_nothing_where_all_the_luck_lies_in_the_problem():
    margin = drawn(teams=3, common=1.0)
    assert ((margin > 0).any(axis=1) == (margin > 0).all(axis=1)).all()


def test_luck_in_common_lies_between_these_limits():
    alone, shared, apart = ((drawn(teams=2, common=c) > 0).any(axis=1).mean() for c in (1.0, 0.5, 0.0))
    assert alone + 0.02 < shared < apart - 0.02


def test_rivals_lower_effort_and_ability_raises_the_margin():
    assert drawn(10, teams=1, rivalry=0.5).tolist() == drawn(10, teams=1).tolist()
    assert drawn(10, teams=2, rivalry=0.5) == pytest.approx(drawn(10, teams=2) - 0.5 * np.log(2))
    assert drawn(10, match=1.0) == pytest.approx(drawn(10) + 0.5)


def test_the_cost_of_a_race_is_that_of_its_teams_until_it_is_cut_down():
    assert cost_multiple(1, 4, 10) == 1 and cost_multiple(3, 4, 10) == 1.8 and cost_multiple(2, 99, 10) == 2


def test_a_yuan_of_contract_costs_what_the_pool_does_not_bear():
    assert contract_price(0.0, 0.5, 0.4, 1) == 1
    assert contract_price(0.75, 1.0, 0.0, 1) == 0.25  # all at the signature
    assert contract_price(0.75, 0.5, 0.4, 2) == pytest.approx(2 * (1 - 0.75 * 0.7))


def test_firms_post_where_the_work_is_worth_more_than_its_price():
    worth = expected_worth(0.5, np.array([0.2, 1.0, 1.6]), 0.4)
    assert worth == pytest.approx([0.3, 0.7, 1.0])
    assert posts(worth, 0.5, 0.0).tolist() == [False, True, True]
    assert posts(worth, 0.5, 0.3).tolist() == [False, False, True]


def test_what_teams_learn_on_one_problem_is_in_part_the_same():
    paid = np.array([[4.0, 2.0, 2.0], [4.0, 0.0, 0.0]])
    assert taught(paid, 0.5, 1.0).tolist() == [2, 2]  # nothing new
    assert taught(paid, 0.5, 0.0).tolist() == [4, 2]  # all new
    assert taught(paid, 0.5, 0.7) == pytest.approx([2 + 0.5 * 0.3 * 4, 2])


def test_a_purse_covers_problems_in_order_until_the_next_exceeds_it():
    assert covered(np.array([3.0, 5.0, 1.0]), np.array([0, 1, 2]), 8.5).tolist() == [True, True, False]
    assert not covered(np.array([3.0]), np.array([0]), 2.9).any()


# -- known answers: clubs --------------------------------------------------------------------------------------------
TERMS = {"relevance": 0.1, "own_worth": 0.7, "absorption": 0.3, "meetings": 0.0}


def test_a_member_learns_from_the_others_part_what_serves_it_and_what_it_can_take_up():
    assert clubs.learned(np.array([100.0]), np.array([20.0]), np.array([1000.0]), 0.1, 0.3) == [8]
    assert clubs.learned(np.array([100.0]), np.array([0.0]), np.array([10.0]), 0.1, 0.3) == [3]


def test_equal_firms_join_where_many_share_and_nobody_where_few_do():
    many, gain = clubs.joins(np.full(20, 100.0), 0.05, 0.0, **TERMS)
    assert many.all() and gain == pytest.approx(0.1 * 19 * 5 - 0.3 * 5)
    few, gain = clubs.joins(np.full(3, 100.0), 0.05, 0.0, **TERMS)
    assert not few.any() and not gain.any()


def test_a_head_that_dwarfs_the_others_leaves_and_the_club_with_it_unless_a_grant_keeps_it():
    research = np.array([1000.0, 20.0, 20.0, 20.0, 20.0])
    assert not clubs.joins(research, 0.05, 0.0, **TERMS)[0].any()
    kept, gain = clubs.joins(research, 0.05, 50.0, **TERMS)
    assert kept.all() and gain[0] == pytest.approx(0.1 * 4 + 0.7 * 50 - 0.3 * 50)


def test_small_members_pay_little_and_learn_most_for_a_yuan():
    members, gain = clubs.joins(np.array([50.0, 50.0, 50.0, 50.0, 5.0]), 0.05, 20.0, **TERMS)
    assert members[4] and gain[4] / 5 > gain[1] / 50


# -- equal luck, equal budget ----------------------------------------------------------------------------------------
def city(policy, quarters=24, **overrides) -> World:
    return worlds.run(policy, quarters=quarters, overrides=OPEN | overrides)


@cache
def both(**overrides) -> tuple[World, World]:
    """One solver a problem, and races of three."""
    terms = dict(overrides)
    return city({"rnd.jiebang": POOL}, **terms), city({"rnd.horse_race": POOL | {"horses": 3}}, **terms)


class Watched(World):
    """A world that remembers the problems that were signed in its first call."""

    def step(self):
        super().step()
        if self.quarter == 1:
            t = self.problems
            self.first = {
                name: getattr(t, name).copy() for name in ("identity", "solver", "who", "margin", "works", "worth")
            }


def test_the_same_solver_has_the_same_luck_with_the_same_problem_in_both_modes():
    one, race = (
        worlds.build({name: POOL}, quarters=2, overrides=OPEN | {"challenge.rivalry": 0}, kind=Watched)
        for name in ("rnd.jiebang", "rnd.horse_race")
    )
    for world in (one, race):
        world.step(), world.step()
    a, b = one.first, race.first
    common, i, j = np.intersect1d(a["identity"], b["identity"], return_indices=True)
    assert len(common) > 2
    assert (a["worth"][i] == b["worth"][j]).all()
    assert (a["who"][i, 0] == b["who"][j, 0]).all()  # the best bid is one of the race
    assert (a["margin"][i, 0] == b["margin"][j, 0]).all()


def test_at_the_same_pool_races_serve_fewer_problems_with_more_teams():
    one, race = (world.record.series for world in both())
    assert 0 < race["challenge_signed"].sum() < one["challenge_signed"].sum()
    assert (one["challenge_teams"] == one["challenge_signed"]).all() and not one["challenge_stopped"].any()
    assert race["challenge_teams"].sum() > 2 * race["challenge_signed"].sum()
    assert race["challenge_stopped"].sum() > 0


def test_neither_mode_promises_more_than_the_pool_of_the_year():
    for world in both():
        _, labels, entitled = world.record.grouped["programme_entitled"]
        assert (entitled.reshape(-1, 4, len(labels)).sum(axis=1) <= 5e7).all() and entitled.sum() > 1e8


def test_every_problem_ends_solved_or_not():
    for world in both():
        s = world.record.series
        ended = s["challenge_solved"].sum() + s["challenge_failed"].sum()
        gone = s["challenge_signed"].sum() - ended - world.problems.count
        assert s["challenge_solved"].sum() > 0 and s["challenge_failed"].sum() > 0
        assert 0 <= gone <= 0.2 * s["challenge_signed"].sum()  # posters that closed or moved away


def test_what_is_not_delivered_is_not_paid():
    certain, never = (
        city(
            {"rnd.jiebang": POOL},
            quarters=16,
            **{"challenge.success": chance, "challenge.skill": 0, "challenge.lessons": 1},
        )
        for chance in (0.99, 0.01)
    )
    for world, low, high in ((certain, 0.9, 1.0), (never, 0.0, 0.2)):
        s, (_, _, lapsed) = world.record.series, world.record.grouped["programme_lapsed"]
        ended = s["challenge_solved"].sum() + s["challenge_failed"].sum()
        assert low <= s["challenge_solved"].sum() / ended <= high
        assert (lapsed.sum() > 0) == (s["challenge_failed"].sum() > 0)


def test_the_purse_keeps_what_it_promised_for_delivery_over_the_year():
    world = city({"rnd.jiebang": POOL}, quarters=8)
    office = world.agencies["rnd.jiebang"]
    assert office.owed() > 0 and world.ledger.cash[office.account] == office.owed()


# -- uncomfortable effects and their ablations -----------------------------------------------------------------------
def test_problems_that_firms_had_in_their_plans_replace_own_work_unless_that_is_switched_off():
    usual, without = city({"rnd.jiebang": POOL}, 8), city({"rnd.jiebang": POOL}, 8, **{"challenge.anyway": 0})
    assert usual.record.series["challenge_anyway"].sum() > 0
    assert without.record.series["challenge_replaced"].sum() < usual.record.series["challenge_replaced"].sum()
    assert without.record.series["rd_real"].sum() > usual.record.series["rd_real"].sum()


def test_the_smaller_the_public_share_the_fewer_firms_post_and_the_more_of_them_would_have_worked_on_it_anyway():
    full, none = city({"rnd.jiebang": POOL}, 2), city({"rnd.jiebang": POOL | {"share": 0.1}}, 2)
    parts = [
        w.record.series["challenge_anyway"].sum() / w.record.series["challenge_signed"].sum() for w in (full, none)
    ]
    assert none.record.series["challenge_posted"].sum() < full.record.series["challenge_posted"].sum()
    assert parts[0] < parts[1]


def test_what_teams_learn_twice_is_lost_to_races_alone():
    ablated = both(**{"challenge.redundancy": 0})
    for mode, (usual, other) in enumerate(zip(both(), ablated)):
        gain = other.record.series["challenge_knowledge"][1] - usual.record.series["challenge_knowledge"][1]
        assert gain > 0 if mode else gain == 0


def test_members_of_a_club_cut_own_research_unless_free_riding_is_switched_off():
    terms = {"rnd.consortia": {"start": "2021Q1", "clubs": 6, "members": 40}}
    usual, without = city(terms, 8), city(terms, 8, **{"club.freeriding": 0})
    none = city({}, 8)
    members = usual.record.series["club_members"]
    assert members[-1] > 5 and usual.record.series["club_rd_cut"].sum() > 0
    assert not without.record.series["club_rd_cut"].any()
    assert usual.record.series["rd_real"].sum() < without.record.series["rd_real"].sum()
    assert without.record.series["rd_real"].sum() >= none.record.series["rd_real"].sum()
    assert without.record.series["knowledge"][-1] > none.record.series["knowledge"][-1]


def test_a_club_is_no_gift_of_knowledge():
    world = city({"rnd.consortia": {"start": "2021Q1", "clubs": 6}}, 8)
    s = world.record.series
    members = s["club_members"].max()
    assert (s["club_knowledge"] <= world.numbers["club.relevance"] * s["club_dues"] * members).all()


# -- extreme doses ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "terms", "state"),
    [
        ("rnd.jiebang", POOL | {"appropriation": 5e6, "dose": 20}, "challenge_signed"),
        ("rnd.horse_race", POOL | {"appropriation": 5e6, "dose": 20}, "challenge_stopped"),
        ("rnd.consortia", {"start": "2021Q1", "dose": 20}, "club_members"),
    ],
)
def test_at_an_extreme_dose_the_declared_state_changes(name, terms, state):
    usual, extreme = (
        city({name: {key: value for key, value in terms.items() if key != "dose"}}, 8),
        city({name: terms}, 8),
    )
    assert extreme.record.series[state].sum() > usual.record.series[state].sum() >= 0
    assert extreme.record.series["knowledge"][-1] != usual.record.series["knowledge"][-1]


# -- demand ----------------------------------------------------------------------------------------------------------
def test_problems_are_ranked_by_merit_demand_or_supply_and_by_parts_of_them():
    merit, demand, supply = np.array([1.0, 0.0]), np.array([0.0, 2.0]), np.array([3.0, 0.0])
    for weight, rank in ((0, merit), (1, demand), (-1, supply)):
        assert wanted_first(merit, demand, supply, weight).tolist() == rank.tolist()
    assert wanted_first(merit, demand, supply, 0.5).tolist() == [0.5, 1.0]


def test_what_firms_would_pay_most_for_is_what_they_would_do_anyway():
    tight = OPEN | {"challenge.most": 1}
    part = []
    for weight in (-1, 0, 1):
        world = worlds.run({"rnd.jiebang": POOL | {"appropriation": 1e7}}, quarters=16,
                           overrides=tight | {"challenge.demand_weight": weight})  # fmt: skip
        signed, anyway = (world.record.series[f"challenge_{name}"].sum() for name in ("signed", "anyway"))
        assert signed > 5
        part.append(anyway / signed)
    assert part[2] > max(part[0], part[1])
