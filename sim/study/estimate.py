"""What a study would take, before it is begun: runs, time, memory and disk, from one run that is made and thrown away."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, StudyError
from sim.study import executors, payload, task
from sim.study.design import Design
from sim.study.executors import Where
from sim.study.journal import Journal

ROW = 1_000  # bytes of a run in the index and of a pair, rounded up


@dataclass(frozen=True)
class Estimate:
    """`each` and `wall` in seconds, `memory` and `disk` in bytes; `source` of `each`: stated, stored or measured."""

    runs: int
    todo: int
    each: float
    source: str
    workers: int
    wall: float
    memory: float
    disk: float


def estimate(plan: Design, where: Where, folder: Path, seconds: float | None = None) -> Estimate:
    """Of the runs that `folder` lacks. `seconds` of one run if stated, else the mean of those there, else measured."""
    from sim.study.runner import cores

    if seconds is not None and not 0 < seconds < float("inf"):
        raise InputError("is not acceptable", field="seconds", value=seconds, allowed="seconds a run")
    workers = 1 if where.kind == "serial" else cores(executors.checked(where).workers)
    done, pace = _there(plan, folder)
    spent, size, values = _probe(plan)
    source, each = "measured", spent
    if seconds is not None:
        source, each = "stated", seconds
    elif pace is not None:
        source, each, size = "stored", *pace
    runs = len(plan.keys)
    todo = runs - done
    pairs = len(plan.pairs()) * len(plan.worlds)
    busy = max(1, min(workers, len(plan.worlds)))
    return Estimate(
        runs, todo, each, source, workers, todo * each / busy,
        memory=_resident() * (busy + 1) + runs * values,
        disk=1.1 * (runs * (size + ROW) + pairs * ROW),
    )  # fmt: skip


def _there(plan: Design, folder: Path) -> tuple[int, tuple[float, float] | None]:
    try:
        journal = Journal.read(folder)
    except StudyError:
        return 0, None
    try:
        done = len(journal.whole(plan.keys.values()))
        return done, journal.pace(plan.keys.values())
    except StudyError:  # damaged: it will be rebuilt, and then it is known
        return 0, None
    finally:
        journal.close()


def _probe(plan: Design) -> tuple[float, float, float]:
    """Seconds, stored bytes and bytes in memory of one run."""
    spec = plan.spec(next(iter(plan.worlds)), [next(iter(plan.scenarios))], [])
    answer, blobs = payload.decode(task.run(spec))
    (run,) = answer["runs"]
    if run["status"] != "done":
        raise StudyError(f"the first run fails: {run['error'].strip().splitlines()[-1]}")
    blob = blobs[run["name"]].tobytes()
    return run["seconds"], len(blob), sum(array.nbytes for array in payload.decode(blob)[1].values())


def _resident() -> float:
    """The most memory that this process has held: about what a worker of the study holds."""
    try:
        import resource
    except ImportError:  # Windows
        return 3e8
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
