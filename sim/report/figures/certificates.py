"""Certificates beside real R&D: the gap between what is counted and what is done."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import Spread, course
from sim.report.words import Words, listed, say

NEEDS = ("hnte_stock", "rd_real", "rd_reported")
YEARLY = True  # not drawn for less than a whole year


def _cross(r: Reading, s: str) -> tuple[Spread, Spread]:
    """(certified firms in %, real R&D over the horizon in %), both against the baseline."""
    return r.gain_share("hnte_stock", s).scaled(100), r.gain_share("rd_real", s).scaled(100)


def _gap(r: Reading, s: str):
    """(seed, year): reported minus real R&D as % of reported."""
    reported = r.by_year("rd_reported", r.worlds("rd_reported", s))
    real = r.by_year("rd_real", r.worlds("rd_real", s))
    return (reported - real) / reported * 100


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    figure, axes = style.panels(ax, 1, 2, 3.7)
    left, right = axes[0]
    left.axhline(0, color="#999999", linewidth=0.8)
    left.axvline(0, color="#999999", linewidth=0.8)
    left.plot(0, 0, "o", color=style.BASELINE_COLOUR, markersize=5, label=r.short(r.baseline))
    inside, outside = _near(r)
    for s in inside:
        x, y = _cross(r, s)
        left.errorbar(x.mean, y.mean, color=r.colour(s), marker=r.marker(s), markersize=5, linewidth=1.2, capsize=2, linestyle="",
                      xerr=_reach(x), yerr=_reach(y), label=r.short(s))  # fmt: skip
    reach = max(abs(v) for v in (*left.get_xlim(), *left.get_ylim()))
    limits = left.get_xlim(), left.get_ylim()
    left.plot([-reach, reach], [-reach, reach], color="#BBBBBB", linewidth=0.9, linestyle=(0, (3, 2)))
    left.set_xlim(limits[0])
    left.set_ylim(limits[1])
    at = 0.85 * max(limits[0][0], limits[1][0])
    left.annotate(say(lang, "同比例线", "same %"), (at, at), xytext=(4, 0), textcoords="offset points", fontsize=7.5, color=style.MUTED,
                  va="center")  # fmt: skip
    if outside:
        left.annotate(
            "\n".join(_beyond(r, s, lang) for s in outside),
            (0.98, 0.03),
            xycoords="axes fraction",
            ha="right",
            va="bottom",
            fontsize=7.5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
        for s in outside:  # the other panel shows them
            left.plot([], [], color=r.colour(s), marker=r.marker(s), markersize=5, linestyle="", label=r.short(s))
    left.set_xlabel(say(lang, "高企数的变化（%）", "Change of certified HNTEs (%)"))
    left.set_ylabel(say(lang, "真实研发的变化（%）", "Change of real R&D (%)"))
    name = text.quoted(lang, r.short(r.baseline, 24, 1))
    left.set_title(say(lang, f"与{name}相比", f"Against {name}"))
    years = [int(y) for y in r.years]
    for s in r.shown:
        mean, p5, p95 = course(_gap(r, s))
        style.world_band(right, r, s, years, p5, p95)
        right.plot(years, mean, color=r.colour(s), linestyle=r.dash(s), marker=r.marker(s), markersize=3, linewidth=1.5)
    style.year_ticks(right, r.years)
    right.set_title(say(lang, "申报研发中不真实的部分（%）", "Reported R&D that is not real (%)"))
    style.legend(figure, left, ax)
    return figure


def _near(r: Reading) -> tuple[list[str], list[str]]:
    """Scenarios to draw, and those so far out (the end of all local policy) that the others would fall on one point."""
    size = {s: abs(_cross(r, s)[0].mean) for s in r.compared}
    far = [s for s in size if len(size) > 2 and size[s] > 2.5 * max(v for other, v in size.items() if other != s)]
    return [s for s in r.compared if s not in far], far


def _beyond(r: Reading, s: str, lang: str) -> str:
    x, y = _cross(r, s)
    values = f"{text.number(x.mean, 2, sign=True)}%, {text.number(y.mean, 2, sign=True)}%"
    return say(lang, f"画面外：{r.short(s, 20, 1)}\n（{values}）", f"off the scale: {r.short(s, 20, 1)}\n({values})")


def _reach(x: Spread):
    return np.array([[x.mean - x.low], [x.high - x.mean]]) if x.n > 1 else None


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    parts = []
    for s in r.compared:
        x, y = _cross(r, s)
        gap = _gap(r, s)[:, -1].mean()
        parts.append(say(lang, f"{r.title(s)}：高企 {text.trio(x.mean, x.low, x.high)}%，真实研发 {text.trio(y.mean, y.low, y.high)}%，申报中不真实 {text.number(gap, 2)}%",
                         f"{r.title(s)}: HNTEs {text.trio(x.mean, x.low, x.high)} %, real R&D {text.trio(y.mean, y.low, y.high)} %, not real {text.number(gap, 2)} % of reported"))  # fmt: skip
    return Words(
        say(lang, "证书多了，真实研发也多了吗？", "More certificates: more real R&D too?"),
        say(lang, "点落在虚线下方：证书比研发涨得快；右图线越高，申报与真实差得越远。",
            "Below the dashed line certificates grow faster than R&D; right, the higher the line the wider reported and real R&D differ."),
        say(lang, "左：末三年平均高企数与全期真实研发相对基准的变化（%），误差棒为均值的 90% 区间。右：（申报−真实）/申报，按年；色带为基准情景 5–95% 的世界。",
            "Left: change of HNTEs (mean of the last three years) and of real R&D over the horizon (%), bars: 90 % interval of the mean. Right: (reported − real) / reported by year; band: 5–95 % of worlds of the baseline."),
        say(lang, "散点图与折线图：", "Scatter and line chart: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
