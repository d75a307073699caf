"""The wheel carries everything a run needs, and works from any folder."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The wheel as it would lie in site-packages."""
    folder = tmp_path_factory.mktemp("wheel 轮子")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr[-2000:]
    wheel = next(folder.glob("innosim-*.whl"))
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def _innosim(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "sim.entry", *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )


def test_the_wheel_carries_configuration_scenarios_numbers_and_fonts(unpacked):
    shipped = unpacked / "sim" / "_shipped"
    assert (shipped / "conf" / "config.yaml").is_file()
    assert (shipped / "scenarios" / "status_quo.yaml").is_file()
    assert (unpacked / "sim" / "parameters" / "places" / "nantong.yaml").is_file()
    assert (unpacked / "sim" / "programmes" / "register" / "enclave.yaml").is_file()
    assert list((unpacked / "sim" / "report" / "fonts").glob("*.otf"))
    assert (unpacked / "sim" / "report" / "fonts" / "OFL.txt").is_file()


def test_the_wheel_runs_from_another_folder(unpacked, tmp_path):
    where = subprocess.run(
        [sys.executable, "-c", "import sim; print(sim.__file__)"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(unpacked)}, capture_output=True, text=True,
    )  # fmt: skip
    assert str(unpacked) in where.stdout
    ran = _innosim(unpacked, tmp_path, "run", "scenario=none", "quarters=4", "--json")
    assert ran.returncode == 0, ran.stderr
    assert "hnte_stock" in ran.stdout


def test_the_wheel_checks_a_scenario_by_name_and_refuses_a_bad_file(unpacked, tmp_path):
    bad = tmp_path / "坏.yaml"
    good = (unpacked / "sim" / "_shipped" / "scenarios" / "award_push.yaml").read_text(encoding="utf-8")
    bad.write_text(good.replace("    amount:", "    amuont:"), encoding="utf-8")
    ran = _innosim(unpacked, tmp_path, "check", str(bad))
    assert ran.returncode == 2
    assert "amount" in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr
