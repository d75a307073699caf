"""The landing rate at which enclaves pay for themselves: drawn for the study of that name."""

from __future__ import annotations

import numpy as np

from sim.analysis import enclave
from sim.report import style, text
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("tax_city", "public_cost_city", "rd_real")
RATE = "enclave.landing_rate"


def skip(r: Reading) -> bool:
    """Other studies do not ask: nothing is missing there."""
    return len(points(r)) < 2


def points(r: Reading) -> dict[str, float]:
    """Point of the study → its landing rate, rising; those that were run with and without enclaves."""
    found = {}
    for p in enclave.POINTS:
        pair = [k.format(p) for k in (enclave.ON, enclave.OFF)]
        rate = r.override(pair[0], RATE) if pair[0] in r.scenarios else None
        if rate is not None and all(s in r.shown for s in pair):
            found[p] = float(rate)
    return dict(sorted(found.items(), key=lambda x: x[1]))


def net(r: Reading) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rates, (worlds, points) tax less cost over the horizon in RMB, (worlds, points) real R&D with less without);
    worlds in which every run is done."""
    def gap(metric, p):
        with_, without = (r.values(metric)[r.at(k.format(p))] for k in (enclave.ON, enclave.OFF))
        return with_ - without

    asked = points(r)
    fiscal = np.stack([enclave.fiscal_net(gap("tax_city", p), gap("public_cost_city", p)) for p in asked], axis=1)
    rd = np.stack([gap("rd_real", p).sum(axis=-1) for p in asked], axis=1)
    whole = np.isfinite(fiscal).all(axis=1) & np.isfinite(rd).all(axis=1)
    return np.array(list(asked.values())), fiscal[whole], rd[whole]


def found(r: Reading) -> enclave.BreakEven:
    rates, fiscal, _ = r.once(net)
    return enclave.break_even(rates, fiscal)


def sentence(r: Reading) -> str:
    """The answer, with what it may not claim: nothing beyond the rates that were run."""
    lang, rates = r.lang, r.once(net)[0]
    if not len(r.once(net)[1]):
        return say(lang, "没有一个世界跑完全部六个情景，不能判断。", "No world has all six runs: cannot be judged.")
    x, top = r.once(found), f"{100 * rates[-1]:.0f}"
    if not np.isfinite(x.mean):
        pays = x.always > 0.5
        said = say(lang, f"平均而言，{'从最低' if pays else f'直到最高（{top}%）'}的落地率起，飞地的税收{'都' if pays else '都不'}抵得上市级成本",
                   f"On average, the tax from enclaves {'covers' if pays else 'does not cover'} the city's cost at {'every' if pays else 'any'} landing rate up to {top} %")  # fmt: skip
        if not pays:
            said = say(lang, f"平均而言，落地率直到 {top}% 飞地的税收也抵不上市级成本", said)
    else:
        band = "" if not np.isfinite(x.low) else say(lang, f"（5–95% 的世界：{100 * x.low:.0f}–{100 * x.high:.0f}%）", f" (5–95 % of worlds: {100 * x.low:.0f}–{100 * x.high:.0f} %)")
        said = say(lang, f"落地率约达到 {100 * x.mean:.0f}%{band}，飞地的税收才抵得上市级成本", f"The tax from enclaves covers the city's cost from a landing rate of about {100 * x.mean:.0f} %{band}")
    return said + say(lang, f"；{x.never:.0%} 的世界在跑过的落地率下都不回本。", f"; in {x.never:.0%} of worlds at none of the rates that were run.")


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    scale, unit = text.money(lang)
    rates, fiscal, rd = r.once(net)
    figure, axes = style.panels(ax, 1, 2, 3.3)
    for cell, worlds, colour, title in (
        (axes[0][0], fiscal, "#0072B2", say(lang, f"市级税收 − 市级成本（{unit}，全期）", f"City's tax less city's cost ({unit}, horizon)")),
        (axes[0][1], rd, "#009E73", say(lang, f"真实研发之差（{unit}，全期）", f"Difference of real R&D ({unit}, horizon)")),
    ):  # fmt: skip
        cell.axhline(0, color=style.BASELINE_COLOUR, linewidth=0.9)
        if len(worlds):
            mean, p5, p95 = course(worlds / scale)
            cell.fill_between(100 * rates, p5, p95, color=colour, alpha=0.18, linewidth=0, label=say(lang, "5–95% 的世界", "5–95 % of worlds"))
            cell.plot(100 * rates, mean, color=colour, marker="o", markersize=4, linewidth=1.6, label=say(lang, "各世界均值", "mean of worlds"))
        cell.set_title(title)
        cell.set_xlabel(say(lang, "孵化期满的项目中落地的占比（%）", "projects that land after their stay (%)"))
        style.few_ticks(cell, 5)
    x = r.once(found) if len(fiscal) else None
    if x is not None and np.isfinite(x.low):
        axes[0][0].axvspan(100 * x.low, 100 * x.high, color="#E69F00", alpha=0.25, linewidth=0, zorder=0,
                           label=say(lang, "盈亏平衡落地率的范围", "break-even landing rate"))  # fmt: skip
    if x is not None and np.isfinite(x.mean):
        axes[0][0].axvline(100 * x.mean, color="#B36B00", linewidth=1.2, linestyle=(0, (3, 2)))
    style.legend(figure, axes[0][0], ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    rates, fiscal, rd = r.once(net)
    scale, unit = text.money(lang)
    said = []
    for i, rate in enumerate(rates if len(fiscal) else ()):
        money, more = (text.number(x[:, i].mean() / scale, 2, sign=True) for x in (fiscal, rd))
        said.append(say(lang, f"落地率 {100 * rate:.0f}%：税收减成本 {money} {unit}，真实研发 {more} {unit}",
                        f"landing rate {100 * rate:.0f} %: tax less cost {money} {unit}, real R&D {more} {unit}"))  # fmt: skip
    return Words(
        say(lang, "落地率达到多少，飞地才回本？", "From which landing rate do enclaves pay for themselves?"),
        sentence(r),
        say(lang, f"同一世界里有飞地减无飞地，全期合计，{len(fiscal)} 个世界；三个落地率之间按直线内插，之外不作推断。只计市级税收与市级成本，不计就业、知识外溢和推演期以后的税收。",
            f"With less without enclaves in the same world, over the horizon, {len(fiscal)} worlds; straight lines between the rates that were run, nothing claimed beyond. Only the city's tax and cost: no jobs, no spill-over, no tax after the horizon."),
        say(lang, "折线图：", "Lines: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
