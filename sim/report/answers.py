"""The sentences on the first page, made from the numbers: what is established, what is not, and what would settle it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

from sim.report import text
from sim.report.reading import Reading
from sim.report.spread import Spread, each
from sim.report.words import say

KEY = ("hnte_stock", "rd_real", "productivity", "employment", "public_cost_city")
RANKED = ("hnte_stock", "rd_real")
MANY = 2000  # more worlds than anybody would run for a meeting


@dataclass(frozen=True)
class Answer:
    label: str
    value: str
    worlds: str
    positive: str
    verdict: str
    decided: bool


def gain(r: Reading, metric: str, scenario: str, against: str | None = None) -> tuple[Spread, str]:
    """(paired difference, its unit) as it is spoken of: R&D in per cent, money in 亿元 a year."""
    lang = r.lang
    if metric == "rd_real":
        return r.gain_share(metric, scenario, against).scaled(100), "%"
    found = r.gain(metric, scenario, against)
    if metric == "public_cost_city":
        scale, unit = text.money(lang)
        return found.scaled(1 / scale), say(lang, f"{unit}/年", f"{unit} a year")
    if metric == "productivity":
        return found.scaled(100), say(lang, "点（2020年末=100）", "points (end 2020 = 100)")
    return found, {"hnte_stock": say(lang, "家", "firms"), "employment": say(lang, "人", "persons")}.get(metric, "")


def verdict(x: Spread, lang: str) -> str:
    if x.n < 2:
        return say(lang, "只有一个世界，不能判断", "one world only, cannot be judged")
    if x.mean == x.low == x.high == 0:
        return say(lang, "没有差别", "no difference")
    if x.decided:
        return say(lang, "可以确认", "established")
    if x.settled:
        zh, en = ("抽样和种子", "draws and seeds") if x.crossed else ("种子", "seeds")
        return say(lang, f"平均可以确认，但不到 80% 的世界同向，不作排序；多跑{zh}不会改变",
                   f"the mean is established, but under 80 % of worlds agree: not ranked, and more {en} will not help")  # fmt: skip
    more = _more(x, lang)
    return say(lang, f"尚不能确认：区间含 0{more}", f"undecided: the interval includes 0{more}")


def _more(x: Spread, lang: str) -> str:
    zh, en = ("世界", "worlds") if x.crossed else ("种子", "seeds")
    if not math.isfinite(x.more) or x.more > MANY:
        return say(lang, f"，再跑 {MANY} 个{zh}也未必能定", f"; {MANY} more {en} might not settle it")
    if x.crossed:
        return say(lang, f"，均值约需再跑 {int(x.more)} 个世界（抽样与种子按现有比例）",
                   f"; about {int(x.more)} more world{"s" * (int(x.more) != 1)} (draws and seeds in proportion) would settle the mean")  # fmt: skip
    return say(lang, f"，均值约需再跑 {int(x.more)} 个种子", f"; about {int(x.more)} more seed{"s" * (int(x.more) != 1)} would settle the mean")


def by_scenario(r: Reading) -> dict[str, list[Answer]]:
    """Scenario → one answer a metric, against the baseline."""
    found = {}
    for s in r.compared:
        rows = []
        for metric in (m for m in KEY if r.has(m)):
            x, unit = gain(r, metric, s)
            value = f"{text.trio(x.mean, x.low, x.high)}{'' if unit == '%' else ' '}{unit}"
            shares = (f"{share:.0%}" if x.n else "—" for share in (x.share, x.positive))
            rows.append(Answer(r.label(metric), value, *shares, verdict(x, r.lang), x.decided))
        found[s] = rows
    return found


def headline(r: Reading, s: str) -> str:
    """One sentence: certificates, real R&D and cost together."""
    lang, parts = r.lang, []
    for metric in ("hnte_stock", "rd_real", "public_cost_city"):
        if not r.has(metric):
            continue
        x, unit = gain(r, metric, s)
        names = {
            "hnte_stock": ("高企", "Certified HNTEs"),
            "rd_real": ("真实研发", "real R&D"),
            "public_cost_city": ("市级成本", "the city's cost"),
        }
        name = names[metric][lang == "en"]
        if x.settled or x.mean == 0:
            value = f"{text.trio(x.mean, x.low, x.high)}{'' if unit == '%' else ' '}{unit}"
            apart = (
                ""
                if x.decided or x.mean == 0
                else say(lang, f"，仅 {x.share:.0%} 的世界同向", f", same sign in only {x.share:.0%} of worlds")
            )
            parts.append(f"{name} {value}{apart}")
        else:
            parts.append(say(lang, f"{name}的增减尚不能确认", f"{name}: up or down is undecided"))
    return say(lang, "；", "; ").join(parts) + say(lang, "。", ".")


def undecided_pairs(r: Reading) -> list[str]:
    """Pairs of packages that these runs do not separate, with what would."""
    lang, found = r.lang, []
    asked = [(a, b, m) for a, b in combinations(r.compared, 2) for m in RANKED if r.has(m)]
    differences = each((r.whole(metric, r.difference(metric, a, b)) for a, b, metric in asked), r.crossing)
    for (a, b, metric), x in zip(asked, differences, strict=True):
        if not x.n or x.decided:
            continue
        reason = (say(lang, f"仅 {x.share:.0%} 的世界同向", f"same sign in only {x.share:.0%} of worlds") if x.settled
                  else say(lang, f"区间含 0{_more(x, lang)}", f"interval includes 0{_more(x, lang)}"))  # fmt: skip
        names = text.quoted(lang, r.title(a)) + say(lang, "与", " and ") + text.quoted(lang, r.title(b))
        found.append(f"{names} · {r.label(metric)}{say(lang, '：', ': ')}{reason}")
    return found
