"""Attraction: the count that offices are judged by, against the quality of the projects that come and what stays of them."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("attract_recognised", "attract_landed", "attract_anyway", "attract_shells", "attract_left", "attract_quality")
SOME = ("attract_landed",)
ORIGIN = {"anyway": "#9A9A9A", "because": "#0072B2", "name": "#E69F00", "left": "#D55E00"}


def _names(lang: str) -> dict[str, str]:
    zh = "本来就会来", "因招引才来", "只登记不经营", "到期后迁出"
    en = "would have come anyway", "came because of it", "registered in name", "left when it ended"
    return dict(zip(ORIGIN, zh if lang == "zh" else en, strict=True))


def there(r: Reading) -> list[str]:
    """Scenarios with attraction."""
    return [s for s in r.shown if r.worlds("attract_landed", s).any()]


def quality(r: Reading, s: str) -> np.ndarray:
    """Mean quality of all projects brought over the horizon (worlds,), in sd of outside projects."""
    brought = r.worlds("attract_landed", s) + r.worlds("attract_shells", s)
    return (r.worlds("attract_quality", s) * brought).sum(axis=1) / np.maximum(brought.sum(axis=1), 1e-9)


def count(r: Reading, s: str) -> np.ndarray:
    """Projects brought a year (worlds,), those in name included: what a count sees of the offices' work."""
    return sum(r.whole(m, r.worlds(m, s)) for m in ("attract_landed", "attract_shells"))


def origin(r: Reading, s: str) -> dict[str, float]:
    """Projects a year by why they came, and those that left when their package ended."""
    landed, anyway, name, left = (
        r.whole(m, r.worlds(m, s)).mean()
        for m in ("attract_landed", "attract_anyway", "attract_shells", "attract_left")
    )
    return {"anyway": anyway, "because": landed - anyway, "name": name, "left": -left}


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    figure, axes = style.panels(ax, 1, 2, max(3.2, 1.6 + 0.3 * len(there(r))))
    left, right = axes[0]
    left.axhline(0, color="#999999", linewidth=0.8)
    for s in there(r):
        (x, x5, x95), (y, y5, y95) = course(count(r, s)), course(quality(r, s))
        left.errorbar(x, y, color=r.colour(s), marker=r.marker(s), markersize=5, linewidth=1.2, capsize=2, linestyle="",
                      xerr=[[x - x5], [x95 - x]], yerr=[[y - y5], [y95 - y]])  # fmt: skip
    left.set_xlabel(say(lang, "计入考核的招引项目（个/年）", "Projects counted for the offices (a year)"))
    left.set_ylabel(say(lang, "平均质量（标准差）", "Mean quality (sd)"))
    left.set_title(say(lang, "个数与质量", "Counts against quality"))
    # The names beside the bars of the right panel carry the colours of the left one.
    parts.stacks(right, r, {s: origin(r, s) for s in there(r)}, ORIGIN, _names(lang))
    for label, s in zip(right.get_yticklabels(), there(r), strict=True):
        label.set_color(r.colour(s))
    right.set_title(say(lang, "从何而来、是否留下（个/年）", "Why they came, who left (a year)"))
    parts.key(right, 2, 0.3)
    return figure


def answer(r: Reading) -> str:
    """One sentence: does judging by quality instead of by count give fewer and better projects?"""
    lang, base = r.lang, r.baseline
    other = "attract_by_quality"
    if other not in there(r) or base not in there(r):
        s = there(r)[0]
        many = origin(r, s)
        share = 100 * (many["anyway"] + many["name"]) / max(many["anyway"] + many["because"] + many["name"], 1e-9)
        return say(lang, f"计入的项目中 {text.number(share, 2)}% 本来就会来或只是登记。",
                   f"{text.number(share, 2)} % of what is counted would have come anyway or is there in name.")  # fmt: skip
    fewer = count(r, other).mean() - count(r, base).mean()
    better = quality(r, other).mean() - quality(r, base).mean()
    return say(lang, f"改按质量考核：每年计入的项目 {text.number(fewer, 2, sign=True)} 个，平均质量 {text.number(better, 2, sign=True)} 个标准差。",
               f"Judged by quality: {text.number(fewer, 2, sign=True)} projects a year, {text.number(better, 2, sign=True)} sd of mean quality.")  # fmt: skip


def words(results, lang: str) -> Words:
    r, said = Reading.of(results, lang), []
    for s in there(r):
        o, n, q = origin(r, s), course(count(r, s)), course(quality(r, s))
        said.append(say(lang, f"{r.title(s)}：每年 {text.number(n[0], 2)} 个，质量 {text.trio(*q)}；本来就会来 {text.number(o['anyway'], 2)}、因招引才来 {text.number(o['because'], 2)}、只登记 {text.number(o['name'], 2)}、到期迁出 {text.number(-o['left'], 2)}",
                        f"{r.title(s)}: {text.number(n[0], 2)} a year, quality {text.trio(*q)}; {text.number(o['anyway'], 2)} anyway, {text.number(o['because'], 2)} because of it, {text.number(o['name'], 2)} in name, {text.number(-o['left'], 2)} left"))  # fmt: skip
    return Words(
        say(lang, "招引的个数多了，质量也高了吗？", "More projects attracted: better ones too?"),
        answer(r) if there(r) else "",
        say(lang, "左：每年计入考核的招引项目与其平均质量（外地项目的标准差，0 为平均），误差棒为 5–95% 的世界。右：均值；本来就会来者由模型逐个比较得知。名称颜色与左图相同。",
            "Left: projects counted a year and their mean quality (sd of outside projects, 0 = average), bars: 5–95 % of worlds. Right: means; who would have come anyway is known project by project. Names have the colours of the left panel."),
        say(lang, "散点图与条形图：", "Scatter and bar chart: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
