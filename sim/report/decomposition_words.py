"""A package taken apart, in words: the section of the page and the long table."""

from __future__ import annotations

import numpy as np

from sim.analysis import decompose
from sim.analysis.decompose import COMMON
from sim.metrics import METRICS
from sim.report import text
from sim.report.decomposition import COSTS, NETS, Part, Taken, taken
from sim.report.reading import Reading
from sim.report.spread import Spread
from sim.report.words import say

KINDS = {"certificates": ("证书", "certificates"), "persons": ("人", "persons"), "enclave": ("飞地项目", "enclave projects"),
         "attracted": ("招引项目", "attracted projects"), "problems": ("难题", "problems")}  # fmt: skip
VERDICTS = {"expected": ("与预期同向", "as expected"), "opposite": ("与预期相反", "against expectation"),
            "open": ("与0分不出", "not told from 0"), "null": ("如预期无差别", "none, as expected"),
            "found": ("有差别（未预设方向）", "a difference (no sign was named)")}  # fmt: skip



def name(r: Reading, part: Part) -> str:
    return r.programme(part.programme) if part.programme else say(r.lang, "全部项目合计", "All programmes together")


def shown(r: Reading, metric: str, x: Spread) -> str:
    """A gain with its interval in the unit in which one speaks of it."""
    scale, unit = scaled(r.lang, metric)
    return f"{text.trio(*(v / scale for v in (x.mean, x.low, x.high)))} {unit}".strip()


def scaled(lang: str, metric: str) -> tuple[float, str]:
    """(size of a unit, its name): RMB in millions, firms one by one, productivity and shares in points."""
    about = METRICS[metric]
    if about.unit == "RMB":
        a_year = about.annual == "sum"
        return (1e4, say(lang, "万元/年" if a_year else "万元", "")) if lang == "zh" else (1e6, "m RMB a year" if a_year else "m RMB")
    if about.unit in ("index", "share"):
        return 0.01, say(lang, "点", "points")
    return 1.0, text.unit_name(about.unit, lang) + (say(lang, "/年", " a year") if about.annual == "sum" else "")


def millions(lang: str, x: Spread) -> str:
    """RMB a year, with the interval."""
    scale = 1e4 if lang == "zh" else 1e6
    return text.trio(x.mean / scale, x.low / scale, x.high / scale) if np.isfinite(x.mean) else "—"


def verdict(r: Reading, part: Part) -> str:
    return VERDICTS[part.verdict()][r.lang == "en"] if part.judged else "—"


def sentence(r: Reading) -> str:
    """How many programmes are missed, and whether they need or replace each other."""
    found, lang = taken(r), r.lang
    kinds = [part.verdict() for part in found.parts if part.judged]
    one, opposite, open_ = (sum(kind == k for kind in kinds) for k in ("expected", "opposite", "open"))
    said = say(lang, f"{len(found.parts)} 个项目逐一去掉：{one} 个的主要结果与预期同向，{opposite} 个相反，{open_} 个与 0 分不出。",
               f"{len(found.parts)} programmes left out in turn: the first outcome of {one} is as expected, of {opposite} against it, of {open_} not told from 0.")  # fmt: skip
    _, joint = found.together["rd_real"]
    if not joint.settled:
        return said + say(lang, "真实研发上，各项之和与全部去掉分不出差别。", " In real R&D the single effects add up to that of all together as far as can be told.")
    if joint.mean > 0:
        return said + say(lang, "真实研发上，全部去掉的损失大于各项之和：项目彼此替代。",
                          " In real R&D all together are missed more than the single effects add up to: programmes stand in for each other.")  # fmt: skip
    return said + say(lang, "真实研发上，全部去掉的损失小于各项之和：项目彼此互补，单项效果含共同部分。",
                      " In real R&D all together are missed less than the single effects add up to: they need each other, and single effects hold a joint part.")  # fmt: skip


def page(r: Reading) -> dict | None:
    """What the section of the page says; None for other studies."""
    found = taken(r)
    if found is None:
        return None
    lang = r.lang
    base = text.quoted(lang, r.title(found.package))
    return {
        "title": say(lang, f"{base}逐项分解：没有它会少些什么", f"{base} taken apart: what would be missing"),
        "lead": sentence(r), "missing": [_missing(r, part) for part in (*found.parts, found.whole)],
        "missing_head": _missing_head(lang), "spent": [_spent(r, part) for part in (*found.parts, found.whole)],
        "spent_head": _spent_head(lang), "together": _together(r, found), "together_head": _together_head(lang),
        "aid": _aid(r, found),
    }  # fmt: skip


def _missing_head(lang: str) -> list[str]:
    return say(lang, "去掉的项目|主要结果（预期方向）|会少多少：均值 [90% 区间]|结论|真实研发（万元/年）|知识存量（万元）|生产率（点）|企业（家）|高企（家）",
               "Left out|First outcome (expected sign)|Missing: mean [90 % interval]|Verdict|Real R&D (m RMB a year)|Knowledge (m RMB)|Productivity (points)|Firms|HNTEs").split("|")  # fmt: skip


def _missing(r: Reading, part: Part) -> list[str]:
    first = part.judged[0] if part.judged else None
    row = [name(r, part)]
    row += [f"{r.label(first.outcome)} ({_sign(first.sign, r.lang)})", shown(r, first.outcome, part.gains[first.outcome])] if first else ["—", "—"]
    return [*row, verdict(r, part), *(_bare(r, metric, part.gains[metric]) for metric in COMMON)]


def _sign(sign: str, lang: str) -> str:
    return say(lang, "不定", "ambiguous") if sign == "ambiguous" else sign.replace("-", "−")


def _bare(r: Reading, metric: str, x: Spread) -> str:
    scale, _ = scaled(r.lang, metric)
    return text.trio(x.mean / scale, x.low / scale, x.high / scale)


def _spent_head(lang: str) -> list[str]:
    return say(lang, "去掉的项目|付给企业和个人（万元/年）|其中本来就会有|新增|挤出他人|流出本市|受益企业研发（万元/年）|其他企业研发（万元/年）|每单位主要结果（元）|各级成本（万元/年）|市级净额（万元/年）|各级净额（万元/年）",
               "Left out|Paid to firms and persons (m RMB a year)|Of it anyway|Additional|Others pushed out|Left the city|R&D of recipients (m RMB a year)|R&D of others (m RMB a year)|RMB a unit of the first outcome|Cost, all governments (m RMB a year)|City's net (m RMB a year)|All governments' net (m RMB a year)").split("|")  # fmt: skip


def _spent(r: Reading, part: Part) -> list[str]:
    lang = r.lang
    share = "—" if part.anyway is None else f"{part.anyway[0]:.0%}"
    if part.anyway is not None and np.isfinite(part.anyway[1]):
        share += f" [{part.anyway[1]:.0%}, {part.anyway[2]:.0%}]".replace("-", "−")
    unit = say(lang, "—", "—") if part.per_unit is None else text.trio(*part.per_unit)
    return [name(r, part), millions(lang, part.money["paid"]), share, *(_count(part, key, lang) for key in ("additional", "displaced")),
            _left(part, lang), *(millions(lang, part.money[key]) for key in ("own_rd", "others_rd")), unit,
            millions(lang, part.gains["public_cost_all"]), *(millions(lang, part.money[key]) for key in NETS)]  # fmt: skip


def _count(part: Part, key: str, lang: str) -> str:
    x = part.counts[key]
    return f"{text.trio(x.mean, x.low, x.high)} {KINDS[part.kind][lang == 'en']}" if np.isfinite(x.mean) else "—"


def _left(part: Part, lang: str) -> str:
    """Projects and persons that left again, and money that funds put elsewhere."""
    said = [_count(part, "gone", lang)] if np.isfinite(part.counts["gone"].mean) else []
    outside = part.money["invested_outside"]
    if outside.settled:
        said.append(f"{millions(lang, outside)} {say(lang, '万元/年', 'm RMB a year')}")
    return "; ".join(said) or "—"


def _together_head(lang: str) -> list[str]:
    return say(lang, "指标|各项之和|全部去掉|交互：全部 − 各项之和", "Metric|Sum of single effects|All left out|Interaction: all − sum").split("|")


def _together(r: Reading, found: Taken) -> list[list[str]]:
    return [[r.label(m), *(shown(r, m, x) for x in (summed, found.whole.gains[m], joint))] for m, (summed, joint) in found.together.items()]


def _aid(r: Reading, found: Taken) -> str:
    kept = say(r.lang, "国家税法不属本市可去掉的项目。", "National tax law is not the city's to leave out.")
    return say(r.lang, f"每行是同一世界里整套政策减去缺该项目的整套政策，{found.whole.worlds} 个世界，方括号为均值的 90% 区间。主要结果与预期方向写在推演之前（innosim programmes）。“本来就会有”：受益企业期末持有的高企证书、受资助的人、飞地和招引项目、揭榜难题中，没有该项目也会有的比例；受益者很少、或受益者所得主要不是该项目的钱时，不列。“挤出他人”：未得资金的企业失去的证书减去外溢的证书，或因而不来的人。每单位成本＝全期各级成本除以主要结果的增量，增量区间含 0 时没有意义，记“—”。净额＝税收增量减成本，不含税收减免的账面数。{kept}",
               f"Each row is the whole package less the package without the programme in the same world, {found.whole.worlds} worlds; brackets: 90 % interval of the mean. First outcome and sign were written before any run (innosim programmes). Of it anyway: share of recipients' certificates at the end, of supported persons, of enclave and attracted projects, of posted problems that would be there without the programme; not shown for a handful, nor where what recipients got is mainly the money of others. Others pushed out: certificates lost less gained by firms that got no money, or persons who do not come. Cost a unit: all governments' cost over the horizon over the gain of the first outcome, — where the interval of the gain includes 0. Net: tax gained less cost, tax relief not counted as cost. {kept}")  # fmt: skip


def table(r: Reading) -> tuple[list[str], list[list]]:
    """(heading, rows) of the long table: a row a programme and quantity."""
    lang, found = r.lang, taken(r)
    head = say(lang, "项目代码,项目,量代码,量,单位,均值,90%区间下限,90%区间上限,同向世界占比,世界数,预期方向,结论",
               "programme id,programme,quantity id,quantity,unit,mean,90 % interval low,90 % interval high,share of worlds with same sign,worlds,expected sign,verdict").split(",")  # fmt: skip
    rows: list[list] = []
    yearly = say(lang, "元/年", "RMB a year")
    for part in (*found.parts, found.whole):
        who = [part.programme or "all", name(r, part)]
        for x in part.judged:
            s = part.gains[x.outcome]
            said = VERDICTS[decompose.as_expected(s.mean, s.decided, x.sign)][lang == "en"]
            rows.append([*who, f"register:{x.row}:{x.outcome}", r.label(x.outcome), _unit(x.outcome, lang), *_four(s), s.n, _sign(x.sign, lang), said])
        for metric in (*COMMON, *COSTS):
            rows.append([*who, metric, r.label(metric), _unit(metric, lang), *_four(part.gains[metric]), part.gains[metric].n, "", ""])
        for key, s in part.money.items():
            rows.append([*who, f"money:{key}", MONEY[key][lang == "en"], yearly, *_four(s), s.n, "", ""])
        for key, s in part.counts.items():
            rows.append([*who, f"count:{key}", COUNTS[key][lang == "en"], KINDS[part.kind][lang == "en"], *_four(s), s.n, "", ""])
        for key, three in (("share:anyway", part.anyway), ("cost_per_unit", part.per_unit)):
            unit = say(lang, "占比", "share") if key.startswith("share") else say(lang, "元/单位", "RMB/unit")
            rows.append([*who, key, RATIOS[key][lang == "en"], unit, *(three or ["", "", ""]), "", part.worlds, "", ""])
    for metric, (summed, joint) in found.together.items():
        for key, s in (("sum", summed), ("interaction", joint)):
            rows.append(["all", name(r, found.whole), f"{key}:{metric}", f"{TOGETHER[key][lang == 'en']}: {r.label(metric)}", _unit(metric, lang), *_four(s), s.n, "", ""])
    return head, rows


MONEY = {"paid": ("付给企业和个人（该项目账面）", "paid to firms and persons (its own books)"), "own_rd": ("受益企业研发之差", "R&D of recipients"),
         "others_rd": ("其他企业研发之差", "R&D of other firms"), "invested_outside": ("公共基金投向市外", "invested outside by public funds"),
         "net_city": ("市级净额（税收−成本）", "city's net (tax less cost)"), "net_all": ("各级净额（税收−成本）", "all governments' net (tax less cost)")}  # fmt: skip
COUNTS = {"paid": ("受资助", "paid for"), "anyway": ("本来就会有", "anyway"), "additional": ("新增", "additional"),
          "displaced": ("挤出他人", "others pushed out"), "gone": ("流出本市", "left the city")}  # fmt: skip
RATIOS = {"share:anyway": ("本来就会有的比例", "share that would be there anyway"), "cost_per_unit": ("每单位主要结果的成本", "cost a unit of the first outcome")}
TOGETHER = {"sum": ("各项之和", "sum of single effects"), "interaction": ("交互", "interaction")}


def _unit(metric: str, lang: str) -> str:
    return text.unit_name(METRICS[metric].unit, lang) + (say(lang, "/年", " a year") if METRICS[metric].annual == "sum" else "")


def _four(x: Spread) -> list[float]:
    return [x.mean, x.low, x.high, x.share]
