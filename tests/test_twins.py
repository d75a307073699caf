"""The subset of the rules (`benchmarks/twins`) as arrays, as Mesa objects and in C: the same city in distribution, and
without luck the same city."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.twins import OUTPUTS, arrays, c_city, mesa_city, start
from sim.opening import Openings

ROWS, QUARTERS, RUNS = 400, 8, 24
TWINS = {"mesa": mesa_city.run, "c": c_city.run}
LIMIT = 5.0  # standard errors: one in a thousand sets of runs that agree would exceed it somewhere
SPREAD = 3.0  # ratio of the ranges of the middle two thirds of runs, four of its own standard errors
# Every draw without effect. Certificates are for all who ask, for as long as they stand.
NO_LUCK = {
    "sales.volatility": 0, "sales.margin_luck": 0, "sales.margin_shock": 0, "knowledge.jump_rate": 0,
    "knowledge.patents_per_million": 0, "hnte.consider_rate": 1, "hnte.renewal_consider": 1, "hnte.pass_logodds": 99,
    "sme.renew_rate": 1, "sme.register_rate": 1, "rd.audit_rate": 0, "credit.signal_noise": 0,
    "exit.other_causes": 0, "exit.relocation_rate": 0,
}  # fmt: skip

needs_compiler = pytest.mark.skipif(c_city.compiler() is None, reason="no C compiler on this machine")
twins = pytest.mark.parametrize("twin", ["mesa", pytest.param("c", marks=needs_compiler)])


@cache
def runs(twin: str) -> np.ndarray:
    """Mean outputs over a run, (runs, outputs), of one start with luck that differs."""
    openings, found = Openings(), []
    for luck in range(RUNS):
        world = arrays.world(ROWS, 1, QUARTERS, luck=100 + luck, openings=openings)
        outputs = arrays.run(world, QUARTERS) if twin == "arrays" else TWINS[twin](world, QUARTERS, 500 + luck)
        found.append(outputs.mean(axis=0))
    return np.array(found)


def distances(one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """Differences of means in standard errors, by output."""
    error = np.sqrt((one.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)) / RUNS)
    gaps = np.abs(one.mean(axis=0) - other.mean(axis=0)) / np.maximum(error, 1e-12)
    return dict(zip(OUTPUTS, gaps.tolist(), strict=True))


@twins
def test_without_luck_it_is_the_same_city(twin):
    world = arrays.world(ROWS, 1, 12, changes=NO_LUCK)
    found = TWINS[twin](world, 12, 1)
    for name, mine, other in zip(OUTPUTS, arrays.run(world, 12).T, found.T, strict=True):
        np.testing.assert_allclose(other, mine, rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_comparison_without_luck_reaches_every_rule():
    """Firms plan, apply, borrow, default and leave even then."""
    found = dict(zip(OUTPUTS, arrays.run(arrays.world(ROWS, 1, 12, changes=NO_LUCK), 12).T, strict=True))
    for name in ("aims", "claims", "registered", "first_time", "batch", "exits", "insolvent", "lent", "lost"):
        assert found[name].max() > 0, name
    assert found["batch"].max() > found["first_time"].max()  # renewals


@twins
def test_means_agree_within_their_errors(twin):
    gaps = distances(runs("arrays"), runs(twin))
    assert max(gaps.values()) < LIMIT, gaps


@twins
def test_spreads_agree(twin):
    """Ranges, because a few firms of heavy tails make standard deviations themselves heavy-tailed."""
    low, high = np.quantile([runs("arrays"), runs(twin)], (0.16, 0.84), axis=1)
    mine, other = high - low
    ratios = dict(zip(OUTPUTS, (other / mine).tolist(), strict=True))
    assert max(ratios.values()) < SPREAD, ratios
    assert min(ratios.values()) > 1 / SPREAD, ratios


def _told(monkeypatch, **factors):
    """The C twin reads these numbers times a factor."""
    scalars = start.scalars

    def changed(world):
        found = scalars(world)
        return found | {name: factor * found[name] for name, factor in factors.items()}

    monkeypatch.setattr(start, "scalars", changed)


@pytest.mark.parametrize("number", ["exit_other_causes", "sme_register_rate", "knowledge_patents_per_million"])
@needs_compiler
def test_luck_of_another_size_is_told_apart(monkeypatch, number):
    _told(monkeypatch, **{number: 2.0})
    gaps = distances(runs("arrays"), runs.__wrapped__("c"))
    assert max(gaps.values()) > LIMIT, gaps


@pytest.mark.parametrize(
    "number, factor",
    [("rd_planning_margin", 1.001), ("credit_risk_size", 1.001), ("exit_grace", 0.75), ("tax_claim_cost", 1.2)],
)
@needs_compiler
def test_a_rule_a_little_off_is_told_apart_without_luck(monkeypatch, number, factor):
    world = arrays.world(ROWS, 1, 12, changes=NO_LUCK)
    _told(monkeypatch, **{number: factor})
    assert not np.allclose(c_city.run(world, 12, 1), arrays.run(world, 12), rtol=1e-9)
