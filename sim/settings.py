"""From the words of a command line to overrides that Hydra reads: short names, quotes, sweeps, and nothing set twice.

What may be set, and to what, is checked in `sim.config` after Hydra has put everything together.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

from sim import shipped
from sim.errors import InputError, shown

SHORT = {name: f"study.{name}" for name in ("scenarios", "against", "seeds", "quarters", "draw", "draws", "method", "vary")}
SHORT |= {name: f"executor.{name}" for name in ("workers", "address", "timeout")}
SHORT |= {"scenario": "run.scenario", "seed": "run.seed"}
GROUPS = ("place", "study", "executor")
QUARTER = re.compile(r"\d{4}Q[1-4]")


def quoted(value: str) -> str:
    """The value with every piece that Hydra's lexer cannot read (Chinese, for one) in quotes."""
    piece = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,\[\]{}]+""")

    def quote(match: re.Match) -> str:
        text = match.group()
        if text[0] in "'\"" or re.fullmatch(r"[\w\-./+$%*@?|:\s=()\\]*", text, re.ASCII):
            return text
        key, colon, rest = text.partition(":")
        if colon and _inside_braces(value, match.start()) and key.isascii():
            return f"{key}: {_quote(rest)}"
        return _quote(text)

    return piece.sub(quote, value)


def _quote(text: str) -> str:
    return "'" + text.strip().replace("\\", "\\\\").replace("'", "\\'") + "'"


def _inside_braces(value: str, at: int) -> bool:
    return value.count("{", 0, at) > value.count("}", 0, at)


def hydras(setting: str) -> str:
    """One setting as Hydra reads it: short names in full, numbers as additions, texts quoted."""
    key, equals, value = setting.partition("=")
    name = key.lstrip("+")
    # Everything that can be set is there already, so Hydra's `+` and `++` would say nothing new.
    if not equals or not name or key.startswith("~"):
        raise InputError("a setting is written name=value", value=setting)
    if name == "hydra" or name.startswith(("hydra.", "hydra/")):
        raise InputError("Hydra's own settings have no effect here", value=setting)
    if name == "place":
        value = ",".join(place_names().get(part.strip(), part) for part in value.split(","))
    key = f"+{name}" if name == "numbers" or name.startswith("numbers.") else SHORT.get(name, name)
    return f"{key}={quoted(value)}"


def place_names() -> dict[str, str]:
    """Title → name of the places there are."""
    from omegaconf import OmegaConf

    known = [OmegaConf.load(path) for path in sorted((shipped.folder("conf") / "place").glob("*.yaml"))]
    return {title: place["name"] for place in known for title in place["title"].values()}


def jobs(settings: list[str], multirun: bool) -> list[dict[str, str]]:
    """Key → setting of each job: every combination of the values that are separated by commas.

    Only with `multirun`: without it a value with a comma is a mistake.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    choices: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for written in settings:
        setting = hydras(written)
        try:
            override = OverridesParser.create().parse_override(setting)
        except HydraException:
            hint = "name=value; a list as [a,b]; quotes around a text with signs"
            raise InputError("cannot be read as a setting", value=written, allowed=hint) from None
        key = override.get_key_element()
        values = [setting]
        if override.is_sweep_override():
            if not multirun:
                raise InputError("several values need -m, or [ ] for a list", value=written)
            if not override.is_discrete_sweep():
                raise InputError("only listed values can be swept", value=written)
            values = [f"{key}={value}" for value in override.sweep_string_iterator()]
        for name in _set_by(key.lstrip("+"), override, written):
            # Hydra would take the last. A line of settings is written once, by hand: two values are a slip, and the
            # study would be one that nobody asked for.
            if name in first:
                raise InputError(f"is set twice: {shown(first[name])} and {shown(written)}", field=name)
            first[name] = written
        # `numbers={…}` may stand beside `numbers.x=…`.
        choices[f"{key} {len(choices)}" if key == "+numbers" else key] = values
    return [dict(zip(choices, job, strict=True)) for job in itertools.product(*choices.values())]


def _set_by(key: str, override, written: str) -> list[str]:
    """What a setting sets: itself, or the numbers that it names, in whatever way."""
    value = None if override.is_sweep_override() else override.value()
    if key == "numbers" and not override.is_sweep_override() and not isinstance(value, dict):
        raise InputError("numbers are written numbers.<id>=value", field=key, value=written)
    if key == "study.vary" and isinstance(value, dict) and override.input_line.count(":") > _keys_in(value):
        raise InputError("a number is written twice inside the braces", field=key, value=written)
    if key.partition(".")[0] != "numbers" or not isinstance(value, dict):
        return [key]
    # Hydra's reader keeps the last of equal keys. No value of a number holds a colon, so they can be counted.
    if override.input_line.count(":") > _keys_in(value):
        raise InputError("a number is written twice inside the braces", field=key, value=written)
    start = key.partition(".")[2]
    return [f"numbers.{id}" for id, _ in flat(value, f"{start}." if start else "")]


def _keys_in(value: object) -> int:
    return sum(1 + _keys_in(inner) for inner in value.values()) if isinstance(value, dict) else 0


def flat(node, before: str = "") -> Iterable[tuple[str, object]]:
    """Dotted ids and values; a mapping of quarters is a value. The registry checks what they are."""
    if not isinstance(node, dict):
        raise InputError("numbers are written numbers.<id>=value", field="numbers", value=str(node))
    for key, value in node.items():
        field = f"{before}{key}"
        if isinstance(value, dict) and not all(QUARTER.fullmatch(str(inner)) for inner in value):
            yield from flat(value, f"{field}.")
        else:
            if value is None or isinstance(value, list) or (isinstance(value, str) and not text_value(value)):
                shown_as = "null" if value is None else str(value)
                raise InputError("is not a number, a quarter or a word", field=f"numbers.{field}", value=shown_as)
            yield field, value


def text_value(value) -> bool:
    return (
        isinstance(value, str)
        and bool(value.strip())
        and "${" not in value
        and value.isprintable()
        and len(value) <= 300
    )
