"""What every programme of the catalogue keeps, whatever it does: inert at dose 0 and outside its dates, reads only, stays
inside its rules and its budget. A new entry of the catalogue is tested here without a change."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import worlds

from sim.errors import InputError
from sim.metrics import TIERS
from sim.parameters import registry
from sim.programmes import CATALOGUE, Funded, Programme, build
from sim.rules import of_quarter
from sim.world import World

ALL = {name: {} for name in worlds.PROGRAMMES}
EVENTS = ("first_certificate", "renewal", "pool_entry", "certified_from_pool", "keylab", "joint_project", "result", "rd_org",
          "label_gazelle", "growth.srdi", "rnd.awards")  # fmt: skip
each = pytest.mark.parametrize("name", worlds.PROGRAMMES)
# Programmes that change the purses of others.
MOVERS = (
    "gov.outside_inside",
    "gov.subsidy_path",
    "gov.three_year_plan",
    "gov.campaign",
    "gov.bimonthly",
    "gov.commission",
)
PAYING = [name for name, cls in CATALOGUE.items() if cls.group]


def others(name: str) -> dict:
    return {other: {} for other in ALL if other != name}


@cache
def absent(name: str) -> dict[str, np.ndarray]:
    """Everything in a world that never had this programme, after ten quarters."""
    return worlds.state(worlds.run(others(name), steps=10, quarters=11))


def own_columns(world: World, name: str) -> list[np.ndarray]:
    return [values for key, values in worlds.columns(world.record).items() if key.endswith(f" of {name}")]


@cache
def at_work() -> World:
    """A world with all programmes after two years, every column locked: tests read it."""
    world = worlds.run(ALL, steps=8)
    for column in world.firms.columns().values():
        column.flags.writeable = False
    return world


def planned(name: str) -> dict:
    """Terms by which a programme that is only planned runs from the first quarter."""
    return {"start": "2021Q1"} if worlds.numbers()[f"{name}.start"] > 4 else {}


def programme(name: str, **terms) -> Programme:
    (found,) = build(worlds.numbers({name: terms}), [name])
    return found


# -- inert -----------------------------------------------------------------------------------------------------------
@each
def test_with_a_dose_of_zero_a_programme_is_absent(name):
    terms = {"dose": 0} | ({"extra_appropriation": 1e9} if issubclass(CATALOGUE[name], Funded) else {})
    inert = worlds.run(ALL | {name: terms}, steps=10, quarters=11)
    assert worlds.different(absent(name), worlds.state(inert), without=name) == []
    assert not np.any(own_columns(inert, name))


@each
def test_before_its_start_a_programme_is_absent(name):
    later = worlds.run(ALL | {name: {"start": "2023Q3"}}, steps=10, quarters=11)
    assert worlds.different(absent(name), worlds.state(later), without=name) == []
    assert not np.any(own_columns(later, name))


@each
def test_from_its_stop_a_programme_grants_nothing_new(name):
    terms = ALL | {name: planned(name) | {"stop": "2022Q4"}}
    world = worlds.build(terms, quarters=13, overrides={"delivery.review_capacity": 1e6})
    for _ in range(7):
        world.step()
    agency = world.agencies[name]
    owed, paid = agency.payable.copy(), 0.0
    for _ in range(7, 13):
        world.step()
        paid += agency.paid
        if agency.programme.lends:  # loans made before stay covered, new ones are not made
            assert world.books.new[world.books.names.index(name)] == 0
        else:
            assert agency.entitled == 0
        assert not agency.queue.any()
        assert (agency.payable <= owed).all()
    assert agency.programme.lends or paid <= owed.sum()


@each
def test_a_programme_changes_the_rules_only_while_it_runs(name):
    p = worlds.numbers({name: {}})
    one, nobody = build(p, [name]), []
    start, stop = p[f"{name}.start"], p[f"{name}.stop"]
    for quarter in (start - 1, stop, stop + 1):
        assert of_quarter(p, one, quarter) == of_quarter(p, nobody, quarter)


@each
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_terms_of_a_programme_do_not_change_the_past(name, end):
    numbers = {term: number for term, number in registry().terms(name).items() if number.type in ("number", "path")}
    usual = worlds.build(ALL, quarters=1)
    other = worlds.build(ALL | {name: {term: getattr(number, end) for term, number in numbers.items()}}, quarters=1)
    assert worlds.different(usual.firms.columns(), other.firms.columns()) == []
    assert (usual.books.balance == other.books.balance).all()


# -- reads only ------------------------------------------------------------------------------------------------------
@each
def test_a_programme_writes_no_column(name):
    world, one = at_work(), programme(name)
    firms = world.firms
    rows = np.arange(firms.count)
    events = {event: rows[::2].copy() for event in EVENTS}
    for values in events.values():
        values.flags.writeable = False
    for season in range(4):
        one.claims(firms, world.place, events, season)
    for event in EVENTS:
        one.prospect(firms, world.place, event, rows)
    one.running_cost(firms, 6)
    one.contribute(of_quarter(world.numbers, [], 6), world.numbers, 6)


@each
def test_the_terms_of_a_programme_are_frozen(name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        programme(name).dose = 2


# -- claims ----------------------------------------------------------------------------------------------------------
def claimed(name: str, season: int, **terms) -> tuple[np.ndarray, np.ndarray]:
    world = at_work()
    alive = np.flatnonzero(world.firms.alive)
    events = {event: alive[k::2] for k, event in enumerate(EVENTS)}
    return programme(name, **terms).claims(world.firms, world.place, events, season)


@each
@pytest.mark.parametrize("season", range(4))
def test_claims_are_whole_yuan_of_living_firms_each_of_them_once(name, season):
    rows, amount = claimed(name, season, dose=0.7)
    assert len(rows) == len(amount)
    assert (amount >= 0).all() and (amount == np.rint(amount)).all()
    assert at_work().firms.alive[rows].all()


@pytest.mark.parametrize("name", PAYING)
def test_a_programme_that_pays_firms_has_claims_to_test(name):
    assert any(claimed(name, season)[1].sum() > 0 for season in range(4))


@pytest.mark.parametrize("name", PAYING)
@pytest.mark.parametrize("automatic", [True, False])
def test_a_firm_that_died_before_delivery_is_owed_nothing(name, automatic):
    world = worlds.run(ALL | {name: planned(name)}
                       | {"no_application": {f"covers_{g}": automatic for g in ("awards", "library", "projects")}},
                       steps=6, overrides={"delivery.awareness": 1})  # fmt: skip
    agency, firms = world.agencies[name], world.firms
    agency.queue[:] = agency.payable[:] = 0
    world.season, world.events = 1, {event: np.arange(firms.count) for event in EVENTS}
    world.rules = of_quarter(world.numbers, world.programmes, 5)
    agency.receive(world)
    owed = agency.queue + agency.payable
    assert owed[firms.alive].any() and not owed[~firms.alive].any()


@each
def test_a_prospect_is_one_number_or_one_a_row_finite_and_not_negative(name):
    world, rows = at_work(), np.arange(0, 300, 3)
    for event in EVENTS:
        promised = programme(name).prospect(world.firms, world.place, event, rows)
        assert np.shape(promised) in ((), rows.shape)
        assert np.isfinite(promised).all() and np.all(np.asarray(promised) >= 0)


@each
def test_running_cost_grows_with_the_dose_from_nothing(name):
    firms = at_work().firms
    none, one, two = (programme(name, dose=dose).running_cost(firms, 8) for dose in (0, 1, 2))
    assert none == 0 and two == 2 * one


# -- within the rules of each ----------------------------------------------------------------------------------------
def test_the_award_is_its_amount_in_town_and_the_county_factor_elsewhere():
    world, one = at_work(), programme("award.hnte", amount=400_000, county_factor=0.5)
    rows, amount = one.claims(world.firms, world.place, {"first_certificate": np.arange(100)}, 3)
    assert (amount == np.where(world.place.urban[world.firms.district[rows]], 400_000, 200_000)).all()


def test_a_renewal_earns_nothing_unless_the_terms_say_so():
    world, events = at_work(), {"renewal": np.arange(10)}
    assert len(programme("award.hnte").claims(world.firms, world.place, events, 3)[0]) == 0
    assert programme("award.hnte", renewal_amount=7).claims(world.firms, world.place, events, 3)[1].max() == 7


def test_the_library_pays_entry_and_recognition():
    world, one = at_work(), programme("award.library", entry_amount=3, recognition_amount=5)
    events = {"pool_entry": np.array([1, 2]), "certified_from_pool": np.array([7])}
    rows, amount = one.claims(world.firms, world.place, events, 0)
    assert dict(zip(rows.tolist(), amount.tolist())) == {1: 3, 2: 3, 7: 5}


def test_project_support_matches_last_years_rd_up_to_its_cap_for_firms_of_the_ladder():
    world, one = at_work(), programme("policy30", match_share=0.1, cap=500_000, min_rd=1_000_000)
    firms, n = world.firms, world.firms.count
    rows, amount = one.claims(firms, world.place, {}, 1)
    fits = firms.alive[:n] & (firms.tier[:n] >= TIERS.index("scitech_sme")) & (firms.rd_1[:n] >= 1_000_000)
    assert (rows == np.flatnonzero(fits)).all()
    assert (amount == np.minimum(np.rint(0.1 * firms.rd_1[rows]), 500_000)).all()


@pytest.mark.parametrize("season", [0, 2, 3])
def test_project_support_calls_once_a_year(season):
    assert len(claimed("policy30", season)[0]) == 0


def test_an_event_that_is_told_twice_is_paid_once():
    world, events = at_work(), {"keylab": np.array([4, 4, 9])}
    assert programme("award.keylab").claims(world.firms, world.place, events, 3)[0].tolist() == [4, 9]


# -- within the budget -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("automatic", [False, True])
@pytest.mark.parametrize("appropriation", [0, 2_000_000, 12_500_000])
@pytest.mark.parametrize("name", [name for name, cls in CATALOGUE.items() if cls.competitive])
def test_a_competitive_programme_never_grants_more_than_its_budget_of_the_year(name, appropriation, automatic):
    delivery = {f"covers_{group}": automatic for group in ("awards", "library", "projects")}
    # What plans add to purses is tested in test_governance.
    plain = {other: {} for other in ALL if other not in MOVERS}
    world = worlds.run(plain | {name: planned(name) | {"appropriation": appropriation}, "no_application": delivery}, quarters=8)
    labels, entitled = world.record.grouped["programme_entitled"][1:]
    granted = entitled[:, labels.index(name)].reshape(-1, 4).sum(axis=1)
    assert (granted <= appropriation).all() and (granted[1:] > 0).any() == (appropriation > 0)


@pytest.mark.parametrize("name", [name for name, cls in CATALOGUE.items() if issubclass(cls, Funded)])
def test_the_dose_scales_the_budget_and_an_extra_is_what_it_says(name):
    budgets = [
        programme(name, appropriation=100, extra_appropriation=7, dose=dose).yearly_budget() for dose in (0, 1, 3)
    ]
    assert budgets == [0, 107, 307]


# -- described -------------------------------------------------------------------------------------------------------
@each
def test_the_terms_in_the_number_files_are_the_fields_of_the_class(name):
    assert set(registry().terms(name)) == {field.name for field in dataclasses.fields(CATALOGUE[name])}


@each
def test_a_programme_is_listed_under_its_own_id(name):
    assert CATALOGUE[name].id == name


@each
@pytest.mark.parametrize("field", ["zh", "en", "channel"])
def test_a_programme_says_what_it_is(name, field):
    assert getattr(CATALOGUE[name], field).strip()


@each
def test_a_programme_names_the_facts_it_serves(name):
    facts = CATALOGUE[name].facts
    assert isinstance(facts, tuple) and facts and all(isinstance(row, str) and row for row in facts)


@each
def test_a_programme_cannot_stop_before_it_starts(name):
    with pytest.raises(InputError, match="stop must be after start"):
        worlds.numbers({name: {"start": "2030Q1", "stop": "2029Q4"}})
