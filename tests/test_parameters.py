"""Numbers: what an entry must say, what values it takes, how a run's values come about, and the shipped files."""

from __future__ import annotations

import math
import pickle
import time

import numpy as np
import pytest
from scipy import stats

from sim.errors import InputError
from sim.inputs import parse
from sim.parameters import Numbers, Prior, Registry, dotted, places, quarter_index, quarter_name, registry
from sim.parameters.inherit import OPEN
from sim.parameters.number import ID, KINDS, read_number
from sim.parameters.registry import uniform

ENTRY = """\
credit.rate_cap:
  default: 0.075
  unit: share/year
  meaning: {zh: 贷款利率上限, en: cap on the loan rate}
  range: [0.02, 0.24]
  prior: {shape: uniform, low: 0.05, high: 0.1}
  kind: assumption
  source: a reason
"""
OTHERS = """\
award.hnte.dose: {default: 1, unit: multiple, meaning: {zh: 剂量, en: dose}, range: [0, 20], kind: assumption, source: why}
award.hnte.start: {default: 2021Q2, unit: quarter, meaning: {zh: 开始, en: first quarter}, kind: assumption, source: why}
award.hnte.stop: {default: 2041Q1, unit: quarter, meaning: {zh: 停止, en: first after}, kind: assumption, source: why}
award.hnte.open: {default: true, unit: truth, meaning: {zh: 开放, en: open}, kind: assumption, source: why}
award.hnte.rule: {default: queue, choices: [queue, lottery], unit: word, meaning: {zh: 规则, en: rule}, kind: assumption, source: w}
economy.growth:
  default: {2019Q1: 0.04, 2021Q1: 0.06, 2022Q3: 0.03}
  unit: share/year
  meaning: {zh: 增长, en: growth}
  range: [-0.2, 0.07]
  prior: {shape: triangular, low: 0.5, high: 1.5, scales: true}
  kind: statistic
  source: yearbook
"""


def number(text: str = ENTRY, old: str = "", new: str = ""):
    ((id, node),) = parse(text.replace(old, new).encode(), "n.yaml").value.items()
    return read_number(id, node)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Registry:
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "a.yaml").write_text(ENTRY, encoding="utf-8")
    (folder / "b.yaml").write_text(OTHERS, encoding="utf-8")
    return Registry.read([folder / "a.yaml", folder / "b.yaml"])


def test_an_entry_is_read():
    n = number()
    assert (n.id, n.default, n.type, n.unit, n.low, n.high) == (
        "credit.rate_cap",
        0.075,
        "number",
        "share/year",
        0.02,
        0.24,
    )
    assert (n.zh, n.en, n.kind, n.source) == ("贷款利率上限", "cap on the loan rate", "assumption", "a reason")
    assert n.prior == Prior("uniform", 0.05, 0.1, 0.075)
    assert (n.file, n.line) == ("n.yaml", 1)


# what is replaced in ENTRY, by what, the line and a part of the error
BAD_ENTRIES = [
    ("credit.rate_cap:", "credit:", 1, "not a number's id"),
    ("credit.rate_cap:", "Credit.cap:", 1, "not a number's id"),
    ("credit.rate_cap:", "credit.rate__cap:", 1, "not a number's id"),
    ("credit.rate_cap:", "../x:", 1, "not a number's id"),
    ("  default: 0.075\n", "", 1, "lacks `default`"),
    ("  unit: share/year\n", "", 1, "lacks `unit`"),
    ("  source: a reason\n", "", 1, "lacks `source`"),
    ("source: a reason", "source: ''", 8, "empty"),
    ("source: a reason", "source: 1", 8, "text"),
    ("  kind: assumption\n", "", 1, "lacks `kind`"),
    ("  range: [0.02, 0.24]\n", "", 1, "lacks `range`"),
    (", en: cap on the loan rate", "", 4, "lacks `en`"),
    ("en: cap", "fr: cap", 4, "unknown key"),
    ("default:", "defualt:", 2, "did you mean 'default'"),
    ("default: 0.075", "default: 0.5", 2, "0.02 to 0.24 share/year"),
    ("default: 0.075", "default: 7.5", 2, "written 0.5, not 50"),
    ("default: 0.075", "default: '0.075'", 2, "is no default"),
    ("default: 0.075", "default: 2041Q2", 2, "is no default"),
    ("default: 0.075", "default: []", 2, "is no default"),
    ("range: [0.02, 0.24]", "range: [0.24, 0.02]", 5, "lowest, highest"),
    ("range: [0.02, 0.24]", "range: [0.02]", 5, "lowest, highest"),
    ("range: [0.02, 0.24]", "range: [true, 1]", 5, "lowest, highest"),
    ("shape: uniform", "shape: unifrom", 6, "did you mean 'uniform'"),
    ("low: 0.05", "low: 0.01", 6, "outside the range"),
    ("high: 0.1}", "high: 0.3}", 6, "outside the range"),
    ("high: 0.1}", "high: 0.06}", 6, "does not hold the default"),
    ("high: 0.1}", "high: 0.05}", 6, "low < high"),
    ("high: 0.1}", "high: 0.1, scales: true}", 6, "only for a path"),
    ("high: 0.1}", "high: 0.1, mode: 0.07}", 6, "unknown key"),
    ("kind: assumption", "kind: asumption", 7, "did you mean 'assumption'"),
    ("kind: assumption", "kind: document", 1, "lacks `document`"),
    ("source: a reason", "source: r\n  document: x.txt", 9, "kind document only"),
    ("kind: assumption", "kind: document\n  document: ../x.txt\n  quote: q", 8, "name of a document"),
    ("kind: assumption", f"kind: document\n  document: x.txt\n  quote: {'q' * 121}", 9, "too long"),
    ("source: a reason", "source: r\n  choices: [one, two]", 5, "no meaning for a choice"),
    ("source: a reason", "source: r\n  choices: [one, one]", 9, "different words"),
]


@pytest.mark.parametrize(("old", "new", "line", "says"), BAD_ENTRIES, ids=[b[1][:30] or b[0][:30] for b in BAD_ENTRIES])
def test_a_bad_entry_is_refused_where_it_stands(old, new, line, says):
    assert old in ENTRY
    with pytest.raises(InputError) as caught:
        number(ENTRY, old, new)
    assert (caught.value.file, caught.value.line) == ("n.yaml", line)
    assert caught.value.field and says in str(caught.value)


BITS = ("", "[", "1", " ", "\n", "x: ", "-")


@pytest.mark.parametrize(
    "text", [ENTRY, *(f"{line}\n" for line in OTHERS.splitlines()[:5]), OTHERS[OTHERS.index("econ") :]]
)
def test_a_damaged_entry_is_read_or_refused_never_a_traceback(text):
    for i in range(0, len(text), 3):
        for bit in BITS:
            try:
                for id, node in parse((text[:i] + bit + text[i + 2 :]).encode(), "n.yaml").value.items():
                    n = read_number(id, node)
                    assert n.check(n.written(n.default)) == n.default
            except InputError as error:
                assert error.line and error.field and str(error).isprintable()


@pytest.mark.parametrize(
    "written", [True, "0.08", "x", math.nan, math.inf, 0.25, -0.01, 8, None, [1], {"2021Q1": 0.1}, np.bool_(1)]
)
def test_a_number_takes_only_finite_numbers_in_its_range(small, written):
    with pytest.raises(InputError, match=r"credit\.rate_cap"):
        small.resolve({"credit.rate_cap": written})


def test_numbers_of_other_libraries_are_numbers(small):
    written = [0.1, np.float64(0.1), np.float32(0.1)]
    assert [type(small.resolve({"credit.rate_cap": w})["credit.rate_cap"]) for w in written] == [float] * 3
    assert small.resolve({"award.hnte.dose": np.int64(2)})["award.hnte.dose"] == 2.0


BAD_OVERRIDES = {
    "award.hnte.open": (1, "false", "yes"),
    "award.hnte.rule": ("queu", 1, True),
    "award.hnte.start": (8, 2023, "2023", "2023Q5", "2023-Q1", "1999Q1", "２０２３Q1"),
    "economy.growth": (
        "0.1",
        True,
        {},
        {"2022Q1": 0.01},
        {"2021": 0.01},
        {"2021Q1": 0.08},
        {"2021Q1": None},
        {0: 0.01},
    ),
}


@pytest.mark.parametrize(("id", "written"), [(id, w) for id, all_ in BAD_OVERRIDES.items() for w in all_])
def test_other_types_take_only_their_values(small, id, written):
    with pytest.raises(InputError) as caught:
        small.resolve({id: written})
    assert caught.value.field == id and caught.value.allowed


def test_an_unknown_id_suggests_the_nearest(small):
    with pytest.raises(InputError, match="did you mean 'credit.rate_cap'"):
        small.resolve({"credit.ratecap": 0.08})
    with pytest.raises(KeyError, match=r"credit\.rate_cap"):
        small.resolve()["credit.ratecap"]


def test_stop_must_be_after_start(small):
    with pytest.raises(InputError, match="stop must be after start; got '2022Q1'; allowed: after 2022Q1"):
        small.resolve({"award.hnte.start": "2022Q1", "award.hnte.stop": "2022Q1"})


def test_keyword_form_names_the_same_numbers(small):
    assert dotted({"credit__rate_cap": 0.08, "award__hnte__dose": 2}) == {"credit.rate_cap": 0.08, "award.hnte.dose": 2}
    assert all(dotted({id.replace(".", "__"): 0}) == {id: 0} for id in small.ids)


def test_quarters_count_from_2021Q1():
    assert [quarter_index(q) for q in ("2021Q1", "2021Q2", "2020Q4", "2018Q1", "2040Q4")] == [0, 1, -1, -12, 79]
    assert all(quarter_index(quarter_name(i)) == i for i in range(-84, 81))


def test_a_path_is_a_step_function(small):
    numbers = small.resolve()
    expected = [0.04, 0.04, 0.06, 0.06, 0.03, 0.03]
    assert [numbers.at("economy.growth", q) for q in (-40, -1, 0, 5, 6, 79)] == expected
    np.testing.assert_array_equal(numbers.path("economy.growth", [-40, -1, 0, 5, 6, 79]), expected)
    np.testing.assert_array_equal(numbers.path("economy.growth", 7), [0.06] * 6 + [0.03])
    np.testing.assert_array_equal(numbers.path("credit.rate_cap", 2), [0.075, 0.075])
    assert numbers.at("credit.rate_cap", 3) == 0.075


def test_one_number_makes_a_path_constant(small):
    numbers = small.resolve({"economy.growth": 0.05})
    assert {numbers.at("economy.growth", q) for q in range(-20, 80)} == {0.05}


def test_what_was_written_can_be_written_again(small):
    overrides = {
        "economy.growth": {"2022Q1": 0.01, "2019Q1": 0.02},
        "award.hnte.start": "2022Q2",
        "award.hnte.open": False,
    }
    first = small.resolve(overrides)
    again = small.resolve({id: small[id].written(first[id]) for id in small.ids})
    assert first == again and first.digest == again.digest
    assert first.changed == ("award.hnte.start", "award.hnte.open", "economy.growth") and first.drawn == ()


def test_numbers_are_frozen_and_travel(small):
    numbers = small.resolve({"award.hnte.dose": 2})
    with pytest.raises(TypeError):
        numbers["award.hnte.dose"] = 3
    assert pickle.loads(pickle.dumps(numbers)) == numbers
    assert pickle.loads(pickle.dumps(numbers)).digest == numbers.digest


def test_terms_are_those_of_the_programme(small):
    assert small.resolve().terms("award.hnte") == {"dose": 1.0, "start": 1, "stop": 80, "open": True, "rule": "queue"}
    assert small.resolve().terms("award.hn") == {}
    assert list(small.terms("award.hnte")) == ["dose", "start", "stop", "open", "rule"]


def test_the_digest_is_of_the_values_alone(small):
    digests = [
        small.resolve(o).digest for o in ({}, {"award.hnte.dose": 1}, {"award.hnte.dose": 2}, {"award.hnte.dose": 0.0})
    ]
    assert digests[0] == digests[1] and len(set(digests)) == 3
    assert small.resolve({"award.hnte.dose": -0.0}).digest == digests[3]
    assert Numbers({"b.x": 1.0, "a.x": 2.0}).digest == Numbers({"a.x": 2.0, "b.x": 1.0}).digest
    assert Numbers({"a.x": 0.1}).digest == "82baf5e60fa347e889335ba944d686d1e8db113f5aaf16dc37b26c0248f8a447"


def test_draws_are_reproducible_inside_the_prior_and_spare_overrides(small):
    numbers = small.resolve(draw_seed=1)
    assert numbers.drawn == ("credit.rate_cap", "economy.growth") and numbers.changed == ()
    assert numbers == small.resolve(draw_seed=1) != small.resolve(draw_seed=2)
    draws = [small.resolve(draw_seed=seed)["credit.rate_cap"] for seed in range(200)]
    assert 0.05 <= min(draws) < 0.055 and 0.095 < max(draws) <= 0.1
    fixed = small.resolve({"credit.rate_cap": 0.2}, draw_seed=1)
    assert fixed["credit.rate_cap"] == 0.2 and fixed.drawn == ("economy.growth",)
    assert fixed["economy.growth"] == numbers["economy.growth"]


def test_a_drawn_path_is_scaled_and_kept_in_range(small):
    default = small["economy.growth"].default
    for seed in range(50):
        path = small.resolve(draw_seed=seed)["economy.growth"]
        factor = path.values[2] / default.values[2]
        assert 0.5 <= factor <= 1.5 and path.quarters == default.quarters
        assert path.values == pytest.approx([min(v * factor, 0.07) for v in default.values])


def test_a_new_number_disturbs_no_draw_of_another(small):
    fewer = Registry([n for n in small if n.id != "economy.growth"])
    assert fewer.resolve(draw_seed=7)["credit.rate_cap"] == small.resolve(draw_seed=7)["credit.rate_cap"]
    assert uniform(7, "credit.rate_cap") != uniform(7, "credit.rate_cop")
    assert uniform(1, "2.x") != uniform(12, ".x")
    assert [uniform(s, "a.b") for s in (0, 1)] == [0.7230964096536789, 0.04466477652388079]


@pytest.mark.parametrize("seed", [-1, True, 1.0, "1"])
def test_a_draw_seed_is_a_whole_number(small, seed):
    with pytest.raises(InputError, match="draw_seed"):
        small.resolve(draw_seed=seed)


PRIORS = [
    (Prior("uniform", 2.0, 6.0, 3.0), stats.uniform(2, 4)),
    (Prior("triangular", 2.0, 6.0, 3.0), stats.triang(0.25, 2, 4)),
    (Prior("triangular", 2.0, 6.0, 2.0), stats.triang(0, 2, 4)),
    (Prior("triangular", 2.0, 6.0, 6.0), stats.triang(1, 2, 4)),
    (Prior("log_uniform", 2.0, 6.0, 3.0), stats.loguniform(2, 6)),
]


@pytest.mark.parametrize(("prior", "known"), PRIORS)
def test_quantiles_of_priors_are_the_known_ones(prior, known):
    u = np.linspace(0, 1, 101)
    np.testing.assert_allclose(prior.ppf(u), known.ppf(u), rtol=1e-12)
    assert isinstance(prior.ppf(0.5), float) and prior.ppf(0.0) == 2.0 and prior.ppf(1.0) == 6.0


def test_one_id_in_two_files_is_refused(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(ENTRY, encoding="utf-8")
    with pytest.raises(InputError, match=r"defined twice, first in .*a\.yaml:1") as caught:
        Registry.read([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert caught.value.file.endswith("b.yaml") and caught.value.line == 1


def test_a_default_stop_before_its_start_is_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(OTHERS.replace("2041Q1", "2021Q2"), encoding="utf-8")
    with pytest.raises(InputError, match="stop must be after start"):
        Registry.read([tmp_path / "a.yaml"])


def test_only_the_file_of_a_place_has_numbers_of_a_place(tmp_path):
    (tmp_path / "a.yaml").write_text(ENTRY, encoding="utf-8")
    (tmp_path / "here.yaml").write_text(ENTRY.replace("credit.", "place."), encoding="utf-8")
    assert Registry.read([tmp_path / "a.yaml"], tmp_path / "here.yaml").place == "here"
    with pytest.raises(InputError, match="must start with `place.`"):
        Registry.read([], tmp_path / "a.yaml")
    with pytest.raises(InputError, match="belongs in the file of a place"):
        Registry.read([tmp_path / "here.yaml"])


@pytest.mark.parametrize("place", ["nantongg", "../places/nantong", "/etc/passwd", "", "Nantong\n", "nantong.yaml"])
def test_an_unknown_place_is_refused(place):
    with pytest.raises(InputError, match="unknown place") as caught:
        registry(place)
    assert caught.value.allowed == places()


def test_the_registry_of_a_place_is_read_once():
    assert registry() is registry("nantong")


@pytest.mark.parametrize("place", places())
def test_every_shipped_number_is_sourced_and_explained(place):
    for n in registry(place):
        assert ID.fullmatch(n.id) and "__" not in n.id
        assert n.source.strip() and n.unit.strip() and n.kind in KINDS
        assert any("\u4e00" <= c <= "\u9fff" for c in n.zh), f"{n.id}: zh is not Chinese"
        assert not any("\u4e00" <= c <= "\u9fff" for c in n.en), f"{n.id}: en is not English"
        assert (n.kind == "document") == bool(n.quote and n.document)
        assert n.type in ("boolean", "choice") or n.low <= n.high


@pytest.mark.parametrize("place", places())
def test_every_place_has_the_same_numbers(place):
    def kinds(ids):  # a place names its districts, universities, hubs and labour markets itself
        words = (id.split(".") for id in ids)
        return {".".join([*w[:2], "*", *w[3:]]) if w[0] == "place" and w[1] in OPEN else ".".join(w) for w in words}

    assert kinds(registry(place).ids) == kinds(registry().ids)


@pytest.mark.parametrize("place", places())
def test_shipped_defaults_and_draws_are_values_their_own_files_accept(place):
    numbers = registry(place)
    for values in (numbers.resolve(), numbers.resolve(draw_seed=0), numbers.resolve(draw_seed=1)):
        written = {id: numbers[id].written(value) for id, value in values.items()}
        assert numbers.resolve(written) == values


def test_the_number_files_are_read_quickly():
    from sim.parameters.registry import _registry

    begin = time.perf_counter()
    _registry.__wrapped__("nantong")
    assert time.perf_counter() - begin < 1.5
