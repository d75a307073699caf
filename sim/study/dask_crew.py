"""Workers of Dask: a cluster of this machine, or a running one by its address (Slurm, Kubernetes, SSH).

Workers of a running cluster need the same release of innosim and NumPy; a task that meets another code is refused.
"""

from __future__ import annotations

import contextlib
import logging
import time
from concurrent.futures import Future

from sim.errors import StudyError
from sim.study import task
from sim.study.extras import needed
from sim.study.pool import clean_children

PATIENCE = 20.0  # seconds until a cluster must answer
DESERTED = 600.0  # seconds that a cluster may be without workers, as one is whose jobs wait in a queue


class DaskCrew:
    """One client; the cluster replaces workers that die."""

    lost = (Exception,)  # a task raises nothing of its own: KilledWorker, a lost connection, a cancelled future
    together = False

    def __init__(self, workers: int, address: str | None = None):
        distributed = needed("distributed", "dask")
        dask = needed("dask", "dask")
        self.broken, self._cluster = False, None
        dask.config.set({
            # A task whose worker dies is not tried on three more: the driver tries it alone.
            "distributed.scheduler.allowed-failures": 0,
            # A busy machine needs longer than the usual 15 s for a new worker; the cluster would give it up for good.
            "distributed.deploy.lost-worker-timeout": "1 hour",
        })  # fmt: skip
        for name in ("distributed", "distributed.worker", "distributed.nanny", "distributed.scheduler"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            if address is None:
                with clean_children():
                    self._cluster = distributed.LocalCluster(
                        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=logging.CRITICAL
                    )
            self._client = distributed.Client(self._cluster or address, set_as_default=False, timeout=PATIENCE)
        except (OSError, ValueError, RuntimeError) as error:
            if self._cluster is not None:
                self._cluster.close(timeout=5)
            raise StudyError(f"no cluster at {address or 'this machine'} ({error})") from error
        self._executor = self._client.get_executor(pure=False)
        self._seen = time.monotonic()

    @property
    def window(self) -> int:
        """Twice as many tasks as threads: the next one waits at the worker while the answer travels."""
        return 2 * max(1, sum(self._client.nthreads().values()))

    def submit(self, spec: dict | None) -> Future:
        """Hand over one task, or None to ask only whether a worker answers."""
        return self._executor.submit(task.ready) if spec is None else self._executor.submit(task.run, spec)

    def watch(self) -> None:
        """`StudyError` when the cluster has had no worker for long: nothing would ever come."""
        if self._client.nthreads():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > DESERTED:
            raise StudyError("the cluster has no workers any more; what was finished is kept, run again to go on")

    def alone(self) -> None:
        """The scheduler knows whose task killed a worker, so nothing has to be made smaller."""

    again = alone

    def stop(self, wait: bool = False) -> None:
        """Give back what waits; end the cluster if it is ours."""
        # A busy cluster may not say goodbye in time: its workers end with their scheduler, and the results are here.
        with contextlib.suppress(TimeoutError, OSError):
            self._executor.shutdown(wait=wait)
            self._client.close(timeout=5)
        if self._cluster is not None:
            with contextlib.suppress(TimeoutError, OSError):
                self._cluster.close(timeout=10)
