"""The audit of the documents' claims: a table of the page and a CSV, for the study of that name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.analysis import claims
from sim.analysis.claims import Claim, Test
from sim.metrics import METRICS
from sim.report import decomposition_words as told
from sim.report import text
from sim.report.reading import Reading
from sim.report.spread import Spread, each, ratio
from sim.report.words import say

WORDS = {claims.SUPPORTS: ("支持", "supports"), claims.CONTRADICTS: ("不支持", "contradicts"), claims.OPEN: ("分不出", "open"),
         claims.LACKING: ("未推演", "not run")}  # fmt: skip
VERDICTS = {claims.HOLDS: ("模型中成立", "holds in the model"), claims.IN_PART: ("部分成立", "holds in part"),
            claims.FAILS: ("模型中不成立", "does not hold in the model"), claims.UNDECIDED: ("不能判断", "cannot be told"),
            claims.UNTESTED: ("未检验", "not tested")}  # fmt: skip
KINDS = {"document": ("文件", "document"), "statistic": ("统计", "statistic"), "literature": ("文献", "literature"),
         "assumption": ("假设", "assumption")}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A test with its paired spread, (mean, low, high) of a ratio, and what it says."""

    test: Test
    spread: Spread | None
    ratio: tuple[float, float, float] | None
    says: str


def asked(r: Reading) -> bool:
    """Whether this is the study of claims."""
    return r.audits


def audit(r: Reading) -> list[tuple[Claim, list[Found]]]:
    """Every claim with what its tests found."""
    return r.once(_audit)


def _audit(r: Reading) -> list[tuple[Claim, list[Found]]]:
    tests = [test for claim in claims.claims() for test in claim.tests]
    run = [test for test in tests if all(s in r.scenarios and r.done(s) for s in test.scenarios)]
    spreads = dict(zip(run, each([_gap(r, test) for test in run], r.crossing), strict=True))
    return [(claim, [_found(r, test, spreads.get(test)) for test in claim.tests]) for claim in claims.claims()]


def _level(r: Reading, metric: str, scenario: str) -> np.ndarray:
    """(worlds,) over the horizon, NaN where the run is missing."""
    values = r.values(metric)[r.at(scenario)].copy()
    values[~np.isfinite(values).all(axis=1)] = np.nan
    return r.whole(metric, values)


def _gap(r: Reading, test: Test) -> np.ndarray:
    with_, base = (_level(r, test.metric, s) for s in (test.scenario, test.against))
    if test.kind == claims.JOINT:
        return claims.joint(with_, [_level(r, test.metric, s) for s in test.parts], base)
    return with_ - base


def _found(r: Reading, test: Test, x: Spread | None) -> Found:
    if x is None:
        return Found(test, None, None, claims.LACKING)
    if test.kind != claims.RATIO:
        return Found(test, x, None, claims.of_sign(x.mean, x.decided, test.sign))
    cost = _level(r, test.per, test.scenario) - _level(r, test.per, test.against)
    three = ratio(_gap(r, test), cost, r.crossing)
    return Found(test, x, three, claims.of_value(three, test.value))


def line(r: Reading, one: Found) -> str:
    """What a test found, in a line."""
    lang, test = r.lang, one.test
    word = WORDS[one.says][lang == "en"]
    if one.spread is None:
        return f"{r.label(test.metric)}: {word}"
    pair = f"{r.title(test.scenario)} − {r.title(test.against)}"
    if test.kind == claims.JOINT:
        pair = say(lang, f"{r.title(test.scenario)}超出各项之和", f"{r.title(test.scenario)} beyond the sum of its parts")
    if test.kind == claims.RATIO:
        per = say(lang, f"每元{r.label(test.per)}的{r.label(test.metric)}", f"{r.label(test.metric)} per RMB of {r.label(test.per)}")
        value = "—" if one.ratio is None else text.trio(*one.ratio)
        return say(lang, f"{pair}：{per} {value}，说法 {text.short(test.value)}：{word}", f"{pair}: {per} {value}, claimed {text.short(test.value)}: {word}")
    share = "—" if np.isnan(one.spread.share) else f"{one.spread.share:.0%}"
    shown = told.shown(r, test.metric, one.spread)
    if one.spread.n < 2:
        return f"{pair}: {r.label(test.metric)} {shown}: {word}"
    return say(lang, f"{pair}：{r.label(test.metric)} {shown}，{share} 的世界同向：{word}",
               f"{pair}: {r.label(test.metric)} {shown}, {share} of worlds agree: {word}")  # fmt: skip


def _said(claim: Claim, found: list[Found], lang: str) -> str:
    return VERDICTS[claims.verdict(one.says for one in found)][lang == "en"]


def _rests(claim: Claim, numbers: dict, lang: str) -> list[str]:
    """The numbers that it rests on, each with its kind."""
    rows = []
    for id in claim.rests:
        n = numbers.get(id)
        kind = KINDS[str(n.kind)][lang == "en"] if n else "?"
        rows.append(say(lang, f"{n.zh if n else id}（{kind}）", f"{n.en if n else id} ({kind})"))
    return rows


def page(r: Reading, numbers: list) -> dict | None:
    """The section of the page; None for other studies."""
    if not asked(r):
        return None
    known, lang = {n.id: n for n in numbers}, r.lang
    rows = []
    for claim, found in audit(r):
        rows.append({
            "number": claim.number, "claim": claim.zh if lang == "zh" else claim.en, "source": claim.source,
            "found": [line(r, one) for one in found] + ([claim.why[lang]] if claim.why else []),
            "verdict": _said(claim, found, lang), "published": claim.published[lang], "rests": _rests(claim, known, lang),
        })  # fmt: skip
    counted = {word: sum(row["verdict"] == word[lang == "en"] for row in rows) for word in VERDICTS.values()}
    lead = say(lang, f"文件的 {len(rows)} 项说法：", f"Of {len(rows)} claims of the documents: ")
    return {"rows": rows, "lead": lead + say(lang, "，", ", ").join(f"{word[lang == 'en']} {n}" for word, n in counted.items() if n) + say(lang, "。", "."),
            "aid": say(lang, "结论由区间得出：均值的90%区间不含0且至少八成世界同向才算支持或不支持；分不出的不算支持。“部分成立”：有的检验支持，有的不支持或分不出。模型成立不等于现实成立，请看所依据的数。",
                       "Verdicts follow from intervals: a test supports or contradicts where the 90 % interval of the mean leaves 0 out and four fifths of worlds agree; what is open supports nothing. In part: some tests support, others do not or are open. What holds in the model need not hold in the world: see what it rests on.")}  # fmt: skip


def table(r: Reading, numbers: list) -> tuple[list[str], list[list]]:
    """(heading, rows) of the CSV: a row a test, one for a claim without tests."""
    lang, known = r.lang, {n.id: n for n in numbers}
    head = say(lang, "编号,说法,来源,结论,检验,指标,单位,均值,90%区间下限,90%区间上限,同向世界占比,世界数,说法的方向或数值,检验结论,已发表,依据的数,说明",
               "number,claim,source,verdict,test,metric,unit,mean,90 % interval low,90 % interval high,share of worlds with same sign,worlds,claimed sign or value,result of the test,published,rests on,note").split(",")  # fmt: skip
    rows = []
    for claim, found in audit(r):
        first = [claim.number, claim.zh if lang == "zh" else claim.en, claim.source, _said(claim, found, lang)]
        last = [claim.published[lang], "; ".join(_rests(claim, known, lang)), claim.why[lang] if claim.why else ""]
        rows += [[*first, *_row(r, one), *last] for one in found] or [[*first, *[""] * 10, *last]]
    return head, rows


def _row(r: Reading, one: Found) -> list:
    test, x = one.test, one.spread
    name = f"{test.scenario} − {test.against}" if test.kind != claims.JOINT else f"{test.scenario} − ({' + '.join(test.parts)})"
    word = WORDS[one.says][r.lang == "en"]
    if test.kind == claims.RATIO:
        unit = f"{METRICS[test.metric].unit}/{METRICS[test.per].unit}"
        return [name, r.label(test.metric), unit, *(one.ratio or ["", "", ""]), "", x.n if x else 0, test.value, word]
    four = [x.mean, x.low, x.high, x.share, x.n] if x else ["", "", "", "", 0]
    return [name, r.label(test.metric), text.unit_name(METRICS[test.metric].unit, r.lang), *four, test.sign.replace("-", "−"), word]
