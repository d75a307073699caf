"""The threshold of a white list: what is covered, what is lent beyond, what goes bad; drawn for the study of that name."""

from __future__ import annotations

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import Spread, each
from sim.report.words import Words, listed, say

NEEDS = ("loans_scitech_outstanding", "loans_all_outstanding", "npl_ratio", "public_cost_all")
PAIRS = {
    ("whitelist_10m", "whitelist_1m"): ("如皋", "Rugao"),
    ("whitelist_city_10m", "whitelist_city_1m"): ("全市", "city-wide"),
}
LAST = 20  # quarters: the list has run for years by then
COVERED, LENT = "#E69F00", "#0072B2"


def pairs(r: Reading) -> list[tuple[str, str]]:
    """High and low threshold of the same list, where both were run beside the baseline."""
    return [pair for pair in PAIRS if all(s in r.compared for s in pair)]


def skip(r: Reading) -> bool:
    """Other studies do not ask: nothing is missing there."""
    return not pairs(r)


def gains(r: Reading) -> dict[tuple[str, str], Spread]:
    """(metric, scenario) → mean difference from the baseline over the last five years; and (metric, low, high)."""
    asked = [(m, s, r.baseline) for m in NEEDS for pair in pairs(r) for s in pair]
    asked += [(m, low, high) for m in NEEDS for high, low in pairs(r)]
    values = [r.difference(m, s, against)[:, -LAST:].mean(axis=1) for m, s, against in asked]
    return dict(zip(asked, each(values, r.crossing), strict=True))


def sentence(r: Reading) -> str:
    """The answer in one sentence, with what cannot be told from luck said."""
    lang, found, told = r.lang, r.once(gains), []
    scale, unit = text.money(lang)
    for high, low in pairs(r):
        (before, new_before), (after, new_after) = (
            [found[m, s, r.baseline].mean for m in NEEDS[:2]] for s in (high, low)
        )
        many = [text.number(x / scale, 2, sign=True) for x in (before, after)]
        part = [f"{100 * new / max(covered, 1.0):.0f}" for new, covered in ((new_before, before), (new_after, after))]
        bad, where = found["npl_ratio", low, high], PAIRS[high, low][lang == "en"]
        seen = text.trio(*(100 * x for x in (bad.mean, bad.low, bad.high)))
        verdict = "" if bad.settled else say(lang, "（与运气分不开）", " (not told from luck)")
        told.append(say(lang, f"{where}受分担贷款 {many[0]} → {many[1]} {unit}，其中净增 {part[0]}% → {part[1]}%，不良率 {seen} 个百分点{verdict}",
                        f"{where}, loans with cover {many[0]} → {many[1]} {unit}, of them new {part[0]} → {part[1]} %, bad-loan ratio {seen} points{verdict}"))  # fmt: skip
    head = say(lang, "门槛由1000万元降到100万元：", "From 10m to 1m: ")
    return head + say(lang, "；", "; ").join(told) + say(lang, "。", ".")


def _dots(cell, r, metric, scale, at, colour=None, lift=0.0, label=None):
    for i, (s, y) in enumerate(at.items()):
        x = r.once(gains)[metric, s, r.baseline].scaled(1 / scale)
        ink = colour or r.colour(s)
        cell.plot([x.low, x.high], [y + lift, y + lift], color=ink, linewidth=2.0, solid_capstyle="butt")
        cell.plot(
            x.mean, y + lift, marker=r.marker(s), color=ink, markersize=5, linestyle="", label=label if i == 0 else None
        )
    cell.axvline(0, color="#999999", linewidth=0.8)
    style.few_value_ticks(cell)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    shown = [s for pair in pairs(r) for s in pair]
    scale, unit = text.money(lang)
    figure, axes = style.panels(ax, 1, 3, 1.3 + 0.42 * max(len(shown), 2))
    money, bad, cost = axes[0]
    at = parts.rows(money, r, shown)
    _dots(money, r, NEEDS[0], scale, at, COVERED, 0.14, say(lang, "有政策分担的贷款", "loans with public cover"))
    _dots(money, r, NEEDS[1], scale, at, LENT, -0.14, say(lang, "全部贷款", "all loans"))
    money.set_title(say(lang, f"余额之差（{unit}）", f"Balances ({unit})"))
    parts.key(money, 1)
    _dots(bad, r, NEEDS[2], 0.01, parts.rows(bad, r, shown, False))
    bad.set_title(say(lang, "不良率之差（百分点）", "Bad-loan ratio (points)"))
    small = 1e4 if lang == "zh" else 1e6
    _dots(cost, r, NEEDS[3], small / 4, parts.rows(cost, r, shown, False))
    cost.set_title(say(lang, "公共成本之差（万元/年）", "Public cost (m RMB a year)"))
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    said = []
    for s in (s for pair in pairs(r) for s in pair):
        cover, lent, bad, _ = (r.once(gains)[m, s, r.baseline] for m in NEEDS)
        values = [text.trio(*(v * f for v in (x.mean, x.low, x.high)))
                  for x, f in ((cover, 1 / scale), (lent, 1 / scale), (bad, 100))]  # fmt: skip
        said.append(say(lang, f"{r.title(s)}：有政策分担的贷款 {values[0]} {unit}，全部贷款 {values[1]} {unit}，不良率 {values[2]} 个百分点",
                        f"{r.title(s)}: loans with public cover {values[0]} {unit}, all loans {values[1]} {unit}, bad-loan ratio {values[2]} points"))  # fmt: skip
    return Words(
        say(lang, "白名单的门槛定在1000万元还是100万元？", "A white list from 10m or from 1m RMB?"),
        sentence(r),
        say(lang, "点：与基准情景之差，末五年平均，同一世界逐个相减；横线：均值的90%区间。橙色超出蓝色的部分，是银行本来就会放的贷款。",
            "Dots: difference from the baseline, mean of the last five years, world by world; lines: 90 % interval of the mean. What orange has over blue would have been lent anyway."),
        say(lang, "点图：", "Dot plot: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
