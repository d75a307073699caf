"""The report: everything readable, nothing invented, nothing that runs, the same bytes twice.

Works on made-up results of plausible size, so that it needs neither the model nor a study.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import itertools
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from fake_results import LINES, START, TITLES, Apart, FakeResults, numbers
from PIL import Image

from sim import parameters, report
from sim.metrics import METRICS
from sim.report import answers, sheets, style, tables, text, writing
from sim.report.figures import FIGURES, figure
from sim.report.fonts import make_subset
from sim.report.reading import Reading
from sim.report.spread import each, ratio, spread

NASTY = (
    "<img src=x onerror=alert(1)> =1+1",
    "=1+1 {{7*7}} </script><script>alert(1)</script>",
    "$x^$ \u202e\x00𠮷 " + "很长的标题" * 30,
)
FOUR = ("status_quo", "none", "award_push", "loan_push")
NASTY_TITLES = dict(zip(FOUR, ({"zh": t, "en": t} for t in ("现行政策", *NASTY)), strict=True))


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    """A whole report of results with hostile names and missing runs."""
    folder = tmp_path_factory.mktemp("report")
    results = FakeResults(3, 8, NASTY_TITLES, missing=1)
    return folder, report.build(results, folder, lines=LINES, numbers=numbers("<b>{{7*7}}</b>"))


class Tags(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.seen: list[tuple[str, dict]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_it_writes_a_page_every_figure_twice_and_tables(nasty):
    folder, files = nasty
    assert sorted(files) == sorted(p for p in folder.rglob("*") if p.is_file())
    assert [len(list(folder.glob(p))) for p in ("report.html", "figures/*.png", "figures/*.svg", "summary*.csv")] == [
        1,
        16,
        16,
        6,
    ]
    assert (folder / "report.html").stat().st_size < 3e6
    assert all(p.stat().st_size > 5000 for p in folder.glob("figures/*"))


def test_hostile_names_are_only_text_in_the_page(nasty):
    page = (nasty[0] / "report.html").read_text(encoding="utf-8")
    tags = Tags(page).seen
    assert not {"script", "iframe", "object", "link", "base", "form", "b"} & {tag for tag, _ in tags}
    assert not any(name.startswith("on") or name in ("style", "srcset") for _, attrs in tags for name in attrs)
    assert "{{7*7}}" in page and "&lt;img src=x" in page


def test_the_page_asks_nothing_of_the_network_and_forbids_it(nasty):
    page = (nasty[0] / "report.html").read_text(encoding="utf-8")
    for _, attrs in Tags(page).seen:
        assert attrs.get("src", "data:").startswith("data:image/svg+xml;base64,") or "src" not in attrs
        assert attrs.get("href", "#").startswith("#")
    css = re.search("<style>(.*?)</style>", page, re.DOTALL)[1]
    assert "url(" not in css and "@import" not in css
    assert "default-src 'none'" in page and base64.b64encode(hashlib.sha256(css.encode()).digest()).decode() in page


def test_figures_in_the_page_hold_no_script_and_no_outside_address(nasty):
    page = (nasty[0] / "report.html").read_text(encoding="utf-8")
    images = [attrs for tag, attrs in Tags(page).seen if tag == "img"]
    assert len(images) == 16 and all(len(attrs["alt"]) > 20 for attrs in images)
    for attrs in images:
        for element in ElementTree.fromstring(base64.b64decode(attrs["src"].split(",")[1])).iter():
            assert element.tag.split("}")[-1] not in ("script", "image", "foreignObject", "text")
            assert all(value.startswith("#") for name, value in element.items() if name.endswith("href"))


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(nasty):
    for path in nasty[0].glob("*.csv"):
        content = path.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}
        for cell in (c for row in rows for c in row if c.startswith(("=", "+", "-", "@"))):
            float(cell)
    assert sheets.cell(" =1+1") == "' =1+1" and sheets.cell(-3.5) == "-3.5" and sheets.cell(float("inf")) == ""


def test_missing_runs_are_said_and_take_no_part(nasty):
    page = (nasty[0] / "report.html").read_text(encoding="utf-8")
    assert "完成 11 / 12 次推演" in page and "缺 1 次推演" in page
    r = Reading(FakeResults(3, 8, missing=1), "zh")
    assert [r.done(s) for s in r.scenarios] == [3, 3, 3, 2, 3] and r.gain("hnte_stock", "loan_push").n == 2


def test_the_same_results_give_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "FIGURES", ("ladder",))
    made = [report.build(FakeResults(3, 8), tmp_path / str(k), lines=LINES, numbers=numbers()) for k in range(2)]
    assert [p.read_bytes() for p in made[0]] == [p.read_bytes() for p in made[1]]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_fits_its_frame_and_has_a_glyph_for_every_character(name, lang):
    from matplotlib.text import Text

    more = {"lines": LINES} if name == "checks" else {}
    titles = {s: TITLES[s] for s in FOUR} if lang == "zh" else NASTY_TITLES
    own = {"break_even": lambda: _landing(lambda rate: 1e9 * (rate - 0.5)), "thresholds": _lists, "enclave_forms": _forms, "decompose": Apart}
    results = own.get(name, lambda: FakeResults(3, 8, titles, missing=1))()
    drawn = figure(name).draw(results, lang=lang, **more)
    written = "".join(t.get_text() for t in drawn.findobj(Text)).replace("\n", "")
    assert len(written) > 30 and {ord(c) for c in written} <= style.covered()
    assert any(len(axes.get_children()) > 10 for axes in drawn.axes)
    box, size = drawn.get_tightbbox(), drawn.get_size_inches()
    assert box.x0 > -0.05 and box.y0 > -0.05 and box.x1 < size[0] + 0.05 and box.y1 < size[1] + 0.05


TEN = ("status_quo", "none", *(f"package_{i}" for i in range(8)))
ALL_TITLES = {s: {"zh": f"全面免申即享{i}", "en": f"Everything without application {i}"} for i, s in enumerate(TEN)}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("checks", "break_even", "thresholds", "enclave_forms", "decompose")])
def test_ten_scenarios_fit_every_figure_and_no_two_names_beside_an_axis_touch(name, lang):
    drawn = figure(name).draw(FakeResults(2, 8, ALL_TITLES), lang=lang)
    box, size = drawn.get_tightbbox(), drawn.get_size_inches()
    assert box.x0 > -0.05 and box.y0 > -0.05 and box.x1 < size[0] + 0.05 and box.y1 < size[1] + 0.05
    for axes in drawn.axes if name != "networks" else ():
        labels = [t.get_window_extent() for t in axes.get_yticklabels() if t.get_text() and axes.axison]
        shown = sorted((b for b in labels if axes.bbox.y0 <= (b.y0 + b.y1) / 2 <= axes.bbox.y1), key=lambda b: b.y0)
        assert all(a.y1 < b.y0 + 2 for a, b in itertools.pairwise(shown))


def test_ten_scenarios_differ_in_colour_and_marker():
    r = Reading(FakeResults(1, 4, ALL_TITLES), "zh")
    assert len({r.colour(s) for s in TEN}) == len({r.marker(s) for s in TEN}) == 10


def test_an_actor_that_a_study_does_not_have_is_not_drawn_and_said(tmp_path):
    results = FakeResults(2, 4)
    without = results.to_xarray()
    without["talent_arrivals_from"] *= 0
    without["talent_by_kind"] *= 0
    results.to_xarray = lambda: without
    report.build(results, tmp_path, draw=False, lines=LINES, numbers=numbers())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "图 11 未画：结果中没有新增人才（分来源地）" in page and 'id="figure-12"' in page


POINTS = {"low": 0.17, "middle": 0.5, "high": 0.86}


def _landing(net):
    """Results of the study of enclaves whose city gains net(rate), RMB over the horizon."""
    titles = {f"enclave_{k}_{p}": {"zh": f"{k}{p}", "en": f"{k} {p}"} for p in POINTS for k in ("on", "off")}
    results = FakeResults(3, 4, titles)
    for about in results.manifest["scenarios"]:
        about["overrides"] = {"enclave.landing_rate": POINTS[about["name"].split("_")[2]]}
    data = results.to_xarray()
    for name in ("tax_city", "public_cost_city"):
        data[name] = data[name] * 0
    for p, rate in POINTS.items():
        data["tax_city"].loc[{"scenario": f"enclave_on_{p}"}] = net(rate) / 4
    results.to_xarray = lambda: data
    return results


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_break_even_landing_rate_is_one_figure_and_one_sentence_of_its_study(lang):
    made = figure("break_even")
    results = _landing(lambda rate: 1e9 * (rate - 0.5))
    assert made.draw(results, lang=lang).axes and "50" in made.words(results, lang).aid
    assert made.skip(Reading(FakeResults(2, 4), lang)) and not made.skip(Reading(results, lang))
    never = made.words(_landing(lambda rate: -1e8), lang).aid
    assert "86" in never and ("抵不上" if lang == "zh" else "does not cover") in never
    assert ("最低" if lang == "zh" else "every") in made.words(_landing(lambda rate: 1e8), lang).aid


LISTS = {"status_quo": 0.0, "whitelist_10m": 1.0, "whitelist_1m": 3.0, "whitelist_city_10m": 5.0, "whitelist_city_1m": 15.0}


def _lists():
    """Results of the study of white lists: 1bn RMB more with cover for each unit above, 0.6 as much more lending."""
    titles = {s: {"zh": f"名单{k}", "en": f"list {k}"} for k, s in enumerate(LISTS)}
    results = FakeResults(3, 24, titles)
    data = results.to_xarray()
    for metric, part in (("loans_scitech_outstanding", 1.0), ("loans_all_outstanding", 0.6)):
        base = data[metric].sel(scenario="status_quo")
        for s, units in LISTS.items():
            data[metric].loc[{"scenario": s}] = base + part * units * 1e9
    results.to_xarray = lambda: data
    return results


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_threshold_of_the_white_list_is_one_figure_and_one_sentence_of_its_study(lang):
    made, results = figure("thresholds"), _lists()
    assert made.skip(Reading(FakeResults(2, 24), lang)) and not made.skip(Reading(results, lang))
    aid = made.words(results, lang).aid
    assert all(number in aid for number in (("+10", "+30", "60%") if lang == "zh" else ("+1", "+3", "60 %")))
    gain = made.gains(Reading(results, lang))["loans_scitech_outstanding", "whitelist_city_1m", "whitelist_city_10m"]
    assert gain.mean == pytest.approx(1e10)


FORMS = {"forms_none": 0.0, "forms_incubation": 1.0, "forms_research": 3.0, "forms_manufacture": -1.0}


def _forms():
    """Results of the study of the three forms: 1bn RMB of knowledge and minus a thousand jobs for each unit above."""
    titles = {s: {"zh": f"形式{k}", "en": f"form {k}"} for k, s in enumerate(FORMS)}
    results = FakeResults(3, 24, titles)
    data = results.to_xarray()
    for metric, part in (("knowledge", 1e9), ("employment", -1e3)):
        base = data[metric].sel(scenario="forms_none")
        for s, units in FORMS.items():
            data[metric].loc[{"scenario": s}] = base + part * units
    results.to_xarray = lambda: data
    return results


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_three_forms_of_enclave_are_one_figure_and_one_sentence_of_their_study(lang):
    made, results = figure("enclave_forms"), _forms()
    assert made.skip(Reading(FakeResults(2, 24), lang)) and not made.skip(Reading(results, lang))
    aid = made.words(results, lang).aid
    assert all(part in aid for part in (("形式2（+30", "形式3反而为 −10", "就业最多的是形式3") if lang == "zh" else
                                        ("knowledge from form 2 (+3", "form 3 brings −1", "jobs from form 3")))  # fmt: skip
    gain = made.gains(Reading(results, lang))["knowledge", "forms_research", "forms_incubation"]
    assert gain.mean == pytest.approx(2e9)


def test_places_and_universities_have_names():
    r = Reading(FakeResults(1, 4), "zh")
    told = [r.member("university", "sjtu"), r.member("district", "rugao"), r.member("talent_place", "suzhou"),
            r.member("carrier", "maker"), r.member("sector", "of nobody")]  # fmt: skip
    assert told == ["上海交通大学", "如皋市", "苏州", "众创空间", "of nobody"]


def test_a_figure_goes_into_an_axis_of_somebody_else():
    from matplotlib.figure import Figure

    mine = Figure(figsize=(9, 5))
    axes = mine.subplots(1, 2)
    assert figure("tiers").draw(FakeResults(2, 4), ax=axes[1]) is mine and len(mine.axes) == 7


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_figures_the_page_tells_in_words_what_they_show(tmp_path, lang):
    files = report.build(FakeResults(4, 8), tmp_path, lang, draw=False, lines=LINES, numbers=numbers())
    page = next(p for p in files if p.suffix == ".html").read_text(encoding="utf-8")
    assert not (tmp_path / "figures").exists() and "<img" not in page
    assert ("家" if lang == "zh" else "firms") in page and (
        tmp_path / ("report.html" if lang == "zh" else "report_en.html")
    ).exists()


def test_the_chinese_page_names_every_metric_and_unit_in_chinese(tmp_path):
    report.build(FakeResults(3, 8), tmp_path, draw=False, lines=LINES, numbers=numbers())
    page = re.sub(
        r"<style>.*?</style>|<code.*?</code>|<[^>]*>",
        " ",
        (tmp_path / "report.html").read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert not [
        name for name, metric in METRICS.items() if name in page.split() or (metric.en in page and len(metric.en) > 6)
    ]
    units = {metric.unit for metric in METRICS.values()} | {n.unit for n in parameters.registry("nantong")}
    assert not [u for u in units if re.search("[A-Za-z]", text.unit_name(u, "zh"))]  # new unit? add it to text.UNITS


@pytest.mark.parametrize(("seeds", "missing"), [(1, 0), (2, 2)])
def test_one_world_or_a_scenario_without_any_run_is_said_and_not_ranked(tmp_path, seeds, missing):
    report.build(FakeResults(seeds, 4, missing=missing), tmp_path, draw=False, lines=[], numbers=numbers())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ("只有一个世界，不能判断" in page) == (seeds == 1)
    assert "图 8 未画" in page


def test_less_than_a_year_leaves_out_what_needs_years(tmp_path):
    report.build(FakeResults(2, 3), tmp_path, draw=False, lines=LINES, numbers=numbers())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("结果中没有完整的一年") == 4


def test_a_result_without_a_metric_leaves_out_its_figure_and_says_so(tmp_path):
    results = FakeResults(2, 4)
    less = results.to_xarray().drop_vars("npl_ratio")
    results.to_xarray = lambda: less
    report.build(results, tmp_path, draw=False, lines=LINES, numbers=numbers())
    assert "图 10 未画：结果中没有不良率" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_figure_that_can_no_longer_be_drawn_is_not_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "FIGURES", ("tiers", "credit"))
    results, mine = FakeResults(2, 4), tmp_path / "figures" / "02_mine.png"
    for lang in ("zh", "en"):
        report.build(results, tmp_path, lang, lines=LINES, numbers=numbers())
    mine.touch()
    less = results.to_xarray().drop_vars("npl_ratio")
    results.to_xarray = lambda: less
    report.build(results, tmp_path, lines=LINES, numbers=numbers())
    left = {path.name for path in (tmp_path / "figures").iterdir()}
    kept = {f"{stem}.{kind}" for stem in ("01_tiers", "01_tiers_en", "02_credit_en") for kind in ("png", "svg")}
    assert left == kept | {mine.name}


def test_a_picture_is_the_figure_of_the_page_with_title_above_and_aid_below(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "FIGURES", ("credit",))
    report.build(FakeResults(3, 8), tmp_path, lines=LINES, numbers=numbers())
    whole = ElementTree.parse(tmp_path / "figures" / "01_credit.svg").getroot()
    ids = [element.get("id") for element in whole.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    used = {v[1:] for element in whole.iter() for k, v in element.items() if k.endswith("href")}
    assert used <= set(ids)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    (image,) = (attrs for tag, attrs in Tags(page).seen if tag == "img")
    inside = ElementTree.fromstring(base64.b64decode(image["src"].split(",")[1]))
    height = {name: float(root.get("height").removesuffix("pt")) for name, root in (("whole", whole), ("page", inside))}
    assert 25 < height["whole"] - height["page"] < 80 and whole.get("width") == inside.get("width")
    with Image.open(tmp_path / "figures" / "01_credit.png") as png:
        assert png.size == pytest.approx((1080, height["whole"] * 150 / 72), abs=1)


def test_differences_of_unlike_many_worlds_are_each_judged_by_their_own():
    rows = [np.array([1.0, 2.0, 4.0]), np.array([-1.0, np.nan, -2.0]), np.array([]), np.array([3.0, 1.0, -5.0])]
    found = each(rows)
    assert found[::3] == [spread(rows[0]), spread(rows[3])] and [x.n for x in found] == [3, 2, 0, 3]
    assert [x.positive for x in found[:2]] == [1.0, 0.0] and found[3].share == pytest.approx(1 / 3)
    assert found[3].positive == pytest.approx(2 / 3)


def test_the_summary_lists_the_share_of_worlds_above_zero(tmp_path):
    results = FakeResults(4, 8)
    report.build(results, tmp_path, "en", draw=False, lines=LINES, numbers=numbers())
    with open(tmp_path / "summary_en.csv", encoding="utf-8-sig", newline="") as file:
        rows = {(row["scenario id"], row["metric id"]): row for row in csv.DictReader(file)}
    name = "share of worlds with a positive difference"
    assert float(rows["none", "hnte_stock"][name]) == 0 and float(rows["award_push", "hnte_stock"][name]) == 1
    assert rows["status_quo", "hnte_stock"][name] == ""


def test_an_interval_that_includes_zero_is_said_to_be_undecided_with_seeds_that_would_settle_it():
    x = spread(np.array([3.0, -2.0, 1.0, 4.0, -3.0, 2.0]))
    assert not x.decided and "区间含 0，均值约需再跑" in answers.verdict(x, "zh")
    torn = spread(np.array([-1.0] * 30 + [9.0] * 70))
    assert torn.settled and not torn.decided and "多跑种子不会改变" in answers.verdict(torn, "zh")
    assert answers.verdict(spread(np.full(5, 2.0)), "zh") == "可以确认"


def test_cost_per_enterprise_is_a_ratio_only_when_there_are_more_enterprises():
    firms = np.array([10.0, 11.0, 9.0, 10.0, 10.0])
    mean, low, high = ratio(3 * firms + np.array([0.1, -0.1, 0.0, 0.1, -0.1]), firms)
    assert low < mean < high and mean == pytest.approx(3.0, abs=0.05)
    assert ratio(np.ones(5), np.array([1.0, -1.0, 2.0, -2.0, 0.5])) is None


def test_yearly_cost_adds_the_change_of_expected_losses():
    r = Reading(FakeResults(3, 8), "zh")
    _, rows = tables.costs(r)[0]
    paid, loss, total = (np.array(rows[i][1]) for i in (1, 2, 3))
    assert total == pytest.approx(paid + np.diff([START["expected_guarantee_loss"] / 1e8, *loss]))


def test_numbers_say_no_more_than_the_interval_carries():
    assert text.trio(612.3, 569.7, 654.9) == "+612 [+570, +655]"
    assert text.trio(1.6234, 1.6081, 1.6382) == "+1.62 [+1.61, +1.64]"
    assert text.trio(0.17, 0.0007, 0.33).count("0.001") == 1
    assert (
        text.span(8e6, 1.35e7, "RMB", "zh") == "800–1,350 万元" and text.span(2180, 2180, "firms", "zh") == "2,180 家"
    )
    assert text.amount(4.5e8, "RMB/year", "zh") == "4.5 亿元/年" and text.amount(0.3, "share/year", "zh") == "30%/年"


def test_long_titles_are_broken_into_lines_of_like_length():
    assert text.wrap("取消地方政策", 10, 2) == "取消地\n方政策"
    assert all(
        text.columns(line) <= 20
        for line in text.wrap("No application for all programmes of the city", 20, 9).split("\n")
    )
    assert text.plain("a\u202eb\x00😀") == "ab〓"


def test_the_shipped_font_has_gb2312_its_own_name_and_its_licence():
    from fontTools.ttLib import TTFont

    with TTFont(make_subset.TARGET) as font:
        names = {record.nameID: str(record) for record in font["name"].names}
        assert make_subset.characters() <= {chr(c) for c in font.getBestCmap()}
    assert names[1] == names[4] == "Innosim Sans SC" and "Noto" not in names[6] and "2014-2021 Adobe" in names[0]
    licence = make_subset.TARGET.with_name("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence and "Copyright 2014-2021 Adobe" in licence
    assert make_subset.TARGET.stat().st_size < 1.7e6
