"""Running tasks here, in worker processes or on a cluster. Knows no journal: it yields each task with its bytes.

Everything that computes is a crew, a thin cover over a `concurrent.futures.Executor`: `submit(spec)` gives a future,
`lost` are the exceptions that mean the worker is gone, and the loop below is the same for all of them. Workers return
bytes and the driver alone writes, so a worker needs no disk and no database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass

from sim.errors import InputError, StudyError, nearest, plain
from sim.study import task

KINDS = ("process", "serial", "dask", "ray")
TRIES = 2
Answers = Iterator[tuple[dict, bytes | None]]


@dataclass(frozen=True)
class Where:
    """Where tasks run: a kind of `KINDS` or an `Executor` of the caller's; `workers` None takes all cores.

    `address`: of a running cluster of Dask or Ray, whose size then counts instead of `workers`.
    """

    kind: str | Executor = "process"
    workers: int | None = None
    address: str | None = None


def checked(where: Where) -> Where:
    """`where`, or `InputError` for a kind that does not exist or an address where there is no cluster."""
    if isinstance(where.kind, str) and where.kind not in KINDS:
        raise InputError("there is no such choice", field="executor", value=where.kind, allowed=KINDS, nearest=nearest(where.kind, KINDS))
    if not isinstance(where.kind, str) and (isinstance(where.kind, type) or not hasattr(where.kind, "submit")):
        raise InputError("is no executor", field="executor", value=str(where.kind), allowed="a name or a concurrent.futures.Executor")
    if where.address is not None and where.kind not in ("dask", "ray"):
        raise InputError("only a cluster has an address", field="address", value=where.address, allowed=("executor=dask", "executor=ray"))
    return where


def answers(specs: list[dict], where: Where, workers: int) -> Answers:
    """Run the tasks; yields (spec, bytes) in the order they finish, None for bytes if a task killed its workers."""
    if not specs:
        return iter(())
    if not isinstance(where.kind, str):
        return through(specs, lambda: Foreign(where.kind))
    if where.kind == "dask":
        from sim.study.dask_crew import DaskCrew

        return through(specs, lambda: DaskCrew(min(workers, len(specs)), where.address))
    if where.kind == "ray":
        from sim.study.ray_crew import RayCrew

        return through(specs, lambda: RayCrew(min(workers, len(specs)), where.address))
    if where.kind == "serial" or workers == 1 or len(specs) < 2:
        return serial(specs)
    from sim.study.pool import Crew

    return through(specs, lambda: Crew(min(workers, len(specs))))


def serial(tasks: Iterable[dict]) -> Answers:
    """Run the tasks in this process, in order."""
    for spec in tasks:
        yield spec, task.run(spec)


def through(tasks: Iterable[dict], make: Callable) -> Answers:
    """Run the tasks with a crew.

    A task whose worker died is suspect, and where all workers of a pool die together every task in flight is: each is
    run again alone, scenario by scenario. A spec that is yielded with None killed its worker `TRIES` times. Only a few
    tasks are in flight at a time, so that a study of a million runs needs no more memory than a small one.
    """
    queue, flying, finished = deque(tasks), {}, False
    crew = make()
    try:
        while queue or flying:
            while queue and len(flying) < crew.window and not crew.broken:
                spec = queue.popleft()
                flying[crew.submit(spec)] = spec
            suspects = []
            crew.watch()
            # The timeout lets Ctrl-C through where waiting for a lock cannot be interrupted.
            for future in wait(flying, timeout=1.0, return_when=FIRST_COMPLETED).done:
                spec = flying.pop(future)
                try:
                    blob = future.result()
                except crew.lost:
                    suspects.append(spec)
                else:
                    yield spec, blob
            if crew.together and (suspects or crew.broken):
                for future, spec in flying.items():
                    if _finished(future):
                        yield spec, future.result()
                    else:
                        suspects.append(spec)
                flying.clear()
            if suspects:
                crew.alone()
                trouble = []
                if result(crew, None, trouble) is None:
                    raise _nobody(crew, trouble[-1])
                for spec in suspects:
                    yield from _one_at_a_time(crew, spec)
                if crew.together:
                    crew.stop()
                    crew = make()
        finished = True
    finally:
        crew.stop(wait=finished)


def _finished(future: Future) -> bool:
    wait([future], timeout=5.0)
    return future.done() and not future.cancelled() and future.exception() is None


def _one_at_a_time(crew, spec: dict) -> Answers:
    """Run the scenarios of a suspect alone, then those that live together for their pairs."""
    alive = []
    for scenario in spec["scenarios"]:
        single = spec | {"scenarios": [scenario], "pairs": []}
        blob = result(crew, single)
        if blob is not None:
            alive.append(scenario)
        yield single, blob
    names = {scenario["name"] for scenario in alive}
    pairs = [pair for pair in spec["pairs"] if names.issuperset(pair)]
    if pairs:
        together = spec | {"scenarios": alive, "pairs": pairs}
        yield together, result(crew, together)


def _nobody(crew, trouble: Exception) -> StudyError:
    """Not even the smallest task comes back: of a cluster its own words tell why, such as a module that is missing there."""
    if crew.together:
        return StudyError("worker processes cannot be started on this machine; executor=serial runs without them")
    return StudyError(f"no worker of the executor can run anything ({type(trouble).__name__}: {plain(str(trouble), 300)})")


def result(crew, spec: dict | None, trouble: list | None = None) -> bytes | bool | None:
    """The bytes of one task, tried `TRIES` times; None if its worker died each time, with the reasons in `trouble`."""
    for _ in range(TRIES):
        future = crew.submit(spec)
        try:
            while not wait([future], timeout=1.0).done:
                crew.watch()
            return future.result()
        except crew.lost as error:
            if trouble is not None:
                trouble.append(error)
            crew.again()
    return None


class Foreign:
    """An executor of the caller's: any of `concurrent.futures`, mpi4py, loky, or a cover over submitit."""

    lost = (Exception,)  # a task raises nothing of its own, so whatever comes is the executor's
    together = False

    def __init__(self, executor: Executor):
        self._executor = executor
        self.broken = False
        self.window = 2 * (getattr(executor, "_max_workers", None) or 16)

    def submit(self, spec: dict | None) -> Future:
        """Hand over one task."""
        try:
            return self._executor.submit(task.ready) if spec is None else self._executor.submit(task.run, spec)
        except RuntimeError as error:  # broken or shut down
            raise StudyError(f"the executor takes no more tasks ({error}); what was finished is kept, run again to go on") from error

    def watch(self) -> None:
        """Only its owner can see what becomes of it."""

    def alone(self) -> None:
        """It cannot be made smaller; the tasks come one by one."""

    again = alone

    def stop(self, wait: bool = False) -> None:
        """It is the caller's to shut down."""
