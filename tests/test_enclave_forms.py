"""Three forms of enclave: which stage stays outside, what is counted and heard where, what happens at the end."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.population.initial import OUTSIDE
from sim.processes import branches, enclave_forms, enclaves
from sim.processes.branches import blend, licence, sites_of_quarter

ZONE, RESEARCH, PLANT = "enclave.incubator", "enclave.research", "enclave.manufacture"
EARLY = {"start": "2019Q1", "opening": "2021Q1", "expansion": 4000, "appropriation": 40_000_000}
TERMS = {ZONE: EARLY, RESEARCH: EARLY, PLANT: {"start": "2021Q1", "sites": 20, "appropriation": 40_000_000}}
MANY = {"place.outside_projects_per_quarter": 40, "place.founders_per_quarter": 4, "place.hub.shanghai.area": 4000}


@cache
def _run(names: tuple, terms: tuple, overrides: tuple, steps: int):
    policy = {name: dict(TERMS[name]) for name in names}
    for (name, term), value in terms:
        policy[name][term] = value
    return worlds.run(policy, quarters=steps, overrides=MANY | dict(overrides))


def run(*names, terms=None, overrides=None, steps=24):
    """A small city with many outside projects; tests only read it."""
    return _run(names, tuple((terms or {}).items()), tuple((overrides or {}).items()), steps)


def total(world, name) -> float:
    return float(world.record.series[name].sum())


# -- kernels ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("profit", "returns", "taken"),
    [(100.0, 0.0, 60.0), (100.0, 0.5, 30.0), (100.0, 1.0, 0.0), (30.0, 0.0, 0.0), (-5.0, 0.0, 0.0)],
)
def test_a_licence_is_what_is_above_the_routine_profit_less_what_is_left(profit, returns, taken):
    assert licence(np.array([profit]), np.array([1000.0]), 0.04, returns)[0] == taken


def test_work_of_which_nothing_is_outside_is_that_at_home():
    home = np.array([0.3, 1.7])
    assert (blend(0.0, 9.0, home) == home).all() and (blend(1.0, 9.0, home) == 9).all()


@pytest.mark.parametrize("yearly", [0, 0.6, 1, 7, 20])
def test_the_sites_of_a_decade_are_ten_times_those_of_a_year(yearly):
    assert sum(sites_of_quarter(yearly, quarter) for quarter in range(40)) == int(10 * yearly)


# -- laboratories ----------------------------------------------------------------------------------------------------
def test_a_landed_project_leaves_its_laboratory_and_counts_the_research_in_the_city():
    zone, research = run(ZONE), run(RESEARCH, terms={(RESEARCH, "rd_outside"): 1.0})
    table = research.branches.laboratories
    assert len(zone.branches.laboratories) == 0 < len(table)
    assert (research.firms.hub[table["slot"]] < 0).any()  # at home by address
    assert total(research, "rd_in_hubs") > 1.5 * total(zone, "rd_in_hubs")
    assert len(np.unique(table["identity"])) == len(table)


def test_without_a_share_outside_and_partners_the_form_is_that_of_the_zone():
    terms = {(RESEARCH, "rd_outside"): 0.0, (RESEARCH, "partners"): 0}
    one, other = worlds.state(run(ZONE)), worlds.state(run(RESEARCH, terms=terms))
    names = [name for name in one if "programme" not in name]
    assert [name for name in names if one[name].tobytes() != other[name].tobytes()] == []


def test_who_may_leave_the_laboratory_lands_more_often_unless_that_is_switched_off():
    whole = {(RESEARCH, "rd_outside"): 1.0, (RESEARCH, "partners"): 0}
    off = {"enclave.landing_research": 0, "enclave.landing_pull": 0}
    zone, research = run(ZONE), run(RESEARCH, terms=whole, overrides={"enclave.landing_research": 3})
    assert total(research, "enclave_landed") > total(zone, "enclave_landed")
    assert total(research, "enclave_left") < total(zone, "enclave_left")
    # Same luck and, without the two switches, the same odds: the first project decides alike.
    first = [np.flatnonzero(w.record.series["enclave_landed"])[0] for w in (run(ZONE, overrides=off), run(RESEARCH, terms=whole, overrides=off))]  # fmt: skip
    assert first[0] == first[1]


def test_a_laboratory_is_not_heard_at_home_unless_it_echoes():
    world = run(RESEARCH, terms={(RESEARCH, "rd_outside"): 1.0})
    rows = branches._here(world, world.branches.laboratories)["slot"]
    rows = rows[world.firms.hub[rows] < 0]
    heard = enclaves.present(world, world.firms.knowledge[: world.firms.count])
    assert len(rows) and not heard[rows].any() and world.firms.knowledge[rows].any()
    loud = run(RESEARCH, terms={(RESEARCH, "rd_outside"): 1.0}, overrides={"enclave.lab_echo": 1})
    rows = branches._here(loud, loud.branches.laboratories)["slot"]
    rows = rows[loud.firms.hub[rows] < 0]
    heard = enclaves.present(loud, loud.firms.knowledge[: loud.firms.count])
    assert heard[rows].sum() > 0.5 * loud.firms.knowledge[rows].sum()


def test_a_laboratory_pays_and_hires_where_it_is():
    world = run(RESEARCH, terms={(RESEARCH, "rd_outside"): 1.0})
    table = branches._here(world, world.branches.laboratories)
    amount = np.full(world.firms.count, 100.0)
    before = world.ledger.cash["outside"]
    left = branches.spend_away(world, amount.copy())
    assert world.ledger.cash["outside"] - before == 100 * len(table)
    assert not left[table["slot"]].any() and left.sum() == 100 * (world.firms.count - len(table))
    world.firms.cash[table["slot"]] += 100  # other tests read this world
    world.ledger.cash["outside"] = before
    change = np.ones(world.firms.count)
    branches.post(world, change)
    assert not change[table["slot"]].any()


def test_tenants_of_partners_begin_with_a_tie_to_one_of_them():
    ties = [run(RESEARCH, terms={(RESEARCH, "partners"): n}, steps=4) for n in (0, 3)]
    assert ties[1].ties.begun > ties[0].ties.begun
    shanghai = np.flatnonzero(ties[1].universities.hosts("shanghai"))[:3]
    more = [np.bincount(w.ties.university[w.ties.live()], minlength=w.universities.count) for w in ties]
    assert ((more[1] - more[0])[shanghai] > 0).any()
    assert [ties[1].universities.names[k] for k in shanghai] == ["sjtu", "fudan", "tongji"]


# -- forms side by side ----------------------------------------------------------------------------------------------
def test_with_two_forms_each_tenant_is_in_one_and_no_package_is_paid_twice():
    both, one = run(ZONE, RESEARCH), run(ZONE, terms={(ZONE, "dose"): 2})
    parts = enclave_forms.parts(both)
    assert parts == pytest.approx([0.5, 0.5])
    rows = np.arange(both.firms.count)
    form = enclave_forms.form_of(both, rows)
    assert {0, 1} == set(form.tolist())
    for w in (both, one):
        paid = {kind: sum(x for (k, _, _), x in w.ledger.flow.items() if k == kind) for kind in ("package",)}
        assert paid["package"] <= 1_000_000 * w.record.series["enclave_landed"][-1]
    support = both.rules.premises.supports
    served = [enclave_forms.served(both, x, rows) for x in support]
    assert len(np.intersect1d(*served)) == 0 and len(np.union1d(*served)) == len(rows)


# -- plants ----------------------------------------------------------------------------------------------------------
def test_plants_bring_jobs_and_sales_and_hardly_any_research():
    plants, nobody = run(PLANT), run()
    table = branches._here(plants, plants.branches.plants)
    rows = table["slot"]
    assert len(rows) > 10 and (plants.firms.kind[rows] == OUTSIDE).all()
    assert plants.record.series["employment"][-1] > nobody.record.series["employment"][-1]
    depth = plants.firms.rd_real[rows].sum() / plants.firms.sales[rows].sum()
    wanted = (plants.firms.desired_intensity[rows] * plants.firms.sales[rows]).sum() / plants.firms.sales[rows].sum()
    assert depth < 0.3 * wanted
    assert total(plants, "licences_paid") > 0


def test_no_more_plants_than_sites_and_money():
    few = run(PLANT, terms={(PLANT, "sites"): 4})
    assert total(few, "plants_landed") <= 4 * 6
    poor = run(PLANT, terms={(PLANT, "appropriation"): 2_500_000})
    assert (poor.record.series["plants_landed"].reshape(-1, 4).sum(axis=1) <= 2).all()
    assert 0 < total(poor, "plants_landed")


def test_some_plants_are_projects_that_would_have_settled_whole():
    plants = run(PLANT)
    assert 0 < total(plants, "plants_instead") < total(plants, "plants_landed")


def test_a_parent_that_leaves_all_its_returns_takes_no_licence():
    assert total(run(PLANT, terms={(PLANT, "rd_returns"): 1.0}), "licences_paid") == 0


def test_plants_move_when_their_promise_is_over_unless_leaving_is_switched_off():
    terms = {(PLANT, "term"): 8, (PLANT, "package"): 3_000_000}
    loose = {"enclave.plant_roots": 0, "enclave.landing_package": 2}
    gone = run(PLANT, terms=terms, overrides=loose)
    kept = run(PLANT, terms=terms, overrides=loose | {"enclave.plant_leaving": 0})
    assert total(gone, "plants_left") > 0 == total(kept, "plants_left")
    assert gone.record.series["plants_left"][:8].sum() == 0
    assert kept.record.series["plants"][-1] > gone.record.series["plants"][-1]


def test_a_plant_makes_what_its_parent_knows():
    world = run(PLANT)
    table = branches._here(world, world.branches.plants)
    assert (table["created"] > world.firms.knowledge[table["slot"]]).mean() > 0.9
    old = table["created"].copy()
    before = world.firms.knowledge[: world.firms.count].copy() + 1
    stock = before.copy()
    branches.create(world, before, stock)
    now = world.branches.plants
    ratio = (stock / before)[now["slot"]]
    known = stock[now["slot"]]
    assert ratio == pytest.approx((known + now["created"]) / (known + old))
