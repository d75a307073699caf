"""Put the report together and write it, each file whole or not at all."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InputError
from sim.report import page, sheets
from sim.report.figures import FIGURES, figure
from sim.report.reading import Reading
from sim.report.saving import saved
from sim.report.words import LANGUAGES, say
from sim.study.manifest import write_whole


def write(results, folder: Path, lang: str, draw: bool, lines, numbers) -> list[Path]:
    if lang not in LANGUAGES:
        raise InputError("no such language", field="lang", value=lang, allowed=LANGUAGES)
    r = Reading(results, lang)
    lines, numbers = _lines(results, lines), _numbers(results, numbers)
    end = "" if lang == "zh" else f"_{lang}"
    files, shown, undrawn = {}, [], []
    if not r.shown:
        undrawn.append(say(lang, "没有完成的推演，无图可画。", "No run is done: nothing to draw."))
    for place, name in enumerate(FIGURES if r.shown else (), 1):
        module, more = figure(name), {"lines": lines} if name == "checks" else {}
        lacking = [r.label(m) for m in module.NEEDS if not r.has(m)]
        if name == "checks" and not lines:
            lacking.append(say(lang, "记分卡", "a scorecard"))
        if getattr(module, "YEARLY", False) and not r.years:
            lacking.append(say(lang, "完整的一年", "a whole year"))
        if lacking:
            why = say(lang, "、", ", ").join(lacking)
            undrawn.append(
                say(lang, f"图 {place} 未画：结果中没有{why}。", f"Figure {place} not drawn: the results lack {why}.")
            )
            continue
        words = module.words(r, lang, **more)
        entry = {
            "number": place,
            "title": words.title,
            "aid": words.aid,
            "caption": words.caption,
            "alt": words.alt,
            "data": "",
        }
        if draw:
            stem, made = f"figures/{place:02d}_{name}{end}", saved(module, r, lang, words, **more)
            entry |= made.embedded
            files[f"{stem}.png"], files[f"{stem}.svg"] = made.png, made.svg
        shown.append(entry)
    for name, content in sheets.sheets(r, lines, numbers).items():
        files[f"{name}{end}.csv"] = content
    files[f"report{end}.html"] = page.render(r, shown, undrawn, lines, numbers).encode()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
    return [folder / name for name in files]


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
