"""The three forms of enclave at equal budget: what each brings home and what stays outside; for the study of that name."""

from __future__ import annotations

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import Spread, each
from sim.report.words import Words, listed, say

NEEDS = ("knowledge", "employment", "tax_city", "public_cost_city")
FORMS = ("forms_incubation", "forms_research", "forms_manufacture")
LAST = 20  # quarters: laboratories and plants have come by then


def forms(r: Reading) -> list[str]:
    """Forms that were run beside the baseline."""
    return [s for s in FORMS if s in r.compared]


def skip(r: Reading) -> bool:
    """Other studies do not ask: nothing is missing there."""
    return len(forms(r)) < 2


def gains(r: Reading) -> dict[tuple[str, str, str], Spread]:
    """(metric, form, against) → mean difference over the last five years, from the baseline and from every other form."""
    found = forms(r)
    asked = [(m, s, other) for m in NEEDS for s in found for other in (r.baseline, *found) if other != s]
    values = [r.difference(*pair)[:, -LAST:].mean(axis=1) for pair in asked]
    return dict(zip(asked, each(values, r.crossing), strict=True))


def _scale(metric: str, lang: str) -> tuple[float, str]:
    """What one unit on the page is, and its name; flows are spoken of a year."""
    if metric == "employment":
        return 1.0, say(lang, "人", "jobs")
    if metric == "knowledge":
        return text.money(lang)
    return (1e4 / 4, "万元/年") if lang == "zh" else (1e6 / 4, "m RMB a year")


def _amount(x: Spread, metric: str, lang: str) -> str:
    scale, unit = _scale(metric, lang)
    return f"{text.number(x.mean / scale, 2, sign=True)} {unit}"


def sentence(r: Reading) -> str:
    """Which form brings most knowledge and which most jobs for the same purse, and what cannot be told from luck."""
    lang, found, told = r.lang, r.once(gains), []
    for metric, zh, en in (("knowledge", "知识", "knowledge"), ("employment", "就业", "jobs")):
        order = sorted(forms(r), key=lambda s: -found[metric, s, r.baseline].mean)
        first, second, last = order[0], order[1], order[-1]
        lead = "" if found[metric, first, second].settled else say(lang, f"，与{r.title(second)}分不出高下", f", not told from {r.title(second)}")
        low = found[metric, last, r.baseline]
        less = say(lang, f"，{r.title(last)}反而为 {_amount(low, metric, lang)}", f", while {r.title(last)} brings {_amount(low, metric, lang)}")
        less = less if low.mean < 0 else ""
        told.append(say(lang, f"{zh}最多的是{r.title(first)}（{_amount(found[metric, first, r.baseline], metric, lang)}{lead}）{less}",
                        f"most {en} from {r.title(first)} ({_amount(found[metric, first, r.baseline], metric, lang)}{lead}){less}"))  # fmt: skip
    return say(lang, "同样的预算，", "For the same budget: ") + say(lang, "；", "; ").join(told) + say(lang, "。", ".")


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    shown, found = forms(r), r.once(gains)
    figure, axes = style.panels(ax, 2, 2, 2 * (1.1 + 0.3 * max(len(shown), 2)))
    names = {"knowledge": ("知识存量", "Knowledge"), "employment": ("就业", "Jobs"), "tax_city": ("市级税收", "City tax"),
             "public_cost_city": ("市级政策成本", "Policy cost to the city")}  # fmt: skip
    for k, metric in enumerate(NEEDS):
        cell = axes[k // 2][k % 2]
        scale, unit = _scale(metric, lang)
        for s, y in parts.rows(cell, r, shown, k % 2 == 0).items():
            x = found[metric, s, r.baseline].scaled(1 / scale)
            cell.plot([x.low, x.high], [y, y], color=r.colour(s), linewidth=2.0, solid_capstyle="butt")
            cell.plot(x.mean, y, marker=r.marker(s), color=r.colour(s), markersize=5, linestyle="")
        cell.axvline(0, color="#999999", linewidth=0.8)
        cell.set_title(say(lang, f"{names[metric][0]}之差（{unit}）", names[metric][1] + (f" ({unit})" if metric != "employment" else "")))
        style.few_value_ticks(cell)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    said = []
    for s in forms(r):
        values = [_amount(r.once(gains)[m, s, r.baseline], m, lang) for m in NEEDS]
        labels = [r.label(m) for m in NEEDS]
        said.append(f"{r.title(s)}" + say(lang, "：", ": ") + say(lang, "，", ", ").join(f"{a} {b}" for a, b in zip(labels, values)))
    return Words(
        say(lang, "飞地把哪一段留在外地，本地得到的最多？", "Which stage should stay outside in an enclave?"),
        sentence(r),
        say(lang, "点：与不设飞地之差，末五年平均，同一世界逐个相减；横线：均值的90%区间。预算上限相同，未用完的退回。研发在外时，研发计入本市，溢出却在外地；只来制造时，利润的大头以许可费付给母公司，部分项目本来会整体落户。",
            "Dots: difference from no enclaves, mean of the last five years, world by world; lines: 90 % interval of the mean. The budgets are equal and unspent money is returned. Research outside counts in the city and spills over elsewhere; plants pay most of their profit to parents, and some would have settled whole."),
        say(lang, "点图：", "Dot plot: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
