"""Agents of S&T services: ties for firms that had none, their fee, and reports that they polish."""

from __future__ import annotations

from functools import cache

import pytest
import worlds

from sim.processes import brokers

NAME = "services.brokers"


@cache
def run(on=True, dose=1.0, count=10, quality=0.3, fee=20_000, quarters=12, **numbers):
    terms = {"start": "2021Q1", "dose": dose, "count": count, "quality": quality, "fee": fee, "appropriation": 1e9}
    overrides = {key.replace("__", "."): value for key, value in numbers.items()}
    return worlds.run({"award.hnte": {}} | ({NAME: terms} if on else {}), quarters=quarters, overrides=overrides)


def total(world, name):
    return world.record.series[name].sum()


def test_clients_are_as_many_as_agents_have_and_never_more_than_all():
    assert brokers.reach(2, 15, 300) == 0.1 and brokers.reach(1e6, 15, 300) == 1 and brokers.reach(1, 1, 0) == 1


def test_agents_bring_about_as_many_ties_as_they_have_contacts():
    ties = total(run(count=2), "broker_ties")
    assert 0.4 * 24 < ties < 1.6 * 24  # two agents, four contacts a year, three years, by luck


def test_a_good_match_carries_more_projects_than_a_plain_contact():
    good, plain = (run(count=40, quality=quality, quarters=20, brokers__polish=0) for quality in (1, 0))
    assert total(good, "projects_opened") > total(plain, "projects_opened")


def test_who_cannot_pay_the_fee_finds_nobody():
    assert total(run(fee=10_000_000), "broker_ties") < total(run(fee=0), "broker_ties")


def test_agents_polish_reports_and_that_can_be_switched_off():
    clients = {"brokers__clients": 1000, "brokers__contacts": 0}
    polished, plain = (total(run(brokers__polish=part, **clients), "rd_relabelled") for part in (0.9, 0))
    assert polished > plain == pytest.approx(total(run(False), "rd_relabelled"), rel=1e-12)


def test_at_an_extreme_dose_there_are_more_ties():
    assert total(run(dose=20, count=1), "broker_ties") > total(run(count=1), "broker_ties")
