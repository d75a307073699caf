"""CSV for a Chinese Excel: a byte order mark, headings in words, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from sim.metrics import METRICS
from sim.report import decomposition, decomposition_words, tables, text
from sim.report.reading import Reading
from sim.report.spread import bands, course, each
from sim.report.words import say

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value) -> str:
    """A number as a number; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float)):
        return f"{value:.10g}" if math.isfinite(value) else ""
    written = "" if value is None else str(value).replace("\x00", "")
    return "'" + written if written.lstrip().startswith(ACTIVE) or written.startswith(ACTIVE) else written


def sheet(head: list[str], rows) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(h) for h in head])
    writer.writerows([cell(v) for v in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def sheets(r: Reading, lines, numbers) -> dict[str, bytes]:
    """File name without language and suffix → content."""
    more = {"summary_decompose": sheet(*decomposition_words.table(r))} if decomposition.taken(r) else {}
    return more | {
        "summary": _summary(r),
        "summary_years": _years(r),
        "summary_costs": _costs(r),
        "summary_pairs": _pairs(r),
        "summary_scorecard": _scorecard(lines, r.lang),
        "summary_numbers": _numbers(numbers, r.lang),
    }


def _rule(metric: str, lang: str) -> str:
    rule = METRICS[metric].annual
    zh = {"last": "期末", "sum": "年均", "mean": "最后一年"}
    en = {"last": "at the end", "sum": "a year", "mean": "last year"}
    return (zh if lang == "zh" else en)[rule]


def _summary(r: Reading) -> bytes:
    lang = r.lang
    more = "均值还需种子,世界数" if r.crossing is None else "均值还需世界,世界数"
    more_en = "more seeds for the mean,worlds" if r.crossing is None else "more worlds for the mean,worlds"
    head = say(lang, f"情景代码,情景,指标代码,指标,单位,口径,均值,5%的世界,95%的世界,与基准之差,差的90%区间下限,差的90%区间上限,同向世界占比,差为正的世界占比,可否排序,{more}",
               f"scenario id,scenario,metric id,metric,unit,over,mean,5 % of worlds,95 % of worlds,difference from baseline,90 % interval low,90 % interval high,share of worlds with same sign,share of worlds with a positive difference,may be ranked,{more_en}").split(",")  # fmt: skip
    rows = []
    for s in r.shown:
        levels = each(r.whole(m, r.worlds(m, s)) for m in r.plain)
        changes = r.gains(s) if s in r.compared else {}
        for metric, level in zip(r.plain, levels, strict=True):
            d = changes.get(metric)
            row = [
                s,
                r.title(s),
                metric,
                r.label(metric),
                text.unit_name(METRICS[metric].unit, lang),
                _rule(metric, lang),
                level.mean,
                level.p5,
                level.p95,
            ]
            row += (
                [
                    d.mean,
                    d.low,
                    d.high,
                    d.share,
                    d.positive,
                    say(lang, "可", "yes") if d.decided else say(lang, "不可", "no"),
                    d.more,
                    d.n,
                ]
                if d
                else [""] * 7 + [level.n]
            )
            rows.append(row)
    return sheet(head, rows)


def _years(r: Reading) -> bytes:
    lang = r.lang
    head = say(lang, "情景代码,情景,指标代码,指标,单位,年份,均值,5%的世界,95%的世界,与基准之差,差的90%区间下限,差的90%区间上限",
               "scenario id,scenario,metric id,metric,unit,year,mean,5 % of worlds,95 % of worlds,difference from baseline,90 % interval low,90 % interval high").split(",")  # fmt: skip
    rows, metrics, many = [], r.plain, len(r.years)
    for s in r.shown if many else ():
        mean, p5, p95 = course(np.concatenate([r.by_year(m, r.worlds(m, s)) for m in metrics], axis=1))
        change = None
        if s in r.compared:
            change = bands(np.concatenate([r.by_year(m, r.difference(m, s)) for m in metrics], axis=1), r.crossing)[:3]
        for i in range(len(mean)):
            metric, year = metrics[i // many], r.years[i % many]
            names = [s, r.title(s), metric, r.label(metric), text.unit_name(METRICS[metric].unit, lang)]
            rows.append(
                [*names, int(year), mean[i], p5[i], p95[i], *([part[i] for part in change] if change else [""] * 3)]
            )
    return sheet(head, rows)


def _costs(r: Reading) -> bytes:
    unit = text.money(r.lang)[1]
    head = [
        say(r.lang, "情景", "scenario"),
        say(r.lang, f"项目（{unit}）", f"item ({unit})"),
        *r.years,
        say(r.lang, "合计或期末", "total or end"),
    ]
    return sheet(
        head, [[title, label, *values, total] for title, rows in r.once(tables.costs) for label, values, total in rows]
    )


def _pairs(r: Reading) -> bytes:
    """Every count of the firm-by-firm comparison, mean of worlds."""
    pairs = r.paired
    counts = [c for c in pairs.columns if c not in ("scenario", "against", "seed")]
    head = [
        say(r.lang, "情景", "scenario"),
        say(r.lang, "对照", "against"),
        say(r.lang, "世界数", "worlds"),
        *(_count_name(str(c), r.lang) for c in counts),
    ]
    rows = []
    for (s, against), part in pairs.groupby(["scenario", "against"], sort=True):
        rows.append([r.title(s), r.title(against), len(part), *(float(part[c].mean()) for c in counts)])
    return sheet(head, rows)


def _count_name(column: str, lang: str) -> str:
    """`hnte_additional` in words; what is not known stays as it is."""
    outcomes = {
        "hnte": ("高企", "certified"),
        "alive": ("存续", "alive"),
        "rd": ("研发", "R&D"),
        "sales": ("营业收入", "sales"),
    }
    single = {"recipients": ("受益企业", "recipients"), "received": ("多得资金（元）", "received (RMB)"),
              "received_recipients": ("受益企业多得资金（元）", "received by recipients (RMB)")}
    parts = {"deadweight": ("本来就会有", "deadweight"), "additional": ("额外", "additional"), "none": ("仍然没有", "still not"),
             "displaced": ("被挤出", "displaced"), "spill": ("外溢", "spill-over"), "undone": ("反而失去", "undone"), "net": ("净增", "net"),
             "total": ("全期合计（元）", "total (RMB)"), "recipients": ("受益企业", "recipients"), "others": ("其他企业", "others")}  # fmt: skip
    if column in single:
        return single[column][lang == "en"]
    words = [outcomes.get(p) or parts.get(p) for p in column.split("_")]
    return "·".join(w[lang == "en"] for w in words) if all(words) else column


def _scorecard(lines, lang: str) -> bytes:
    head = say(
        lang,
        "编号,检验,模型值,各世界范围,事实区间,结果,曾用于校准,来源,说明",
        "number,test,model,range over worlds,fact,result,calibrated to,source,note",
    ).split(",")
    keys = ("number", "name", "value", "range", "band", "verdict", "calibrated", "source", "note")
    return sheet(head, [[row[k] for k in keys] for row in tables.scorecard(lines, lang)])


def _numbers(numbers, lang: str) -> bytes:
    head = say(
        lang, "代码,含义,取值,范围,抽样,来源,文件,原文", "id,meaning,value,range,sampling,source,document,quote"
    ).split(",")
    keys = ("id", "meaning", "default", "range", "prior", "source", "document", "quote")
    rows = [*tables.assumptions(numbers, lang), *tables.quotes(numbers, lang)]
    return sheet(head, [[row[k] for k in keys] for row in rows])
