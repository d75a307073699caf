"""Maker spaces, incubators, accelerators and parks: how full they are, and what becomes of their tenants."""

from __future__ import annotations

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import course
from sim.report.words import Words, listed, say

NEEDS = ("occupancy_by_kind", "tenants_by_kind", "carrier_vacant_area", "carrier_admissions", "carrier_graduations")
SOME = ("carrier_tenants", "tenants_by_kind")
FATES = ("carrier_admissions", "carrier_graduations", "carrier_expired", "carrier_handoffs", "carrier_handoff_failed",
         "carrier_moved_out")  # fmt: skip


def _fates(lang: str) -> dict[str, str]:
    zh = ("入驻", "毕业", "到期未毕业", "转入上一级", "转入未成：无空间", "提前退租")
    en = ("admitted", "graduated", "stay over, not graduated", "handed on", "not handed on: no space", "left early")
    return dict(zip(FATES, zh if lang == "zh" else en, strict=True))


def kinds(r: Reading) -> list[str]:
    """Local kinds of carrier; enclaves have a figure of their own."""
    return [k for k in r.groups("tenants_by_kind") if k != "enclave"]


def _over_time(cell, r: Reading, metric: str, factor: float, lang: str) -> None:
    ticks, base = style.times(r.quarters), r.baseline if r.done(r.baseline) else r.shown[0]
    pushed, names = r.most("carrier_admissions"), r.groups(metric)
    for i, k in enumerate(kinds(r)):
        colour, at = style.FILLS[i], names.index(k)
        mean, p5, p95 = course(r.worlds(metric, base)[:, :, at] * factor)
        cell.fill_between(ticks, p5, p95, color=colour, alpha=0.2, linewidth=0)
        cell.plot(ticks, mean, color=colour, linewidth=1.6, label=r.member("carrier", k))
        if pushed:
            mean = r.worlds(metric, pushed)[:, :, at].mean(axis=0) * factor
            cell.plot(ticks, mean, color=colour, linewidth=1.2, linestyle=(0, (2, 1.2)))
    if pushed:
        name = r.short(pushed, 16, 1)
        cell.plot([], [], color="#555555", linewidth=1.2, linestyle=(0, (2, 1.2)), label=say(lang, f"虚线：{name}", f"dashed: {name}"))
    style.year_ticks(cell, r.years, 4)
    style.few_ticks(cell)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    figure, axes = style.panels(ax, 2, 2, 5.2 + 0.11 * len(r.shown), height_ratios=(1, 1 + 0.05 * len(r.shown)))
    _over_time(axes[0][0], r, "occupancy_by_kind", 100, lang)
    axes[0][0].set_title(say(lang, "出租率（%）", "Space that is let (%)"))
    parts.key(axes[0][0], 3)
    _over_time(axes[0][1], r, "tenants_by_kind", 1, lang)
    axes[0][1].set_title(say(lang, "在驻企业（家）", "Tenants (firms)"))
    axes[0][1].set_ylim(bottom=0)
    parts.lines(axes[1][0], r, "carrier_vacant_area", 1e-4)
    axes[1][0].set_title(say(lang, "空置面积（万平方米）", "Vacant space (10,000 m²)"))
    cell, names = axes[1][1], {m: n for m, n in _fates(lang).items() if r.has(m)}
    height = 0.82 / len(r.shown)
    for i, s in enumerate(r.shown):
        for j, metric in enumerate(names):
            mean, p5, p95 = course(r.whole(metric, r.worlds(metric, s)))
            y = -j + 0.41 - (i + 0.5) * height
            cell.barh(y, mean, height * 0.9, color=r.colour(s), linewidth=0)
            cell.plot([p5, p95], [y, y], color="#333333", linewidth=0.7)
    cell.set_yticks([-j for j in range(len(names))], [text.wrap(n, 14, 2) for n in names.values()])
    cell.grid(axis="y", visible=False)
    cell.set_title(say(lang, "企业的去留（家/年）", "What tenants do (firms a year)"))
    style.few_value_ticks(cell)
    style.legend(figure, axes[1][0], ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    base, said = r.baseline if r.done(r.baseline) else r.shown[0], []
    for k in kinds(r):
        let, tenants = (r.worlds(m, base)[:, -4:, r.groups(m).index(k)].mean() for m in ("occupancy_by_kind", "tenants_by_kind"))
        said.append(say(lang, f"{r.member('carrier', k)}：出租率 {text.number(100 * let, 2)}%，在驻 {text.number(tenants, 2)} 家",
                        f"{r.member('carrier', k)}: {text.number(100 * let, 2)} % let, {text.number(tenants, 2)} tenants"))  # fmt: skip
    for s in r.shown:
        out, vacant = (r.whole(m, r.worlds(m, s)).mean() for m in ("carrier_graduations", "carrier_vacant_area"))
        said.append(say(lang, f"{r.title(s)}：毕业 {text.number(out, 2)} 家/年，空置 {text.number(vacant / 1e4, 2)} 万平方米",
                        f"{r.title(s)}: {text.number(out, 2)} graduates a year, {text.number(vacant / 1e4, 2)} × 10,000 m² vacant"))  # fmt: skip
    return Words(
        say(lang, "载体住满了吗，企业毕业了吗？", "Are carriers full, and do tenants graduate?"),
        say(lang, "出租率降而空置升：新建快于需求；毕业多而转入少：链条在下一级断开。",
            "Occupancy down and vacancy up: space grows faster than demand; many graduates but few handed on: the chain breaks at the next step."),
        say(lang, "上排：基准情景按载体类型（不含飞地），众创空间按工位；虚线为入驻企业最多的方案。下排：各情景。线与条为各世界均值，色带与细线为 5–95% 的世界。载体数量来自文件与统计，面积、租金和停留时间部分为假设。",
            "Top: the baseline by kind of carrier (no enclaves), maker spaces by desk; dashed: the package with most admissions. Bottom: scenarios. Lines and bars: means of worlds, bands and thin lines: 5–95 % of worlds. Numbers of carriers come from documents and statistics, space, rents and stay partly from assumptions."),
        say(lang, "折线图与条形图：", "Lines and bars: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
