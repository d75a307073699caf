"""Every error that innosim raises on purpose. A command line shows `str(error)` alone, so each is one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

SHOWN = 12


class InnosimError(Exception):
    """Base of the errors a caller may want to catch."""


class InputError(InnosimError):
    """Something a person wrote is not acceptable: where it stands, what is wrong, what would be right.

    `problem` is the sentence; `file`, `line` (from 1) and `field` (path of keys) say where; `value` is what was
    written; `allowed` a text or the allowed names; `nearest` the name that was probably meant.
    """

    def __init__(self, problem: str, *, file=None, line=None, field=None, value=None, allowed=None, nearest=None):
        self.problem = problem
        self.file = None if file is None else str(file)
        self.line = line
        self.field = field
        self.value = value
        self.allowed = allowed
        self.nearest = nearest
        super().__init__(problem)

    def __str__(self) -> str:
        place = f"{plain(self.file, 300)}:{self.line or 1}: " if self.file is not None else ""
        text = f"{place}{plain(self.field) + ': ' if self.field else ''}{self.problem}"
        if self.value is not None:
            text += f"; got {shown(self.value)}"
        if self.allowed:
            text += f"; allowed: {_list(self.allowed)}"
        if self.nearest:
            text += f"; did you mean {shown(self.nearest)}?"
        return text

    def __reduce__(self):
        # Keyword arguments are lost by Exception's own pickling, and errors travel back from worker processes.
        named = {name: getattr(self, name) for name in ("file", "line", "field", "value", "allowed", "nearest")}
        return _rebuild, (type(self), self.problem, named)


class LedgerError(InnosimError):
    """The accounts do not add up: a fault of the program, never of the input."""


class StudyError(InnosimError):
    """A study cannot go on: its folder belongs to another study, a result is damaged, every run failed."""


class NotYet(InnosimError):
    """Something that is planned and not there yet."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` most probably stands for, or None."""
    close = difflib.get_close_matches(str(name)[:100], list(names), 1, 0.6)
    return close[0] if close else None


def shown(value: object, width: int = 80) -> str:
    """`value` as one printable line: quoted if a text, cut if long, control characters escaped."""
    if isinstance(value, bool):
        return str(value).lower()
    return plain(repr(value[: width + 1]) if isinstance(value, str) else str(value), width)


def plain(text: str, width: int = 200) -> str:
    """`text` with unprintable characters escaped, cut to `width`."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text)[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"


def _list(allowed: object) -> str:
    if isinstance(allowed, str):
        return allowed
    names = [str(name) for name in allowed]
    return ", ".join(names[:SHOWN]) + (f" … ({len(names)} in all)" if len(names) > SHOWN else "")


def _rebuild(kind: type, problem: str, named: dict) -> InputError:
    return kind(problem, **named)
