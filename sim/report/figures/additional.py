"""Of those who got the money: who would have made it anyway, who made it because of it, who was pushed aside."""

from __future__ import annotations

from sim.report import style, text
from sim.report.reading import Reading
from sim.report.words import Words, listed, say

NEEDS = ()
PARTS = ("deadweight", "additional", "none", "spill", "undone", "displaced")
LOST = ("undone", "displaced")  # drawn left of zero
COLOURS = {"deadweight": "#9A9A9A", "additional": "#0072B2", "none": "#E3E3E3", "spill": "#56B4E9", "undone": "#E69F00",
           "displaced": "#D55E00"}  # fmt: skip


def _labels(lang: str) -> dict[str, str]:
    zh = (
        "本来就会有（无谓投入）",
        "因政策才有（额外）",
        "仍然没有",
        "外溢（未受益者）",
        "反而失去（受益者）",
        "被挤出（未受益者）",
    )
    en = (
        "would have anyway (deadweight)",
        "only with it (additional)",
        "still not",
        "spill-over (others)",
        "lost because of it (recipients)",
        "displaced (others)",
    )
    return dict(zip(PARTS, zh if lang == "zh" else en, strict=True))


def outcomes(pairs) -> list[str]:
    known = [o for o in ("hnte", "alive") if f"{o}_additional" in pairs]
    return known or [c.removesuffix("_additional") for c in pairs.columns if c.endswith("_additional")][:2]


def reference(r: Reading, pairs) -> str | None:
    """No local policy if it was run: then every recipient is judged against a world without the money."""
    there = set(pairs["against"]) if len(pairs) else set()
    return next((a for a in ("none", r.baseline, *r.scenarios) if a in there), None)


def table(r: Reading) -> tuple[str | None, dict[str, dict[str, dict[str, float]]]]:
    """(against, outcome → scenario → part → mean firms)."""
    pairs = r.paired
    against = reference(r, pairs)
    if against is None:
        return None, {}
    chosen = pairs[pairs["against"] == against]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for outcome in outcomes(pairs):
        for s in r.shown:
            rows = chosen[chosen["scenario"] == s]
            means = {p: float(rows[f"{outcome}_{p}"].mean()) for p in PARTS if f"{outcome}_{p}" in rows and len(rows)}
            if means and sum(means.values()) > 0:
                found.setdefault(outcome, {})[s] = means
    return against, found


def _outcome(outcome: str, lang: str) -> str:
    zh = {"hnte": "期末是高企", "alive": "期末仍存续"}
    en = {"hnte": "certified at the end", "alive": "alive at the end"}
    return (zh if lang == "zh" else en).get(outcome, outcome)


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    _, found = r.once(table)
    rows = max((len(x) for x in found.values()), default=1)
    figure, axes = style.panels(ax, 1, max(1, len(found)), 1.5 + 0.42 * rows)
    labels = _labels(lang)
    for place, (cell, (outcome, each)) in enumerate(zip(axes[0], found.items(), strict=False)):
        for i, (_, parts) in enumerate(each.items()):
            right = left = 0.0
            for p in PARTS:
                value = parts.get(p, 0.0)
                if p in LOST:
                    cell.barh(
                        -i, -value, 0.62, left=left, color=COLOURS[p], label=labels[p] if i == 0 else None, linewidth=0
                    )
                    left -= value
                    continue
                cell.barh(
                    -i, value, 0.62, left=right, color=COLOURS[p], label=labels[p] if i == 0 else None, linewidth=0
                )
                right += value
            net, more = (
                parts.get("additional", 0) + parts.get("spill", 0) + left,
                text.number(parts.get("additional", 0), 2),
            )
            note = say(
                lang,
                f"额外 {more}，净 {text.number(net, 2, sign=True)}",
                f"additional {more}, net {text.number(net, 2, sign=True)}",
            )
            cell.annotate(note, (right, -i), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7)
        low, high = cell.get_xlim()
        cell.set_xlim(low, high + 0.42 * (high - low))
        cell.axvline(0, color="#333333", linewidth=0.8)
        cell.set_yticks([-i for i in range(len(each))], [r.short(s, 18, 2) if place == 0 else "" for s in each])
        cell.set_title(
            say(lang, f"结果：{_outcome(outcome, lang)}（家）", f"Outcome: {_outcome(outcome, lang)} (firms)")
        )
        cell.grid(axis="y", visible=False)
        style.few_value_ticks(cell)
    if not found:
        axes[0][0].set_axis_off()
        axes[0][0].text(
            0.5,
            0.5,
            say(lang, "本次推演没有可配对的受益企业", "No recipients could be paired in this study"),
            ha="center",
        )
    style.legend(figure, axes[0][0], ax)
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    against, found = r.once(table)
    labels, parts = _labels(lang), []
    for outcome, each in found.items():
        for s, means in each.items():
            items = [f"{labels[p]} {text.number(v, 2)}" for p, v in means.items()]
            parts.append(f"{r.title(s)}（{_outcome(outcome, lang)}）：" + "、".join(items) if lang == "zh"
                         else f"{r.title(s)} ({_outcome(outcome, lang)}): " + ", ".join(items))  # fmt: skip
    name = text.quoted(lang, r.title(against)) if against else "—"
    return Words(
        say(lang, "拿到支持的企业里，有多少本来就会成功？", "Of the recipients, how many would have made it anyway?"),
        say(lang, "灰色是本来就会有的，深蓝才是政策带来的；零线左侧的橙色要从中扣除。",
            "Grey would have been there anyway, dark blue is what the policy brought; orange left of zero is to be taken off."),
        say(lang, f"家，逐户与同一世界的{name}对照，各世界均值。受益企业 = 本来就会有 + 额外 + 仍然没有 + 反而失去；净 = 额外 + 外溢 − 反而失去 − 被挤出。",
            f"Firms, each compared with itself in the same world under {name}, means of worlds. Recipients = deadweight + additional + still not + lost; net = additional + spill-over − lost − displaced."),
        say(lang, "堆叠条形图，家：", "Stacked bars, firms: ") + listed(lang, parts) + say(lang, "。", "."),
    )  # fmt: skip
