"""A limit to the time of one run, wherever it runs. Standard library only: workers come here."""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class TooLong(Exception):
    """The run took longer than it may."""


@contextmanager
def limited(seconds: float | None) -> Iterator[None]:
    """Raise `TooLong` in here after so many seconds; None sets no limit.

    In a main thread the alarm of the system ends waiting too. A worker of Dask runs its tasks in another thread: there
    the exception comes between two steps of the interpreter, so a call into the system is waited for.
    """
    if seconds is None:
        yield
    elif threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        usual = signal.signal(signal.SIGALRM, _raise)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, usual if usual is not None else signal.SIG_DFL)
    else:
        with _thread_limited(seconds):
            yield


@contextmanager
def _thread_limited(seconds: float) -> Iterator[None]:
    this, lock, over = ctypes.c_ulong(threading.get_ident()), threading.Lock(), []

    def end() -> None:
        with lock:  # never after the block, where it would hit whatever comes next
            if not over:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(this, ctypes.py_object(TooLong))

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            over.append(True)
        timer.cancel()


def _raise(*_) -> None:
    raise TooLong
