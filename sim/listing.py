"""The commands that list and check: parameters, places, scenario files. Nothing is run."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

from sim.console import padded, say, width
from sim.errors import InputError
from sim.wording import told

HUBS = {"shanghai": ("上海", "Shanghai"), "suzhou": ("苏州", "Suzhou"), "nanjing": ("南京", "Nanjing"),
        "beijing": ("北京", "Beijing"), "xian": ("西安", "Xi'an")}  # fmt: skip


def print_json(content) -> None:
    """Print as JSON."""
    # A console that cannot show Chinese gets escapes: the text must stay whole for the program that reads it.
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    print(json.dumps(content, ensure_ascii=plain, indent=1))


def parameters(options: Namespace) -> int:
    """All numbers of a place, as text or JSON."""
    from sim.parameters import registry

    numbers = [number for number in registry(options.place) if options.kind in (None, number.kind)]
    entries = [{
        "id": n.id, "default": n.written(n.default), "unit": n.unit, "zh": n.zh, "en": n.en, "type": n.type,
        "range": None if n.low is None else [n.written(n.low) if n.type == "quarter" else n.low,
                                             n.written(n.high) if n.type == "quarter" else n.high],
        "choices": list(n.choices), "uncertain": n.prior is not None, "kind": n.kind, "source": n.source,
        "document": n.document, "quote": n.quote, "from": n.origin,
    } for n in numbers]  # fmt: skip
    if options.json:
        print_json(entries)
        return 0
    column = max((width(entry["id"]) for entry in entries), default=0)
    for entry in entries:
        default = entry["default"]
        value = " ".join(f"{q}:{v:g}" for q, v in default.items()) if isinstance(default, dict) else value_text(default)
        print(
            f"{padded(entry['id'], column)}  {value} {entry['unit']}  {entry[options.lang]}  [{entry['kind']}: {entry['source']}]"
        )
    say("count", options.lang, n=len(entries))
    return 0


def value_text(value) -> str:
    """A value of a number as one writes it."""
    return str(value).lower() if isinstance(value, (bool, str)) else f"{value:.10g}"


def check(options: Namespace) -> int:
    """Whether a scenario file is good: 0, or 2 with everything there is to say."""
    from sim import scenario
    from sim.parameters import registry
    from sim.programmes import CATALOGUE

    try:
        found = scenario.load(options.file, CATALOGUE, registry(options.place))
    except InputError as error:
        if not options.json:
            raise
        allowed = error.allowed if isinstance(error.allowed, (str, type(None))) else [str(one) for one in error.allowed]
        print_json({"file": options.file, "ok": False, "message": told(error, options.lang), "problem": error.problem, "line": error.line,
               "field": error.field, "allowed": allowed, "nearest": error.nearest})  # fmt: skip
        return 2
    if options.json:
        print_json({"file": options.file, "ok": True, "name": found.name, "title": dict(found.title),
               "programmes": list(found.programmes), "overrides": dict(found.overrides), "digest": found.digest})  # fmt: skip
    else:
        say(
            "good",
            options.lang,
            file=options.file,
            name=found.name,
            title=found.title[options.lang],
            n=len(found.programmes),
        )
    return 0


def places(options: Namespace) -> int:
    """The places that come with the project, as text or JSON: what they lie in, how large they are, how far the hubs."""
    from omegaconf import OmegaConf

    from sim import shipped
    from sim.parameters import places as known

    titles = {}
    for path in (shipped.folder("conf") / "place").glob("*.yaml"):
        content = OmegaConf.to_container(OmegaConf.load(path))
        titles[content["name"]] = content["title"]
    entries = [{"id": name, **titles.get(name, {"zh": name, "en": name}), **_about(name)} for name in known()]
    if options.json:
        print_json(entries)
        return 0
    column = max(width(entry["id"]) for entry in entries)
    for entry in entries:
        title = titles.get(entry["inside"], {}).get(options.lang, entry["inside"])
        far = ", ".join(f"{words[options.lang == 'en']} {entry['hubs'][hub]:.0f}" for hub, words in HUBS.items())
        say("place", options.lang, id=padded(entry["id"], column), title=entry[options.lang], year=entry["base_year"],
            firms=entry["firms"], hnte=entry["hnte"], districts=len(entry["districts"]), far=far)  # fmt: skip
        if entry["inside"]:
            say("inside", options.lang, id=" " * column, place=title)
    return 0


def _about(name: str) -> dict:
    """What the numbers of a place say of it at a glance; distances in km from the middle of its districts."""
    from sim.parameters import registry
    from sim.population.initial import BASE_YEAR, counts
    from sim.population.place import keys
    from sim.population.premises import distances

    known = registry(name)
    numbers = known.resolve()
    districts, hubs = keys(numbers, "district"), keys(numbers, "hub")
    far = dict(zip(hubs, distances(numbers, districts, hubs).tolist(), strict=True))
    # Suzhou and Nanjing are labour markets, not hosts of enclaves: Nanjing stands for the other cities of the province.
    far |= {hub: numbers[f"place.labour.{market}.distance"] for hub, market in (("suzhou", "suzhou"), ("nanjing", "province"))}
    return {
        "base": known.base, "inside": known.inside, "base_year": BASE_YEAR, "firms": sum(counts(numbers).values()),
        "hnte": int(numbers["place.hnte"]), "districts": list(districts), "hubs": {hub: round(km, 1) for hub, km in far.items()},
    }  # fmt: skip
