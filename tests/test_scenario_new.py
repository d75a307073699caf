"""`innosim scenario new` and `innosim scenarios`: a draft that is good as it stands and when filled in; the library."""

import json
import re

import pytest

from sim import entry, scenario
from sim.errors import InputError
from sim.parameters import registry
from sim.programmes import CATALOGUE
from sim.scenario_files import appropriation, draft, library


@pytest.mark.parametrize("base, place, lang", [
    ("status_quo", "nantong", "zh"), ("status_quo", "nantong", "en"), ("none", "nantong", "zh"), ("fund_push", "nantong", "en"),
    ("status_quo", "rugao", "zh"), ("award_push", "yancheng", "en"), ("attract_by_quality", "haimen", "zh"),
])  # fmt: skip
def test_a_draft_is_good_and_the_same_policy_as_its_base(tmp_path, base, place, lang):
    numbers = registry(place)
    file = tmp_path / "mine.yaml"
    file.write_text(draft("mine", base, place, lang), encoding="utf-8")
    found, was = (scenario.load(str(one), CATALOGUE, numbers) for one in (file, base))
    assert found.programmes == was.programmes
    mine, theirs = numbers.resolve(found.overrides), numbers.resolve(was.overrides)
    assert dict(mine) == dict(theirs)


@pytest.mark.parametrize("base", ["status_quo", "none"])
def test_every_programme_and_term_can_be_switched_on_as_it_is_written(tmp_path, base):
    text = draft("mine", base, "nantong")
    programmes = re.findall(r"^  (?:# )?([a-z0-9_]+(?:\.[a-z0-9_]+)*):$", text.partition("programmes:")[2], re.MULTILINE)
    assert sorted(programmes) == sorted(CATALOGUE)
    # Off with every sign before a programme or a term; remarks in words stay.
    filled = re.sub(r"^  # (  |)(?:# |)([a-z0-9_.]+:)", r"  \1\2", text, flags=re.MULTILINE)
    filled = re.sub(r"^    # ([a-z0-9_]+:)", r"    \1", filled, flags=re.MULTILINE)
    file = tmp_path / "mine.yaml"
    file.write_text(filled, encoding="utf-8")
    numbers = registry("nantong")
    found = scenario.load(str(file), CATALOGUE, numbers)
    terms = [number.id for name in CATALOGUE for number in numbers.terms(name).values()]
    assert found.programmes == tuple(CATALOGUE) and set(terms) == set(found.overrides)
    assert dict(numbers.resolve(found.overrides)) == dict(numbers.resolve({}))


def test_the_command_writes_once_and_never_over_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert entry.main(["scenario", "new", "mine", "--base", "loan_push", "--place", "nantong"]) == 0
    assert "mine.yaml" in capsys.readouterr().out
    assert entry.main(["check", "mine.yaml"]) == 0
    (tmp_path / "mine.yaml").write_text("kept", encoding="utf-8")
    assert entry.main(["scenario", "new", "mine"]) == 2
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == "kept"
    assert entry.main(["scenario", "new", "other", "--to", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("name, base, place", [
    ("Mine", "status_quo", "nantong"), ("status_quo", "none", "nantong"), ("../x", "none", "nantong"),
    ("mine", "statusquo", "nantong"), ("mine", "none", "shanghai"),
])  # fmt: skip
def test_a_draft_of_nothing_known_is_refused(name, base, place):
    with pytest.raises(InputError):
        draft(name, base, place)


# -- the library -----------------------------------------------------------------------------------------------------
def test_the_library_has_fifteen_packages_with_title_question_cost_and_sources(capsys):
    assert entry.main(["scenarios", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) >= 15 and {entry["id"] for entry in found} == set(scenario.names())
    for one in found:
        assert one["title"]["zh"] and one["title"]["en"] and one["question"]["zh"] and one["question"]["en"] and one["sources"]
        assert one["cost_all"] >= one["cost_city"] >= 0
    assert entry.main(["scenarios", "--lang", "en"]) == 0
    assert "Status quo" in capsys.readouterr().out


def test_the_pushes_cost_what_they_say():
    cost = {one["id"]: one["cost_all"] for one in library("nantong")}
    assert cost["none"] == 0
    for name in ("award_push", "loan_push", "no_application_all", "talent_push", "university_push", "attract_push", "carrier_push"):
        assert cost[name] - cost["status_quo"] == pytest.approx(2e8, rel=0.1), name  # some begin after 2021Q1


def test_an_appropriation_counts_the_years_that_a_purse_is_open():
    numbers = registry("nantong")
    terms = {"award.hnte.start": "2021Q1", "award.hnte.appropriation": 40.0, "award.hnte.city_share": 0.5}

    class Package:
        programmes, overrides = ("award.hnte",), terms | {"award.hnte.stop": "2023Q3"}

    assert appropriation(Package, numbers) == (10.0, 5.0)


ONLY = ("ladder_only", "award_only", "finance_only", "talent_only", "attract_only", "carrier_only", "research_only", "steering_only")


def test_the_packages_of_one_family_make_up_the_status_quo():
    numbers = registry("nantong")
    whole = scenario.load("status_quo", CATALOGUE, numbers)
    parts = [scenario.load(name, CATALOGUE, numbers) for name in ONLY]
    none = set(scenario.load("none", CATALOGUE, numbers).programmes)
    named = [programme for part in parts for programme in part.programmes if programme not in none]
    assert len(named) == len(set(named))
    assert set(whole.programmes) - set(named) - none == set()
    assert sum(appropriation(part, numbers)[0] for part in parts) == pytest.approx(appropriation(whole, numbers)[0])


def test_the_bundle_is_its_four_pushes():
    numbers = registry("nantong")
    bundle, *four = (scenario.load(f"{name}_push", CATALOGUE, numbers) for name in ("bundle", "award", "loan", "talent", "university"))
    assert dict(bundle.overrides) == {id: value for one in four for id, value in one.overrides.items()}


def test_austerity_halves_every_purse_and_nothing_else():
    numbers = registry("nantong")
    half, whole = (scenario.load(name, CATALOGUE, numbers) for name in ("austerity", "status_quo"))
    purses = {f"{name}.appropriation" for name in whole.programmes if "appropriation" in numbers.terms(name)}
    assert half.programmes == whole.programmes and set(half.overrides) == purses
    assert all(value == numbers[id].default / 2 for id, value in half.overrides.items())
