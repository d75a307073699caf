"""What is stored: whole or not there, checked when it is read, and found again by key."""

import json
import os
import sqlite3

import fake_world as fake
import numpy as np
import pytest

from sim.errors import StudyError
from sim.metrics import Record
from sim.study import export, manifest, payload
from sim.study.journal import FILE, Journal
from sim.study.results import Results
from sim.study.runner import study

FOUR = [fake.Scenario("status_quo"), fake.Scenario("none"), fake.Scenario("push")]


def small(folder, scenarios=FOUR, **options):
    return study("fake", scenarios, 3, **{"quarters": 9, "workers": 1, "core": fake.CORE, "results": folder} | options)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0, 2.0, -3.0],
        [127.0, 128.0],
        [0.0, -0.0],
        [2.0**53],
        [2.0**60],
        [0.1, np.nan],
        [np.inf, -np.inf],
        [[1.5, 2], [3, 4]],
        5.0,
    ],
)
def test_a_payload_gives_back_the_same_bits(values):
    array = np.array(values, dtype=float)
    header, arrays = payload.decode(payload.encode({"名": 1}, {"x": array}))
    assert header == {"名": 1}
    assert arrays["x"].shape == array.shape
    assert arrays["x"].tobytes() == array.tobytes()


def test_a_record_survives_but_for_its_firms():
    record = Record({"firms": np.arange(4.0)}, {"programme_paid": ("programme", ("a", "b"), np.ones((4, 2)))}, {"firms": 3.0}, {"rd": np.ones(3)}, {"sizes": np.arange(2.5)})  # fmt: skip
    back = payload.unpack(payload.pack(record))
    assert back.initial == record.initial and back.firms == {}
    assert back.grouped["programme_paid"][:2] == record.grouped["programme_paid"][:2]
    np.testing.assert_array_equal(back.micro["sizes"], record.micro["sizes"])


def test_every_single_changed_byte_of_a_payload_is_noticed():
    blob = payload.encode({"a": 1}, {"x": np.linspace(0, 1, 30)})
    for at in range(0, len(blob), 3):
        changed = bytearray(blob)
        changed[at] ^= 4
        with pytest.raises(payload.PayloadError):
            payload.decode(bytes(changed))
    with pytest.raises(payload.PayloadError):
        payload.decode(blob[:-5])


def test_a_flipped_byte_in_the_journal_is_noticed_and_only_that_run_repeated(tmp_path):
    first = small(tmp_path).checksums()
    db = sqlite3.connect(tmp_path / FILE)
    query = "SELECT key, payload FROM runs JOIN payloads USING (key) WHERE scenario='push' AND seed=2"
    key, blob = db.execute(query).fetchone()
    changed = bytearray(blob)
    changed[len(changed) // 2] ^= 1
    db.execute("UPDATE payloads SET payload=? WHERE key=?", (bytes(changed), key))
    db.commit()
    db.close()
    with pytest.raises(StudyError, match="damaged"):
        Results.open(tmp_path).to_xarray()
    told = []
    assert small(tmp_path, progress=lambda *n: told.append(n)).checksums() == first
    assert told[0] == (8, 9, 0)


def test_a_changed_pair_is_noticed_and_repeated(tmp_path):
    first = small(tmp_path).pairs()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE pairs SET outcomes=replace(outcomes, '-25', '-24') WHERE seed=1")
    db.close()
    assert len(Results.open(tmp_path).pairs()) < len(first)
    assert small(tmp_path).pairs().equals(first)


def test_a_second_study_in_a_folder_is_refused_while_the_first_runs(tmp_path):
    journal = Journal.write(tmp_path)
    with pytest.raises(StudyError, match="another study"):
        small(tmp_path)
    journal.close()
    assert small(tmp_path).n_done == 9


def test_folders_with_blanks_and_chinese_names_work(tmp_path):
    folder = tmp_path / "结果 与 报告"
    small(folder, name="南通 #1?%20")
    assert Results.open(folder / "南通 #1?%20").n_done == 9
    assert [path.name for path in folder.iterdir()] == ["南通 #1?%20"]


def test_after_a_study_a_folder_holds_one_journal_and_one_manifest(tmp_path):
    results = small(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {FILE, "manifest.json", ".lock"}
    assert results.manifest == json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))


def test_a_study_can_be_read_from_a_folder_that_cannot_be_written(tmp_path):
    small(tmp_path)
    for path in tmp_path.iterdir():
        path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert Results.open(tmp_path).n_done == 9
    finally:
        tmp_path.chmod(0o755)


def test_a_folder_without_a_study_is_said(tmp_path):
    with pytest.raises(StudyError, match="no study here"):
        Results.open(tmp_path)


def test_a_full_disk_leaves_the_old_manifest(tmp_path, monkeypatch):
    small(tmp_path)
    before = (tmp_path / "manifest.json").read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StudyError, match="No space left"):
        small(tmp_path, quarters=5, anew=True)
    assert (tmp_path / "manifest.json").read_bytes() == before
    assert not list(tmp_path.glob("*.tmp")) and not list(tmp_path.glob(".*.tmp"))


def test_the_manifest_names_what_repeats_the_study(tmp_path):
    found = small(tmp_path, created="2026-01-02T03:04:05+00:00", overrides={"level": 11.0}).manifest
    assert found["created"] == "2026-01-02T03:04:05+00:00"
    assert "place=fake" in found["command"] and "level: 11.0" in found["command"] and "seeds=3" in found["command"]
    assert {"python", "numpy", "innosim"} <= set(found["versions"])
    assert small(tmp_path, created="2027-01-01T00:00:00+00:00", overrides={"level": 11.0}).manifest == found


def test_the_command_quotes_what_the_command_line_cannot_read():
    from sim.config import configs

    asked = {"place": "nantong", "asked": ["我的 方案.yaml", "none"], "seeds": [2, 5], "quarters": 8, "draw": False,
             "against": ["none"], "overrides": {"a.b": {"2021Q1": 1.0}, "c.d": True, "e.f": "2022Q3"}}  # fmt: skip
    import shlex

    (config,) = configs(shlex.split(manifest.command(asked))[2:])
    assert config.scenarios == ("我的 方案.yaml", "none") and config.seeds == (2, 5) and config.against == ("none",)
    assert config.numbers == asked["overrides"]


def test_csv_opens_in_excel_and_runs_nothing(tmp_path):
    results = small(tmp_path / "r", [*FOUR, fake.Scenario("tiny", {"trap": "raise"})])
    files = {path.name: path.read_bytes() for path in results.to_csv(tmp_path / "csv")}
    assert set(files) == {"quarterly.csv", "by_programme.csv", "pairs.csv", "missing.csv"}
    head = files["quarterly.csv"].decode("utf-8").splitlines()[0]
    assert head.startswith("\ufeff情景,种子,季度,") and "真实研发支出 (RMB)" in head
    english = results.to_csv(tmp_path / "csv", lang="en")[0].read_text(encoding="utf-8-sig")
    assert english.startswith("scenario,seed,quarter,")
    for text in ("=1+1", "+1", "-x", "@a"):
        assert export.inert(text) == "'" + text
    assert export.inert(-3.0) == -3.0 and export.inert("none") == "none"
