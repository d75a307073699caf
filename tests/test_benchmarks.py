"""The measurements: cities of a given size, clocks and memory with known answers, medians, targets, what is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import cases, city, figure, measure, page, report, table, targets
from sim.parameters.values import Steps
from sim.population.initial import rows_needed


def file(**at) -> dict:
    """A file of measurements of the given cases: name of the case → entries."""
    return {"cases": [{"case": case, "median": median} for case, median in at.values()]}


def peer(impl, rows, ns):
    return {"kind": "peer", "impl": impl, "rows": rows, "quarters": 5}, {"ns": ns, "seconds": 1.0}


def full(rows, **more):
    median = {"ns": 300.0, "firms": rows, "people": 4.0 * rows, "setup": 0.1, "quarter": 0.04, "recording": 0.02,
              "ledger": 0.03, "peak": 3 * 2**20, "state": 2 * 2**20, "ns_per_firm": 1500.0, "processes": {"sales.sell": 5.0}}  # fmt: skip
    return {"kind": "full", "rows": rows, "quarters": 8}, median | more


@pytest.mark.parametrize("rows", [5_000, 1_000_000])
def test_a_city_has_the_firms_that_were_asked_for(rows):
    package = city.package()
    found = city.numbers(rows, package.overrides)
    assert rows_needed(found)[0] == pytest.approx(rows, rel=2e-3)
    usual = city.numbers(rows_needed(city.numbers(16_501, package.overrides))[0], package.overrides)
    assert found["place.enterprise_rd"] / usual["place.enterprise_rd"] == pytest.approx(rows / 16_501, rel=1e-3)
    assert found["credit.rate_cap"] == usual["credit.rate_cap"]


def test_totals_stay_whole_and_paths_are_scaled_value_by_value():
    assert city.scaled(7.0, 0.01) == 1.0
    assert city.scaled(0.5, 3) == 1.5
    assert city.scaled(Steps((0, 4), (10.0, 20.0)), 2.5).values == (25.0, 50.0)


def test_bytes_of_a_state_count_every_block_once():
    block = np.zeros((3, 100))
    inner = SimpleNamespace(column=block[1])
    owner = type("Owner", (), {"__module__": "sim.fake"})()
    owner.block, owner.views, owner.other, owner.outside = (
        block,
        [block[0], block[:, :5]],
        {"x": np.zeros(7, "i1")},
        inner,
    )
    owner.self = owner
    assert measure.state_bytes(owner) == 2400 + 7


def test_a_profile_counts_the_calls_of_the_page():
    profile = measure.Profile()
    owner = SimpleNamespace(work=lambda n: sum(range(n)))
    profile.wrap(owner, "work", "work")
    assert owner.work(200_000) == sum(range(200_000))
    assert profile.seconds["work"] > 0


def test_medians_go_into_nested_tables_and_a_failure_stays_one():
    rounds = [
        {"ns": 1.0, "processes": {"a": 4.0}},
        {"ns": 9.0, "processes": {"a": 5.0}},
        {"ns": 2.0, "processes": {"a": 9.0}},
    ]
    assert table.median(rounds) == {"ns": 2.0, "processes": {"a": 5.0}}
    assert table.median([{"ns": 1.0}, {"failed": "out of memory"}]) == {"failed": "out of memory"}


def test_targets_are_reached_missed_or_not_measured():
    found = file(a=full(16_501), b=peer("numpy", 100_000, 100.0), c=full(100_000), d=full(1_000_000, ns=450.0))
    told = {what: targets.verdict(sign, x, limit) for what, sign, x, limit in targets.targets(found)}
    assert told["full model at Nantong size over the peers' plain NumPy, a row"] == "reached"
    assert told["full model: a row at 10^6 over one at 10^5"] == "missed"
    assert told["a study around its runs"] == "not measured"
    for what in told:
        assert what in targets.table(found)
        assert what in targets.markdown(found)


def test_sizes_are_compared_over_the_same_quarters():
    small, large = full(100_000, ns=400.0), full(1_000_000, ns=440.0)
    longer = {**small[0], "quarters": 16}, {**small[1], "ns": 900.0}
    found = file(a=longer, b=small, c=large, d=({**large[0], "quarters": 40}, {**large[1], "ns": 1.0}))
    told = {what: x for what, _, x, _ in targets.targets(found)}
    assert told["full model: a row at 10^6 over one at 10^5"] == pytest.approx(1.1)
    assert report.growth(file(a=longer, c=large)) is None
    assert [at["ns"] for _, at in report.longest(found)] == [900.0, 440.0]


def test_what_is_not_installed_is_named_and_the_rest_is_printed():
    found = file(
        a=peer("numpy", 1_000, 100.0),
        b=({"kind": "peer", "impl": "jax", "rows": 1_000, "quarters": 5}, {"missing": "jax"}),
    )
    text = report.tables(found)
    assert "missing: jax: jax" in text
    assert "numpy" in text


def test_a_process_without_a_package_says_which(tmp_path):
    (tmp_path / "impl_strange.py").write_text("import a_package_nobody_has\n", encoding="utf-8")
    case = {"kind": "peer", "impl": "strange", "rows": 10, "quarters": 1, "folder": str(tmp_path)}
    assert table.measure(case, {}, dict(table.os.environ)) == {"missing": "a_package_nobody_has"}


def test_a_peer_is_measured_without_its_set_up(tmp_path):
    text = "import time\ndef run(n, steps, seed):\n    end = time.process_time() + 0.05 + 0.001 * steps\n"
    (tmp_path / "impl_slow.py").write_text(text + "    while time.process_time() < end: pass\n", encoding="utf-8")
    case = {"kind": "peer", "impl": "slow", "rows": 1000, "quarters": 40, "folder": str(tmp_path)}
    found = table.measure(case, {}, dict(table.os.environ))
    assert found["ns"] == pytest.approx(1000, rel=0.5)  # 0.001 s a step of 1,000 rows
    assert found["setup"] > 0.04


def test_the_table_is_written_and_read_again(tmp_path):
    out = tmp_path / "speed.json"
    script = [sys.executable, str(ROOT / "benchmarks" / "table.py")]
    wrote = subprocess.run(
        [*script, "--only", "machine", "--rounds", "1", "--out", str(out)], check=False, capture_output=True, text=True
    )
    assert wrote.returncode == 0, wrote.stderr
    assert json.loads(out.read_text(encoding="utf-8"))["cases"][0]["median"]["numpy"] > 0
    read = subprocess.run([*script, "--read", str(out)], check=False, capture_output=True, text=True)
    assert read.stdout == wrote.stdout
    assert "not measured" in read.stdout


def test_every_peer_and_twin_has_a_line_in_the_figure():
    drawn = [match for match, _, _ in figure.LINES.values()]
    for impl in set(cases.PEERS) - {"pyobj", "mesa_shell"}:  # as Mesa without Mesa, and as NumPy with it
        assert {"kind": "peer", "impl": impl} in drawn
    for model in cases.TWINS:
        assert {"kind": "twin", "model": model} in drawn


def test_the_figure_is_drawn_from_what_there_is(tmp_path):
    found = file(a=full(16_501), b=full(100_000), c=peer("numpy", 1_000, 200.0), d=peer("numpy", 100_000, 100.0))
    left, right = figure.draw(found).axes
    assert sorted(line.get_label() for line in left.lines) == ["full model", "peer: plain NumPy"]
    ours = next(line for line in right.lines if line.get_label() == "full model").get_ydata()
    assert ours[1] == pytest.approx(10 * (0.1 + 40 * 5 * 16_501 * 300e-9))


def test_the_page_on_speed_shows_the_file_beside_it():
    found = json.loads((ROOT / "benchmarks" / "speed.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    assert page.filled(text, found) == text
    with pytest.raises(ValueError, match="no place for profile"):
        page.filled(text.replace("<!-- profile -->", ""), found)
