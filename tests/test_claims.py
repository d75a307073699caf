"""The audit of the documents' claims: the file is whole, the study runs what it needs, verdicts follow from intervals."""

from __future__ import annotations

import csv
import io
from html import unescape

import numpy as np
import pytest
from fake_results import FakeResults, number

from sim import config, parameters, report
from sim.analysis import claims
from sim.cli import planned
from sim.metrics import METRICS
from sim.report import claims as audit
from sim.report.reading import Reading


# -- the file --------------------------------------------------------------------------------------------------------
def test_there_are_the_23_claims_each_tested_or_with_a_reason():
    found = claims.claims()
    assert [claim.number for claim in found] == list(range(1, 24))
    assert all(claim.tests or claim.why for claim in found)
    assert all(claim.zh and claim.en and claim.source and claim.published["zh"] and claim.published["en"] for claim in found)


def test_what_a_claim_rests_on_and_is_measured_by_exists():
    numbers = parameters.registry("nantong")
    assert [id for claim in claims.claims() for id in claim.rests if id not in numbers] == []
    metrics = [METRICS[test.metric] for claim in claims.claims() for test in claim.tests]
    assert all(metric.dim is None for metric in metrics)


def test_the_study_runs_exactly_the_packages_that_the_claims_compare():
    (job,) = config.configs(["study=claims", "seeds=1"])
    plan = planned(job)
    assert claims.wanted() <= set(plan.scenarios)
    assert set(plan.scenarios) - claims.wanted() <= {"none"}


# -- verdicts --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mean, decided, sign, said", [
    (1, True, "+", "supports"), (-1, True, "+", "contradicts"), (-1, True, "-", "supports"), (1, True, "-", "contradicts"),
    (1, False, "+", "open"), (0, False, "0", "open"), (1, True, "0", "contradicts"), (-1, True, "0", "contradicts"),
])  # fmt: skip
def test_a_sign_is_supported_only_by_an_interval_that_leaves_zero_out(mean, decided, sign, said):
    assert claims.of_sign(mean, decided, sign) == said


def test_a_value_is_supported_inside_its_interval():
    assert claims.of_value((2.0, 1.0, 3.0), 2.5) == "supports" and claims.of_value((2.0, 1.0, 3.0), 33.5) == "contradicts"
    assert claims.of_value(None, 1.0) == "open"


@pytest.mark.parametrize("found, said", [
    (["supports", "supports"], "holds"), (["supports", "contradicts"], "in part"), (["supports", "open"], "in part"),
    (["contradicts", "open"], "fails"), (["open", "open"], "undecided"), ([], "untested"), (["lacking"], "untested"),
])  # fmt: skip
def test_the_verdict_of_a_claim_is_that_of_its_tests(found, said):
    assert claims.verdict(found) == said


def test_a_bundle_that_only_adds_up_is_no_complement():
    base = np.array([1.0, 2.0])
    assert (claims.joint(base + 7, [base + 3, base + 4], base) == 0).all()
    assert (claims.joint(base + 9, [base + 3, base + 4], base) == 2).all()


# -- the report ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def made():
    names = sorted(claims.wanted() - {"status_quo"})
    return FakeResults(6, 12, {name: {"zh": name, "en": name} for name in ["status_quo", "none", *names]})


def test_the_difference_of_a_test_is_that_of_its_two_packages(made):
    r = Reading(made, "en")
    for claim, found in audit.audit(r):
        for one in found:
            if one.test.kind == claims.DIFFERENCE:
                gap = r.whole(one.test.metric, r.difference(one.test.metric, one.test.scenario, one.test.against))
                assert one.spread.mean == pytest.approx(gap.mean()), claim.id
                assert one.says == claims.of_sign(one.spread.mean, one.spread.decided, one.test.sign)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_and_csv_have_every_claim_with_its_verdict(made, tmp_path, lang):
    report.build(made, tmp_path, lang, draw=False, lines=[], numbers=[number("grant.additionality", "literature")])
    end = "" if lang == "zh" else "_en"
    page = unescape((tmp_path / f"report{end}.html").read_text(encoding="utf-8"))
    assert all(getattr(claim, lang) in page for claim in claims.claims())
    rows = list(csv.reader(io.StringIO((tmp_path / f"summary_claims{end}.csv").read_text(encoding="utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == {str(k) for k in range(1, 24)} and {len(row) for row in rows} == {17}
    assert len(rows) - 1 == sum(max(len(claim.tests), 1) for claim in claims.claims())
    assert all(row[3] for row in rows[1:])


def test_a_package_that_was_not_run_leaves_its_claim_untested(made):
    names = [name for name in made.scenarios if name != "subsidy_doubling"]
    r = Reading(FakeResults(2, 8, {name: {"zh": name, "en": name} for name in names}), "en")
    assert not audit.asked(r)
    found = {claim.id: audit.claims.verdict(one.says for one in tests) for claim, tests in audit.audit(r)}
    assert found["doubling"] == found["rivals"] == "untested" and found["clubs"] != "untested"


def test_other_studies_have_no_such_section():
    assert not audit.asked(Reading(FakeResults(2, 8), "zh"))
