"""Tables of a file of measurements, as text."""

from __future__ import annotations

MIB = 2**20


def pick(found: dict, **match) -> list[tuple[dict, dict]]:
    """Cases that were measured, with their medians, whose entries are these."""
    return [(one["case"], one["median"]) for one in found["cases"]
            if match.items() <= one["case"].items() and not {"missing", "failed"} & one["median"].keys()]  # fmt: skip


def value(found: dict, entry: str, **match) -> float | None:
    """One median; None where it was not measured."""
    cases = pick(found, **match)
    return cases[0][1][entry] if cases else None


def plain(found: dict) -> list[tuple[dict, dict]]:
    """Full runs that are measured for their time, smallest first; not those that are for memory."""
    runs = [(case, at) for case, at in pick(found, kind="full") if "talent" not in case]
    runs = [(case, at) for case, at in runs if case["rows"] < 10**6 or case["quarters"] < 40]
    return sorted(runs, key=lambda run: (run[0]["rows"], -run[0]["quarters"]))


def longest(found: dict) -> list[tuple[dict, dict]]:
    """Of these the one of most quarters for each size."""
    runs = {}
    for case, at in plain(found):
        runs.setdefault(case["rows"], (case, at))
    return list(runs.values())


def growth(found: dict, small: int = 10**5, large: int = 10**6) -> tuple[dict, dict] | None:
    """The runs of two sizes over the same quarters."""
    runs = {(case["rows"], case["quarters"]): at for case, at in plain(found)}
    pairs = [
        (runs[small, quarters], at)
        for (rows, quarters), at in runs.items()
        if rows == large and (small, quarters) in runs
    ]
    return pairs[0] if pairs else None


def short(result: dict) -> str:
    """One line on one measurement."""
    for word in ("missing", "failed"):
        if word in result:
            return f"{word}: {result[word]}"
    units = {"ns": "ns", "seconds": "s", "share": "", "numpy": "ns"}
    return ", ".join(f"{result[key]:.4g} {unit}".strip() for key, unit in units.items() if key in result)


def grid(title: str, head: list[str], rows: list[list]) -> str:
    """A table for the terminal: text to the left, numbers to the right."""
    cells = [[f"{cell:,.3g}" if isinstance(cell, float) and abs(cell) < 1000 else
              f"{cell:,.0f}" if isinstance(cell, (int, float)) else str(cell) for cell in row] for row in rows]  # fmt: skip
    widths = [max(len(line[k]) for line in [head, *cells]) for k in range(len(head))]
    numeric = [all(not isinstance(row[k], str) or row[k] == "–" for row in rows) for k in range(len(head))]
    lines = [
        "  ".join(c.rjust(w) if n else c.ljust(w) for c, w, n in zip(line, widths, numeric)) for line in [head, *cells]
    ]
    return "\n".join([title, *(line.rstrip() for line in lines), ""]) if rows else ""


def tables(found: dict) -> str:
    """Everything but the targets."""
    parts = [full(found), twins(found), peers(found), processes(found), rest(found), _missing(found)]
    return "\n".join(part for part in parts if part)


def full(found: dict) -> str:
    """Sizes, times, parts and memory of the full model."""
    rows = []
    for case, at in pick(found, kind="full"):
        rows.append([case["rows"], case["quarters"], at["firms"], at["people"], at["ns"], at["ns_per_firm"], at["quarter"] * 1e3,
                     at["setup"], 100 * at["setup"] / (at["setup"] + 40 * at["quarter"]), 100 * at["recording"],
                     100 * at["ledger"], at["peak"] / MIB, at["state"] / MIB, at["peak"] / at["state"]])  # fmt: skip
    head = ["firms", "quarters", "mean firms", "mean persons", "ns/row", "ns/firm", "ms/quarter", "set-up s", "% of 40 q.",
            "recording %", "ledger %", "peak MiB", "state MiB", "peak/state"]  # fmt: skip
    return grid("Full model, status quo (a row is a firm or a person; time a row and quarter)", head, rows)


def twins(found: dict) -> str:
    """Twins of the subset."""
    rows = []
    for case, at in pick(found, kind="twin"):
        arrays = value(found, "ns", kind="twin", model="arrays", rows=case["rows"])
        rows.append([case["model"], case["rows"], case["quarters"], at["ns"], at["ns"] / arrays if arrays else "–"])
    return grid("Subset of the rules (ns a firm and quarter)", ["twin", "rows", "quarters", "ns", "× arrays"], rows)


def peers(found: dict) -> str:
    """The peers."""
    rows = []
    for case, at in pick(found, kind="peer"):
        plain_numpy = value(found, "ns", kind="peer", impl="numpy", rows=case["rows"])
        rows.append([case["impl"], case["rows"], at["ns"], at["ns"] / plain_numpy if plain_numpy else "–"])
    return grid("Peers: the firm ladder of their folder (ns a firm and step)", ["peer", "rows", "ns", "× numpy"], rows)


def processes(found: dict) -> str:
    """Cost by process and size, and how it grows."""
    runs = plain(found)
    names = sorted({name for _, at in runs for name in at["processes"]},
                   key=lambda name: -runs[-1][1]["processes"].get(name, 0)) if runs else []  # fmt: skip
    rows = [[name, *(at["processes"].get(name, 0.0) for _, at in runs)] for name in names]
    both = growth(found)
    for row in rows:
        small, large = (at["processes"].get(row[0], 0.0) for at in both) if both else (0.0, 0.0)
        row.append(large / small if small > 0.5 else "–")
    head = ["process", *(f"{case['rows']:,}×{case['quarters']}" for case, _ in runs), "10^6 / 10^5"]
    return grid("By process (ns a row and quarter)", head, rows)


def rest(found: dict) -> str:
    """Starts, the shell, a study."""
    rows = [[case["what"], at["seconds"]] for case, at in pick(found, kind="start")]
    parts = [grid("Starting a process (processor seconds)", ["what", "s"], rows)]
    for kind, what in (("shell", "Mesa's shell, of a step"), ("study", "a study around its runs, of its time")):
        parts += [f"{what}: {100 * at['share']:.2f} %\n" for _, at in pick(found, kind=kind)]
    parts += [f"{name}: {at['seconds']:.0f} s\n" for name, at in
              (("main study, wall", at) for _, at in pick(found, kind="main"))]  # fmt: skip
    return "".join(part for part in parts if part)


def _missing(found):
    lines = []
    for one in found["cases"]:
        for word in ("missing", "failed"):
            if word in one["median"]:
                lines.append(f"{word}: {one['case'].get('impl') or one['case']['kind']}: {one['median'][word]}")
    return "\n".join(dict.fromkeys(lines)) + "\n" if lines else ""
