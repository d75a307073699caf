"""How long everything takes, beside the peers: prints tables and writes JSON.

    python benchmarks/table.py --peers FOLDER --out speed.json            # everything up to a million firms, three rounds
    python benchmarks/table.py --most 100000 --rounds 1                   # a quick look
    python benchmarks/table.py --only full --long-run --largest           # memory: 10^6 firms × 40 quarters, 10^7 × 8
    python benchmarks/table.py --read speed.json                          # print it again

Every measurement is a process of its own. Rounds are interleaved, so that a busy machine slows all alike; times are
processor time, medians over rounds. The folder of the peers may also come from INNOSIM_PEERS. An implementation that needs
packages of its own may have its own interpreter: --python numba=OTHER/bin/python. What is not installed is named.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import cases, report, targets
from benchmarks.cases import name

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
UNSET = (
    "PYTHONDONTWRITEBYTECODE",
    "INNOSIM_PEERS",
)  # compiled modules are kept, as they are where the package is installed


def arguments(given=None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=os.environ.get("INNOSIM_PEERS"), help="folder of the peers' impl_*.py")
    parser.add_argument("--out", type=Path, default=Path("speed.json"))
    parser.add_argument("--read", type=Path, help="print a file written before")
    parser.add_argument("--markdown", action="store_true", help="print the targets as a table of Markdown")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, default=1_000_000, help="most rows")
    parser.add_argument("--only", help="comma list of kinds: full, twin, peer, shell, study, start")
    parser.add_argument("--long-run", action="store_true", help="also 10^6 firms × 40 quarters, for memory, once")
    parser.add_argument("--largest", action="store_true", help="also 10^7 firms × 8 quarters, for memory, once")
    parser.add_argument("--main", action="store_true", help="also the main study of the README, wall time, once")
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PYTHON")
    return parser.parse_args(given)


def measure(case: dict, pythons: dict[str, str], environment: dict[str, str]) -> dict:
    """Run one case in a process of its own: what it prints, or `missing`, or `failed`."""
    command = cases.command(case, pythons)
    if case["kind"] != "start":
        command = [*command, json.dumps(case)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode == 3 and case["kind"] != "start":
        return {"missing": done.stderr.strip()}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    if case["kind"] == "start":
        return {"seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}
    return json.loads(done.stdout.splitlines()[-1])


def median(found: list[dict]) -> dict:
    """Medians of numbers over rounds, inside nested tables too; what failed once has failed."""
    first = found[0]
    for one in found:
        if "missing" in one or "failed" in one:
            return one
    return {key: median([one[key] for one in found]) if isinstance(value, dict)
            else statistics.median(one[key] for one in found) for key, value in first.items()}  # fmt: skip


def run(options: argparse.Namespace) -> dict:
    """All rounds; the file is written after each case, so that a run that is cut short keeps what it has."""
    with tempfile.TemporaryDirectory() as compiled:
        environment = {key: value for key, value in os.environ.items() if key not in UNSET}
        return _rounds(options, environment | ENVIRONMENT | {"PYTHONPYCACHEPREFIX": compiled})


def _rounds(options, environment):
    pythons = dict(pair.split("=", 1) for pair in options.python)
    todo = cases.cases(options.peers, options.most, options.largest, options.long_run, options.main)
    if options.only:
        todo = [case for case in todo if case["kind"] in options.only.split(",")]
    for case in todo:  # the first start compiles, and is not counted
        if case["kind"] == "start":
            measure(case, pythons, environment)
    once = [name(case) for case in (cases.LARGEST, cases.LONG_RUN, {"kind": "main"})]
    rounds: dict[str, list[dict]] = {name(case): [] for case in todo}
    for count in range(options.rounds):
        for case in todo:
            at = name(case)
            if (count and at in once) or (rounds[at] and "missing" in rounds[at][0]):
                continue
            rounds[at].append(measure(case, pythons, environment))
            print(f"{count + 1}/{options.rounds} {at}: {report.short(rounds[at][-1])}", file=sys.stderr, flush=True)
            found = _collected(todo, rounds)
            options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


def _collected(todo, rounds):
    known = {name(case): {key: value for key, value in case.items() if key != "folder"} for case in todo}
    done = {at: results for at, results in rounds.items() if results}
    return {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "numpy": metadata.version("numpy")},
        "cases": [{"case": known[at], "median": median(results), "rounds": results} for at, results in done.items()],
    }


def main() -> None:
    """Measure or read, then print."""
    options = arguments()
    if options.read:
        found = json.loads(options.read.read_text(encoding="utf-8"))
    else:
        found = run(options)
    print(report.tables(found))
    print(targets.markdown(found) if options.markdown else targets.table(found))


if __name__ == "__main__":
    main()
