"""The Mesa face of the world: the same run bit for bit, its arguments checked, and Mesa's own tools working on it."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
import worlds

from sim import observe
from sim.errors import InputError
from sim.metrics import METRICS
from sim.model import (
    AgencyAgent,
    BankAgent,
    ContractOfficeAgent,
    Ecosystem,
    FundAgencyAgent,
    GuarantorAgent,
    JointOfficeAgent,
    UniversityAgent,
    ZoneOfficeAgent,
)
from sim.programmes import CATALOGUE
from sim.world import simulate

# The small city as keyword arguments.
SMALL = {id.replace(".", "__"): value for id, value in worlds.small_place().items()}


def small(policy="status_quo", rng=1, quarters=8, **options) -> Ecosystem:
    return Ecosystem(policy=policy, rng=rng, quarters=quarters, **SMALL | options)


def finished(model: Ecosystem) -> dict[str, np.ndarray]:
    observe.finish(model.world)
    return worlds.columns(model.record)


# -- one run, two faces ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("draw", [False, True], ids=["as_written", "drawn"])
def test_through_mesa_and_through_a_study_a_run_is_the_same_bit_for_bit(draw):
    model = small("none", rng=3, draw=draw)
    model.run_for(8)
    package = worlds.package("none")
    record = simulate(worlds.numbers(package, draw_seed=3 if draw else None), package, 3, 8)
    assert worlds.different(finished(model), worlds.columns(record)) == []


def test_with_every_programme_too():
    policy = {name: {} for name in worlds.PROGRAMMES}
    model = small(policy)
    model.run_for(8)
    assert worlds.different(finished(model), worlds.columns(worlds.run(policy, quarters=8).record)) == []


def test_steps_one_by_one_are_a_run():
    one, other = small(), small()
    one.run_for(8)
    for _ in range(8):
        other.step()
    assert worlds.different(finished(one), finished(other)) == []


def test_the_data_collector_holds_the_series_of_the_world():
    model = small()
    model.run_for(4)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == [name for name, metric in METRICS.items() if metric.dim is None]
    for name in table.columns:
        assert table[name].to_numpy().tobytes() == model.record.series[name][:4].tobytes(), name


# -- a true Mesa model -----------------------------------------------------------------------------------------------
def test_it_is_a_mesa_model():
    assert isinstance(small(), mesa.Model)


def test_it_runs_until_its_horizon_and_says_so():
    model = small(quarters=2)
    model.step()
    assert model.running
    model.step()
    assert not model.running


def test_mesa_keeps_the_clock():
    model = small()
    model.run_for(3)
    assert (model.time, model.world.quarter) == (3, 2)


def test_the_institutions_are_agents():
    model = small(worlds.PROGRAMMES)
    funds = sum(CATALOGUE[name].invests for name in worlds.PROGRAMMES)
    special = {GuarantorAgent: 1, FundAgencyAgent: funds, JointOfficeAgent: 1, ContractOfficeAgent: 2, ZoneOfficeAgent: 1}
    usual = {BankAgent: 5, AgencyAgent: len(worlds.PROGRAMMES) - sum(special.values())}
    assert {kind: len(model.agents_by_type[kind]) for kind in usual | special} == usual | special
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)


def test_the_agents_are_the_institutions_of_the_world():
    model = small()
    world = model.world
    assert {*world.banks, *world.agencies.values(), *world.universities.agents} == set(model.agents)


def test_a_bank_among_the_agents_keeps_its_books():
    model = small()
    model.run_for(2)
    assert (
        sum(bank.loans for bank in model.agents_by_type[BankAgent]) == model.record.series["loans_all_outstanding"][1]
    )


def test_a_city_without_programmes_has_banks_and_universities_only():
    assert {type(agent) for agent in small(policy=[]).agents} == {BankAgent, UniversityAgent}


def test_two_live_models_share_no_column():
    one, other = small(), small()
    columns = zip(one.world.firms.columns().items(), other.world.firms.columns().values())
    assert not any(np.shares_memory(values, others) for (_, values), others in columns)
    one.run_for(4)
    assert other.world.quarter == -1 and not other.record.series["revenue"].any()


def test_two_models_that_take_turns_run_as_if_alone():
    one, other, alone = small(), small("none", rng=2), small()
    for _ in range(4):
        one.step()
        other.step()
    alone.run_for(4)
    assert worlds.different(finished(one), finished(alone)) == []


def test_the_random_numbers_that_mesa_offers_are_no_part_of_the_run():
    one, other = small(), small()
    for _ in range(4):
        one.rng.random(5), one.random.random()
        one.step()
    other.run_for(4)
    assert worlds.different(finished(one), finished(other)) == []


@pytest.fixture(scope="module")
def batch():
    parameters = SMALL | {"policy": ["status_quo", "none"], "quarters": 4}
    return mesa.batch_run(
        Ecosystem, parameters, rng=[1, 2], max_steps=4, data_collection_period=-1, display_progress=False
    )


def test_mesas_batch_run_sweeps_policies_and_seeds(batch):
    assert {(row["policy"], row["Step"]) for row in batch} == {("status_quo", 4), ("none", 4)}
    assert len({(row["policy"], row["revenue"]) for row in batch}) == len(batch) == 4


def test_mesas_batch_run_gives_the_same_as_a_run_by_hand(batch):
    model = small("none", rng=2, quarters=4)
    model.run_for(4)
    assert model.record.series["revenue"][3] in [row["revenue"] for row in batch if row["policy"] == "none"]


# -- arguments -------------------------------------------------------------------------------------------------------
def test_a_number_is_overridden_by_a_keyword():
    assert small(credit__rate_cap=0.08).world.numbers["credit.rate_cap"] == 0.08


def test_a_keyword_goes_before_the_package():
    assert small("award_push", award__hnte__amount=1).world.numbers["award.hnte.amount"] == 1


@pytest.mark.parametrize(
    "policy", [["award.hnte"], ("award.hnte",), {"award.hnte"}, {"award.hnte": {}}, {"award.hnte": None}]
)
def test_a_package_may_be_given_as_ids(policy):
    assert list(small(policy).world.agencies) == ["award.hnte"]


def test_a_package_may_be_given_as_terms():
    assert small({"award.hnte": {"amount": 5}}).world.programmes[0].amount == 5


def test_a_package_may_be_a_file(tmp_path):
    text = "name: mine\ntitle: {zh: 我, en: Mine}\nquestion: {zh: 何, en: What?}\nsources: [test]\n"
    file = tmp_path / "mine.yaml"
    file.write_text(text + "programmes: {award.hnte: {amount: 7}}\n", encoding="utf-8")
    assert small(str(file)).world.programmes[0].amount == 7


def test_without_a_seed_a_fresh_one_is_drawn_and_kept():
    one, other = small(rng=None), small(rng=None)
    assert one.world.seed != other.world.seed
    again = small(rng=one.world.seed)
    one.step(), again.step()
    assert one.record.series["revenue"][0] == again.record.series["revenue"][0]


def test_the_same_seed_draws_the_same_numbers():
    one, other = (small(rng=5, draw=True).world.numbers for _ in range(2))
    assert one.digest == other.digest != small(rng=5).world.numbers.digest


@pytest.mark.parametrize("rng", [-1, 1.5, "1", True, 2**63])
def test_a_seed_that_is_no_whole_number_is_refused(rng):
    with pytest.raises(InputError, match="rng.*the seed is a whole number"):
        small(rng=rng)


@pytest.mark.parametrize(("given", "message"), [
    ({"credit__rate_cup": 0.08}, "no such number.*did you mean 'credit.rate_cap'"),
    ({"credit__rate_cap": 8}, "out of range"),
    ({"policy": "status_qou"}, "no such scenario.*did you mean 'status_quo'"),
    ({"policy": {"award.hnt": {}}}, "unknown programme"),
    ({"policy": {"award.hnte": {"amuont": 1}}}, "no such number.*did you mean 'award.hnte.amount'"),
    ({"policy": ["award.hnte", "award.hnt"]}, "unknown programme"),
    ({"place": "nantang"}, "unknown place.*did you mean 'nantong'"),
    ({"quartres": 8}, "no such number"),
])  # fmt: skip
def test_a_mistake_in_an_argument_is_named(given, message):
    with pytest.raises(InputError, match=message):
        Ecosystem(**SMALL | {"rng": 1} | given)


@pytest.mark.parametrize("quarters", [0, -4, 2.5, "8"])
def test_a_horizon_that_is_no_positive_whole_number_is_refused(quarters):
    with pytest.raises(InputError, match="quarters"):
        small(quarters=quarters)
