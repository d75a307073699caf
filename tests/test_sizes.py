"""Calls split by size: known answers of the split, who wins under a tilt, and what it costs in merit."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes.sizes import split

SMALL, MEDIUM, LARGE = 0, 1, 2
CALL = {
    "policy30": {"appropriation": 3e6, "cap": 3e5, "min_rd": 0},
    "no_application": {"start": "2021Q1", "covers_projects": True},
}
EARLY = {"start": "2021Q1"}


# -- known answers ---------------------------------------------------------------------------------------------------
def test_each_class_has_its_part_for_its_own_best_and_the_rest_goes_by_merit():
    size = np.array([LARGE, LARGE, SMALL, MEDIUM, SMALL])
    assert split(size, np.ones(5), (2.0, 0.0, 1.0)).tolist() == [0, 2, 4, 1, 3]


def test_without_parts_merit_alone_decides_and_a_class_without_files_leaves_its_part_to_others():
    size = np.array([LARGE, SMALL, LARGE])
    assert split(size, np.ones(3), (0.0, 0.0, 0.0)).tolist() == [0, 1, 2]
    assert split(size, np.ones(3), (0.0, 9.0, 0.0)).tolist() == [0, 1, 2]


def test_no_file_is_lost_and_what_comes_first_stays_within_the_room():
    rng = np.random.default_rng(1)
    size, amount = rng.integers(0, 3, 500), rng.uniform(1, 9, 500)
    order = split(size, amount, (60.0, 50.0, 40.0))
    assert sorted(order.tolist()) == list(range(500))
    for k, room in enumerate((60.0, 50.0, 40.0)):
        mine = order[size[order] == k]
        assert (np.diff(mine)[: int(np.searchsorted(np.cumsum(amount[mine]), room))] > 0).all()


# -- in the city -----------------------------------------------------------------------------------------------------
def granted(world) -> np.ndarray:
    """RMB that the call owes or has paid (rows,)."""
    return world.agencies["policy30"].payable + world.firms.received


def won(**terms) -> tuple[float, float]:
    """Part of the money of a call that small firms get, and mean merit of the winners."""
    policy = CALL | ({"gov.size_weights": EARLY | terms} if terms else {})
    world = worlds.run(policy, steps=4)
    firms, n = world.firms, world.firms.count
    paid = granted(world)[:n]
    small = firms.sales_1[:n] < 2e7
    return float(paid[small].sum() / paid.sum()), float(np.average(firms.merit[:n], weights=paid > 0))


def test_the_tilt_moves_money_to_the_class_it_names_and_away_from_merit():
    usual, merit = won()
    down, tilted = won(small=1, medium=0, large=0)
    up, _ = won(small=0, medium=1, large=0)
    assert up < usual < down
    assert tilted < merit  # money leaves the better files


def test_a_larger_dose_splits_more_of_the_call():
    parts = [won(small=1, medium=0, large=0, dose=dose)[0] for dose in (0, 0.5, 1, 20)]
    assert parts[0] == won()[0] and parts[0] <= parts[1] <= parts[2] == parts[3]


def test_no_money_is_added():
    totals = [granted(worlds.run(CALL | extra, steps=4)).sum() for extra in ({}, {"gov.size_weights": EARLY})]
    assert totals[0] > 0
    assert totals[1] == pytest.approx(totals[0], rel=0.15)
