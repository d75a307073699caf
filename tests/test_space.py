"""Space: carriers that are sold and built again, corridors, belts, and where firms go for them."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.processes import recycling

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
