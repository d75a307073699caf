"""A drawn figure as bytes: for the page, and with its words around it for the slides and documents of others.

Matplotlib spends its time on measuring and drawing, so a figure is laid out once and drawn once as PNG and once as SVG.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

import numpy as np

from sim.report import style, text
from sim.report.words import Words

DPI = 150
SVG_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
COMPRESSION = 3  # of figures: smaller than zlib's usual 6, in half the time


@dataclass(frozen=True)
class Saved:
    embedded: dict  # data (base64 SVG), width, height: sharp in print, and inert as an image
    png: bytes
    svg: bytes


def saved(module, results, lang: str, words: Words, **more) -> Saved:
    """Draw a figure and save it, under the settings of `style.context`."""
    # Without the dry run of `style.styled`, which is for those who draw the figure later and under other settings.
    drawn = module.draw.__wrapped__(results, lang=lang, **more)
    _settle(drawn)
    paper, top = _paper(drawn, words)
    png, svg = _png(drawn, paper, top), _svg(drawn)
    width, height = (round(96 * inches) for inches in drawn.get_size_inches())
    data = base64.b64encode(svg[svg.index("<svg") :].strip().encode()).decode()
    return Saved({"data": data, "width": width, "height": height}, png, _joined(svg, _svg(paper), top).encode())


def _settle(drawn) -> None:
    """Lay out for good, at the resolution of the PNG, whose renderer then knows every text."""
    drawn.set_dpi(DPI)
    for axes in drawn.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if not axis.get_label_text():
                axis.set_label_coords(0, 0)  # or all tick labels are measured, every time, to place an empty text
    drawn.get_layout_engine().execute(drawn)
    drawn.set_layout_engine(None)  # "none" would stay an engine, for which saving draws everything twice


def _paper(drawn, words: Words):
    """(a sheet with title and reading aid that leaves room for the figure between them, inches above the figure)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    title, aid = text.wrap(words.title, 70, 2), text.wrap(words.aid, 122, 3)
    width, height = drawn.get_size_inches()
    top, foot = (0.16 + line * (1 + part.count("\n")) for part, line in ((title, 0.22), (aid, 0.17)))
    whole = top + height + foot
    paper = Figure(figsize=(width, whole), dpi=DPI)
    FigureCanvasAgg(paper)
    paper.text(0.012, 1 - (top - 0.05) / whole, title, fontsize=12, va="bottom")
    paper.text(0.012, (foot - 0.05) / whole, aid, fontsize=8, va="top", color=style.MUTED)
    return paper, top


def _png(drawn, paper, top: float) -> bytes:
    from PIL import Image

    for figure in (drawn, paper):
        figure.canvas.draw()
    pixels, figure = np.array(paper.canvas.buffer_rgba()), np.asarray(drawn.canvas.buffer_rgba())
    first = round(top * DPI)
    pixels[first : first + len(figure)] = figure[: len(pixels) - first]
    out = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(out, "png", dpi=(DPI, DPI), compress_level=COMPRESSION)
    return out.getvalue()


def _svg(figure) -> str:
    out = io.BytesIO()
    figure.savefig(out, format="svg", metadata=SVG_METADATA)
    return _compact(out.getvalue().decode())


def _compact(svg: str) -> str:
    """Without the half of the bytes that nobody sees: hundredths of a point, and thousandths of the height of a letter,
    are finer than any printer."""
    svg = re.sub(r"\n\s*", "\n", re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL))
    svg = re.sub(r'<g id="[^"]*"', "<g", svg).replace("#InnosimSansSC-Regular-", "#g").replace('id="InnosimSansSC-Regular-', 'id="g')
    svg = re.sub(r' d="([^"]*)" transform="scale\(0\.015625\)"', _glyph, svg)
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d\d)\d+", r"\1", path[0]), svg)
    return re.sub(r'(?<= d=")[^"]*', lambda path: re.sub(r"\s*([A-Zz])\s*", r"\1", path[0]), svg)


def _glyph(path: re.Match) -> str:
    """Outline of a letter in tens of the units of the font."""
    outline = re.sub(r"-?\d+(\.\d+)?", lambda x: str(round(float(x[0]) / 10)), path[1])
    return f' d="{outline}" transform="scale(0.15625)"'


def _joined(svg: str, paper: str, top: float) -> str:
    """The figure on its sheet. Both define glyphs by the same names, and a name may be given once."""
    paper = re.sub(r'( id="| xlink:href="#)', r"\1paper-", paper)
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    end = paper.rindex("</svg>")
    return f'{paper[:end]}<g transform="translate(0 {72 * top:.2f})">{inside}</g>\n{paper[end:]}'
