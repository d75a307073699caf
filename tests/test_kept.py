"""A finished study that is started again runs nothing and draws nothing, unless its report would be another one."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import SMALL, built, small, small_world  # noqa: F401 — a fixture

from sim import entry, report
from sim.report import kept

FOLDER = Path("results/nantong-main")


@pytest.fixture
def builds(small_world, monkeypatch):  # noqa: F811
    """The languages of the reports that were built, in an empty folder with the fake world."""
    made = []

    def build(results, folder, lang="zh"):
        made.append(lang)
        return built(results, folder, lang)

    monkeypatch.setattr(report, "build", build)
    return made


def test_a_finished_study_says_the_same_again_and_builds_no_report(builds, capsys):
    texts = []
    for _ in range(3):
        assert entry.main(["study", *SMALL]) == 0
        texts.append(capsys.readouterr().out.splitlines())
    assert builds == ["zh"]
    assert texts[1] == texts[2] and "全部 9 次已有结果，未重新运行" in texts[1]
    assert "报告没有变化 results/nantong-main:" in texts[1] and "  report.html" in texts[1]
    summary = next(i for i, line in enumerate(texts[0]) if line.startswith("与“"))
    assert set(texts[0][summary:]) - set(texts[1]) == {"已写出 results/nantong-main:"}


def change(sql):
    with sqlite3.connect(FOLDER / "journal.sqlite") as journal:
        journal.execute(sql)
    journal.close()


def rewrite(**parts):
    about = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    (FOLDER / "manifest.json").write_text(json.dumps(about | parts), encoding="utf-8")


OTHER = '{"rd_gain": 1.0}'
DIGEST = hashlib.sha256(OTHER.encode()).hexdigest()
CHANGES = {
    "a file is gone": lambda patch: (FOLDER / "report.html").unlink(),
    "a file was edited": lambda patch: (FOLDER / "report.html").write_text("zz"),
    "no note": lambda patch: (FOLDER / ".report_zh.json").unlink(),
    "another note": lambda patch: (FOLDER / ".report_zh.json").write_text("[1]"),
    "half a note": lambda patch: (FOLDER / ".report_zh.json").write_text('{"sources": '),
    "a note of the wrong kind": lambda patch: (FOLDER / ".report_zh.json").write_text('{"files": {"a": 1}, "sources": 2}'),
    "the program changed": lambda patch: patch.setattr(kept, "_program", lambda: {"report/page.css": "0"}),
    "a package changed": lambda patch: patch.setattr(kept, "_PACKAGES", ("hydra-core",)),
    "another time": lambda patch: rewrite(created="2020-01-01"),
    "a pair is compared otherwise": lambda patch: change(f"UPDATE pairs SET outcomes='{OTHER}', checksum='{DIGEST}'"),
    "a run is lost": lambda patch: change("UPDATE runs SET checksum='0' WHERE seed=2 AND scenario='push'"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_decides_the_report_builds_it_again(builds, monkeypatch, capsys, what):
    assert entry.main(["study", *SMALL]) == 0
    with monkeypatch.context() as patch:
        CHANGES[what](patch)
        assert entry.main(["study", *SMALL]) == 0
        assert builds == ["zh", "zh"] and (FOLDER / "report.html").read_text() == "zh"
        assert entry.main(["study", *SMALL]) == 0
    assert builds == ["zh", "zh"]


def test_each_language_has_its_own_report_and_more_seeds_another(builds, capsys):
    for settings in (SMALL, small("lang=en"), small("seeds=4"), small("seeds=4")):
        assert entry.main(["study", *settings]) == 0
    assert builds == ["zh", "en", "zh"]


def test_the_command_report_always_builds_one(builds, capsys):
    assert entry.main(["study", *SMALL]) == 0
    assert entry.main(["report", str(FOLDER)]) == 0
    assert entry.main(["study", *SMALL]) == 0
    assert builds == ["zh", "zh"]


def test_a_study_with_lost_runs_keeps_nothing(builds, capsys):
    for _ in range(2):
        assert entry.main(["study", *small("scenarios=[status_quo,none,trapped]")]) == 3
    assert builds == ["zh", "zh"] and not list(FOLDER.glob(".report*"))


def test_what_looks_at_a_finished_study_imports_nothing_heavy():
    heavy = "mesa pandas xarray matplotlib scipy jinja2 dask ray"
    code = f"import sys, sim.cli, sim.report.kept; print(*sorted(set('{heavy}'.split()) & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []
