"""The study runner: the same results however it is run, stopped or broken."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_world as fake
import numpy as np
import pytest

from sim.errors import InputError, StudyError
from sim.study import manifest, pool
from sim.study.results import Results
from sim.study.runner import study

FOUR = [fake.Scenario("status_quo"), fake.Scenario("none"), fake.Scenario("push")]


def small(scenarios=FOUR, seeds=4, **options):
    options = {"quarters": 9, "workers": 1, "core": fake.CORE} | options
    return study("fake", scenarios, seeds, **options)


def started(folder):
    return sum(len(file.read_text().splitlines()) for file in folder.iterdir())


@pytest.fixture
def counted(tmp_path):
    folder = tmp_path / "started"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("workers", [2, 3])
def test_number_of_workers_changes_nothing(workers):
    one, many = small(seeds=7), small(seeds=7, workers=workers)
    assert one.checksums() == many.checksums()
    assert one.pairs().equals(many.pairs())
    assert one.n_done == one.n_planned == 21


def test_order_of_seeds_and_scenarios_changes_nothing():
    one, other = small(seeds=[1, 2, 3]), small(FOUR[::-1], seeds=[3, 1, 2])
    assert one.checksums() == other.checksums()


def test_a_finished_study_starts_no_run_again(tmp_path, counted):
    options = {"results": tmp_path / "r", "overrides": {"folder": str(counted)}}
    first = small(**options)
    assert started(counted) == 12
    again = small(**options)
    assert started(counted) == 12
    assert again.checksums() == first.checksums()
    assert again.manifest == first.manifest


def test_an_added_scenario_runs_alone_with_its_references(tmp_path, counted):
    options = {"results": tmp_path / "r", "overrides": {"folder": str(counted)}}
    small(**options)
    small([*FOUR, fake.Scenario("tiny")], **options)
    # Four new runs, and both references again for the firms of the pairs.
    assert started(counted) == 12 + 4 * 3
    assert sum(len(list(counted.glob(f"{name}-1-*"))) for name in ("push", "tiny")) == 2


def test_another_configuration_in_the_folder_overwrites_nothing(tmp_path, counted):
    options = {"results": tmp_path / "r", "overrides": {"folder": str(counted)}}
    long = small(**options)
    with pytest.raises(StudyError, match="quarters: 9 -> 4"):
        small(quarters=4, **options)
    short = small(quarters=4, anew=True, **options)
    assert short.to_xarray().sizes["quarter"] == 4
    before = started(counted)
    assert small(anew=True, **options).checksums() == long.checksums()
    assert started(counted) == before


def test_a_raising_run_has_no_number_and_stops_no_other():
    trapped = [*FOUR, fake.Scenario("tiny", {"trap": "raise@2"})]
    results = small(trapped, workers=2)
    (lost,) = results.missing
    assert (lost["scenario"], lost["seed"], lost["status"]) == ("tiny", 2, "failed")
    assert "RuntimeError: trapped" in lost["error"]
    assert results.n_done == 15
    values = results.to_xarray()["hnte_stock"]
    assert np.isnan(values.sel(scenario="tiny", seed=2)).all()
    assert values.sel(scenario="push").notnull().all()
    assert set(results.pairs().query("scenario == 'tiny'")["seed"]) == {1, 3, 4}
    assert results.effect("hnte_stock", over="end").n().sel(scenario="tiny") == 3


def test_a_comparison_that_raises_loses_no_run():
    results = small([*FOUR, fake.Scenario("tiny", {"trap": "compare"})])
    assert results.missing == []
    assert {(lost["scenario"], lost["against"]) for lost in results.missing_pairs} == {
        ("tiny", "status_quo"),
        ("tiny", "none"),
    }
    assert "cannot compare" in results.missing_pairs[0]["error"]


def test_a_dying_worker_takes_only_its_own_run():
    trapped = [*FOUR, fake.Scenario("tiny", {"trap": "exit@3"})]
    results = small(trapped, workers=2)
    (lost,) = results.missing
    assert (lost["scenario"], lost["seed"], lost["status"]) == ("tiny", 3, "killed")
    clean = small()
    assert {key: value for key, value in results.checksums().items() if key[0] != "tiny"} == clean.checksums()
    assert len(results.pairs()) == len(clean.pairs()) + 6


DRIVER = """
import sys
sys.path.insert(0, {tests!r})
import fake_world as fake
from sim.study.runner import study
scenarios = [fake.Scenario(name) for name in ("status_quo", "none", "push")]
study("fake", scenarios, 6, 9, 2, {overrides!r}, {results!r}, core=fake.CORE, progress=lambda *n: print(*n, flush=True))
"""


def driver(tmp_path, counted):
    """A study in another process, with slow runs; returned when its first task is stored."""
    overrides = {"folder": str(counted), "sleep": 0.05}
    text = DRIVER.format(tests=str(Path(__file__).parent), overrides=overrides, results=str(tmp_path / "r"))
    # A plain script: the workers must not run it again.
    script = tmp_path / "driver.py"
    script.write_text(text, encoding="utf-8")
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line.split()[0]) > 0:
            break
    return process, overrides


def alive(pids):
    return [
        pid
        for pid in pids
        if Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    ]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_study_goes_on_where_it_was(tmp_path, counted, how):
    process, overrides = driver(tmp_path, counted)
    stopped = time.monotonic()
    process.send_signal(how)
    process.communicate(timeout=10)
    assert process.returncode != 0
    assert time.monotonic() - stopped < 5
    pids = {int(file.name.rsplit("-", 1)[1]) for file in counted.iterdir()}
    deadline = time.monotonic() + 5
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pids)
    partly = Results.open(tmp_path / "r")
    assert 0 < partly.n_done < partly.n_planned
    resumed = small(seeds=6, overrides=overrides, results=tmp_path / "r")
    assert started(counted) <= 18 + 3 * 4
    whole = small(seeds=6)
    assert resumed.checksums() == whole.checksums()
    assert resumed.pairs().equals(whole.pairs())


def test_a_draw_is_the_same_in_every_scenario_and_another_in_every_seed():
    results = small(draw=True)
    level = results.to_xarray()["rd_real"].isel(quarter=0)
    assert (level.sel(scenario="push") - level.sel(scenario="status_quo") < 0.5).all()
    assert results.checksums() != small().checksums()


def test_mistakes_are_refused_before_anything_is_written(tmp_path):
    for options in (
        {"seeds": -1}, {"seeds": [1, 1]}, {"seeds": True}, {"quarters": 0}, {"workers": 0}, {"overrides": {"levl": 1}},
        {"against": ["nobody"]}, {"scenarios": [FOUR[0], FOUR[0]]}, {"scenarios": []},
    ):  # fmt: skip
        with pytest.raises(InputError):
            small(**{"results": tmp_path / "r"} | options)
    assert list(tmp_path.iterdir()) == []


def test_results_answer_by_name():
    results = small(quarters=10)
    with pytest.raises(InputError, match="hnte_stock"):
        results.annual("hnte_stok")
    values = results.to_xarray()
    assert values["hnte_stock"].attrs["units"] == "firms"
    assert results.annual("hnte_stock").sel(year=2021).equals(
        values["hnte_stock"].sel(quarter="2021Q4", drop=True).assign_coords(year=2021))  # fmt: skip
    np.testing.assert_allclose(
        results.annual("rd_real").sel(year=2022), values["rd_real"].isel(quarter=slice(4, 8)).sum("quarter")
    )
    assert list(results.annual("loan_access")["year"].values) == [2021, 2022]
    assert results.micro("sizes").shape == (3, 4, 7)
    assert float(results.initial("hnte_stock").sel(scenario="none", seed=1)) == 100.0
    assert len(results.to_pandas()) == 3 * 4 * 10
    assert len(results.to_pandas("programme_paid")) == 3 * 4 * 10 * 2


def test_a_slip_in_a_filter_of_runs_is_no_empty_table():
    results = small(seeds=1)
    assert results.runs("failed", "push").empty
    with pytest.raises(InputError, match="did you mean 'failed'"):
        results.runs("faild")
    with pytest.raises(InputError, match="did you mean 'push'"):
        results.runs(scenario="psh")


def test_effects_are_paired_and_ranked_only_when_told_apart():
    results = small([*FOUR, fake.Scenario("tiny")], seeds=5)
    effect = results.effect("hnte_stock", over="end")
    assert effect.mean().sel(scenario="push") == 3 and effect.mean().sel(scenario="none") == -5
    assert effect.ranked().sel(scenario="push") and not effect.ranked().sel(scenario="tiny")
    assert effect.share_same_sign().sel(scenario="none") == 1 and effect.share_positive().sel(scenario="none") == 0
    assert np.isinf(effect.seeds_needed().sel(scenario="tiny"))
    relative = results.effect("rd_real", over="total", relative=True)
    assert relative.unit == "share" and abs(float(relative.mean().sel(scenario="push"))) < 0.05


def test_interval_and_seeds_needed_agree_with_the_t_distribution():
    from scipy.special import stdtrit

    results = small(seeds=6)
    drawn = np.random.default_rng(3).normal(0.3, 1.0, (2, 6))
    effect = results.effect("hnte_stock", over="end")
    effect = type(effect)("m", "b", effect.values.copy(data=drawn), "u", "t", "t")
    half = 2.015048 * drawn.std(1, ddof=1) / np.sqrt(6)  # t, 95 %, 5 degrees of freedom, from the tables
    np.testing.assert_allclose(effect.interval(), [drawn.mean(1) - half, drawn.mean(1) + half], rtol=1e-6)
    for mean, sd, more in zip(drawn.mean(1), drawn.std(1, ddof=1), effect.seeds_needed().values, strict=True):
        enough = next(n for n in range(6, 10**6) if abs(mean) > stdtrit(n - 1, 0.95) * sd / np.sqrt(n))
        assert more == enough - 6


def test_an_effect_draws_itself():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    axis = small().effect("hnte_stock").plot()
    assert len(axis.lines) == 3
    plt.close(axis.figure)


def test_the_module_itself_runs_a_study():
    import sim.study

    assert sim.study("fake", FOUR[:1], 1, quarters=2, workers=1, core=fake.CORE).n_done == 1


def test_workers_cannot_start_is_said_and_does_not_hang(monkeypatch):
    monkeypatch.setattr(pool, "_begin", fake.die)
    with pytest.raises(StudyError, match="cannot be started"):
        small(workers=2)


def test_code_that_changes_meanwhile_is_noticed(monkeypatch):
    from sim.study import design

    monkeypatch.setattr(design, "code_version", lambda: "older")
    with pytest.raises(StudyError, match="code was changed"):
        small()


def test_showing_results_is_not_part_of_the_code_version():
    assert len(manifest.code_version()) == 64
    assert "study/results.py".startswith(manifest._OUTSIDE) and "study/task.py" in manifest._INSIDE
