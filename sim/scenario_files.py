"""`innosim scenario new NAME`: a package file to fill in. `innosim scenarios`: the packages there are, with their cost."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from sim import scenario as packages
from sim.console import padded, say, width
from sim.errors import InputError, nearest
from sim.listing import print_json, value_text
from sim.parameters import places, registry
from sim.programmes import CATALOGUE, Funded

QUARTERS = 40  # 2021 to 2030, over which an appropriation is averaged
WORDS = {
    "head": ("情景 {name}：从“{title}”（{base}）改起，地区 {place}。", "Package {name}: changes to \"{title}\" ({base}), place {place}."),
    "how": ("写明与基础情景不同之处即可；去掉一行前面的 # 并改数，就改了这项条款。写完：innosim check {file}",
            "Say only what differs from the base: take away the # before a term and change its value. Then: innosim check {file}"),
    "units": ("每行：条款: 基础情景中的取值  # 含义 [单位; 允许范围; 默认值（与取值不同时）]",
              "A line is: term: its value in the base  # meaning [unit; range; default where it differs]"),
    "runs": ("—— 基础情景中实施的项目 ——", "-- programmes that run in the base --"),
    "others": ("—— 其余项目：去掉行首的 # 即可启用 ——", "-- all others: take away the # to switch one on --"),
    "remove": ("移除基础情景中的项目（并删去上面该项目的各行）：", "To take programmes of the base away (and delete their lines above):"),
    "parameters": ("其他参数，见 innosim parameters：", "Any other number, see innosim parameters:"),
    "source": ("assumption: 请写明依据", "assumption: say where the package comes from"),
    "default": ("默认", "default"),
}  # fmt: skip


def scenario(options: Namespace) -> int:
    """Write a package file from a base; `InputError` if there is one of that name."""
    text = draft(options.name, options.base, options.place, options.lang)
    file = Path(options.to) / f"{options.name}.yaml"
    try:
        with open(file, "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise InputError("is there already; nothing was written", value=str(file)) from None
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", value=str(file)) from None
    found = packages.load(str(file), CATALOGUE, registry(options.place))
    say("new", options.lang, file=file, n=len(found.programmes))
    return 0


def draft(name: str, base: str, place: str, lang: str = "zh") -> str:
    """The text of a package that changes nothing yet: every programme and term of the catalogue, for filling in."""
    if not packages.NAME.fullmatch(name):
        raise InputError("is no name of a scenario", field="name", value=name, allowed=packages.NAME_RULE)
    if name in packages.names():
        raise InputError("is the name of a package that comes with the project", field="name", value=name)
    if base not in packages.names():
        raise InputError("there is no such base", field="base", value=base, nearest=nearest(base, packages.names()))
    if place not in places():
        raise InputError("unknown place", field="place", value=place, allowed=places(), nearest=nearest(place, places()))
    numbers = registry(place)
    start = packages.load(base, CATALOGUE, numbers)
    say_ = _sayer(lang)
    lines = [f"# {say_('head', name=name, title=start.title[lang], base=base, place=place)}", f"# {say_('how', file=f'{name}.yaml')}",
             f"# {say_('units')}", f"name: {name}", "title:", "  zh: 新方案", "  en: New package", "question:", "  zh: 这个方案会改变什么？",
             "  en: What does this package change?", f"base: {base}", "programmes:", f"  # {say_('runs')}"]  # fmt: skip
    for programme in start.programmes:
        lines += _block(programme, start, numbers, lang, True)
    lines.append(f"  # {say_('others')}")
    for programme in CATALOGUE:
        if programme not in start.programmes:
            lines += _block(programme, start, numbers, lang, False)
    first = next(iter(start.programmes), next(iter(CATALOGUE)))
    lines += [f"# {say_('remove')}", f"# remove: [{first}]", f"# {say_('parameters')}", "# parameters:",
              f"#   credit.rate_cap: {_written(numbers['credit.rate_cap'])}", "sources:", f"  - '{say_('source')}'"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _sayer(lang: str):
    return lambda key, **terms: WORDS[key][lang == "en"].format(**terms)


def _block(programme: str, start: packages.Scenario, numbers, lang: str, on: bool) -> list[str]:
    """A programme with all its terms; the first term stands without # if it runs, since a mapping must not be empty."""
    kind, off = CATALOGUE[programme], "" if on else "# "
    lines = [f"  # {kind.zh} / {kind.en}", f"  {off}{programme}:"]
    for k, (term, number) in enumerate(numbers.terms(programme).items()):
        default = _written(number)
        value = _value(start.overrides[number.id]) if number.id in start.overrides else default
        notes = [number.unit, _range(number)]
        notes += [f"{WORDS['default'][lang == 'en']} {default}"] if value != default else []
        meaning = number.zh if lang == "zh" else number.en
        lines.append(f"  {off}  {'# ' if k else ''}{term}: {value}  # {meaning} [{'; '.join(notes)}]")
    return lines


def _written(number) -> str:
    return _value(number.written(number.default))


def _value(value) -> str:
    """A value as a package file writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quarter}: {_value(one)}" for quarter, one in value.items()) + "}"
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else value_text(value)


def _range(number) -> str:
    return number.allowed() if number.low is None or number.type == "quarter" else f"{number.low:.10g} to {number.high:.10g}"


# -- the library -----------------------------------------------------------------------------------------------------
def scenarios(options: Namespace) -> int:
    """The packages that come with the project, as text or JSON: what each asks, and its stated appropriation."""
    place, lang = options.place, options.lang
    if place not in places():
        raise InputError("unknown place", field="place", value=place, allowed=places(), nearest=nearest(place, places()))
    entries = library(place)
    if options.json:
        print_json(entries)
        return 0
    column = max(width(entry["id"]) for entry in entries)
    scale = 1e8 if lang == "zh" else 1e6
    for entry in entries:
        say("package", lang, id=padded(entry["id"], column), title=entry["title"][lang], n=len(entry["programmes"]),
            all=entry["cost_all"] / scale, city=entry["cost_city"] / scale)  # fmt: skip
        print(f"{' ' * column}  {entry['question'][lang]}")
    say("count", lang, n=len(entries))
    return 0


def library(place: str) -> list[dict]:
    """Every shipped package in a place: id, title, question, programmes, cost_all and cost_city (RMB a year), sources."""
    numbers = registry(place)
    found = []
    for name in packages.names():
        one = packages.load(name, CATALOGUE, numbers)
        total, city = appropriation(one, numbers)
        found.append({"id": name, "title": dict(one.title), "question": dict(one.question), "programmes": list(one.programmes),
                      "cost_all": total, "cost_city": city, "sources": list(one.sources)})  # fmt: skip
    return found


def appropriation(package: packages.Scenario, numbers) -> tuple[float, float]:
    """(all, the city's part): what the purses of a package are given, RMB a year, mean of 2021 to 2030.

    Money set aside, not money spent: what a purse does not pay out goes back. Guarantees and tax relief are not in it."""
    values, total, city = numbers.resolve(package.overrides), 0.0, 0.0
    for id in package.programmes:
        programme = CATALOGUE[id](**values.terms(id))
        if isinstance(programme, Funded):
            quarters = max(min(programme.stop, QUARTERS) - max(programme.start, 0), 0)
            yearly = programme.yearly_budget() * quarters / QUARTERS
            total, city = total + yearly, city + yearly * programme.city_share
    return total, city
