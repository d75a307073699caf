"""The register: every programme and institution that the documents name, and what it is in the model.

One entry a row in `sim/programmes/register/*.yaml`, read strictly. It says through which process a row acts, which outcome
it is judged by and with which sign, and was written before the model was asked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from sim.errors import nearest
from sim.inputs import Node, read_yaml
from sim.metrics import METRICS

FOLDER = Path(__file__).resolve().parent / "programmes" / "register"
PLACES = ("nantong", "rugao", "haimen", "nantong_htz", "yancheng")
PRIORITIES = ("core", "second", "context")
OUT = "out of scope"
STATES = ("live", "number", "open", OUT)
STATUSES = ("in force", "planned", "explored", "case only", "goal")
SIGNS = ("+", "-", "0", "ambiguous")
# What realises a row that is no programme of the catalogue.
WORDS = ("number", "initial condition", "place", "scenario")
NAMED = ("priority", "zh", "en", "state", "places")
JUDGED = ("class", "parameters", "channel", "period", "status", "outcome", "sign", "source")


@dataclass(frozen=True)
class Row:
    """One row of the documents. `realised` is the programme (or one of `WORDS`) that it is in the model, or will be while
    it is open; what concerns the effect is None for rows out of scope."""

    id: str
    family: str
    priority: str
    state: str
    zh: str
    en: str
    places: tuple[str, ...]
    realised: str | None = None
    parameters: tuple[str, ...] = ()
    channel: str | None = None
    period: str | None = None
    status: str | None = None
    outcome: str | None = None
    sign: str | None = None
    source: str | None = None
    note: str | None = None

    def plain(self) -> dict:
        """The row as JSON has it, with `realised` under its name in the file, `class`."""
        content = {"class" if name == "realised" else name: value for name, value in asdict(self).items()}
        return content | {"places": list(self.places), "parameters": list(self.parameters)}


@cache
def rows() -> tuple[Row, ...]:
    """All rows, by family and then in the order of the files; InputError where a file is not as it must be."""
    found: dict[str, Row] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for id, node in read_yaml(path).mapping().items():
            if id in found:
                raise node.error(f"`{id}` is also in {found[id].family}.yaml", value=None)
            found[id] = _row(id, path.stem, node)
    return tuple(found.values())


def _row(id: str, family: str, node: Node) -> Row:
    state = _one_of(node.mapping((*NAMED, *JUDGED, "note"), NAMED)["state"], STATES)
    # What is out of scope says why and nothing else; everything else can be judged.
    entry = node.mapping((*NAMED, "note"), ("note",)) if state == OUT else node.mapping(None, JUDGED)
    one = {name: _one_of(entry[name], allowed) for name, allowed in
           (("priority", PRIORITIES), ("status", STATUSES), ("outcome", METRICS), ("sign", SIGNS)) if name in entry}  # fmt: skip
    if (one["priority"] == "context") != (state == OUT):
        raise entry["state"].error(f"context rows, and only these, are {OUT}")
    texts = {name: entry[name].text() for name in ("zh", "en", "channel", "period", "source", "note") if name in entry}
    several = {"places": tuple(_one_of(place, PLACES) for place in entry["places"].items())}
    if state != OUT:
        several["parameters"] = tuple(number.text() for number in entry["parameters"].items())
        one["realised"] = entry["class"].text()
    return Row(id, family, state=state, **one, **texts, **several)


def _one_of(node: Node, allowed) -> str:
    word = node.text()
    if word not in allowed:
        raise node.error("is not one of the choices", allowed=allowed, nearest=nearest(word, allowed))
    return word
