"""Carriers and enclaves: queues against closed forms, identities, Little's law, what tenancy does, who lands."""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np
import pytest
import small
import worlds

from sim.analysis.enclave import break_even, crossing, fiscal_net
from sim.analysis.pairing import enclave
from sim.errors import LedgerError
from sim.parameters import registry
from sim.population.premises import ENCLAVE, INCUBATOR, KINDS, MAKER, largest_remainder, patience
from sim.processes import exit, shelter
from sim.processes.tenancy import (
    admit,
    collect,
    landing_chance,
    lease_ends,
    next_debt,
    rent_index,
    rooms,
    sheltered,
)
from sim.programmes import CATALOGUE
from sim.world import World

RNG = np.random.default_rng(7)


# -- queues against closed forms -----------------------------------------------------------------------------------------
def queue(capacity: int, arrivals: float, stay: float, carriers: int, steps: int, dt: float):
    """Mean occupancy and share of arrivals turned away, from the kernel: Poisson arrivals, exponential stays."""
    rng = np.random.default_rng(11)
    inside = np.zeros(carriers, int)
    cells, good, lost, came, held = np.arange(carriers), np.ones(carriers), 0, 0, 0.0
    for step in range(steps):
        inside -= rng.binomial(inside, -np.expm1(-dt / stay))
        number = rng.poisson(arrivals * dt, carriers)
        cell = np.repeat(cells, number)
        free = (capacity - inside).astype(float)
        chosen = admit(cell, rng.random(len(cell)), rng.random(len(cell)), np.ones(len(cell)), cells, free, good)
        inside += np.bincount(chosen[chosen >= 0], minlength=carriers)
        assert (inside <= capacity).all()
        if step * dt > 10 * stay:
            lost, came, held = lost + np.count_nonzero(chosen < 0), came + len(cell), held + inside.mean() * dt
    return held / (steps * dt - 10 * stay), lost / came


def erlang_b(load: float, servers: int) -> float:
    terms = [load**k / factorial(k) for k in range(servers + 1)]
    return terms[-1] / sum(terms)


def test_a_carrier_without_limit_holds_arrivals_times_stay():
    occupancy, lost = queue(10_000, arrivals=6.0, stay=1.0, carriers=400, steps=1500, dt=0.02)
    assert lost == 0 and occupancy == pytest.approx(6.0, rel=0.02)


@pytest.mark.parametrize(("servers", "load"), [(4, 3.0), (10, 9.0), (8, 14.0)])
def test_a_carrier_with_limit_turns_away_as_erlang_has_it(servers, load):
    occupancy, lost = queue(servers, arrivals=load, stay=1.0, carriers=400, steps=1500, dt=0.02)
    blocked = erlang_b(load, servers)
    assert lost == pytest.approx(blocked, rel=0.04, abs=0.004)
    assert occupancy == pytest.approx(load * (1 - blocked), rel=0.02)


def test_tenures_of_those_who_leave_of_their_own_accord_are_geometric():
    yearly = 0.3
    found = patience(RNG.standard_exponential(200_000), yearly)
    hazard = 1 - (1 - yearly) ** 0.25
    assert found.min() == 1 and found.mean() == pytest.approx(1 / hazard, rel=0.01)
    for quarter in (1, 4, 12):
        assert (found > quarter).mean() == pytest.approx((1 - hazard) ** quarter, abs=0.004)
    assert np.isinf(patience(np.ones(3), 0.0)).all()


# -- kernels -------------------------------------------------------------------------------------------------------------
def test_places_go_by_rank_and_the_best_get_the_best_carrier():
    chosen = admit(
        np.zeros(4, int), np.array([1.0, 4.0, 2.0, 3.0]), np.zeros(4), np.full(4, 10.0),
        np.zeros(2, int), np.array([20.0, 10.0]), np.array([0.5, 2.0]),
    )  # fmt: skip
    assert chosen.tolist() == [-1, 1, 0, 0]


def test_nobody_gets_a_place_in_a_carrier_elsewhere_or_more_space_than_there_is():
    rng = np.random.default_rng(3)
    for _ in range(50):
        m, k = rng.integers(1, 200), rng.integers(1, 30)
        cell, home = rng.integers(0, 5, m), rng.integers(0, 5, k)
        need, free = np.rint(1 + 50 * rng.random(m)), np.rint(400 * rng.random(k) - 50).clip(0)
        rank = rng.integers(0, 9, m).astype(float)
        chosen = admit(cell, rank, rng.random(m), need, home, free, rng.random(k))
        got = chosen >= 0
        assert (home[chosen[got]] == cell[got]).all()
        assert (np.bincount(chosen[got], need[got], k) <= free).all()


def test_more_space_admits_a_superset_of_equal_rooms():
    rng = np.random.default_rng(4)
    cell, rank, lot = rng.integers(0, 3, 100), rng.random(100), rng.random(100)
    home, good = np.repeat(np.arange(3), 2), rng.random(6)
    few = admit(cell, rank, lot, np.ones(100), home, np.full(6, 5.0), good)
    more = admit(cell, rank, lot, np.ones(100), home, np.full(6, 9.0), good)
    assert ((few < 0) | (more >= 0)).all() and (more >= 0).sum() > (few >= 0).sum()


def test_who_qualifies_leaves_at_the_anniversary_and_everybody_at_the_limit():
    tenure = np.array([0, 3, 4, 5, 8, 13, 14, 20])
    assert lease_ends(tenure, 14, np.ones(8, bool)).tolist() == [False, False, True, False, True, False, True, True]
    assert lease_ends(tenure, 14, np.zeros(8, bool)).tolist() == [False] * 6 + [True] * 2


def test_the_hazard_avoided_in_tenure_comes_back_in_full():
    years, h, s = 3.0, np.array([0.1]), np.array([0.4])
    debt, total = np.zeros(1), 0.0
    for quarter in range(400):
        part = s if quarter < 14 else np.zeros(1)
        now, avoided = sheltered(h, part, debt, years)
        total += float(now[0]) / 4
        debt = next_debt(debt, avoided, part, years, 1.0)
    assert total == pytest.approx(400 * 0.1 / 4, rel=1e-9)
    assert next_debt(np.zeros(1), avoided, s, years, 0.0)[0] == 0  # ablation: nothing comes back


def test_rents_stand_at_usual_vacancy_fall_with_excess_and_return():
    usual = np.full(3, 0.7)
    assert rent_index(np.ones(3), usual, usual, 2.0, 0.4) == pytest.approx(1.0)
    fallen = rent_index(np.ones(3), usual - 0.01, usual, 2.0, 0.4)
    assert np.log(fallen[0]) * 4 == pytest.approx(-0.02)  # Wheaton and Torto: 2 % a year for a point
    assert (rent_index(np.full(3, 0.5), usual, usual, 2.0, 0.4) > 0.5).all()


def test_landing_at_the_usual_terms_has_the_base_rate():
    assert landing_chance(0.45, np.zeros(2)) == pytest.approx(0.45)
    assert landing_chance(0.45, np.array([1.0]))[0] > 0.45 > landing_chance(0.45, np.array([-1.0]))[0]


def test_a_claim_is_either_paid_or_lapses():
    receivable, due, paid, lapsed = np.zeros(8), 0.0, 0.0, 0.0
    for amount in [1000.0, 333.0, *[0.0] * 10]:
        receivable, one, other = collect(receivable, 0.15)
        paid, lapsed = paid + one, lapsed + other
        receivable[0] += amount
        due += amount
        assert receivable.sum() == due - paid - lapsed
    assert receivable.sum() == 0 and paid > 0 and lapsed > 0


def test_rooms_grow_less_than_staff_and_stay_in_bounds():
    found = rooms(np.array([0.0, 4.0, 16.0, 1e6]), 4.0, 100, 0.5, 3.0)
    assert found.tolist() == [33, 100, 200, 300]


def test_districts_share_carriers_and_none_is_without():
    parts = largest_remainder(57, np.array([0.5, 0.3, 0.19, 0.01]), 1)
    assert parts.sum() == 57 and parts.min() >= 1 and (np.diff(parts) <= 0).all()


# -- break-even ----------------------------------------------------------------------------------------------------------
def test_the_break_even_is_where_the_line_crosses_zero():
    assert crossing([0.2, 0.8], [-30.0, 60.0]) == pytest.approx(0.4)
    assert crossing([0.2, 0.5, 0.8], [-30.0, -10.0, 10.0]) == pytest.approx(0.65)
    assert crossing([0.2, 0.8], [5.0, 9.0]) == -np.inf and crossing([0.2, 0.8], [-9.0, -5.0]) == np.inf
    with pytest.raises(ValueError, match="must rise"):
        crossing([0.8, 0.2], [1.0, 2.0])


def test_the_band_of_the_break_even_is_over_worlds():
    found = break_even([0.0, 1.0], np.array([[-1.0, 3.0], [-1.0, 1.0], [-2.0, -1.0], [1.0, 2.0]]))
    assert found.rates.tolist() == [0.25, 0.5, np.inf, -np.inf]
    assert found.never == found.always == 0.25 and 0.25 <= found.low <= found.high <= 0.5
    assert found.mean == pytest.approx(0.75 / 2.0)
    assert fiscal_net(np.ones((2, 4)), np.full((2, 4), 0.5)).tolist() == [2.0, 2.0]


# -- in the world --------------------------------------------------------------------------------------------------------
@cache
def city(*changes, seed=1, quarters=24, off=()) -> World:
    """A city of a third of Nantong after a run; tests only read it."""
    # Tested by themselves: other forms of enclave, and what builds or sells carriers.
    forms = ("enclave.research", "enclave.manufacture", "carrier.reit", "space.corridor", "incubation.institute")
    programmes = tuple(name for name in CATALOGUE if name not in (*off, *forms))
    world = small.city(programmes, dict(changes), size=0.3, seed=seed, quarters=quarters)
    return small.run(world)


def test_occupancy_is_what_the_firms_say_and_never_above_capacity():
    world = small.city(tuple(CATALOGUE), size=0.3, quarters=12)
    for _ in range(12):
        world.step()
        firms, table = world.firms, world.carriers
        rows = np.flatnonzero(firms.carrier[: firms.count] >= 0)
        let = np.bincount(firms.carrier[rows], firms.space[rows], table.rows)
        assert (let == table.occupied).all() and (let <= table.capacity).all()
        assert firms.alive[rows].all() and (firms.space[rows] >= 1).all()
        assert (firms.hub[rows] == table.hub[firms.carrier[rows]]).all()
        assert (firms.space[: firms.count][firms.carrier[: firms.count] < 0] == 0).all()
        assert (table.cash == np.rint(table.cash)).all() and (table.cash >= 0).all()
        assert not table.imbalances(firms)


def test_tenants_are_arrivals_times_stay():
    # Little's law: tenants = admissions a quarter × mean stay, over the cohorts of a window whose stays have all ended.
    first, last, end = 16, 48, 76
    world = small.city(tuple(CATALOGUE), size=0.2, quarters=end)
    held, came, stays, before = [], {}, [], {}
    for quarter in range(end):
        world.step()
        firms, table = world.firms, world.carriers
        rows = table.seats[table.kind[table.at] == INCUBATOR]
        now = dict(zip(firms.identity[rows].tolist(), firms.tenant_since[rows].tolist(), strict=True))
        held.append(len(now))
        came |= {who: quarter for who in now if who not in before and first <= quarter < last}
        stays += [quarter - came.pop(who) for who in before if who not in now and who in came]
        before = now
    assert not came
    admissions, stay = len(stays) / (last - first), np.mean(stays)
    middle = np.mean(held[first + int(stay / 2) : last + int(stay / 2)])
    error = middle / np.sqrt(len(stays)) * 3
    assert middle == pytest.approx(admissions * stay, abs=error)


def test_tenants_of_the_start_are_young_small_firms_with_a_past_and_stay_about_as_many():
    world = small.city(tuple(CATALOGUE), size=0.5, quarters=8)
    firms, table = world.firms, world.carriers
    rows = table.seats[table.kind[table.at] == INCUBATOR]
    assert len(rows) / np.count_nonzero(table.kind == INCUBATOR) == pytest.approx(40, rel=0.1)
    assert (firms.tenant_since[rows] >= firms.birth[rows]).all() and (firms.tenant_since[rows] < 0).all()
    assert np.median(-firms.birth[rows]) < 24 and np.median(4 * firms.sales[rows]) < 1e7
    start = len(rows)
    for _ in range(8):
        world.step()
    assert np.count_nonzero(table.kind[table.at] == INCUBATOR) == pytest.approx(start, rel=0.2)


def test_at_the_start_tenancy_changes_the_mean_of_no_class():
    world = small.city(tuple(CATALOGUE), size=0.3)
    firms, table, n = world.firms, world.carriers, world.firms.count
    alive, cell = firms.alive[:n], table.cell[:n]
    assert np.bincount(cell, shelter.drift(world, n) * alive) == pytest.approx(0, abs=1e-9)
    _, _, yearly = exit.usual_hazard(world)
    with_ = shelter.hazard(world, yearly, cell.copy())
    assert np.bincount(cell, with_ * alive) == pytest.approx(np.bincount(cell, yearly * alive), rel=1e-9)
    assert shelter.moving(world, n)[alive].mean() == pytest.approx(1)


def test_tenants_close_less_and_graduates_more_unless_the_return_is_switched_off():
    world = small.city(tuple(CATALOGUE), size=0.3)
    firms, table, n = world.firms, world.carriers, world.firms.count
    inside = table.seats[table.kind[table.at] == INCUBATOR]
    after = np.flatnonzero((firms.hazard_debt[:n] > 0) & (firms.carrier[:n] < 0))
    same = np.full(n, 0.1)
    now, _ = shelter.raw_hazard(world, same)
    assert now[inside].mean() < 0.1 < now[after].mean()
    kept = small.city(tuple(CATALOGUE), {"carrier.catch_up": 0}, size=0.3)
    assert not kept.firms.hazard_debt.any()


def test_without_support_of_operators_mentoring_falls():
    with_ = city()
    without = city(off=("carrier.incubators",))
    assert without.record.series["carrier_service"][-8:].mean() < with_.record.series["carrier_service"][-8:].mean()


def test_a_chain_hands_on_more_and_fails_where_the_next_link_is_full():
    with_, without = city(), city(off=("carrier.chain",))
    assert with_.record.series["carrier_handoffs"].sum() > 1.2 * without.record.series["carrier_handoffs"].sum()
    full = city(("place.carrier.accelerator.size", 300))
    share = [w.record.series["carrier_handoff_failed"].sum() / w.record.series["carrier_handoffs"].sum() for w in (full, with_)]
    assert share[0] > 2 * share[1]


def test_more_space_than_tenants_lowers_rents():
    usual = city()
    wide = city(("carrier.chain.area", 40_000), ("carrier.chain.extra_appropriation", 1e8))
    assert wide.record.series["carrier_area"][-1] > 1.2 * usual.record.series["carrier_area"][-1]
    assert wide.record.series["carrier_vacant_area"][-1] > usual.record.series["carrier_vacant_area"][-1]
    assert wide.record.series["carrier_rent"][-1] < usual.record.series["carrier_rent"][-1]


# -- enclaves ------------------------------------------------------------------------------------------------------------
def total(world, name) -> float:
    return float(world.record.series[name].sum())


def test_landing_goes_by_its_rate():
    # No fit, package or pull: the rate itself.
    plain = (("enclave.landing_fit", 0), ("enclave.landing_pull", 0), ("enclave.landing_package", 0))
    for rate in (0.17, 0.86):
        world = city(*plain, ("enclave.landing_rate", rate), quarters=40)
        landed, left = total(world, "enclave_landed"), total(world, "enclave_left")
        spread = np.sqrt(rate * (1 - rate) / (landed + left))
        assert landed / (landed + left) == pytest.approx(rate, abs=3.5 * spread)


def test_who_leaves_takes_its_knowledge_unless_leaving_is_switched_off():
    low = (("enclave.landing_rate", 0.17),)
    gone, stay = city(*low), city(*low, ("enclave.leaving", 0))
    assert total(gone, "enclave_left") > 0
    assert stay.record.series["firms"][-1] > gone.record.series["firms"][-1]
    assert total(stay, "clawback_due") == 0 < total(gone, "clawback_due")


def test_claw_back_is_due_paid_or_lapsed():
    world = city(quarters=40)
    due, paid, lapsed = (total(world, f"clawback_{x}") for x in ("due", "paid", "lapsed"))
    assert due > 0 and paid > 0
    assert world.record.series["clawback_receivable"][-1] == due - paid - lapsed
    assert paid < due


def test_without_the_programme_enclaves_empty_and_nobody_comes_through_them():
    world = city(off=("enclave.incubator",))
    assert total(world, "enclave_admitted") == 0
    assert world.record.series["enclave_tenants"][-1] == 0


def test_some_who_come_through_an_enclave_would_have_come_anyway():
    # Without the city's other ways to win a project, which would bring some of the same ones.
    alone = tuple(name for name in CATALOGUE if name.startswith("attraction."))
    with_, without = city(off=alone), city(off=("enclave.incubator", *alone))
    # Of those who arrive in the run; tenants of the start are there in both.
    rows = with_.cast.identity
    found = enclave(*({name: values[rows] for name, values in w.record.firms.items()} for w in (with_, without)))
    # Places go by merit, not by who needs them: deadweight is the share that settles anyway.
    share = with_.numbers["place.outside_settle"]
    error = 3 * np.sqrt(share * (1 - share) / found["enclave_supported"])
    assert found["enclave_deadweight"] / found["enclave_supported"] == pytest.approx(share, abs=error)
    assert found["enclave_supported"] == found["enclave_deadweight"] + found["enclave_additional"]
    assert 0 < found["enclave_kept"] < found["enclave_additional"]


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (lambda w: w.firms.space.__setitem__(w.carriers.seats[0], 1e9), "carrier space let"),
        (lambda w: w.carriers.capacity.__setitem__(slice(None), 0), "carrier capacity"),
        (lambda w: w.firms.hub.__setitem__(w.carriers.seats[0], 2), "hub of tenants"),
        (lambda w: w.carriers.receivable.__setitem__(0, w.carriers.receivable[0] + 1), "claw-back"),
    ],
)
def test_a_broken_identity_is_found(damage, name):
    class Damaged(World):
        def _close_quarter(self):
            if self.quarter == 3:
                damage(self)
            super()._close_quarter()

    world = worlds.build(kind=Damaged)
    with pytest.raises(LedgerError, match=name):
        for _ in range(6):
            world.step()


def test_every_kind_of_carrier_has_a_name_and_maker_spaces_come_first():
    assert KINDS[MAKER] == "maker" and KINDS[ENCLAVE] == "enclave" and len(KINDS) == 5
    assert {f"place.carrier.{kind}.count" for kind in KINDS[:ENCLAVE]} <= set(registry().ids)
