"""Loans, and what they put at risk."""

from __future__ import annotations

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("loans_scitech_outstanding", "loan_access", "npl_ratio", "expected_guarantee_loss")


def _factor(metric: str, lang: str) -> tuple[float, str]:
    if metric in ("loan_access", "npl_ratio"):
        return 100.0, "%"
    scale, unit = text.money(lang)
    return 1 / scale, unit


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    figure, axes = style.panels(ax, 2, 2, 4.6)
    ticks = style.times(r.quarters)
    for cell, metric in zip(axes.flat, NEEDS, strict=True):
        factor, unit = _factor(metric, lang)
        for s in r.shown:
            mean, p5, p95 = course(r.worlds(metric, s) * factor)
            style.world_band(cell, r, s, ticks, p5, p95)
            cell.plot(ticks, mean, color=r.colour(s), linestyle=r.dash(s), linewidth=1.5, label=r.short(s))
        cell.set_title(_heading(metric, unit, lang))
        style.year_ticks(cell, r.years)
        style.few_ticks(cell, 5)
    style.legend(figure, axes.flat[0], ax)
    return figure


def _heading(metric: str, unit: str, lang: str) -> str:
    zh = {"loans_scitech_outstanding": "科技贷款余额", "loan_access": "高企获贷率", "npl_ratio": "不良率",
          "expected_guarantee_loss": "政府侧预期代偿损失"}  # fmt: skip
    en = {"loans_scitech_outstanding": "Sci-tech loans outstanding", "loan_access": "HNTEs with a loan",
          "npl_ratio": "Bad-loan ratio", "expected_guarantee_loss": "Expected public loss on guarantees"}  # fmt: skip
    return f"{zh[metric]}（{unit}）" if lang == "zh" else f"{en[metric]} ({unit})"


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    parts = []
    for s in r.shown:
        each = []
        for metric in NEEDS:
            factor, unit = _factor(metric, lang)
            value = text.number(r.worlds(metric, s)[:, -1].mean() * factor, 2)
            each.append(f"{r.label(metric)} {value}{'' if unit == '%' else ' '}{unit}")
        parts.append(f"{r.title(s)}{say(lang, '：', ': ')}{say(lang, '、', ', ').join(each)}")
    return Words(
        say(lang, "贷款放大了多少，风险由谁承担？", "How much do loans grow, and what is put at risk?"),
        say(lang, "贷款多不等于效果好：请同时看不良率和政府侧预期代偿损失。",
            "More loans are not yet a better result: read the bad-loan ratio and the expected public loss with them."),
        say(lang, "线：各世界均值；色带：基准情景 5–95% 的世界。余额与预期损失为季末存量，预期损失尚未发生、不在已付成本内。",
            "Line: mean of worlds; band: 5–95 % of worlds of the baseline. Balances and expected losses are stocks at quarter end; expected losses are not yet paid."),
        say(lang, f"小图阵列，{r.end}：", f"Small multiples, {r.end}: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
