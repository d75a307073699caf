"""Scenario files: what a good one means, and every bad one refused with file, line, field and the nearest name."""

from __future__ import annotations

import json
import pickle
import random
import time

import pytest

from sim import scenario, shipped
from sim.errors import InnosimError, InputError
from sim.inputs import parse
from sim.parameters import Registry, registry
from sim.scenario import Scenario, load

CATALOGUE = ("award.hnte", "loan.sukedai", "policy30")
TERM = "{{default: {0}, unit: {1}, meaning: {{zh: 词, en: word}}, {2}kind: assumption, source: why}}\n"
NUMBERS = "".join(
    f"{programme}.dose: " + TERM.format(1, "multiple", "range: [0, 20], ")
    + f"{programme}.start: " + TERM.format("2021Q2", "quarter", "")
    + f"{programme}.stop: " + TERM.format("2041Q1", "quarter", "")
    for programme in CATALOGUE
) + "".join([
    "award.hnte.amount: " + TERM.format(450000, "RMB/firm", "range: [0, 1e8], "),
    "award.hnte.county_factor: " + TERM.format(0.6, "share", "range: [0, 1], "),
    "award.hnte.open: " + TERM.format("true", "truth", ""),
    "loan.sukedai.pool: " + TERM.format("{2021Q1: 1e8}", "RMB", "range: [0, 1e10], "),
    "credit.rate_cap: " + TERM.format(0.075, "share/year", "range: [0.02, 0.24], "),
    "firm.rule: " + TERM.format("queue", "word", "choices: [queue, lottery], "),
])  # fmt: skip

GOOD = """\
name: award_push
title: {zh: 奖励加码, en: Award push}
question: {zh: 加码奖励有多少额外效果？, en: What does a larger award add?}
programmes:
  award.hnte:
    amount: 900000
    county_factor: 0.5
    start: 2022Q1
  loan.sukedai: {pool: {2021Q1: 1e8, 2023Q1: 2e8}}
parameters:
  credit.rate_cap: 0.08
sources:
  - 南通“创新30条”
"""


@pytest.fixture(scope="module")
def numbers(tmp_path_factory) -> Registry:
    file = tmp_path_factory.mktemp("numbers") / "n.yaml"
    file.write_text(NUMBERS, encoding="utf-8")
    return Registry.read([file])


@pytest.fixture
def read(tmp_path, numbers):
    """Write `text` as `mine.yaml` (and others beside it) and load it."""

    def load_text(text: str | bytes, **beside: str) -> Scenario:
        for name, content in {**beside, "mine": text}.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}.yaml").write_bytes(data)
        return load(tmp_path / "mine.yaml", CATALOGUE, numbers)

    return load_text


def test_a_good_file_is_read(read, numbers):
    found = read(GOOD)
    assert (found.name, found.title, found.programmes) == (
        "award_push",
        {"zh": "奖励加码", "en": "Award push"},
        ("award.hnte", "loan.sukedai"),
    )
    assert found.overrides == {
        "award.hnte.amount": 900000.0,
        "award.hnte.county_factor": 0.5,
        "award.hnte.start": "2022Q1",
        "credit.rate_cap": 0.08,
        "loan.sukedai.pool": {"2021Q1": 1e8, "2023Q1": 2e8},
    }
    assert found.sources == ("南通“创新30条”",)
    values = numbers.resolve(found.overrides)
    assert values["award.hnte.start"] == 4 and values.at("loan.sukedai.pool", 8) == 2e8


def test_a_scenario_survives_json_and_pickle(read, numbers):
    found = read(GOOD)
    assert pickle.loads(pickle.dumps(found)) == found and hash(found) == hash(pickle.loads(pickle.dumps(found)))
    assert numbers.resolve(json.loads(json.dumps(found.overrides))) == numbers.resolve(found.overrides)
    with pytest.raises(AttributeError):
        found.name = "other"


def test_the_digest_is_of_the_policy_not_of_its_wording(read):
    digest = read(GOOD).digest
    same = [
        ("奖励加码", "奖励"),
        ("900000", "9e5"),
        ("0.08\n", "8e-2\n"),
        ("南通", "省"),
        ("name:", "# 说明\nname:"),
        ("1e8, 2023", "100000000, 2023"),
    ]
    other = [
        ("900000", "900001"),
        ("award_push", "award_pull"),
        ("2022Q1", "2022Q2"),
        ("{pool: {2021Q1: 1e8, 2023Q1: 2e8}}", "{}"),
    ]
    assert {read(GOOD.replace(*change)).digest for change in same} == {digest}
    assert len({digest, *(read(GOOD.replace(*change)).digest for change in other)}) == 1 + len(other)


def test_the_order_in_the_file_does_not_matter(read):
    swapped = GOOD.replace(
        "    amount: 900000\n    county_factor: 0.5\n", "    county_factor: 0.5\n    amount: 900000\n"
    )
    lines = swapped.splitlines(keepends=True)
    assert read("".join(lines[3:] + lines[:3])) == read(GOOD)


def test_bom_and_crlf_are_accepted(read):
    assert read(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()) == read(GOOD)


# what is replaced in GOOD, by what; then line, field and a part of the message
BAD = {
    "typo in a key": ("programmes:", "programes:", 4, "programes", "did you mean 'programmes'"),
    "typo in a programme": ("award.hnte:", "award.hntee:", 5, "programmes.award.hntee", "did you mean 'award.hnte'"),
    "typo in a term": ("amount:", "amuont:", 6, "programmes.award.hnte.amuont", "did you mean 'amount'"),
    "typo in a parameter": ("credit.rate_cap", "credit.ratecap", 11, "parameters.credit.ratecap", "did you mean 'credit.rate_cap'"),
    "unknown programme": ("loan.sukedai", "space.rockets", 9, "programmes.space.rockets", "no such programme"),
    "a term among parameters": ("credit.rate_cap: 0.08", "award.hnte.amount: 1", 11, "parameters.award.hnte.amount", "under `programmes`"),
    "duplicate key": ("county_factor: 0.5", "amount: 0.5", 7, "programmes.award.hnte.amount", "twice, first in line 6"),
    "duplicate programme": ("loan.sukedai", "award.hnte", 9, "programmes.award.hnte", "twice, first in line 5"),
    "duplicate key at the top": ("award_push\n", "award_push\nname: other\n", 2, "name", "twice, first in line 1"),
    "negative rate": ("0.08", "-0.08", 11, "parameters.credit.rate_cap", "allowed: 0.02 to 0.24 share/year"),
    "50 for 0.5": ("factor: 0.5", "factor: 50", 7, "programmes.award.hnte.county_factor", "0.5, not 50"),
    "percent": ("factor: 0.5", "factor: 50%", 7, "programmes.award.hnte.county_factor", "must be a number"),
    "NaN": ("0.08", ".nan", 11, "parameters.credit.rate_cap", "finite"),
    "bare nan": ("0.08", "NaN", 11, "parameters.credit.rate_cap", "finite"),
    "inf": ("900000", ".inf", 6, "programmes.award.hnte.amount", "finite"),
    "quoted number": ("0.08", "'0.08'", 11, "parameters.credit.rate_cap", "without quotes"),
    "yes": ("county_factor: 0.5", "open: yes", 7, "programmes.award.hnte.open", "true, false"),
    "1 for true": ("county_factor: 0.5", "open: 1", 7, "programmes.award.hnte.open", "true or false"),
    "true for a number": ("0.08", "true", 11, "parameters.credit.rate_cap", "must be a number"),
    "010": ("900000", "010", 6, "programmes.award.hnte.amount", "leading zero"),
    "1:30": ("900000", "1:30", 6, "programmes.award.hnte.amount", "time"),
    "underscore": ("900000", "900_000", 6, "programmes.award.hnte.amount", "underscore"),
    "comma": ("900000", "900,000", 6, "programmes.award.hnte.amount", "must be a number"),
    "a unit": ("900000", "90万元", 6, "programmes.award.hnte.amount", "allowed: 0 to 100000000 RMB/firm"),
    "implicit date": ("2022Q1", "2022-01-01", 8, "programmes.award.hnte.start", "date"),
    "a month": ("2022Q1", "2022-01", 8, "programmes.award.hnte.start", "date"),
    "a year": ("2022Q1", "2022", 8, "programmes.award.hnte.start", "quarter such as 2021Q2"),
    "quarter 5": ("2022Q1", "2022Q5", 8, "programmes.award.hnte.start", "quarter such as 2021Q2"),
    "stop before start": ("factor: 0.5", "factor: 0.5\n    stop: 2021Q4", 8, "programmes.award.hnte.stop", "after 2022Q1"),
    "start after the default stop": ("2022Q1", "2041Q1", 8, "programmes.award.hnte.start", "before 2041Q1"),
    "path that begins late": ("{2021Q1: 1e8, 2023Q1: 2e8}", "{2023Q1: 2e8}", 9, "programmes.loan.sukedai.pool", "from 2021Q1"),
    "path of words": ("2023Q1: 2e8", "2023: 2e8", 9, "programmes.loan.sukedai.pool", "quarters to numbers"),
    "list for a number": ("0.08", "[0.08]", 11, "parameters.credit.rate_cap", "must be a number"),
    "mapping for a number": ("0.08", "{a: 1}", 11, "parameters.credit.rate_cap", "must be a number"),
    "no terms": ("{pool: {2021Q1: 1e8, 2023Q1: 2e8}}", "", 9, "programmes.loan.sukedai", "{}"),
    "a word for terms": ("{pool: {2021Q1: 1e8, 2023Q1: 2e8}}", "on_", 9, "programmes.loan.sukedai", "mapping of terms"),
    "choice": ("credit.rate_cap: 0.08", "firm.rule: queu", 11, "parameters.firm.rule", "did you mean 'queue'"),
    "a path as name": ("award_push", "../../x", 1, "name", "name of a scenario"),
    "absolute name": ("award_push", "/etc/passwd", 1, "name", "name of a scenario"),
    "markup in a name": ("award_push", "<img src=x onerror=alert(1)>", 1, "name", "name of a scenario"),
    "script in a name": ("award_push", "</script>", 1, "name", "name of a scenario"),
    "formula as a name": ("award_push", "=1+1", 1, "name", "name of a scenario"),
    "command as a name": ("award_push", "=cmd|' /C calc'!A0", 1, "name", "name of a scenario"),
    "template as a name": ("award_push", "'{{7*7}}'", 1, "name", "name of a scenario"),
    "capital name": ("award_push", "Award", 1, "name", "name of a scenario"),
    "Chinese name": ("award_push", "奖励", 1, "name", "name of a scenario"),
    "line end in a name": ("award_push", '"award\\n"', 1, "name", "name of a scenario"),
    "number as a name": ("award_push", "1", 1, "name", "name of a scenario"),
    "bidi": ("奖励加码", "奖励\u202e加码", 2, "file", "U+202E"),
    "escaped bidi": ("奖励加码", '"奖励\\u202e"', 2, "title.zh", "U+202E"),
    "NUL": ("奖励加码", "奖励\0", 2, "file", "U+0000"),
    "300 characters as name": ("award_push", "a" * 300, 1, "name", "name of a scenario"),
    "300 characters as title": ("奖励加码", "长" * 300, 2, "title.zh", "at most 200"),
    "interpolation": ("0.08", "${oc.env:HOME}", 11, "file", "no input file may hold"),
    "escaped interpolation": ("奖励加码", '"\\x24{oc.env:HOME}"', 2, "title.zh", "no input file may hold"),
    "_target_": ("    amount:", "    _target_:", 6, "file", "_target_"),
    "package": ("name: award_push", "# @package _global_\nname: award_push", 1, "file", "@package"),
    "alias": ("loan.sukedai: {pool: {2021Q1: 1e8, 2023Q1: 2e8}}", "loan.sukedai: *x", 9, "programmes.loan.sukedai", "alias"),
    "anchor": ("  award.hnte:\n", "  award.hnte: &x\n", 5, "programmes.award.hnte", "anchor"),
    "object tag": ("0.08", "!!python/object/apply:os.system [id]", 11, "parameters.credit.rate_cap", "tag"),
    "empty title": ("zh: 奖励加码", "zh: ' '", 2, "title.zh", "empty"),
    "title in one language": ("zh: 奖励加码, ", "", 2, "title", "lacks `zh`"),
    "title as a word": ("{zh: 奖励加码, en: Award push}", "奖励", 2, "title", "mapping"),
    "no sources": ("  - 南通“创新30条”\n", "  []\n", 12, "sources", "at least one source"),
    "unknown base": ("parameters:", "base: no_such\nparameters:", 10, "base", "no such base"),
    "base as a path": ("parameters:", "base: ../../x\nparameters:", 10, "base", "name of a scenario"),
    "its own base": ("parameters:", "base: mine\nparameters:", 10, "base", "cycle"),
    "remove without a base": ("parameters:", "remove: [policy30]\nparameters:", 10, "remove[0]", "not a programme of the base"),
    "a tab": ("    amount", "\tamount", 6, "file", "use spaces"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "field", "says"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_where_it_is_bad(read, tmp_path, old, new, line, field, says):
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        read(GOOD.replace(old, new))
    error = caught.value
    assert (error.file, error.line, error.field) == (str(tmp_path / "mine.yaml"), line, field)
    assert says in str(error) and str(error).isprintable()


WHOLE = {
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "Latin-1": GOOD.replace("奖励加码", "café")
    .replace("加码奖励有多少额外效果？", "é")
    .replace("南通“创新30条”", "é")
    .encode("latin-1"),
    "10 MB": GOOD.encode() + b"#" * 10_000_000,
    "3,000 brackets": GOOD.encode() + b"remove: " + b"[" * 3000,
    "3,000 braces": GOOD.encode() + b"remove: " + b"{a: " * 3000,
    "3,000 dashes": GOOD.encode() + b"remove:\n" + b"- " * 3000,
    "deep blocks": GOOD.encode() + b"remove:\n" + b"\n".join(b" " * i + b"a:" for i in range(1, 600)),
    "alias bomb": b"a: &a [x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (i, i, i - 1, i - 1) for i in range(98, 122)),
    "Hydra callback": b"# @package _global_\nhydra:\n  callbacks:\n    x: {_target_: os.system}\n",
    "two documents": GOOD.encode() + b"---\n" + GOOD.encode(),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_hostile_file_is_refused_within_two_seconds(read, data):
    begin = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read(data)
    assert time.perf_counter() - begin < 2
    assert caught.value.file and caught.value.line and caught.value.field


@pytest.mark.parametrize("key", ["name", "title", "question", "sources", "programmes"])
def test_every_part_is_required(read, key):
    text = "".join(f"{k}: {v}\n" for k, v in PARTS.items() if k != key)
    with pytest.raises(InputError, match=f"lacks `{key}`"):
        read(text)


PARTS = {"name": "x", "title": "{zh: 甲, en: a}", "question": "{zh: 乙, en: b}", "sources": "[why]", "programmes": "{}"}
HEAD = "".join(f"{key}: {value}\n" for key, value in PARTS.items() if key != "programmes")


def test_terms_merge_over_those_of_the_base(read):
    found = read(
        HEAD + "base: first\nprogrammes: {award.hnte: {amount: 1}, policy30: {}}\nparameters: {firm.rule: lottery}\n",
        first=GOOD,
    )
    assert found.name == "x" and found.sources == ("why",)
    assert found.programmes == ("award.hnte", "loan.sukedai", "policy30")
    assert found.overrides["award.hnte.amount"] == 1 and found.overrides["award.hnte.county_factor"] == 0.5
    assert found.overrides["credit.rate_cap"] == 0.08 and found.overrides["firm.rule"] == "lottery"


def test_a_removed_programme_leaves_with_its_terms(read):
    found = read(HEAD + "base: first\nremove: [award.hnte]\n", first=GOOD)
    assert found.programmes == ("loan.sukedai",)
    assert not [id for id in found.overrides if id.startswith("award.hnte.")]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("base: first\nremove: [award.hntee]\n", 6, "did you mean 'award.hnte'"),
        ("base: first\nremove: [policy30]\n", 6, "not a programme of the base"),
        ("base: first\nremove: [award.hnte, award.hnte]\n", 6, "not a programme of the base"),
        ("base: first\nremove: [award.hnte]\nprogrammes: {award.hnte: {}}\n", 6, "both removed and set"),
        ("base: first\nremove: award.hnte\n", 6, "list"),
        ("base: first\nprogrammes: {award.hnte: {stop: 2022Q1}}\n", 6, "after 2022Q1"),
        ("base: frist\n", 5, "did you mean 'first'"),
    ],
)
def test_bad_changes_to_a_base_are_refused(read, text, line, says):
    with pytest.raises(InputError) as caught:
        read(HEAD + text, first=GOOD)
    assert caught.value.line == line and says in str(caught.value)


def test_an_error_in_a_base_names_the_file_of_the_base(read, tmp_path):
    with pytest.raises(InputError) as caught:
        read(HEAD + "base: first\nprogrammes: {award.hnte: {amount: 1}}\n", first=GOOD.replace("900000", "-1"))
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "first.yaml"), 6)


def test_bases_may_not_form_a_cycle(read):
    with pytest.raises(InputError, match="cycle"):
        read(HEAD + "base: a\n", a=HEAD + "base: b\n", b=HEAD + "base: a\n")


def test_bases_may_be_eight_deep_and_no_deeper(read):
    chain = {f"b{i}": HEAD + (f"base: b{i + 1}\n" if i < 9 else "programmes: {policy30: {}}\n") for i in range(2, 10)}
    assert read(HEAD + "base: b2\n", **chain).programmes == ("policy30",)
    with pytest.raises(InputError, match="more than 8 bases"):
        read(HEAD + "base: b1\n", b1=HEAD + "base: b2\n", **chain)


def test_a_base_is_found_among_the_shipped_ones(read, tmp_path, numbers, monkeypatch):
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "award_push.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(shipped, "folder", lambda name: tmp_path / "shipped")
    assert scenario.names() == ["award_push"]
    assert load("award_push", CATALOGUE, numbers) == read(GOOD)
    assert read(HEAD + "base: award_push\n").programmes == ("award.hnte", "loan.sukedai")
    with pytest.raises(InputError, match="did you mean 'award_push'"):
        load("award_psuh", CATALOGUE, numbers)
    (tmp_path / "shipped" / "other.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="must be the name of its file"):
        load("other", CATALOGUE, numbers)


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a/b", "a\\b", "x.json", "", ".", "..", "Award", "a" * 65, "a\n", "a\0", "奖励", "-x"],
)
def test_a_name_is_no_path(numbers, name):
    with pytest.raises(InputError, match="name of a scenario") as caught:
        load(name, CATALOGUE, numbers)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("path", ["/no/such.yaml", "../no_such.yml", "a\0.yaml", "/dev/null/x.yaml"])
def test_a_path_that_is_not_there_is_refused(numbers, path):
    with pytest.raises(InputError):
        scenario.check(path, CATALOGUE, numbers)


def test_only_known_folders_are_shipped():
    assert shipped.folder("scenarios").is_dir() and shipped.folder("conf").is_dir()
    with pytest.raises(InnosimError):
        shipped.folder("../tests")


def test_every_programme_can_be_dosed_started_and_stopped():
    from sim.programmes import CATALOGUE

    for programme in CATALOGUE:
        assert {"dose", "start", "stop"} <= set(registry().terms(programme)), programme


def test_every_shipped_scenario_is_good():
    for name in scenario.names():
        from sim.programmes import CATALOGUE

        found = load(name, CATALOGUE, registry())
        assert found.name == name
        registry().resolve(found.overrides)


BITS = ["", " ", "  ", "\n", ":", ": ", "- ", "{", "}", "[", "]", ",", "'", '"', "#", "&a", "*a", "!", "|", ">", "%", "@", "`", "~", "?", "\t", "\0", "\r",
        "0", "-1", "1e999", "nan", "null", "yes", "true", "\u202e", "南", "${", "2021Q1", "x" * 300, "[" * 50, "---\n", "base: mine\n", "remove: [policy30]\n"]  # fmt: skip


def mutated(text: str, chance: random.Random) -> bytes:
    """`text` with one to three places overwritten, cut, doubled or swapped, or a byte flipped."""
    for _ in range(chance.randint(1, 3)):
        a, b = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        b = min(b, a + chance.choice((0, 1, 3, 30)))
        text = text[:a] + chance.choice((chance.choice(BITS), text[a:b] * 2, text[-20:])) + text[b:]
    data = bytearray(text.encode())
    if data and chance.random() < 0.2:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def test_two_thousand_mutated_files_are_good_or_refused_never_a_traceback(numbers, monkeypatch):
    file, chance = "no_such_folder/mine.yaml", random.Random(20210401)
    good = 0
    for _ in range(2000):
        data = mutated(GOOD, chance)
        monkeypatch.setattr(scenario, "read_yaml", lambda path, data=data: parse(data, str(path)))  # spares the disk
        try:
            found = load(file, CATALOGUE, numbers)
            numbers.resolve(found.overrides)
            good += 1
        except InputError as error:
            assert error.file == file and error.line >= 1 and error.field and str(error).isprintable()
    assert 100 < good < 1500
