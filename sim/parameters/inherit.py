"""A place that builds on another: its file says what differs, the rest is taken over by a stated rule.

    base: nantong             # the place whose numbers count where the file says nothing
    inside: nantong           # it is a part of that place, so the two are never added up
    without: [place.district] # numbers that are not taken over: one, or all whose ids begin so
    scale:                    # a rule for each class of totals of `totals.yaml`
      firms: {by: 0.16, spread: 1.4, reason: why}

A total is multiplied by its rule and becomes an assumption, drawn between value / spread and value * spread. What says
how things are outside the place keeps its source. Everything else taken over is an assumption too: that it is alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sim.errors import closest, nearest
from sim.inputs import Node, read_yaml
from sim.parameters.number import NUMBER, Number, read_number
from sim.parameters.values import Prior

HEAD = ("base", "inside", "without", "scale")
PLACE = "place."
TOTALS = Path(__file__).resolve().parent / "totals.yaml"
OPEN = ("district", "university", "hub", "labour")  # groups whose members a place names itself
OUTSIDE = "outside"  # entry of the totals: what is the same seen from every place
WIDEST = 10.0


def neighbour(node: Node) -> Path:
    """File of the place that `node` names: it lies beside the file that names it."""
    here = Path(node.file)
    known = sorted(path.stem for path in here.parent.glob("*.yaml") if path.stem != here.stem)
    if not isinstance(node.value, str) or node.value not in known:
        raise node.error("there is no such place", allowed=known, nearest=nearest(str(node.value), known))
    return here.with_name(f"{node.value}.yaml")


def derived(
    shared: Iterable[Number], base: Iterable[Number], head: Mapping[str, Node], own: Mapping[str, Node], place: str
) -> list[Number]:
    """All numbers of `place`: those of its `base` and the `shared` ones, changed by its file."""
    base = list(base)
    name = head["base"].value
    known = {number.id: number for number in [*shared, *base]}
    gone = _gone(head["without"], known) if "without" in head else set()
    classes, outside = _totals(known)
    rules = _rules(head["scale"], classes) if "scale" in head else {}
    found = {}
    for id, number in known.items():
        if id in gone:
            continue  # and where the file has it, it is a new one
        elif id in own:
            found[id] = read_number(id, own[id], place, number)
        elif id in rules:
            found[id] = _scaled(number, name, *rules[id])
        elif number.place and not outside(id):
            source = f"as in {name}, where it is of kind {number.kind}: {number.source}"
            found[id] = replace(number, kind="assumption", source=source, document=None, quote=None, origin=name)
        else:
            found[id] = replace(number, origin=name) if number.place else number
    for id, node in own.items():
        if id not in known or id in gone:
            found[id] = read_number(id, _member(id, node, base), place)
    _complete(found, base, head["base"])
    return list(found.values())


def _gone(node: Node, known: Mapping[str, Number]) -> set[str]:
    gone: set[str] = set()
    for part in node.items():
        written = str(part.value)
        matches = {id for id in known if id == written or id.startswith(f"{written}.")}
        if not written.startswith(PLACE) or not matches:
            heads = {head for id in known if id.startswith(PLACE) for head in (id, *_heads(id))}
            raise part.error("there is no such number in the base", value=written, nearest=nearest(written, heads))
        gone |= matches
    return gone


def _heads(id: str) -> list[str]:
    """`place.district`, `place.district.rugao` of `place.district.rugao.latitude`."""
    words = id.split(".")
    return [".".join(words[:end]) for end in range(2, len(words))]


def _totals(known: Mapping[str, Number]):
    """Class → ids of totals, and whether an id is of the world outside the place."""
    classes = {}
    for name, node in read_yaml(TOTALS).mapping().items():
        classes[name] = tuple(part.text(80) for part in node.items())
        for part in node.items():
            if name != OUTSIDE and part.value not in known:
                raise part.error("there is no such number", nearest=nearest(part.value, known))
    patterns = [pattern.split(".") for pattern in classes.pop(OUTSIDE)]

    def outside(id: str) -> bool:
        words = id.split(".")
        return any(len(p) == len(words) and all(a in ("*", b) for a, b in zip(p, words, strict=True)) for p in patterns)

    return classes, outside


def _rules(node: Node, classes: Mapping[str, tuple[str, ...]]) -> dict[str, tuple]:
    """id → factor, spread, reason and where it is written. Every class has a rule, or a total would be forgotten."""
    rules = {}
    for name, part in node.mapping(tuple(classes), required=tuple(classes)).items():
        keys = ("by", "spread", "reason")
        rule = part.mapping(keys, required=keys)
        for key, low, high in (("by", 0.0, 1000.0), ("spread", 1.0, WIDEST)):
            value = rule[key].value
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high or not value:
                raise rule[key].error("is out of range", allowed=f"{low:g} to {high:g}, above 0")
        told = (float(rule["by"].value), float(rule["spread"].value), rule["reason"].text(lines=True), part)
        rules |= dict.fromkeys(classes[name], told)
    return rules


def _scaled(number: Number, base: str, by: float, spread: float, reason: str, node: Node) -> Number:
    if number.type != NUMBER:
        raise node.error(f"cannot scale {number.id}: it is a {number.type}")
    value = number.default * by
    if number.default == round(number.default):
        value = float(round(value))  # firms, carriers and yuan stay whole
    if number.default and not value:
        raise node.error(f"leaves nothing of {number.id}: write that number out")
    if not number.low <= value <= number.high:
        raise node.error(f"brings {number.id} out of range", value=value, allowed=number.allowed())
    low, high = (number.prior.low * by, number.prior.high * by) if number.prior else (value, value)
    low, high = max(low / spread, number.low), min(high * spread, number.high)
    shape = number.prior.shape if number.prior else "log_uniform"
    prior = Prior(shape, low, high, value, False) if 0 < low < high else None
    source = f"from {base}, scaled by {by:g}: {reason}; there, of kind {number.kind}: {number.source}"
    return replace(
        number, default=value, prior=prior, kind="assumption", source=source, document=None, quote=None,
        file=node.file, line=node.line, origin=base,
    )  # fmt: skip


def _member(id: str, node: Node, base: Iterable[Number]) -> Node:
    """`node`, if its id is that of a new district, university, hub or labour market."""
    words = id.split(".")
    fields = {number.id.split(".")[3] for number in base if number.id.split(".")[1] == words[1] in OPEN}
    if len(words) != 4 or words[0] != "place" or words[3] not in fields:
        near = closest(id, (number.id for number in base))
        raise node.error("there is no such number in the base", value=id, nearest=near)
    return node


def _complete(found: Mapping[str, Number], base: Iterable[Number], node: Node) -> None:
    """Nothing the model reads is missing: each member of an open group has all fields, the rest is all there."""
    fields: dict[str, set[str]] = {}
    for number in base:
        words = number.id.split(".")
        if words[1] in OPEN:
            fields.setdefault(words[1], set()).add(words[3])
        elif number.id not in found:
            raise node.error(f"lacks `{number.id}`", value=None)
    for group, wanted in fields.items():
        members = {id.split(".")[2] for id in found if id.startswith(f"{PLACE}{group}.")}
        lacking = [f"{PLACE}{group}.{m}.{f}" for m in sorted(members) for f in sorted(wanted)]
        lacking = [id for id in lacking if id not in found] if members else [f"{PLACE}{group}"]
        if lacking:
            raise node.error(f"lacks `{lacking[0]}`", value=None)
