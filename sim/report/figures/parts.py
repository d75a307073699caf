"""What several figures draw alike: scenarios over time, and scenarios as bars."""

from __future__ import annotations

from sim.report import style
from sim.report.reading import Reading
from sim.report.spread import course


def lines(cell, r: Reading, metric: str, factor: float = 1.0) -> None:
    """Every scenario over the quarters, with the range of worlds of the baseline."""
    ticks = style.times(r.quarters)
    for s in r.shown:
        mean, p5, p95 = course(r.worlds(metric, s) * factor)
        style.world_band(cell, r, s, ticks, p5, p95)
        cell.plot(ticks, mean, color=r.colour(s), linestyle=r.dash(s), linewidth=1.4, label=r.short(s))
    style.year_ticks(cell, r.years, 4)
    style.few_ticks(cell)


def rows(cell, r: Reading, scenarios: list[str], labelled: bool = True) -> dict[str, int]:
    """One row a scenario; scenario → height. `labelled` writes the names beside the axis."""
    at = {s: -i for i, s in enumerate(scenarios)}
    names = [r.short(s, 18, 2) if labelled else "" for s in at]
    cell.set_yticks(list(at.values()), names, fontsize=7 if any("\n" in name for name in names) else 8)
    cell.set_ylim(-len(at) + 0.4, 0.6)
    cell.grid(axis="y", visible=False)
    return at


def reach(cell, low: float, high: float, y: float) -> None:
    """The range of worlds as a thin line, seen on a dark bar too."""
    cell.plot([low, high], [y, y], color="white", linewidth=1.7, solid_capstyle="butt", alpha=0.75)
    cell.plot([low, high], [y, y], color="#222222", linewidth=0.9, solid_capstyle="butt")


def bars(cell, r: Reading, values: dict, labelled: bool = True) -> None:
    """A bar a scenario (mean of worlds) with the range of worlds as a line; `values` scenario → (worlds,)."""
    at = rows(cell, r, list(values), labelled)
    for s, worlds in values.items():
        if not len(worlds):
            continue
        mean, p5, p95 = course(worlds)
        cell.barh(at[s], mean, 0.62, color=r.colour(s), linewidth=0)
        reach(cell, p5, p95, at[s])
    style.few_value_ticks(cell)


def stacks(cell, r: Reading, values: dict, colours: dict, names: dict, labelled: bool = True) -> None:
    """A stacked bar a scenario; `values` scenario → part → amount, negative amounts to the left of zero."""
    at = rows(cell, r, list(values), labelled)
    for part, colour in colours.items():
        for i, (s, each) in enumerate(values.items()):
            order, value = list(colours), each.get(part, 0.0)
            before = sum(each.get(p, 0.0) for p in order[: order.index(part)] if each.get(p, 0.0) * value > 0)
            cell.barh(at[s], value, 0.62, left=before, color=colour, linewidth=0, label=names[part] if i == 0 else None)
    cell.axvline(0, color="#333333", linewidth=0.8)
    style.few_value_ticks(cell)


def key(cell, columns: int = 2, below: float = 0.24) -> None:
    """A legend of one panel, so many inches under it: its tick labels stand between."""
    from matplotlib.transforms import ScaledTranslation

    place = cell.transAxes + ScaledTranslation(0, -below, cell.get_figure(root=True).dpi_scale_trans)
    cell.legend(loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=place, ncols=columns, handlelength=1.2,
                columnspacing=1.0, fontsize=7.5)  # fmt: skip
