"""A public investment group: tenants first, what its units pay, and who is rescued."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes.groups import afforded, better_offers, know, portfolio, prefer, rescue_money

ONE = "fund.group"
TERMS = {"start": "2021Q1", "appropriation": 60_000_000, "tolerance": 3, "latest_stage": 2}
# Many firms look for money; private funds have little, many firms run out of cash.
EAGER = {"equity.willing": 1, "equity.search": 0.9, "equity.min_intensity": 0.005, "place.private_equity": 1e6,
         "equity.ticket_seed": 500_000, "exit.grace": 4, "exit.trade_credit": 2, "place.margin_sd": 0.1, "sales.margin_luck": 0.1}  # fmt: skip


@cache
def _run(terms: tuple, overrides: tuple, steps: int):
    policy = {ONE: TERMS | dict(terms), "carrier.incubators": {}}
    world = worlds.build(policy, quarters=steps, overrides=EAGER | dict(overrides))
    for _ in range(steps):
        world.step()
        agency = world.agencies[ONE]
        assert world.ledger.cash[agency.account] >= agency.owed()  # units never spend what is pledged
    return world


def run(overrides=None, steps=20, **terms):
    """A small city with a large group; tests only read it."""
    return _run(tuple(terms.items()), tuple((overrides or {}).items()), steps)


def total(world, name) -> float:
    return float(world.record.series[name].sum())


def test_a_rescue_brings_a_firm_back_to_its_floor_and_nobody_else_gets_one():
    money = rescue_money(np.array([-100.0, 0.0, 50.0]), np.array([1000.0, 1000.0, 1000.0]), 0.04)
    assert money.tolist() == [140.0, 0.0, 0.0]
    assert afforded(np.array([10.0, 20.0, 30.0]), 35).tolist() == [True, True, False]


def test_the_group_rescues_its_own_unless_it_is_switched_off_or_not_integrated():
    rescued = run()
    assert total(rescued, "equity_rescued") > 0
    assert total(run({"equity.rescues": 0}), "equity_rescued") == 0 == total(run(integrated=False), "equity_rescued")


def test_who_is_rescued_lives_on():
    saved, gone = run(steps=32), run({"equity.rescues": 0}, steps=32)
    assert total(saved, "equity_rescued") > 5
    assert total(saved, "exits") < total(gone, "exits")


def test_the_fund_takes_tenants_first_and_knows_them_better():
    world = run()
    mine = world.funds.rows_of[0]
    slots = np.flatnonzero(world.firms.alive)[:50]
    tenant = world.firms.carrier[slots] >= 0
    fund, score, rank = np.full(50, mine[0]), np.zeros(50), np.linspace(0.001, 0.999, 50) + 3e-5
    assert tenant.any() and not tenant.all()
    assert (prefer(world, slots, fund, score) > 0).tolist() == tenant.tolist()
    assert (
        (know(world, slots, fund, score, rank) != 0)[~tenant].sum()
        == 0
        < (know(world, slots, fund, score, rank) != 0)[tenant].sum()
    )
    others = np.full(50, np.flatnonzero(world.funds.private)[0])
    assert not prefer(world, slots, others, score).any() and not know(world, slots, others, score, rank).any()


def test_staff_of_the_portfolio_get_better_offers_for_what_is_paid():
    world = run()
    rows = world.group.housed
    assert len(rows) and np.isin(portfolio(world, world.rules.group), rows).mean() > 0.5 and world.group.allowance > 0
    offers = better_offers(world, np.zeros(world.firms.count), np.arange(world.firms.count))
    assert (np.flatnonzero(offers) == rows).all()
    assert offers[rows] == pytest.approx(np.log1p(world.group.allowance / world.numbers["talent.cost_per_head"]))


def test_units_get_their_part_and_the_fund_the_rest():
    world = run(steps=4)
    funds, agency = world.funds, world.agencies[ONE]
    assert funds.pledged_public[funds.rows_of[0]].sum() == pytest.approx(0.6 * agency.programme.yearly_budget())
    spent = world.record.grouped["programme_paid"][2][:, world.record.grouped["programme_paid"][1].index(ONE)].sum()
    called = total(world, "fund_public_outlay")
    assert 0 < spent - called <= 0.4 * agency.programme.yearly_budget()


def test_a_group_of_units_alone_or_of_a_fund_alone_works():
    assert total(run(fund=1.0), "equity_rescued") >= 0
    units = run(fund=0.0, steps=8)
    assert units.funds.pledged_public[units.funds.rows_of[0]].sum() == 0
    assert units.ties.begun > run(fund=1.0, steps=8).ties.begun
