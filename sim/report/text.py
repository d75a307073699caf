"""Text that is only text, and numbers that say no more than is known."""

from __future__ import annotations

import math
import unicodedata

from sim.report.style import covered

CLOSING = set("，。、；：）？！”》,.;:)?!")


def plain(text: object) -> str:
    """Text that Matplotlib draws as it stands: no control or direction marks, and no character without a glyph."""
    known = covered()
    kept = (" " if c.isspace() else c for c in str(text) if c.isspace() or unicodedata.category(c)[0] != "C")
    return "".join(c if ord(c) in known else "〓" for c in kept)


def columns(text: str) -> int:
    """Width in half-width columns: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: object, width: int, lines: int = 3) -> str:
    """Lines of at most `width` half-width columns and about the same length; cut with … after `lines` lines."""
    pieces = list(_pieces(plain(text).strip(), width))
    rows = _filled(pieces, width)
    if len(rows) > lines:
        last = rows[lines - 1]
        while columns(last) > width - 2:
            last = last[:-1]
        return "\n".join([*rows[: lines - 1], last + "…"])
    narrow = next(w for w in range(max(1, width // 2), width + 1) if len(_filled(pieces, w)) <= len(rows))
    return "\n".join(_filled(pieces, narrow)) if len(rows) > 1 else "".join(rows)


def _filled(pieces: list[str], width: int) -> list[str]:
    rows, row = [], ""
    for piece in pieces:
        closes = piece.strip() in CLOSING  # stays with the line it closes
        if row and not closes and columns(row) + columns(piece.rstrip()) > width:
            rows.append(row.rstrip())
            row = ""
        row += piece if row else piece.lstrip()
    return [r for r in [*rows, row.rstrip()] if r] or [""]


def _pieces(text: str, width: int):
    """What must not be broken: words, figures, single Chinese characters; a word longer than a line is cut."""
    word = ""
    for c in text:
        wide = unicodedata.east_asian_width(c) in "WF"
        if word and (wide or columns(word) >= width):
            yield word
            word = ""
        word += c
        if wide or c == " ":
            yield word
            word = ""
    if word:
        yield word


def money(lang: str) -> tuple[float, str]:
    """(yuan in a unit, the unit): planners here count in 亿元."""
    return (1e8, "亿元") if lang == "zh" else (1e9, "bn RMB")


def number(value: float, digits: int = 3, sign: bool = False) -> str:
    """About `digits` significant digits, thousands grouped, a true minus sign: 2 184 of a model is not four digits sure."""
    if not math.isfinite(value):
        return "—"
    size = math.floor(math.log10(abs(value))) if value else 0
    places = max(0, digits - 1 - size)
    rounded = round(value, digits - 1 - size) if value else 0.0
    text = f"{rounded:{'+' if sign and rounded else ''},.{min(places, 6)}f}"
    return text.replace("-", "−")


def trio(mean: float, low: float, high: float, sign: bool = True) -> str:
    """`mean [low, high]`, rounded to what the interval can carry: two digits of its half width but no more than three of
    the value, and more where a bound beside 0 would read as 0."""
    half = (high - low) / 2
    if not math.isfinite(half) or half <= 0:
        return number(mean, 3, sign)
    largest = max(abs(mean), abs(low), abs(high))
    places = min(1 - math.floor(math.log10(half)), 2 - math.floor(math.log10(largest)))
    while places < 6 and any(v and not round(v, places) for v in (low, high)):
        places += 1
    texts = (
        f"{round(v, places) + 0.0:{'+' if sign else ''},.{max(0, places)}f}".replace("-", "−")
        for v in (mean, low, high)
    )
    mean_text, low_text, high_text = texts
    return f"{mean_text} [{low_text}, {high_text}]"


def quoted(lang: str, name: str) -> str:
    """The quotation marks of Chinese type are full width: wrong between English words."""
    return f"“{name}”" if lang == "zh" else f'"{name}"'


def short(value: float, digits: int = 3) -> str:
    """A known value, without the zeros that rounding adds."""
    written = number(value, digits)
    return written.rstrip("0").rstrip(".") if "." in written else written


PLAIN = {"switch", "quarter", "tier", "index", "ratio", "shape", "exponent", "number"}  # the value says enough
MONEY = {"zh": ((1e8, "亿元"), (1e4, "万元")), "en": ((1e9, "bn RMB"), (1e6, "m RMB"))}


def amount(value: float, unit: str, lang: str, with_unit: bool = True, like: float | None = None) -> str:
    """A value of the scorecard or of the number table as a planner would write it; money in the unit that fits `like`
    (or the value itself), so that several amounts in a row have one unit."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        return "—"
    per = unit.removeprefix("RMB")
    size = abs(value if like is None or not math.isfinite(like) else like)
    scale, name = next(((s, n) for s, n in MONEY[lang] if size >= s), (1.0, "")) if per != unit else (1.0, "")
    if name:
        return f"{short(value / scale)} {name}{unit_name(per, lang)}" if with_unit else short(value / scale)
    if unit.startswith("share"):
        per = unit_name(unit, lang).removeprefix(unit_name("share", lang)) if with_unit else ""
        return f"{short(value * 100)}%{per}"
    spoken = unit_name(unit, lang) if with_unit and unit not in PLAIN else ""
    return f"{short(value)} {spoken}".strip()


def span(low: float, high: float, unit: str, lang: str, like: float | None = None) -> str:
    """`low–high unit`, or the one value if both are the same."""
    like = high if like is None else like
    first, last = (amount(v, unit, lang, False, like) for v in (low, high))
    return amount(high, unit, lang, like=like) if first == last else f"{first}–{amount(high, unit, lang, like=like)}"


# Parts of units; `a/b` and `a per b` are put together from them.
UNITS = {
    "RMB": "元", "firms": "家", "firm": "家", "share": "占比", "years": "年", "year": "年", "quarters": "季度", "quarter": "季度",
    "persons": "人", "person": "人", "index": "指数", "number": "数值", "ratio": "比值", "patents": "件", "banks": "家", "files": "件", "file": "件",
    "projects": "个", "application": "次申请", "loan": "笔贷款", "km": "公里", "degrees east": "东经度", "degrees north": "北纬度",
    "elasticity": "弹性", "exponent": "指数", "shape": "形状参数", "switch": "开关", "tier": "层级", "multiple": "倍",
    "log points": "对数点", "log-odds": "对数优势", "cost share": "成本占比", "log point": "对数点", "sd": "标准差",
    "setup cost": "筹建成本", "unit growth": "单位增长", "million RMB": "百万元", "share of balance": "占余额", "share of loans": "占贷款",
    "share of loss": "占损失", "share of the round": "占投资额",
    "share of leavers": "占离职者", "share of posts": "占岗位", "working days": "个工作日", "m2": "平方米", "month": "月", "person-year": "人年",
    "share of reported R&D": "占申报研发",
    "weight": "权重", "share of sales": "占营业收入", "share of annual sales": "占年营业收入", "share of the local part": "占本地部分", "months": "月", "points": "分", "point": "分", "winner": "名获奖者",
    "ties": "个", "rule": "规则", "tie": "个", "project": "个", "events": "场", "event": "场", "centres": "个", "centre": "个", "region": "地区", "field": "领域", "district": "区县", "RMB^x": "元^x",
    "rounds": "轮", "stakes": "笔", "stage": "阶段", "score": "评分", "funds": "只", "share of deals": "占项目", "share of firms": "占企业",
    "carriers": "家", "carrier": "家", "desks": "个工位", "desk": "工位", "m2 or desks": "平方米或工位",
    "RMB over two years": "元（两年合计）", "rent": "年租金",
    "share of vacancy": "空置率",
    "correlation": "相关系数", "quantile": "分位数", "log": "对数", "log of teams": "参赛队数的对数", "meeting": "次会议",
    "departments": "个部门", "department": "个部门", "levels": "级", "log-odds a level": "对数优势（每级）", "file and level": "件·级",
    "institutes": "家", "institute": "家", "contracts": "份", "licences": "项", "universities": "所高校", "clubs": "个联合体", "club": "个联合体", "contract": "份合同", "place": "位", "teams": "队", "problems": "项",
    "": "",
}  # fmt: skip


def unit_name(unit: str, lang: str) -> str:
    if lang != "zh":
        return unit
    if unit.startswith("per "):
        return "每" + UNITS.get(unit[4:], unit[4:])
    parts = unit.replace(" per ", "/").split("/")
    return "/".join(UNITS.get(part, part) for part in parts)
