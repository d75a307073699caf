"""Where certified firms and real R&D go: every scenario with the range of its worlds."""

from __future__ import annotations

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("hnte_stock", "rd_real")
YEARLY = True  # not drawn for less than a whole year


FEW = 5  # more bands on top of each other are a blot


def _band(cell, r: Reading, scenario: str, times, p5, p95) -> None:
    if len(r.shown) > FEW:
        style.world_band(cell, r, scenario, times, p5, p95)
    else:
        alpha = 0.13 if scenario == r.baseline else 0.08
        cell.fill_between(times, p5, p95, color=r.colour(scenario), alpha=alpha, linewidth=0)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    figure, axes = style.panels(ax, 1, 2, 3.5)
    left, right = axes[0]
    scale, unit = text.money(lang)
    ticks = style.times(r.quarters)
    for scenario in r.shown:
        look = {"color": r.colour(scenario), "linestyle": r.dash(scenario), "label": r.short(scenario)}
        mean, p5, p95 = course(r.worlds("hnte_stock", scenario))
        _band(left, r, scenario, ticks, p5, p95)
        left.plot(ticks, mean, linewidth=1.6, **look)
        mean, p5, p95 = course(r.by_year("rd_real", r.worlds("rd_real", scenario)) / scale)
        years = [int(y) for y in r.years]
        _band(right, r, scenario, years, p5, p95)
        right.plot(years, mean, linewidth=1.6, marker=r.marker(scenario), markersize=3, **look)
    left.set_title(say(lang, "有效高新技术企业（家）", "Certified HNTEs (firms)"))
    right.set_title(say(lang, f"真实研发支出（{unit}/年）", f"Real R&D ({unit} a year)"))
    style.year_ticks(left, r.years)
    style.year_ticks(right, r.years)
    style.legend(figure, left, ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    parts = []
    for s in r.shown:
        hnte = r.whole("hnte_stock", r.worlds("hnte_stock", s)).mean()
        rd = r.by_year("rd_real", r.worlds("rd_real", s))[:, -1].mean() / scale if r.years else float("nan")
        parts.append(say(lang, f"{r.title(s)}：高企约 {text.number(hnte)} 家，真实研发约 {text.number(rd)} {unit}/年",
                         f"{r.title(s)}: about {text.number(hnte)} HNTEs, real R&D about {text.number(rd)} {unit} a year"))  # fmt: skip
    whose = "" if len(r.shown) <= FEW else say(lang, "（情景多，只画基准情景的）", " (of the baseline only: there are many scenarios)")
    return Words(
        say(lang, "高企数量和真实研发会走到哪里？", "Where do certified firms and real R&D go?"),
        say(lang, "看线看趋势，看色带看不确定；色带重叠时不能凭此图排序，请看图 2 的配对差异。",
            "Lines show the course, bands the uncertainty; where bands overlap do not rank here, use the paired differences of figure 2."),
        say(lang, f"线：各世界均值；色带：5–95% 的世界{whose}。左：季末家数；右：{unit}，按年合计，名义价。",
            f"Line: mean of worlds; band: 5–95 % of worlds{whose}. Left: firms at quarter end; right: {unit} a year, nominal."),
        say(lang, f"折线图，{r.end}：", f"Line chart, {r.end}: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
