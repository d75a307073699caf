"""Tests run the same in the foreground and in the background of a shell."""

import signal

# A job in the background starts with Ctrl-C ignored, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
