"""The errors of the command line in Chinese: none is missing, none is left half in English, and English stays."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from test_inputs import SCALARS
from test_inputs import WHOLE as HOSTILE
from test_scenario_files import BAD, CATALOGUE, GOOD, NUMBERS

import sim
from sim.errors import InputError, StudyError
from sim.inputs import parse
from sim.parameters import Registry
from sim.scenario import load
from sim.wording import ZH, told

ROOT = Path(sim.__file__).parent
# What raises errors that a user of the command line can meet. Number files come with the project.
SOURCES = [ROOT / f"{name}.py" for name in (
    "inputs", "scenario", "scenario_files", "settings", "config", "cli", "entry", "study/design", "study/runner", "study/pool", "study/journal", "study/manifest",
    "study/sampling", "study/executors", "study/estimate", "study/export", "study/extras", "study/folders", "study/dask_crew",
    "study/ray_crew",
)]  # fmt: skip
RAISERS = {"InputError", "StudyError", "InnosimError", "error", "refuse", "_refusal"}
# Of what others say (SQLite, a worker), or of numbers alone.
BUILT = {"{0}", "{0}: {1}", "{0}; start it again", "-{0} … {1}", "{0} to {1}", "1 to {0}"}


def english(node: ast.expr, constants: dict[str, str]) -> str | None:
    """The sentence that an expression stands for, with its holes; None if it is no text."""
    if isinstance(node, ast.Name):
        return constants.get(node.id)  # a file's name is no part of a sentence
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    text, holes = "", 0
    for part in node.values:
        inner = english(part if isinstance(part, ast.Constant) else part.value, constants)
        if inner is None:
            inner, holes = f"{{{holes}}}", holes + 1
        text += inner
    return text


def sentences(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {"STOP": "stop must be after start"}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            constants |= {node.targets[0].id: node.value.value} if node.targets[0].id != "FILE" else {}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in RAISERS:
            parts = [*node.args, *(word.value for word in node.keywords if word.arg == "allowed")]
            found |= {english(part, constants) for part in parts}
    return {text for text in found if text and " " in text} - BUILT


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_sentence_is_there_in_chinese(path):
    assert sorted(sentences(path) - set(ZH)) == []


def test_every_rule_of_a_setting_is_there_in_chinese():
    from sim.config import SCHEMA

    rules = [rule for group in SCHEMA.values() for rule in (group.values() if isinstance(group, dict) else [group])]
    assert [
        says for _, says in rules if " " in says and says not in ZH and not re.fullmatch(r"\w+(, \w+)*", says)
    ] == []


def test_the_table_is_whole():
    for text, chinese in ZH.items():
        assert set(re.findall(r"\{\d\}", text)) == set(re.findall(r"\{\d\}", chinese)), text
        chinese.encode("gbk")


def left(text: str) -> str | None:
    """Three English words in a row, which no name, value or unit is."""
    found = re.search(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}", re.sub(r"'[^']*'|`[^`]*`|YAML 格式有误.*", "", text))
    return found and found.group()


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_errors_of_scenario_files_are_chinese_with_the_same_place(case, tmp_path):
    old, new, line, field, _ = case
    (tmp_path / "n.yaml").write_text(NUMBERS, encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(file, CATALOGUE, Registry.read([tmp_path / "n.yaml"]))
    text = told(caught.value, "zh")
    assert text.startswith(f"{file}:{line}: {field}: ") and text.isprintable()
    assert re.search("[\u4e00-\u9fff]", text.removeprefix(f"{file}:{line}: {field}: ")) and not left(text)
    assert told(caught.value, "en") == str(caught.value)


@pytest.mark.parametrize("data", [*(f"a:\n  key: {v}\n".encode(errors="replace") for v in SCALARS), *HOSTILE.values()],
                         ids=[ascii(name)[:30] for name in (*SCALARS, *HOSTILE)])  # fmt: skip
def test_errors_of_hostile_files_are_chinese(data):
    try:
        parse(data, "f.yaml")
    except InputError as error:
        assert not left(told(error, "zh"))


@pytest.mark.parametrize(
    ("error", "chinese"),
    [
        (InputError("is not acceptable", field="study.quarters", value="0", allowed="a whole number from 1 to 80"),
         "study.quarters: 取值不合要求；现写作 '0'；允许: 1 至 80 的整数"),
        (InputError("unknown key", file="我.yaml", line=3, field="titel", value="titel", allowed=["name", "title"], nearest="title"),
         "我.yaml:3: titel: 没有这个键；现写作 'titel'；允许: name, title；是否想写 'title'？"),
        (InputError("there is no such number", nearest=("a.b", "c.d")), "没有这个参数；是否想写 'a.b', 'c.d'？"),
        (InputError("lacks `x`; {0}", value="{0}"), "lacks `x`; {0}；现写作 '{0}'"),
        (StudyError("a b/c: cannot be made (Permission denied)"), "a b/c: 无法新建文件夹(没有权限)"),
        (InputError("is out of range", value=9, allowed="-0.5 to 1e+08 RMB/firm"), "超出允许范围；现写作 9；允许: -0.5 至 1e+08 RMB/firm"),
        (StudyError("a to b of c"), "a to b of c"),
        (StudyError("something new"), "something new"),
    ],
)  # fmt: skip
def test_known_sentences(error, chinese):
    assert told(error, "zh") == chinese and told(error, "en") == str(error)
