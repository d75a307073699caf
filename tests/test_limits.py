"""Limits and relations that hold whatever the numbers say: nothing, zero, more, earlier, later, the ends of every range.

INNOSIM_LONG=1 runs every number at both ends of its range.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
import worlds

from sim import scenario
from sim.errors import InnosimError, InputError
from sim.parameters import registry
from sim.programmes import CATALOGUE, Funded

LONG = os.environ.get("INNOSIM_LONG") == "1"
ALL = {name: {} for name in worlds.PROGRAMMES}
FUNDED = [name for name, cls in CATALOGUE.items() if issubclass(cls, Funded)]
# Nobody has a reason to leave the city.
CALM = {
    "exit.other_causes": 0, "exit.relocation_rate": 0, "exit.grace": 12, "exit.trade_credit": 2,
    "place.arrears_share": 0,
}  # fmt: skip
EVERYBODY = {"covers_awards": True, "covers_library": True, "covers_projects": True}


def total(world, metric: str, name: str) -> float:
    _, labels, values = world.record.grouped[f"programme_{metric}"]
    return float(values[:, labels.index(name)].sum())


# -- nothing ---------------------------------------------------------------------------------------------------------
def test_a_city_without_any_programme_runs():
    world = worlds.run({})
    assert world.record.series["hnte_stock"][-1] > 0 and not world.record.series["public_cost_all"].any()


def test_a_package_of_no_programme_reports_no_programme():
    assert worlds.run({}, steps=4).record.grouped["programme_paid"][1] == ("none",)


def test_a_programme_that_starts_after_the_horizon_is_absent():
    absent = worlds.run({"tax.incentives": {}}, quarters=10)
    later = worlds.run({"tax.incentives": {}, "award.hnte": {"start": "2023Q3"}}, quarters=10)
    assert worlds.different(worlds.state(absent), worlds.state(later), without="award.hnte") == []


def test_a_programme_for_which_nobody_is_eligible_changes_no_firm():
    without = worlds.run({name: {} for name in ALL if name != "policy30"}, quarters=10)
    nobody = worlds.run(ALL | {"policy30": {"min_rd": 1e9}}, quarters=10)
    assert total(nobody, "entitled", "policy30") == total(nobody, "recipients", "policy30") == 0
    columns = [world.firms.columns() for world in (without, nobody)]
    assert worlds.different(*columns) == []


TALKS = ("delivery.roadshows", "delivery.assistants", "delivery.visits")


@pytest.mark.parametrize("id", ["delivery.awareness", "delivery.review_capacity"])
def test_where_nobody_knows_or_nobody_reads_only_what_is_automatic_is_paid(id):
    silent = {"gov.points_platform": {"awareness_gain": 0}} | {name: {"dose": 0} for name in TALKS}
    world = worlds.run(ALL | silent, overrides={id: 0}, quarters=10)
    assert total(world, "entitled", "policy30") == total(world, "entitled", "award.library") == 0
    assert total(world, "paid", "award.hnte") > 0


# -- money -----------------------------------------------------------------------------------------------------------
def penniless() -> dict:
    return {name: {"appropriation": 0, "extra_appropriation": 0} if name in FUNDED else {} for name in ALL}


def test_programmes_without_a_budget_pay_nothing():
    world = worlds.run(penniless())
    paying = [name for name in FUNDED if name != "guarantee.citycompany"]  # which lives on capital and fees
    assert {name: total(world, "paid", name) for name in paying} == dict.fromkeys(paying, 0.0)


def test_what_is_owed_and_never_paid_is_arrears_and_then_lapses():
    world = worlds.run(penniless(), overrides={"delivery.lapse": 4})
    for name in ("award.hnte", "award.library"):
        owed = float(world.agencies[name].payable.sum())
        assert total(world, "entitled", name) == owed + total(world, "lapsed", name)
        assert owed > 0 and total(world, "lapsed", name) > 0


def test_nothing_lapses_before_its_time():
    world = worlds.run(penniless(), quarters=12, overrides=CALM)
    assert world.agencies["award.hnte"].payable.any()
    # What carriers are promised is due at once, so from an empty purse it lapses; entitlements of firms wait.
    _, names, lapsed = world.record.grouped["programme_lapsed"]
    assert not lapsed[:, [bool(CATALOGUE[name].group) for name in names]].any()


def recipients_of_first_call(appropriation: float) -> set[int]:
    # Alone among the purses: meetings, a commission and plans move money between them.
    alone = {name: {"dose": 0} for name in ALL if name.startswith("gov.")}
    world = worlds.run(ALL | alone | {"policy30": {"appropriation": appropriation}}, steps=4)
    return set(np.flatnonzero(world.agencies["policy30"].payable).tolist())


def test_more_budget_funds_everybody_whom_less_funded():
    funded = [recipients_of_first_call(million * 1e6) for million in (0, 2, 3, 8)]
    assert funded[0] < funded[1] < funded[2] < funded[3]


def test_the_money_of_a_call_goes_to_the_best_when_all_files_are_read():
    policy = ALL | {"policy30": {"appropriation": 5e6}}
    world = worlds.run(policy, steps=2, overrides={"delivery.review_capacity": 1e6, "delivery.awareness": 1})
    agency, merit = world.agencies["policy30"], world.firms.merit
    asked, _ = agency.programme.claims(world.firms, world.place, {}, 1)
    funded = agency.payable[asked] > 0
    assert funded.any() and merit[asked[funded]].mean() > merit[asked[~funded]].mean() + 0.5


def test_what_is_not_spent_goes_back_by_the_shares_in_which_it_came():
    world = worlds.build({"loan.sukedai": {"appropriation": 1000, "city_share": 0.25, "stop_loss": 0}})
    flows = []
    for _ in range(4):
        ledger, close = world.ledger, world.ledger.close
        ledger.close = lambda: (flows.append(dict(ledger.flow)), close())  # noqa: B023 - called within this turn
        world.step()
        ledger.close = close
    purse = "purse:loan.sukedai"
    assert flows[0]["appropriation", "city", purse] == flows[3]["returned", purse, "city"] == 250
    assert flows[0]["appropriation", "province", purse] == flows[3]["returned", purse, "province"] == 750


def test_a_larger_award_leaves_no_recipient_with_less_cash_when_it_is_paid():
    # Delivery alone: the same firms, the same quarter, the money of two sizes.
    cash = []
    for amount in (100_000, 900_000):
        world = worlds.run({"award.hnte": {"amount": amount, "appropriation": 1e9}}, steps=3)
        agency, before = world.agencies["award.hnte"], world.firms.cash[:50].copy()
        agency.payable[:50], agency.due[:50] = amount, 0
        agency.payable_closing = agency.owed()
        agency.new_quarter()
        agency.pay(world)
        cash.append(world.firms.cash[:50] - before)
    assert (cash[0] == 100_000).all() and (cash[1] == 900_000).all()


# -- delivery --------------------------------------------------------------------------------------------------------
def owed_and_paid(covers: bool) -> set[int]:
    """Rows that the first call of project support has entitled, paid or not."""
    policy = ALL | {
        "no_application": dict.fromkeys(EVERYBODY, covers),
        "policy30": {"appropriation": 1e9},
    }
    world = worlds.run(policy, steps=2, overrides={"delivery.review_capacity": 1e6})
    agency = world.agencies["policy30"]
    return set(np.flatnonzero((agency.payable > 0) | (world.firms.received > 0)).tolist())


def test_automatic_delivery_reaches_everybody_whom_applications_reach_and_more():
    assert owed_and_paid(False) < owed_and_paid(True)


@pytest.mark.parametrize("name", ["award.hnte", "award.library", "policy30"])
def test_automatic_delivery_pays_sooner(name):
    def first_payment(covers):
        policy = ALL | {"no_application": dict.fromkeys(EVERYBODY, covers)}
        _, labels, paid = worlds.run(policy, quarters=12).record.grouped["programme_paid"]
        return int(np.flatnonzero(paid[:, labels.index(name)])[0])

    assert first_payment(True) < first_payment(False)


def test_a_dose_below_one_half_does_not_switch_delivery():
    half, none = (worlds.run(ALL | {"no_application": EVERYBODY | {"dose": dose}}, quarters=6) for dose in (0.49, 0))
    assert worlds.different(worlds.state(half), worlds.state(none), without="no_application") == []


def test_the_city_reads_no_more_files_a_quarter_than_its_capacity():
    read = []
    world = worlds.build(ALL, overrides={"delivery.review_capacity": 3, "delivery.awareness": 1, "gov.commission.dose": 0, "gov.bimonthly.dose": 0})
    for _ in range(6):
        world.step()
        read.append(world.files_read)
        assert read[-1] == 3 or not any(agency.queue.any() for agency in world.agencies.values())
    assert max(read) == 3


def test_a_file_that_came_earlier_is_read_earlier():
    world = worlds.run(ALL, steps=8, overrides={"delivery.review_capacity": 2})
    agency = world.agencies["award.library"]
    agency.queue[:] = 0
    agency.queue[[5, 6, 7, 8]], agency.since[[5, 6, 7, 8]], agency.waiting = 1, [4, 2, 3, 2], True
    agency.review(world, 2)
    assert np.flatnonzero(agency.queue).tolist() == [5, 7]


# -- exits -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("id", ["exit.other_causes", "exit.relocation_rate", "exit.hazard_later"])
def test_with_a_higher_hazard_the_survivors_of_a_quarter_are_a_subset(id):
    few, many = (worlds.run(steps=1, overrides={id: value}).firms.alive for value in (0.2, 0.05))
    assert not (few & ~many).any() and few.sum() < many.sum()


def test_without_any_reason_to_leave_nobody_leaves():
    # Suppliers wait for two years of sales at most, so nobody's sales may collapse by bad luck.
    steady = CALM | {"sales.volatility": 0.05}
    assert not worlds.run(steps=8, overrides=steady).record.series["exits"].any()


def test_without_newcomers_nobody_enters():
    nobody = {f"place.{kind}_per_quarter": 0 for kind in ("founders", "outside_projects", "risers")}
    world = worlds.run(steps=8, overrides=nobody)
    assert not world.record.series["entries"].any() and not world.cast.rows


# -- order -----------------------------------------------------------------------------------------------------------
def test_the_order_of_programmes_in_a_scenario_file_does_not_matter(tmp_path):
    head = "title: {zh: 序, en: Order}\nquestion: {zh: 序？, en: Order?}\nsources: [test]\nname: order\nprogrammes:\n"
    found = []
    for k, names in enumerate((list(ALL), list(ALL)[::-1])):
        file = tmp_path / f"{k}.yaml"
        file.write_text(head + "".join(f"  {name}: {{}}\n" for name in names), encoding="utf-8")
        read = scenario.load(file, CATALOGUE, registry())
        found.append(worlds.checksum(worlds.run(read.programmes, quarters=8)))
    assert found[0] == found[1]


def test_the_order_in_which_a_package_lists_its_programmes_does_not_matter():
    one, other = (worlds.run(names, quarters=8) for names in (list(ALL), list(ALL)[::-1]))
    assert worlds.checksum(one) == worlds.checksum(other)


# -- ends ------------------------------------------------------------------------------------------------------------
def test_a_world_refuses_to_run_beyond_its_horizon():
    world = worlds.run(quarters=3)
    with pytest.raises(InnosimError, match="built for 3 quarters"):
        world.step()


def test_a_refused_step_leaves_the_world_as_it_was():
    world = worlds.run(quarters=3)
    before = worlds.checksum(world)
    with pytest.raises(InnosimError):
        world.step()
    assert worlds.checksum(world) == before


def test_a_place_without_any_certified_firm_is_refused():
    with pytest.raises(InputError, match="place.hnte.*allowed: 1 to"):
        worlds.numbers(overrides={"place.hnte": 0})


NOBODY = {
    "place.hnte": 1, "place.pool": 0, "place.scitech_sme": 1, "place.pan_tech": 0, "place.untiered": 0,
    "place.founders_per_quarter": 0, "place.outside_projects_per_quarter": 0, "place.risers_per_quarter": 0,
}  # fmt: skip


def test_a_place_with_a_single_firm_runs():
    assert worlds.run(overrides=NOBODY, quarters=12).record.initial["firms"] <= 2


def test_a_place_whose_last_firm_has_gone_runs_on():
    doomed = {"exit.other_causes": 1, "exit.frailty_shape": 100, "exit.grace": 1, "exit.relocation_rate": 0.2} | {
        f"exit.{name}": 1 for name in ("hazard_year1", "hazard_year2", "hazard_year3", "hazard_year4_7", "hazard_later")
    }
    doomed |= {"exit.size_factor_medium": 2, "exit.size_factor_large": 2}
    world = worlds.run(overrides=NOBODY | doomed, quarters=24)
    assert world.record.series["firms"][-1] == 0


@pytest.mark.parametrize("id", ["hnte", "pool", "scitech_sme", "pan_tech", "untiered", "founders_per_quarter",
                                "outside_projects_per_quarter", "risers_per_quarter"])  # fmt: skip
def test_a_place_with_as_few_firms_of_a_kind_as_allowed_runs(id):
    number = registry()[f"place.{id}"]
    assert worlds.run(overrides={number.id: number.low}, quarters=6).record.series["firms"][-1] > 0


# Numbers that once failed at an end of their range, and their kin.
TOUCHY = (
    "economy.market_growth", "sales.response_to_productivity", "hnte.threshold_small", "hnte.threshold_medium",
    "hnte.threshold_large", "hnte.validity", "hnte.application_cost", "sme.max_sales", "tax.incentives.dose",
    "rd.institutes_share", "rd.scale_threshold", "keylab.rate", "keylab.cost", "tax.cit_rate", "tax.loss_years",
    "place.sector.electronics.hightech_share", "knowledge.depreciation", "credit.bank_count", "credit.term",
    "credit.minimum_ticket", "credit.investment_share",
)  # fmt: skip
HUGE = ("place.hnte", "place.pool", "place.scitech_sme", "place.pan_tech", "place.untiered",
        "place.founders_per_quarter", "place.outside_projects_per_quarter", "place.risers_per_quarter")  # fmt: skip


TRIED = [number for number in registry() if number.type in ("number", "path") and (LONG or number.id in TOUCHY)]
ENDS = [(number.id, number.low) for number in TRIED]
ENDS += [(number.id, number.high) for number in TRIED if number.id not in HUGE]


@pytest.mark.parametrize(("id", "end"), ENDS)
def test_a_number_at_the_end_of_its_range_runs(id, end):
    world = worlds.run(overrides={id: end}, quarters=9 if LONG else 5)
    assert all(np.isfinite(values).all() for values in world.record.series.values())


@pytest.mark.parametrize("id", ["hnte.validity", "label.validity", "credit.bank_count", "delivery.pay_delay",
                                "delivery.automatic_delay", "place.hnte", "place.city_opening_cash"])  # fmt: skip
def test_a_whole_number_that_is_written_with_a_fraction_runs(id):
    number = registry()[id]
    assert worlds.run(overrides={id: number.low + 1.5}, quarters=6).quarter == 5
