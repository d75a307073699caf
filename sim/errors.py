"""Every error that innosim raises on purpose. Each is one sentence: `str(error)` in English, for notebooks and logs.

The command line shows the same sentence in the language in force: `sim.wording` has the words.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

SHOWN = 12
CLOSEST = 3


class InnosimError(Exception):
    """Base of the errors a caller may want to catch."""


class InputError(InnosimError):
    """Something a person wrote is not acceptable: where it stands, what is wrong, what would be right.

    `problem` is the sentence; `file`, `line` (from 1) and `field` (path of keys) say where; `value` is what was
    written; `allowed` a text or the allowed names; `nearest` the name that was probably meant, or several.
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
        return self.sentence()

    def sentence(self, said: Callable[[str], str] = str) -> str:
        """The whole error as one line. `said` puts a piece of text into another language; names and places stay."""
        place = f"{plain(self.file, 300)}:{self.line or 1}: " if self.file is not None else ""
        text = f"{place}{plain(self.field) + ': ' if self.field else ''}{said(self.problem)}"
        if self.value is not None:
            text += said("; got {0}").replace("{0}", shown(self.value))
        if self.allowed:
            text += said("; allowed: {0}").replace("{0}", _list(self.allowed, said))
        if self.nearest:
            several = [self.nearest] if isinstance(self.nearest, str) else self.nearest
            text += said("; did you mean {0}?").replace("{0}", ", ".join(map(shown, several)))
        return text

    def __reduce__(self):
        # Keyword arguments are lost by Exception's own pickling, and errors travel back from worker processes.
        named = {name: getattr(self, name) for name in ("file", "line", "field", "value", "allowed", "nearest")}
        return _rebuild, (type(self), self.problem, named)


class LedgerError(InnosimError):
    """The accounts do not add up: a fault of the program, never of the input."""


class StudyError(InnosimError):
    """A study cannot go on: its folder belongs to another study, a result is damaged, every run failed."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in a study that keeps its runs: `kept` of `total` are stored in `folder`."""

    def __init__(self, kept: int, total: int, folder: object):
        self.kept, self.total, self.folder = kept, total, folder
        super().__init__()


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that `name` most probably stands for, or None."""
    close = difflib.get_close_matches(str(name)[:100], list(names), 1, 0.6)
    return close[0] if close else None


def closest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """The few of the dotted `names` most like `name`, the best first, however far they are.

    Who forgets where a number belongs writes only its last word, or only the first: these are compared too.
    """
    written = str(name)[:100]
    match = difflib.SequenceMatcher(b=written)

    def likeness(known: str) -> float:
        ratios = [1.0 if known.startswith(f"{written}.") else 0.0]
        for part in (known, known.rpartition(".")[2]):
            match.set_seq1(part)
            ratios.append(match.ratio())
        return max(ratios)

    return tuple(sorted(names, key=likeness, reverse=True)[:CLOSEST])


def shown(value: object, width: int = 80) -> str:
    """`value` as one printable line: quoted if a text, cut if long, control characters escaped."""
    if isinstance(value, bool):
        return str(value).lower()
    return plain(repr(value[: width + 1]) if isinstance(value, str) else str(value), width)


def plain(text: str, width: int = 200) -> str:
    """`text` with unprintable characters escaped, cut to `width`."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text)[: width + 1])
    return text if len(text) <= width else text[: width - 1] + "…"


def _list(allowed: object, said: Callable[[str], str]) -> str:
    if isinstance(allowed, str):
        return said(allowed)
    names = [str(name) for name in allowed]
    more = said(" … ({0} in all)").replace("{0}", str(len(names))) if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _rebuild(kind: type, problem: str, named: dict) -> InputError:
    return kind(problem, **named)
