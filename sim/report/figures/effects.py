"""What each package changes against the baseline, world by world: the default view of a comparison."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import bands
from sim.report.words import Words, listed, say

NEEDS = ("hnte_stock", "rd_real", "productivity", "public_cost_city")
YEARLY = True  # not drawn for less than a whole year


def _panel(r: Reading, metric: str, scenario: str, lang: str):
    """(times, worlds' differences); money by year, because quarters carry the calendar of calls."""
    scale, _ = text.money(lang)
    change = r.difference(metric, scenario)
    if metric in ("rd_real", "public_cost_city"):
        return [float(y) for y in r.years], r.by_year(metric, change) / scale
    factor = 100 if metric == "productivity" else 1
    return style.times(r.quarters), change * factor


def _headings(lang: str) -> tuple[str, ...]:
    unit = text.money(lang)[1]
    zh = ("高企（家）", f"真实研发（{unit}/年）", "生产率（百分点）", f"市级成本（{unit}/年）")
    en = ("HNTEs\n(firms)", f"Real R&D\n({unit}/year)", "Productivity\n(points)", f"City's cost\n({unit}/year)")
    return zh if lang == "zh" else en


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    names = r.compared
    figure, axes = style.panels(ax, max(1, len(names)), len(NEEDS), 0.7 + min(1.35 * max(1, len(names)), 9.6), sharex=True)
    for row, scenario in zip(axes, names, strict=False):
        for cell, metric in zip(row, NEEDS, strict=True):
            times, change = _panel(r, metric, scenario, lang)
            mean, low, high, p5, p95 = bands(change, r.crossing)
            colour = r.colour(scenario)
            cell.axhline(0, color=style.BASELINE_COLOUR, linewidth=0.8)
            cell.fill_between(times, p5, p95, color=colour, alpha=0.16, linewidth=0)
            if np.isfinite(low).all():
                cell.fill_between(times, low, high, color=colour, alpha=0.45, linewidth=0)
            cell.plot(times, mean, color=colour, linewidth=1.3)
            style.year_ticks(cell, r.years, 3)
            style.few_ticks(cell)
        row[0].set_ylabel(r.short(scenario, 10 if lang == "zh" else 12, 4), rotation=0, ha="right", va="center")
    for cell, heading in zip(axes[0], _headings(lang), strict=True):
        cell.set_title(heading)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    parts = []
    for s in r.compared:
        gain = r.gain("hnte_stock", s)
        parts.append(say(lang, f"{r.title(s)}：高企 {text.trio(gain.mean, gain.low, gain.high)} 家，{gain.share:.0%} 的世界同向",
                         f"{r.title(s)}: HNTEs {text.trio(gain.mean, gain.low, gain.high)}, same sign in {gain.share:.0%} of worlds"))  # fmt: skip
    base = text.quoted(lang, r.title(r.baseline))
    zh, en = ("种子", "seed") if r.crossing is None else ("抽样和种子", "draw and seed")
    many = "seeds" if r.crossing is None else "draws and seeds"
    return Words(
        say(lang, f"与{base}相比，每个方案改变了什么？", f"What does each package change against {base}?"),
        say(lang, "深色带不含 0：平均效果可以确认；浅色带跨过 0：换一种运气，方向可能相反。",
            "Dark band off 0: the mean effect is established; light band across 0: in another world the sign may turn."),
        say(lang, f"同一{zh}配对相减。深色带：均值的 90% 区间（{zh}越多越窄）；浅色带：5–95% 的世界（不会因{zh}多而变窄）。各小图纵轴不同。",
            f"Differences of the same {en}. Dark band: 90 % interval of the mean (narrows with {many}); light band: 5–95 % of worlds (does not). Vertical scales differ."),
        say(lang, f"小图阵列，{r.end}与{base}之差：", f"Small multiples, difference from {base} at {r.end}: ")
        + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
