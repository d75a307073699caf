"""The ODD document is what its generator writes, so that it cannot drift from the code."""

import pytest

from sim.analysis import odd
from sim.errors import StudyError
from sim.metrics import METRICS
from sim.population import columns, people
from sim.programmes import CATALOGUE


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_files_are_what_the_code_says(lang):
    assert odd.FILES[lang].read_text(encoding="utf-8") == odd.document(lang), "run: python -m sim.analysis.odd"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_part_of_the_protocol_and_everything_that_exists_is_named(lang):
    text = odd.FILES[lang].read_text(encoding="utf-8")
    assert [line[3] for line in text.splitlines() if line.startswith("## ")] == list("1234567")
    for name in (*columns.COLUMNS, *people.COLUMNS, *CATALOGUE, *METRICS, *(step for step, _ in odd.steps())):
        assert f"`{name}`" in text, name


def test_the_chinese_words_are_those_of_what_exists():
    assert odd.lacking() == []
    assert {group: set(words) for group, words in odd.chinese().items()} == {group: set(names) for group, names in odd.there().items()}


def test_a_step_without_chinese_words_is_refused(monkeypatch):
    monkeypatch.setattr(odd, "steps", lambda: [("carriers.dance", "They dance.")])
    with pytest.raises(StudyError, match=r"carriers\.dance"):
        odd.document("zh")


def test_the_schedule_is_the_step_in_its_order():
    names = [name for name, _ in odd.steps()]
    assert names[0] == "begin_quarter" and names[-1] == "close_quarter" and len(names) > 20
    assert names.index("research.plan") < names.index("research.spend") < names.index("exit.leave") < names.index("ladder.climb")
