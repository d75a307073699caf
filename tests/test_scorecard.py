"""The scorecard: every line is there, misses are shown, and a date that a run does not reach is no hit and no miss."""

import math

import numpy as np
import pytest
from small import EVERYTHING, city

import sim
from sim.analysis.scorecard import CHECKS, INITIAL, Check, _line, lines


@pytest.fixture(scope="module")
def three_years():
    return lines(sim.study("nantong", ["status_quo"], seeds=2, quarters=12, workers=1))


@pytest.fixture(scope="module")
def one_year():
    return {line.id: line for line in lines(sim.study("nantong", ["status_quo"], seeds=2, quarters=4, workers=1))}


# -- the list -------------------------------------------------------------------------------------------------------
def test_a_third_of_the_lines_at_least_was_never_calibrated_to():
    assert sum(not check.calibrated for check in CHECKS) >= len(CHECKS) / 3


def test_every_check_has_its_own_id_both_languages_a_unit_and_a_source():
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert all((check.zh, check.en, check.unit, check.source)), check.id
        assert bool(check.note_zh) == bool(check.note_en), check.id


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_band_is_an_interval(check):
    low, high = check.band
    assert 0 <= low <= high < math.inf


# -- a study of three years -----------------------------------------------------------------------------------------
def test_a_study_gives_one_line_a_check_in_order(three_years):
    assert [line.id for line in three_years] == [check.id for check in CHECKS]
    assert [line.number for line in three_years] == list(range(1, len(CHECKS) + 1))


def test_a_hit_is_a_mean_inside_the_band(three_years):
    for line in three_years:
        if line.hit is not None:
            assert line.hit == (line.band_low <= line.value <= line.band_high), line.id


def test_the_span_over_worlds_holds_the_mean(three_years):
    for line in three_years:
        if line.hit is not None:
            slack = 1e-9 * abs(line.value)
            assert line.low - slack <= line.value <= line.high + slack, line.id


def test_three_years_reach_every_line(three_years):
    assert [line.id for line in three_years if line.hit is None] == []


def test_without_the_status_quo_there_is_nothing_to_compare():
    assert lines(sim.study("nantong", ["none"], seeds=1, quarters=1, workers=1)) == []


# -- a study of one year --------------------------------------------------------------------------------------------
def test_one_year_reaches_the_start_and_2021(one_year):
    for check in CHECKS:
        if check.group == INITIAL:
            assert one_year[check.id].hit is not None, check.id
    assert one_year["batch_2021"].hit is not None and one_year["rd_2021"].hit is not None


@pytest.mark.parametrize(
    "id",
    ["hnte_2022", "batch_2022", "rd_2022", "rd_growth_2022", "rugao_2023", "paid_30", "loans_2022", "loan_access_hnte",
     "loan_access_sme", "loan_hnte", "loan_sme", "npl", "bunching_5", "bunching_4", "bunching_3", "relabelled",
     "kurtosis", "sd_exponent", "size_tail", "productivity", "patents"],
)  # fmt: skip
def test_a_date_beyond_the_run_is_neither_hit_nor_miss(one_year, id):
    assert one_year[id].hit is None
    assert math.isnan(one_year[id].value)


# -- one line -------------------------------------------------------------------------------------------------------
def _check(values, band=(1.0, 3.0)):
    return Check("x", INITIAL, "某数", "a number", "share", band, "here", False, lambda results: values)


def test_a_world_without_a_number_is_left_out():
    line = _line(1, _check([1.0, np.nan, 3.0]), None)
    assert (line.value, line.hit) == (2.0, True)


def test_no_number_at_all_is_neither_hit_nor_miss():
    line = _line(1, _check([np.nan, np.nan]), None)
    assert line.hit is None and math.isnan(line.low) and math.isnan(line.high)


@pytest.mark.parametrize(("value", "hit"), [(0.99, False), (1.0, True), (3.0, True), (3.01, False)])
def test_the_ends_of_a_band_belong_to_it(value, hit):
    assert _line(1, _check([value]), None).hit is hit


# -- the start ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module", params=[(1, None), (2, None), (3, 3), (4, 4), (5, 5), (6, 6)], ids=str)
def start(request):
    """A world of a seed, with the default or the drawn numbers of that seed."""
    seed, draw = request.param
    return city(EVERYTHING, seed=seed, draw=draw, quarters=1)


def test_2180_firms_are_certified_at_the_start(start):
    assert start.record.initial["hnte_stock"] == 2180
    assert sum(start.cohorts.values()) == 2180
    assert start.record.initial["tier_hnte"] + start.record.initial["tier_key"] == 2180


def test_certified_firms_sold_what_the_statistics_say(start):
    known = start.numbers["place.hnte_revenue"]
    assert start.record.initial["revenue_hnte_2020"] == pytest.approx(known, abs=2180)


def test_rd_of_2020_is_what_the_statistics_say(start):
    assert start.record.initial["rd_statistical_2020"] == pytest.approx(2.564e10, rel=0.01)
