"""How every figure looks: type, colours, axes.

Figures are made with the object-oriented interface; nothing here touches pyplot's global state.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

FONT = Path(__file__).parent / "fonts" / "InnosimSansSC-Regular.otf"
FAMILY = "Innosim Sans SC"
WIDTH = 7.2  # inches: the text width of A4

# Okabe and Ito's colours, told apart by colour-blind readers; the dash and the marker tell them apart in grey print.
BASELINE_COLOUR = "#222222"
# Two darker ones follow for a long list.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5C00", "#7F7F7F", "#5D3A9B", "#8B1E3F")
DASHES = ("-", (0, (5, 1.5)), (0, (2, 1)), (0, (6, 1.5, 1.5, 1.5)), (0, (1, 1)))
MARKERS = "osD^vPX*<>h"
FILLS = (
    "#33668C",
    "#C9A227",
    "#4C956C",
    "#B5577A",
    "#8DB4D6",
    "#E08E45",
    "#6D597A",
    "#2F6F73",
    "#A44A3F",
    "#BDBDBD",
)  # programmes, not scenarios
GOOD, BAD, MUTED = "#0072B2", "#D55E00", "#6B6B6B"

RC = {
    "font.family": [FAMILY],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # no tick stands above a panel; to look for some, every title measures all of them
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "axes.unicode_minus": False,
    "text.parse_math": False,  # `$` in a scenario's title is a dollar sign
    "text.usetex": False,
    "text.hinting": "no_hinting",  # a line of text is as long at 150 dpi as where it was laid out
    "svg.fonttype": "path",  # the reader's machine needs no font
    "svg.hashsalt": "innosim",  # same results, same bytes
    "figure.dpi": 100,
    "savefig.dpi": 150,
}


@functools.cache
def covered() -> frozenset[int]:
    """Code points that the shipped font has; registers the font with Matplotlib on the way."""
    from matplotlib import font_manager, ft2font

    font_manager.fontManager.addfont(FONT)
    return frozenset(ft2font.FT2Font(str(FONT)).get_charmap())


def context():
    """Matplotlib's settings for one figure, undone afterwards: a notebook keeps its own."""
    import matplotlib

    covered()
    wanted = {
        k: v for k, v in matplotlib.rcParamsDefault.items() if not k.startswith(("backend", "interactive", "webagg"))
    } | RC
    now = dict.items(matplotlib.rcParams)  # raw: asking the usual way would choose a backend
    present = {k: v for k, v in now if k in wanted}
    return matplotlib.rc_context({k: v for k, v in wanted.items() if present.get(k) != v})


def panels(ax, rows: int, cols: int, height: float, **kwargs):
    """(figure, array of axes): a new figure of `height` inches, or the place of `ax`, which must come from subplots."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if ax is None:
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasAgg(figure)
        figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06, wspace=0.03, hspace=0.04)
        return figure, figure.subplots(rows, cols, squeeze=False, **kwargs)
    figure = ax.get_figure(root=True)
    if rows == cols == 1:
        return figure, np.array([[ax]])
    place = ax.get_subplotspec()
    if place is None:
        raise ValueError("this figure has several panels: give it an axis made by subplots()")
    grid = place.subgridspec(
        rows, cols, width_ratios=kwargs.get("width_ratios"), height_ratios=kwargs.get("height_ratios")
    )
    ax.remove()
    return figure, np.array([[figure.add_subplot(grid[r, c]) for c in range(cols)] for r in range(rows)])


def styled(function: Callable) -> Callable:
    """Draw under the settings above. The layout is run once inside them: later ticks would take the caller's font."""

    @functools.wraps(function)
    def draw(results, ax=None, lang: str = "zh", **more):
        with context():
            figure = function(results, ax=ax, lang=lang, **more)
            figure.draw_without_rendering()
        return figure

    return draw


def times(quarters: list[str]) -> list[float]:
    """Ends of quarters on an axis of years: 2021Q4 is 2022.0."""
    return [int(q[:4]) + int(q[5]) / 4 for q in quarters]


def year_ticks(axis, years: list[str], count: int = 5) -> None:
    step = max(1, -(-len(years) // count))
    shown = [int(y) for y in years][::step]
    axis.set_xticks(shown, [str(y) for y in shown])


def few_ticks(axis, count: int = 4) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.yaxis.set_major_locator(MaxNLocator(count))


def legend(figure, axis, ax) -> None:
    """One legend under the panels, in as few rows as fit; inside the panel when the figure belongs to somebody else."""
    from sim.report.text import columns

    handles, labels = axis.get_legend_handles_labels()
    handles = [h.lines[0] if hasattr(h, "has_xerr") else h for h in handles]  # of an error bar only the marker
    if ax is not None:
        axis.legend(handles, labels)
    elif handles:
        widest = max(columns(part) for label in labels for part in label.split("\n"))
        fit = max(1, min(len(labels), 114 // (widest + 9)))
        if all("\n" not in label for label in labels) and sum(columns(label) + 8 for label in labels) <= 114:
            fit = len(labels)
        rows = -(-len(labels) // fit)
        figure.legend(
            handles,
            labels,
            loc="outside lower center",
            ncols=-(-len(labels) // rows),
            handlelength=2.5,
            columnspacing=1.6,
        )


def world_band(axis, reading, scenario: str, times, p5, p95) -> None:
    """The range of worlds, only of the baseline: the others' nearly coincide, and five bands on top hide each other."""
    if scenario == reading.baseline:
        axis.fill_between(times, p5, p95, color=reading.colour(scenario), alpha=0.14, linewidth=0)


def few_value_ticks(axis, count: int = 4) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.xaxis.set_major_locator(MaxNLocator(count))
