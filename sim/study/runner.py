"""`study()`: from scenario names to `Results`. The driver alone writes; what is finished is never run again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, StudyError
from sim.study import manifest, payload, pool
from sim.study.design import Design, design
from sim.study.journal import DONE, KILLED, Journal

if TYPE_CHECKING:
    from sim.study.results import Results

Progress = Callable[[int, int, int], None]


def study(
    place: str,
    scenarios: Sequence,
    seeds: int | Sequence[int] = 16,
    quarters: int = 40,
    workers: int | None = None,
    overrides: Mapping | None = None,
    results: str | Path | None = None,
    draw: bool = False,
    progress: Progress | None = None,
    name: str | None = None,
    against: Sequence[str] | None = None,
    *,
    created: str | None = None,
    core: Mapping | None = None,
) -> Results:
    """Run every scenario with every seed and compare them seed by seed.

    place, scenarios: a place; names, files or `Scenario` objects.
    seeds: 1…n for a number, or the list itself. quarters: length of a run, the first is 2021Q1.
    workers: processes; None takes all cores, 1 runs here. Never changes a result.
    overrides: numbers by id, before what a scenario sets itself. draw: the seed also draws the uncertain numbers.
    results: folder to keep everything in (with `name`, a folder below it); None keeps it in memory.
    progress: called with (done, all, failed) runs. against: what is compared with, else status_quo and none.
    created: time for the manifest (ISO 8601). core: another world to run, for tests.

    Raises `InputError` before anything is written, `StudyError` if the folder is in use or cannot be written.
    Ctrl-C raises `KeyboardInterrupt` after the workers have been ended; the same call then goes on.
    """
    plan = design(place, scenarios, seeds, quarters, draw, overrides, against, core)
    folder = None if results is None else Path(results) / name if name else Path(results)
    return conduct(plan, workers, folder, progress, created)


def conduct(
    plan: Design,
    workers: int | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
    created: str | None = None,
) -> Results:
    """Run what is missing of a design, in a folder or in memory; arguments and errors as of `study`."""
    crew = _workers(workers)
    if folder is not None:
        _make(folder)
    journal = Journal.memory() if folder is None else Journal.write(folder)
    kept = False
    try:
        about = describe(plan, created or datetime.now(UTC).isoformat(timespec="seconds"))
        if folder is not None:
            about = _same_creation(folder, about)
            manifest.write(folder, about)
        run(plan, journal, crew, progress)
        kept = folder is None
    finally:
        if not kept:
            journal.close()
    # Imported last: pandas and xarray take a second, and the runs need neither.
    from sim.study.results import Results

    return Results(about, journal) if folder is None else Results.open(folder)


def run(plan: Design, journal: Journal, workers: int, progress: Progress | None = None) -> None:
    """Run what `journal` lacks of `plan`, storing each task as it arrives."""
    specs = plan.tasks(journal)
    statuses = journal.statuses(plan.keys.values())
    todo = {plan.keys[entry["name"], spec["seed"]] for spec in specs for entry in spec["scenarios"]}
    done = {key for key, status in statuses.items() if status == DONE} - todo
    failed: set[str] = set()

    def report() -> None:
        if progress is not None:
            progress(len(done) + len(failed), len(plan.keys), len(failed))

    # A run that is only repeated for a pair counts as done from the start: its number is there.
    done |= {key for key in todo if statuses.get(key) == DONE and journal.whole(key)}
    report()
    answers = pool.serial(specs) if workers == 1 or len(specs) < 2 else pool.processes(specs, min(workers, len(specs)))
    with closing(answers):
        for spec, blob in answers:
            runs, pairs = rows(plan, spec, blob)
            journal.add(runs, pairs)
            for row in runs:
                (done if row["status"] == DONE else failed).add(row["key"])
            report()


def rows(plan: Design, spec: dict, blob: bytes | None) -> tuple[list[dict], list[dict]]:
    """Journal rows of a task's answer. Without an answer its worker died: single runs and open pairs are `killed`."""
    seed = spec["seed"]
    if blob is None:
        reason = f"the worker process died {pool.TRIES} times (out of memory?)"
        answer = {
            "runs": [],
            "pairs": [{"scenario": a, "against": b, "outcomes": None, "error": reason} for a, b in spec["pairs"]],
        }
        if not spec["pairs"]:
            answer["runs"] = [
                {"name": entry["name"], "status": KILLED, "seconds": None, "error": reason, "checksum": None}
                for entry in spec["scenarios"]
            ]
        blobs = {}
    else:
        answer, blobs = payload.decode(blob)
    if answer.get("refused"):
        raise StudyError(f"{answer['refused']}; start it again")
    runs = []
    for entry in answer["runs"]:
        stored = blobs.get(entry["name"])
        runs.append({
            "key": plan.keys[entry["name"], seed], "scenario": entry["name"], "seed": seed, "status": entry["status"],
            "seconds": entry["seconds"], "checksum": entry["checksum"], "error": entry["error"],
            "payload": None if stored is None else stored.tobytes(),
        })  # fmt: skip
    pairs = [
        pair | {"key": plan.keys[pair["scenario"], seed], "against_key": plan.keys[pair["against"], seed], "seed": seed}
        for pair in answer["pairs"]
    ]
    return runs, pairs


def describe(plan: Design, created: str) -> dict:
    """The manifest: what was asked, with what, and the keys under which the results lie in the journal."""
    about = {
        "place": plan.place, "asked": list(plan.asked), "seeds": list(plan.seeds), "quarters": plan.quarters,
        "draw": plan.draw, "overrides": dict(plan.overrides), "against": list(plan.against),
    }  # fmt: skip
    return {
        "format": manifest.FORMAT, "created": created, "command": manifest.command(about), "study": about,
        "scenarios": list(plan.scenarios.values()), "versions": manifest.versions(), "commit": manifest.commit(),
        "code": plan.code,
        "keys": {name: [plan.keys[name, seed] for seed in plan.seeds] for name in plan.scenarios},
    }  # fmt: skip


def _same_creation(folder: Path, about: dict) -> dict:
    """Going on with the same study keeps the time it was begun."""
    try:
        before = manifest.read(folder)
    except StudyError:
        return about
    return about | {"created": before["created"]} if before.get("keys") == about["keys"] else about


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{folder}: cannot be made ({error.strerror})") from error


def _workers(workers: int | None) -> int:
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError(
            "a whole number is needed", field="workers", value=workers, allowed="1 and more, or null for all cores"
        )
    return workers
