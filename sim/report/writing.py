"""Put the report together and write it, each file whole or not at all."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

from sim.errors import InputError
from sim.report import page, sheets, style, text
from sim.report.figures import FIGURES, figure
from sim.report.reading import Reading
from sim.report.words import LANGUAGES, Words, say
from sim.study.manifest import write_whole

SVG_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


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
            drawn = module.draw(r, lang=lang, **more)
            stem = f"figures/{place:02d}_{name}{end}"
            with style.context():
                entry |= _embedded(drawn)
                files[f"{stem}.png"], files[f"{stem}.svg"] = _standalone(drawn, words)
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


def _embedded(drawn) -> dict:
    """The figure for the page, whose own words stand beside it: sharp in print, and inert as an image."""
    out = io.BytesIO()
    drawn.set_layout_engine("none")  # it has been laid out, and doing so again takes longer than drawing
    for legend in drawn.legends:  # would move with the larger frame below
        legend.set_bbox_to_anchor((0, 0, 1, 1), transform=drawn.transFigure)
    drawn.savefig(out, format="svg", metadata=SVG_METADATA)
    svg = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>", "", out.getvalue().decode(), flags=re.DOTALL)
    # Hundredths of a point are finer than any printer; a third of the bytes are beyond them.
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)
    width, height = (round(96 * inches) for inches in drawn.get_size_inches())
    return {"data": base64.b64encode(svg.strip().encode()).decode(), "width": width, "height": height}


def _standalone(drawn, words: Words) -> tuple[bytes, bytes]:
    """(PNG, SVG) with title and reading aid in the picture, for slides and documents of others: above and below the
    figure, in a frame that is larger by as much."""
    from matplotlib.transforms import Bbox

    title, aid = text.wrap(words.title, 70, 2), text.wrap(words.aid, 122, 3)
    width, height = drawn.get_size_inches()
    top, foot = (0.16 + line * (1 + part.count("\n")) for part, line in ((title, 0.22), (aid, 0.17)))
    drawn.text(0.012, 1 + 0.05 / height, title, fontsize=12, va="bottom")
    drawn.text(0.012, -0.05 / height, aid, fontsize=8, va="top", color=style.MUTED)
    frame, made = Bbox([[0, -foot], [width, height + top]]), []
    for kind, metadata in (("png", {"Software": None}), ("svg", SVG_METADATA)):
        out = io.BytesIO()
        drawn.savefig(out, format=kind, metadata=metadata, bbox_inches=frame)
        made.append(out.getvalue())
    return made[0], made[1]
