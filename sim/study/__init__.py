"""Running studies: design, tasks, executors, journal, results. Knows nothing of Hydra.

The module itself can be called, so that a notebook reads `r = sim.study("nantong", ["status_quo", "award_push"])`
although `study` is also the folder. Nothing heavy is imported here: workers pass through this file.
"""

from __future__ import annotations

import sys
from types import ModuleType


class _Study(ModuleType):
    def __call__(self, *args, **kwargs):
        """Run a study; see `sim.study.runner.study`."""
        from sim.study.runner import study

        return study(*args, **kwargs)


sys.modules[__name__].__class__ = _Study
