"""Policy packages: a plain YAML file → `Scenario`. It is data and may come from anybody, so nothing in it is looked up
but in the catalogue and the registry, and every value is checked where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path

from sim import shipped
from sim.errors import InputError, nearest
from sim.inputs import Node, read_yaml
from sim.parameters.registry import STOP, Registry, digest

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
NAME_RULE = "small letters, digits and _, starting with a letter, at most 64 characters"
KEYS = ("name", "title", "question", "base", "programmes", "remove", "parameters", "sources")
REQUIRED = ("name", "title", "question", "sources")
LONGEST = 200
MAX_BASES = 8


@dataclass(frozen=True)
class Scenario:
    """A policy package. `title` and `question` have `zh` and `en`; `programmes` are ids in catalogue order.

    `overrides` maps ids of numbers to values as files write them, ready for `Registry.resolve` and for JSON; copy it
    before changing. Equal digests mean the same policy under the same name.
    """

    name: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    programmes: tuple[str, ...]
    overrides: Mapping[str, object]
    sources: tuple[str, ...]
    digest: str = field(init=False)

    def __post_init__(self):
        # Not the title: a better wording must not make yesterday's results those of another package.
        content = {"name": self.name, "programmes": self.programmes, "overrides": dict(self.overrides)}
        object.__setattr__(self, "digest", digest(content))

    def __hash__(self) -> int:
        return hash(self.digest)


def names() -> list[str]:
    """Names of the scenarios that come with the project."""
    return sorted(path.stem for path in shipped.folder("scenarios").glob("*.yaml"))


def load(name_or_path: str | PathLike, catalogue: Collection[str], registry: Registry) -> Scenario:
    """The scenario of that name, or in that file if it ends in .yaml or .yml.

    `catalogue` holds the ids of the programmes there are, in their order. InputError has file, line and nearest name.
    """
    # A place may have its own version of a shipped package, such as its status quo: the others state differences to it.
    layers = _layers(_locate(name_or_path, registry.place), registry.place)
    merged = _merge(layers, tuple(catalogue), registry)
    top = layers[-1]
    return Scenario(
        name=top["name"].value,
        title=_bilingual(top["title"]),
        question=_bilingual(top["question"]),
        programmes=tuple(programme for programme in catalogue if programme in merged.terms),
        overrides=merged.overrides(registry),
        sources=_sources(top["sources"]),
    )


def check(path: str | PathLike, catalogue: Collection[str], registry: Registry) -> Scenario:
    """As `load`, for `innosim check FILE`: the scenario if the file is good, or InputError."""
    return load(path, catalogue, registry)


def _shipped(name: str, place: str) -> Path:
    """File of a shipped package: that of the place if it has its own."""
    folder = shipped.folder("scenarios")
    own = folder / place / f"{name}.yaml" if place else folder / f"{name}.yaml"
    return own if own.is_file() else folder / f"{name}.yaml"


def _locate(name_or_path: str | PathLike, place: str) -> Path:
    text = str(name_or_path)
    if text.endswith((".yaml", ".yml")):
        return Path(text)
    if not NAME.fullmatch(text):
        raise InputError(
            "is no name of a scenario",
            field="scenario",
            value=text,
            allowed=f"{NAME_RULE}; or a file that ends in .yaml",
        )
    file = _shipped(text, place)
    if not file.is_file():
        known = names()
        raise InputError(
            "there is no such scenario", field="scenario", value=text, allowed=known, nearest=nearest(text, known)
        )
    return file


def _layers(file: Path, place: str) -> list[dict[str, Node]]:
    """The checked top level of `file` and of its bases, the deepest base first."""
    layers: list[dict[str, Node]] = []
    seen: list[Path] = []
    base: Node | None = None
    while True:
        layers.append(_read(file))
        if file.resolve() in seen:
            raise base.error("the bases form a cycle")
        if len(seen) > MAX_BASES:
            raise base.error(f"there are more than {MAX_BASES} bases, one on the other")
        seen.append(file.resolve())
        base = layers[-1].get("base")
        if base is None:
            return layers[::-1]
        file = _base(base, file.parent, place)


def _base(node: Node, folder: Path, place: str) -> Path:
    """File of a base: beside the file that names it, or else among the shipped ones, of which the place has its own."""
    name = node.value
    known = set(names())
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise node.error("is no name of a scenario", allowed=NAME_RULE)
    beside = folder / f"{name}.yaml"
    if beside.is_file() and folder != shipped.folder("scenarios"):
        return beside
    if name in known:
        return _shipped(name, place)
    known |= {path.stem for path in folder.glob("*.yaml")}
    raise node.error("there is no such base", nearest=nearest(name, known))


def _read(file: Path) -> dict[str, Node]:
    node = read_yaml(file)
    top = node.mapping(KEYS, required=REQUIRED)
    name = top["name"]
    if not isinstance(name.value, str) or not NAME.fullmatch(name.value):
        raise name.error("is no name of a scenario", allowed=NAME_RULE)
    if file.is_relative_to(shipped.folder("scenarios")) and name.value != file.stem:
        raise name.error("must be the name of its file", allowed=file.stem)
    if "programmes" not in top and "base" not in top:
        raise node.error("lacks `programmes` (or a `base` that has them)", value=None)
    for key in ("title", "question"):
        _bilingual(top[key])
    _sources(top["sources"])
    return top


class _Merged:
    """Programmes and parameters as the layers set them, each with the place where it was last written."""

    def __init__(self):
        self.terms: dict[str, dict[str, Node]] = {}
        self.parameters: dict[str, Node] = {}

    def overrides(self, registry: Registry) -> dict[str, object]:
        """Values as written, by id, after the last check that needs all layers: stop after start."""
        nodes = {
            f"{p}.{term}": node for p, terms in self.terms.items() for term, node in terms.items()
        } | self.parameters
        values = {id: registry[id].check(node.plain()) for id, node in nodes.items()}
        for start, stop in registry.spans:
            if start in nodes or stop in nodes:
                first, end = (values.get(id, registry[id].default) for id in (start, stop))
                if end <= first:
                    node = nodes.get(stop, nodes.get(start))
                    allowed = (
                        f"stop after {registry[start].written(first)}"
                        if stop in nodes
                        else f"start before {registry[stop].written(end)}"
                    )
                    raise node.error(STOP, allowed=allowed)
        return {id: registry[id].written(values[id]) for id in sorted(values)}


def _merge(layers: list[dict[str, Node]], catalogue: tuple[str, ...], registry: Registry) -> _Merged:
    merged = _Merged()
    home = shipped.folder("scenarios")
    own = any(Path(top["name"].file).parent.parent == home for top in layers)
    for top in layers:
        for node in top["remove"].items() if "remove" in top else ():
            if node.value not in merged.terms:
                anywhere = own or Path(top["name"].file).parent == home
                if anywhere and node.value in catalogue:
                    continue  # a package written for any place: what does not run here need not be taken away
                near = nearest(str(node.value), merged.terms)
                raise node.error(
                    "cannot be removed: it is not a programme of the base", allowed=list(merged.terms), nearest=near
                )
            del merged.terms[node.value]
            if "programmes" in top and node.value in top["programmes"].mapping():
                raise node.error("is both removed and set")
        for programme, node in top["programmes"].mapping().items() if "programmes" in top else ():
            if programme not in catalogue:
                raise node.error("there is no such programme", value=programme, nearest=nearest(programme, catalogue))
            merged.terms.setdefault(programme, {}).update(_terms(programme, node, registry))
        for id, node in top["parameters"].mapping().items() if "parameters" in top else ():
            owner = next((p for p in catalogue if id.startswith(f"{p}.")), None)
            if owner:
                raise node.error(f"is a term of {owner}: write it under `programmes`", value=id)
            if id not in registry:
                raise node.error("there is no such number", value=id, nearest=nearest(id, registry.ids))
            _checked(id, node, registry)
            merged.parameters[id] = node
    return merged


def _terms(programme: str, node: Node, registry: Registry) -> dict[str, Node]:
    known = registry.terms(programme)
    if not isinstance(node.value, dict):
        raise node.error("must be a mapping of terms; {} for the default terms", allowed=list(known))
    for term, value in node.value.items():
        if term not in known:
            raise value.error("there is no such term", value=term, allowed=list(known), nearest=nearest(term, known))
        _checked(f"{programme}.{term}", value, registry)
    return node.value


def _checked(id: str, node: Node, registry: Registry) -> None:
    registry[id].check(node.plain(), file=node.file, line=node.line, field=node.field)


def _bilingual(node: Node) -> dict[str, str]:
    part = node.mapping(("zh", "en"), required=("zh", "en"))
    return {language: part[language].text(LONGEST) for language in ("zh", "en")}


def _sources(node: Node) -> tuple[str, ...]:
    texts = tuple(part.text(lines=True) for part in node.items())
    if not texts:
        raise node.error("must name at least one source; `assumption: why` is one")
    return texts
