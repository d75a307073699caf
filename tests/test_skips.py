"""A test that cannot run here is skipped on a desk and fails under CI, whatever the reason."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

@pytest.mark.skipif(True, reason="needs another system")
def test_marked():
    pass

def test_lacking():
    pytest.importorskip("no_such_package")

def test_given_up():
    pytest.skip("ray does not start here")

@pytest.mark.xfail
def test_known():
    raise ValueError

def test_good():
    pass
"""


@pytest.mark.parametrize(
    ("ci", "told"), [("", "1 passed, 3 skipped, 1 xfailed"), ("1", "2 failed, 1 passed, 1 xfailed, 1 error")]
)
def test_a_skip_is_a_failure_under_ci(tmp_path, ci, told):
    shutil.copy(Path(__file__).with_name("conftest.py"), tmp_path)
    (tmp_path / "test_some.py").write_text(TESTS)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {"CI": ci}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert told in done.stdout, done.stdout
    assert done.returncode == (1 if ci else 0)
    if ci:
        for reason in ("needs another system", "no_such_package", "ray does not start here"):
            assert "skipped, which CI does not allow: " in done.stdout and reason in done.stdout
