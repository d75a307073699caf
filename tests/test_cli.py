"""The command line: what it prints, what it refuses, and its exit codes."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_world as fake
import pytest

from sim import config, entry, settings, shipped
from sim.console import MESSAGES, Progress
from sim.errors import InputError
from sim.study import task

SMALL = ["scenarios=[status_quo,none,push]", "seeds=3", "quarters=8", "draw=false", "workers=1"]


def small(*settings):
    """The small study with some of its settings replaced: each may be written once."""
    names = {setting.partition("=")[0] for setting in settings}
    return [*(setting for setting in SMALL if setting.partition("=")[0] not in names), *settings]


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
    assert entry.main(["study", *small("lang=en")]) == 0
    text = capsys.readouterr().out
    assert "Nantong, 8 quarters" in text and "same sign 100%" in text
    assert all(len(both) == 2 and all(both) for both in MESSAGES.values())
    for name in [*MESSAGES]:
        for text in MESSAGES[name]:
            text.encode("gbk")


def test_pairs_that_cannot_be_told_apart_are_named(small_world, capsys):
    assert entry.main(["study", *small("scenarios=[status_quo,tiny]")]) == 0
    assert "尚不能区分: status_quo·中文 与 tiny·中文" in capsys.readouterr().out


def test_lost_runs_give_exit_code_3_and_a_report(small_world, capsys):
    assert entry.main(["study", *small("scenarios=[status_quo,none,trapped]")]) == 3
    text = capsys.readouterr().out
    assert "1 次未得到结果(共 9 次)" in text and "RuntimeError: trapped" in text and "report.html" in text
    assert entry.main(["study", *small("scenarios=[trapped]", "seeds=[2]", "against=[]", "results=lost")]) == 3


def test_interruption_gives_exit_code_130_and_the_line_that_goes_on(small_world, capsys, monkeypatch):
    def stopped(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.cli.carry_out", stopped)
    assert entry.main(["study", *SMALL]) == 130
    text = capsys.readouterr().err
    assert "已完成的 0 次(共 9 次)保存在 results/nantong-main" in text
    assert "\n  innosim study 'scenarios=[status_quo,none,push]' seeds=3" in text


@pytest.mark.parametrize(
    "uv, names_itself",
    [("/usr/bin/uv", ["uv", "run", "innosim"]), (None, ["python3", "-m", "uv", "run", "innosim"])],
)
def test_under_uv_the_line_that_goes_on_names_uv(monkeypatch, uv, names_itself):
    monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
    monkeypatch.setattr("shutil.which", lambda name: uv)
    monkeypatch.setattr(entry.sys, "argv", ["innosim"])
    assert entry._command() == names_itself


@pytest.mark.parametrize("name", [path.stem for path in (shipped.folder("conf") / "study").glob("*.yaml")])
def test_every_study_that_ships_can_be_planned(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert entry.main(["study", f"study={name}", "--dry-run", "--seconds", "2"]) == 0
    assert "需运行" in capsys.readouterr().out and not list(tmp_path.iterdir())


def test_multirun_makes_complete_separate_studies(small_world, capsys):
    assert entry.main(["study", *small("-m", "place=nantong", "quarters=4,8")]) == 0
    folders = {path.name for path in (small_world / "results").iterdir()}
    assert folders == {"nantong-main-study.quarters_4", "nantong-main-study.quarters_8"}
    assert all((small_world / "results" / name / "report.html").is_file() for name in folders)
    assert entry.main(["study", *small("-m", "place=nantong")]) == 0
    assert (small_world / "results" / "nantong-main" / "manifest.json").is_file()


def test_report_is_built_again_from_a_folder(small_world, capsys):
    entry.main(["study", *small("results=我的 结果")])
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
        entry.main(["study", *small("scenarios=[status_quo·中文, push]", "against=[status_quo·中文]", "place=南通")])
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
    assert entry.main(["study", *small(setting), "lang=en"]) == 2
    text = capsys.readouterr().err
    assert hint in text and "Traceback" not in text
    assert list(small_world.iterdir()) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("quarters=0", "quarters=4"), ("seeds=3", "seeds=3"), ("seeds=3", "+study.seeds=4"), ("place=nantong", "place=南通"),
        ("numbers.credit.rate_cap=0.08", "numbers={credit.rate_cap: 0.09}"), ("+results=a", "++results=b"),
        ("numbers={credit.rate_cap: 0.08}", "numbers={credit: {rate_cap: 0.09}}"), ("lang=en", "lang=zh"), ("lang=en", "--lang=en"),
    ],
)  # fmt: skip
def test_what_is_set_twice_is_refused_with_both(small_world, capsys, first, second):
    assert entry.main(["study", first, second]) == 2
    text = capsys.readouterr().err
    assert f"'{first}'" in text and f"'{second}'" in text
    assert entry.main(["study", "-m", first, second]) == 2
    assert list(small_world.iterdir()) == []


def test_a_number_written_twice_inside_braces_is_refused(capsys):
    assert entry.main(["run", "numbers={credit.rate_cap: 0.08, credit.rate_cap: 0.09}"]) == 2
    assert "写了两次" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "close"),
    [("credit.rat_cap", "credit.rate_cap"), ("rate_cap", "credit.rate_cap"), ("award.hnte.amout", "award.hnte.amount"), ("nope", "'")],
)  # fmt: skip
@pytest.mark.parametrize("command", ["run", "study"])
def test_an_unknown_number_names_the_closest(small_world, capsys, command, written, close):
    assert entry.main([command, f"numbers.{written}=1", "lang=en"]) == 2
    text = capsys.readouterr().err
    assert f"numbers.{written}: there is no such number" in text
    assert close in text.partition("did you mean ")[2]


def test_a_number_out_of_range_is_named_as_it_was_written(capsys):
    assert entry.main(["run", "numbers.credit.rate_cap=50"]) == 2
    assert "numbers.credit.rate_cap: 超出允许范围；现写作 50；允许: 0.01 至 0.36 share/year" in capsys.readouterr().err


def test_the_command_line_goes_before_the_package(small_world, capsys, monkeypatch):
    from sim.study.results import Results

    monkeypatch.setattr("sim.cli.known_numbers", lambda config: None)
    monkeypatch.setattr("sim.scenario.load", lambda name, *_: fake.Scenario(name, {"level": 20.0}))
    assert entry.main(["study", *small("scenarios=[none]", "seeds=1", "against=[]", "results=own")]) == 0
    assert (
        entry.main(["study", *small("scenarios=[none]", "seeds=1", "against=[]", "results=mine", "numbers.level=40")])
        == 0
    )
    assert "none 自设的 level 由命令行的值取代" in capsys.readouterr().out
    own, mine = (Results.open(small_world / name).to_xarray()["rd_real"] for name in ("own", "mine"))
    assert (mine == 2 * own).all()


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
    assert settings.quoted(written) == quoted


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


FORMS = (["lang=en"], ["--lang", "en"], ["--lang=en"])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    "command", [["check", "scenarios/none.yaml"], ["places"], ["programmes"], ["parameters", "--kind", "x"], ["run", "quarters=0"],
                ["study", "quarters=0"], ["report", "nowhere"], ["--help"], ["stduy"], ["check"]], ids=" ".join,
)  # fmt: skip
def test_every_command_takes_the_language_in_every_form(command, form, first, capsys, monkeypatch):
    from sim import shipped

    monkeypatch.chdir(shipped.folder("scenarios").parent)
    assert entry.main(form + command if first else command + form) in (0, 1, 2)
    found = capsys.readouterr()
    assert not re.search("[\u4e00-\u9fff]", (found.out + found.err).replace("中文: innosim", ""))


@pytest.mark.parametrize("words", [["lang=fr"], ["--lang", "fr"], ["--lang"], ["lang="], ["lang=zh,en"]])
def test_another_language_is_refused_everywhere(words, capsys):
    assert entry.main(["places", *words]) == 2
    assert "zh, en" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "hint"),
    [(["run", "--josn"], "--json"), (["study", "--place", "nantong"], "'place='"), (["check"], "文件"), (["parameters", "--kind", "x"], "document"),
     (["check", "a.yaml", "b.yaml"], "b.yaml"), (["places", "--json=1"], "--json"), (["parameters", "--place"], "--place")],
)  # fmt: skip
def test_a_wrong_option_is_bad_input_like_any_other(words, hint, capsys):
    assert entry.main(words) == 2
    text = capsys.readouterr().err
    assert text.startswith("错误: innosim") and hint in text and "usage" not in text


def test_options_of_lists_can_be_written_as_settings(capsys):
    assert entry.main(["parameters", "kind=document", "place=nantong", "--json"]) == 0
    assert {entry["kind"] for entry in json.loads(capsys.readouterr().out)} == {"document"}


@pytest.mark.parametrize(
    ("setting", "hint"),
    [("scenarios=[取消地方]", "是否想写"), ("place=南通市", "'南通'"), ("numbers=3", "numbers.<参数名>=值"), ("numbers.credit.rate_cap=null", "'null'"),
     ("numbers.credit=1", "'credit."), ("quarters=81", "1 至 80"), ("scenarios=[none", "读不懂")],
)  # fmt: skip
def test_slips_of_a_newcomer_are_answered_in_chinese(capsys, setting, hint):
    assert entry.main(["study", setting]) == 2
    assert hint in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_ends_with_1(small_world, capsys):
    (small_world / "file").write_text("")
    assert entry.main(["study", *small("results=file")]) == 1
    assert "无法新建文件夹(同名文件已存在)" in capsys.readouterr().err
    assert entry.main(["report", "nowhere"]) == 1
    assert "此处没有研究结果" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_ends_with_1(small_world, capsys, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr("sim.report.build", full)
    assert entry.main(["study", *SMALL]) == 1
    assert "report.html: 无法写入(磁盘已满)" in capsys.readouterr().err


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
    assert {entry["class"] for entry in programmes} > set(CATALOGUE) - {"university.joint_projects"}
    assert all({"class", "parameters", "zh", "en"} <= set(entry) for entry in programmes)
    assert entry.main(["places", "--json"]) == 0
    places = {place["id"]: place for place in json.loads(capsys.readouterr().out)}
    assert (places["nantong"]["zh"], places["nantong"]["en"], places["nantong"]["inside"]) == ("南通", "Nantong", "")
    assert places["rugao"]["inside"] == "nantong" and {"shanghai", "suzhou", "nanjing", "beijing", "xian"} <= set(places["rugao"]["hubs"])
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


DRIVER = """
import sys, time
sys.path.insert(0, {tests!r})
import fake_world as fake
from sim import cli, console, entry, report, scenario
from sim.study import task
task.CORE = fake.CORE
cli.known_numbers = lambda config: None
scenario.load = lambda name, *_: fake.Scenario(name, {{"sleep": {sleep}}})
report.build = lambda results, folder, lang="zh": []
message = console.message
def slow(key, lang, **values):
    if key == "kept" and {wait}:
        print("stopping", flush=True)
        time.sleep({wait})
    return message(key, lang, **values)
console.message = slow
sys.argv[0] = "innosim"
if __name__ == "__main__":
    sys.exit(entry.main(sys.argv[1:]))
"""


class Stopped:
    """A study of the command line in a terminal of its own, stopped when its first quarter of runs is there."""

    def __init__(self, folder: Path, wait: float = 0.0):
        self.folder, self.script = folder, folder / "driver.py"
        self.script.write_text(DRIVER.format(tests=str(Path(__file__).parent), sleep=0.2, wait=wait), encoding="utf-8")
        words = [
            "study",
            "scenarios=[status_quo,none]",
            "seeds=8",
            "quarters=4",
            "workers=2",
            "draw=false",
            "results=我的 结果",
        ]
        self.process = self.start(words, start_new_session=True)
        self.lines = []
        while not any("25%" in line for line in self.lines[-1:]):
            self.lines.append(self.process.stdout.readline())
            assert self.lines[-1], self.process.communicate()

    def start(self, words: list[str], **options) -> subprocess.Popen:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        return subprocess.Popen([sys.executable, self.script, *words], cwd=self.folder, env=env, **options)

    def interrupt(self) -> None:
        """Ctrl-C: to every process of the terminal."""
        os.killpg(self.process.pid, signal.SIGINT)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="sends Ctrl-C to a group of processes")
def test_ctrl_c_says_what_is_kept_and_its_line_goes_on(tmp_path):
    study = Stopped(tmp_path)
    study.interrupt()
    _, text = study.process.communicate(timeout=20)
    assert study.process.returncode == 130 and "Traceback" not in text
    kept, total, line = re.search(
        r"已完成的 (\d+) 次\(共 (\d+) 次\)保存在 我的 结果。续跑:\n  innosim (.*)\n", text
    ).groups()
    assert 4 <= int(kept) < int(total) == 16
    again = study.start(shlex.split(line))
    out, _ = again.communicate(timeout=60)
    assert again.returncode == 0 and "16/16" in out
    assert int(re.search(r"(\d+)/16", out)[1]) == int(kept)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="sends Ctrl-C to a group of processes")
def test_a_second_ctrl_c_ends_at_once(tmp_path):
    study = Stopped(tmp_path, wait=10.0)
    study.interrupt()
    while "stopping" not in study.process.stdout.readline():
        pass
    begun = time.monotonic()
    study.interrupt()
    _, text = study.process.communicate(timeout=20)
    assert time.monotonic() - begun < 5
    assert study.process.returncode == 130 and "Traceback" not in text


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="sends Ctrl-C to a group of processes")
@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_ctrl_c_while_a_study_starts_leaves_no_traceback(tmp_path, delay):
    words = [
        sys.executable,
        "-m",
        "sim.entry",
        "study",
        "scenarios=[none]",
        "seeds=40",
        "against=[]",
        "workers=2",
        "lang=en",
    ]
    process = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    while "Ctrl-C" not in process.stdout.readline():
        pass
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    _, text = process.communicate(timeout=20)
    # Python ends itself with the signal where some library was inside exec(); a shell shows 130 too.
    assert (
        process.returncode in (130, -signal.SIGINT)
        and "Traceback" not in text
        and "innosim" not in text.partition("Interrupted")[0]
    )


# -- scale -----------------------------------------------------------------------------------------------------------
def test_a_dry_run_says_what_a_study_takes_and_writes_nothing(small_world, capsys):
    assert entry.main(["study", *small("draws=4"), "--dry-run", "--seconds", "2", "lang=en"]) == 0
    text = capsys.readouterr().out
    assert "3 scenarios × 4 draws × 3 seeds = 36 runs" in text and "each draw varies 1 numbers (random)" in text
    assert "36 runs to do (36 in all, 0 there)" in text and "2.00 s a run (as stated), 1 workers" in text
    assert "01:12" in text and re.search(r"memory about [\d.]+ [MG]B, disk about [\d.]+ kB", text)
    assert list(small_world.iterdir()) == []
    assert entry.main(["study", *SMALL]) == 0
    assert entry.main(["study", *small("seeds=5"), "--dry-run"]) == 0
    text = capsys.readouterr().out
    assert "需运行 6 次(共 15 次，已有 9 次)" in text and "已有运行的平均" in text
    assert entry.main(["study", *SMALL, "--dry-run", "--seconds", "-1"]) == 2


def test_a_study_with_draws_tells_numbers_from_luck(small_world, capsys):
    assert entry.main(["study", *small("draws=3", "scenarios=[status_quo,push]", "lang=en")]) == 0
    text = capsys.readouterr().out
    assert "2 scenarios × 3 draws × 3 seeds" in text and "of the variance over worlds, numbers" in text


def test_runs_are_listed_by_status(small_world, capsys):
    assert entry.main(["study", *small("scenarios=[status_quo,trapped]")]) == 3
    capsys.readouterr()
    assert entry.main(["runs", "results/nantong-main"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("done 5 · failed 1") and len(text.splitlines()) == 7
    assert entry.main(["runs", "results/nantong-main", "--status", "failed", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["scenario"], row["seed"], row["status"]) == ("trapped", 2, "failed") and row["checksum"] is None
    assert entry.main(["runs", "results/nantong-main", "--status", "fialed"]) == 2
    assert entry.main(["runs", "nowhere"]) == 1


def test_results_are_exported_for_other_programs(small_world, capsys):
    for name in ("pyarrow", "h5netcdf", "openpyxl"):
        pytest.importorskip(name)
    import pandas as pd
    import xarray as xr

    assert entry.main(["study", *small("draws=2", "scenarios=[status_quo,push]")]) == 0
    assert entry.main(["export", "results/nantong-main", "--to", "csv,parquet,netcdf,excel"]) == 0
    folder = small_world / "results" / "nantong-main" / "export"
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    table = pd.read_parquet(folder / "quarterly.parquet")
    assert len(table) == 2 * 2 * 3 * 8 and {"draw", "luck", "hnte_stock"} <= set(table.columns)
    with xr.open_dataset(folder / "results.nc", engine="h5netcdf") as found:
        assert found["hnte_stock"].attrs["long_name_zh"] == "有效高新技术企业数" and found.sizes["seed"] == 6
        assert list(found["scenario"].values) == ["status_quo", "push"]
    assert pd.read_excel(folder / "results.xlsx", sheet_name="draws").shape == (2, 2)
    assert (folder / "draws.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert entry.main(["export", "results/nantong-main", "--to", "xls"]) == 2


def test_another_study_in_the_folder_is_refused_in_both_languages(small_world, capsys):
    assert entry.main(["study", *SMALL]) == 0
    assert entry.main(["study", *small("quarters=4")]) == 1
    assert "已有另一项研究(quarters: 8 -> 4)" in capsys.readouterr().err
    assert entry.main(["study", *small("quarters=4", "lang=en")]) == 1
    assert "holds another study (quarters: 8 -> 4)" in capsys.readouterr().err
    assert entry.main(["study", *small("quarters=4"), "--anew"]) == 0


@pytest.mark.parametrize(
    ("setting", "hint"),
    [
        ("draws=0", "draws"), ("method=lsh", "random, lhs"), ("vary=3", "vary"), ("vary={level: {a: 1}}", "level.a"), ("vary={levl: null}", "level"),
        ("vary={level: null}", "how many"), ("timeout=0", "timeout"), ("timeout=x", "timeout"), ("executor.kind=os.system", "serial"),
        ("address=tcp://a:1", "executor=dask"), ("vary={level: [1, 2], level: [3, 4]}", "twice"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_design_is_named_and_nothing_is_written(small_world, capsys, setting, hint):
    assert entry.main(["study", *small(setting), "lang=en"]) == 2
    text = capsys.readouterr().err
    assert hint in text and "Traceback" not in text
    assert list(small_world.iterdir()) == []


def test_varied_numbers_take_the_place_of_those_of_the_study():
    for vary, found in (("{credit.rate_cap: [0.05, 0.06]}", {"credit.rate_cap": [0.05, 0.06]}), ("{award.hnte.amount: [1]}", {"award.hnte.amount": [1]})):
        (job,) = config.configs(["study=award_grid", f"vary={vary}"])
        assert job.vary == found
    with pytest.raises(InputError, match="vary.credit.rate_cap: a number is written twice"):
        config.configs(["draws=2", "vary={credit.rate_cap: [0.05, 0.1], credit: {rate_cap: [0.06, 0.1]}}"])


def test_one_study_of_a_sweep_that_cannot_go_on_leaves_the_others(small_world, capsys):
    from sim.study import folders

    taken = small_world / "results" / "nantong-main-study.quarters_4"
    taken.mkdir(parents=True)
    lock = folders.locked(taken)
    try:
        assert entry.main(["study", "-m", *small("quarters=4,8")]) == 1
    finally:
        lock.free()
    assert "另一项研究正在使用此文件夹" in capsys.readouterr().err
    assert (small_world / "results" / "nantong-main-study.quarters_8" / "report.html").is_file()


def test_a_study_says_that_its_seeds_draw_numbers(small_world, capsys):
    assert entry.main(["study", *small("draw=true", "lang=en")]) == 0
    assert "each seed also draws 1 uncertain numbers" in capsys.readouterr().out


def test_a_lost_run_of_a_draw_is_named_by_draw_and_seed_and_in_chinese(small_world, capsys):
    settings = small("scenarios=[status_quo,trapped]", "draws=2", "seeds=[7,2]", "timeout=0.2")
    fake_scenario = fake.Scenario("trapped", {"trap": "hang@2"})
    from sim import scenario

    usual = scenario.load
    scenario.load = lambda name, *others: fake_scenario if name == "trapped" else usual(name, *others)
    try:
        assert entry.main(["study", *settings]) == 3
    finally:
        scenario.load = usual
    text = capsys.readouterr().out
    assert "trapped，抽样 1、种子 2: timeout，超过 0.2 秒" in text and "trapped，抽样 2、种子 2: timeout" in text
    assert entry.main(["runs", "results/nantong-main", "--status", "timeout"]) == 0
    assert re.search(r"s     2       2  trapped  超过 0.2 秒", capsys.readouterr().out)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("launcher", [(), ("hydra/launcher=joblib", "hydra.launcher.n_jobs=1")])
def test_hydras_own_launchers_end_in_separate_complete_results(small_world, monkeypatch, launcher):
    if launcher:
        pytest.importorskip("hydra_plugins.hydra_joblib_launcher")
    from sim import launch

    monkeypatch.setattr(sys, "argv", ["launch", "-m", *small("place=南通", "quarters=4,8", "scenarios=[status_quo·中文, push]"), *launcher])
    launch.main()
    from sim.study.results import Results

    found = sorted((small_world / "results").iterdir())
    assert len(found) == 2 and all((folder / "report.html").is_file() for folder in found)
    assert {Results.open(folder).quarters for folder in found} == {4, 8}
    assert all(Results.open(folder).n_done == 6 for folder in found)


def test_a_sweep_over_a_place_and_its_part_says_that_they_must_not_be_added(small_world, capsys, monkeypatch):
    monkeypatch.setattr("sim.cli.planned", lambda job: None)
    monkeypatch.setattr("sim.cli.one_study", lambda *_: 0)
    assert entry.main(["study", *small("-m", "place=nantong,rugao")]) == 0
    assert "不可相加" in capsys.readouterr().out
    assert entry.main(["study", *small("-m", "place=nantong,yancheng")]) == 0
    assert "不可相加" not in capsys.readouterr().out
