"""`study()`: from scenario names to `Results`. The driver alone writes; what is finished is never run again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, StudyError
from sim.study import executors, manifest, payload
from sim.study.design import Design, design
from sim.study.differences import differences, shown
from sim.study.executors import Where
from sim.study.journal import DONE, KILLED, Damaged, Journal

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
    draws: int | None = None,
    method: str = "random",
    vary: Mapping | None = None,
    executor: str | Executor = "process",
    address: str | None = None,
    timeout: float | None = None,
    anew: bool = False,
    created: str | None = None,
    core: Mapping | None = None,
) -> Results:
    """Run every scenario in every world and compare them world by world.

    place, scenarios: a place; names, files or `Scenario` objects.
    seeds: 1…n for a number, or the list itself. quarters: length of a run, the first is 2021Q1.
    workers: processes; None takes all cores, 1 runs here. Never changes a result.
    overrides: numbers by id, before what a scenario sets itself. draw: the seed also draws the uncertain numbers.
    draws, method, vary: draws apart from the seeds, each with every seed; see `sim.study.sampling`.
    executor: process, serial, dask, ray, or a `concurrent.futures.Executor`. address: of a running cluster.
    timeout: seconds that one run may take.
    results: folder to keep everything in (with `name`, a folder below it); None keeps it in memory.
    anew: run in a folder of another study too; what is stored there stays.
    progress: called with (done, all, failed) runs. against: what is compared with, else status_quo and none.
    created: time for the manifest (ISO 8601). core: another world to run, for tests.

    Raises `InputError` before anything is written, `StudyError` if the folder is in use, holds another study or cannot
    be written. Ctrl-C raises `KeyboardInterrupt` after the workers have been ended; the same call then goes on.
    """
    plan = design(place, scenarios, seeds, quarters, draw, overrides, against, core, draws, method, vary, timeout)
    folder = None if results is None else Path(results) / name if name else Path(results)
    return conduct(plan, Where(executor, workers, address), folder, progress, created, anew)


def conduct(
    plan: Design,
    where: Where | int | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
    created: str | None = None,
    anew: bool = False,
) -> Results:
    """Run what is missing of a design, in a folder or in memory; arguments and errors as of `study`."""
    about, journal = carry_out(plan, where, folder, progress, created, anew)
    # Imported last: pandas and xarray take a second, and the runs need neither.
    from sim.study.results import Results

    return Results(about, journal) if folder is None else Results.open(folder)


def carry_out(
    plan: Design,
    where: Where | int | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
    created: str | None = None,
    anew: bool = False,
) -> tuple[dict, Journal]:
    """`conduct` without reading the results: the manifest and the journal, which is closed if there is a folder."""
    where = executors.checked(where if isinstance(where, Where) else Where(workers=where))
    crew = cores(where.workers)
    if folder is not None:
        _make(folder)
    journal = Journal.memory() if folder is None else Journal.write(folder)
    kept = False
    try:
        about = describe(plan, created or datetime.now(UTC).isoformat(timespec="seconds"))
        if folder is not None:
            about = _going_on(folder, about, journal, anew)
            manifest.write(folder, about)
        run(plan, journal, where, crew, progress)
        kept = folder is None
    finally:
        if not kept:
            journal.close()
    return about, journal


def run(plan: Design, journal: Journal, where: Where, workers: int, progress: Progress | None = None) -> None:
    """Run what `journal` lacks of `plan`, storing each task as it arrives."""
    try:
        specs, whole = _missing(plan, journal)
    except Damaged:
        journal.rebuild()
        specs, whole = _missing(plan, journal)
    # A run that is only repeated for a pair counts as done from the start: its number is there.
    done = set(whole)
    failed: set[str] = set()

    def report() -> None:
        if progress is not None:
            progress(len(done) + len(failed - done), len(plan.keys), len(failed - done))

    report()
    with closing(_closable(executors.answers(specs, where, workers))) as answers:
        for spec, blob in answers:
            runs, pairs = rows(plan, spec, blob)
            journal.add(runs, pairs)
            for row in runs:
                (done if row["status"] == DONE else failed).add(row["key"])
            report()


def _missing(plan: Design, journal: Journal) -> tuple[list[dict], set[str]]:
    """Specs of what is missing, and the keys of the runs that are there and whole."""
    whole = journal.whole(plan.keys.values())
    return plan.tasks(journal, whole), whole


def _closable(answers: executors.Answers) -> executors.Answers:
    """A generator, which can be closed, of any iterator."""
    yield from answers


def rows(plan: Design, spec: dict, blob: bytes | None) -> tuple[list[dict], list[dict]]:
    """Journal rows of a task's answer. Without an answer its worker died: single runs and open pairs are `killed`."""
    world = spec["world"]
    draw, seed = plan.worlds[world]
    if blob is None:
        reason = f"the worker process died {executors.TRIES} times (out of memory?)"
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
            "key": plan.keys[entry["name"], world], "scenario": entry["name"], "draw": draw, "seed": seed,
            "status": entry["status"], "seconds": entry["seconds"], "checksum": entry["checksum"],
            "error": entry["error"], "payload": None if stored is None else stored.tobytes(),
        })  # fmt: skip
    pairs = [
        pair | {"key": plan.keys[pair["scenario"], world], "against_key": plan.keys[pair["against"], world],
                "draw": draw, "seed": seed}
        for pair in answer["pairs"]
    ]  # fmt: skip
    return runs, pairs


def describe(plan: Design, created: str) -> dict:
    """The manifest: what was asked, with what, and the keys under which the results lie in the journal."""
    about = {
        "place": plan.place, "asked": list(plan.asked), "seeds": list(plan.seeds), "quarters": plan.quarters,
        "draw": plan.draw, "draws": plan.draws, "method": plan.sample.method if plan.sample else "random",
        "vary": plan.vary, "overrides": dict(plan.overrides), "against": list(plan.against),
        "left_out": dict(plan.left_out) if plan.left_out else None,
    }  # fmt: skip
    sample = None
    if plan.sample:
        sample = {"method": plan.sample.method, "named": plan.sample.named, "ids": list(plan.sample.ids),
                  "rows": [list(row) for row in plan.sample.rows]}  # fmt: skip
    return {
        "format": manifest.FORMAT, "created": created, "command": manifest.command(about), "study": about,
        "scenarios": list(plan.scenarios.values()), "versions": manifest.versions(), "commit": manifest.commit(),
        "code": plan.code, "files": manifest.code_files(), "sample": sample,
        "keys": {name: [plan.keys[name, world] for world in plan.worlds] for name in plan.scenarios},
    }  # fmt: skip


def _going_on(folder: Path, about: dict, journal: Journal, anew: bool) -> dict:
    """The manifest to write; `StudyError` with the difference if the folder holds runs of another study.

    Going on with the same study keeps the time it was begun.
    """
    try:
        before = manifest.read(folder)
    except StudyError:
        return about
    changes = differences(before, about)
    if not changes:
        return about | {"created": before["created"]}
    stored = {key for keys in before["keys"].values() for key in keys}
    if not anew and journal.statuses(stored):
        raise StudyError(f"{folder}: holds another study ({shown(changes)}); choose another folder with results=, or --anew to use this one: its runs stay")
    return about


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{folder}: cannot be made ({error.strerror})") from error


def cores(workers: int | None) -> int:
    """The number of workers asked for, or of all cores that this process may use; `InputError`."""
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError(
            "a whole number is needed", field="workers", value=workers, allowed="1 and more, or null for all cores"
        )
    return workers
