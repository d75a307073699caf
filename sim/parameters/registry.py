"""All numbers of a place, and the values of one run: defaults, what a scenario overrides, what is drawn from priors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from os import PathLike
from pathlib import Path

import numpy as np

from sim.errors import InputError, nearest
from sim.inputs import Node, read_yaml
from sim.parameters.inherit import HEAD, PLACE, derived, neighbour
from sim.parameters.number import QUARTER, Number, Value, read_number
from sim.parameters.values import Steps

FOLDER = Path(__file__).resolve().parent
STOP = "stop must be after start"


def places() -> list[str]:
    """Names of the places that come with the project."""
    return sorted(path.stem for path in (FOLDER / "places").glob("*.yaml"))


def registry(place: str = "nantong") -> Registry:
    """The numbers of `place`, read and checked once per process; InputError for an unknown place or a bad file."""
    known = places()
    if place not in known:
        raise InputError("unknown place", field="place", value=place, allowed=known, nearest=nearest(place, known))
    return _registry(place)


@cache
def _registry(place: str) -> Registry:
    shared = sorted((FOLDER / "data").rglob("*.yaml"))
    return Registry.read(shared, FOLDER / "places" / f"{place}.yaml")


def apart(names: Iterable[str]) -> None:
    """InputError if one of these places lies inside another of them: what they report must not be added up."""
    asked = list(names)
    for name in asked:
        around = registry(name).inside
        if around in asked:
            problem = f"{name} lies inside {around}: it is counted there already, never add the two"
            raise InputError(problem, field="place")


def dotted(keywords: Mapping[str, object]) -> dict[str, object]:
    """Keyword form to ids: `{"credit__rate_cap": 0.08}` → `{"credit.rate_cap": 0.08}`."""
    return {name.replace("__", "."): value for name, value in keywords.items()}


class Registry:
    """Numbers by id, in the order of their files. Iterating gives `Number`s; `in` and `[]` take ids.

    `base` is the place it builds on, `inside` the place it lies in and is a part of; empty where there is none.
    """

    def __init__(self, numbers: Iterable[Number], place: str = "", base: str = "", inside: str = ""):
        self.place, self.base, self.inside = place, base, inside
        self._numbers: dict[str, Number] = {}
        for number in numbers:
            first = self._numbers.get(number.id)
            if first:
                raise InputError(
                    f"`{number.id}` is defined twice, first in {first.file}:{first.line}",
                    file=number.file,
                    line=number.line,
                    field=number.id,
                )
            self._numbers[number.id] = number
        self.ids: tuple[str, ...] = tuple(self._numbers)
        self._defaults = {id: number.default for id, number in self._numbers.items()}
        starts = [n.id for n in self if n.id.endswith(".start") and n.type == QUARTER]
        pairs = [(start, f"{start[:-6]}.stop") for start in starts]
        self.spans = [pair for pair in pairs if pair[1] in self and self[pair[1]].type == QUARTER]
        for start, stop in self.spans:
            if self._defaults[stop] <= self._defaults[start]:
                number = self._numbers[stop]
                raise InputError(STOP, file=number.file, line=number.line, field=stop)

    @classmethod
    def read(cls, shared: Iterable[str | PathLike], place: str | PathLike | None = None) -> Registry:
        """From number files: `shared` of all places, and that of one `place`, whose ids all start with `place.`.

        A place with a `base` says only what differs from that place, whose file lies beside its own; `sim.parameters.inherit`.
        """
        numbers = [number for file in shared for number in _numbers(read_yaml(file).mapping())]
        if place is None:
            return cls(numbers)
        top = read_yaml(place).mapping()
        head, own = {key: top[key] for key in HEAD if key in top}, {key: top[key] for key in top if key not in HEAD}
        name = Path(place).stem
        inside = neighbour(head["inside"]).stem if "inside" in head else ""
        if "base" not in head:
            for key in head.keys() - {"inside"}:
                raise head[key].error("is for a place with a `base`")
            return cls(numbers + _numbers(own, name), name, inside=inside)
        file = neighbour(head["base"])
        under = read_yaml(file).mapping()
        if "base" in under:
            raise head["base"].error("has a base itself: a place builds on one other, not on a chain")
        plain = {key: under[key] for key in under if key not in HEAD}
        return cls(derived(numbers, _numbers(plain, file.stem), head, own, name), name, file.stem, inside)

    def __iter__(self) -> Iterator[Number]:
        return iter(self._numbers.values())

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, id: object) -> bool:
        return id in self._numbers

    def __getitem__(self, id: str) -> Number:
        if id not in self._numbers:
            raise InputError("there is no such number", field=str(id), nearest=nearest(id, self.ids))
        return self._numbers[id]

    def terms(self, programme: str) -> dict[str, Number]:
        """The numbers that are terms of a programme, by the name of the term."""
        start = f"{programme}."
        return {id[len(start) :]: number for id, number in self._numbers.items() if id.startswith(start)}

    def resolve(self, overrides: Mapping[str, object] | None = None, draw_seed: int | None = None) -> Numbers:
        """The values of a run; `overrides` as written: `0.08`, `"2023Q1"`, a path's mapping.

        Unknown ids, wrong types and values out of range raise InputError. With `draw_seed` every number that has a
        prior and no override is drawn.
        """
        overrides = overrides or {}
        changes = {id: self[id].check(written) for id, written in overrides.items()}
        drawn = {}
        if draw_seed is not None:
            drawn = {n.id: n.drawn(uniform(draw_seed, n.id)) for n in self if n.prior and n.id not in changes}
        values = self._defaults | drawn | changes
        for start, stop in self.spans:
            if values[stop] <= values[start]:
                written = self[stop].written(values[stop])
                raise InputError(STOP, field=stop, value=written, allowed=f"after {self[start].written(values[start])}")
        return Numbers(values, [id for id in self.ids if id in changes], [id for id in self.ids if id in drawn])


def _numbers(nodes: Mapping[str, Node], place: str = "") -> list[Number]:
    for id, node in nodes.items():
        if id.startswith(PLACE) is not bool(place):
            where = "must start with `place.`" if place else "belongs in the file of a place"
            raise node.error(f"the id {where}", value=id)
    return [read_number(id, node, place) for id, node in nodes.items()]


class Numbers(dict[str, Value]):
    """Values of one run, frozen: id → float, bool, quarter index (0 = 2021Q1), word, or `Steps` for a path.

    `changed` and `drawn` are the ids that were overridden and drawn, in the order of the registry. A dictionary of the
    language, because a run looks up a number five hundred times a quarter.
    """

    def __init__(self, values: Mapping[str, Value], changed: Iterable[str] = (), drawn: Iterable[str] = ()):
        super().__init__(values)
        self.changed = tuple(changed)
        self.drawn = tuple(drawn)

    def __missing__(self, id: str):
        raise KeyError(f"no number {id!r}; nearest: {nearest(id, self)!r}")

    def _frozen(self, *args, **kwargs):
        raise TypeError("the numbers of a run are frozen")

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _frozen

    def __reduce__(self):
        return Numbers, (dict(self), self.changed, self.drawn)

    def at(self, id: str, quarter: int) -> Value:
        """Value in one quarter (index, 0 = 2021Q1); what is no path is the same in all."""
        value = self[id]
        return value.at(quarter) if isinstance(value, Steps) else value

    def path(self, id: str, quarters: Iterable[int] | int) -> np.ndarray:
        """Values in each of `quarters` (indices; an int n means 0 … n-1), float64."""
        quarters = np.arange(quarters) if isinstance(quarters, int) else np.asarray(list(quarters), dtype=np.int64)
        value = self[id]
        return value.over(quarters) if isinstance(value, Steps) else np.full(quarters.shape, value, dtype=np.float64)

    def terms(self, programme: str) -> dict[str, Value]:
        """Values of the terms of a programme, by the name of the term."""
        return {id[len(programme) + 1 :]: self[id] for id in self.under(programme)}

    def under(self, head: str) -> tuple[str, ...]:
        """Ids that begin with one or two words and a dot, in order: of `place.district`, all that describe districts."""
        return self._heads.get(head, ())

    @cached_property
    def _heads(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for id in self:
            first, _, rest = id.partition(".")
            found.setdefault(first, []).append(id)
            second, dot, _ = rest.partition(".")
            if dot:
                found.setdefault(f"{first}.{second}", []).append(id)
        return {head: tuple(ids) for head, ids in found.items()}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all ids and values, however they came about."""
        plain = {id: value.written() if isinstance(value, Steps) else value for id, value in self.items()}
        return digest(plain)


def digest(plain: object) -> str:
    """SHA-256 (hex) of JSON with sorted keys; floats by their shortest exact form."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def uniform(seed: int, id: str) -> float:
    """The uniform draw of one number: its own stream by (seed, id), so that a new number disturbs no other."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError("must be a whole number of 0 or more", field="draw_seed", value=seed)
    key = hashlib.sha256(f"{int(seed)}\n{id}".encode()).digest()[:16]
    return float(np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little"))).random())
