"""S&T talent: where it comes from and goes to, what there is of it, and what a grant to persons buys."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("talent_arrivals_from", "talent_leavings_to", "talent_by_kind", "talent_vacancy_rate", "talent_wage",
         "talent_subsidy_over", "talent_left_after_subsidy")  # fmt: skip
SOME = ("talent_arrivals_from", "talent_by_kind")
YEARLY = True
IN, OUT = "#0072B2", "#D55E00"
PARTS = {"talent_deadweight": "#9A9A9A", "stay": "#0072B2", "talent_additional_gone": "#E69F00"}


def _names(lang: str) -> dict[str, str]:
    zh, en = ("本来就会来或在（无谓投入）", "因资助才来，仍在", "因资助才来，又走了"), (
        "would be here anyway (deadweight)", "came because of it, still here", "came because of it, left again")  # fmt: skip
    return dict(zip(PARTS, zh if lang == "zh" else en, strict=True))


def _flows(r: Reading, s: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Place → (arrivals, leavings), persons a year (worlds,)."""
    arrived, left = (r.worlds(m, s).mean(axis=1) * 4 for m in ("talent_arrivals_from", "talent_leavings_to"))
    return {p: (arrived[:, i], left[:, i]) for i, p in enumerate(r.groups("talent_arrivals_from"))}


def leaving(r: Reading) -> dict[str, np.ndarray]:
    """Scenario → (worlds,) % of those who left in the quarter in which their grant had ended."""
    found = {}
    for s in r.shown:
        over = r.worlds("talent_subsidy_over", s).sum(axis=1)
        left = r.worlds("talent_left_after_subsidy", s).sum(axis=1)
        if (over > 0).any():
            found[s] = 100 * left[over > 0] / over[over > 0]
    return found


def recipients(r: Reading) -> tuple[str | None, dict[str, dict[str, float]]]:
    """(against, scenario → part → persons): recipients who would be here anyway, and those who would not."""
    against, means = r.pair_means("talent_recipients", "talent_deadweight", "talent_additional", "talent_additional_gone")
    return against, {s: {**m, "stay": m["talent_additional"] - m["talent_additional_gone"]} for s, m in means.items()
                     if m["talent_recipients"] > 0}  # fmt: skip


def _place(cell, r: Reading, lang: str) -> None:
    flows, pushed = _flows(r, r.shown[0] if not r.done(r.baseline) else r.baseline), None
    if r.has("talent_grants"):
        pushed = r.most("talent_grants")
    others = _flows(r, pushed) if pushed else {}
    for i, (place, sides) in enumerate(flows.items()):
        for worlds, sign, colour in zip(sides, (1, -1), (IN, OUT), strict=True):
            mean, p5, p95 = course(sign * worlds)
            cell.barh(-i, mean, 0.6, color=colour, linewidth=0, label=None if i else
                      say(lang, "来" if sign > 0 else "走", "come" if sign > 0 else "go"))  # fmt: skip
            parts.reach(cell, p5, p95, -i)
        if place in others:
            at = [sign * worlds.mean() for sign, worlds in zip((1, -1), others[place], strict=True)]
            cell.plot(at, [-i, -i], "|", color=r.colour(pushed), markersize=9, markeredgewidth=1.6,
                      label=None if i else r.short(pushed, 16, 1))  # fmt: skip
    cell.axvline(0, color="#333333", linewidth=0.8)
    cell.set_yticks([-i for i in range(len(flows))], [text.wrap(r.member("talent_place", p), 20, 2) for p in flows], fontsize=7.5)
    cell.grid(axis="y", visible=False)
    cell.xaxis.set_major_formatter(lambda v, _: text.short(abs(v)))
    style.few_value_ticks(cell)
    parts.key(cell, 3)
    cell.set_title(say(lang, "从哪里来、到哪里去（人/年）", "From where, to where (persons a year)"))


def _kinds(cell, r: Reading, lang: str) -> None:
    base, ticks = r.baseline if r.done(r.baseline) else r.shown[0], style.times(r.quarters)
    worlds, kinds = r.worlds("talent_by_kind", base), r.groups("talent_by_kind")
    cell.set_yscale("log")
    taken: list[float] = []
    ends = {k: float(worlds[:, -1, i].mean()) for i, k in enumerate(kinds)}
    for i, k in enumerate(kinds):
        if not ends[k] > 0:
            continue
        mean, p5, p95 = course(worlds[:, :, i])
        colour = style.FILLS[i % len(style.FILLS)]
        cell.fill_between(ticks, p5, p95, color=colour, alpha=0.25, linewidth=0)
        cell.plot(ticks, mean, color=colour, linewidth=1.5)
    for k in sorted((k for k in kinds if ends[k] > 0), key=ends.get):
        height = max(ends[k], taken[-1] * 1.45) if taken else ends[k]
        taken.append(height)
        cell.annotate(f"{r.member('talent_kind', k)} {text.number(ends[k], 2)}", (ticks[-1], height), xytext=(4, 0),
                      textcoords="offset points", va="center", fontsize=7.5, annotation_clip=False,
                      color=style.FILLS[kinds.index(k) % len(style.FILLS)])  # fmt: skip
    if taken:
        cell.set_ylim(top=max(cell.get_ylim()[1], 1.3 * taken[-1]))
    cell.yaxis.set_major_formatter(lambda v, _: text.short(v))
    cell.yaxis.set_minor_formatter(lambda v, _: "")
    style.year_ticks(cell, r.years, 4)
    cell.set_title(say(lang, "有多少人（人，对数刻度）", "How many there are (persons, log scale)"))


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    gone, (against, found) = r.once(leaving), r.once(recipients)
    most = max(len(gone), len(found), 1)
    figure, axes = style.panels(ax, 3, 2, 4.7 + 0.33 * most, height_ratios=(2.2, 1.7, 0.5 + 0.34 * most))
    _place(axes[0][0], r, lang)
    _kinds(axes[0][1], r, lang)
    parts.lines(axes[1][0], r, "talent_vacancy_rate", 100)
    axes[1][0].set_title(say(lang, "科技岗位空缺率（%）", "Vacant S&T posts (%)"))
    parts.lines(axes[1][1], r, "talent_wage", 100)
    axes[1][1].set_title(say(lang, "研发工资（基期常态=100）", "R&D wage (usual path = 100)"))
    left, right = axes[2]
    for cell, there in ((left, gone), (right, found)):
        if not there:
            cell.set_axis_off()
    if gone:
        parts.bars(left, r, gone)
        left.set_title(say(lang, "资助到期后即离开（%）", "Left when the grant ended (%)"))
    if found:
        parts.stacks(right, r, found, PARTS, _names(lang), list(found) != list(gone))
        name = text.quoted(lang, r.short(against, 22, 1))
        right.set_title(say(lang, f"受资助的人（对照{name}）", f"Recipients (against {name})"))
        parts.key(right, 1)
    style.legend(figure, axes[1][0], ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    base = r.baseline if r.done(r.baseline) else r.shown[0]
    said = []
    for p, sides in _flows(r, base).items():
        came, went = (text.number(x.mean(), 2) for x in sides)
        said.append(say(lang, f"{r.member('talent_place', p)}：来 {came}、走 {went} 人/年",
                        f"{r.member('talent_place', p)}: {came} come, {went} go a year"))  # fmt: skip
    for s, worlds in r.once(leaving).items():
        said.append(say(lang, f"{r.title(s)}：资助到期后离开 {text.number(worlds.mean(), 2)}%",
                        f"{r.title(s)}: {text.number(worlds.mean(), 2)} % left when the grant ended"))  # fmt: skip
    for s, m in r.once(recipients)[1].items():
        share = 100 * m["talent_deadweight"] / m["talent_recipients"]
        said.append(say(lang, f"{r.title(s)}：受资助 {text.number(m['talent_recipients'], 2)} 人，其中 {text.number(share, 2)}% 本来就会在",
                        f"{r.title(s)}: {text.number(m['talent_recipients'], 2)} recipients, {text.number(share, 2)} % here anyway"))  # fmt: skip
    return Words(
        say(lang, "人才从哪里来、到哪里去，资助留住了谁？", "Where does talent come from and go to, and whom do grants keep?"),
        say(lang, "上左：蓝来橙走，竖线为发给个人资助最多的方案；下右：灰色的人没有资助也会在，黄色的人来了又走。",
            "Top left: blue come, orange go, ticks: the package with most grants; bottom right: grey would be here anyway, yellow came and left."),
        say(lang, "上排为基准情景，“本地”去向是退休与转岗。细线与色带：5–95% 的世界；线与条：各世界均值。受资助的人逐人与同一世界的对照情景比较；工资、地租和距离决定择城，择城系数多为假设。",
            "Top: the baseline; those who go “local” retire or change work. Thin lines and bands: 5–95 % of worlds; lines and bars: means. Recipients are compared person by person with the same world without; wage, rent and distance decide where people go, by weights that are mostly assumed."),
        say(lang, "条形图与折线图：", "Bars and lines: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
