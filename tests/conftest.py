"""Tests run the same in the foreground and in the background of a shell, under `uv run` and without."""

import os
import signal

# A job in the background starts with Ctrl-C ignored, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Under `uv run` the program names itself `uv run innosim`; what it prints must not hang on how tests were started.
os.environ.pop("UV_RUN_RECURSION_DEPTH", None)
