"""Money on the rise of R&D: known answers of price and swing, more R&D where it is large, and the timing that earns on it."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes.increments import steady_cut, swing

CALL = {"start": "2021Q1", "min_sales": 0, "appropriation": 1e8, "cap": 1e7, "share": 0.5}


# -- known answers ---------------------------------------------------------------------------------------------------
def test_without_impatience_a_yuan_more_earns_nothing_and_with_much_of_it_the_share():
    assert steady_cut(0.2, 0.0) == pytest.approx(0)
    assert steady_cut(0.2, 1e9) == pytest.approx(0.2)
    assert steady_cut(0.2, 0.1) == pytest.approx(0.2 * (1 - (1 / 1.1 + 1 / 1.21) / 2))


def test_the_swing_is_the_best_of_all_swings():
    share, cost, elasticity = 0.2, 0.8, 1.14
    x = np.linspace(0, 1, 100_001)
    gain = share * x - cost / elasticity * x**2  # of two years
    assert swing(share, cost, elasticity) == pytest.approx(x[gain.argmax()], abs=1e-4)


# -- in the city -----------------------------------------------------------------------------------------------------
def rd(terms=None, steps=16, **overrides):
    world = worlds.run({"rnd.core_tech": CALL | terms} if terms is not None else {}, steps=steps, overrides=overrides)
    return world, world.record.series["rd_real"][:steps]


def test_the_promise_raises_real_research_before_anything_is_paid():
    told = {"delivery.awareness": 1, "hnte.discount_rate": 0.5}
    promised = rd({"appropriation": 0, "lumping": 0, "share": 1.0}, steps=4, **told)[1]
    assert promised.sum() > 1.01 * rd(steps=4, **told)[1].sum()


def test_firms_that_time_it_do_more_in_one_year_and_less_in_the_next():
    world, _ = rd({"lumping": 1}, steps=12)
    steady, _ = rd({"lumping": 0}, steps=12)
    n = min(world.firms.count, steady.firms.count)
    same = np.flatnonzero((world.firms.identity[:n] == steady.firms.identity[:n]) & world.firms.alive[:n]
                          & steady.firms.alive[:n] & (world.firms.cert_year[:n] > 0))  # fmt: skip
    up = (world.year + world.firms.identity[same]) % 2 == 1
    ratio = world.firms.intensity[same] / np.maximum(steady.firms.intensity[same], 1e-9)
    assert ratio[up].mean() > 1.005 and ratio[~up].mean() < 0.999


def test_at_an_extreme_dose_more_is_claimed():
    paid = [rd({"dose": dose}, steps=8)[0].record.grouped["programme_entitled"][2].sum() for dose in (1, 20)]
    assert paid[1] > paid[0] > 0
