"""The report of draws × seeds: its intervals are those of the console, and its words speak of draws and worlds."""

from __future__ import annotations

import re

import fake_world as fake
import numpy as np
import pytest
import xarray as xr
from fake_results import LINES, FakeResults, numbers

from sim import report, summary
from sim.report import answers, text
from sim.report.figures import figure
from sim.report.reading import Reading
from sim.report.spread import bands, each, ratio, spread
from sim.study.effects import Effect
from sim.study.runner import study

DRAWS, SEEDS = 6, 5
CROSSING = np.stack([np.repeat(np.arange(DRAWS), SEEDS), np.tile(np.arange(SEEDS), DRAWS)], axis=1)


def effect(values):
    coords = {"seed": np.arange(len(values)), "draw": ("seed", CROSSING[:, 0]), "luck": ("seed", CROSSING[:, 1])}
    return Effect("", "", xr.DataArray(values, coords, ("seed",)), "", "", "")


def worlds(mean=1.0, of_draw=3.0, missing=()):
    """(worlds,) that differ mostly between draws."""
    rng = np.random.default_rng(4)
    table = mean + of_draw * rng.normal(size=(DRAWS, 1)) + rng.normal(size=(1, SEEDS)) + rng.normal(size=(DRAWS, SEEDS))
    for where in missing:
        table[where] = np.nan
    return table.ravel()


MISSING = [(), [(1, 2)], [(0, 0), (4, 3)], [2], [slice(1, None)]]  # worlds, a whole draw, all draws but one


@pytest.mark.parametrize("missing", MISSING)
def test_an_interval_of_crossed_worlds_is_that_of_the_console_and_wider_than_of_independent_ones(missing):
    values = worlds(missing=missing)
    found, naive, known = spread(values, CROSSING), spread(values), effect(values)
    assert (found.low, found.high) == pytest.approx(known.interval().values)
    assert found.more == float(known.seeds_needed()) and found.n == np.isfinite(values).sum() == naive.n
    assert (found.mean, found.p5, found.p95, found.share) == pytest.approx(
        (naive.mean, naive.p5, naive.p95, naive.share)
    )
    if missing == MISSING[-1]:  # one draw is left: its worlds differ by luck alone
        assert (found.low, found.high) == pytest.approx((naive.low, naive.high))
    else:
        assert found.high - found.low > 1.5 * (naive.high - naive.low)
    mean, low, high, *_ = bands(np.stack([values, 2 * values], axis=1), CROSSING)
    assert (mean[0], low[0], high[1]) == pytest.approx((found.mean, found.low, 2 * found.high))


def test_things_that_lack_different_worlds_are_each_judged_by_their_own():
    one = np.full(DRAWS * SEEDS, np.nan)
    one[7] = 2.0
    things = [worlds(missing=missing) for missing in MISSING] + [one, np.full(DRAWS * SEEDS, np.nan)]
    found = each(things, CROSSING)
    assert found[:-1] == [spread(values, CROSSING) for values in things[:-1]]
    assert (found[-2].mean, found[-2].low, found[-2].high, found[-2].n) == (2.0, -np.inf, np.inf, 1)
    assert found[-1].n == 0 and np.isnan(found[-1].mean)


def test_a_draw_without_any_world_does_not_narrow_the_interval():
    values = worlds(missing=[2])
    left = CROSSING[:, 0] != 2
    low, high = effect(values).interval().values
    without = spread(values[left], CROSSING[left])
    assert low <= without.low < without.high <= high  # what both share is only taken off where no world is missing


def test_a_ratio_of_crossed_worlds_covers_the_true_one_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside, naive = 0, 0
    for _ in range(60):
        a, b = (
            rng.normal(size=(2, DRAWS, 1)) + rng.normal(size=(2, 1, SEEDS)) + 0.5 * rng.normal(size=(2, DRAWS, SEEDS))
        )
        above, below = (30 + a + 0.6 * b).ravel(), (10 + b).ravel()
        low, high = ratio(above, below, CROSSING)[1:]
        inside += low < 3 < high
        low, high = ratio(above, below)[1:]
        naive += low < 3 < high
    assert inside >= 48 and naive < 40  # 54 of 60 are due


def test_a_ratio_knows_what_it_must_be():
    above, below = worlds(40.0, missing=[(1, 2)]), worlds(20.0, 1.0, missing=[(3, 3)])
    one = np.stack([np.zeros(DRAWS * SEEDS, int), np.arange(DRAWS * SEEDS)], axis=1)
    assert ratio(above, below, one) == pytest.approx(ratio(above, below))  # luck alone: independent worlds
    sure = np.full(DRAWS * SEEDS, 2.0)
    known = spread(above, CROSSING)
    assert ratio(above, sure, CROSSING) == pytest.approx((known.mean / 2, known.low / 2, known.high / 2))
    assert ratio(3 * sure, sure, CROSSING) == pytest.approx((3, 3, 3))
    assert ratio(above, worlds(0.1), CROSSING) is None


@pytest.mark.filterwarnings("ignore")
def test_the_report_of_a_study_reads_the_intervals_of_its_console():
    packages = [fake.Scenario("status_quo"), fake.Scenario("none"), fake.Scenario("push", {"trap": "raise@2"})]
    results = study("fake", packages, 3, 8, 1, draws=4, core=fake.CORE)
    r = Reading(results, "en")
    assert r.done("push") == 8 and r.compared == ["none", "push"]
    for metric, over, scale in (("hnte_stock", "late", 1.0), ("rd_real", "total", 0.5)):
        known = results.effect(metric, over=over)
        for name in r.compared:
            found, bounds = r.gain(metric, name), known.interval().sel(scenario=name).values
            assert (found.low, found.high) == pytest.approx(scale * bounds)
            assert found.n == int(known.n().sel(scenario=name)) and found.crossed
    assert "same draw and seed" in "".join(summary.lines(results, "en"))


CROSSED = np.stack([np.repeat(np.arange(1, 5), 3), np.tile(np.arange(1, 4), 4)], axis=1)


def crossed_results():
    """Made-up results of 4 draws × 3 seeds in which draws decide, with two worlds missing."""
    results = FakeResults(12, 8, missing=2)
    data = results.to_xarray()
    draw, luck = CROSSED.T
    data = data.assign_coords(draw=("seed", draw), luck=("seed", luck))
    data["hnte_stock"] = data["hnte_stock"] + xr.DataArray(
        np.outer([0, 0, 1, 1, 0], 90.0 * draw - 200), {"scenario": data["scenario"], "seed": data["seed"]}
    )
    results.to_xarray = lambda: data
    return results


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_speaks_of_draws_and_worlds(tmp_path, lang):
    results = crossed_results()
    report.build(results, tmp_path, lang, draw=False, lines=LINES, numbers=numbers())
    page = next(tmp_path.glob("*.html")).read_text(encoding="utf-8")
    shown = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    told = {"zh": ("4 次抽样 × 3 个种子", "同一抽样和种子配对", "抽样和种子越多越窄", "世界之间并不独立"),
            "en": ("4 draws × 3 seeds", "same draw and seed", "narrows with draws and seeds", "not independent")}  # fmt: skip
    assert all(words in shown for words in told[lang])
    assert not re.search(r"再跑 \d+ 个种子|more seeds|一个种子就是|A seed is a world", shown)
    table = tmp_path / ("summary.csv" if lang == "zh" else "summary_en.csv")
    assert ("均值还需世界" if lang == "zh" else "more worlds for the mean") in table.read_text("utf-8-sig")


def test_what_would_settle_it_is_counted_in_worlds():
    x = spread(worlds(0.8), CROSSING)
    assert "more worlds (draws and seeds in proportion)" in answers.verdict(x, "en")
    assert f"再跑 {int(x.more)} 个世界（抽样与种子按现有比例）" in answers.verdict(x, "zh")
    assert "more seeds" in answers.verdict(spread(np.array([3.0, -2.0, 1.0, 4.0, -3.0, 2.0])), "en")


def test_cost_per_enterprise_and_the_figures_take_the_crossed_intervals():
    results = crossed_results()
    r = Reading(results, "en")
    r.crossing = None
    naive = figure("cost").verdicts(r)["status_quo"]
    found = figure("cost").verdicts(Reading(results, "en"))["status_quo"]
    for s in ("award_push", "loan_push"):
        assert found[s][1].high - found[s][1].low > naive[s][1].high - naive[s][1].low
        assert found[s][1].n == (10 if s == "loan_push" else 12)
    gain = Reading(results, "en").gain("hnte_stock", "award_push")
    drawn = figure("effects").draw(results, lang="en")
    assert text.trio(gain.mean, gain.low, gain.high) in figure("effects").words(results, "en").alt
    _, dark = drawn.axes[4 * r.compared.index("award_push")].collections
    _, low, high, *_ = bands(r.difference("hnte_stock", "award_push"), CROSSED)
    extent = dark.get_paths()[0].get_extents()
    assert (extent.y0, extent.y1) == pytest.approx((low.min(), high.max()))
