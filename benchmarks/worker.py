"""One measurement in a process of its own: `python -m benchmarks.worker '{"kind": "full", "rows": 5000, …}'` prints JSON.

Times are processor seconds of this process; `ns` is nanoseconds a row and quarter without set-up.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module


def full(rows: int, quarters: int, horizon: int | None = None, talent: float = 1.0) -> dict:
    """The full model under the status quo: steps, set-up, processes, memory. `rows` firms at the start."""
    from benchmarks import city, measure
    from sim.world import World

    package = city.package()
    numbers = city.numbers(rows, package.overrides, talent=talent)
    profile, base = measure.Profile(), measure.peak()
    profile.of_step()
    began = time.process_time()
    world = World(numbers, package, 1, horizon or quarters)
    setup, firms, people = time.process_time() - began, 0, 0
    began = time.process_time()
    for _ in range(quarters):
        world.step()
        firms += world.firms.count
        people += world.talent.count
    spent = time.process_time() - began
    return {
        "ns": spent / (firms + people) * 1e9, "ns_per_firm": spent / firms * 1e9, "seconds": spent, "setup": setup,
        "quarter": spent / quarters, "firms": firms / quarters, "people": people / quarters,
        "peak": measure.peak() - base, "state": measure.state_bytes(world),
        "processes": {name: seconds / (firms + people) * 1e9 for name, seconds in profile.seconds.items()},
        "recording": profile.seconds["of which recording"] / spent,
        "ledger": profile.seconds["of which ledger checks"] / spent,
    }  # fmt: skip


def twin(model: str, rows: int, quarters: int) -> dict:
    """The subset of the rules as `arrays`, `mesa` or `c`."""
    from benchmarks import measure
    from benchmarks.twins import arrays

    world = arrays.world(rows, 1, quarters)
    if model == "arrays":
        made = arrays.ArrayCity(world)
        steps = [made.step] * quarters
    elif model == "mesa":
        made = import_module("benchmarks.twins.mesa_city").MesaCity(world, 1)
        steps = [made.step] * quarters
    else:
        made = import_module("benchmarks.twins.c_city").CCity(world, 1)
        steps = [lambda: made.run(quarters)]
    base, began = measure.peak(), time.process_time()
    for step in steps:
        step()
    spent = time.process_time() - began
    return {"ns": spent / rows / quarters * 1e9, "seconds": spent, "peak": measure.peak() - base}


def peer(folder: str, impl: str, rows: int, quarters: int) -> dict:
    """An implementation of the peers' firm ladder (`impl_NAME.py` in their folder), without its set-up."""
    sys.path.insert(0, folder)
    run = import_module(f"impl_{impl}").run
    run(min(rows, 1000), 2, 1)  # imports, compilation
    if impl == "jax":  # compiled for each shape
        run(rows, quarters + 1, 1)
        run(rows, 1, 1)
    spent = []
    for steps in (1, quarters + 1):
        began = time.process_time()
        run(rows, steps, 1)
        spent.append(time.process_time() - began)
    return {"ns": (spent[1] - spent[0]) / rows / quarters * 1e9, "seconds": spent[1], "setup": spent[0]}


def shell(quarters: int) -> dict:
    """The shipped city as a Mesa model: what of a step is Mesa's clock, agents and data collector."""
    from sim.model import Ecosystem
    from sim.world import World

    inside, step = [0.0], World.step

    def timed(world):
        began = time.process_time()
        step(world)
        inside[0] += time.process_time() - began

    World.step = timed
    model = Ecosystem(quarters=quarters)
    began = time.process_time()
    for _ in range(quarters):
        model.step()
    spent = time.process_time() - began
    return {"share": 1 - inside[0] / spent, "seconds": spent}


def study(scenarios: list[str], seeds: int, quarters: int) -> dict:
    """A study in one process: what of its processor time is not in the runs themselves."""
    import sim
    from sim import world

    inside, simulate = [0.0], world.simulate

    def timed(*terms):
        began = time.process_time()
        record = simulate(*terms)
        inside[0] += time.process_time() - began
        return record

    world.simulate = timed
    with tempfile.TemporaryDirectory() as folder:
        options = {"executor": "serial", "seeds": 1, "quarters": 1}
        sim.study("nantong", scenarios[:1], results=f"{folder}/first", **options)  # imports
        inside[0], began = 0.0, time.process_time()
        sim.study("nantong", scenarios, seeds=seeds, quarters=quarters, executor="serial", results=f"{folder}/study")
        spent = time.process_time() - began
    runs = len(scenarios) * seeds
    return {"share": 1 - inside[0] / spent, "seconds": spent, "run": inside[0] / runs}


def main_study() -> dict:
    """The first command of the README after installation: wall time on all cores, report included."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "sim.entry", "study", f"results={folder}/main"], check=True, capture_output=True
        )
        return {"seconds": time.perf_counter() - began}


def machine() -> dict:
    """Speed of the core as it is now: a plain vector sum and a Python loop, ns an element; tells a busy machine."""
    import numpy as np

    a, b, out = np.ones(10_000), np.ones(10_000), np.empty(10_000)

    def best(act, size):
        found = []
        for _ in range(200):
            began = time.perf_counter()
            act()
            found.append(time.perf_counter() - began)
        return statistics.median(found) / size * 1e9

    return {"numpy": best(lambda: np.add(a, b, out=out), 10_000), "python": best(lambda: sum(range(1000)), 1000)}


KINDS = {
    "full": full,
    "twin": twin,
    "peer": peer,
    "shell": shell,
    "study": study,
    "main": main_study,
    "machine": machine,
}


def main() -> int:
    """Measure what the argument says; 3 with the name of the package on standard error if one is not installed."""
    case = json.loads(sys.argv[1])
    try:
        print(json.dumps(KINDS[case.pop("kind")](**case)))
    except ModuleNotFoundError as missing:
        print(missing.name, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
