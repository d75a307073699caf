"""Workers of Ray: of this machine, or of a running cluster by its address."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Future

from sim.errors import StudyError
from sim.study import task
from sim.study.extras import needed

# Nothing is reported to anybody, `uv run` is not repeated in every worker, and a busy machine may start slowly.
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
         "RAY_agent_register_timeout_ms": "120000", "RAY_raylet_start_wait_time_s": "120"}  # fmt: skip


class RayCrew:
    """A connection to Ray; it replaces workers that die."""

    lost = (Exception,)  # a task raises nothing of its own: WorkerCrashedError, OutOfMemoryError, NodeDiedError
    together = False

    def __init__(self, workers: int, address: str | None = None):
        for name, value in QUIET.items():
            os.environ.setdefault(name, value)
        self._ray = needed("ray", "ray")
        self.broken, self._workers, self._mine = False, workers, not self._ray.is_initialized()
        if self._mine:
            options = {"log_to_driver": False, "logging_level": "CRITICAL", "include_dashboard": False} if address is None else {}
            if address is None:
                # Workers find the same modules as the driver, tests and an editable installation included.
                paths = os.pathsep.join(path for path in sys.path if path)
                options |= {"num_cpus": workers, "runtime_env": {"env_vars": {"PYTHONPATH": paths}}}
            try:
                self._ray.init(address=address or "local", **options)
            except Exception as error:  # plain ones are what Ray raises
                raise StudyError(f"no cluster at {address or 'this machine'} ({error})") from error
        self._run = self._ray.remote(num_cpus=1, max_retries=0)(task.run)
        self._ready = self._ray.remote(num_cpus=1, max_retries=0)(task.ready)

    @property
    def window(self) -> int:
        """Twice as many tasks as cores of the cluster."""
        return 2 * max(1, int(self._ray.cluster_resources().get("CPU", self._workers)))

    def submit(self, spec: dict | None) -> Future:
        """Hand over one task, or None to ask only whether a worker answers."""
        return (self._ready.remote() if spec is None else self._run.remote(spec)).future()

    def watch(self) -> None:
        """Ray itself ends what nobody can run."""

    def alone(self) -> None:
        """Each task has a worker of its own, so nothing has to be made smaller."""

    again = alone

    def stop(self, wait: bool = False) -> None:
        """End what this crew began."""
        if self._mine and self._ray.is_initialized():
            self._ray.shutdown()
