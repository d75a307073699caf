"""What one more certified enterprise costs, counting only those that would not have been there."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import Spread, each, ratio
from sim.report.words import Words, listed, say

NEEDS = ("public_cost_all", "hnte_stock")


def references(r: Reading) -> list[str]:
    """Against no local policy: what a package buys on average; against the baseline: what the change buys."""
    return [s for s in dict.fromkeys(("none", r.baseline)) if s in r.shown]


def _paired(r: Reading, s: str, against: str, lang: str):
    """(seed,) of firms (mean of the last three years) and (seed,) of cost over the horizon in 万元 or m RMB, expected losses included."""
    firms = r.whole("hnte_stock", r.difference("hnte_stock", s, against))
    cost = r.difference("public_cost_all", s, against).sum(axis=1)
    if r.has("expected_guarantee_loss"):
        cost = cost + r.difference("expected_guarantee_loss", s, against)[:, -1]
    return firms, cost / (1e4 if lang == "zh" else 1e6)

WIDE = 30  # times the cheapest mean

Verdict = tuple[tuple[float, float, float] | None, Spread, str]


def verdicts(r: Reading) -> dict[str, dict[str, Verdict]]:
    """Reference → scenario → (cost per enterprise with its interval or None, additional enterprises, what to say)."""
    every = {(a, s): _paired(r, s, a, r.lang) for a in references(r) for s in r.shown if s != a}
    asked = [about for about, (firms, _) in every.items() if np.isfinite(firms).any()]
    pairs = [every[about] for about in asked]
    more, money = (each(column, r.crossing) for column in zip(*pairs, strict=True)) if pairs else ((), ())
    found: dict[str, dict[str, Verdict]] = {a: {} for a in references(r)}
    for (a, s), pair, *known in zip(asked, pairs, more, money, strict=True):
        found[a][s] = _verdict(r, *pair, *known)
    return found


def _verdict(r: Reading, firms, cost, more: Spread, money: Spread) -> Verdict:
    lang = r.lang
    unit = say(lang, "万元/家", "m RMB each")
    if not more.settled:
        return None, more, say(lang, "未见额外企业：区间含 0", "no additional enterprise: interval includes 0")
    if more.mean < 0 < money.mean:
        return None, more, say(lang, "企业更少、花钱更多", "fewer enterprises at a higher cost")
    if money.mean < 0 < more.mean:
        return None, more, say(lang, "企业更多、花钱更少", "more enterprises at a lower cost")
    found = ratio(cost, firms, r.crossing)
    if found is None:
        return None, more, say(lang, "比值无法确定", "ratio cannot be bounded")
    saved = say(lang, "（少一家省）", " (saved per one fewer)") if more.mean < 0 else ""
    return found, more, f"{text.trio(*found, sign=False)} {unit}{saved}"


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    against = r.once(verdicts)
    most = max((len(x) for x in against.values()), default=1)
    figure, axes = style.panels(ax, max(1, len(against)), 1, 0.6 + len(against) * (0.75 + 0.3 * most), sharex=True)
    wide = _wide([found for rows in against.values() for found, _, _ in rows.values() if found])
    for cell, (other, rows) in zip(axes[:, 0], against.items(), strict=False):
        for i, (s, (found, _, message)) in enumerate(rows.items()):
            if found:
                mean, low, high = found
                cell.plot([low, high], [-i, -i], color=r.colour(s), linewidth=2.2, solid_capstyle="butt")
                cell.plot(mean, -i, marker=r.marker(s), color=r.colour(s), markersize=6)
            cell.annotate(message, (1.01, -i), xycoords=("axes fraction", "data"), va="center", fontsize=7.5,
                          color="#222222" if found else style.BAD, annotation_clip=False)  # fmt: skip
        if not wide:
            cell.axvline(0, color="#999999", linewidth=0.8)
        cell.set_yticks([-i for i in range(len(rows))], [r.short(s, 18) for s in rows])
        cell.set_ylim(-len(rows) + 0.4, 0.6)
        name = text.quoted(lang, r.short(other, 24, 1))
        cell.set_title(say(lang, f"与{name}相比", f"Against {name}"))
        cell.grid(axis="y", visible=False)
    if wide:
        axes[-1, 0].set_xscale("log")
        axes[-1, 0].xaxis.set_major_formatter(lambda x, _: f"{x:,.10g}")
    axes[-1, 0].set_xlabel(
        say(lang, "每多一家高企的公共成本（万元，各级政府合计", "public cost per additional HNTE (m RMB, all governments")
        + (say(lang, "，对数轴）", "; log scale)") if wide else say(lang, "）", ")"))
    )
    return figure


def _wide(found: list[tuple[float, float, float]]) -> bool:
    """Whether one package costs so much more than the others that on a plain axis they would lie on one spot."""
    return bool(found) and min(low for _, low, _ in found) > 0 and max(x[2] for x in found) > WIDE * min(x[0] for x in found)


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    parts = []
    for a, rows in r.once(verdicts).items():
        for s, (_, more, message) in rows.items():
            count = text.trio(more.mean, more.low, more.high)
            parts.append(say(lang, f"{r.title(s)}比{r.title(a)}：净增高企 {count} 家，{message}",
                             f"{r.title(s)} against {r.title(a)}: {count} HNTEs net, {message}"))  # fmt: skip
    return Words(
        say(lang, "每多一家高企，公共资金花了多少？", "What does one more certified firm cost?"),
        say(lang, "越靠左越省；红字表示不能算：没有可确认的额外企业，平均数没有意义。",
            "Further left is cheaper; red words: no additional enterprise can be confirmed, so an average would mean nothing."),
        say(lang, "万元/家：全期公共成本之差（各级政府，加期末预期代偿损失之差，不含税收减免）÷ 末三年平均高企净增数；横线：90% 区间（Fieller）。“额外”已扣除本来就会有的企业和被挤出的企业。",
            "Million RMB each: difference of cost over the horizon (all governments, with expected guarantee losses, without tax relief) / net additional HNTEs (mean of the last three years); line: 90 % interval (Fieller). Deadweight and displacement are already taken out."),
        say(lang, "点图：", "Dot plot: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
