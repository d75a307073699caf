"""Running tasks here or in worker processes. Knows no journal: it yields each task with its bytes as they arrive.

Workers come from a fork server: it imports NumPy and the model once, and each worker is a copy of it, while the
driver, which may have threads, is never forked. Two workers are there in 0.6 s, and in 0.1 s when the pool is built again; fresh
interpreters take 0.9 s each time. Where there is no fork server that is what is used.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType

from sim.errors import StudyError
from sim.study import task

METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
TRIES = 2
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


def serial(tasks: Iterable[dict]) -> Iterator[tuple[dict, bytes | None]]:
    """Run the tasks in this process, in order."""
    for spec in tasks:
        yield spec, task.run(spec)


def processes(tasks: Iterable[dict], workers: int) -> Iterator[tuple[dict, bytes | None]]:
    """Run the tasks in `workers` processes; yields (spec, bytes) in the order they finish.

    When a worker dies, every task in flight is suspect: each is run again alone, scenario by scenario. A spec that is
    yielded with None killed its worker `TRIES` times. Only a few tasks are in flight at a time, so that a study of a
    million runs needs no more memory than a small one.
    """
    queue, flying, finished = deque(tasks), {}, False
    crew = Crew(workers)
    try:
        while queue or flying:
            while queue and len(flying) < workers + 2 and not crew.broken:
                spec = queue.popleft()
                flying[crew.submit(spec)] = spec
            suspects = []
            # The timeout lets Ctrl-C through where waiting for a lock cannot be interrupted.
            for future in wait(flying, timeout=1.0, return_when=FIRST_COMPLETED).done:
                spec = flying.pop(future)
                try:
                    blob = future.result()
                except BrokenProcessPool:
                    suspects.append(spec)
                else:
                    yield spec, blob
            if suspects or crew.broken:
                for future, spec in flying.items():
                    if _finished(future):
                        yield spec, future.result()
                    else:
                        suspects.append(spec)
                flying.clear()
                crew.stop()
                yield from _one_at_a_time(suspects)
                crew = Crew(workers)
        finished = True
    finally:
        crew.stop(wait=finished)


def _finished(future: Future) -> bool:
    wait([future], timeout=5.0)
    return future.done() and not future.cancelled() and future.exception() is None


def _one_at_a_time(suspects: list[dict]) -> Iterator[tuple[dict, bytes | None]]:
    crew = Crew(1)
    try:
        if crew.result(None) is None:
            raise StudyError("worker processes cannot be started on this machine; executor=serial runs without them")
        for spec in suspects:
            alive = []
            for scenario in spec["scenarios"]:
                single = spec | {"scenarios": [scenario], "pairs": []}
                blob = crew.result(single)
                if blob is not None:
                    alive.append(scenario)
                yield single, blob
            names = {scenario["name"] for scenario in alive}
            pairs = [pair for pair in spec["pairs"] if names.issuperset(pair)]
            if pairs:
                together = spec | {"scenarios": alive, "pairs": pairs}
                yield together, crew.result(together)
    finally:
        crew.stop()


class Crew:
    """A process pool that can be stopped at once, also in the middle of a task."""

    def __init__(self, workers: int):
        self.workers, self.broken = workers, False
        self._others = set(multiprocessing.active_children())
        context = multiprocessing.get_context(METHOD)
        if METHOD == "forkserver":
            context.set_forkserver_preload(["sim.study.warm"])
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)

    def submit(self, spec: dict | None) -> Future:
        """Hand over one task, or None to ask only whether a worker starts."""
        with _clean_children():
            try:
                return self._pool.submit(task.ready) if spec is None else self._pool.submit(task.run, spec)
            except BrokenProcessPool as error:
                self.broken = True
                future = Future()
                future.set_exception(error)
                return future

    def result(self, spec: dict | None) -> bytes | bool | None:
        """The bytes of one task, tried `TRIES` times; None if its worker died each time."""
        for _ in range(TRIES):
            future = self.submit(spec)
            try:
                while not wait([future], timeout=1.0).done:
                    pass
                return future.result()
            except BrokenProcessPool:
                self.stop()
                self.__init__(self.workers)
        return None

    def stop(self, wait: bool = False) -> None:
        """End the workers: after their last task with `wait`, else now."""
        mine = set(multiprocessing.active_children()) - self._others
        if not wait:
            for worker in mine:
                worker.terminate()
        self._pool.shutdown(wait=wait, cancel_futures=True)
        for worker in mine:
            worker.join(2.0)
            if worker.is_alive():
                worker.kill()
                worker.join(1.0)


@contextmanager
def _clean_children() -> Iterator[None]:
    """Children start with one thread for linear algebra, and without the caller's main module.

    Without the second a plain script that calls `study` at its top would run itself again in every worker.
    """
    before = {name: os.environ.get(name) for name in _THREADS}
    main = sys.modules["__main__"]
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with _interrupt_held_back():
            yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _interrupt_held_back() -> Iterator[None]:
    """Ctrl-C comes after the children are known: one that is started halfway is never ended and prints a traceback.

    The children inherit that it is blocked, because it reaches the whole terminal and `_begin` may not have run yet. For
    the driver blocking is not enough, as any other thread of it may take the signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = []
    usual = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        yield
    finally:
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)  # one that is waiting arrives here
        signal.signal(signal.SIGINT, usual if usual is not None else signal.SIG_DFL)
        if pressed:
            signal.raise_signal(signal.SIGINT)


def _begin() -> None:
    """First thing in a worker: leave Ctrl-C to the driver, and end with it even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
