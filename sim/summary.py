"""Results as a few lines of text: paired effects of every package, and which pairs cannot be told apart."""

from __future__ import annotations

import itertools

import numpy as np

from sim.console import message, padded, width
from sim.study.effects import Effect
from sim.study.results import Results

MONEY = {"zh": (1e8, "亿元"), "en": (1e9, "bn RMB")}  # (yuan in a unit, the unit), as in the report
LEVEL = 0.9


def lines(results: Results, lang: str) -> list[str]:
    """The summary of a study: a block for every question, then the pairs that are still open."""
    against = next(iter(results.manifest["study"]["against"]), None)
    if against is None or len(results.scenarios) < 2:
        return [message("no_reference", lang)]
    text = [message("summary" + _draws(results), lang, against=results.title(against, lang))]
    for label, effect in questions(results, against, lang):
        text.append(f"  {label}")
        text += [f"    {line}" for line in _rows(results, effect, lang)]
    # Whether one programme is missed more than another is not what taking a package apart asks.
    return text if results.left_out else text + undecided(results, against, lang)


def _draws(results: Results) -> str:
    """Ending of the messages that speak of seeds, where worlds are draws × seeds."""
    return "_draws" if results.draws else ""


def questions(results: Results, against: str, lang: str) -> list[tuple[str, Effect]]:
    """Label and effect of what the summary shows, of the metrics that the results have."""
    known = results.to_xarray().data_vars
    years = results.quarters / 4
    quarters = results.to_xarray()["quarter"].values
    end = message("end", lang, when=quarters[-1])
    total = message("total", lang, first=quarters[0], last=quarters[-1])
    scale, yuan = MONEY[lang]
    found = []
    if "hnte_stock" in known:
        firms = "家" if lang == "zh" else "firms"
        found.append(
            (f"{_name('hnte_stock', results, lang)}, {message('late', lang)} ({firms})", results.effect("hnte_stock", against, "late"))
        )
    if "rd_real" in known:
        effect = results.effect("rd_real", against, "total", relative=True).scaled(100.0, "%")
        found.append((f"{_name('rd_real', results, lang)}, {total} (%)", effect))
    if "public_cost_all" in known:
        effect = results.effect("public_cost_all", against, "total").scaled(1 / years / scale, yuan)
        found.append((f"{_name('public_cost_all', results, lang)}, {message('per_year', lang)} ({yuan})", effect))
    if "city_cash" in known:
        effect = results.effect("city_cash", against, "end").scaled(1 / scale, yuan)
        found.append((f"{_name('city_cash', results, lang)}, {end} ({yuan})", effect))
    return found


def _name(metric: str, results: Results, lang: str) -> str:
    return results.to_xarray()[metric].attrs["long_name_zh" if lang == "zh" else "long_name"]


def number(value: float) -> str:
    """A signed number with three digits that matter and no sign that a GBK console lacks."""
    if not np.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:+,.{min(digits, 4)}f}"


def _rows(results: Results, effect: Effect, lang: str) -> list[str]:
    mean, bounds, share, ranked = effect.mean(), effect.interval(LEVEL), effect.share_same_sign(), effect.ranked(LEVEL)
    names = [str(name) for name in effect.values["scenario"].values]
    titles = [results.title(name, lang) for name in names]
    column = max(map(width, titles))
    same = "同向" if lang == "zh" else "same sign"
    rows = []
    for i, title in enumerate(titles):
        low, high = (number(float(bounds[b, i])) for b in (0, 1))
        agree = "-" if np.isnan(share[i]) else f"{float(share[i]):.0%}"
        mark = "" if ranked[i] else "  ?"
        rows.append(f"{padded(title, column)}  {number(float(mean[i])):>9}  [{low}, {high}]  {same} {agree}{mark}")
    return rows


def undecided(results: Results, against: str, lang: str, metric: str = "hnte_stock") -> list[str]:
    """A sentence for each pair of scenarios whose effects on `metric` at the end cannot be ranked."""
    if metric not in results.to_xarray():
        return []
    text = []
    # All effects against one scenario at once: named arrays cost the same for one as for many.
    found = {other: _told_apart(results.effect(metric, other, "late")) for other in results.scenarios[1:]}
    for one, other in itertools.combinations(results.scenarios, 2):
        ranked, share, needed, n = found[other][one]
        if ranked:
            continue
        if n < 2:
            why = message("why_few" + _draws(results), lang)
        elif not np.isfinite(needed):
            why = message("why_same", lang)
        elif needed > 0:
            why = message("why_more" + _draws(results), lang, n=f"{needed:.0f}", share=share)
        else:
            why = message("why_mixed" + _draws(results), lang, share=share)
        titles = {"one": results.title(one, lang), "other": results.title(other, lang)}
        text.append(message("undecided", lang, **titles, metric=_name(metric, results, lang), why=why))
    return text


def _told_apart(effect: Effect) -> dict[str, tuple[bool, float, float, int]]:
    """Scenario → (may be ranked, share of worlds with the same sign, more seeds or worlds needed, pairs)."""
    columns = (effect.ranked(LEVEL), effect.share_same_sign(), effect.seeds_needed(LEVEL), effect.n())
    names = effect.values["scenario"].values.tolist()
    return dict(zip(names, zip(*(column.values.tolist() for column in columns), strict=True), strict=True))


def yearly(results: Results, scenario: str, seed: int, metrics: list[str]) -> dict[str, dict[int, float]]:
    """Metric → year → value of one run."""
    found = {}
    for name in metrics:
        values = results.annual(name).sel(scenario=scenario, seed=seed)
        found[name] = {
            int(year): float(value) for year, value in zip(values["year"].values, values.values, strict=True)
        }
    return found


def table(results: Results, found: dict[str, dict[int, float]], lang: str) -> list[str]:
    """The years of `yearly` as text, one metric a line."""
    labels, rows = {}, {}
    scale, yuan = MONEY[lang]
    for name, years in found.items():
        money = results.to_xarray()[name].attrs["units"] == "RMB"
        unit = yuan if money else results.to_xarray()[name].attrs["units"]
        labels[name] = f"{_name(name, results, lang)} ({unit})"
        rows[name] = [_plain(value / scale if money else value) for value in years.values()]
    column = max(map(width, labels.values()))
    head = padded("", column) + "".join(f"{year:>11}" for year in next(iter(found.values())))
    return [head, *(padded(labels[name], column) + "".join(f"{cell:>11}" for cell in rows[name]) for name in found)]


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
