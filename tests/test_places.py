"""Places as data: each is sourced, runs and balances; one that builds on another says only what differs, or is refused."""

from __future__ import annotations

import shutil
from functools import cache

import numpy as np
import pytest

import sim
from sim import scenario
from sim.analysis import place_checks, scorecard, summing
from sim.errors import InputError
from sim.parameters import Registry, apart, places, registry
from sim.parameters.inherit import OPEN, TOTALS
from sim.parameters.registry import FOLDER
from sim.programmes import CATALOGUE
from sim.world import simulate

SHARED = sorted((FOLDER / "data").rglob("*.yaml"))
DERIVED = [place for place in places() if registry(place).base]
RULE = "by: 0.5, spread: {0}, reason: half of it"
HALF = "scale: {{firms: {{{0}}}, economy: {{{0}}}, research: {{{0}}}, delivery: {{{0}}}, programmes: {{{0}}}}}\n".format(
    RULE.format(1.5)
)


@pytest.fixture
def read(tmp_path):
    """The registry of a place of this text, beside a copy of Nantong."""
    shutil.copy(FOLDER / "places" / "nantong.yaml", tmp_path)

    def reader(text: str) -> Registry:
        (tmp_path / "here.yaml").write_text(text, encoding="utf-8")
        return Registry.read(SHARED, tmp_path / "here.yaml")

    return reader


def city(numbers: Registry, quarters: int, draw: int | None = None, package: str = "status_quo"):
    found = scenario.load(package, CATALOGUE, numbers)
    return simulate(numbers.resolve(found.overrides, draw_seed=draw), found, draw or 1, quarters)


@cache
def two_years(place: str):
    return city(registry(place), 8)


# -- the shipped places ------------------------------------------------------------------------------------------------
def test_the_five_places_are_there():
    assert places() == ["haimen", "nantong", "nantong_htz", "rugao", "yancheng"]
    assert {place for place in places() if registry(place).inside == "nantong"} == {"haimen", "nantong_htz", "rugao"}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("place", places())
def test_two_years_balance_without_a_warning(place):
    record = two_years(place)
    assert not record.series["ledger_error"].any()
    assert all(np.isfinite(values).all() for values in (record.series["firms"], record.series["rd_real"]))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("place", DERIVED)
def test_uncertain_numbers_of_a_place_make_a_city_that_balances(place):
    assert not city(registry(place), 2, draw=3).series["ledger_error"].any()


@pytest.mark.parametrize("place", places())
def test_every_tier_has_firms(place):
    initial = two_years(place).initial
    tiers = {tier: initial[f"tier_{tier}"] for tier in ("none", "pan_tech", "scitech_sme", "cultivation", "hnte", "key")}
    assert min(tiers.values()) >= 10 and sum(tiers.values()) >= 1000, tiers


@pytest.mark.parametrize("place", DERIVED)
def test_what_is_taken_over_says_from_where_and_that_it_is_assumed(place):
    for number in registry(place):
        if number.origin and number.kind == "assumption" and number.source != registry(number.origin)[number.id].source:
            assert number.source.startswith((f"from {number.origin}, scaled by ", f"as in {number.origin}, "))
        elif number.origin:
            assert number.source == registry(number.origin)[number.id].source


@pytest.mark.parametrize("place", places())
def test_every_package_can_be_read_in_every_place(place):
    for name in scenario.names():
        registry(place).resolve(scenario.load(name, CATALOGUE, registry(place)).overrides)


def test_a_place_has_its_own_status_quo_and_other_packages_build_on_it():
    here, there = (scenario.load("status_quo", CATALOGUE, registry(place)) for place in ("nantong", "yancheng"))
    push = scenario.load("award_push", CATALOGUE, registry("yancheng"))
    assert set(there.programmes) - {"gov.campaign", "gov.outside_inside", "enclave.manufacture", "delivery.visits"} < set(here.programmes) and "loan.tongkedai" not in there.programmes
    assert set(push.programmes) == {*there.programmes, "award.hnte"}


def test_a_typing_slip_in_what_is_removed_is_still_found(tmp_path):
    text = "name: mine\ntitle: {zh: 我, en: me}\nquestion: {zh: 问, en: ask}\nbase: status_quo\nremove: [loan.sukedia]\nsources: [me]\n"
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.yaml:5: .*did you mean 'loan.sukedai'"):
        scenario.load(tmp_path / "mine.yaml", CATALOGUE, registry("yancheng"))


# -- nothing is counted twice ------------------------------------------------------------------------------------------
def test_a_place_is_never_added_to_the_one_it_lies_in():
    apart(["nantong", "yancheng"])
    apart(["rugao", "haimen", "nantong_htz"])
    with pytest.raises(InputError, match="rugao lies inside nantong"):
        apart(["nantong", "rugao"])


def test_sums_over_places_refuse_parts_and_ratios():
    studies = {place: sim.study(place, ["none"], seeds=1, quarters=1, workers=1) for place in ("rugao", "haimen", "nantong")}
    both = summing.total([studies["rugao"], studies["haimen"]], "firms", "none")
    assert both.item() == sum(studies[p].to_xarray()["firms"].item() for p in ("rugao", "haimen"))
    with pytest.raises(InputError, match="never add the two"):
        summing.total([studies["rugao"], studies["nantong"]], "firms", "none")
    with pytest.raises(InputError, match="no sum"):
        summing.total([studies["rugao"], studies["haimen"]], "npl_ratio", "none")


# -- what is known and what is held out --------------------------------------------------------------------------------
def test_a_place_is_compared_with_its_own_facts():
    for place in DERIVED:
        found = scorecard.checks(place)
        assert found[: len(place_checks.OF_PLACE[place])] == place_checks.OF_PLACE[place]
        assert len({check.id for check in found}) == len(found) > 20
        assert all(check.zh and check.en and check.source and check.band[0] <= check.band[1] for check in found)
    assert scorecard.checks("nantong") is scorecard.CHECKS
    assert set(scorecard.EVERYWHERE) <= {check.id for check in scorecard.CHECKS}


def test_the_end_of_2023_in_yancheng_set_no_number():
    text = "".join((FOLDER / "places" / "yancheng.yaml").read_text(encoding="utf-8").splitlines(keepends=True)[4:])
    assert "2338" not in text and "2,338" not in text and "小巨人" not in text and "独角兽" not in text
    assert all(not check.calibrated for check in place_checks.OF_PLACE["yancheng"] if "003" in check.source)


def test_the_printed_lines_of_rugao_set_no_number_of_rugao():
    file = str(FOLDER / "places" / "rugao.yaml")
    for number in registry("rugao"):
        if number.file == file and number.quote:
            assert not any(figure in number.quote for figure in ("459", "19亿", "19.17", "104"))


# -- building on another place -----------------------------------------------------------------------------------------
def test_a_place_that_changes_nothing_is_its_base_to_the_bit(read):
    twin, nantong = read("base: nantong\n"), registry()
    assert twin.ids == nantong.ids and twin.resolve().digest == nantong.resolve().digest
    one, other = city(twin, 4), city(nantong, 4)
    assert one.series.keys() == other.series.keys()
    assert all((one.series[name].tobytes() == other.series[name].tobytes()) for name in one.series)


def test_totals_are_scaled_and_the_rest_is_not(read):
    half, nantong = read(f"base: nantong\n{HALF}"), registry()
    assert half["place.hnte"].default == 1090 and half["policy30.appropriation"].default == 250e6
    assert half["place.tier.hnte.rd_intensity"].default == nantong["place.tier.hnte.rd_intensity"].default
    prior = half["place.hnte"].prior
    assert (prior.low, prior.high) == (pytest.approx(1090 / 1.5), 1090 * 1.5)
    assert half["place.hnte"].source.startswith("from nantong, scaled by 0.5: half of it; there, of kind statistic: tax bureau")
    assert half["place.carrier.maker.count"].kind == "assumption" and half["place.carrier.maker.count"].quote is None


def test_a_number_may_be_written_out_again_without_its_unit(read):
    number = read("base: nantong\nplace.hnte: {default: 900, kind: statistic, source: a count}\n")["place.hnte"]
    assert (number.default, number.unit, number.place, number.prior) == (900, "firms", "here", None)


DISTRICT = "place.district.only.{0}: {{default: {1}, unit: x, meaning: {{zh: 区, en: part}}, {2}kind: assumption, source: why}}\n"
ONLY = "".join(
    DISTRICT.format(field, value, "" if value == "true" else "range: [-90, 180], ")
    for field, value in (("hnte_share", 1), ("firm_share", 1), ("latitude", 32), ("longitude", 120), ("urban", "true"),
                         ("zone", "true"), ("belt", 0))
)


def test_districts_of_the_base_can_be_replaced(read):
    ids = read(f"base: nantong\nwithout: [place.district]\n{ONLY}").ids
    assert {id.split(".")[2] for id in ids if id.startswith("place.district.")} == {"only"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("base: nantnog\n", r"here.yaml:1: base: there is no such place.*'nantong'"),
        ("base: here\n", r"here.yaml:1: base: there is no such place"),
        ("base: nantong\ninside: yancheng\n", r"here.yaml:2: inside: there is no such place"),
        ("bass: nantong\n", r"here.yaml:1: bass: the id must start with `place.`"),
        ("inside: nantong\nscale: {}\n", r"here.yaml:2: scale: is for a place with a `base`"),
        ("base: nantong\nplace.hnet: {default: 900, kind: statistic, source: a}\n", r"here.yaml:2: .*no such number in the base.*'place.hnte'"),
        ("base: nantong\nplace.hnte: {default: 900, unit: firms, kind: statistic, source: a}\n", r"here.yaml:2: .*unit: unknown key"),
        ("base: nantong\nplace.hnte: {default: 900, kind: statistic}\n", r"here.yaml:2: place.hnte: lacks `source`"),
        ("base: nantong\nplace.hnte: {default: true, kind: statistic, source: a}\n", r"must be a number, as in nantong.yaml:2"),
        ("base: nantong\nwithout: [place.distrcit]\n", r"here.yaml:2: .*no such number in the base.*'place.district"),
        ("base: nantong\nwithout: [place.hnte]\n", r"here.yaml:1: base: lacks `place.hnte`"),
        ("base: nantong\nwithout: [place.district]\n", r"lacks `place.district`"),
        ("base: nantong\nwithout: [place.district]\n" + ONLY.rsplit("place.", 1)[0], r"lacks `place.district.only.belt`"),
        ("base: nantong\nscale: {firms: {by: 1, spread: 1, reason: a}}\n", r"here.yaml:2: scale: lacks `economy`"),
        ("base: nantong\nscale: {frims: {by: 1, spread: 1, reason: a}}\n", r"unknown key.*'firms'"),
        ("base: nantong\n" + HALF.replace("by: 0.5", "by: -1", 1), r"here.yaml:2: scale.firms.by: is out of range"),
        ("base: nantong\n" + HALF.replace("spread: 1.5", "spread: 0.5", 1), r"here.yaml:2: scale.firms.spread: is out of range"),
        ("base: nantong\n" + HALF.replace("by: 0.5", "by: 0.0001", 1), r"here.yaml:2: scale.firms: leaves nothing of place\."),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_file_line_and_the_nearest_name(read, text, says):
    with pytest.raises(InputError, match=says):
        read(text)


def test_a_place_builds_on_one_other_not_on_a_chain(read, tmp_path):
    (tmp_path / "middle.yaml").write_text("base: nantong\n", encoding="utf-8")
    with pytest.raises(InputError, match="here.yaml:1: base: has a base itself"):
        read("base: middle\n")


# -- the list of totals ------------------------------------------------------------------------------------------------
def test_no_purse_quota_or_count_is_missing_among_the_totals():
    listed = TOTALS.read_text(encoding="utf-8").split()
    ends = (".appropriation", ".quota", ".capital", ".capacity", ".places", ".running_cost_year", ".events", ".centres", ".count")
    counted = {"firms", "persons", "projects", "carriers", "projects/year", "events/year", "centres", "files/quarter"}
    for number in registry():
        group = number.id.split(".")[1] if number.id.startswith("place.") else ""
        of_place = group and group not in OPEN and number.unit in counted
        mean = number.id == "attraction.fairs.events"  # a county holds as many fairs as a city
        mean |= number.unit in {"multiple", "weight", "correlation"} or number.unit.startswith("RMB/project")
        is_total = not mean and (number.id.endswith(ends) or of_place or number.unit == "files/quarter")
        assert number.id in listed or not is_total, number.id
