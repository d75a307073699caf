"""A package taken apart: what is left out, what is compared with what, and what is made of the differences."""

from __future__ import annotations

import csv
import io
from html import unescape

import numpy as np
import pytest
from fake_results import THREE, Apart, FakeResults

from sim import parameters, report, scenario
from sim.analysis import decompose
from sim.errors import InputError
from sim.metrics import METRICS
from sim.programmes import CATALOGUE
from sim.report import decomposition, decomposition_words
from sim.report.figures import figure
from sim.report.reading import Reading
from sim.study import leaving_out
from sim.study.design import design
from sim.study.manifest import command
from sim.study.runner import describe


# -- known answers ---------------------------------------------------------------------------------------------------
def test_effects_that_only_add_up_have_no_interaction():
    summed, joint = decompose.interaction(np.array([5.0, 7.0]), [np.array([2.0, 3.0]), np.array([3.0, 4.0])])
    assert (summed == [5, 7]).all() and (joint == 0).all()


def test_substitutes_are_missed_together_and_complements_are_counted_twice():
    # Either of two suffices for 10: alone neither is missed. Both are needed for 10: each alone is missed by 10.
    assert decompose.interaction(np.array([10.0]), [np.zeros(1), np.zeros(1)])[1] == 10
    assert decompose.interaction(np.array([10.0]), [np.full(1, 10.0), np.full(1, 10.0)])[1] == -10


def test_recipients_are_told_only_where_the_money_is_the_programmes_own():
    assert decompose.own(np.array([6.0]), np.array([10.0]))
    assert not decompose.own(np.array([4.0]), np.array([10.0])) and not decompose.own(np.zeros(2), np.zeros(2))
    assert not decompose.own(np.full(2, np.nan), np.full(2, np.nan))


@pytest.mark.parametrize("mean, decided, sign, said", [
    (1, True, "+", "expected"), (-1, True, "+", "opposite"), (-1, True, "-", "expected"), (1, True, "0", "opposite"),
    (1, False, "+", "open"), (1, False, "0", "null"), (1, True, "ambiguous", "found"),
])  # fmt: skip
def test_the_verdict_follows_from_the_interval_and_the_sign_written_before(mean, decided, sign, said):
    assert decompose.as_expected(mean, decided, sign) == said


def test_what_was_paid_for_splits_into_what_came_anyway_and_what_did_not():
    columns = {"recipients": 10.0, "hnte_deadweight": 6.0, "hnte_additional": 3.0, "hnte_undone": 1.0, "hnte_displaced": 2.0, "hnte_spill": 0.5}
    found = decompose.things("certificates", lambda name: np.array([columns[name]]), None)
    assert (found.paid, found.anyway, found.additional, found.displaced) == (9, 6, 2, 1.5)
    landed = {"attract_landed": 8.0, "attract_anyway": 5.0, "attract_shells": 1.0, "attract_left": 2.0}
    found = decompose.things("attracted", lambda name: np.ones(1), lambda name: np.array([landed[name]]))
    assert (found.paid, found.anyway, found.additional, found.gone) == (9, 5, 3, 2)


def test_every_programme_is_judged_by_an_outcome_of_the_register():
    assert [name for name in CATALOGUE if not decompose.judged(name)] == []
    assert all(x.outcome in METRICS for name in CATALOGUE for x in decompose.judged(name))


# -- the study -------------------------------------------------------------------------------------------------------
def test_each_programme_is_left_out_once_and_national_law_stays():
    plan = design("nantong", ["status_quo/each"], 2, 8)
    whole = scenario.load("status_quo", CATALOGUE, parameters.registry("nantong"))
    kept = set(scenario.load("none", CATALOGUE, parameters.registry("nantong")).programmes)
    left = plan.left_out
    assert list(left["without"]) == [name for name in whole.programmes if name not in kept]
    assert len(plan.scenarios) == len(left["without"]) + 2
    assert set(plan.scenarios[left["off"]]["programmes"]) == kept & set(whole.programmes)
    for programme, name in left["without"].items():
        found = plan.scenarios[name]
        assert set(whole.programmes) - set(found["programmes"]) == {programme}
        assert found["overrides"] == dict(whole.overrides) and found["title"]["zh"]


def test_the_package_is_compared_with_each_and_with_nothing_else():
    plan = design("nantong", ["award_push/each"], 1, 4)
    assert plan.against == ("award_push",)
    assert plan.pairs() == [("award_push", name) for name in plan.scenarios if name != "award_push"]
    assert "award_push/each" in command(describe(plan, "")["study"])


def test_a_package_without_some_of_its_programmes_is_named_in_one_word():
    plan = design("nantong", ["status_quo", "status_quo/without/award.hnte+policy30"], 1, 4)
    whole, cut = plan.scenarios.values()
    assert cut["name"] == "without_award_hnte_and_policy30" and plan.left_out is None
    assert set(whole["programmes"]) - set(cut["programmes"]) == {"award.hnte", "policy30"}
    assert "status_quo/without/award.hnte+policy30" in command(describe(plan, "")["study"])


def test_what_costs_something_and_gives_less_has_no_price():
    r = Reading(Apart(4), "en")
    judged = (decompose.Judged("x", "rd_real", "+"),)
    gains = {"rd_real": np.full(4, -5.0) + np.arange(4), "public_cost_all": np.full(4, 10.0) + np.arange(4)}
    raw = {"judged": judged, "gains": gains, "years": 3.0}
    assert decomposition._per_unit(r, raw) is None
    raw["gains"] = gains | {"rd_real": gains["public_cost_all"] * 2}
    assert decomposition._per_unit(r, raw)[0] == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [["status_quo/each", "none"], ["none/each"], ["statusquo/each"], ["status_quo/without/award.hnt"]])
def test_what_cannot_be_taken_apart_is_refused(wrong):
    with pytest.raises(InputError):
        design("nantong", wrong, 1, 4)


# -- the report ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def apart():
    return Apart()


def test_sum_and_interaction_make_up_what_all_together_give(apart):
    found = decomposition.taken(Reading(apart, "en"))
    assert [part.programme for part in found.parts] == list(THREE)
    for metric, (summed, joint) in found.together.items():
        assert summed.mean == pytest.approx(sum(part.gains[metric].mean for part in found.parts))
        assert summed.mean + joint.mean == pytest.approx(found.whole.gains[metric].mean)


def test_effects_have_the_sign_of_what_would_be_missing(apart):
    r = Reading(apart, "en")
    found = decomposition.taken(r)
    x = r.values("rd_real")
    gap = (x[0] - x[apart.scenarios.index(leaving_out.name_without("award.hnte"))]).mean() * 4
    assert found.parts[0].gains["rd_real"].mean == pytest.approx(gap)


def test_other_studies_have_no_such_section():
    r = Reading(FakeResults(2, 8), "zh")
    assert decomposition.taken(r) is None and decomposition_words.page(r) is None and figure("decompose").skip(r)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_table_and_figure_of_a_package_taken_apart(apart, tmp_path, lang):
    report.build(apart, tmp_path, lang, draw=False, lines=[], numbers=[])
    end = "" if lang == "zh" else "_en"
    page = unescape((tmp_path / f"report{end}.html").read_text(encoding="utf-8"))
    assert all(r in page for r in (getattr(CATALOGUE[name], lang) for name in THREE))
    rows = list(csv.reader(io.StringIO((tmp_path / f"summary_decompose{end}.csv").read_text(encoding="utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == {*THREE, "all"} and {len(row) for row in rows} == {12}
    drawn = figure("decompose").draw(apart, lang=lang)
    assert len(drawn.axes) == 7
    assert figure("decompose").words(apart, lang).aid


def test_the_workbook_has_the_same_rows(apart):
    table = report.more_tables(apart, "en")["decompose"]
    assert len(table) == len(decomposition_words.table(Reading(apart, "en"))[1])
