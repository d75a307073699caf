"""The tables of the page, as rows of text: cost, scorecard, assumptions, quotes."""

from __future__ import annotations

from sim.errors import InputError
from sim.report import text
from sim.report.reading import Reading
from sim.report.words import say

COSTS = ("public_cost_city", "public_cost_all", "expected_guarantee_loss")


def _cost_label(metric: str, lang: str) -> str:
    zh = {
        "public_cost_city": "市级成本",
        "public_cost_all": "各级政府成本",
        "expected_guarantee_loss": "预期代偿损失（年末）",
    }
    en = {"public_cost_city": "cost to the city", "public_cost_all": "cost, all governments",
          "expected_guarantee_loss": "expected guarantee loss (year end)"}  # fmt: skip
    return (zh if lang == "zh" else en)[metric]


def costs(r: Reading) -> list[tuple[str, list[tuple[str, list[float], float]]]]:
    """Scenario title → (label, means by year, total or end) in 亿元 or bn RMB; the last row adds up what was paid and
    what must be expected: all governments' cost plus the year's change of the expected loss."""
    import numpy as np

    scale, _ = text.money(r.lang)
    found = []
    for s in r.shown if r.years else ():
        rows, means = [], {}
        for metric in (m for m in COSTS if r.has(m)):
            means[metric] = r.by_year(metric, r.worlds(metric, s)).mean(axis=0) / scale
            total = means[metric][-1] if metric == "expected_guarantee_loss" else means[metric].sum()
            rows.append((_cost_label(metric, r.lang), list(means[metric]), float(total)))
        if len(means) == len(COSTS):
            start = float(np.nanmean(_initial(r, "expected_guarantee_loss", s))) / scale
            loss = means["expected_guarantee_loss"]
            both = means["public_cost_all"] + np.diff(np.concatenate([[start], loss]))
            rows.append(
                (
                    say(r.lang, "合计（含预期损失变动）", "sum with change of expected loss"),
                    list(both),
                    float(both.sum()),
                )
            )
        found.append((r.title(s), rows))
    return found


def _initial(r: Reading, metric: str, s: str):
    """Of the scenario at the end of 2020; results without initial stocks start from the first quarter."""
    import numpy as np

    try:
        start = r.results.initial(metric)
    except (KeyError, InputError):
        return r.worlds(metric, s)[:, 0]
    if hasattr(start, "dims") and "scenario" in start.dims:
        start = start.sel(scenario=s)
    values = np.asarray(start, float)
    if values.ndim == 2:
        values = values[r.at(s)]
    return values if np.isfinite(values).any() else r.worlds(metric, s)[:, 0]


def scorecard(lines, lang: str) -> list[dict]:
    import math

    rows = []
    for x in sorted(lines, key=lambda x: x.number):
        verdict = (
            say(lang, "未检验", "not tested")
            if x.hit is None
            else say(lang, "符合", "hit")
            if x.hit
            else say(lang, "不符合", "miss")
        )
        known = math.isfinite(x.low) and math.isfinite(x.high)
        rows.append({
            "number": x.number, "name": x.zh if lang == "zh" else x.en, "value": text.amount(x.value, x.unit, lang, like=x.band_high),
            "range": text.span(x.low, x.high, x.unit, lang, x.band_high) if known else "—",
            "band": text.span(x.band_low, x.band_high, x.unit, lang),
            "verdict": verdict, "hit": x.hit, "source": x.source, "note": (x.note_zh if lang == "zh" else x.note_en) or "",
            "calibrated": say(lang, "是", "yes") if x.calibrated else say(lang, "否", "no"),
        })  # fmt: skip
    return rows


def assumptions(numbers, lang: str) -> list[dict]:
    return [_number(n, lang) for n in numbers if _kind(n) == "assumption"]


def quotes(numbers, lang: str) -> list[dict]:
    return [_number(n, lang) for n in numbers if _kind(n) == "document"]


def kinds(numbers) -> dict[str, int]:
    found: dict[str, int] = {}
    for n in numbers:
        found[_kind(n)] = found.get(_kind(n), 0) + 1
    return found


def _kind(n) -> str:
    return str(getattr(n.kind, "value", n.kind))


def _number(n, lang: str) -> dict:
    default = _value(n.written(n.default) if n.type in ("quarter", "path") else n.default, n.unit, lang)
    ends = (
        (None, None)
        if n.low is None
        else (n.written(n.low), n.written(n.high))
        if n.type == "quarter"
        else (n.low, n.high)
    )
    limits = "—" if ends[0] is None else f"{_value(ends[0], n.unit, lang)} – {_value(ends[1], n.unit, lang)}"
    return {
        "id": n.id, "meaning": n.zh if lang == "zh" else n.en, "default": default, "range": limits,
        "prior": say(lang, "抽样", "sampled") if n.prior else say(lang, "固定", "fixed"),
        "source": n.source, "document": n.document or "", "quote": n.quote or "",
    }  # fmt: skip


def _value(value, unit: str, lang: str) -> str:
    if isinstance(value, bool):
        return say(lang, "是" if value else "否", "yes" if value else "no")
    if isinstance(value, (int, float)):
        return text.amount(float(value), unit, lang)
    if isinstance(value, dict):
        return "; ".join(f"{k}: {_value(v, unit, lang)}" for k, v in value.items())
    return str(value)
