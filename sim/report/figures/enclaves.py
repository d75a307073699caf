"""Enclave incubators: who lands in the city, who leaves with the knowledge, and what is claimed back."""

from __future__ import annotations

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.words import Words, listed, say

NEEDS = ("enclave_tenants", "enclave_admitted", "enclave_landed", "enclave_left", "clawback_due", "clawback_paid",
         "clawback_lapsed", "clawback_receivable")  # fmt: skip
SOME = ("enclave_tenants", "enclave_admitted")
ENDS = {"landed": "#0072B2", "left": "#D55E00"}
CLAWED = {"paid": "#0072B2", "open": "#C9C9C9", "lapsed": "#D55E00"}
HELPED = {"anyway": "#9A9A9A", "kept": "#0072B2", "lost": "#E69F00"}


def _names(lang: str, parts_) -> dict[str, str]:
    zh = {"landed": "毕业落地", "left": "毕业后离开", "paid": "已追回", "open": "待追回", "lapsed": "放弃",
          "anyway": "本来就会来", "kept": "因飞地才来，期末仍在", "lost": "因飞地才来，已不在"}  # fmt: skip
    en = {"landed": "landed", "left": "left", "paid": "recovered", "open": "outstanding", "lapsed": "given up",
          "anyway": "would have come anyway", "kept": "came because of it, there at the end", "lost": "came because of it, gone"}  # fmt: skip
    return {p: (zh if lang == "zh" else en)[p] for p in parts_}


def there(r: Reading) -> list[str]:
    """Scenarios with enclaves."""
    return [s for s in r.shown if any(r.worlds(m, s).any() for m in SOME)]


def outcomes(r: Reading, s: str) -> dict[str, float]:
    """Landed and left (projects a year), claw-back (RMB over the horizon)."""
    landed, left = (r.whole(m, r.worlds(m, s)).mean() for m in ("enclave_landed", "enclave_left"))
    paid, lapsed = (r.worlds(m, s).sum(axis=1).mean() for m in ("clawback_paid", "clawback_lapsed"))
    return {"landed": landed, "left": left, "paid": paid, "lapsed": lapsed, "open": r.worlds("clawback_receivable", s)[:, -1].mean()}


def rates(r: Reading) -> dict[str, object]:
    """Scenario → (worlds,) % of those at the end of their stay that land."""
    found = {}
    for s in there(r):
        landed, left = (r.worlds(m, s).sum(axis=1) for m in ("enclave_landed", "enclave_left"))
        known = landed + left > 0
        if known.any():
            found[s] = 100 * landed[known] / (landed + left)[known]
    return found


def helped(r: Reading) -> dict[str, dict[str, float]]:
    """Scenario → projects that enclaves supported: came anyway, came because of it and stayed, or not."""
    _, means = r.pair_means("enclave_supported", "enclave_deadweight", "enclave_additional", "enclave_kept")
    return {s: {"anyway": m["enclave_deadweight"], "kept": m["enclave_kept"], "lost": m["enclave_additional"] - m["enclave_kept"]}
            for s, m in means.items() if m["enclave_supported"] > 0}  # fmt: skip


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    base, scale = there(r), 1e4 if lang == "zh" else 1e6
    each, who = {s: outcomes(r, s) for s in base}, r.once(helped)
    tall = 0.62 + 0.26 * max(len(base), 1)
    figure, axes = style.panels(ax, 3, 2, 2.6 + 2 * tall, height_ratios=(1.6, tall, tall))
    parts.lines(axes[0][0], r, "enclave_tenants")
    axes[0][0].set_title(say(lang, "飞地在孵项目（家）", "Tenants of enclaves (projects)"))
    axes[0][0].set_ylim(bottom=0)
    parts.lines(axes[0][1], r, "enclave_left")
    axes[0][1].set_title(say(lang, "带着成果离开（家/季）", "Left with the knowledge (projects a quarter)"))
    axes[0][1].set_ylim(bottom=0)
    parts.stacks(axes[1][0], r, each, ENDS, _names(lang, ENDS))
    axes[1][0].set_title(say(lang, "孵化期满后（家/年）", "After the stay (projects a year)"))
    parts.bars(axes[1][1], r, {s: r.once(rates).get(s, ()) for s in base}, False)
    axes[1][1].set_title(say(lang, "落地率（%）", "Share that lands (%)"))
    axes[1][1].set_xlim(0, 100)
    money = {s: {p: v / scale for p, v in x.items()} for s, x in each.items()}
    parts.stacks(axes[2][0], r, money, CLAWED, _names(lang, CLAWED))
    axes[2][0].set_title(say(lang, "全期追回支持（万元）", "Claw-back over the horizon (m RMB)"))
    if who:
        parts.stacks(axes[2][1], r, {s: who.get(s, {}) for s in base}, HELPED, _names(lang, HELPED), False)
        axes[2][1].set_title(say(lang, "飞地支持过的项目（家）", "Projects that enclaves supported"))
    else:
        axes[2][1].set_axis_off()
    for cell in (axes[1][0], axes[2][0]):
        parts.key(cell, 3)
    if who:
        parts.key(axes[2][1], 1 if lang == "en" else 2)
    style.legend(figure, axes[0][0], ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    said, who, scale = [], r.once(helped), 1e4 if lang == "zh" else 1e6
    for s in there(r):
        x, rate = outcomes(r, s), r.once(rates).get(s)
        share = text.number(rate.mean(), 2) if rate is not None else "—"
        line = say(lang, f"{r.title(s)}：落地 {text.number(x['landed'], 2)}、离开 {text.number(x['left'], 2)} 家/年（落地率 {share}%），追回 {text.number(x['paid'] / scale, 2)} 万元",
                   f"{r.title(s)}: {text.number(x['landed'], 2)} landed, {text.number(x['left'], 2)} left a year ({share} % land), {text.number(x['paid'] / scale, 2)} m RMB recovered")  # fmt: skip
        if s in who:
            line += say(lang, f"，受支持项目中 {text.number(who[s]['anyway'], 2)} 家本来就会来",
                        f", {text.number(who[s]['anyway'], 2)} of the supported would have come anyway")  # fmt: skip
        said.append(line)
    return Words(
        say(lang, "飞地孵化的项目，落地多少、流失多少？", "Of the projects in enclaves, how many land and how many leave?"),
        say(lang, "橙色是孵化后留在外地的项目，知识也随之带走；灰色的项目没有飞地也会来。",
            "Orange: projects that stay away after incubation, and take the knowledge along; grey: would have come without an enclave."),
        say(lang, "线与条为各世界均值，色带与细线为 5–95% 的世界；只列有飞地的情景。落地率是不确定的数：事实中见到 17%（存量）与 86%（展示案例）。“本来就会来”按同一世界逐个项目对照。",
            "Lines and bars: means of worlds, bands and thin lines: 5–95 % of worlds; only scenarios with enclaves. The landing rate is uncertain: 17 % (a stock) and 86 % (a showcase) have been seen. “Anyway” compares each project with itself in the same world."),
        say(lang, "折线图与条形图：", "Lines and bars: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
