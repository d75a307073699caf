"""Imported once by the fork server, so that workers are copies with the core already loaded."""

from importlib import import_module

from sim.study import task  # noqa: F401

try:
    import_module("sim.world")
except ImportError:
    pass  # the task that needs it says what is missing, in its own words
