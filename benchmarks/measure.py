"""Clocks, memory, and how the time of a step falls on the processes of its page."""

from __future__ import annotations

import ast
import inspect
import resource
import sys
import textwrap
import time
from collections import defaultdict

import numpy as np

from sim import observe, world


def peak() -> int:
    """Peak resident memory of this process so far, bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Profile:
    """Processor seconds by name, of functions that are wrapped."""

    def __init__(self):
        self.seconds: dict[str, float] = defaultdict(float)

    def wrap(self, owner, name: str, label: str) -> None:
        """Time every call of owner.name from now on."""
        function = getattr(owner, name)

        def timed(*terms, **options):
            began = time.process_time()
            try:
                return function(*terms, **options)
            finally:
                self.seconds[label] += time.process_time() - began

        setattr(owner, name, timed)

    def of_step(self) -> None:
        """Wrap every call on the page of `World.step`, whatever stands there, and what recording and checks take of it."""
        page = ast.parse(textwrap.dedent(inspect.getsource(world.World.step)))
        calls = [node.func for node in ast.walk(page) if isinstance(node, ast.Call)]
        for call in calls:
            module, name = call.value.id, call.attr
            owner = world.World if module == "self" else getattr(world, module)
            self.wrap(owner, name, f"{module}.{name}".removeprefix("self."))
        self.wrap(observe, "quarter", "of which recording")
        self.wrap(world.World, "imbalances", "of which ledger checks")


def state_bytes(root) -> int:
    """Bytes of all arrays that can be reached from an object of ours, each memory block once."""
    seen, blocks, todo = set(), {}, [root]
    while todo:
        found = todo.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, np.ndarray):
            while isinstance(found.base, np.ndarray):
                found = found.base
            blocks[id(found)] = found.nbytes
        elif isinstance(found, dict):
            todo.extend(found.values())
        elif isinstance(found, (list, tuple, set)):
            todo.extend(found)
        elif type(found).__module__.split(".")[0] == "sim" and hasattr(found, "__dict__"):
            todo.extend(vars(found).values())
    return sum(blocks.values())
