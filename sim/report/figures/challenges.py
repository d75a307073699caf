"""One solver a problem or several teams at once, for the same pool: drawn for the study of that name."""

from __future__ import annotations

import numpy as np

from sim.report import style, text
from sim.report.figures import parts
from sim.report.reading import Reading
from sim.report.spread import each
from sim.report.words import Words, listed, say

NEEDS = ("challenge_signed", "challenge_solved", "challenge_failed", "challenge_knowledge", "challenge_replaced",
         "challenge_anyway", "programme_paid")  # fmt: skip
SOME = ("challenge_signed",)
OFFICES = ("rnd.jiebang", "rnd.horse_race")
ENDS = {"solved": "#0072B2", "failed": "#C9C9C9"}
HEAD = "challenge_"


def skip(r: Reading) -> bool:
    """Other studies do not ask: nothing is missing there."""
    return not any(s.startswith(HEAD) for s in r.shown) or len(modes(r)) < 2


def modes(r: Reading) -> list[str]:
    """Scenarios in which problems are posted."""
    return [s for s in r.shown if r.worlds("challenge_signed", s).any()]


def ends(r: Reading, s: str) -> dict[str, float]:
    """Problems a year, mean of worlds."""
    return {end: float(r.whole(f"challenge_{end}", r.worlds(f"challenge_{end}", s)).mean()) for end in ENDS}


def paid(r: Reading, s: str) -> np.ndarray:
    """(worlds,) RMB that the pools paid over the horizon."""
    at = [k for k, name in enumerate(r.groups("programme_paid")) if name in OFFICES]
    return r.worlds("programme_paid", s)[:, :, at].sum(axis=(1, 2))


def yields(r: Reading) -> dict[str, np.ndarray]:
    """Scenario → (worlds,) knowledge beyond the own R&D that contracts replace, RMB for 100 RMB of public money."""
    found = {}
    for s in modes(r):
        brought, replaced = (r.worlds(f"challenge_{x}", s).sum(axis=1) for x in ("knowledge", "replaced"))
        money = paid(r, s)
        found[s] = 100 * np.divide(brought - replaced, money, out=np.zeros(len(money)), where=money > 0)
    return found


def sentence(r: Reading) -> str:
    """Which mode brings more knowledge for the same money, world by world."""
    lang, found = r.lang, r.once(yields)
    if len(found) < 2:
        return say(lang, "只有一种方式，不能比较。", "One mode only: nothing to compare.")
    first, *rest = found
    said = []
    for s in rest:
        gap = found[first] - found[s] if len(found[first]) == len(found[s]) else np.empty(0)
        (x,) = each([gap], r.crossing if len(gap) == len(r.data["seed"]) else None)
        one, other = r.title(first), r.title(s)
        if not x.n > 1 or x.low <= 0 <= x.high:
            said.append(say(lang, f"{one}与{other}分不出高下", f"{one} and {other} cannot be told apart"))
            continue
        ahead, behind = (one, other) if x.mean > 0 else (other, one)
        size, share = text.number(abs(x.mean), 2), max(x.positive, 1 - x.positive)
        said.append(say(lang, f"每百元财政资金，{ahead}比{behind}多带来 {size} 元知识（{share:.0%} 的世界如此）",
                        f"for 100 RMB of public money {ahead} brings {size} RMB more knowledge than {behind} (in {share:.0%} of worlds)"))  # fmt: skip
    whole = listed(lang, said)
    return whole[:1].upper() + whole[1:] + say(lang, "。", ".")


@style.styled
def draw(results, ax=None, lang: str = "zh"):
    r = Reading.of(results, lang)
    found = r.once(yields)
    figure, axes = style.panels(ax, 1, 2, 1.5 + 0.3 * max(len(found), 1))
    names = {"solved": say(lang, "攻克", "solved"), "failed": say(lang, "未攻克", "not solved")}
    parts.stacks(axes[0][0], r, {s: ends(r, s) for s in found}, ENDS, names)
    axes[0][0].set_title(say(lang, "难题（项/年）", "Problems a year"))
    parts.key(axes[0][0], 2)
    parts.bars(axes[0][1], r, found, False)
    axes[0][1].axvline(0, color="#333333", linewidth=0.8)
    axes[0][1].set_title(say(lang, "每百元财政资金新增知识（元）", "New knowledge for 100 RMB of public money"))
    return figure


def words(results, lang: str) -> Words:
    r = Reading.of(results, lang)
    said = []
    for s, worlds in r.once(yields).items():
        x, whole = ends(r, s), max(float(r.worlds("challenge_signed", s).sum()), 1.0)
        anyway = float(r.worlds("challenge_anyway", s).sum()) / whole
        said.append(say(lang, f"{r.title(s)}：每年攻克 {text.number(x['solved'], 2)} 项、未攻克 {text.number(x['failed'], 2)} 项，{anyway:.0%} 的难题企业本来就会做，每百元新增知识 {text.number(worlds.mean(), 2)} 元",
                        f"{r.title(s)}: {text.number(x['solved'], 2)} problems solved and {text.number(x['failed'], 2)} not solved a year, {anyway:.0%} of them would have been worked on anyway, {text.number(worlds.mean(), 2)} RMB of new knowledge for 100 RMB"))  # fmt: skip
    return Words(
        say(lang, "同样的钱，一家揭榜好，还是几队赛马好？", "For the same money: one solver a problem, or a race of several?"),
        sentence(r),
        say(lang, "同一资金池、同一批难题、同一组揭榜方与运气。新增知识＝攻关带来的知识减去合同顶替的自有研发；条为各世界均值，细线为 5–95% 的世界。赛马的单题成功率更高，但题目更少，中止的团队所学多有重复。",
            "The same pool, problems, solvers and luck. New knowledge: what work on problems brings less the own R&D that contracts replace; bars: means of worlds, thin lines: 5–95 % of worlds. A race solves its problem more often, but there are fewer, and much of what stopped teams learned is known twice."),
        say(lang, "条形图：", "Bars: ") + listed(lang, said) + say(lang, "。", "."),
    )  # fmt: skip
