"""The same seed gives the same bits; luck belongs to a seed, a decision, a quarter and a row, never to a package."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import worlds
from scipy import stats

from sim import observe
from sim.population.columns import COLUMNS, Firms
from sim.streams import DECISIONS, Luck, Streams
from sim.world import World

HERE = Path(__file__).parent
FIXED = [name for name, column in COLUMNS.items() if column.fixed]
# SHA-256 of `raw()`. It changes only with the key of a stream or with NumPy's generators, and then on purpose.
# Renewed when SplitMix64 took over the start of the generators from NumPy's SeedSequence, which took ten times as long.
GOLDEN = "303be3d400572e7414b79565bb8f276255d1afa6549ae65e73a38eab8bbd4799"


@cache
def usual() -> World:
    return worlds.run(quarters=10)


# -- the same seed ---------------------------------------------------------------------------------------------------
def test_the_same_seed_gives_the_same_bits():
    assert worlds.checksum(worlds.run(quarters=10)) == worlds.checksum(usual())


def test_another_seed_gives_another_city():
    assert worlds.different(worlds.state(worlds.run(quarters=10, seed=2)), worlds.state(usual()))


def test_the_order_of_sets_and_dicts_in_another_process_changes_nothing():
    code = "import worlds; print(worlds.checksum(worlds.run(quarters=10)))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=HERE, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE
        )
        for seed in ("0", "4711")
    ]
    sums = [process.communicate()[0].decode().strip() for process in started]
    assert sums == [worlds.checksum(usual())] * 2


def test_two_worlds_that_take_turns_do_not_disturb_each_other():
    one, other = worlds.build(quarters=10), worlds.build("none", quarters=10, seed=2)
    for _ in range(10):
        one.step()
        other.step()
    observe.finish(one)
    assert worlds.checksum(one) == worlds.checksum(usual())


def test_reading_a_world_changes_nothing():
    world = worlds.build(quarters=10)
    for _ in range(10):
        world.step()
        observe._stocks(world)
        world.imbalances()
        world.prospect("first_certificate", np.arange(10))
        world.certificate_reward(np.arange(10))
    observe.finish(world)
    assert worlds.checksum(world) == worlds.checksum(usual())


def test_numbers_that_somebody_else_draws_change_nothing():
    world = worlds.build(quarters=10)
    for quarter in range(10):
        for decision in DECISIONS:
            world.streams.uniform(decision, quarter, 7)
        np.random.random(3)  # the global state, which no process may read
        world.step()
    observe.finish(world)
    assert worlds.checksum(world) == worlds.checksum(usual())


def test_the_uncertain_numbers_of_a_seed_are_the_same_in_every_package():
    one, other = (worlds.numbers(policy, draw_seed=7) for policy in ("status_quo", "none"))
    assert all(one[id] == other[id] for id in set(one.drawn) & set(other.drawn))


# -- longer and shorter ----------------------------------------------------------------------------------------------
def test_a_longer_horizon_adds_rows_and_changes_none():
    short, long = worlds.build(quarters=8), worlds.build(quarters=40)
    rows, n = short.cast.rows, short.firms.count
    assert rows < long.cast.rows and n == long.firms.count
    for name, column in short.firms.columns().items():
        assert column[:n].tobytes() == getattr(long.firms, name)[:n].tobytes(), name
        assert getattr(short.cast, name).tobytes() == getattr(long.cast, name)[:rows].tobytes(), name


def test_a_run_of_six_quarters_is_the_first_six_of_ten():
    short = worlds.run(quarters=6)
    for name, values in worlds.columns(short.record).items():
        group = name.split(" ", 1)[0]
        if group in ("series", "grouped"):
            assert values.tobytes() == worlds.columns(usual().record)[name][:6].tobytes(), name


# -- luck is paired between packages ---------------------------------------------------------------------------------
def luck(policy, **options) -> dict[tuple[str, str, int], bytes]:
    """Every draw of a run, by kind, decision and quarter."""
    drawn = {}

    class Witness(Streams):
        def generator(self, decision, quarter):
            drawn["generator", decision, quarter] = b""
            return super().generator(decision, quarter)

        def _draw(self, law, decision, quarter, rows):
            values = super()._draw(law, decision, quarter, rows)
            drawn[law, decision, quarter] = values.tobytes()
            return values

        def sparse(self, decision, quarter, who):
            drawn["sparse", decision, quarter] = super().sparse(decision, quarter, np.arange(100)).tobytes()
            return super().sparse(decision, quarter, who)

    world = worlds.build(policy, quarters=8, **options)
    world.streams = world.luck.streams = Witness(world.seed)
    for _ in range(8):
        world.step()
    return drawn


def test_a_decision_in_a_quarter_has_the_same_luck_in_every_package():
    one, other = luck("status_quo"), luck("none")
    both = set(one) & set(other)
    assert len(both) > 100 and all(one[key] == other[key] for key in both)


def test_every_decision_that_has_a_stream_is_drawn():
    # One contract is more than the pool of a small city, and few of its firms have such problems.
    many = {"challenge.min_rd": 1e6}
    late = ("platform.tech_market", "services.brokers", "delivery.assistants")
    everything = {name: {} for name in worlds.PROGRAMMES} | {name: {"start": "2021Q1"} for name in late} | {
        "growth.labels": {"tickets": 0.5}, "rnd.jiebang": {"extra_appropriation": 5e7},
        "institute.national": {"start": "2021Q1", "extra_appropriation": 5e7},
    }  # fmt: skip
    assert {decision for _, decision, _ in luck(everything, overrides=many)} == DECISIONS


def test_packages_change_what_firms_do_and_never_who_they_are():
    one, other = worlds.run("award_push", quarters=10), worlds.run("none", quarters=10)
    assert all(getattr(one.cast, name).tobytes() == getattr(other.cast, name).tobytes() for name in FIXED)
    here, there = twins(one, other)
    assert all((getattr(one.firms, name)[here] == getattr(other.firms, name)[there]).all() for name in FIXED)


def twins(one, other) -> tuple[np.ndarray, np.ndarray]:
    """Slots of the firms that live in both worlds."""
    who = [world.firms.identity[: world.firms.count] * world.firms.alive[: world.firms.count] for world in (one, other)]
    _, here, there = np.intersect1d(*who, return_indices=True)
    return here[1:], there[1:]  # identity 0 stands for the dead here


def test_a_firm_that_enters_in_two_packages_enters_in_the_same_quarter():
    one, other = worlds.run("award_push", quarters=10), worlds.run("none", quarters=10)
    here, there = twins(one, other)
    assert (one.firms.arrival[here] >= 0).any()
    assert (one.firms.birth[here] == other.firms.birth[there]).all()


# -- slots -----------------------------------------------------------------------------------------------------------
def test_it_does_not_matter_in_which_slot_a_firm_sits(monkeypatch):
    """Slots that are taken again against slots that are never used twice: every firm ends as the same."""
    again = worlds.run(quarters=24)
    leave = Firms.leave
    monkeypatch.setattr(Firms, "leave", lambda firms, slots: leave(firms, slots[:0]) or firms.alive.put(slots, False))
    never = worlds.run(quarters=24)
    assert again.firms.count < never.firms.count
    for name, values in again.record.firms.items():
        assert values == pytest.approx(never.record.firms[name], rel=1e-9), name
    for name, values in again.record.series.items():
        assert values == pytest.approx(never.record.series[name], rel=1e-9), name


def test_no_firm_sits_in_two_slots_and_no_slot_is_taken_before_its_rest():
    world = worlds.build(quarters=16)
    died = np.full(world.firms.rows, -9)
    for quarter in range(16):
        before = world.firms.alive.copy()
        world.step()
        assert (quarter - died[world.entered] >= 2).all()
        died[before & ~world.firms.alive] = quarter
        who = world.firms.identity[world.firms.alive]
        assert len(np.unique(who)) == len(who)
    assert world.firms.count < world.record.initial["firms"] + world.record.series["entries"].sum()


def test_no_run_writes_a_fixed_column():
    assert not any(getattr(usual().firms, name).flags.writeable for name in FIXED)


# -- streams ---------------------------------------------------------------------------------------------------------
def raw() -> bytes:
    streams = Streams(1)
    draws = [streams.uniform(name, quarter, 100) for name in ("exit", "growth", "review") for quarter in (0, 1, 39)]
    return b"".join(values.astype("<f8").tobytes() for values in draws)


def test_the_raw_uniforms_of_seed_one_are_what_they_were():
    assert sha256(raw()).hexdigest() == GOLDEN


def test_an_unknown_decision_is_an_error():
    with pytest.raises(KeyError, match="lottery"):
        Streams(1).uniform("lottery", 0, 3)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_outside_its_range_is_refused(seed):
    with pytest.raises(ValueError, match="seed must lie in"):
        Streams(seed)


def test_streams_of_different_seeds_decisions_and_quarters_differ():
    keys = [(seed, name, quarter) for seed in (0, 1, 2**40) for name in sorted(DECISIONS) for quarter in (0, 1, 4)]
    draws = {Streams(seed).uniform(name, quarter, 4).tobytes() for seed, name, quarter in keys}
    assert len(draws) == len(keys)


@pytest.mark.parametrize("kind", ["uniform", "normal", "exponential", "laplace_quarter"])
def test_more_rows_do_not_change_the_first(kind):
    few, many = (getattr(Streams(3), kind)("growth", 5, rows) for rows in (10, 1000))
    assert (few == many[:10]).all()


def test_a_trait_has_its_own_stream_and_more_rows_do_not_change_the_first():
    few, many = Streams(3).trait("merit").standard_gamma(0.7, 10), Streams(3).trait("merit").standard_gamma(0.7, 99)
    assert (few == many[:10]).all()
    assert (Streams(3).trait("awareness").standard_gamma(0.7, 10) != few).all()


def year(rows: int, decision: str = "growth") -> np.ndarray:
    return sum(Streams(11).laplace_quarter(decision, quarter, rows) for quarter in range(4))


def test_four_quarters_of_growth_make_one_laplace_year():
    # Kolmogorov-Smirnov at one in a thousand; four Laplace quarters would fail by far.
    assert stats.kstest(year(100_000), "laplace").pvalue > 1e-3
    assert stats.kstest(year(100_000) / np.sqrt(2), "norm").pvalue < 1e-9


def test_a_year_of_growth_has_variance_two_and_excess_kurtosis_three():
    values = year(400_000)
    # Four standard errors: of the variance √(20/n), of the kurtosis √(1188/n).
    assert values.var() == pytest.approx(2, abs=4 * np.sqrt(20 / values.size))
    assert stats.kurtosis(values) == pytest.approx(3, abs=4 * np.sqrt(1188 / values.size))


def test_the_first_draws_of_neighbouring_seeds_and_quarters_are_uniform_and_independent():
    """The start of a generator decides its first draws most: over neighbouring keys they look like one long draw."""
    by_quarter = np.array([Streams(5).uniform("exit", quarter, 3) for quarter in range(4_000)])
    by_seed = np.array([Streams(seed).uniform("exit", 7, 3) for seed in range(1_000)])
    for values in (by_quarter, by_seed):
        assert all(stats.kstest(first, "uniform").pvalue > 1e-3 for first in values.T)
        pairs = [*values.T, *np.roll(values, 1, axis=0).T]
        off = np.corrcoef(pairs)[~np.eye(len(pairs), dtype=bool)]
        assert np.abs(off).max() < 4.5 / np.sqrt(len(values))


def test_the_luck_of_a_few_is_the_same_law_and_says_nothing_of_the_draws_of_all():
    streams, who = Streams(11), np.arange(20_000)
    hashed = [streams.sparse(name, quarter, who) for name in ("exit", "bank") for quarter in (0, 1)]
    drawn = [streams.uniform(name, quarter, who.size) for name in ("exit", "bank") for quarter in (0, 1)]
    assert all(stats.kstest(values, "uniform").pvalue > 1e-3 for values in hashed)
    off = np.corrcoef(hashed + drawn)[~np.eye(8, dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(who.size)
    assert (streams.sparse("exit", 0, who[::-7]) == hashed[0][::-7]).all()


def test_the_laws_of_luck_by_slots_are_normal_and_exponential():
    firms = Firms(100_000)
    firms.identity[:] = np.arange(firms.rows)[::-1]
    firms.count = firms.known = firms.rows
    luck, slots = Luck(Streams(4), firms), np.arange(0, firms.rows, 2)
    assert stats.kstest(luck.normal("bank", slots), "norm").pvalue > 1e-3
    assert stats.kstest(luck.exponential("jump_size", slots), "expon").pvalue > 1e-3
    assert (luck.normal("bank", slots[5:9]) == luck.normal("bank", slots)[5:9]).all()


def test_quarters_and_decisions_are_uncorrelated():
    rows = 20_000
    draws = [Streams(11).normal(name, quarter, rows) for name in sorted(DECISIONS) for quarter in (0, 1)]
    off = np.corrcoef(draws)[~np.eye(len(draws), dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(rows)
