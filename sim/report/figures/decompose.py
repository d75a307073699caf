"""A package taken apart: what would be missing without each programme, and whether the single effects add up."""

from __future__ import annotations

from sim.report import decomposition_words as told
from sim.report import style, text
from sim.report.decomposition import Part, taken
from sim.report.reading import Reading
from sim.report.spread import Spread
from sim.report.words import Words, listed, say

NEEDS = ("rd_real", "knowledge", "productivity", "firms", "hnte_stock", "tax_city", "tax_all_governments",
         "public_cost_city", "public_cost_all")  # fmt: skip
NETS = {"net_city": "#0072B2", "net_all": "#E69F00"}
SURE, UNSURE = "#0072B2", "#9A9A9A"
ADDED = {"sum": "#8DB4D6", "all": "#222222"}
KEYS = ("rd_real", "knowledge", "hnte_stock", "public_cost_all")
LONGEST = 26  # half-width columns of a programme's name


def skip(r: Reading) -> bool:
    """Other studies do not ask: nothing is missing there."""
    return taken(r) is None


def order(r: Reading) -> list[Part]:
    """By what would be missing of real R&D, the largest first."""
    return sorted(taken(r).parts, key=lambda part: -part.gains["rd_real"].mean)


def _dot(cell, x: Spread, y: float, scale: float, colour: str) -> None:
    cell.plot([x.low / scale, x.high / scale], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
    cell.plot(x.mean / scale, y, "o", color=colour, markersize=3.4)


def _dots(r: Reading, cell, metric: str, parts: list[Part], title: str) -> None:
    scale, unit = told.scaled(r.lang, metric)
    for i, part in enumerate(parts):
        x = part.gains[metric]
        _dot(cell, x, -i, scale, SURE if x.decided else UNSURE)
    cell.set_title(f"{title}\n{say(r.lang, '（', '(')}{unit}{say(r.lang, '）', ')')}", fontsize=8)


def _nets(r: Reading, cell, parts: list[Part]) -> None:
    names = {"net_city": say(r.lang, "市级", "city"), "net_all": say(r.lang, "各级", "all governments")}
    scale = 1e4 if r.lang == "zh" else 1e6
    for i, part in enumerate(parts):
        for shift, (key, colour) in zip((0.17, -0.17), NETS.items()):
            _dot(cell, part.money[key], -i + shift, scale, colour)
    for key, colour in NETS.items():
        cell.plot([], [], "o-", color=colour, markersize=3.4, linewidth=1.6, label=names[key])
    cell.set_title(say(r.lang, "税收减成本\n（万元/年）", "Tax less cost\n(m RMB a year)"), fontsize=8)
    cell.legend(loc="upper center", bbox_to_anchor=(0.5, -0.028), ncols=1, fontsize=7)


def _sums(r: Reading, cells) -> None:
    """The sum of the single effects beside all together, each metric on its own scale."""
    found = taken(r)
    for cell, metric in zip(cells, KEYS):
        scale, unit = told.scaled(r.lang, metric)
        for y, (key, x) in enumerate({"sum": found.together[metric][0], "all": found.whole.gains[metric]}.items()):
            cell.barh(-y, x.mean / scale, 0.6, color=ADDED[key], linewidth=0)
            cell.plot([x.low / scale, x.high / scale], [-y, -y], color="#D55E00", linewidth=1.3)
        cell.set_yticks([0, -1], [say(r.lang, "各项之和", "sum of singles"), say(r.lang, "全部去掉", "all left out")] if cell is cells[0] else ["", ""])
        cell.set_title(f"{text.wrap(r.label(metric), 26, 1)}\n{say(r.lang, '（', '(')}{unit}{say(r.lang, '）', ')')}", fontsize=8)
        cell.axvline(0, color="#333333", linewidth=0.8)
        cell.grid(axis="y", visible=False)
        style.few_value_ticks(cell, 3)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    parts = order(r)
    height = 0.75 + 0.2 * len(parts)
    figure, axes = style.panels(ax, 2, 1, height + 1.35, height_ratios=[height, 1.1])
    above, below = (cell.get_subplotspec() for cell in axes[:, 0])
    for cell in axes[:, 0]:
        cell.remove()
    grid = above.subgridspec(1, 3)
    cells = [figure.add_subplot(grid[0, k]) for k in range(3)]
    _dots(r, cells[0], "rd_real", parts, say(lang, "真实研发", "Real R&D"))
    _dots(r, cells[1], "hnte_stock", parts, say(lang, "有效高企", "Certified HNTEs"))
    _nets(r, cells[2], parts)
    names = [text.wrap(r.programme(part.programme), LONGEST, 1) for part in parts]
    for k, cell in enumerate(cells):
        cell.set_yticks([-i for i in range(len(parts))], names if k == 0 else [""] * len(parts), fontsize=7)
        cell.set_ylim(-len(parts) + 0.4, 0.6)
        cell.axvline(0, color="#333333", linewidth=0.8)
        style.few_value_ticks(cell, 4)
    grid = below.subgridspec(1, len(KEYS))
    _sums(r, [figure.add_subplot(grid[0, k]) for k in range(len(KEYS))])
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    base = text.quoted(lang, r.title(taken(r).package))
    said = [f"{r.programme(part.programme)}{say(lang, '：真实研发 ', ': real R&D ')}{told.shown(r, 'rd_real', part.gains['rd_real'])}"
            for part in order(r)]  # fmt: skip
    for metric in KEYS:
        summed, joint = taken(r).together[metric]
        said.append(say(lang, f"{r.label(metric)}各项之和 {told.shown(r, metric, summed)}，交互 {told.shown(r, metric, joint)}",
                        f"{r.label(metric)}: sum of single effects {told.shown(r, metric, summed)}, interaction {told.shown(r, metric, joint)}"))  # fmt: skip
    return Words(
        say(lang, f"{base}：没有哪个项目会少多少？", f"{base}: what would be missing without each programme?"),
        told.sentence(r),
        say(lang, "上：整套政策减去缺一个项目的整套政策，同一世界逐个相减，点为均值，线为均值的 90% 区间；蓝色可以确认，灰色与 0 分不出或不足 80% 的世界同向。下：各项之和与全部去掉，橙线为 90% 区间；不相等的部分是交互。",
            "Above: the whole package less the package without one programme, world by world; dot: mean, line: 90 % interval of the mean; blue: established, grey: not told from 0 or under 80 % of worlds agree. Below: the sum of single effects and all left out, orange: 90 % interval; what is between them is interaction."),
        say(lang, "点图与条形图：", "Dots and bars: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
