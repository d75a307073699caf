"""What is measured: cases by section, each small enough that a round of all of them takes minutes."""

from __future__ import annotations

import sys

MAIN = ["status_quo", "none", "award_push", "loan_push", "no_application_all"]
# (firms at the start, quarters). Programmes start at their own time, so sizes are compared over the same quarters.
FULL = ((5_000, 40), (16_501, 40), (30_000, 24), (100_000, 16), (100_000, 4), (1_000_000, 4))
TWINS = {
    "arrays": {1_000: 40, 10_000: 40, 100_000: 16, 1_000_000: 4},
    "c": {1_000: 40, 10_000: 40, 100_000: 40, 1_000_000: 8},
    "mesa": {1_000: 12, 10_000: 4, 100_000: 4},
}
OBJECTS = {1_000: 40, 10_000: 8, 100_000: 3}
COLUMNS = {1_000: 80, 10_000: 40, 100_000: 20, 1_000_000: 5}
PEERS = {
    "numpy": COLUMNS, "numpy_tuned": COLUMNS, "c": COLUMNS, "mesa_shell": COLUMNS, "mesa": OBJECTS, "pyobj": OBJECTS,
    "agentpy": OBJECTS, "mesa_frames": COLUMNS, "ambr": COLUMNS, "numba": COLUMNS, "jax": {1_000: 80, 10_000: 40, 100_000: 8},
}  # fmt: skip
IMPORTS = {
    "python": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import of a worker": ["-c", "import sim.study.warm"],
    "import sim": ["-c", "import sim"],
    "import sim.model (Mesa)": ["-c", "import sim.model"],
    "innosim --help": ["-m", "sim.entry", "--help"],
}
LARGEST = {"kind": "full", "rows": 10_000_000, "quarters": 8, "talent": 0.1}
LONG_RUN = {"kind": "full", "rows": 1_000_000, "quarters": 40}


def cases(
    peers: str | None, most: int, largest: bool = False, long_run: bool = False, study: bool = False
) -> list[dict]:
    """All cases of up to `most` rows, in the order of a round; `peers` is the folder of the peers."""
    found = [{"kind": "machine"}]
    found += [{"kind": "full", "rows": n, "quarters": q} for n, q in FULL if n <= most]
    found += [{"kind": "twin", "model": model, "rows": n, "quarters": q}
              for model, sizes in TWINS.items() for n, q in sizes.items() if n <= most]  # fmt: skip
    if peers:
        found += [{"kind": "peer", "impl": impl, "rows": n, "quarters": q, "folder": peers}
                  for impl, sizes in PEERS.items() for n, q in sizes.items() if n <= most]  # fmt: skip
    found += [{"kind": "shell", "quarters": 40}, {"kind": "study", "scenarios": MAIN, "seeds": 2, "quarters": 40}]
    found += [{"kind": "start", "what": what} for what in IMPORTS]
    found += [LONG_RUN] * long_run + [LARGEST] * largest + [{"kind": "main"}] * study
    return found


def name(case: dict) -> str:
    """Short name of a case: what, and how many rows."""
    what = case.get("model") or case.get("impl") or case.get("what") or ""
    rows = f"{case['rows']:,}" if "rows" in case else ""
    often = f"×{case['quarters']}" if "quarters" in case else ""
    return " ".join(part for part in (case["kind"], what, rows + often) if part)


def command(case: dict, pythons: dict[str, str]) -> list[str]:
    """Arguments of the process that measures a case which has a program of its own; empty for the worker's."""
    python = pythons.get(case.get("impl", ""), sys.executable)
    if case["kind"] == "start":
        return [python, *IMPORTS[case["what"]]]
    return [python, "-m", "benchmarks.worker"]
