"""The list of what the model is to reach, and what a file of measurements says of it."""

from __future__ import annotations

from math import log

from benchmarks.report import grid, growth, longest, pick, value

NANTONG = 16_501  # firms at the start


def _ratio(a, b):
    return a / b if a is not None and b else None


def _twin(found, model, rows):
    return value(found, "ns", kind="twin", model=model, rows=rows)


def _full(found, rows, entry):
    runs = [at for case, at in longest(found) if case["rows"] == rows]
    return runs[0][entry] if runs else None


def _to_peer(found):
    """Full model at Nantong size over the peers' plain NumPy at the size nearest to its rows."""
    runs = [at for case, at in longest(found) if case["rows"] == NANTONG]
    peers = pick(found, kind="peer", impl="numpy")
    if not runs or not peers:
        return None
    rows = runs[0]["firms"] + runs[0]["people"]
    return runs[0]["ns"] / min(peers, key=lambda peer: abs(log(peer[0]["rows"] / rows)))[1]["ns"]


def _setup(found):
    setup, quarter = _full(found, NANTONG, "setup"), _full(found, NANTONG, "quarter")
    return None if setup is None else setup / (setup + 40 * quarter)


def _memory(found):
    ratios = [at["peak"] / at["state"] for case, at in pick(found, kind="full") if case["rows"] >= 10**5]
    return max(ratios) if ratios else None


def _peak(found, rows, quarters):
    peaks = [at["peak"] for case, at in pick(found, kind="full", rows=rows, quarters=quarters)]
    return peaks[0] / 2**30 if peaks else None


def targets(found: dict) -> list[tuple[str, str, float | None, float]]:
    """(what, sign of the comparison, measured or None, limit)."""
    twin, start = (lambda m, n: _twin(found, m, n)), (lambda what: value(found, "seconds", kind="start", what=what))
    study, shell = value(found, "share", kind="study"), value(found, "share", kind="shell")
    small, large = (at["ns"] for at in growth(found)) if growth(found) else (None, None)
    return [
        ("subset: Mesa objects over arrays at 10^4 rows", ">=", _ratio(twin("mesa", 10**4), twin("arrays", 10**4)), 100),
        ("subset: Mesa objects over arrays at 10^5 rows", ">=", _ratio(twin("mesa", 10**5), twin("arrays", 10**5)), 200),
        ("subset: arrays over C at 10^5 rows", "<=", _ratio(twin("arrays", 10**5), twin("c", 10**5)), 3.5),
        ("subset: arrays over C at 10^6 rows", "<=", _ratio(twin("arrays", 10**6), twin("c", 10**6)), 3.5),
        ("full model at Nantong size over the peers' plain NumPy, a row", "<=", _to_peer(found), 4),
        ("full model: a row at 10^6 over one at 10^5", "<=", _ratio(large, small), 1.3),
        ("peak memory over the bytes of the state, 10^5 firms and more", "<=", _memory(found), 2.5),
        ("10^6 firms × 40 quarters, peak GiB", "<", _peak(found, 10**6, 40), 3),
        ("10^7 firms × 8 quarters, peak GiB", "<", _peak(found, 10**7, 8), 18),
        ("Mesa's shell, part of a step at Nantong size", "<", shell, 0.05),
        ("recording, part of a step at Nantong size", "<", _full(found, NANTONG, "recording"), 0.05),
        ("set-up, part of a 40-quarter run", "<", _setup(found), 0.25),
        ("ledger checks, part of a step", "<", _full(found, NANTONG, "ledger"), 0.10),
        ("a study around its runs", "<", study, 0.05),
        ("import of a worker over import numpy", "<=", _ratio(start("import of a worker"), start("import numpy")), 2),
        ("innosim --help, s", "<", start("innosim --help"), 0.3),
        ("main study on 2 cores, wall s", "<", value(found, "seconds", kind="main"), 90),
    ]  # fmt: skip


def verdict(sign: str, measured: float | None, limit: float) -> str:
    """Reached, missed, or not measured."""
    if measured is None:
        return "not measured"
    reached = {">=": measured >= limit, "<=": measured <= limit, "<": measured < limit}[sign]
    return "reached" if reached else "missed"


def table(found: dict) -> str:
    """What is reached and what is missed, for the terminal."""
    rows = [
        [what, "–" if x is None else x, f"{sign} {limit:g}", verdict(sign, x, limit)]
        for what, sign, x, limit in targets(found)
    ]
    return grid("Targets", ["what", "measured", "target", ""], rows)


def markdown(found: dict) -> str:
    """The same for a page of the documentation."""
    lines = ["| what | measured | target | |", "|---|---|---|---|"]
    for what, sign, x, limit in targets(found):
        told = "–" if x is None else f"{x:.0f}" if abs(x) >= 100 else f"{x:.3g}"
        lines.append(
            f"| {what} | {told} | {sign.replace('>=', '≥').replace('<=', '≤')} {limit:g} | {verdict(sign, x, limit)} |"
        )
    return "\n".join(lines) + "\n"
