"""Distinctions: known answers, who gets one, what it moves and what it wastes."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes import distinctions
from sim.processes.distinctions import share_of_sector, standing

NAMES = ("rnd.awards", "growth.srdi")
AWARD = {"number": 4, "appropriation": 1e8}
TOLD = {"delivery.awareness": 1}


# -- known answers ---------------------------------------------------------------------------------------------------
def test_parts_of_a_sector_sum_to_one():
    share = share_of_sector(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 2]), 3)
    assert share.tolist() == [0.25, 0.75, 1.0]


def test_standing_has_no_unit_and_says_nothing_of_equals():
    achieved = np.array([1.0, 2.0, 3.0])
    assert standing(achieved) == pytest.approx(standing(1000 * achieved))
    assert standing(np.ones(3)).tolist() == [0, 0, 0] and not len(standing(np.empty(0)))


# -- in the city -----------------------------------------------------------------------------------------------------
def year(name, steps=4, **terms):
    return worlds.run({name: AWARD | terms} if name else {}, steps=steps, overrides=TOLD)


@pytest.mark.parametrize("name", NAMES)
def test_so_many_firms_hold_it_and_they_were_ahead(name):
    world = year(name)
    firms, n = world.firms, world.firms.count
    held = distinctions.holds(world, name, slice(0, n))
    assert held.sum() == 4 and (firms.cert_year[:n][held] > 0).all()
    peers = (firms.cert_year[:n] > 0) & firms.alive[:n]
    ahead = firms.productivity if name == "rnd.awards" else firms.sales_1
    assert ahead[:n][held].mean() > ahead[:n][peers & (firms.sales_1[:n] <= 4e8)].mean()


@pytest.mark.parametrize("name", NAMES)
def test_nobody_gets_it_twice_while_it_lasts_and_it_ends(name):
    world = year(name, steps=8)
    held = distinctions.holds(world, name, slice(0, world.firms.count))
    assert 6 <= held.sum() <= 8
    world.quarter += 40
    assert not distinctions.holds(world, name, slice(0, world.firms.count)).any()


@pytest.mark.parametrize("name", NAMES)
def test_banks_and_funds_believe_in_holders_alone_and_only_as_much_as_is_written(name):
    world = year(name, signal=0.5, fund_signal=0.0)
    rows = np.arange(world.firms.count)
    odds = distinctions.belief(world, rows, "bank")
    assert odds.tolist() == (0.5 * distinctions.holds(world, name, rows)).tolist() and odds.any()
    assert not distinctions.belief(world, rows, "fund").any()


@pytest.mark.parametrize("name", NAMES)
def test_files_that_do_not_win_are_paid_for_too_and_the_waste_can_be_switched_off(name):
    def spent(**terms):
        world = year(name, prize=0, **terms) if name == "rnd.awards" else year(name, amount=0, **terms)
        return float(world.firms.cash[world.firms.alive].sum())

    idle = {"signal": 0, "fund_signal": 0}
    none = spent(number=0, **idle)
    assert spent(cost=0, **idle) == none
    assert none > spent(files=1, **idle) > spent(files=5, **idle)


@pytest.mark.parametrize("name", NAMES)
def test_at_an_extreme_dose_more_is_awarded(name):
    paid = [year(name, steps=8, dose=dose).record.grouped["programme_entitled"][2].sum() for dose in (0.5, 5)]
    assert paid[1] > paid[0] > 0
