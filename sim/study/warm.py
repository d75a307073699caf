"""Imported once by the fork server, so that workers are copies with the core already loaded."""

from contextlib import suppress
from importlib import import_module

from sim.study import task  # noqa: F401

# If it is missing, the task that needs it says so, in its own words.
with suppress(ImportError):
    import_module("sim.world")
