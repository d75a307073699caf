"""Draws apart from seeds: the designs, what they are crossed with, and what each of the two is worth."""

import fake_world as fake
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from sim.errors import InputError
from sim.parameters import registry
from sim.study import sampling
from sim.study.design import design
from sim.study.effects import Effect
from sim.study.results import Results
from sim.study.runner import study

NANTONG = registry("nantong")
TWO = {"credit.rate_cap": [0.05, 0.1], "award.hnte.amount": [300_000, 500_000]}


def small(scenarios=("status_quo", "none", "push"), seeds=3, **options):
    scenarios = [fake.Scenario(name) if isinstance(name, str) else name for name in scenarios]
    return study("fake", scenarios, seeds, **{"quarters": 9, "workers": 1, "core": fake.CORE} | options)


@pytest.mark.parametrize(("method", "draws"), [("random", 40), ("lhs", 40), ("sobol", 32)])
def test_every_number_with_a_prior_is_drawn_from_it(method, draws):
    found = sampling.sample(NANTONG, method, draws)
    assert set(found.ids) == {number.id for number in NANTONG if number.prior} and not found.named
    for id, column in zip(found.ids, zip(*found.rows, strict=True), strict=True):
        number = NANTONG[id]
        for value in column:
            assert number.check(value) is not None
        if not number.prior.scales:
            assert number.prior.low <= min(column) < max(column) <= number.prior.high
    assert sampling.sample(NANTONG, method, draws) == found


def test_a_hypercube_has_one_draw_in_every_slice():
    found = sampling.sample(NANTONG, "lhs", 20, TWO)
    for column, (low, high) in zip(zip(*found.rows, strict=True), TWO.values(), strict=True):
        slices = np.floor(20 * (np.array(column) - low) / (high - low)).astype(int)
        assert sorted(slices) == list(range(20))


def test_sobol_points_are_more_even_than_chance():
    def gap(method):
        values = np.array(sampling.sample(NANTONG, method, 64, TWO).rows)
        return stats.qmc.discrepancy((values - [0.05, 300_000]) / [0.05, 200_000])

    assert gap("sobol") < gap("random") / 3


def test_an_added_random_draw_changes_none_before_it():
    assert sampling.sample(NANTONG, "random", 9, TWO).rows[:4] == sampling.sample(NANTONG, "random", 4, TWO).rows


def test_a_random_draw_is_what_that_seed_draws_by_itself():
    found = sampling.sample(NANTONG, "random", 3).values(3)
    assert NANTONG.resolve(found).digest == NANTONG.resolve({}, draw_seed=3).digest


def test_a_grid_crosses_and_a_list_goes_side_by_side():
    vary = {"award.hnte.amount": [0, 450000], "award.hnte.start": ["2021Q1", "2023Q1"]}
    assert sampling.sample(NANTONG, "grid", None, vary).rows == ((0, "2021Q1"), (0, "2023Q1"), (450000, "2021Q1"), (450000, "2023Q1"))
    assert sampling.sample(NANTONG, "list", None, vary).rows == ((0, "2021Q1"), (450000, "2023Q1"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "lsh", "draws": 4}, "lhs"), ({"method": "sobol", "draws": 10}, "'16'"), ({"method": "lhs"}, "how many"),
        ({"vary": TWO}, "how many"), ({"draws": 0}, "1 to"), ({"draws": True}, "1 to"), ({"method": "grid"}, "needs the numbers"),
        ({"method": "grid", "draws": 4, "vary": TWO}, "follows from"), ({"draws": 4, "vary": {"credit.rat_cap": None}}, "credit.rate_cap"),
        ({"draws": 4, "vary": {"award.hnte.amount": None}}, "no prior"), ({"draws": 4, "vary": {"credit.rate_cap": [0.1, 0.05]}}, "lowest"),
        ({"draws": 4, "vary": {"credit.rate_cap": [0.05, 50]}}, "out of range"), ({"draws": 4, "vary": {"award.hnte.start": [0, 1]}}, "grid"),
        ({"method": "list", "vary": TWO | {"credit.rate_cap": [0.1]}}, "one length"), ({"draws": 4, "vary": {}}, "where their values"),
        ({"method": "grid", "vary": {"credit.rate_cap": [0.1, 0.1]}}, "twice"), ({"draws": 4, "vary": TWO, "fixed": {"credit.rate_cap": 0.1}}, "both"),
    ],
)  # fmt: skip
def test_a_design_that_means_nothing_is_refused(options, says):
    with pytest.raises(InputError, match=says):
        sampling.sample(NANTONG, **options)


def test_a_draw_in_which_a_programme_stops_before_it_starts_is_refused():
    with pytest.raises(InputError, match="stop must be after start"):
        design("nantong", ["status_quo"], 1, 4, method="grid", vary={"award.hnte.stop": ["2030Q1", "2001Q1"]})


def test_a_named_number_goes_before_the_package_and_a_drawn_one_does_not():
    own = [fake.Scenario("none", {"level": 50.0})]
    drawn = small(own, draws=2).to_xarray()["rd_real"]
    named = small(own, draws=2, vary={"level": [10, 11]}).to_xarray()["rd_real"]
    assert (drawn > 45).all() and (named < 25).all()


def test_draws_are_crossed_with_seeds_and_scenarios_share_both():
    results = small(draws=4)
    assert results.n_planned == 3 * 4 * 3 and results.sample().shape == (4, 1)
    values = results.to_xarray()
    table = results.by_draw(values["rd_real"])
    assert table.sizes["draw"] == 4 and list(table["luck"].values) == [1, 2, 3]
    # The same luck in every draw: dividing the level of the draw out leaves no difference between draws.
    level = xr.DataArray(results.sample()["level"].to_numpy(), dims="draw")
    shape = (table / level).transpose("draw", ...)
    np.testing.assert_allclose(shape[0], shape[1])
    stock = results.by_draw(results.effect("hnte_stock", over="end").values)
    assert (stock.sel(scenario="push") == 3).all()
    assert {"draw", "luck"} <= set(results.pairs().columns) and {"draw", "luck"} <= set(results.runs().columns)


def test_more_draws_and_more_seeds_go_on_with_the_study(tmp_path):
    first = small(draws=2, results=tmp_path)
    told = []
    more = small(seeds=4, draws=3, results=tmp_path, progress=lambda *n: told.append(n))
    assert told[0] == (18, 36, 0)
    old = first.by_draw(first.to_xarray()["rd_real"])
    assert more.by_draw(more.to_xarray()["rd_real"]).sel(draw=[1, 2], luck=[1, 2, 3]).equals(old)
    assert Results.open(tmp_path).draws == 3


def test_variances_of_numbers_and_luck_are_found_again():
    rng = np.random.default_rng(1)
    draws, seeds = 60, 50
    values = 3 * rng.normal(size=(draws, 1)) + 2 * rng.normal(size=(1, seeds)) + rng.normal(size=(draws, seeds))
    effect = crossed(values)
    parts = effect.variance()
    assert [float(parts.sel(part=name)) for name in ("numbers", "luck", "both")] == pytest.approx([9, 4, 1], rel=0.35)
    with pytest.raises(InputError, match="no draws"):
        small().effect("hnte_stock").variance()


def crossed(values):
    draws, seeds = values.shape
    coords = {"seed": np.arange(values.size), "draw": ("seed", np.repeat(np.arange(draws), seeds)), "luck": ("seed", np.tile(np.arange(seeds), draws))}
    return Effect("m", "b", xr.DataArray(values.ravel(), dims="seed", coords=coords), "u", "t", "t")


def test_the_interval_of_crossed_worlds_covers_as_often_as_it_says():
    rng = np.random.default_rng(2)
    inside, apart = 0, 0
    for _ in range(120):
        values = rng.normal(size=(8, 1)) + rng.normal(size=(1, 6)) + 0.5 * rng.normal(size=(8, 6))
        effect = crossed(values)
        low, high = effect.interval().values
        inside += low < 0 < high
        apart += abs(values.mean()) > 1.68 * values.std() / np.sqrt(values.size)
    assert 0.84 <= inside / 120 <= 1.0  # 90 %; the worlds taken as independent cover half of that
    assert apart / 120 > 0.3


def test_seeds_needed_agrees_with_the_interval_of_crossed_worlds():
    rng = np.random.default_rng(5)
    for mean in (0.2, 5.0):
        effect = crossed(mean + rng.normal(size=(5, 1)) + rng.normal(size=(1, 4)))
        low, high = effect.interval().values
        assert (float(effect.seeds_needed()) == 0) == (low > 0 or high < 0)


def test_a_missing_world_leaves_the_rest():
    values = np.random.default_rng(3).normal(size=(4, 5)) + 2
    values[1, 2] = np.nan
    effect = crossed(values)
    assert np.isfinite(effect.interval()).all() and np.isnan(effect.variance()).all()


def test_draws_of_the_command_line_repeat_the_study():
    import shlex

    from sim.config import configs
    from sim.study import manifest

    asked = {"place": "nantong", "asked": ["none"], "seeds": [1, 2], "quarters": 8, "draw": False, "draws": 4, "method": "grid",
             "vary": {"award.hnte.amount": [0, 450000.0], "award.hnte.start": ["2021Q1", "2023Q1"]}, "against": [], "overrides": {}}  # fmt: skip
    (config,) = configs(shlex.split(manifest.command(asked))[2:])
    assert (config.method, config.vary, config.draws) == ("grid", asked["vary"], None)
    (config,) = configs(shlex.split(manifest.command(asked | {"method": "lhs", "vary": {"credit.rate_cap": None}}))[2:])
    assert (config.method, config.vary, config.draws) == ("lhs", {"credit.rate_cap": None}, 4)


@pytest.mark.parametrize("name", ["draws", "award_grid"])
def test_the_shipped_studies_with_draws_can_be_planned(name):
    from sim.cli import planned
    from sim.config import configs

    (config,) = configs([f"study={name}"])
    plan = planned(config)
    assert plan.draws > 1 and len(plan.keys) == len(plan.scenarios) * plan.draws * len(plan.seeds)
