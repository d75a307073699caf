"""Put the report together and write it, each file whole or not at all."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from sim.errors import InputError
from sim.report import drawing, page, sheets
from sim.report.figures import FIGURES, figure
from sim.report.reading import Reading
from sim.report.words import LANGUAGES, say
from sim.study.manifest import write_whole


def write(results, folder: Path, lang: str, draw: bool, lines, numbers) -> list[Path]:
    if lang not in LANGUAGES:
        raise InputError("no such language", field="lang", value=lang, allowed=LANGUAGES)
    r = Reading(results, lang)
    lines, numbers = _lines(results, lines), _numbers(results, numbers)
    end = "" if lang == "zh" else f"_{lang}"
    files, shown, undrawn = _figures(r, draw, lines, end)
    for name, content in sheets.sheets(r, lines, numbers).items():
        files[f"{name}{end}.csv"] = content
    files[f"report{end}.html"] = page.render(r, shown, undrawn, lines, numbers).encode()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
    for path in _outdated(folder, files, end):
        path.unlink(missing_ok=True)
    return [folder / name for name in files]


def _figures(r: Reading, draw: bool, lines: list, end: str) -> tuple[dict[str, bytes], list[dict], list[str]]:
    """(file name → content, figures for the page, why others are not there)."""
    lang, files, shown, undrawn = r.lang, {}, [], []
    if not r.shown:
        undrawn.append(say(lang, "没有完成的推演，无图可画。", "No run is done: nothing to draw."))
    places, jobs = [], []
    for place, name in enumerate(FIGURES if r.shown else (), 1):
        module, more = figure(name), {"lines": lines} if name == "checks" else {}
        if hasattr(module, "skip") and r.has(*module.NEEDS) and module.skip(r):
            continue
        why = say(lang, "、", ", ").join(_lacking(r, module, lines if more else [True]))
        if why:
            undrawn.append(
                say(
                    lang,
                    f"图 {place} 未画：结果中没有{why}。",
                    f"Figure {place} not drawn: the results lack {why}.",
                )
            )
            continue
        places.append(place)
        jobs.append((name, module.words(r, lang, **more), more))
    made = drawing.all_of(jobs, r) if draw else [None] * len(jobs)
    for place, (name, words, _), drawn in zip(places, jobs, made, strict=True):
        if drawn:
            stem = f"figures/{place:02d}_{name}{end}"
            files[f"{stem}.png"], files[f"{stem}.svg"] = drawn.png, drawn.svg
        shown.append({"number": place, **asdict(words), **(drawn.embedded if drawn else {"data": ""})})
    return files, shown, undrawn


def _lacking(r: Reading, module, lines: list) -> list[str]:
    lacking = [r.label(m) for m in module.NEEDS if not r.has(m)]
    some = getattr(module, "SOME", ())
    if not lacking and some and not r.some(*some):
        lacking.append(r.label(some[0]))
    if not lines:
        lacking.append(say(r.lang, "记分卡", "a scorecard"))
    if getattr(module, "YEARLY", False) and not r.years:
        lacking.append(say(r.lang, "完整的一年", "a whole year"))
    return lacking


def _outdated(folder: Path, files, end: str) -> list[Path]:
    """Figures that an earlier report of this language left and this one does not have: they show other results."""
    ours = re.compile(rf"\d\d_({'|'.join(FIGURES)}){end}\.(png|svg)")
    found = (path for path in (folder / "figures").glob("*") if ours.fullmatch(path.name))
    return sorted(path for path in found if f"figures/{path.name}" not in files)


def _lines(results, lines) -> list:
    if lines is None:
        from sim.analysis import scorecard

        lines = scorecard.lines(results)
    return list(lines)


def _numbers(results, numbers) -> list:
    if numbers is None:
        from sim import parameters

        numbers = parameters.registry(results.place)
    return list(numbers)
