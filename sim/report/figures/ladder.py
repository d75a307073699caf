"""How firms move on the ladder: yearly flows of the baseline, and what each package changes in the moves that matter."""

from __future__ import annotations

import numpy as np

from sim.metrics import STATES, TIERS
from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("ladder_moves",)
UP, DOWN, IN, OUT = "#0072B2", "#D55E00", "#009E73", "#8A8A8A"
CERTIFIED = ("hnte", "key")


def _kind(a: str, b: str) -> str:
    if a == "outside":
        return IN
    if b == "outside":
        return OUT
    return UP if TIERS.index(b) > TIERS.index(a) else DOWN


def _kinds(lang: str) -> dict[str, str]:
    zh = {IN: "进入", UP: "升级", DOWN: "降级", OUT: "退出"}
    en = {IN: "enter", UP: "move up", DOWN: "move down", OUT: "leave"}
    return zh if lang == "zh" else en


def _groups(lang: str) -> dict[str, list[str]]:
    """The moves that the awards aim at, and those that undo them."""
    below = [t for t in TIERS if t not in CERTIFIED]
    return {
        say(lang, "升入高企", "up to HNTE"): [f"{a}>{b}" for a in ("outside", *below) for b in CERTIFIED],
        say(lang, "高企退回下层", "HNTE relapse"): [f"{a}>{b}" for a in CERTIFIED for b in below],
        say(lang, "高企退出", "HNTE exit"): [f"{a}>outside" for a in CERTIFIED],
    }


def _yearly(r: Reading, scenario: str, moves: list[str]) -> np.ndarray:
    """(seed,): firms a year over the horizon."""
    names = r.groups("ladder_moves")
    kept = [names.index(m) for m in moves if m in names]
    worlds = r.worlds("ladder_moves", scenario)[:, :, kept].sum(axis=2)
    return worlds.mean(axis=1) * 4


def _flows(r: Reading) -> dict[tuple[str, str], float]:
    worlds = r.worlds("ladder_moves", r.baseline if r.done(r.baseline) else r.shown[0])
    mean = worlds.mean(axis=(0, 1)) * 4
    return {tuple(m.split(">")): v for m, v in zip(r.groups("ladder_moves"), mean, strict=True) if v > 0}


def _ribbon(axis, left: float, right: float, height: float, colour: str) -> None:
    s = np.linspace(0, 1, 40)
    bend = s * s * (3 - 2 * s)
    y = left + (right - left) * bend
    axis.fill_between(s, y, y + height, color=colour, alpha=0.5, linewidth=0)


def _alluvial(axis, r: Reading, lang: str) -> None:
    flows = _flows(r)
    order = [s for s in reversed(STATES)]  # the top of the ladder on top
    total = sum(flows.values()) or 1.0
    gap = 0.045 * total
    sizes = [{s: sum(v for k, v in flows.items() if k[side] == s) for s in order} for side in (0, 1)]
    slots = []
    for side in (0, 1):
        y, places = 0.0, {}
        for s in reversed(order):
            places[s] = y
            y += max(sizes[side][s], 0) + gap
        slots.append(places)
    for side, x in ((0, -0.03), (1, 1.03)):
        taken = []
        for s in reversed(order):
            middle = slots[side][s] + sizes[side][s] / 2
            axis.bar(x, sizes[side][s], width=0.05, bottom=slots[side][s], color="#444444", linewidth=0)
            middle = max(middle, (taken[-1] + 0.055 * total) if taken else middle)
            taken.append(middle)
            label = f"{r.tier(s)} {text.number(sizes[side][s], 2)}"
            axis.text(
                x + (-0.04 if side == 0 else 0.04),
                middle,
                label,
                ha="right" if side == 0 else "left",
                va="center",
                fontsize=7.5,
            )
    cursor = [dict(slots[0]), dict(slots[1])]
    position = {s: i for i, s in enumerate(reversed(order))}
    ends = {}
    for a, b in sorted(flows, key=lambda k: (position[k[1]], position[k[0]])):
        ends[a, b] = cursor[1][b]
        cursor[1][b] += flows[a, b]
    for a, b in sorted(flows, key=lambda k: (position[k[0]], position[k[1]])):
        _ribbon(axis, cursor[0][a], ends[a, b], flows[a, b], _kind(a, b))
        cursor[0][a] += flows[a, b]
    axis.set_xlim(-0.62, 1.62)
    axis.set_axis_off()


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    from matplotlib.patches import Patch

    r = Reading.of(results, lang)
    names, groups = r.shown, _groups(lang)
    figure, axes = style.panels(ax, 1, 2, 4.2, width_ratios=(1.75, 1))
    flow, bars = axes[0]
    _alluvial(flow, r, lang)
    title = text.quoted(lang, r.title(r.baseline if r.done(r.baseline) else r.shown[0]))
    flow.set_title(
        text.wrap(say(lang, f"{title}：年均流动（家/年，从左到右）", f"{title}: firms a year, from left to right"), 54)
    )
    height = 0.8 / max(1, len(names))
    for i, s in enumerate(names):
        for j, moves in enumerate(groups.values()):
            mean, p5, p95 = course(_yearly(r, s, moves))
            y = -j - 0.4 + (len(names) - 1 - i + 0.5) * height
            bars.barh(y, mean, height * 0.86, color=r.colour(s), label=r.short(s) if j == 0 else None, linewidth=0)
            bars.plot([p5, p95], [y, y], color="#333333", linewidth=0.8)
    bars.set_yticks([-j for j in range(len(groups))], [text.wrap(g, 12 if lang == "zh" else 8) for g in groups])
    bars.set_title(say(lang, "各情景（家/年）", "Scenarios (firms a year)"))
    bars.grid(axis="y", visible=False)
    style.legend(figure, bars, ax)
    handles = [Patch(color=c, alpha=0.5, label=name) for c, name in _kinds(lang).items()]
    flow.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, -0.1), ncols=4)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    parts = []
    for s in r.shown:
        each = [f"{g} {text.number(_yearly(r, s, m).mean(), 2)}" for g, m in _groups(lang).items()]
        parts.append(f"{r.title(s)}{say(lang, '：', ': ')}{say(lang, '、', ', ').join(each)}")
    return Words(
        say(lang, "企业在梯次上怎样升、怎样退？", "How do firms climb the ladder, and how do they fall?"),
        say(lang, "带越宽，每年走这条路的企业越多；蓝升、橙降、绿进、灰退。",
            "The wider a ribbon, the more firms take that way each year: blue up, orange down, green in, grey out."),
        say(lang, "家/年，整个推演期的均值；留在原层级的企业不画。右：条为各世界均值，细线为 5–95% 的世界。同一企业可多次升降。",
            "Firms a year, mean of the horizon; firms that stay are not drawn. Right: bar = mean of worlds, line = 5–95 % of worlds. A firm may move more than once."),
        say(lang, "流量图与条形图，家/年：", "Flow chart and bars, firms a year: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
