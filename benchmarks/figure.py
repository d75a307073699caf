"""The figure of docs/speed.md, from a file that table.py wrote: cost against rows, and against runs.

python benchmarks/figure.py benchmarks/speed.json docs/figures/speed.png
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import longest, pick, value
from benchmarks.targets import NANTONG
from sim.report import style

QUARTERS = 40
RUNS = (1, 10, 100, 1_000, 10_000)
# label → what it matches, colour, dash. Ours are full lines, peers are dashed; a colour stands for a way to compute.
OBJECTS, NUMPY, COMPILED, OTHER = "#D55E00", "#0072B2", "#009E73", "#7F7F7F"
LINES = {
    "full model": ({"kind": "full"}, "#222222", "-"),
    "subset: Mesa objects": ({"kind": "twin", "model": "mesa"}, OBJECTS, "-"),
    "subset: the model's arrays": ({"kind": "twin", "model": "arrays"}, NUMPY, "-"),
    "subset: C": ({"kind": "twin", "model": "c"}, COMPILED, "-"),
    "peer: Mesa": ({"kind": "peer", "impl": "mesa"}, OBJECTS, "--"),
    "peer: AgentPy": ({"kind": "peer", "impl": "agentpy"}, OBJECTS, ":"),
    "peer: AMBER": ({"kind": "peer", "impl": "ambr"}, OTHER, "--"),
    "peer: mesa-frames": ({"kind": "peer", "impl": "mesa_frames"}, OTHER, ":"),
    "peer: plain NumPy": ({"kind": "peer", "impl": "numpy"}, NUMPY, "--"),
    "peer: tuned NumPy": ({"kind": "peer", "impl": "numpy_tuned"}, NUMPY, ":"),
    "peer: JAX": ({"kind": "peer", "impl": "jax"}, OTHER, "-."),
    "peer: Numba": ({"kind": "peer", "impl": "numba"}, COMPILED, ":"),
    "peer: C": ({"kind": "peer", "impl": "c"}, COMPILED, "--"),
}


def points(found: dict, match: dict) -> list[tuple[float, float]]:
    """(rows, ns a row and quarter), smallest first; rows of the full model are firms and persons."""
    if match["kind"] == "full":
        return [(at["firms"] + at["people"], at["ns"]) for _, at in longest(found)]
    return sorted((case["rows"], at["ns"]) for case, at in pick(found, **match))


def nearest(found: dict, match: dict, rows: float) -> float | None:
    """ns a row at the measured size nearest to these rows."""
    known = points(found, match)
    return min(known, key=lambda point: abs(point[0] / rows - rows / point[0]))[1] if known else None


def cost(found: dict, match: dict, rows: float, runs: int) -> float | None:
    """Processor seconds of so many runs of 40 quarters of so many rows, with the start of one process."""
    ns = nearest(found, match, rows)
    start = value(found, "seconds", kind="start", what="import of a worker") or 0.0
    setup = next((at["setup"] for case, at in longest(found) if case["rows"] == NANTONG), 0.0)
    own = setup if match["kind"] == "full" else 0.0
    return None if ns is None else start + runs * (own + QUARTERS * rows * ns * 1e-9)


def plainly(number: float) -> str:
    """10k, 1M: the style of the figures has no formulas."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            return f"{number / limit:g}{unit}"
    return f"{number:g}"


def draw(found: dict):
    """Figure with both panels."""
    full = [at["firms"] + at["people"] for case, at in longest(found) if case["rows"] == NANTONG]
    with style.context():
        figure, axes = style.panels(None, 1, 2, 4.6)
        left, right = axes[0]
        for label, (match, colour, dash) in LINES.items():
            known = points(found, match)
            if not known:
                continue
            look = {"color": colour, "linestyle": dash, "label": label, "lw": 2.2 if match["kind"] == "full" else 1.3}
            marker = "o" if match["kind"] != "peer" else "s"
            left.plot(*zip(*known, strict=True), marker=marker, ms=3.5, **look)
            if full:
                spent = [cost(found, match, full[0], runs) for runs in RUNS]
                right.plot(RUNS, spent, marker=marker, ms=3.5, **look)
        left.set_title("Cost of a row and quarter")
        left.set_xlabel("rows (firms; in the full model firms and persons)")
        left.set_ylabel("processor time, ns")
        right.set_title(f"Cost of runs of {QUARTERS} quarters")
        right.set_xlabel("runs")
        right.set_ylabel("processor time, s")
        for axis in (left, right):
            axis.set_xscale("log")
            axis.set_yscale("log")
            axis.xaxis.set_major_formatter(lambda x, _: plainly(x))
            axis.yaxis.set_major_formatter(lambda y, _: plainly(y))
            axis.minorticks_off()
        for seconds, name in ((60, "minute"), (3600, "hour"), (86400, "day")):
            right.axhline(seconds, color="#BBBBBB", lw=0.8, zorder=0)
            right.annotate(
                name, (RUNS[0], seconds), xytext=(0, 2), textcoords="offset points", color="#6B6B6B", fontsize=7
            )
        style.legend(figure, left, None)
        figure.draw_without_rendering()
        return figure


def main() -> None:
    """From the file of the first argument to the picture of the second."""
    source, target = (Path(argument) for argument in sys.argv[1:3])
    draw(json.loads(source.read_text(encoding="utf-8"))).savefig(target, metadata={"Software": None})


if __name__ == "__main__":
    main()
