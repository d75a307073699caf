"""`PACKAGE/each`: a package, the same without each of its programmes in turn, and without all of them.

What the package `none` keeps in its place (national law) is not the city's to leave out. Nothing else of the package
changes: numbers that it sets stay, those of the programme left out too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.errors import InputError
from sim.parameters.registry import Registry
from sim.scenario import Scenario, load

SUFFIX = "/each"
OFF = "without_all"
KEPT = "none"


def asked(reference: object) -> str | None:
    """The package of a reference such as `status_quo/each`; None for any other reference."""
    text = str(reference)
    return text[: -len(SUFFIX)] if text.endswith(SUFFIX) else None


def name_without(programme: str) -> str:
    """Name of the package without a programme."""
    return f"without_{programme.replace('.', '_')}"


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
        zh, en = catalogue[programme].zh, catalogue[programme].en
        rest = tuple(one for one in package.programmes if one != programme)
        found.append(replace(package, name=name_without(programme), title={"zh": f"去掉：{zh}", "en": f"Without: {en}"},
                             question=_question(zh, en), programmes=rest))  # fmt: skip
    return found, {"package": package.name, "off": OFF, "without": {one: name_without(one) for one in removed}}


def _question(zh: str, en: str) -> dict[str, str]:
    return {"zh": f"没有“{zh}”，会少些什么？", "en": f"What would be missing without: {en}?"}
