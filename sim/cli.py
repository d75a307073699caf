"""The commands that run models: `run`, `study`, `report`. Each takes parsed options and returns an exit code."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sim.config import Config, configs, known_numbers
from sim.console import Progress, duration, message, say, size
from sim.errors import InputError, Interrupted, StudyError, nearest
from sim.report.kept import keep, kept, sources
from sim.study import leaving_out, task
from sim.study.design import Design, design
from sim.study.executors import Where
from sim.study.journal import DONE as KEPT
from sim.study.journal import STATUSES, Journal
from sim.study.manifest import read
from sim.study.runner import carry_out, conduct

DONE, STOPPED, INCOMPLETE = 0, 1, 3
KEY_METRICS = (
    "firms", "hnte_stock", "scitech_sme_registered", "revenue", "employment", "rd_real", "rd_reported", "loans_all_outstanding",
    "npl_ratio", "public_cost_city", "public_cost_all", "city_cash",
)  # fmt: skip
SHOWN_LOST, LISTED = 5, 40


def study(options: Namespace) -> int:
    """Run or go on with a study, print its summary and build its report; several with `-m`."""
    jobs = [_named(config) for config in configs(options.settings, options.multirun, options.lang)]
    # A mistake in the last job is found before the first one runs.
    plans = [planned(job) for job in jobs]
    _warn_of_parts(jobs)
    each = _estimated if options.dry_run else one_study
    codes = [_one_of(len(jobs), each, job, plan, options) for job, plan in zip(jobs, plans, strict=True)]
    return STOPPED if STOPPED in codes else max(codes)


def _one_of(many: int, each, job: Config, plan: Design, options: Namespace) -> int:
    """The exit code of one study; of several, one that cannot go on is said and the others are made all the same."""
    from sim.wording import told

    try:
        return each(job, plan, options)
    except StudyError as error:
        if many == 1:
            raise
        print(message("error", job.lang, text=told(error, job.lang)), file=sys.stderr, flush=True)
        return STOPPED


def _warn_of_parts(jobs: list[Config]) -> None:
    """Places of a sweep of which one lies inside another: who adds up their results counts the same firms twice."""
    from sim.parameters import apart
    from sim.wording import told

    try:
        apart({job.place for job in jobs})
    except InputError as problem:
        say("nested", jobs[0].lang, problem=told(problem, jobs[0].lang))


def planned(job: Config) -> Design:
    """The design of a job; `InputError`."""
    return design(job.place, job.scenarios, job.seeds, job.quarters, job.draw, job.numbers, job.against, None,
                  job.draws, job.method, job.vary, job.timeout)  # fmt: skip


def _header(config: Config, plan: Design) -> None:
    say("header_draws" if plan.draws else "header", config.lang, version=version("innosim"), place=_place(config),
        quarters=config.quarters, scenarios=len(plan.scenarios), draws=plan.draws, seeds=len(plan.seeds),
        runs=len(plan.keys), folder=config.results)  # fmt: skip
    if plan.draws:
        say("varied", config.lang, n=len(plan.sample.ids), method=plan.sample.method)
    if n := _drawn_by_seeds(plan):
        say("draws", config.lang, n=n)


def _drawn_by_seeds(plan: Design) -> int:
    """How many uncertain numbers each seed draws itself: those that nothing else sets."""
    if not plan.draw:
        return 0
    known = task.named(plan.core["registry"])(plan.place)
    elsewhere = {*plan.overrides, *(plan.sample.ids if plan.sample else ())}
    return sum(bool(number.prior) and number.id not in elsewhere for number in known)


def _where(config: Config) -> Where:
    return Where(config.executor, config.workers, config.address)


def _estimated(config: Config, plan: Design, options: Namespace) -> int:
    """Say what a study would take; write nothing."""
    from sim.study.estimate import estimate

    _header(config, plan)
    found = estimate(plan, _where(config), config.results, options.seconds)
    lang = config.lang
    say("dry", lang, todo=found.todo, runs=found.runs, done=found.runs - found.todo, wall=duration(found.wall), each=found.each,
        source=message(found.source, lang), workers=found.workers, memory=size(found.memory), disk=size(found.disk))  # fmt: skip
    return DONE


def one_study(config: Config, plan: Design, options: Namespace) -> int:
    """Run one study and show it; the exit code."""
    lang = config.lang
    _header(config, plan)
    for name, scenario in plan.scenarios.items():
        if replaced := [id for id in config.numbers if id in scenario["overrides"]]:
            say("replaced", lang, scenario=name, numbers=", ".join(replaced))
    progress = Progress(lang)
    say("hint", lang)
    try:
        now = datetime.now(UTC).isoformat("T", "seconds")
        carry_out(plan, _where(config), config.results, progress, now, options.anew)
        if not progress.started and (found := kept(config.results, lang)):
            say("already", lang, n=len(plan.keys))
            return _told(*found, "unchanged", config.results, lang)
        # Imported as late as this: pandas and xarray take a second, which a finished study is spared.
        from sim.study.results import Results

        results = Results.open(config.results)
        if not progress.started and not results.missing:
            say("already", lang, n=results.n_planned)
        return _shown(results, config.results, lang)
    except KeyboardInterrupt:
        raise Interrupted(_kept(plan, config.results), len(plan.keys), config.results) from None


def _kept(plan: Design, folder: Path) -> int:
    """How many runs of a study lie in its folder."""
    try:
        journal = Journal.read(folder)
    except StudyError:  # stopped before there was one
        return 0
    kept = list(journal.statuses(plan.keys.values()).values()).count(KEPT)
    journal.close()
    return kept


def _shown(results, folder: Path, lang: str) -> int:
    """Print summary and losses, build the report; the exit code."""
    from sim import summary
    from sim.wording import said

    if results.missing:
        say("failed", lang, failed=len(results.missing), total=results.n_planned, done=results.n_done)
        for lost in results.missing[:SHOWN_LOST]:
            say("lost_draws" if "draw" in lost else "lost", lang, scenario=lost["scenario"], draw=lost.get("draw"),
                seed=lost.get("luck", lost["seed"]), status=lost["status"], reason=said(_last_line(lost["error"]), lang))  # fmt: skip
        if len(results.missing) > SHOWN_LOST:
            say("more", lang, n=len(results.missing) - SHOWN_LOST)
    uncompared = results.missing_pairs
    if uncompared:
        say("uncompared", lang, n=len(uncompared), reason=_last_line(uncompared[0]["error"]))
    if not results.n_done:
        say("nothing", lang)
        return INCOMPLETE
    lines = [*summary.lines(results, lang), *_sources_of_spread(results, lang)]
    for line in lines:
        print(line)
    from sim.report import build

    made_from = sources(folder, lang)
    complete = not results.missing and not uncompared
    try:
        written = build(results, folder, lang=lang)
        if complete:
            keep(folder, lang, made_from, lines, written)
    except OSError as error:
        raise StudyError(f"{error.filename or folder}: cannot be written ({error.strerror})") from error
    done = _told((), written, "written", folder, lang)
    return done if complete else INCOMPLETE


def _told(lines, files, what: str, folder: Path, lang: str) -> int:
    """Print the lines of a summary and the files of a report that is complete; the exit code."""
    for line in lines:
        print(line)
    say(what, lang, folder=folder)
    for path in files:
        print(f"  {_short(path, folder)}")
    return DONE


def export(options: Namespace) -> int:
    """Write the results of a folder for other programs."""
    from sim.report import more_tables
    from sim.study.results import Results

    folder = Path(options.folder)
    results = Results.open(folder)
    more = more_tables(results, options.lang)
    for kind in options.to.split(","):
        for path in results.export(folder / "export", kind.strip(), options.lang, more):
            print(path)
    return DONE


def runs(options: Namespace) -> int:
    """List the runs of a folder, of one status if named."""
    from sim.study.results import Results
    from sim.wording import said

    found = Results.open(options.folder).runs(options.status)
    if options.json:
        print(found.to_json(orient="records", indent=1, force_ascii=False))
        return DONE
    counted = found["status"].value_counts()
    print(" · ".join(f"{status} {counted[status]}" for status in STATUSES if status in counted) or "0")
    for row in found.head(LISTED).itertuples():
        error = said(_last_line(row.error), options.lang) if isinstance(row.error, str) else ""
        spent = f"{row.seconds:8.2f} s" if row.seconds == row.seconds and row.seconds is not None else " " * 10
        world = f"{row.draw:6d}{row.luck:8d}" if "draw" in found else f"{row.seed:8d}"
        print(f"{row.status:8}{spent}{world}  {row.scenario}  {error}".rstrip())
    if len(found) > LISTED:
        say("more", options.lang, n=len(found) - LISTED)
    return DONE


def _sources_of_spread(results, lang: str) -> list[str]:
    """Lines: where the worlds of draws × seeds differ because of the numbers, and where because of luck."""
    from sim import summary

    lines = []
    if results.draws < 2 or len(results.luck) < 2 or not results.manifest["study"]["against"]:
        return lines
    for label, effect in summary.questions(results, results.manifest["study"]["against"][0], lang):
        parts = effect.variance().sum("scenario")
        whole = float(parts.sum())
        if whole > 0:
            shares = {str(name): float(parts.sel(part=name)) / whole for name in parts["part"].values}
            lines.append(message("parts", lang, label=label, **shares))
    return lines


def _last_line(error: str) -> str:
    return (error.strip().splitlines() or [""])[-1]


def _short(path: Path, folder: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def report(options: Namespace) -> int:
    """Build the report of an existing folder again; the folder is named plainly or follows from the settings."""
    from sim.study.results import Results

    folders = [word for word in options.settings if "=" not in word]
    if len(folders) > 1:
        raise InputError("one folder at a time", value=" ".join(folders))
    (config,) = configs([word for word in options.settings if "=" in word], lang=options.lang)
    folder = Path(folders[0]) if folders else config.results
    read(folder)
    return _shown(Results.open(folder), folder, config.lang)


def run(options: Namespace) -> int:
    """Run one scenario with one seed and print its years; nothing is stored."""
    (config,) = configs(options.settings, lang=options.lang)
    config = _named(config)
    plan = design(config.place, [config.scenario], [config.seed], config.quarters, config.draw, config.numbers, [])
    results = conduct(plan, 1)
    if results.missing:
        return _shown(results, Path(), config.lang)
    from sim import summary

    (scenario,) = results.scenarios
    years = summary.yearly(
        results, scenario, config.seed, [name for name in KEY_METRICS if name in results.to_xarray()]
    )
    if options.json:
        units = {name: results.to_xarray()[name].attrs["units"] for name in years}
        annual = {name: {"unit": units[name], "values": values} for name, values in years.items()}
        print(json.dumps({"place": config.place, "scenario": scenario, "seed": config.seed, "quarters": config.quarters,
                          "draw": config.draw, "annual": annual}, indent=1))  # fmt: skip
        return DONE
    title = results.title(scenario, config.lang)
    say(
        "run",
        config.lang,
        version=version("innosim"),
        place=_place(config),
        scenario=title,
        seed=config.seed,
        quarters=config.quarters,
    )
    for line in summary.table(results, years, config.lang):
        print(line)
    return DONE


def _place(config: Config) -> str:
    return config.place_title.get(config.lang) or config.place


def _named(config: Config) -> Config:
    """With scenario names where Chinese or English titles were written; its numbers are good."""
    from sim import scenario
    from sim.parameters import registry
    from sim.programmes import CATALOGUE

    known_numbers(config)
    titles: dict[str, str] = {}

    def name(written: str) -> str:
        if package := leaving_out.asked(written):
            return name(package) + leaving_out.SUFFIX
        if parted := leaving_out.parted(written):
            return f"{name(parted[0])}{leaving_out.WITHOUT}{'+'.join(parted[1])}"
        if scenario.NAME.fullmatch(written) or written.endswith((".yaml", ".yml")):
            return written
        if not titles:
            for known in scenario.names():
                for title in scenario.load(known, CATALOGUE, registry(config.place)).title.values():
                    titles[title] = known
        if written not in titles:
            known = scenario.names()
            near = nearest(written, [*known, *titles])
            raise InputError("there is no such scenario", field="scenario", value=written, allowed=known, nearest=near)
        return titles[written]

    against = None if config.against is None else tuple(map(name, config.against))
    return replace(
        config, scenarios=tuple(map(name, config.scenarios)), against=against, scenario=name(config.scenario)
    )
