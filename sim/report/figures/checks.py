"""The model against facts: every line of the scorecard, hits and misses alike."""

from __future__ import annotations

import math

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.words import Words, say

NEEDS = ()
GROUPS = {
    "initial": ("初始状态", "initial state"),
    "dynamic": ("动态", "dynamics"),
    "mechanism": ("机制", "mechanisms"),
}
REACH = 1.6  # how far outside the band the axis goes; beyond, an arrow


def _place(value: float, line) -> float:
    """0 at the lower end of the band, 1 at the upper."""
    width = line.band_high - line.band_low
    if not math.isfinite(width):
        return math.nan
    if width <= 0:  # one known figure, not a range: on it or off it
        return 0.5 if value == line.band_low else math.copysign(REACH, value - line.band_low) + 0.5
    return min(1 + REACH, max(-REACH, (value - line.band_low) / width))


def name(line, lang: str) -> str:
    return line.zh if lang == "zh" else line.en


@style.styled
def draw(results, ax=None, lang: str = "zh", lines=None):
    r = Reading.of(results, lang)
    lines = _lines(r, lines)
    groups = [g for g in GROUPS if any(x.group == g for x in lines)] or ["initial"]
    counts = [max(1, sum(x.group == g for x in lines)) for g in groups]
    figure, axes = style.panels(
        ax, len(groups), 1, 0.9 + 0.45 * len(groups) + 0.21 * sum(counts), sharex=True, height_ratios=counts
    )
    for cell, group in zip(axes[:, 0], groups, strict=True):
        chosen = [x for x in lines if x.group == group]
        cell.axvspan(0, 1, color="#DCE9F2", linewidth=0)
        _dots(cell, chosen)
        for i, line in enumerate(chosen):
            _note(cell, -i, line, lang)
        cell.set_yticks(
            [-i for i in range(len(chosen))],
            [text.wrap(f"{x.number} {name(x, lang)}", 48, 2) for x in chosen],
            fontsize=7,
        )
        cell.set_ylim(-len(chosen) + 0.4, 0.6)
        cell.set_title(GROUPS[group][lang == "en"])
        cell.grid(axis="y", visible=False)
    axes[-1, 0].set_xlim(-REACH - 0.1, 1 + REACH + 0.1)
    axes[-1, 0].set_xticks([0, 1], [say(lang, "事实下限", "fact: low"), say(lang, "事实上限", "fact: high")])
    return figure


def _dots(cell, lines) -> None:
    """Dots of one look are one artist: a figure of forty lines draws in half the time."""
    ranges, dots = {}, {}
    for y, line in ((-i, x) for i, x in enumerate(lines)):
        colour = style.GOOD if line.hit else style.BAD
        if not math.isfinite(line.value):
            dots.setdefault(("|", style.MUTED, style.MUTED), []).append((0.5, y))
            continue
        at = _place(line.value, line)
        marker = "o" if line.hit else ("<" if at <= -REACH else ">" if at >= 1 + REACH else "X")
        dots.setdefault((marker, colour, "white" if line.calibrated else colour), []).append((at, y))
        if math.isfinite(line.low) and math.isfinite(line.high):
            ends = _place(line.low, line), _place(line.high, line)
            ranges.setdefault(colour, []).append((y, *ends))
    for colour, rows in ranges.items():
        y, low, high = zip(*rows, strict=True)
        cell.hlines(y, low, high, colors=colour, linewidth=1.4, capstyle="projecting", zorder=2)
    for (marker, colour, inside), places in dots.items():
        x, y = zip(*places, strict=True)
        cell.plot(x, y, linestyle="", marker=marker, color=colour, markersize=6, markerfacecolor=inside, zorder=2.1)


def _note(cell, y: float, line, lang: str) -> None:
    band = text.span(line.band_low, line.band_high, line.unit, lang)
    value = text.amount(line.value, line.unit, lang, like=line.band_high)
    note = (
        say(lang, f"{value}（事实 {band}）", f"{value} (fact {band})")
        if math.isfinite(line.value)
        else say(lang, f"未检验（事实 {band}）", f"not tested (fact {band})")
    )
    cell.annotate(text.plain(note), (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=7, annotation_clip=False,
                  color="#222222" if line.hit or line.hit is None else style.BAD)  # fmt: skip


def _lines(r: Reading, lines):
    if lines is None:
        from sim.analysis import scorecard

        lines = scorecard.lines(r.results)
    return list(lines)


def words(results, lang: str, lines=None) -> Words:
    r = Reading.of(results, lang)
    lines = _lines(r, lines)
    tested = [x for x in lines if x.hit is not None]
    missed = [name(x, lang) for x in tested if not x.hit]
    count = sum(bool(x.hit) for x in tested)
    return Words(
        say(lang, "模型与已知事实对得上吗？", "Does the model agree with known facts?"),
        say(lang, "点在色带内为符合；橙色叉或箭头为不符合，箭头表示超出画面；空心点曾用于校准，不能算作检验。",
            "Inside the band: agrees; orange cross or arrow: does not, an arrow is off the scale; hollow dots were calibrated to and prove nothing."),
        say(lang, "每行按该事实的区间缩放（左端=下限，右端=上限）；横线为各世界的范围；右侧为模型值与事实区间。",
            "Each row is scaled to the band of its fact; line: range over worlds; right: model value and band."),
        say(lang, f"点图：{len(tested)} 项检验中 {count} 项符合；不符合：{'、'.join(missed) or '无'}。",
            f"Dot plot: {count} of {len(tested)} tests agree; missed: {', '.join(missed) or 'none'}."),
    )  # fmt: skip
