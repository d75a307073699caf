"""Funds: cash over their life, what they return, how many deals lose money, and whose money they replace."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("fund_tvpi", "fund_dpi", "deals_below_cost", "equity_invested_public", "equity_coinvested", "equity_crowded_out")
SOME = ("fund_pledged", "equity_invested")
PRIVATE, PUBLIC = 0, 1  # rows of the J-curve
PAINT = {PUBLIC: "#0072B2", PRIVATE: "#C9A227"}
MONEY = {"public": "#0072B2", "with": "#8DB4D6", "crowded": "#D55E00"}


def _names(lang: str) -> dict[str, str]:
    zh, en = ("公共基金投入", "社会资本跟投", "被挤出的社会资本"), ("public funds", "private money with them", "private money crowded out")
    return dict(zip(MONEY, zh if lang == "zh" else en, strict=True))


def curves(r: Reading, s: str) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Kind of fund → (age in years, net cash in % of commitments (worlds, ages)) where every world has funds of that age."""
    micro, found = r.micro("fund_jcurve"), {}
    if micro is None or micro.ndim != 4:
        return found
    for kind in (PUBLIC, PRIVATE) if micro.shape[2] > 1 else ():
        worlds = micro[r.at(s), :, kind]
        worlds = worlds[np.isfinite(worlds).any(axis=1)]
        known = np.isfinite(worlds).all(axis=0) if len(worlds) else np.zeros(0, bool)
        if known.sum() > 3:
            found[kind] = np.flatnonzero(known) / 4, 100 * worlds[:, known]
    return found


def seen() -> tuple[float, float]:
    """Published share of deals below cost in %, as in the scorecard."""
    from sim.analysis.scorecard import CHECKS

    low, high = next(check.band for check in CHECKS if check.id == "deals_below_cost")
    return 100 * low, 100 * high


def money(r: Reading, s: str) -> dict[str, float]:
    """RMB a year: what public funds invest, what private money adds, and what it would have invested without them."""
    led, added, moved = (r.whole(m, r.worlds(m, s)).mean() for m in ("equity_invested_public", "equity_coinvested", "equity_crowded_out"))
    return {"public": led, "with": added, "crowded": -moved}


def _jcurve(cell, r: Reading, lang: str) -> None:
    base, pushed = r.baseline if r.done(r.baseline) else r.shown[0], r.most("fund_pledged") if r.has("fund_pledged") else None
    names = {PUBLIC: say(lang, "公共基金", "public funds"), PRIVATE: say(lang, "市场基金", "private funds")}
    cell.axhline(0, color="#333333", linewidth=0.8)
    for kind, (age, worlds) in curves(r, base).items():
        mean, p5, p95 = course(worlds)
        cell.fill_between(age, p5, p95, color=PAINT[kind], alpha=0.18, linewidth=0)
        cell.plot(age, mean, color=PAINT[kind], linewidth=1.7, label=names[kind])
    if pushed and PUBLIC in (more := curves(r, pushed)):
        age, worlds = more[PUBLIC]
        cell.plot(age, worlds.mean(axis=0), color=PAINT[PUBLIC], linewidth=1.3, linestyle=(0, (2, 1.2)),
                  label=say(lang, f"公共基金：{r.short(pushed, 16, 1)}", f"public: {r.short(pushed, 16, 1)}"))  # fmt: skip
    cell.set_title(say(lang, "累计净现金（占认缴 %，按基金年龄）", "Net cash (% of commitments, by age)"))
    cell.set_xlabel(say(lang, "基金设立后的年数", "years since the fund began"))
    style.few_ticks(cell, 5)
    parts.key(cell, 3 if lang == "zh" else 2, 0.42)


def _multiples(cell, r: Reading, lang: str) -> None:
    base, ticks = r.baseline if r.done(r.baseline) else r.shown[0], style.times(r.quarters)
    cell.axhline(1, color="#333333", linewidth=0.8)
    for metric, colour, name in (("fund_tvpi", "#0072B2", say(lang, "总值倍数 TVPI", "total value (TVPI)")),
                                 ("fund_dpi", "#009E73", say(lang, "已分配倍数 DPI", "distributed (DPI)"))):  # fmt: skip
        mean, p5, p95 = course(r.worlds(metric, base))
        cell.fill_between(ticks, p5, p95, color=colour, alpha=0.18, linewidth=0)
        cell.plot(ticks, mean, color=colour, linewidth=1.7, label=name)
    cell.set_ylim(bottom=0)
    cell.set_title(say(lang, "公共基金：每缴 1 元的回报（倍）", "Public funds: back per yuan called"))
    style.year_ticks(cell, r.years or [r.quarters[0][:4]], 5)
    parts.key(cell, 2, 0.42)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    tall = 0.5 + 0.27 * len(r.shown)
    figure, axes = style.panels(ax, 2, 2, 3.0 + tall, height_ratios=(2, tall))
    _jcurve(axes[0][0], r, lang)
    _multiples(axes[0][1], r, lang)
    left, right = axes[1]
    low, high = seen()
    left.axvspan(low, high, color="#DCE9F2", linewidth=0, label=say(lang, f"文献 {low:.0f}–{high:.0f}%", f"published {low:.0f}–{high:.0f} %"))
    parts.bars(left, r, {s: 100 * r.whole("deals_below_cost", r.worlds("deals_below_cost", s)) for s in r.shown})
    left.set_xlim(0, 100)
    left.set_title(say(lang, "退出时低于成本的项目（%）", "Deals realised below cost (%)"))
    parts.key(left, 1)
    parts.stacks(right, r, {s: {k: v / scale for k, v in money(r, s).items()} for s in r.shown}, MONEY, _names(lang), False)
    right.set_title(say(lang, f"投入与挤出（{unit}/年）", f"Invested and crowded out ({unit} a year)"))
    parts.key(right, 2)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    base, said = r.baseline if r.done(r.baseline) else r.shown[0], []
    for kind, (age, worlds) in curves(r, base).items():
        mean = worlds.mean(axis=0)
        name = {PUBLIC: say(lang, "公共基金", "public funds"), PRIVATE: say(lang, "市场基金", "private funds")}[kind]
        said.append(say(lang, f"{name}累计净现金在第 {text.number(age[mean.argmin()], 2)} 年最低，为认缴的 {text.number(mean.min(), 2)}%，第 {text.number(age[-1], 2)} 年为 {text.number(mean[-1], 2)}%",
                        f"{name}: net cash is lowest in year {text.number(age[mean.argmin()], 2)} at {text.number(mean.min(), 2)} % of commitments, {text.number(mean[-1], 2)} % in year {text.number(age[-1], 2)}"))  # fmt: skip
    for s in r.shown:
        below, m = 100 * r.whole("deals_below_cost", r.worlds("deals_below_cost", s)).mean(), money(r, s)
        said.append(say(lang, f"{r.title(s)}：低于成本 {text.number(below, 2)}%，公共投入 {text.number(m['public'] / scale, 2)}、跟投 {text.number(m['with'] / scale, 2)}、挤出 {text.number(-m['crowded'] / scale, 2)} {unit}/年",
                        f"{r.title(s)}: {text.number(below, 2)} % below cost; public {text.number(m['public'] / scale, 2)}, with them {text.number(m['with'] / scale, 2)}, crowded out {text.number(-m['crowded'] / scale, 2)} {unit} a year"))  # fmt: skip
    return Words(
        say(lang, "基金何时回本，带来还是挤出社会资本？", "When do funds pay back, and do they bring or replace private money?"),
        say(lang, "左上：曲线先降后升，回到零线才算回本；右下：橙色是公共基金替代掉的社会资本，要从带来的投资里扣除。",
            "Top left: first down, then up, paid back only at the zero line; bottom right: orange is private money that public funds replaced, to be taken off."),
        say(lang, "上排为基准情景，推演期内设立的基金（左）与全部公共基金（右）；虚线为认缴最多的方案。年龄大的点只来自较早设立的基金。线与条为各世界均值，色带与细线为 5–95% 的世界。回报分布来自文献，挤出比例为假设。",
            "Top: the baseline, funds begun in the horizon (left) and all public funds (right); dashed: the package with most commitments. High ages rest on the oldest funds only. Lines and bars: means of worlds, bands and thin lines: 5–95 % of worlds. Returns come from the literature, the rate of crowding out is assumed."),
        say(lang, "折线图与条形图：", "Lines and bars: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
