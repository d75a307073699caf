"""One task: all scenarios of one world (a draw and a seed), in one process, one after another, and the pairs between them.

Runs in a worker, so it imports NumPy and the core only. Firms of two scenarios can be compared row by row because
both runs are here; only the comparison leaves the worker, not the firms.
"""

from __future__ import annotations

import gc
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np

from sim.metrics import METRICS, Record
from sim.opening import Openings
from sim.streams import Streams
from sim.study import payload
from sim.study.limit import TooLong, limited
from sim.study.manifest import code_version

# What a task runs. Tests put a small world here; the names travel in the spec because functions do not.
CORE = {
    "simulate": "sim.world:simulate",
    "registry": "sim.parameters:registry",
    "compare": "sim.analysis.pairing:compare",
}

SHARED_LUCK = 128 * 2**20  # bytes of draws that the scenarios of a task may share


@dataclass(frozen=True)
class Package:
    """What a world needs to know of a scenario. The numbers already contain its overrides."""

    name: str
    programmes: tuple[str, ...]
    overrides: dict


@cache
def named(target: str) -> Callable:
    """The object behind `module:name`."""
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def ready() -> bool:
    """Answers from a worker: the process starts and can import the core."""
    return True


def resolve(registry, overrides: dict, scenario: dict, draw_seed: int | None, sample: dict | None = None, named=False):
    """Numbers of one run: defaults, what is drawn, then what the scenario sets, then the study's changes.

    Whoever writes a number on the command line means it, under every scenario; `Ecosystem` has the same order. So it is
    with a number that the study varies by name; the other uncertain ones leave a scenario what it sets.
    """
    drawn, varied = ({}, sample or {}) if named else (sample or {}, {})
    return registry.resolve({**drawn, **scenario["overrides"], **overrides, **varied}, draw_seed=draw_seed)


def run(spec: dict) -> bytes:
    """Run one task and return everything it produced as one payload.

    `spec` (plain JSON): place, seed, quarters, draw, overrides, sample (values of the draw), named (of its numbers),
    timeout (seconds a run, or null), code (version the driver runs), core,
    scenarios [{name, programmes, overrides}], pairs [[scenario, against], …].
    The header of the answer holds `runs` [{name, status, seconds, error, checksum}] and `pairs`
    [{scenario, against, outcomes, error}]; the arrays are the payloads of the runs that finished. A run that raises
    is `failed` with its traceback, one that takes too long is `timeout`; neither has a number, and the others go on.
    """
    if spec["code"] != code_version():
        return payload.encode(
            {"refused": "the code was changed while the study was running", "runs": [], "pairs": []}, {}
        )
    runs, blobs, firms = [], {}, {}
    streams, openings = Streams(spec["seed"], keep=SHARED_LUCK), Openings()
    for scenario in spec["scenarios"]:
        name, started = scenario["name"], time.perf_counter()
        entry = {"name": name, "status": "done", "error": None, "checksum": None}
        try:
            with limited(spec["timeout"]):
                record = _simulate(spec, scenario, streams, openings)
            blob = payload.pack(record)
        except TooLong:
            entry |= {"status": "timeout", "error": f"longer than {spec['timeout']:g} s"}
        except Exception:  # noqa: BLE001 - whatever a run raises, the others go on
            entry |= {"status": "failed", "error": traceback.format_exc()}
        else:
            entry["checksum"] = payload.checksum(blob)
            blobs[name] = np.frombuffer(blob, np.uint8)
            firms[name] = record.firms
        runs.append(entry | {"seconds": time.perf_counter() - started})
        gc.collect()  # a world and its institutions know each other; ten dead worlds would fill a gigabyte
    pairs = [_pair(spec, firms, one, other) for one, other in spec["pairs"] if one in firms and other in firms]
    return payload.encode({"runs": runs, "pairs": pairs}, blobs, level=0)


def _simulate(spec: dict, scenario: dict, streams, openings) -> Record:
    core = spec["core"]
    registry = named(core["registry"])(spec["place"])
    draw_seed = spec["seed"] if spec["draw"] else None
    numbers = resolve(registry, spec["overrides"], scenario, draw_seed, spec["sample"], spec["named"])
    package = Package(scenario["name"], tuple(scenario["programmes"]), dict(scenario["overrides"]))
    record = named(core["simulate"])(numbers, package, spec["seed"], spec["quarters"], streams, openings)
    _check(record, spec["quarters"])
    return record


def _check(record: Record, quarters: int) -> None:
    """A record that does not keep its contract is a failed run, not a column of something else."""
    for name, values in [*record.series.items(), *((n, g[2]) for n, g in record.grouped.items())]:
        if name not in METRICS:
            raise ValueError(f"the world reports {name!r}, which sim.metrics does not know")
        if len(values) != quarters:
            raise ValueError(f"{name} has {len(values)} quarters, not {quarters}")


def _pair(spec: dict, firms: dict, one: str, other: str) -> dict:
    entry = {"scenario": one, "against": other, "outcomes": None, "error": None}
    try:
        compare = named(spec["core"]["compare"])
        entry["outcomes"] = {key: float(value) for key, value in compare(firms[one], firms[other]).items()}
    except Exception:  # noqa: BLE001 - the runs stand even if they cannot be compared
        entry["error"] = traceback.format_exc()
    return entry
