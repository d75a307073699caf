"""Incentives for private funds: what they move, whom they are paid to, what they cost for deals made anyway."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes import rebates

ONE = "fund.incentive"
TERMS = {"start": "2021Q1", "appropriation": 1e9, "cap": 1e8, "funds": 10}
# Many firms look for money, private funds have it, and the bar binds.
EAGER = {"equity.willing": 1, "equity.search": 0.9, "equity.min_intensity": 0.005, "place.private_equity": 2e8, "equity.bar": 1.5,
         "equity.ticket_seed": 500_000, "equity.exit_after": 2, "equity.exit_rate": 2.0}  # fmt: skip


@cache
def _run(terms: tuple, overrides: tuple, steps: int):
    return worlds.run({ONE: TERMS | dict(terms)}, quarters=steps, overrides=EAGER | dict(overrides))


def run(overrides=None, steps=16, **terms):
    """A small city whose bar of the score binds; tests only read it."""
    return _run(tuple(terms.items()), tuple((overrides or {}).items()), steps)


def total(world, name) -> float:
    return float(world.record.series[name].sum())


def test_a_bar_falls_by_what_the_incentive_is_worth():
    assert rebates.lowered(0.05, 0.0, 0.3, 0.5) == pytest.approx(0.1)
    assert rebates.lowered(0.0, 0.5, 0.4, 0.5) == pytest.approx(0.4)
    assert rebates.lowered(0.0, 0.0, 0.4, 0.5) == 0


def test_caps_are_kept_in_whole_yuan():
    amount = np.array([10.0, 20.0, 31.0])
    assert (rebates.within(amount, 100) == amount).all()
    cut = rebates.within(amount, 30)
    assert cut.sum() <= 30 and (cut == np.rint(cut)).all() and not rebates.within(amount, -5).any()


def test_no_two_stakes_have_one_key():
    fund, slot, opened = np.meshgrid(np.arange(60), [0, 1, 30_000], [0, 1, 100], indexing="ij")
    keys = rebates.key(fund.ravel(), slot.ravel(), opened.ravel())
    assert len(np.unique(keys)) == len(keys)


def test_more_early_rounds_and_worse_ones_are_led_unless_funds_only_take_the_money():
    nobody, moved = run(dose=0), run(rate=0.1, compensation=0.5)
    taken = run({"equity.rebate_moves": 0}, rate=0.1, compensation=0.5)
    deals = [total(world, "equity_deals") for world in (nobody, moved, taken)]
    assert deals[1] > 1.1 * deals[0] and deals[2] < 1.05 * deals[0]
    assert total(moved, "equity_rebates_anyway") < total(moved, "equity_rebates")
    assert total(taken, "equity_rebates_anyway") == total(taken, "equity_rebates") > 0


def test_the_money_goes_to_funds_and_keeps_to_the_caps_of_a_year():
    world = run(rate=0.1, compensation=0.5, cap=50_000, funds=10)
    paid = world.record.series["equity_rebates"] + world.record.series["equity_loss_cover"]
    assert 0 < paid.sum() and (paid.reshape(-1, 4).sum(axis=1) <= 500_000).all()


def test_losses_are_made_good_only_with_a_cover():
    assert total(run(rate=0.05, compensation=0.5), "equity_loss_cover") > 0
    assert total(run(rate=0.05, compensation=0.0), "equity_loss_cover") == 0


def test_no_stake_that_is_gone_stays_covered():
    world = run(rate=0.05, compensation=0.5)
    deals = world.funds.deals
    held = rebates.key(deals.fund, deals.slot, deals.opened)
    assert len(world.rebates.covered) and np.isin(world.rebates.covered, held).all()
