"""Who pays, for which programme, and what is owed and not yet paid."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.words import Words, listed, say

NEEDS = ("public_cost_city", "public_cost_all", "programme_cost", "programme_payable")
MOST = 9  # programmes named; the rest is one group


def _payers(r: Reading, s: str, lang: str) -> dict[str, float]:
    scale, _ = text.money(lang)
    city = r.whole("public_cost_city", r.worlds("public_cost_city", s)).mean() / scale
    everyone = r.whole("public_cost_all", r.worlds("public_cost_all", s)).mean() / scale
    return {say(lang, "市级", "city"): city, say(lang, "其他各级政府", "other governments"): everyone - city}


def _size(r: Reading, metric: str) -> np.ndarray:
    """By programme, in the scenario in which it is largest: what one package lives on is named too."""
    return np.max([np.abs(r.worlds(metric, s)).mean(axis=(0, 1)) for s in r.shown], axis=0)


def _largest(r: Reading, metric: str) -> list[int]:
    """Programmes by size over all scenarios; a fixed order for every panel."""
    names = r.groups(metric)
    size = _size(r, metric)
    return sorted((i for i in range(len(names)) if size[i] > 0), key=lambda i: (-size[i], names[i]))


def _stack(r: Reading, metric: str, s: str, order: list[int]) -> np.ndarray:
    """(programme shown or rest, quarter), means of worlds."""
    mean = r.worlds(metric, s).mean(axis=0).T
    rest = mean[order[MOST:]].sum(axis=0, keepdims=True)
    return np.concatenate([mean[order[:MOST]], rest]) if len(order) > MOST else mean[order]


def _names(r: Reading, metric: str, order: list[int], lang: str) -> list[str]:
    names = [text.wrap(r.programme(r.groups(metric)[i]), 22, 2) for i in order[:MOST]]
    return names + [say(lang, "其他项目", "other programmes")] * (len(order) > MOST)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    shown = r.shown
    figure, axes = style.panels(ax, 2, 2, 2.6 + 0.5 * len(shown), height_ratios=(0.55 + 0.2 * len(shown), 2))
    places = -np.arange(len(shown))
    for cell, stacks, title in (
        (
            axes[0][0],
            [_payers(r, s, lang) for s in shown],
            say(lang, f"谁付钱（{unit}/年）", f"Who pays ({unit} a year)"),
        ),
        (
            axes[0][1],
            [_programmes(r, s, lang) for s in shown],
            say(lang, f"付给哪些项目（{unit}/年）", f"For which programme ({unit} a year)"),
        ),
    ):
        paint = ("#33668C", "#C9A227") if cell is axes[0][0] else style.FILLS
        for i, name in enumerate(stacks[0]):
            before = [sum(max(0.0, v) for v in list(stack.values())[:i]) for stack in stacks]
            cell.barh(
                places,
                [max(0.0, stack[name]) for stack in stacks],
                0.62,
                left=before,
                color=paint[i],
                label=name,
                linewidth=0,
            )
        cell.set_title(title)
        cell.grid(axis="y", visible=False)
        cell.set_yticks(places, [r.short(s, 18, 2) for s in shown] if cell is axes[0][0] else [""] * len(shown), fontsize=7.5)
    parts.key(axes[0][0])
    ticks, order = style.times(r.quarters), _order(r)
    others = [s for s in shown if s != r.baseline]
    second = max(others, key=lambda s: float(r.worlds("programme_payable", s)[:, -1].sum(axis=-1).mean()), default=None)
    top = 0.0
    for cell, s in zip(axes[1], (shown[0] if r.baseline not in shown else r.baseline, second), strict=True):
        stack = _stack(r, "programme_payable", s, order) / scale if s is not None else ()
        if not len(stack):  # nothing to compare with, or a package that owes nobody
            cell.set_axis_off()
            continue
        cell.stackplot(
            ticks, stack, colors=style.FILLS, labels=_names(r, "programme_payable", order, lang), linewidth=0
        )
        name = text.quoted(lang, r.short(s, 24, 1))
        cell.set_title(say(lang, f"应付未付：{name}（{unit}）", f"Payable, {name} ({unit})"))
        style.year_ticks(cell, r.years)
        top = max(top, cell.get_ylim()[1])
    for cell in axes[1]:
        cell.set_ylim(0, top or 1)
    style.legend(figure, axes[1][0], ax)
    return figure


def _order(r: Reading) -> list[int]:
    """The same colours for cost and arrears: by what a programme costs a year, or by what is owed if that is more."""
    size = np.maximum(4 * _size(r, "programme_cost"), _size(r, "programme_payable"))
    return sorted({*_largest(r, "programme_cost"), *_largest(r, "programme_payable")}, key=lambda i: (-size[i], i))


def _programmes(r: Reading, s: str, lang: str) -> dict[str, float]:
    scale, _ = text.money(lang)
    order = _order(r)
    stack = _stack(r, "programme_cost", s, order).mean(axis=1) * 4 / scale
    return {
        f"{i} {name}": v
        for i, (name, v) in enumerate(zip(_names(r, "programme_cost", order, lang), stack, strict=True))
    }


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    parts = []
    for s in r.shown:
        each = [f"{name} {text.number(v, 2)}" for name, v in _payers(r, s, lang).items()]
        owed = r.worlds("programme_payable", s)[:, -1].sum(axis=-1).mean() / scale
        each.append(say(lang, f"期末应付未付 {text.number(owed, 2)}", f"payable at the end {text.number(owed, 2)}"))
        parts.append(f"{r.title(s)}{say(lang, '：', ': ')}{say(lang, '、', ', ').join(each)}")
    return Words(
        say(lang, "钱由谁出、用在哪里、欠了多少？", "Who pays, for what, and what is owed?"),
        say(lang, "上排比较各情景每年花多少；下排看欠账：面积增大说明兑付跟不上应付。",
            "Top: what each scenario costs a year; bottom: arrears, a growing area means that payment falls behind."),
        say(lang, f"{unit}，各世界均值，名义价，不含税收减免。上：全期年均公共成本；下：季末应付未付，基准情景与期末欠账最多的另一情景，纵轴相同。",
            f"{unit}, means of worlds, nominal, without tax relief. Top: public cost, yearly mean; bottom: payable at quarter end, the baseline and the other scenario that owes most, same scale."),
        say(lang, f"条形图与面积图，{unit}/年（应付为 {unit}）：", f"Bars and areas, {unit} a year (payable in {unit}): ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
