"""`PACKAGE/each`: a package, the same without each of its programmes in turn, and without all of them;
`PACKAGE/without/ID+ID`: a package without the programmes that are named.

What the package `none` keeps in its place (national law) is not the city's to leave out. Nothing else of the package
changes: numbers that it sets stay, those of the programme left out too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.errors import InputError, nearest
from sim.parameters.registry import Registry
from sim.scenario import Scenario, load

SUFFIX, WITHOUT = "/each", "/without/"
OFF = "without_all"
KEPT = "none"


def asked(reference: object) -> str | None:
    """The package of a reference such as `status_quo/each`; None for any other reference."""
    text = str(reference)
    return text[: -len(SUFFIX)] if text.endswith(SUFFIX) else None


def parted(reference: object) -> tuple[str, tuple[str, ...]] | None:
    """(package, ids) of a reference such as `status_quo/without/award.hnte+policy30`; None for any other reference."""
    package, found, ids = str(reference).partition(WITHOUT)
    return (package, tuple(ids.split("+"))) if found else None


def name_without(*programmes: str) -> str:
    """Name of the package without these programmes."""
    return f"without_{'_and_'.join(programme.replace('.', '_') for programme in programmes)}"[:64]


def cut(package: Scenario, programmes: tuple[str, ...], catalogue: Mapping) -> Scenario:
    """The package without these programmes; `InputError` for one that it does not have."""
    for programme in programmes:
        if programme not in package.programmes:
            near = nearest(programme, package.programmes)
            raise InputError("cannot be removed: it is not a programme of the base", field="scenarios", value=programme, nearest=near)
    zh, en = ("、".join(catalogue[one].zh for one in programmes), ", ".join(catalogue[one].en for one in programmes))
    rest = tuple(one for one in package.programmes if one not in programmes)
    return replace(package, name=name_without(*programmes), title={"zh": f"去掉：{zh}", "en": f"Without: {en}"},
                   question=_question(zh, en), programmes=rest)  # fmt: skip


def family(package: Scenario, catalogue: Mapping, registry: Registry) -> tuple[list[Scenario], dict]:
    """(the package and all that follow from it, what a manifest says of them: package, off, without)."""
    kept = set(load(KEPT, catalogue, registry).programmes)
    removed = [programme for programme in package.programmes if programme not in kept]
    if not removed:
        raise InputError("has no programme that could be left out", field="scenarios", value=package.name)
    whole = tuple(programme for programme in package.programmes if programme in kept)
    title = {"zh": "全部项目都去掉", "en": "Without all programmes"}
    found = [package, replace(package, name=OFF, title=title, question=_question("全部项目", "all programmes"), programmes=whole)]
    for programme in removed:
        found.append(cut(package, (programme,), catalogue))
    return found, {"package": package.name, "off": OFF, "without": {one: name_without(one) for one in removed}}


def _question(zh: str, en: str) -> dict[str, str]:
    return {"zh": f"没有“{zh}”，会少些什么？", "en": f"What would be missing without: {en}?"}
