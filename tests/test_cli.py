"""The command line: what it prints, what it refuses, and its exit codes."""

import json
import subprocess
import sys
import time

import fake_world as fake
import pytest

from sim import config, entry
from sim.console import MESSAGES, Progress
from sim.errors import InputError
from sim.study import task

SMALL = ["scenarios=[status_quo,none,push]", "seeds=3", "quarters=8", "draw=false", "workers=1"]


def built(results, folder, lang="zh"):
    (folder / "report.html").write_text(lang, encoding="utf-8")
    return [folder / "report.html"]


@pytest.fixture
def small_world(monkeypatch, tmp_path):
    """The fake world behind the real command line, in an empty folder."""
    from sim import report, scenario

    known = {name: fake.Scenario(name) for name in ("status_quo", "none", "push", "tiny")}
    known["trapped"] = fake.Scenario("trapped", {"trap": "raise@2"})
    monkeypatch.setattr(task, "CORE", fake.CORE)
    monkeypatch.setattr(scenario, "load", lambda name, catalogue, registry: known[name])
    monkeypatch.setattr(scenario, "names", lambda: list(known))
    monkeypatch.setattr(report, "build", built, raising=False)
    monkeypatch.setattr(entry.sys, "argv", ["innosim"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_study_prints_progress_summary_and_files(small_world, capsys):
    assert entry.main(["study", *SMALL]) == 0
    text = capsys.readouterr().out
    assert "南通 8 季度 | 3 情景 × 3 种子 = 9 次 | results/nantong-main" in text
    assert "9/9" in text and "失败 0" in text
    assert "push·中文" in text and "+3.00" in text and "同向 100%" in text
    assert "report.html" in text
    assert sorted(path.name for path in small_world.iterdir()) == ["results"]
    assert entry.main(["study", *SMALL]) == 0
    assert "全部 9 次已有结果" in capsys.readouterr().out


def test_everything_is_there_in_english(small_world, capsys):
    assert entry.main(["study", *SMALL, "lang=en"]) == 0
    text = capsys.readouterr().out
    assert "Nantong, 8 quarters" in text and "same sign 100%" in text
    assert all(len(both) == 2 and all(both) for both in MESSAGES.values())
    for name in [*MESSAGES]:
        for text in MESSAGES[name]:
            text.encode("gbk")


def test_pairs_that_cannot_be_told_apart_are_named(small_world, capsys):
    assert entry.main(["study", *SMALL, "scenarios=[status_quo,tiny]"]) == 0
    assert "尚不能区分: status_quo·中文 与 tiny·中文" in capsys.readouterr().out


def test_lost_runs_give_exit_code_3_and_a_report(small_world, capsys):
    assert entry.main(["study", *SMALL, "scenarios=[status_quo,none,trapped]"]) == 3
    text = capsys.readouterr().out
    assert "1 次未得到结果(共 9 次)" in text and "RuntimeError: trapped" in text and "report.html" in text
    assert entry.main(["study", *SMALL, "scenarios=[trapped]", "seeds=[2]", "against=[]", "results=lost"]) == 3


def test_interruption_gives_exit_code_130_and_the_line_that_goes_on(small_world, capsys, monkeypatch):
    def stopped(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.cli.conduct", stopped)
    assert entry.main(["study", *SMALL]) == 130
    assert "innosim study 'scenarios=[status_quo,none,push]' seeds=3" in capsys.readouterr().err


def test_multirun_makes_complete_separate_studies(small_world, capsys):
    assert entry.main(["study", *SMALL, "-m", "place=nantong", "quarters=4,8"]) == 0
    folders = {path.name for path in (small_world / "results").iterdir()}
    assert folders == {"nantong-main-study.quarters_4", "nantong-main-study.quarters_8"}
    assert all((small_world / "results" / name / "report.html").is_file() for name in folders)
    assert entry.main(["study", *SMALL, "-m", "place=nantong"]) == 0
    assert (small_world / "results" / "nantong-main" / "manifest.json").is_file()


def test_report_is_built_again_from_a_folder(small_world, capsys):
    entry.main(["study", *SMALL, "results=我的 结果"])
    (small_world / "我的 结果" / "report.html").unlink()
    assert entry.main(["report", "我的 结果", "lang=en"]) == 0
    assert (small_world / "我的 结果" / "report.html").read_text() == "en"
    assert entry.main(["report", "nowhere"]) == 1


def test_run_prints_years_and_json(small_world, capsys):
    assert entry.main(["run", "scenario=push", "seed=4", "quarters=8"]) == 0
    assert "2021" in capsys.readouterr().out
    assert entry.main(["run", "--json", "scenario=push", "seed=4", "quarters=8"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["annual"]["hnte_stock"]["unit"] == "firms" and list(found["annual"]["rd_real"]["values"]) == [
        "2021",
        "2022",
    ]
    assert list(small_world.iterdir()) == []


def test_chinese_titles_and_places_work_as_values(small_world, capsys):
    assert (
        entry.main(["study", *SMALL, "scenarios=[status_quo·中文, push]", "against=[status_quo·中文]", "place=南通"])
        == 0
    )
    assert "results/nantong-main" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "hint"),
    [
        ("sceanrios=[none]", "scenarios"), ("study.seedz=3", "study.seeds"), ("seeds=-1", "-1"), ("seeds=1.5", "1.5"),
        ("seeds=true", "True"), ("seeds=[1,1]", "once"), ("quarters=0", "0"), ("draw=maybe", "true, false"), ("place=nantnog", "nantong"),
        ("study=mian", "main"), ("executor=procss", "process"), ("lang=fr", "zh, en"), ("results=${oc.env:HOME}", "results"),
        ("numbers.levl=1", "levl"), ("numbers=3", "numbers"), ("+study._target_=os.system", "_target_"), ("hydra.run.dir=x", "hydra"),
        ("seeds=1,2", "-m"), ("seeds", "name=value"), ("scenarios=[", "scenarios"), ("workers=0", "workers"), ("against=[nobody]", "nobody"),
        ("~study", "name=value"), ("scenarios=[1]", "scenarios"), ("study.name=../x", "study.name"), ("+x=1", "x"),
        ("study.seeds.a=3", "study.seeds"), ("place.name=elsewhere", "unknown place"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_and_nothing_is_written(small_world, capsys, setting, hint):
    assert entry.main(["study", *SMALL, setting]) == 2
    text = capsys.readouterr().err
    assert hint in text and "Traceback" not in text
    assert list(small_world.iterdir()) == []


def test_numbers_can_be_written_in_every_way():
    both = config.configs(
        ["numbers.credit.rate_cap=0.08", "numbers={a.b: {2021Q1: 1, 2022Q3: 2}, c.d: 2023Q1}", "+numbers.e.f=true"]
    )
    assert both[0].numbers == {"credit.rate_cap": 0.08, "a.b": {"2021Q1": 1, "2022Q3": 2}, "c.d": "2023Q1", "e.f": True}


@pytest.mark.parametrize(
    ("written", "quoted"),
    [("[现状,none]", "['现状',none]"), ("南通", "'南通'"), ("a/b c.yaml", "a/b c.yaml"), ("'甲',乙", "'甲','乙'"), ("{a: 甲}", "{a: '甲'}"),
     ("it's #1", "'it\\'s #1'"), ("range(1,5)", "range(1,5)")],
)  # fmt: skip
def test_what_hydra_cannot_read_is_quoted(written, quoted):
    assert config.quoted(written) == quoted


def test_hydra_leaves_no_folder_and_no_logger(tmp_path, monkeypatch):
    import logging

    monkeypatch.chdir(tmp_path)
    before = logging.getLogger().level, list(logging.getLogger().handlers)
    config.configs(["place=nantong", "seeds=2,3"], multirun=True)
    assert list(tmp_path.iterdir()) == []
    assert (logging.getLogger().level, list(logging.getLogger().handlers)) == before


def test_a_sweep_into_one_folder_is_refused():
    with pytest.raises(InputError, match="same folder"):
        config.configs(["place=nantong,nantong"], multirun=True)


def test_help_answers_at_once_and_loads_nothing():
    code = "import sys; from sim import entry; entry.main(['--help']); print([m for m in ('numpy', 'hydra', 'mesa', 'pandas') if m in sys.modules])"
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert time.monotonic() - begun < 1.0  # 0.05 s on an idle machine
    assert done.stdout.endswith("[]\n") and "innosim study" in done.stdout


@pytest.mark.parametrize("command", entry.COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_help(command, lang, capsys):
    with pytest.raises(SystemExit) as ended:
        entry.main(["--lang", lang, command, "--help"])
    assert ended.value.code == 0
    assert entry.COMMANDS[command][lang == "en"] in capsys.readouterr().out


def test_an_unknown_command_is_bad_input(capsys):
    assert entry.main(["stduy"]) == 2
    assert "'study'" in capsys.readouterr().err


def test_listings_are_valid_json(capsys):
    from sim.programmes import CATALOGUE

    assert entry.main(["parameters", "--json", "--kind", "assumption"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    assert numbers and {entry["kind"] for entry in numbers} == {"assumption"}
    assert entry.main(["programmes", "--json"]) == 0
    programmes = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in programmes] == list(CATALOGUE)
    assert all({"class", "parameters", "zh", "en"} <= set(entry) for entry in programmes)
    assert entry.main(["places", "--json"]) == 0
    assert {"id": "nantong", "zh": "南通", "en": "Nantong"} in json.loads(capsys.readouterr().out)
    for command in ("parameters", "programmes", "places"):
        assert entry.main([command]) == 0
        assert capsys.readouterr().out


def test_check_answers_with_file_line_and_nearest_name(tmp_path, capsys):
    good = "name: mine\ntitle: {zh: 我的, en: Mine}\nquestion: {zh: 问, en: Q}\nprogrammes:\n  award.hnte: {}\nsources: [assumption]\n"
    file = tmp_path / "mine.yaml"
    file.write_text(good, encoding="utf-8")
    assert entry.main(["check", str(file)]) == 0
    assert "我的" in capsys.readouterr().out
    assert entry.main(["check", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["programmes"] == ["award.hnte"]
    file.write_text(good.replace("award.hnte", "award.hnt"), encoding="utf-8")
    assert entry.main(["check", str(file), "--json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["line"], found["nearest"]) == (5, "award.hnte")
    assert entry.main(["check", str(file)]) == 2
    assert "mine.yaml:5" in capsys.readouterr().err


def test_output_goes_through_a_gbk_console():
    done = subprocess.run(
        [sys.executable, "-m", "sim.entry", "places"],
        check=False,
        capture_output=True,
        env={"PYTHONIOENCODING": "gbk", "PATH": ""},
    )
    assert done.returncode == 0 and "南通" in done.stdout.decode("gbk")


def test_progress_is_sparse_where_nobody_watches(capsys):
    progress = Progress("zh")
    for done in range(101):
        progress(done, 100, 0)
    lines = capsys.readouterr().out.splitlines()
    assert 4 <= len(lines) <= 6 and "100/100" in lines[-1]
