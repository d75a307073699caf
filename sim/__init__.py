"""innosim: an agent-based simulation of innovation-ecosystem policy.

    import sim
    results = sim.study("nantong", ["status_quo", "none"], seeds=8)
    results.effect("hnte_stock").plot()

Names are imported when they are first used, so that `import sim` stays light.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "Ecosystem": "sim.model",
    "Results": "sim.study.results",
    "InputError": "sim.errors",
    "InnosimError": "sim.errors",
    "METRICS": "sim.metrics",
    "CATALOGUE": "sim.programmes",
}
__all__ = [*_HOMES, "study", "__version__"]


def __getattr__(name: str):
    if name == "study":
        return import_module("sim.study")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
