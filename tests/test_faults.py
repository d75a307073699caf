"""What breaks from outside: each fault leaves whole runs and no others, and the same call goes on. See docs/scale.md."""

import os
import random
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fake_world as fake
import pytest

from sim.errors import StudyError
from sim.study import folders, journal, manifest
from sim.study.journal import FILE, Journal
from sim.study.results import Results
from sim.study.runner import study

FOUR = [fake.Scenario("status_quo"), fake.Scenario("none"), fake.Scenario("push")]
LIMIT = 60  # seconds that no fault may take
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a POSIX system")


def small(folder, scenarios=FOUR, seeds=4, **options):
    return study("fake", scenarios, seeds, **{"quarters": 9, "workers": 1, "core": fake.CORE, "results": folder} | options)


@pytest.fixture(scope="module")
def whole():
    return small(None)


def forked(action) -> int:
    """Run `action` in a copy of this process; its exit code, negative for a signal. 0 done, 7 StudyError."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            action()
            code = 0
        except StudyError:
            code = 7
        finally:
            os._exit(code)
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("hangs")


def dying(at: int, count: list, real):
    """A function that is killed like by the system when it is called for the `at`-th time, half of the times before."""

    def call(*arguments, **named):
        count[0] += 1
        if count[0] == at and at % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*arguments, **named)
        if count[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    return call


def resumed(folder, whole):
    again = small(folder)
    return again.checksums() == whole.checksums() and again.pairs().equals(whole.pairs())


# -- kill -9 ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", range(1, 11))
def test_a_kill_at_each_write_leaves_whole_runs_and_the_rest_is_run_again(tmp_path, whole, at):
    count = [0]

    def killed():
        for module, name in ((os, "fsync"), (os, "replace"), (sqlite3, "connect")):
            setattr(module, name, dying(at, count, getattr(module, name)))
        Journal.add = dying(at, count, Journal.add)
        small(tmp_path)

    code = forked(killed)
    assert code == -signal.SIGKILL or (code == 0 and at > 8)
    if (tmp_path / FILE).is_file() and (tmp_path / "manifest.json").is_file():
        partly = Results.open(tmp_path)
        for where, checksum in partly.checksums().items():
            assert whole.checksums()[where] == checksum
    assert resumed(tmp_path, whole)


DRIVER = """
import sys
sys.path.insert(0, {tests!r})
import fake_world as fake
from sim.study.runner import study
scenarios = [fake.Scenario(name) for name in ("status_quo", "none", "push")]
study("fake", scenarios, 4, 9, 2, {{"folder": {counted!r}, "sleep": 0.1}}, {results!r}, core=fake.CORE)
"""


@pytest.mark.parametrize("whom", ["driver", "worker"])
def test_a_kill_at_a_random_point_changes_no_result(tmp_path, whole, whom):
    counted = tmp_path / "counted"
    counted.mkdir()
    script = tmp_path / "driver.py"
    script.write_text(DRIVER.format(tests=str(Path(__file__).parent), counted=str(counted), results=str(tmp_path / "r")), encoding="utf-8")
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + LIMIT
    while not list(counted.iterdir()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.5))
    workers = {int(file.name.rsplit("-", 1)[1]) for file in counted.iterdir()}
    try:
        os.kill(process.pid if whom == "driver" else max(workers), signal.SIGKILL)
    except ProcessLookupError:
        pass  # it was ready first
    assert process.wait(LIMIT) in (0, -signal.SIGKILL)
    again = small(tmp_path / "r", overrides={"folder": str(counted), "sleep": 0.1})
    assert again.checksums() == whole.checksums()


# -- disk ------------------------------------------------------------------------------------------------------------
def test_a_full_disk_is_said_and_the_finished_runs_stay(tmp_path, whole):
    def narrow():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        small(tmp_path, seeds=400, quarters=40)

    assert forked(narrow) == 7
    partly = Results.open(tmp_path)
    assert 0 < partly.n_done < partly.n_planned and len(partly.checksums()) == partly.n_done
    assert small(tmp_path, quarters=40, anew=True).n_done == 12


def test_a_folder_that_may_not_be_written_is_said(whole):
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o555)
        nobody = os.getuid() == 0

        def as_nobody():
            if nobody:
                os.setgid(65534)
                os.setuid(65534)
            small(folder)

        assert forked(as_nobody) == 7
        assert list(folder.iterdir()) == []

        def below():
            if nobody:
                os.setgid(65534)
                os.setuid(65534)
            small(folder / "new" / "deep")

        assert forked(below) == 7
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_journal_is_rebuilt_and_what_it_lost_is_run_again(tmp_path, whole, part):
    small(tmp_path)
    path = tmp_path / FILE
    with open(path, "r+b") as file:
        file.truncate(int(path.stat().st_size * part))
    assert resumed(tmp_path, whole)
    assert path.with_suffix(".damaged").is_file()
    told = []
    small(tmp_path, progress=lambda *n: told.append(n))
    assert told == [(12, 12, 0)]


@pytest.mark.parametrize("seed", range(6))
def test_a_flipped_byte_anywhere_in_the_journal_changes_no_result(tmp_path, whole, seed):
    small(tmp_path)
    path, luck = tmp_path / FILE, random.Random(seed)
    content = bytearray(path.read_bytes())
    content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    path.write_bytes(content)
    assert resumed(tmp_path, whole)


@pytest.mark.parametrize("statement", range(1, 5))
def test_a_kill_while_the_journal_is_made_leaves_a_folder_that_can_be_used(tmp_path, whole, statement):
    count = [0]

    def killed():
        real = sqlite3.connect

        def connect(*arguments, **named):
            db = real(*arguments, **named)
            db.set_trace_callback(lambda text: called(text))
            return db

        def called(text):
            count[0] += text.strip().startswith(("CREATE", "PRAGMA user_version="))
            if count[0] == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        sqlite3.connect = connect
        small(tmp_path)

    assert forked(killed) == -signal.SIGKILL
    assert resumed(tmp_path, whole)


def test_a_changed_number_of_the_layout_is_mended(tmp_path, whole):
    small(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version=66")
    db.close()
    assert resumed(tmp_path, whole)
    assert Results.open(tmp_path).n_done == 12


def test_a_page_that_only_writing_comes_to_is_rebuilt(tmp_path, whole):
    small(tmp_path)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("DELETE FROM runs WHERE seed=4")
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name='sqlite_autoindex_runs_1'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with open(tmp_path / FILE, "r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes(size))
    small(tmp_path)
    assert resumed(tmp_path, whole)


def test_a_file_that_is_no_journal_is_set_aside(tmp_path, whole):
    small(tmp_path)
    (tmp_path / FILE).write_bytes(b"something else" * 1000)
    with pytest.raises(StudyError):
        Results.open(tmp_path)
    assert resumed(tmp_path, whole)
    assert (tmp_path / "journal.damaged").read_bytes().startswith(b"something else")


def test_a_changed_manifest_is_written_again(tmp_path, whole):
    small(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 2, "stu', encoding="utf-8")
    with pytest.raises(StudyError, match="cannot be read"):
        Results.open(tmp_path)
    assert resumed(tmp_path, whole)


# -- runs and workers ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("trap", "status"), [("raise", "failed"), ("memory", "failed"), ("kill", "killed"), ("exit", "killed")])
def test_a_run_that_fails_or_takes_its_worker_down_is_the_only_one_without_a_number(tmp_path, whole, trap, status):
    found = small(tmp_path, [*FOUR, fake.Scenario("tiny", {"trap": f"{trap}@2"})], workers=2)
    assert [(lost["scenario"], lost["seed"], lost["status"]) for lost in found.missing] == [("tiny", 2, status)]
    assert {key: value for key, value in found.checksums().items() if key[0] != "tiny"} == whole.checksums()
    (row,) = found.runs(status).to_dict("records")
    assert row["checksum"] is None and row["error"]


# -- two at once -----------------------------------------------------------------------------------------------------
def test_two_studies_at_once_in_two_folders_do_not_mix(tmp_path, whole):
    children = [os.fork() for _ in range(1)]
    if children[0] == 0:
        small(tmp_path / "a")
        os._exit(0)
    other = small(tmp_path / "b", seeds=3)
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 0
    assert Results.open(tmp_path / "a").checksums() == whole.checksums() and other.n_done == 9


def test_a_share_without_locks_is_owned_by_name(tmp_path, monkeypatch):
    def no_locks(handle):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(folders, "_system_lock", no_locks)
    held = Journal.write(tmp_path)
    with pytest.raises(StudyError, match=r"in use by .*, process \d+"):
        small(tmp_path)
    held.close()
    assert small(tmp_path).n_done == 12
    (tmp_path / folders.OWNER).write_text(f'["{os.uname().nodename}", 4194303]', encoding="utf-8")  # of a dead process
    assert small(tmp_path).n_done == 12
    (tmp_path / folders.OWNER).write_text('["another-machine", 12]', encoding="utf-8")
    with pytest.raises(StudyError, match="another-machine"):
        small(tmp_path)


def test_on_a_share_no_write_ahead_log_is_kept(tmp_path, monkeypatch, whole):
    assert not folders.shared(tmp_path)
    mounts = tmp_path / "mountinfo"
    share = tmp_path / "share 共享"
    share.mkdir()
    point = str(share).replace(" ", "\\040")
    mounts.write_text(f"1 0 0:1 / / rw - ext4 /dev/x rw\n2 1 0:2 / {point} rw,relatime shared:1 - nfs4 server:/x rw\n", encoding="utf-8")
    monkeypatch.setattr(folders, "MOUNTS", mounts)
    assert folders.shared(share / "study") and not folders.shared(tmp_path)
    held = Journal.write(share)
    assert held._db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    assert held._db.execute("PRAGMA synchronous").fetchone()[0] == 2
    held.close()
    assert resumed(share, whole)


# -- what must not matter --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("how", [{"TZ": "Pacific/Kiritimati", "LC_ALL": "C"}, {"TZ": "UTC", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"}])
def test_clock_zone_and_locale_change_no_result(tmp_path, whole, how):
    def elsewhere():
        os.environ.update(how)
        time.tzset()
        backwards = iter(range(10**9, 0, -3600))
        time.time = lambda: float(next(backwards))
        small(tmp_path / "空 格 文件夹")

    assert forked(elsewhere) == 0
    assert Results.open(tmp_path / "空 格 文件夹").checksums() == whole.checksums()


# -- what changed ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"quarters": 5}, "quarters: 9 -> 5"), ({"draw": True}, "draw: False -> True"), ({"draws": 2}, r"draws: - -> 2 \(random\)"),
        ({"overrides": {"level": 11.0}}, "numbers.level: - -> 11.0"),
        ({"scenarios": [*FOUR[:2], fake.Scenario("push", {"level": 12.0})]}, "push: level: - -> 12.0"),
    ],
)  # fmt: skip
def test_another_study_in_the_folder_is_refused_with_the_difference(tmp_path, options, says):
    small(tmp_path)
    before = (tmp_path / "manifest.json").read_bytes(), Results.open(tmp_path).checksums()
    with pytest.raises(StudyError, match=says):
        small(tmp_path, **options)
    assert ((tmp_path / "manifest.json").read_bytes(), Results.open(tmp_path).checksums()) == before


def test_changed_code_and_data_are_refused_by_file(tmp_path, monkeypatch):
    small(tmp_path)
    from sim.study import design, task

    files = {**manifest.code_files(), "world.py": "0", "parameters/data/tax.yaml": "1"}
    monkeypatch.setattr(manifest, "code_files", lambda: files)
    for module in (design, task):
        monkeypatch.setattr(module, "code_version", lambda: "later")
    with pytest.raises(StudyError, match="sim/parameters/data/tax.yaml; sim/world.py"):
        small(tmp_path)
    assert small(tmp_path, anew=True).n_done == 12


def test_a_journal_of_another_layout_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("CREATE TABLE runs (key TEXT)")
    db.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StudyError, match="another version"):
        small(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


# -- load ------------------------------------------------------------------------------------------------------------
def test_a_hundred_thousand_runs_are_listed_and_filtered_at_once(tmp_path):
    held = Journal.write(tmp_path)
    rows = (
        {"key": f"{n:064x}", "scenario": f"s{n % 10}", "draw": n // 100, "seed": n % 100, "status": "failed" if n % 1000 == 7 else "done",
             "seconds": 1.0, "checksum": "0" * 64, "error": None, "payload": b"x" * 100}
        for n in range(100_000)
    )  # fmt: skip
    held.add(rows)
    held.close()
    opened = Journal.read(tmp_path)
    begun = time.process_time()  # of this process: the machine may be busy
    assert len(opened.list()) == 100_000
    assert len(opened.list("failed", "s7")) == 100
    assert len(opened.statuses([f"{n:064x}" for n in range(50_000)])) == 50_000
    assert time.process_time() - begun < 1.5
    opened.close()


def test_every_status_is_of_the_list():
    assert set(journal.STATUSES) == {"pending", "done", "failed", "killed", "timeout"}


def test_folders_are_readable_by_others(tmp_path):
    small(tmp_path)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) & 0o400
