"""One number of the model: what a data file must say of it, and what value it may take."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path

import numpy as np

from sim.errors import InputError, nearest
from sim.inputs import Node
from sim.parameters.values import FIRST, LAST, QUARTERS, SHAPES, Prior, Steps, quarter_index, quarter_name

NUMBER, BOOLEAN, QUARTER, CHOICE, PATH = "number", "boolean", "quarter", "choice", "path"
KINDS = ("document", "statistic", "literature", "assumption")
REQUIRED = ("default", "unit", "meaning", "kind", "source")
KEYS = (*REQUIRED, "range", "prior", "document", "quote", "choices")
RESTATED = ("default", "kind", "source")  # what must be said of a number that another place has defined
RESTATING = (*RESTATED, "meaning", "range", "prior", "document", "quote", "choices")
ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+")
WORD = re.compile(r"[a-z][a-z0-9_]*")
DOCUMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.txt")
LONGEST_QUOTE = 120

Value = float | bool | int | str | Steps


@dataclass(frozen=True, slots=True)
class Number:
    """An entry of a number file. `default`, `low`, `high` are in `unit` (quarters as indices, 0 = 2021Q1).

    `low` and `high` are inclusive, None for booleans and choices; `zh` and `en` say what the number means; `file` and
    `line` where it is written. `place` is the place whose file defines it, empty for what all places share; `origin`
    the place it is taken from where a place builds on another.
    """

    id: str
    default: Value
    type: str
    unit: str
    zh: str
    en: str
    low: float | None
    high: float | None
    prior: Prior | None
    kind: str
    source: str
    document: str | None
    quote: str | None
    choices: tuple[str, ...]
    file: str
    line: int
    place: str = ""
    origin: str = ""

    def check(self, written: object, *, file: str | None = None, line: int | None = None, field: str = "") -> Value:
        """The value that `written` stands for, of this number's type and inside its range, or InputError.

        `written` is as a file or a caller writes it: a number, a truth value, `2021Q2`, a word, for a path one number
        or a mapping quarter → number. A path's mapping must start at 2021Q1 or before.
        """

        def refuse(problem: str, **more) -> InputError:
            more = {"value": written if isinstance(written, (Real, str)) else None, "allowed": self.allowed(), **more}
            return InputError(problem, file=file, line=line, field=field or self.id, **more)

        if self.type == BOOLEAN:
            if not isinstance(written, (bool, np.bool_)):
                raise refuse("must be true or false")
            return bool(written)
        if self.type == QUARTER:
            index = quarter_index(written)
            if index is None:
                raise refuse("must be a quarter such as 2021Q2")
            if not self.low <= index <= self.high:
                raise refuse("is out of range")
            return index
        if self.type == CHOICE:
            if not isinstance(written, str) or written not in self.choices:
                near = nearest(written, self.choices) if isinstance(written, str) else None
                raise refuse("is not one of the choices", nearest=near)
            return written
        if self.type == NUMBER:
            return self._inside(written, refuse)
        if isinstance(written, Steps):
            written = written.written()
        if not isinstance(written, Mapping):
            return Steps((0,), (self._inside(written, refuse),))
        steps = {}
        for name, value in written.items():
            index = quarter_index(name)
            if index is None:
                raise refuse("a path maps quarters to numbers", value=name, allowed=QUARTERS)
            steps[index] = self._inside(value, refuse, f" in {name}", value=value)
        if not steps or min(steps) > 0:
            first = quarter_name(min(steps)) if steps else None
            raise refuse(
                "a path must say its value from 2021Q1 on", value=first, allowed="a first quarter of 2021Q1 or before"
            )
        return Steps(tuple(sorted(steps)), tuple(steps[index] for index in sorted(steps)))

    def _inside(self, written: object, refuse, when: str = "", **more) -> float:
        if isinstance(written, (bool, np.bool_)) or not isinstance(written, Real):
            hint = "; write it without quotes" if isinstance(written, str) and _is_number(written) else ""
            raise refuse(f"must be a number{when}{hint}", **more)
        value = float(written) + 0.0  # -0.0 → 0.0, or two equal settings would have two digests
        if not math.isfinite(value):
            raise refuse(f"must be a finite number{when}", **more)
        if not self.low <= value <= self.high:
            share = self.unit.startswith("share") and self.low <= value / 100 <= self.high
            raise refuse(f"is out of range{when}{' (a share is written 0.5, not 50)' if share else ''}", **more)
        return value

    def written(self, value: Value) -> float | bool | str | dict[str, float]:
        """`value` as a file writes it, ready for JSON."""
        if isinstance(value, Steps):
            return value.written()
        return quarter_name(value) if self.type == QUARTER else value

    def drawn(self, u: float) -> Value:
        """The value at probability `u` of the prior; a path is multiplied and kept inside its range."""
        factor = self.prior.ppf(u)
        if isinstance(self.default, Steps):
            values = (min(max(value * factor, self.low), self.high) for value in self.default.values)
            return Steps(self.default.quarters, tuple(values))
        return factor

    def allowed(self) -> str:
        """The range or choices in words."""
        if self.type == BOOLEAN:
            return "true, false"
        if self.type == CHOICE:
            return ", ".join(self.choices)
        if self.type == QUARTER:
            return f"{quarter_name(int(self.low))} to {quarter_name(int(self.high))}"
        return f"{self.low:.15g} to {self.high:.15g} {self.unit}"


def read_number(id: str, node: Node, place: str = "", like: Number | None = None) -> Number:
    """The entry `node` of a number file, checked, or InputError; `place` if it is the file of one.

    `like` is the same number where it was defined first: unit and type are its own, and what is not said stays.
    """
    if not ID.fullmatch(id):
        raise node.error(
            "is not a number's id", value=id, allowed="words in small letters joined by dots, such as credit.rate_cap"
        )
    entry = node.mapping(*((KEYS, REQUIRED) if like is None else (RESTATING, RESTATED)))
    if not isinstance(entry["kind"].value, str) or entry["kind"].value not in KINDS:
        raise entry["kind"].error(
            "is not a kind of source", allowed=KINDS, nearest=nearest(str(entry["kind"].value), KINDS)
        )
    document, quote = _evidence(entry, node)
    zh, en = _meaning(entry["meaning"]) if "meaning" in entry else (like.zh, like.en)
    choices = _choices(entry) if like is None or "choices" in entry else like.choices
    type_ = _type(entry["default"], choices)
    if like and type_ != like.type:
        raise entry["default"].error(f"must be a {like.type}, as in {Path(like.file).name}:{like.line}")
    low, high = _range(entry, type_, node) if like is None or "range" in entry else (like.low, like.high)
    number = Number(
        id=id,
        default=None,
        type=type_,
        unit=like.unit if like else entry["unit"].text(40),
        zh=zh,
        en=en,
        low=low,
        high=high,
        prior=None,
        kind=entry["kind"].value,
        source=entry["source"].text(lines=True),
        document=document,
        quote=quote,
        choices=choices,
        file=node.file,
        line=node.line,
        place=place,
    )
    written = entry["default"]
    default = number.check(written.plain(), file=written.file, line=written.line, field=written.field)
    number = replace(number, default=default)
    return replace(number, prior=_prior(entry["prior"], number)) if "prior" in entry else number


def _meaning(node: Node) -> tuple[str, str]:
    part = node.mapping(("zh", "en"), required=("zh", "en"))
    return part["zh"].text(300), part["en"].text(300)


def _type(node: Node, choices: tuple[str, ...]) -> str:
    value = node.value
    if choices:
        return CHOICE
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, dict):
        return PATH
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, str) and quarter_index(value) is not None:
        return QUARTER
    raise node.error("is no default", allowed=f"a number, true, false, {QUARTERS}, a path, or a word of `choices`")


def _choices(entry: dict[str, Node]) -> tuple[str, ...]:
    if "choices" not in entry:
        return ()
    words = tuple(node.text(40) for node in entry["choices"].items())
    if len(set(words)) != len(words) or len(words) < 2 or not all(WORD.fullmatch(word) for word in words):
        raise entry["choices"].error("must be two or more different words in small letters")
    return words


def _range(entry: dict[str, Node], type_: str, node: Node) -> tuple[float | None, float | None]:
    if type_ in (BOOLEAN, CHOICE):
        if "range" in entry:
            raise entry["range"].error(f"has no meaning for a {type_}")
        return None, None
    if "range" not in entry:
        if type_ == QUARTER:
            return FIRST, LAST
        raise node.error("lacks `range`", value=None, allowed=KEYS)
    ends = [end.value for end in entry["range"].items()]
    if type_ == QUARTER:
        ends = [quarter_index(end) for end in ends]
    if (
        len(ends) != 2
        or any(isinstance(end, bool) or not isinstance(end, (int, float)) for end in ends)
        or ends[0] > ends[1]
    ):
        raise entry["range"].error("must be [lowest, highest]", value=entry["range"].plain())
    return ends[0], ends[1]


def _prior(node: Node, number: Number) -> Prior:
    keys = ("shape", "low", "high")
    part = node.mapping((*keys, "scales"), required=keys)
    shape, ends = part["shape"].value, [part["low"].value, part["high"].value]
    if shape not in SHAPES:
        raise part["shape"].error("is not a shape of prior", allowed=SHAPES, nearest=nearest(str(shape), SHAPES))
    if number.type not in (NUMBER, PATH):
        raise node.error(f"a {number.type} cannot have a prior")
    scales = part["scales"].value if "scales" in part else False
    if scales is not (number.type == PATH):
        raise node.error("`scales: true` is for a path and only for a path: one factor on all its values")
    if any(isinstance(end, bool) or not isinstance(end, (int, float)) for end in ends) or not ends[0] < ends[1]:
        raise node.error("must have numbers low < high", value=None)
    low, high = map(float, ends)
    if shape == "log_uniform" and low <= 0:
        raise part["low"].error("must be above 0 for log_uniform")
    if scales and low < 0:
        raise part["low"].error("a factor must not be negative")
    if not scales and not number.low <= low < high <= number.high:
        raise node.error("prior is outside the range", value=f"{low:g} to {high:g}", allowed=number.allowed())
    mode = 1.0 if scales else number.default
    if not low <= mode <= high:
        raise node.error(
            f"prior does not hold the {'factor 1' if scales else 'default'}", value=mode, allowed=f"{low:g} to {high:g}"
        )
    return Prior(shape, low, high, mode, scales)


def _evidence(entry: dict[str, Node], node: Node) -> tuple[str | None, str | None]:
    """Document and quote: both for kind document, neither for the others, which name their publication in `source`."""
    for key in ("document", "quote"):
        if entry["kind"].value == "document" and key not in entry:
            raise node.error(f"lacks `{key}`, which kind document needs", value=None)
        if entry["kind"].value != "document" and key in entry:
            raise entry[key].error("is for kind document only", value=entry["kind"].value)
    if entry["kind"].value != "document":
        return None, None
    document = entry["document"].text(80)
    if not DOCUMENT.fullmatch(document):
        raise entry["document"].error("is not the name of a document", allowed="a file name ending in .txt")
    return document, entry["quote"].text(LONGEST_QUOTE)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
