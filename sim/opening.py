"""The city at the end of 2020. No package changes any of it, so all worlds of a seed may start from copies of one."""

from __future__ import annotations

from copy import deepcopy

import numpy as np

from sim.parameters.registry import Numbers

SHARED = ("place", "cast", "arrivals", "usual_links")  # only read during a run


class Openings:
    """The last city that was built for one seed: with its horizon and every number that was read to build it."""

    def __init__(self):
        self._horizon, self._read = None, {}
        self._shared, self._own = {}, {}

    def furnish(self, world, build) -> None:
        """Give `world` what `build(world)` puts into it: a copy where a world with the same numbers has been built."""
        numbers = world.numbers
        if world.horizon == self._horizon and all(numbers[id] == value for id, value in self._read.items()):
            vars(world).update(self._shared | deepcopy(self._own))
            world.firms.lock()
            return
        before = set(vars(world))
        world.numbers = watched = _Watched(numbers)
        build(world)
        world.numbers = numbers
        built = {name: value for name, value in vars(world).items() if name not in before}
        self._shared = {name: built.pop(name) for name in SHARED}
        for part in self._shared.values():
            _freeze(part)
        self._own = deepcopy(built)  # in one go: copies know each other as the originals do
        self._horizon, self._read = world.horizon, watched.read


class _Watched(Numbers):
    """Numbers that remember which of them were read."""

    def __init__(self, numbers: Numbers):
        super().__init__(numbers, numbers.changed, numbers.drawn)
        self.read: dict = {}

    def __getitem__(self, id: str):
        value = self.read[id] = super().__getitem__(id)
        return value

    def terms(self, programme: str):
        return {id[len(programme) + 1 :]: self[id] for id in self.under(programme)}


def _freeze(part) -> None:
    """Make every array of the part unwritable, so that no world can change another."""
    for values in vars(part).values():
        if isinstance(values, np.ndarray):
            values.flags.writeable = False
