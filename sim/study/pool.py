"""Worker processes of this machine.

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
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import ModuleType

from sim.study import task

METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)


class Crew:
    """A process pool that can be stopped at once, also in the middle of a task."""

    lost = (BrokenProcessPool,)
    together = True  # one dead worker breaks the pool, and nobody knows whose task it was

    def __init__(self, workers: int):
        self.workers, self.window, self.broken = workers, workers + 2, False
        self._others = set(multiprocessing.active_children())
        context = multiprocessing.get_context(METHOD)
        if METHOD == "forkserver":
            context.set_forkserver_preload(["sim.study.warm"])
        self._pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)

    def watch(self) -> None:
        """A pool tells by itself when its workers are gone."""

    def alone(self) -> None:
        """Become a crew of one, for tasks under suspicion."""
        self.stop()
        self.__init__(1)

    def again(self) -> None:
        """Begin once more with new workers."""
        self.stop()
        self.__init__(self.workers)

    def submit(self, spec: dict | None) -> Future:
        """Hand over one task, or None to ask only whether a worker starts."""
        with clean_children():
            try:
                return self._pool.submit(task.ready) if spec is None else self._pool.submit(task.run, spec)
            except BrokenProcessPool as error:
                self.broken = True
                future = Future()
                future.set_exception(error)
                return future

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
def clean_children() -> Iterator[None]:
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
