"""Worlds of one seed may start from copies of one city: nothing can be told from a run that built its own."""

from __future__ import annotations

import numpy as np
import pytest
import worlds

from sim.opening import Openings
from sim.population import initial
from sim.population.columns import COLUMNS, LINES, Firms
from sim.streams import Streams
from sim.world import World, simulate

PACKAGES = ("status_quo", "none", "enclave_push", "status_quo")


def test_a_run_from_a_copy_is_the_run_that_built_its_own_city():
    openings, streams = Openings(), Streams(4, keep=2**24)
    for name in PACKAGES:
        package = worlds.shipped(name)
        numbers = worlds.numbers(package)
        copied = simulate(numbers, package, 4, 8, streams, openings)
        own = simulate(numbers, package, 4, 8)
        assert not worlds.different(worlds.columns(copied), worlds.columns(own))


def test_a_city_is_built_once_and_again_when_a_number_that_made_it_differs(monkeypatch):
    built = []
    monkeypatch.setattr(initial, "build", lambda *terms, build=initial.build: (built.append(1), build(*terms))[1])
    package, openings = worlds.shipped("none"), Openings()

    def world(quarters=4, **changes):
        return World(worlds.numbers(package, changes), package, 4, quarters, None, openings)

    first = world().firms.sales
    assert (world(**{"award.hnte.amount": 1.0}).firms.sales == first).all() and len(built) == 1
    assert (world(**{"place.above_scale_revenue": 2e9}).firms.sales != first).any() and len(built) == 2
    world(5)
    assert len(built) == 3  # a longer run has more firms that may come


def test_every_column_stays_a_line_of_its_block():
    package, openings = worlds.shipped("status_quo"), Openings()
    for _ in range(2):
        world = World(worlds.numbers(package), package, 4, 8, None, openings)
        for _ in range(8):
            world.step()
        for dtype, names in LINES.items():
            assert all(np.shares_memory(getattr(world.firms, name), world.firms.blocks[dtype]) for name in names)


def test_whoever_takes_a_slot_finds_nothing_of_those_before(monkeypatch):
    def seat(firms, slots, cast, rows, seat=Firms.seat):
        again.append(int(np.count_nonzero(firms.identity[slots] >= 0)))
        seat(firms, slots, cast, rows)
        for name in COLUMNS:
            assert (getattr(firms, name)[slots] == getattr(cast, name)[rows]).all(), name

    again = []
    monkeypatch.setattr(Firms, "seat", seat)
    for name in set(PACKAGES):
        package = worlds.shipped(name)
        simulate(worlds.numbers(package), package, 4, 16)
    assert sum(again) > 50


def test_no_world_can_change_what_worlds_share():
    package, openings = worlds.shipped("none"), Openings()
    one, other = (World(worlds.numbers(package), package, 4, 4, None, openings) for _ in range(2))
    assert one.cast is other.cast and one.arrivals is other.arrivals
    for shared in (one.cast.sales, one.arrivals.rank, one.place.distance, one.usual_links.search):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 1
    for mine, others in ((one.firms, other.firms), (one.talent, other.talent), (one.ties, other.ties), (one.carriers, other.carriers)):
        arrays = [name for name, values in vars(mine).items() if isinstance(values, np.ndarray) and values.size]
        assert arrays and not any(np.shares_memory(getattr(mine, name), getattr(others, name)) for name in arrays)
