"""Draws: the values that the varied numbers take, one row a draw. Independent, Latin hypercube, Sobol, grid or list.

`vary` maps ids of numbers (terms of programmes are numbers too) to where their values come from: null is the prior,
[low, high] is uniform between the two; a grid crosses the values of each list and a list reads the lists side by side.
Without `vary` every number with a prior is varied. Only the driver comes here; workers get the finished row.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import InputError, nearest
from sim.parameters.registry import digest, uniform

RANDOM, LHS, SOBOL, GRID, LIST = METHODS = ("random", "lhs", "sobol", "grid", "list")
MOST = 1_000_000
SCRAMBLE = 1  # of the hypercube and the Sobol points: the same study draws the same values


@dataclass(frozen=True)
class Sample:
    """`rows[i]` are the values, as a file writes them, of `ids` in draw i + 1.

    `named`: the numbers were named by whoever asked, so that they go before what a scenario sets, as `numbers` of a
    study do. Otherwise they are a draw of what is uncertain, and a scenario's own value counts.
    """

    method: str
    ids: tuple[str, ...]
    rows: tuple[tuple, ...]
    named: bool

    def values(self, draw: int) -> dict:
        """id → value of a draw, counted from 1."""
        return dict(zip(self.ids, self.rows[draw - 1], strict=True))

    def digest(self, draw: int) -> str:
        """Of the values and of their rank."""
        return digest([self.named, self.values(draw)])


def sample(registry, method: str = RANDOM, draws: int | None = None, vary: Mapping | None = None, fixed: Mapping | None = None) -> Sample | None:
    """The draws of a study, or None if none is asked for. `fixed` are the numbers it sets itself. `InputError`."""
    if method not in METHODS:
        raise InputError("is no way to draw", field="method", value=method, allowed=METHODS, nearest=nearest(str(method), METHODS))
    if vary is not None and not isinstance(vary, Mapping) or vary == {}:
        raise InputError("maps numbers to where their values come from", field="vary", value=str(vary))
    for id in vary or ():
        if id in (fixed or {}):
            raise InputError("is both set and varied", field=f"vary.{id}")
        if id not in registry:
            raise InputError("there is no such number", field=f"vary.{id}", nearest=nearest(id, registry.ids))
    if method in (GRID, LIST):
        if not vary:
            raise InputError("a grid or a list needs the numbers and their values", field="vary")
        if draws is not None:
            raise InputError("follows from the values of a grid or a list", field="draws", value=draws, allowed="null")
        return _written(registry, method, vary)
    if draws is None:
        if vary or method != RANDOM:
            raise InputError("says how many draws are made", field="draws", value=None, allowed=f"1 to {MOST}")
        return None
    if isinstance(draws, bool) or not isinstance(draws, int) or not 1 <= draws <= MOST:
        raise InputError("a whole number is needed", field="draws", value=draws, allowed=f"1 to {MOST}")
    return _drawn(registry, method, draws, vary, fixed or {})


def _drawn(registry, method: str, draws: int, vary: Mapping | None, fixed: Mapping) -> Sample:
    named = vary is not None
    if not named:
        vary = dict.fromkeys(number.id for number in registry if number.prior and number.id not in fixed)
    ids = tuple(vary)
    value = [_from(registry[id], vary[id]) for id in ids]
    points = _points(method, draws, ids)
    rows = tuple(tuple(one(float(u)) for one, u in zip(value, row, strict=True)) for row in points)
    return Sample(method, ids, rows, named)


def _from(number, source):
    """The function from a probability to the value as a file writes it."""
    if source is None:
        if not number.prior:
            raise InputError("has no prior: say between which values", field=f"vary.{number.id}", allowed="[lowest, highest]")
        return lambda u: number.written(number.drawn(u))
    if number.type not in ("number", "path"):
        raise InputError("only a grid or a list can vary it", field=f"vary.{number.id}", value=str(source))
    if not isinstance(source, (list, tuple)) or len(source) != 2:
        raise InputError("must be [lowest, highest] or null for the prior", field=f"vary.{number.id}", value=str(source))
    for end in source:
        number.check(end, field=f"vary.{number.id}")
    low, high = source
    if not low < high:
        raise InputError("must be [lowest, highest] or null for the prior", field=f"vary.{number.id}", value=str(source))
    return lambda u: low + u * (high - low)


def _points(method: str, draws: int, ids: tuple[str, ...]):
    """(draws, ids) in [0, 1)."""
    if method == RANDOM:
        # The streams of `draw=true`: draw 3 is what seed 3 draws, and a further draw changes none before it.
        return ([uniform(draw, id) for id in ids] for draw in range(1, draws + 1))
    from scipy.stats import qmc

    if method == LHS:
        return qmc.LatinHypercube(len(ids), rng=SCRAMBLE).random(draws)
    power = draws.bit_length() - 1
    if draws != 1 << power:
        raise InputError("Sobol points are even only by powers of two", field="draws", value=draws, nearest=str(2 << power))
    return qmc.Sobol(len(ids), rng=SCRAMBLE).random_base2(power)


def _written(registry, method: str, vary: Mapping) -> Sample:
    columns = []
    for id, values in vary.items():
        if not isinstance(values, (list, tuple)) or not values:
            raise InputError("must be a list of values", field=f"vary.{id}", value=str(values))
        number = registry[id]
        columns.append([number.written(number.check(value, field=f"vary.{id}")) for value in values])
    if method == LIST and len({len(column) for column in columns}) > 1:
        lengths = ", ".join(str(len(column)) for column in columns)
        raise InputError("the lists must be of one length, value by value a draw", field="vary", value=lengths)
    count = 1
    for column in columns:
        count = count * len(column) if method == GRID else len(column)
    if count > MOST:
        raise InputError("a whole number is needed", field="draws", value=count, allowed=f"1 to {MOST}")
    rows = tuple(itertools.product(*columns) if method == GRID else zip(*columns, strict=True))
    if len({json.dumps(row) for row in rows}) < len(rows):
        raise InputError("names a draw twice", field="vary")
    return Sample(method, tuple(vary), rows, True)
