"""The strict reader: what it accepts, and that everything else is refused with file, line and field."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim import inputs
from sim.errors import InputError, nearest
from sim.inputs import MAX_BYTES, MAX_DEPTH, Node, parse, read_yaml

PARSERS = [inputs.LOADER, yaml.SafeLoader]

GOOD = """\
# 说明 comment
name: 奖励加码
on_time: true
rate: 0.05
large: 1e6
negative: -3
quoted: "010"
word: 2021Q2
text: |
  两行
  文字
terms: {amount: 900000, list: [1, 2.5, three]}
empty: {}
"""
PLAIN = {
    "name": "奖励加码",
    "on_time": True,
    "rate": 0.05,
    "large": 1e6,
    "negative": -3,
    "quoted": "010",
    "word": "2021Q2",
    "text": "两行\n文字\n",
    "terms": {"amount": 900000, "list": [1, 2.5, "three"]},
    "empty": {},
}


@pytest.fixture(params=PARSERS, ids=lambda loader: loader.__name__)
def parser(request, monkeypatch):
    """Both parsers in turn: libyaml is not there on every machine."""
    monkeypatch.setattr(inputs, "LOADER", request.param)


@pytest.mark.parametrize("encode", ["plain", "BOM", "CRLF", "CR"])
def test_a_good_file_is_read_whatever_its_line_ends(parser, encode, tmp_path):
    data = GOOD.encode("utf-8-sig" if encode == "BOM" else "utf-8")
    data = data.replace(b"\n", {"CRLF": b"\r\n", "CR": b"\r"}.get(encode, b"\n"))
    (tmp_path / "好 file.yaml").write_bytes(data)
    node = read_yaml(tmp_path / "好 file.yaml")
    assert node.plain() == PLAIN
    assert type(node.value["negative"].value) is int and type(node.value["large"].value) is float
    assert node.value["terms"].value["list"].line == 12
    assert node.value["terms"].value["list"].value[1].field == "terms.list[1]"


# what is written as the value of `key`, and a part of what the error says
SCALARS = {
    "yes": "true, false",
    "No": "true, false",
    "on": "true, false",
    "OFF": "true, false",
    "True": "true, false",
    "FALSE": "true, false",
    "010": "leading zero",
    "-007": "leading zero",
    "00.5": "leading zero",
    "1_000": "underscore",
    "1_0.5": "underscore",
    "1:30": "time",
    "190:20:30.15": "time",
    "2021-04-01": "date",
    "2021-04": "date",
    "2021-04-01T10:00:00Z": "date",
    "2001-12-14 21:59:43.10 -5": "date",
    ".nan": "finite",
    "NaN": "finite",
    "nan": "finite",
    ".inf": "finite",
    "-.INF": "finite",
    "inf": "finite",
    "Infinity": "finite",
    "1e999": "too large",
    "9007199254740993": "too large",
    "1" * 500: "too large",
    "0x10": "decimal",
    "0o17": "decimal",
    "0b1": "decimal",
    "+5": "misspelt number",
    ".5": "misspelt number",
    "5.": "misspelt number",
    "null": "no value",
    "~": "no value",
    "": "no value",
    "&a x": "anchor",
    "*a": "alias",
    "!!python/object:os.system x": "tag",
    "!!str 1": "tag",
    "!x 1": "tag",
    "! 1": "tag",
    "${oc.env:HOME}": "no input file may hold",
    "'${x}'": "no input file may hold",
    '"\\x24{x}"': "no input file may hold",
    '"\\u202e"': "U+202E",
    '"\\0"': "U+0000",
    '"\\ud800"': "",
    '"\\U99999999"': "YAML",
    "a\u202eb": "U+202E",
    "a\u2066b": "U+2066",
    "a\u200bb": "U+200B",
    "a\x00b": "U+0000",
    "a\x1bb": "U+001B",
    "a\x85b": "U+0085",
    "a\u2028b": "U+2028",
    "x" * 2001: "too long",
    "'" + "x" * 2001 + "'": "too long",
    "[1, 2": "YAML",
    "{a: 1": "YAML",
    "'open": "YAML",
    "a: b": "YAML",
    "@x": "YAML",
    "`x`": "YAML",
    "\tx": "tab",
    '"\\t"': "tab",
    "{a: 1, a: 2}": "twice",
    "{? [1]: 2}": "key",
    "{'': 2}": "key",
    "{" + "k" * 81 + ": 2}": "too long",
    "{_target_: os.system}": "_target_",
    "{a, b}": "no value",
}


@pytest.mark.parametrize("written", SCALARS, ids=lambda text: ascii(text)[:30])
def test_what_yaml_would_guess_or_run_is_refused_where_it_stands(parser, written):
    with pytest.raises(InputError) as caught:
        parse(f"first: 1\nouter:\n  key: {written}\nlast: 1\n".encode(), "x.yaml")
    error = caught.value
    assert error.file == "x.yaml"
    assert error.line in (2, 3, 4, 5)  # a parser sees an open bracket only where the text ends
    assert error.line == 3 or "YAML" in error.problem
    assert error.field == "file" or error.field.startswith("outer")
    assert SCALARS[written] in str(error)
    assert str(error).startswith(f"x.yaml:{error.line}: ")
    assert str(error).isprintable()


@pytest.mark.parametrize(
    "written", ["a 010", "2021年", "1,000", "50%", "2021Q1", "=1+1", "x_target", "12 yes", "-", "<b>"]
)
def test_other_plain_words_are_texts(parser, written):
    value = parse(f"key: {written}\n".encode(), "f").value["key"].value if written != "-" else "-"
    assert value == written


WHOLE = {
    "empty": b"",
    "only a comment": b"# nothing\n",
    "BOM only": b"\xef\xbb\xbf",
    "Latin-1": "a: 1\nname: caf\xe9\n".encode("latin-1"),
    "GBK": "name: 南通\n".encode("gbk"),
    "UTF-16": "name: x\n".encode("utf-16"),
    "binary": bytes(range(256)),
    "NUL": b"a: 1\n\x00",
    "a list": b"- 1\n- 2\n",
    "a word": b"word\n",
    "two documents": b"a: 1\n---\nb: 2\n",
    "a directive": b"%YAML 1.1\n---\na: 1\n",
    "an unknown directive": b"%FOO bar\n---\na: 1\n",
    "duplicate key": b"a: 1\nb: 2\na: 3\n",
    "a package comment": b"# @package _global_\na: 1\n",
    "one byte too many": b"a: 1\n" + b"#" * (MAX_BYTES - 4),
    "10 MB": b"a: 1\n" * 2_000_000,
    "3,000 lists deep": b"a: " + b"[" * 3000 + b"]" * 3000,
    "3,000 mappings deep": b"{a: " * 3000 + b"}" * 3000,
    "a file of brackets": b"[" * MAX_BYTES,
    "deep blocks": "\n".join(" " * i + "a:" for i in range(700)).encode(),
    "deep dashes": b"- " * 3000 + b"1",
    "deep questions": b"? " * 3000 + b"1",
    "alias bomb": b"a: &a [x,x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (i, i, i - 1, i - 1) for i in range(98, 122)),
    "merge key": b"a: {b: 1}\nc:\n  <<: *a\n",
    "many values": b"a: [" + b"1," * 100_000 + b"]",
    "a long text": b"a: " + b"x" * (MAX_BYTES - 4),
    "an open quote": b'a: "' + b"\\n" * 100_000,
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_hostile_file_is_refused_fast(parser, data, tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(data)
    begin = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_yaml(file)
    assert time.perf_counter() - begin < 2 * (1 if inputs.LOADER is PARSERS[0] else 4)
    assert caught.value.file == str(file) and caught.value.line >= 1 and caught.value.field


def test_the_largest_file_is_accepted(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"a: 1\n" + b"#" * (MAX_BYTES - 5))
    assert read_yaml(tmp_path / "x.yaml").plain() == {"a": 1}


def test_depth_is_accepted_to_the_limit_and_no_further(parser):
    def nested(depth: int) -> bytes:
        return b"a: " + b"[" * (depth - 1) + b"]" * (depth - 1)

    parse(nested(MAX_DEPTH), "f")
    with pytest.raises(InputError, match="nested"):
        parse(nested(MAX_DEPTH + 1), "f")


@pytest.mark.parametrize("path", ["missing.yaml", ".", "nul\0.yaml", "x" * 5000, "loop.yaml", "pipe.yaml"])
def test_what_is_no_regular_file_is_refused(path, tmp_path):
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError) as caught:
        read_yaml(f"{tmp_path}/{path}")
    assert caught.value.line == 1 and str(caught.value).isprintable()


def test_duplicate_key_names_both_lines():
    with pytest.raises(InputError) as caught:
        parse(b"a:\n  x: 1\n  y: 2\n  x: 3\n", "f.yaml")
    assert (caught.value.file, caught.value.line, caught.value.field) == ("f.yaml", 4, "a.x")
    assert "first in line 2" in str(caught.value)


def test_a_full_width_colon_is_named_where_it_is_written(parser):
    for text, line, field in (
        ("name：x\ntitle: y\n", 1, "name"),
        ("名称：x\n", 1, "名称"),
        ("a:\n  b: 1\n  cd： 2\n  e: 3\n", 3, "cd"),
    ):
        with pytest.raises(InputError, match="full-width colon") as caught:
            parse(text.encode(), "f.yaml")
        assert (caught.value.line, caught.value.field) == (line, field)
    assert parse("a: 说明：文字\nb: |\n  注意：x\n".encode(), "f").plain() == {"a": "说明：文字", "b": "注意：x\n"}


def test_a_misspelt_file_name_suggests_the_file_beside_it(tmp_path):
    (tmp_path / "mine.yaml").write_text("a: 1\n")
    with pytest.raises(InputError, match="no such file") as caught:
        read_yaml(tmp_path / "mine.yml")
    assert caught.value.nearest == str(tmp_path / "mine.yaml")


def test_unknown_key_suggests_the_nearest():
    with pytest.raises(InputError) as caught:
        parse("名: 1\nprogrames: {}\n".encode(), "f.yaml").mapping(("名", "programmes"))
    error = caught.value
    assert (error.file, error.line, error.field, error.value) == ("f.yaml", 2, "programes", "programes")
    assert str(error).endswith("got 'programes'; allowed: 名, programmes; did you mean 'programmes'?")


def test_a_lacking_key_is_named():
    with pytest.raises(InputError, match="lacks `b`"):
        parse(b"a: 1\n", "f").mapping(required=("b",))


@pytest.mark.parametrize(
    ("value", "problem"), [(1, "text"), (True, "text"), (" ", "empty"), ("x" * 11, "too long"), ("a\nb", "one line")]
)
def test_text_is_checked(value, problem):
    with pytest.raises(InputError, match=problem):
        Node(value, "f", 1, "key").text(10)


def test_mapping_and_list_are_checked():
    with pytest.raises(InputError, match="mapping"):
        Node(1, "f", 1, "key").mapping()
    with pytest.raises(InputError, match="list"):
        Node({}, "f", 1, "key").items()


def test_an_error_survives_the_way_back_from_a_worker():
    error = InputError("is wrong", file=Path("f.yaml"), line=3, field="a.b", value=0.5, allowed="0 to 1", nearest="c")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(error) == "f.yaml:3: a.b: is wrong; got 0.5; allowed: 0 to 1; did you mean 'c'?"


def test_an_error_shows_hostile_values_as_one_short_line():
    text = str(
        InputError("is wrong", field="a\nb", value="\x1b[31m" + "x" * 5000, allowed=[f"k{i}" for i in range(50)])
    )
    assert text.isprintable() and len(text) < 400
    assert "\\x1b" in text and "50 in all" in text


def test_nearest_finds_a_typo_and_nothing_for_nonsense():
    assert nearest("award.hntee", ["award.hnte", "loan.sukedai"]) == "award.hnte"
    assert nearest("zzz", ["award.hnte"]) is None


YAML_BITS = st.sampled_from(
    list("ab01:-?[]{},&*!|>'\"%@`#\n\n  \t\\~.=<") + ["南", ": ", "- ", "\n  ", "---\n", "...", "\u202e"]
)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@example(b"a: 'x\n")
@given(st.one_of(st.binary(max_size=60), st.lists(YAML_BITS, max_size=40).map(lambda bits: "".join(bits).encode())))
def test_any_bytes_are_read_or_refused(data):
    for loader in PARSERS:
        kept, inputs.LOADER = inputs.LOADER, loader
        try:
            assert isinstance(parse(data, "f").plain(), dict)
        except InputError as error:
            assert error.line >= 1 and error.field and str(error).isprintable()
        finally:
            inputs.LOADER = kept
