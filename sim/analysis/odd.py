"""The ODD document (2020 update of the protocol), English and Chinese: `python -m sim.analysis.odd` writes docs/odd*.md.

Tables come from the code: state variables, the schedule of `World.step`, decisions that luck takes part in, programmes and
their register, numbers, places, patterns. The text around them stands in docs/odd/en.md and zh.md, one template each, and
the Chinese of docstrings in docs/odd/zh.yaml. A test compares the files with what this writes.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sim import register, streams, world
from sim.analysis import decompose, scorecard
from sim.errors import StudyError
from sim.inputs import read_yaml
from sim.metrics import METRICS
from sim.parameters import places, registry
from sim.population import columns, people
from sim.programmes import CATALOGUE

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "odd"
FILES = {"en": ROOT / "docs" / "odd.md", "zh": ROOT / "docs" / "odd.zh.md"}
KINDS = ("document", "statistic", "literature", "assumption")


def write() -> list[Path]:
    """Write both files; returns them. `StudyError` with everything that lacks Chinese words."""
    if found := lacking():
        raise StudyError("docs/odd/zh.yaml lacks " + "; ".join(f"{group}: {name} ({english})" for group, name, english in found))
    for lang, path in FILES.items():
        path.write_text(document(lang), encoding="utf-8")
    return list(FILES.values())


def there() -> dict[str, dict[str, str]]:
    """Group → name → English of what docs/odd/zh.yaml has in Chinese."""
    return {"firm": {name: column.meaning for name, column in columns.COLUMNS.items()},
            "person": {name: column[2] for name, column in people.COLUMNS.items()},
            "step": dict(steps()), "process": dict(modules())}  # fmt: skip


def lacking() -> list[tuple[str, str, str]]:
    """(group, name, English) of what has no Chinese words yet."""
    return [(group, name, said) for group, names in there().items() for name, said in names.items() if name not in chinese()[group]]


def document(lang: str) -> str:
    """The document in a language."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    tables = {name: make(lang) for name, make in TABLES.items()}
    return environment.get_template(f"{lang}.md").render(**tables, **_counts())


@cache
def chinese() -> dict[str, dict[str, str]]:
    """Group → name → Chinese, of what the code says in English only."""
    return {group: {name: text.text() for name, text in node.mapping().items()} for group, node in read_yaml(FOLDER / "zh.yaml").mapping().items()}


def _in(lang: str, group: str, name: str, english: str) -> str:
    if lang == "en":
        return english
    known = chinese()[group]
    if name not in known:
        raise StudyError(f"docs/odd/zh.yaml lacks {group}: {name} ({english})")
    return known[name]


def _table(head: Iterable[str], rows: Iterable[Iterable]) -> str:
    head = list(head)
    cells = [head, ["---"] * len(head), *([str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _say(lang: str, zh: str, en: str) -> list[str]:
    return (zh if lang == "zh" else en).split(",")


# -- what the code is ------------------------------------------------------------------------------------------------
def steps() -> list[tuple[str, str]]:
    """(name, first line of the docstring) of what one quarter does, in the order of `World.step`."""
    body = ast.parse(textwrap.dedent(inspect.getsource(world.World.step))).body[0].body
    calls = [node.value.func for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    found = []
    for call in calls:
        owner = world.World if call.value.id == "self" else getattr(world, call.value.id)
        name = call.attr.lstrip("_") if call.value.id == "self" else f"{call.value.id}.{call.attr}"
        found.append((name, (getattr(owner, call.attr).__doc__ or "").strip().split("\n")[0]))
    return found


def modules() -> list[tuple[str, str]]:
    """(name, first sentence) of the mechanisms in sim/processes."""
    found = []
    for path in sorted((ROOT / "sim" / "processes").glob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if said:
            found.append((path.stem, " ".join(said.split("\n\n")[0].split())))
    return found


def _firm_columns(lang: str) -> str:
    head = _say(lang, "变量,单位,含义,固定", "variable,unit,meaning,fixed")
    return _table(head, ((f"`{name}`", c.unit, _in(lang, "firm", name, c.meaning), "×" if c.fixed else "") for name, c in columns.COLUMNS.items()))


def _person_columns(lang: str) -> str:
    head = _say(lang, "变量,单位,含义", "variable,unit,meaning")
    return _table(head, ((f"`{name}`", c[1], _in(lang, "person", name, c[2])) for name, c in people.COLUMNS.items()))


def _schedule(lang: str) -> str:
    head = _say(lang, "序,过程,做什么", "no.,process,what it does")
    return _table(head, ((k, f"`{name}`", _in(lang, "step", name, said or FRAME.get(name, ""))) for k, (name, said) in enumerate(steps(), 1)))


FRAME = {
    "begin_quarter": "Next quarter: rules of the running programmes, flows set to zero, state remembered for comparison.",
    "open_purses": "The budget office fills the purses of the year; other public spending takes place.",
    "close_quarter": "Unspent money goes back at the end of the year, banks book, stakes are appraised, taxes are collected; every identity of the books is checked and the quarter is recorded.",
}  # fmt: skip


def _submodels(lang: str) -> str:
    head = _say(lang, "模块,内容", "module,subject")
    return _table(head, ((f"`sim/processes/{name}.py`", _in(lang, "process", name, said)) for name, said in modules()))


def _programmes(lang: str) -> str:
    head = _say(lang, "项目,名称,主要结果,预期方向,条款数", "programme,name and channel,first outcome,expected sign,terms")
    numbers, rows = registry("nantong"), []
    for id, kind in CATALOGUE.items():
        first = decompose.judged(id)[0]
        words = kind.zh if lang == "zh" else f"{kind.en}: {kind.channel}"
        rows.append((f"`{id}`", words, getattr(METRICS[first.outcome], lang), first.sign.replace("-", "−"), len(numbers.terms(id))))
    return _table(head, rows)


def _register(lang: str) -> str:
    head = _say(lang, "级别,可用,参数,待建,不纳入", "priority,live,number,open,out of scope")
    words = {"core": "核心", "second": "次要", "context": "背景"}
    rows = register.rows()
    return _table(head, ((words[p] if lang == "zh" else p, *(sum(r.priority == p and r.state == s for r in rows) for s in register.STATES)) for p in register.PRIORITIES))


def _numbers(lang: str) -> str:
    head = _say(lang, "文件,个数,文件原文,统计,文献,假设,有先验", "file,numbers,document,statistic,literature,assumption,with a prior")
    found: dict[str, list] = {}
    for number in registry("nantong"):
        path = Path(number.file).relative_to(ROOT / "sim" / "parameters")
        found.setdefault("data/programmes" if "programmes" in path.parts else path.as_posix(), []).append(number)
    rows = [(f"`{name}`", *_kinds(numbers)) for name, numbers in sorted(found.items())]
    return _table(head, [*rows, ("合计" if lang == "zh" else "all", *_kinds(list(registry("nantong"))))])


def _kinds(numbers: list) -> tuple[int, ...]:
    return (len(numbers), *(sum(n.kind == kind for n in numbers) for kind in KINDS), sum(n.prior is not None for n in numbers))


def _paths(lang: str) -> str:
    head = _say(lang, "路径,含义,取值,来源", "path,meaning,values,source")
    found = (n for n in registry("nantong") if n.type == "path" and not n.id.startswith(tuple(f"{id}." for id in CATALOGUE)))
    return _table(head, ((f"`{n.id}`", getattr(n, lang), ", ".join(f"{q}: {v:g}" for q, v in n.written(n.default).items()), n.source) for n in found))


def _patterns(lang: str) -> str:
    head = _say(lang, "#,模式,事实区间,来源,曾用于校准", "#,pattern,range of the fact,source,calibrated to")
    yes = ("是", "") if lang == "zh" else ("yes", "")
    rows = ((k, check.zh if lang == "zh" else check.en, f"{check.band[0]:.4g} – {check.band[1]:.4g}", check.source, yes[not check.calibrated])
            for k, check in enumerate(scorecard.CHECKS, 1))  # fmt: skip
    return _table(head, rows)


def _metrics(lang: str) -> str:
    head = _say(lang, "指标,名称,单位,按", "metric,name,unit,by")
    return _table(head, ((f"`{m.name}`", getattr(m, lang), m.unit, m.dim or "") for m in METRICS.values()))


def _luck(lang: str) -> str:
    return ", ".join(f"`{name}`" for name in sorted(streams.DECISIONS))


def _places(lang: str) -> str:
    head = _say(lang, "地区,位于,所依据,板块数,年末2020高企", "place,inside,builds on,districts,HNTEs at the end of 2020")
    rows = []
    for name in places():
        known = registry(name)
        districts = {id.split(".")[2] for id in known.ids if id.startswith("place.district.")}
        rows.append((f"`{name}`", known.inside or "—", known.base or "—", len(districts), f"{known['place.hnte'].default:g}"))
    return _table(head, rows)


def _counts() -> dict[str, int]:
    rows = register.rows()
    return {"n_columns": len(columns.COLUMNS), "n_metrics": len(METRICS), "n_programmes": len(CATALOGUE), "n_rows": len(rows),
            "n_numbers": len(registry("nantong")), "n_steps": len(steps()), "n_checks": len(scorecard.CHECKS),
            "n_decisions": len(streams.DECISIONS)}  # fmt: skip


TABLES = {
    "firm_columns": _firm_columns, "person_columns": _person_columns, "schedule": _schedule, "submodels": _submodels,
    "programmes": _programmes, "register": _register, "numbers": _numbers, "paths": _paths, "patterns": _patterns,
    "metrics": _metrics, "luck": _luck, "places": _places,
}  # fmt: skip

if __name__ == "__main__":
    sys.stdout.write("".join(f"{path}\n" for path in write()))
