"""`innosim programmes`: the register of the documents' programmes; with an id, one of them and its terms."""

from __future__ import annotations

from argparse import Namespace

from sim.console import padded, say, width
from sim.errors import InputError, nearest
from sim.listing import print_json, value_text
from sim.register import PLACES, Row, rows

WORDS = {
    "core": ("核心", "core"), "second": ("次要", "second"), "context": ("背景", "context"),
    "live": ("可用", "live"), "number": ("参数", "number"), "open": ("待建", "open"), "out of scope": ("不纳入", "out of scope"),
    "+": ("+", "+"), "-": ("-", "-"), "0": ("0", "0"), "ambiguous": ("不定", "ambiguous"),
    "in force": ("在施", "in force"), "planned": ("计划", "planned"), "explored": ("探索", "explored"),
    "case only": ("个案", "case only"), "goal": ("目标", "goal"), "initial condition": ("初始状态", "initial condition"),
    "place": ("地区数据", "place data"), "scenario": ("情景", "scenario"),
    "priority": ("级别", "priority"), "state": ("状态", "state"), "class": ("实现", "class"), "places": ("地区", "places"),
    "period": ("时间", "period"), "status": ("实施情况", "status"), "channel": ("作用渠道", "channel"),
    "outcome": ("主要结果", "outcome"), "sign": ("预期方向", "expected sign"), "source": ("依据", "source"),
    "note": ("说明", "note"), "rows": ("对应文件条目", "rows of the documents"), "terms": ("条款", "terms"),
    "parameters": ("参数", "parameters"), "planned terms": ("拟设参数", "planned parameters"),
}  # fmt: skip
FIELDS = ("priority", "state", "class", "places", "period", "status", "channel", "outcome", "sign", "source", "note")


def programmes(options: Namespace) -> int:
    """The rows of the register, all, of one place or one of them, as text or JSON."""
    place, lang = options.place, options.lang
    if place is not None and place not in PLACES:
        raise InputError("unknown place", field="place", value=place, allowed=PLACES, nearest=nearest(place, PLACES))
    found = [row for row in rows() if place is None or place in row.places]
    if options.id is not None:
        return _one(options, found)
    if options.json:
        print_json([row.plain() for row in found])
        return 0
    columns = max(width(row.id) for row in found)
    for row in found:
        end = f"{row.outcome} {_word(row.sign, lang)}" if row.outcome else ""
        words = padded(f"{_word(row.priority, lang)} {_word(row.state, lang)}", 20)
        under = f"  → {row.realised}" if row.state == "live" and row.realised != row.id else ""
        print(f"{padded(row.id, columns)}  {words} {padded(end, 23)} {getattr(row, lang)}{under}")
    states = {state: sum(row.state == state for row in found) for state in dict.fromkeys(row.state for row in found)}
    print(" · ".join(f"{_word(state, lang)} {count}" for state, count in states.items()))
    say("count", lang, n=len(found))
    return 0


def _one(options: Namespace, found: list[Row]) -> int:
    """One row, or a programme of the catalogue that serves rows under names of their own, with its terms."""
    from sim.parameters import places, registry
    from sim.programmes import CATALOGUE

    id, lang = options.id, options.lang
    row = next((row for row in found if row.id == id), None)
    if row is None and id not in CATALOGUE:
        names = list(dict.fromkeys([*(row.id for row in found), *CATALOGUE]))
        raise InputError("there is no such programme", value=id, allowed=names, nearest=nearest(id, names))
    numbers = registry(options.place if options.place in places() else "nantong")
    name = row.realised if row else id
    if name in CATALOGUE:
        terms = list(numbers.terms(name).values())
    else:
        terms = [numbers[term] for term in row.parameters if row.state == "number"]
    if row:
        content = row.plain() | {"terms": [term.id for term in terms]}
    else:
        kind = CATALOGUE[id]
        content = {"id": id, "class": id, "zh": kind.zh, "en": kind.en, "channel": kind.channel,
                   "parameters": [term.id for term in terms], "rows": [row.id for row in found if row.realised == id]}  # fmt: skip
    if options.json:
        print_json([content])
        return 0
    _show(content, terms, lang)
    return 0


def _show(content: dict, terms: list, lang: str) -> None:
    print(f"{content['id']}  {content[lang]}")
    for name in (*FIELDS, "rows"):
        value = content.get(name)
        if value:
            text = ", ".join(value) if isinstance(value, list) else _word(value, lang)
            print(f"  {padded(_word(name, lang), 16)}{text}")
    if content.get("state") == "open":
        print(f"  {padded(_word('planned terms', lang), 16)}{', '.join(content['parameters'])}")
    for term in terms:
        default = term.written(term.default)
        value = default if isinstance(default, dict) else value_text(default)
        print(f"    {term.id} = {value} {term.unit}  {getattr(term, lang)}")


def _word(word: str, lang: str) -> str:
    return WORDS[word][lang == "en"] if word in WORDS else word
