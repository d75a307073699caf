"""The tiers as small multiples: one panel a tier, every scenario."""

from __future__ import annotations

from sim.metrics import TIERS
from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = tuple(f"tier_{t}" for t in TIERS)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    figure, axes = style.panels(ax, 2, 3, 4.2)
    ticks = style.times(r.quarters)
    for cell, tier in zip(axes.flat, TIERS, strict=True):
        for s in r.shown:
            mean, p5, p95 = course(r.worlds(f"tier_{tier}", s))
            style.world_band(cell, r, s, ticks, p5, p95)
            cell.plot(ticks, mean, color=r.colour(s), linestyle=r.dash(s), linewidth=1.4, label=r.short(s))
        cell.set_title(r.tier(tier))
        style.year_ticks(cell, r.years, 4)
        style.few_ticks(cell)
    style.legend(figure, axes.flat[0], ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    parts = []
    for tier in TIERS:
        each = [f"{r.title(s)} {text.number(r.worlds(f'tier_{tier}', s)[:, -1].mean())}" for s in r.shown]
        parts.append(f"{r.tier(tier)}{say(lang, '：', ': ')}{say(lang, '、', ', ').join(each)}")
    return Words(
        say(lang, "各层级企业各有多少？", "How many firms stand on each step of the ladder?"),
        say(lang, "各小图纵轴不同，且不从零开始；先看方向，再看刻度。",
            "Vertical scales differ and need not start at zero: first the direction, then the scale."),
        say(lang, "家，季末，按最高层级计一次；线：各世界均值；色带：基准情景 5–95% 的世界。",
            "Firms at quarter end, each counted once at its highest tier; line: mean of worlds; band: 5–95 % of worlds of the baseline."),
        say(lang, f"小图阵列，{r.end}家数：", f"Small multiples, firms at {r.end}: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
