"""Enterprise R&D units: the award's known answers and limits, signs without substance, and who pays for a real one."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes import rd_units

ALWAYS = {
    "delivery.awareness": 1,
    "delivery.pay_delay": 1,
    "rdorg.min_rd": 0,
    "rdorg.cost": 1_000_000,
    "place.hnte": 120,
}


@cache
def city(policy=False, quarters=16, seed=1, amount=500_000, **numbers):
    overrides = ALWAYS | {name.replace("__", "."): value for name, value in numbers.items()}
    given = {"award.rd_org": {"start": "2021Q1", "amount": amount, "appropriation": 1e8}} if policy else {}
    return worlds.run({"award.hnte": {}} | given, seed=seed, quarters=quarters, overrides=overrides)


def series(world, name):
    return world.record.series[name]


# -- known answers ---------------------------------------------------------------------------------------------------
def test_an_award_of_nothing_leaves_the_chance_as_it_is():
    assert rd_units.moved(0.08, np.zeros(2), 1e6, 3.0).tolist() == [0.08, 0.08]


def test_an_award_of_all_of_the_cost_multiplies_the_odds_by_the_response():
    chance = rd_units.moved(0.2, np.array([1e6, 2e6]), 1e6, np.log(2))
    assert chance / (1 - chance) == pytest.approx([0.5, 1.0])


# -- in a city -------------------------------------------------------------------------------------------------------
def test_an_award_brings_more_units_and_pays_for_those_that_come_anyway():
    with_, without = city(True), city()
    more = series(with_, "rd_units")[-1] - series(without, "rd_units")[-1]
    assert more > 0
    labels, paid = with_.record.grouped["programme_recipients"][1:]
    assert paid[:, labels.index("award.rd_org")].sum() > more


def test_a_sign_is_counted_and_paid_and_absorbs_nothing():
    paper, none = city(True, rdorg__paper=1), city()
    assert series(paper, "rd_units")[-1] > series(none, "rd_units")[-1]
    assert not series(paper, "rd_units_for_award").any() and series(paper, "rd_units_paper").sum() > 0
    firms = paper.firms
    assert firms.rd_paper.any() and not (firms.rd_paper & firms.rd_org).any()


def test_without_signs_every_unit_for_the_award_is_real():
    real = city(True, rdorg__paper=0)
    assert not real.firms.rd_paper.any() and series(real, "rd_units_for_award").sum() > 0


def test_what_an_award_adds_to_productivity_comes_through_absorption_alone():
    # Paper units and units without absorption move money, and nothing that firms know.
    idle = {"sales__credit_growth_effect": 0, "rd__notch": False, "amount": 1e6}
    gain = {}
    for absorption in (0, 2):
        with_, without = (city(on, rdorg__absorption=absorption, rdorg__paper=0, **idle) for on in (True, False))
        gain[absorption] = series(with_, "productivity")[-1] - series(without, "productivity")[-1]
    assert gain[2] - gain[0] > 0


def test_a_larger_award_never_brings_fewer_units():
    counts = [series(city(True, amount=amount), "rd_units")[-1] for amount in (0, 250_000, 1_000_000)]
    assert counts == sorted(counts) and counts[0] < counts[-1]


def test_a_firm_that_is_gone_has_no_unit():
    firms = city(True, rdorg__paper=0.5).firms
    assert not firms.rd_paper[~firms.alive].any()
