"""Ties between universities and firms, by district and by sector, and the projects that come of them."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.figures import parts
from sim.report.names import members
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("ties_by_university", "projects_by_region", "ties", "ties_for_show")
SOME = ("ties", "ties_by_university")
MOST = 14  # universities named; the rest is one row


def _base(r: Reading) -> str:
    return r.baseline if r.done(r.baseline) else r.shown[0]


def matrix(r: Reading, side: str) -> np.ndarray | None:
    """(university, district or sector) ties at the end of the last year of the baseline, mean of worlds."""
    found = r.micro(f"ties_university_{side}")
    if found is None or found.ndim != 5:
        return None
    worlds = found[r.at(_base(r)), :, -1]
    worlds = worlds[np.isfinite(worlds).all(axis=(1, 2))]
    known = len(members(str(r.results.place), side)) == worlds.shape[2] and len(r.groups("ties_by_university")) == worlds.shape[1]
    return worlds.mean(axis=0) if len(worlds) and known else None


def _order(r: Reading) -> tuple[list[int], list[int]]:
    """(universities with most ties, the rest)."""
    size = r.worlds("ties_by_university", _base(r))[:, -1].mean(axis=0)
    order = sorted((i for i in range(len(size)) if size[i] > 0), key=lambda i: -size[i])
    return (order, []) if len(order) <= MOST + 1 else (order[:MOST], order[MOST:])


def projects(r: Reading, s: str) -> np.ndarray:
    """(worlds,) joint projects opened a year."""
    return r.worlds("projects_by_region", s).sum(axis=2).mean(axis=1) * 4


def _heat(cell, r: Reading, side: str, lang: str, labelled: bool) -> None:
    ties = r.once(matrix, side)
    top, rest = _order(r)
    rows = [ties[top], ties[rest].sum(axis=0, keepdims=True)] if rest else [ties[top]]
    shown, names = np.concatenate(rows), [r.member(side, m) for m in members(str(r.results.place), side)]
    edges = [np.arange(n + 1) - 0.5 for n in (shown.shape[1], shown.shape[0])]
    cell.pcolormesh(*edges, np.sqrt(shown), cmap="Blues", vmin=0)  # not an image: sharp in print
    cell.invert_yaxis()
    dark = 0.55 * np.sqrt(shown.max())
    for y, x in np.ndindex(shown.shape):
        cell.text(x, y, text.number(shown[y, x], 2) if shown[y, x] >= 0.5 else "·", ha="center", va="center", fontsize=6.5,
                  color="white" if np.sqrt(shown[y, x]) > dark else "#222222")  # fmt: skip
    all_ = r.groups("ties_by_university")
    labels = [text.wrap(r.member("university", all_[i]), 34, 2) for i in top] + [say(lang, "其他院校", "others")] * bool(rest)
    cell.set_yticks(range(len(labels)), labels if labelled else [""] * len(labels), fontsize=7 if lang == "zh" else 6.5)
    cell.set_xticks(range(len(names)), [text.wrap(n, 8, 3) if lang == "zh" else text.wrap(n, 18, 2) for n in names], fontsize=7,
                    rotation=0 if lang == "zh" else 90)  # fmt: skip
    cell.grid(visible=False)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    named = 1 + min(len(_order(r)[0]), MOST)
    tall = 0.6 + 0.22 * max(len(r.shown), 5)
    figure, axes = style.panels(ax, 2, 2, 1.2 + 0.24 * named + tall, height_ratios=(0.24 * named, tall))
    for cell, side, title in ((axes[0][0], "district", say(lang, "期末联系：院校 × 区县（个）", "Ties at the end: by district")),
                              (axes[0][1], "sector", say(lang, "院校 × 产业（个）", "by sector"))):  # fmt: skip
        if r.once(matrix, side) is None:
            cell.set_axis_off()
            continue
        _heat(cell, r, side, lang, side == "district")
        cell.set_title(title)
    bars, yearly = axes[1]
    base, years = _base(r), [int(y) for y in r.years]
    if years:
        worlds, bottom = r.worlds("projects_by_region", base), np.zeros(len(years))
        for i, region in enumerate(r.groups("projects_by_region")):
            mean = r.by_year("projects_by_region", worlds[:, :, i]).mean(axis=0)
            yearly.bar(years, mean, 0.7, bottom=bottom, color=style.FILLS[i], linewidth=0, label=r.member("region", region))
            bottom = bottom + mean
        _, p5, p95 = course(r.by_year("projects_by_region", worlds.sum(axis=2)))
        yearly.vlines(years, p5, p95, color="#333333", linewidth=0.8)
        style.year_ticks(yearly, r.years)
        yearly.set_title(say(lang, "新立产学研项目（个/年）", "Joint projects opened (a year)"))
        yearly.grid(axis="x", visible=False)
        parts.key(yearly, 4 if lang == "zh" else 2)
    else:
        yearly.set_axis_off()
    parts.bars(bars, r, {s: projects(r, s) for s in r.shown})
    bars.set_title(say(lang, "各情景：新立项目（个/年）", "Scenarios: projects (a year)"))
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    top, _ = _order(r)
    base, all_ = _base(r), r.groups("ties_by_university")
    size = r.worlds("ties_by_university", base)[:, -1].mean(axis=0)
    said = [f"{r.member('university', all_[i])} {text.number(size[i], 2)}" for i in top[:5]]
    for s in r.shown:
        show = r.worlds("ties_for_show", s)[:, -1].mean() / max(r.worlds("ties", s)[:, -1].mean(), 1e-9)
        said.append(say(lang, f"{r.title(s)}：新立项目 {text.number(projects(r, s).mean(), 2)} 个/年，联系中只为申报的占 {text.number(100 * show, 2)}%",
                        f"{r.title(s)}: {text.number(projects(r, s).mean(), 2)} projects a year, {text.number(100 * show, 2)} % of ties only for show"))  # fmt: skip
    return Words(
        say(lang, "哪些院校与哪里的企业有联系，带来多少项目？", "Which universities are tied to whom, and what comes of it?"),
        say(lang, "颜色越深联系越多；同一行集中在一两列，说明这所院校只服务一地或一业。",
            "The darker, the more ties; a row with one or two dark cells serves one district or sector only."),
        say(lang, "上排与右下为基准情景，各世界均值；点表示不足 0.5 个。下排细线为 5–95% 的世界。院校的规模与位置来自统计，联系的起始数按距离与领域分配，为假设。",
            "Top and bottom right: the baseline, means of worlds; a dot is less than 0.5. Bottom: thin lines 5–95 % of worlds. Size and place of universities come from statistics; the ties of the start are spread by distance and field, an assumption."),
        say(lang, "热图与条形图，期末联系最多的院校：", "Heat maps and bars, universities with most ties at the end: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
