"""One contract, several executors: the same bytes from each, and a lost worker costs its own run only."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import fake_world as fake
import pytest

from sim.errors import InputError, StudyError
from sim.study import executors
from sim.study.runner import study

FOUR = [fake.Scenario("status_quo"), fake.Scenario("none"), fake.Scenario("push")]
KILLER = fake.Scenario("tiny", {"trap": "kill@2"})
CLUSTERS = [
    pytest.param("dask", marks=pytest.mark.filterwarnings("ignore")),
    pytest.param("ray", marks=pytest.mark.filterwarnings("ignore")),
]


def small(scenarios=FOUR, seeds=4, **options):
    return study("fake", scenarios, seeds, **{"quarters": 9, "workers": 2, "core": fake.CORE} | options)


@pytest.fixture(scope="module")
def serial():
    return small(executor="serial")


def test_two_processes_and_threads_of_the_caller_give_the_same(serial):
    assert small().checksums() == serial.checksums()
    with ThreadPoolExecutor(2) as pool:
        found = small(executor=pool)
    assert found.checksums() == serial.checksums() and found.pairs().equals(serial.pairs())


@pytest.mark.parametrize("kind", CLUSTERS)
def test_a_cluster_gives_the_same_and_loses_only_the_run_that_kills_its_worker(kind, serial):
    pytest.importorskip("distributed" if kind == "dask" else "ray")
    try:
        found = small([*FOUR, KILLER], executor=kind)
    except StudyError as error:
        pytest.skip(f"{kind} does not start here: {error}")  # Ray gives up after half a minute on a busy machine; a failure under CI
    assert {key: value for key, value in found.checksums().items() if key[0] != "tiny"} == serial.checksums()
    assert [(lost["scenario"], lost["seed"], lost["status"]) for lost in found.missing] == [("tiny", 2, "killed")]


@pytest.mark.filterwarnings("ignore")
def test_a_running_cluster_is_used_by_its_address(serial):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster:
        found = small(executor="dask", address=cluster.scheduler_address)
        assert found.checksums() == serial.checksums()
        late = small([fake.Scenario("tiny", {"trap": "hang@1"})], 2, executor="dask", address=cluster.scheduler_address, timeout=0.3)
    assert [lost["status"] for lost in late.missing] == ["timeout"]


@pytest.mark.filterwarnings("ignore")
def test_no_cluster_at_an_address_is_said(monkeypatch):
    pytest.importorskip("distributed")
    from sim.study import dask_crew

    monkeypatch.setattr(dask_crew, "PATIENCE", 0.5)
    with pytest.raises(StudyError, match="no cluster at tcp://127.0.0.1:9"):
        small(executor="dask", address="tcp://127.0.0.1:9")


def test_what_an_executor_cannot_be_is_refused(tmp_path):
    for options in ({"executor": "dsk"}, {"executor": 3}, {"executor": ThreadPoolExecutor}, {"address": "tcp://a:1"}, {"timeout": 0}):
        with pytest.raises(InputError):
            small(results=tmp_path / "r", **options)
    assert not (tmp_path / "r").exists()


def test_a_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(StudyError, match=r"innosim\[dask\]"):
        small(executor="dask")


def test_an_executor_that_ends_keeps_what_was_finished(tmp_path):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(StudyError, match="takes no more tasks"):
        small(executor=pool, results=tmp_path)
    assert small(results=tmp_path).n_done == 12


def test_an_executor_whose_workers_can_run_nothing_says_why():
    class Lacking(ThreadPoolExecutor):
        def submit(self, function, *arguments):
            return super().submit(lambda: __import__("no_such_module"))

    with Lacking(1) as pool, pytest.raises(StudyError, match="ModuleNotFoundError: No module named 'no_such_module'"):
        small(executor=pool)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_over_its_time_is_timeout_and_has_no_number(workers, serial):
    found = small([*FOUR, fake.Scenario("tiny", {"trap": "hang@3"})], workers=workers, timeout=0.5)
    (lost,) = found.missing
    assert (lost["scenario"], lost["seed"], lost["status"]) == ("tiny", 3, "timeout") and "0.5 s" in lost["error"]
    assert {key: value for key, value in found.checksums().items() if key[0] != "tiny"} == serial.checksums()


def test_only_a_few_tasks_are_handed_over_at_a_time():
    class Counting(ThreadPoolExecutor):
        most = 0

        def submit(self, *arguments):
            type(self).most = max(self.most, self._work_queue.qsize())
            return super().submit(*arguments)

    with Counting(2) as pool:
        assert small(seeds=40, executor=pool).n_done == 120
    assert Counting.most <= 4


def test_workers_import_the_core_only():
    heavy = "mesa pandas xarray matplotlib hydra omegaconf scipy dask ray"
    code = f"import sys, sim.study.warm; print(*sorted(set('{heavy}'.split()) & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []


def test_kinds_are_those_of_the_configuration():
    from sim import shipped

    assert sorted(path.stem for path in (shipped.folder("conf") / "executor").glob("*.yaml")) == sorted(executors.KINDS)
