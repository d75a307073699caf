"""A market of licences: who buys anyway, who because deals are cheaper, what is learned, and what is only registered."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.processes import licences

NAME = "platform.tech_market"


@cache
def run(on=True, dose=1.0, cut=0.5, refund=0.05, quarters=12, **numbers):
    terms = {"start": "2021Q1", "dose": dose, "cut": cut, "refund": refund, "appropriation": 1e8}
    overrides = {"licence.looks": 1, "licence.min_rd": 0} | {k.replace("__", "."): v for k, v in numbers.items()}
    policy = {"university.events": {}} | ({NAME: terms} if on else {})
    return worlds.run(policy, quarters=quarters, overrides=overrides)


def total(world, name):
    return world.record.series[name].sum()


def paid(world):
    _, labels, money = world.record.grouped["programme_paid"]
    return money[:, labels.index(NAME)].sum()


# -- known answers ---------------------------------------------------------------------------------------------------
def test_at_the_gate_a_result_without_its_inventor_is_worth_the_codified_part():
    assert licences.codified(np.array([0.0, 100.0]), 100.0, 0.3).tolist() == pytest.approx([0.7, 0.35])


def test_a_cheaper_deal_moves_those_in_between_and_nobody_else():
    worth = np.array([1.0, 1.06, 1.1, 1.2])
    anyway, new = licences.buyers(worth, 0.15, 0.5, 0.02)
    assert anyway.tolist() == [False, False, False, True] and new.tolist() == [False, True, True, False]
    assert not licences.buyers(worth, 0.15, 0.0, 0.0)[1].any()


# -- in a city -------------------------------------------------------------------------------------------------------
def test_a_market_that_makes_nothing_cheaper_adds_no_licence():
    world = run(cut=0, refund=0)
    assert total(world, "licence_anyway") > 0 == total(world, "licence_new")


def test_cheaper_deals_bring_licences_and_knowledge_to_firms_without_ties():
    world = run(cut=1, licence__cost=0.5)
    assert total(world, "licence_new") > 0 and total(world, "licence_knowledge") > 0


def test_a_refund_is_paid_for_deals_that_come_anyway_and_for_projects_that_are_none():
    sham, none = run(licence__registers=1), run(licence__registers=0)
    assert total(sham, "licence_sham") > 0 == total(none, "licence_sham")
    assert paid(sham) > paid(none) > 0
    # What is registered teaches nothing.
    assert total(sham, "licence_knowledge") == pytest.approx(total(none, "licence_knowledge"), rel=0.2)


def test_without_the_codified_part_nobody_buys():
    world = run(cut=1, university__tacit_share=1)
    assert total(world, "licence_new") == total(world, "licence_anyway") == 0


def test_at_an_extreme_dose_more_licences_are_added():
    small, large = (run(dose=dose, cut=0.05, refund=0, licence__cost=0.5) for dose in (1, 20))
    assert total(large, "licence_new") > total(small, "licence_new")
