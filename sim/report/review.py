"""One figure: three levels of review against pay-out without application (study `review`)."""

from __future__ import annotations

import numpy as np

from sim.analysis.review import ARMS, METRICS, changes
from sim.metrics import METRICS as KNOWN
from sim.report import style

SAYS = {"zh": "与两者皆无相比的变化（%）；粗线：均值90%区间，点：各世界",
        "en": "change against neither, %; thick: 90 % interval of the mean, dots: worlds"}  # fmt: skip


@style.styled
def review(results, ax=None, lang: str = "zh"):
    """A panel a metric, a line an arm. Draws a study of `conf/study/review.yaml`."""
    found = changes(results)
    figure, axes = style.panels(ax, 1, len(METRICS), 2.6, sharey=True)
    names = [results.title(arm, lang) for arm in ARMS]
    for axis, metric in zip(axes[0], METRICS):
        for k, arm in enumerate(ARMS):
            its = found[arm, metric]
            axis.plot(its.worlds, np.full(len(its.worlds), k), ".", color=style.MUTED, alpha=0.5, markersize=3)
            axis.plot([its.low, its.high], [k, k], color=style.COLOURS[k], linewidth=3, solid_capstyle="butt")
            axis.plot(its.mean, k, style.MARKERS[k], color=style.COLOURS[k])
        axis.axvline(0, color=style.BASELINE_COLOUR, linewidth=0.7)
        axis.set_title(getattr(KNOWN[metric], lang))
        axis.set_yticks(range(len(ARMS)), names)
        axis.set_ylim(len(ARMS) - 0.5, -0.5)
    figure.supxlabel(SAYS[lang], fontsize=8)
    return figure
