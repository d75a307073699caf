"""Tests run the same in the foreground and in the background of a shell, under `uv run` and without."""

import os
import signal

import pytest

# A job in the background starts with Ctrl-C ignored, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Under `uv run` the program names itself `uv run innosim`; what it prints must not hang on how tests were started.
os.environ.pop("UV_RUN_RECURSION_DEPTH", None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where CI is set a skipped test has failed: what a green run promises, it has run."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr[-1]}"
    return report
