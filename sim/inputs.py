"""The strict reader: every file that people write passes through here. It knows no key, only what may be written.

Two steps: bytes → checked text, then YAML events → `Node`s. Only events are taken from the YAML library, and plain
words are read here, because loaders guess (`010` as 8 or 10, `1:30` as 90, `no` as false) and build objects. Nothing
recurses, and size, depth and number of values are bounded before they can cost anything.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path

import yaml

from sim.errors import InputError, nearest

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_NODES = 20_000
MAX_NAME = 80
MAX_TEXT = 2000
ENCODING = "UTF-8 (editors offer it under Save as, Encoding)"
NO_YAML = "is not valid YAML"
MAX_NUMBER = 2**53  # integers above are not exact in float64

# libyaml where it is there (measured five to ten times faster); the pure parser gives the same events.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Control, formatting and direction characters: invisible, and able to make a file read otherwise than it looks. Tabs
# are among them because parsers differ on where they may stand.
_INVISIBLE = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
# What Hydra and OmegaConf would act on, should such a text ever reach them.
_ACTIVE = re.compile(r"\$\{|_target_|@package")
_WIDE_COLON = re.compile(r"\s*(?:- )?([^\s\"'#:：{\[]{1,80})\s*：")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NEVER = (
    (r"yes|no|on|off|true|false", "is not how to write a truth value", "true, false, or quotes if a word is meant"),
    (r"null|~", "has no value", "a value"),
    (r"[+-]?\.?(nan|inf|infinity)", "is not a finite number", "a finite number"),
    (r"[+-]?0[xob][0-9a-f_]+", "is not a decimal number", "digits such as 10 or 0.5"),
    (r"[+-]?0[0-9]+(\.[0-9]*)?", "has a leading zero", "10, or quotes if a text is meant"),
    (r"[+-]?[0-9.]*[0-9]_[0-9_.]*", "has an underscore in a number", "1000000 or 1e6"),
    (r"[+-]?[0-9]+(:[0-9]+)+(\.[0-9]*)?", "could be a time", "a decimal number, or quotes if a text is meant"),
    (r"[0-9]{4}-[0-9]{1,2}(-[0-9]{1,2})?([Tt ].*)?", "is a date", "a quarter such as 2021Q2, or quotes for a text"),
    (r"\+[0-9.].*[0-9.]|\+[0-9]|[+-]?[0-9]+\.|[+-]?\.[0-9]+", "is a misspelt number", "such as 10, 0.5 or 1e6"),
)  # fmt: skip
_SUSPECT = re.compile("|".join(pattern for pattern, _, _ in _NEVER), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it was written.

    `value` is a bool, int, float or str, a tuple of Nodes for a list, a dict name → Node for a mapping; `line` counts
    from 1 and is that of the key, `field` the path of keys.
    """

    value: bool | int | float | str | tuple | dict
    file: str
    line: int
    field: str

    def error(self, problem: str, **more) -> InputError:
        """An InputError that points here; `more` as for InputError."""
        if "value" not in more and isinstance(self.value, (bool, int, float, str)):
            more["value"] = self.value
        return InputError(problem, file=self.file, line=self.line, field=self.field, **more)

    def mapping(self, keys: Collection[str] | None = None, required: Collection[str] = ()) -> dict[str, Node]:
        """The mapping written here, with only `keys` (any if None) and all of `required`, or InputError."""
        if not isinstance(self.value, dict):
            raise self.error("must be a mapping `name: value`", allowed=keys)
        for key, child in self.value.items():
            if keys is not None and key not in keys:
                raise child.error("unknown key", value=key, allowed=keys, nearest=nearest(key, keys))
        for key in required:
            if key not in self.value:
                raise self.error(f"lacks `{key}`", value=None, allowed=keys)
        return self.value

    def items(self) -> tuple[Node, ...]:
        """The list written here, or InputError."""
        if isinstance(self.value, tuple):
            return self.value
        raise self.error("must be a list [a, b]")

    def text(self, longest: int = MAX_TEXT, lines: bool = False) -> str:
        """The text written here, not empty, at most `longest` characters, one line unless `lines`; or InputError."""
        if not isinstance(self.value, str):
            raise self.error("must be a text; put it in quotes if it is one")
        if not self.value.strip():
            raise self.error("must not be empty")
        if len(self.value) > longest:
            raise self.error(f"is too long: {len(self.value)} characters", allowed=f"at most {longest} characters")
        if not lines and "\n" in self.value:
            raise self.error("must be one line")
        return self.value

    def plain(self) -> bool | int | float | str | list | dict:
        """The value without its places, as plain Python."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        return [child.plain() for child in self.value] if isinstance(self.value, tuple) else self.value


def read_yaml(path: str | PathLike) -> Node:
    """The one mapping that a UTF-8 YAML file of at most 256 KiB holds, or InputError with file, line and field."""
    file = str(path)

    def refuse(problem: str, **more) -> InputError:
        return InputError(problem, file=file, line=1, field="file", **more)

    try:
        status = Path(path).stat()
        if not stat.S_ISREG(status.st_mode):
            raise refuse("is not a regular file")
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise refuse("there is no such file", nearest=_beside(Path(path))) from None
    except (OSError, ValueError) as problem:
        raise refuse(f"cannot be read ({getattr(problem, 'strerror', None) or problem})") from None
    if max(len(data), status.st_size) > MAX_BYTES:
        raise refuse(f"is too large: {max(len(data), status.st_size)} bytes", allowed=f"at most {MAX_BYTES} bytes")
    return parse(data, file)


def _beside(path: Path) -> str | None:
    """The file in the same folder that was probably meant."""
    try:
        near = nearest(path.name, (found.name for found in path.parent.iterdir()))
    except (OSError, ValueError):
        return None
    return near and str(path.with_name(near))


def parse(data: bytes, file: str) -> Node:
    """As `read_yaml`, for bytes that are already here; `file` is the name that errors show."""
    text = _text(data, file)
    try:
        node = _build(text, file)
    except InputError as error:
        raise (_full_width(text, file, error.line) if error.problem.startswith(NO_YAML) else None) or error from None
    if not isinstance(node.value, dict):
        whole = node.error("the file must be a mapping `name: value`", value=None)
        raise _full_width(text, file, node.line) or whole
    return node


def _full_width(text: str, file: str, about: int) -> InputError | None:
    """Chinese keyboards write `name：`, which YAML takes for a part of a word and complains of in the next line."""
    for number, line in enumerate(text.split("\n")[: about + 1], 1):
        found = _WIDE_COLON.match(line) if number >= about - 1 else None
        if found:
            return InputError("has a full-width colon after a key; write `: `", file=file, line=number, field=found[1])
    return None


def _text(data: bytes, file: str) -> str:
    """Decoded text with `\\n` line ends, free of what no input may hold."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputError("is not UTF-8 text", file=file, line=line, field="file", allowed=ENCODING) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _INVISIBLE.search(text) or _ACTIVE.search(text) or re.search(r"^%.{0,20}", text, re.MULTILINE)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(_forbidden(found.group()), file=file, line=line, field="file")
    return text


def _forbidden(found: str) -> str:
    if found == "\t":
        return "has a tab; use spaces"
    if len(found) == 1 and _INVISIBLE.match(found):
        return f"has an invisible or control character, U+{ord(found):04X}"
    return f"has {found!r}, which no input file may hold"


def _events(text: str, file: str, open_nodes: list[_Open]) -> Iterator[yaml.Event]:
    last = 1
    try:
        for event in yaml.parse(text, Loader=LOADER):
            last = event.start_mark.line + 1
            yield event
    except (yaml.YAMLError, ValueError, OverflowError) as problem:
        mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
        line = mark.line + 1 if mark else last
        what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "unreadable"
        field = open_nodes[-1].child_field() if open_nodes else "file"
        raise InputError(f"{NO_YAML}: {what}", file=file, line=line, field=field) from None


_STARTS = frozenset((yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent))
_ENDS = frozenset((yaml.MappingEndEvent, yaml.SequenceEndEvent))


class _Open:
    """A mapping or list that is being read."""

    __slots__ = ("field", "is_map", "items", "key", "key_line", "line")

    def __init__(self, is_map: bool, line: int, field: str):
        self.is_map, self.line, self.field = is_map, line, field
        self.items: dict | list = {} if is_map else []
        self.key: str | None = None
        self.key_line = line

    def child_field(self) -> str:
        if not self.is_map:
            return f"{self.field or 'file'}[{len(self.items)}]"
        return ".".join(part for part in (self.field, self.key) if part) or "file"

    def add(self, node: Node) -> None:
        if self.is_map:
            self.items[self.key], self.key = node, None
        else:
            self.items.append(node)

    def close(self, file: str) -> Node:
        return Node(self.items if self.is_map else tuple(self.items), file, self.line, self.field or "file")


def _build(text: str, file: str) -> Node:
    """Nodes of the one document in `text`, built with a list of what is open instead of recursion."""
    stack: list[_Open] = []
    root: Node | None = None
    documents = count = 0
    for event in _events(text, file, stack):
        kind = type(event)
        if kind in _ENDS:
            node = stack.pop().close(file)
        elif kind in _STARTS:
            top = stack[-1] if stack else None
            refuse = partial(_refusal, event, file, stack)
            count += 1
            if count > MAX_NODES:
                raise refuse(f"holds more than {MAX_NODES} values")
            if event.anchor is not None:
                raise refuse("YAML anchors (&name) are not accepted")
            if event.tag is not None:
                raise refuse("YAML tags (!name) are not accepted", value=event.tag)
            if top and top.is_map and top.key is None:
                top.key = _key(event, top, refuse)
                top.key_line = event.start_mark.line + 1
                continue
            line = top.key_line if top and top.is_map else event.start_mark.line + 1
            field = top.child_field() if top else ""
            if kind is not yaml.ScalarEvent:
                if len(stack) == MAX_DEPTH:
                    raise refuse(f"is nested more than {MAX_DEPTH} deep")
                stack.append(_Open(kind is yaml.MappingStartEvent, line, field))
                continue
            node = Node(_scalar(event, refuse), file, line, field or "file")
        else:
            if kind is yaml.AliasEvent:
                raise _refusal(event, file, stack, "YAML aliases (*name) are not accepted")
            documents += kind is yaml.DocumentStartEvent
            if documents > 1:
                raise _refusal(event, file, stack, "holds more than one YAML document")
            continue
        if stack:
            stack[-1].add(node)
        else:
            root = node
    if root is None:
        raise InputError("is empty", file=file, line=1, field="file")
    return root


def _refusal(event: yaml.Event, file: str, stack: list[_Open], problem: str, **more) -> InputError:
    field = stack[-1].child_field() if stack else "file"
    return InputError(problem, file=file, line=event.start_mark.line + 1, field=field, **more)


def _key(event: yaml.Event, into: _Open, refuse) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise refuse("a key must be a word, not a list or mapping")
    key = event.value
    if not key.strip() or "\n" in key:
        raise refuse("a key must be one word", value=key)
    if len(key) > MAX_NAME:
        raise refuse(f"a key is too long: {len(key)} characters", value=key, allowed=f"at most {MAX_NAME} characters")
    found = _INVISIBLE.search(key) or _ACTIVE.search(key)
    if found:
        raise refuse(_forbidden(found.group()))
    if key in into.items:
        into.key = key  # so that the error names this key, not the mapping around it
        raise refuse(f"`{key}` is written twice, first in line {into.items[key].line}", value=key)
    return key


def _scalar(event: yaml.ScalarEvent, refuse) -> bool | int | float | str:
    """Quoted and block scalars are texts; plain ones are true, false, a decimal number or what looks like nothing else."""
    text = event.value
    if len(text) > MAX_TEXT:
        raise refuse(f"is too long: {len(text)} characters", allowed=f"at most {MAX_TEXT} characters")
    found = _INVISIBLE.search(text) or _ACTIVE.search(text)
    if found:  # written as an escape such as "\u202e", or it would have been found before
        raise refuse(_forbidden(found.group()))
    if event.style:
        return text
    if text in ("true", "false"):
        return text == "true"
    if not text:
        raise refuse("has no value", allowed="a value; {} for an empty mapping")
    if _FLOAT.fullmatch(text):
        number = int(text) if _INTEGER.fullmatch(text) else float(text)
        if not abs(number) <= MAX_NUMBER:
            raise refuse("is too large a number", value=text, allowed=f"-{MAX_NUMBER} … {MAX_NUMBER}")
        return number
    if _SUSPECT.fullmatch(text):
        for pattern, problem, allowed in _NEVER:
            if re.fullmatch(pattern, text, re.IGNORECASE):
                raise refuse(problem, value=text, allowed=allowed)
    return text
