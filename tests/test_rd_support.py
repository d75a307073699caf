"""Grants for proven results and enforcement of intellectual property: known answers, limits, and their uncomfortable effects."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes import protection

IP = {"gov.ip": {"start": "2021Q1", "protection": 1}}


def total(metric: str, policy, quarters=16, **overrides) -> float:
    values = worlds.run(policy, quarters=quarters, overrides=overrides).record.series[metric]
    return float(values[-1] if metric in ("knowledge", "productivity") else values.sum())


# -- known answers ---------------------------------------------------------------------------------------------------
def test_without_enforcement_nothing_is_kept_wanted_or_lost():
    assert protection.wanted(0.0, 1.1) == 1 and protection.heard(0.0, 0.25) == 1
    assert not protection.kept(np.array([-1.0, 1.0]), 0.0).any()


def test_a_return_and_a_user_cost_move_research_alike():
    from sim.processes.research import desired_intensity

    assert protection.wanted(0.25, 1.1) == pytest.approx(desired_intensity(1.0, 1 / 1.25, 1.0, 1.1))


def test_only_those_ahead_have_a_rent_to_keep():
    assert protection.kept(np.array([-0.5, 0.0, 0.4]), 0.25).tolist() == [0, 0, 0.1]


# -- intellectual property -------------------------------------------------------------------------------------------
def test_enforcement_raises_research_and_lowers_what_others_learn():
    none, full = total("rd_real", {}), total("rd_real", IP)
    assert full > 1.02 * none
    unheard = {"knowledge.spillover_elasticity": 0.1, "ip.rent": 0}
    assert total("productivity", IP, **unheard) < total("productivity", {}, **unheard)


def test_the_loss_of_followers_can_be_switched_off():
    unheard = {"knowledge.spillover_elasticity": 0.1, "ip.rent": 0, "ip.codified": 0}
    assert total("productivity", IP, **unheard) == total("productivity", {}, **unheard)


# -- proven results --------------------------------------------------------------------------------------------------
GRANTS = {"rnd.transformation": {"appropriation": 5e7, "smallest": 0, "cap": 1e6}}


def test_grants_for_results_go_to_firms_that_have_one_and_are_free_to_spend():
    world = worlds.run(GRANTS, quarters=8)
    _, _, paid = world.record.grouped["programme_paid"]
    assert paid.sum() > 0 and not world.firms.grant_left.any()


def test_a_grant_moves_sales_only_where_money_was_short():
    # Where money for investment makes no difference to growth a grant is a gift.
    idle = {"sales.credit_growth_effect": 0, "exit.other_causes": 0}
    given, none = (worlds.run(policy, quarters=8, overrides=idle) for policy in (GRANTS, {}))
    assert abs(given.record.series["revenue"].sum() / none.record.series["revenue"].sum() - 1) < 1e-3


@pytest.mark.parametrize(("name", "terms", "state"), [
    ("rnd.transformation", GRANTS["rnd.transformation"] | {"appropriation": 1e6}, "programme_paid"),
    ("gov.ip", {"start": "2021Q1"}, "rd_real"),
])  # fmt: skip
def test_at_an_extreme_dose_the_declared_state_changes(name, terms, state):
    usual, extreme = (worlds.run({name: terms | more}, quarters=8) for more in ({}, {"dose": 20}))
    one, other = (
        world.record.series.get(state, world.record.grouped.get(state, (0, 0, 0))[2]) for world in (usual, extreme)
    )
    assert np.sum(other) > np.sum(one)
