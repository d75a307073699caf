"""Space: carriers that are sold and built again, corridors, belts, and where firms go for them."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim import scenario
from sim.parameters import registry
from sim.population.premises import INCUBATOR, MAKER
from sim.processes import belts, recycling, resettling, tied_incubators
from sim.programmes import CATALOGUE
from sim.world import World

SOLD = {"carrier.reit": {"start": "2021Q1", "occupancy": 0.4, "quarters": 1}}
# Carriers of a size that the firms of the small city fill.
ALL_PUBLIC = {"carrier.public_share": 1, "place.carrier.incubator.size": 6000, "place.carrier.accelerator.size": 3000,
              "place.carrier.park.size": 5000}  # fmt: skip


def series(policy, name, quarters=16, **overrides):
    return worlds.run(policy, quarters=quarters, overrides=ALL_PUBLIC | overrides).record.series[name]


# -- carriers that are sold ------------------------------------------------------------------------------------------
def test_a_building_is_worth_its_net_rent_over_the_yield_and_never_less_than_nothing():
    paid = recycling.value(np.array([100.0, 30.0]), np.array([45.0, 60.0]), 0.055)
    assert paid.tolist() == [4 * 55 / 0.055, 0]


def test_new_space_stays_in_its_cell_where_the_cell_has_room_for_it():
    area, cell = np.array([60.0, 40.0]), np.array([0, 0, 1])
    assert recycling.spread(area, cell, np.array([1.0, 2.0, 5.0])) == pytest.approx([20, 40, 40])
    assert recycling.spread(area, cell, np.array([1.0, 3.0, 0.0])) == pytest.approx([25, 75, 0])


def test_what_is_paid_is_built_or_returned_and_the_purse_is_empty():
    world = worlds.build(SOLD, quarters=12, overrides=ALL_PUBLIC)
    money = 0.0
    for _ in range(12):
        world.step()
        money += world.record.series["carrier_sale_money"][world.quarter]
        assert world.ledger.cash["purse:carrier.reit"] == 0
    assert money > 0 and world.carriers.sold.any() and not (world.carriers.sold & world.carriers.public).any()


def test_new_space_opens_when_it_is_built_and_is_what_the_money_buys():
    terms = SOLD["carrier.reit"]
    area = series(SOLD, "carrier_area")
    none = series({}, "carrier_area")
    paid = series(SOLD, "carrier_sale_money")
    built = terms.get("build_quarters", 8)
    first = int(np.flatnonzero(paid)[0])
    assert (area[: first + built - 1] <= none[: first + built - 1] * 1.5).all()
    assert area[-1] - none[-1] == pytest.approx(0.8 * paid[: 16 - built].sum() / 5000, rel=0.05)


def test_more_is_recycled_with_a_larger_dose():
    small, large = (series({"carrier.reit": SOLD["carrier.reit"] | {"dose": x}}, "carrier_area")[-1] for x in (0.5, 20))
    assert large > small


def test_investors_with_a_higher_yield_pay_less():
    low, high = (series({"carrier.reit": SOLD["carrier.reit"] | {"required": x}}, "carrier_sale_money").sum() for x in (0.04, 0.07))
    assert low > high > 0


def test_what_is_not_full_is_not_sold():
    assert not series({"carrier.reit": {"start": "2021Q1", "occupancy": 1.0}}, "carrier_sold").any()


def test_buyers_ask_market_rents_and_weak_tenants_leave():
    dear = {"carrier.market_rent": 60}
    policy = {"carrier.reit": SOLD["carrier.reit"] | {"bearable": 0.02}}
    first = int(np.flatnonzero(series(policy, "carrier_sold", **dear))[0])  # later they leave, and rents fall again
    assert series(policy, "carrier_rent", **dear)[first] > series({}, "carrier_rent", **dear)[first]
    assert series(policy, "carrier_priced_out", **dear).sum() > 0
    patient = {"carrier.reit": SOLD["carrier.reit"] | {"bearable": 10}}
    assert series(patient, "carrier_priced_out", **dear).sum() < series(policy, "carrier_priced_out", **dear).sum()


# -- belts -----------------------------------------------------------------------------------------------------------
BELT = {"space.belt": {}, "policy30": {"appropriation": 3_000_000}, "tax.incentives": {}}


def test_a_reserve_takes_the_best_inside_first_as_far_as_it_goes_and_then_merit_alone():
    inside, amount = np.array([False, True, False, True, True]), np.full(5, 10.0)
    assert belts.reserve(inside, amount, 20.0).tolist() == [1, 3, 0, 2, 4]
    assert belts.reserve(inside, amount, 0.0).tolist() == [0, 1, 2, 3, 4]


def test_new_space_goes_inside_up_to_its_share_and_adds_up():
    weight, part = np.array([1.0, 3.0, 4.0]), np.array([1.0, 0.5, 0.0])
    shares = belts.divide(weight, part, 0.8)
    assert shares.sum() == pytest.approx(1) and shares[2] == pytest.approx(0.2 * 4 / 5.5)
    assert belts.divide(weight, np.zeros(3), 0.8) == pytest.approx(weight / 8)


def test_a_corridor_has_its_cores_where_the_belt_is_widest():
    assert belts.layout(np.array([0.5, 0.1, 0.3, 0.1, 0.0]), 2, 0.7) == pytest.approx([0.35, 0.15, 0.35, 0.15, 0])
    assert belts.layout(np.array([0.5, 0.0]), 2, 0.7) == pytest.approx([1, 0])


def chosen(policy, **overrides):
    """Share of the money of a call that went inside the belt, over the run."""
    world = worlds.build(policy, quarters=12, overrides={"delivery.awareness": 1} | overrides)
    mine = all_paid = 0.0
    for _ in range(12):
        before = world.firms.received.copy()
        world.step()
        paid = (world.firms.received - before).clip(0) * world.firms.alive
        mine += paid[np.flatnonzero(belts.inside(world, np.arange(world.firms.rows)))].sum()
        all_paid += paid.sum()
    return mine / all_paid


def test_a_belt_moves_the_money_of_calls_inside_and_merit_gives_way():
    none = {id: terms for id, terms in BELT.items() if id != "space.belt"}
    assert chosen(BELT | {"space.belt": {"share": 0.9}}, **{"space.review": 0}) > chosen(none) + 0.1


def test_a_reserve_below_what_merit_gives_inside_changes_nothing():
    small = BELT | {"space.belt": {"share": 1e-6}}
    still = {"space.review": 0}
    none = {id: terms for id, terms in BELT.items() if id != "space.belt"}
    one, other = (worlds.run(policy, quarters=8, overrides=still).record.series for policy in (small, none))
    assert (one["rd_real"] == other["rd_real"]).all() and (one["exits"] == other["exits"]).all()


def test_moves_answer_to_their_cost_and_to_what_is_there():
    assert resettling.moves(np.zeros(1), np.zeros(1), 0.0)[0] == 0.5
    near, far = resettling.moves(np.zeros(2), np.array([1.0, -1.0]), 3.0)
    assert near > far
    dear, cheap = resettling.pull(np.array([2.0, 0.5]), np.ones((2, 1)), np.ones(2), 0.5, 1.0, 0.5)[:, 0]
    assert cheap > dear
    full, empty = resettling.pull(np.ones(2), np.ones((2, 1)), np.array([2.0, 0.5]), 0.5, 1.0, 0.5)[:, 0]
    assert empty > full
    luck, shares = np.linspace(0, 0.999, 1000), np.tile([0.2, 0.5, 0.3], (1000, 1))
    assert np.bincount(resettling.choose(luck, shares)) == pytest.approx([200, 500, 300], abs=2)


def test_firms_that_move_into_the_belt_leave_another_district_and_none_is_new():
    world = worlds.run(BELT, quarters=12, overrides={"space.moving_cost": 0})
    none = worlds.run({id: terms for id, terms in BELT.items() if id != "space.belt"}, quarters=12)
    assert world.record.series["resettled"].sum() > 20
    assert (world.record.grouped["firms_by_district"][2].sum(1) == world.record.series["firms"]).all()
    outside = np.flatnonzero(world.place.belt == 0)
    there, before = (w.record.grouped["firms_by_district"][2][-1, outside].sum() for w in (world, none))
    assert there < before
    firms, n = world.firms, world.firms.count
    alive = np.flatnonzero(firms.alive[:n])
    cells = firms.district[alive] * len(world.place.sectors) + firms.sector[alive]
    assert (world.ties.cell[alive] == cells).all()


def test_nobody_moves_where_moving_costs_too_much():
    assert not worlds.run(BELT, quarters=8, overrides={"space.moving_cost": 20}).record.series["resettled"].any()


# -- corridors -------------------------------------------------------------------------------------------------------
CORRIDOR = {"space.corridor": {"start": "2021Q1", "area": 20_000, "build_quarters": 4, "open_quarters": 4,
                               "appropriation": 1e7}}  # fmt: skip


def test_a_county_pays_before_space_opens_and_space_opens_whether_or_not_anybody_waits():
    world = worlds.run(CORRIDOR, quarters=12)
    none = worlds.run({}, quarters=12)
    area = world.record.series["carrier_area"] - none.record.series["carrier_area"]
    cost = world.record.series["public_cost_city"] - none.record.series["public_cost_city"]
    assert (cost[:4] > 0).all() and not area[:3].any()
    assert area[-1] == pytest.approx(20_000, rel=0.02) and (np.diff(area) >= -5).all()
    vacant = world.record.series["carrier_vacant_area"] - none.record.series["carrier_vacant_area"]
    assert vacant[-1] > 0.5 * area[-1]


def test_a_corridor_fills_from_other_districts():
    world = worlds.run(CORRIDOR, quarters=16, overrides={"space.moving_cost": 0})
    assert world.record.series["resettled"].sum() > 0
    assert world.record.series["carrier_tenants"][-1] > worlds.run({}, quarters=16).record.series["carrier_tenants"][-1]


@pytest.mark.parametrize(("policy", "name", "state"), [
    (BELT, "space.belt", "firms_belt"), (CORRIDOR, "space.corridor", "carrier_area"), (SOLD, "carrier.reit", "carrier_area"),
])  # fmt: skip
def test_at_an_extreme_dose_the_declared_state_changes(policy, name, state):
    extreme = policy | {name: policy[name] | {"dose": 20}}
    assert series(extreme, state)[-1] > series(policy, state)[-1]


# -- the carriers of Rugao -------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def rugao():
    package = scenario.load("status_quo", CATALOGUE, registry("rugao"))
    return lambda **changes: World(registry("rugao").resolve(dict(package.overrides) | changes), package, 1, 4)


def test_rugao_has_its_fourteen_carriers_with_half_a_million_square_metres(rugao):
    table = rugao().carriers
    counted = (table.kind == INCUBATOR) | (table.kind == MAKER)
    assert counted.sum() == 14
    assert np.mean([rugao(**{"carrier.size_spread": 0}).carriers.base[table.kind == INCUBATOR].sum()]) == pytest.approx(488_000)


def test_four_incubators_are_national_and_serve_better(rugao):
    plain, titled = (rugao(**{"carrier.national_quality": x}).carriers for x in (1, 1.25))
    ratio = (titled.quality / plain.quality)[plain.kind == INCUBATOR]
    assert sorted(ratio.round(6)) == [1] * 4 + [1.25] * 4
    large = np.sort(plain.base[plain.kind == INCUBATOR])[-4:]
    assert set(plain.base[(titled.quality > plain.quality)]) == set(large)


def test_awards_to_the_carriers_of_rugao_pay_for_mentors(rugao):
    def service(dose):
        world = rugao(**{"carrier.incubators.dose": dose})
        for _ in range(4):
            world.step()
        return world.record.series["carrier_service"][-1]

    assert service(20) > service(0)


# -- incubators of institutes ----------------------------------------------------------------------------------------
TIED = {"incubation.institute": {"start": "2021Q1", "linked": 1, "appropriation": 5e6}}
MANY = {"place.spin_off_share": 0.5, "carrier.maker_age": 0.0 + 1}


def test_a_push_brings_no_more_founders_than_there_is_room_for():
    assert tied_incubators.push(1.0, 100.0, 10, 0.5) == 1.0
    assert tied_incubators.push(1.0, 0.5, 10, 0.5) == pytest.approx(0.2)
    assert tied_incubators.push(1.0, 5.0, 0, 0.5) == 0


def tied(policy=TIED, quarters=12, **overrides):
    return worlds.run(policy, quarters=quarters, overrides=MANY | overrides)


def test_founders_from_institutes_are_seated_with_ties_at_full_strength():
    world = tied()
    assert world.record.series["incubator_institute_seats"].sum() > 0
    assert world.record.grouped["programme_paid"][2].sum() > 0


def test_institutes_lack_who_left_and_the_switch_turns_it_off():
    def knows(drain):
        policy = {"incubation.institute": TIED["incubation.institute"] | {"drain": drain}}
        return tied(policy).universities.knowledge.sum()

    assert knows(0.05) < 0.99 * knows(0)


def test_their_places_are_taken_from_others_where_rooms_are_short():
    small = {"place.carrier.incubator.size": 3000}
    world, none = tied(**small), tied({}, **small)
    def others(one):
        inside = np.flatnonzero((one.firms.carrier >= 0) & (one.firms.university < 0))
        return np.count_nonzero(one.carriers.kind[one.firms.carrier[inside]] == INCUBATOR)

    assert others(world) < others(none)


def test_a_larger_dose_ties_more_incubators():
    small, large = (tied({"incubation.institute": TIED["incubation.institute"] | {"linked": 0.05, "dose": x}}) for x in (1, 20))
    seats = [one.record.series["incubator_institute_seats"].sum() for one in (small, large)]
    assert seats[1] > seats[0]
