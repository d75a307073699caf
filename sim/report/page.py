"""The page: everything of the report in one file that opens without a network and prints on A4."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from sim.report import answers, decomposition_words, tables, text
from sim.report.reading import Reading
from sim.report.words import say

HERE = Path(__file__).parent


def render(r: Reading, figures: list[dict], undrawn: list[str], lines: list, numbers: list) -> str:
    """`figures`: number, title, aid, caption, alt, data (base64 SVG or empty), width, height."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    css = (HERE / "page.css").read_text(encoding="utf-8")
    # `select_autoescape` would skip a name that ends in .j2: escape always.
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page = environment.get_template("page.html.j2")
    lang, unit = r.lang, text.money(r.lang)[1]
    return page.render(
        zh=lang == "zh", css=css, css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        decomposition=decomposition_words.page(r), **_head(r), not_for=_not_for(r, lines), compared=_compared(r), answers=_answers(r), undecided=answers.undecided_pairs(r),
        explain_worlds=_worlds(r), explain_answers=_reading(r), explain_costs=_costs(lang), figures=figures, undrawn=undrawn,
        unit=unit, years=r.years, costs=_cost_rows(r), scorecard=tables.scorecard(lines, lang), score_line=_score(lines, lang),
        number_line=_numbers(numbers, lang), quotes=tables.quotes(numbers, lang), assumptions=tables.assumptions(numbers, lang),
        colophon=_colophon(r),
    )  # fmt: skip


def _head(r: Reading) -> dict[str, str]:
    lang, results = r.lang, r.results
    title = say(lang, f"{r.place}创新生态政策推演报告", f"{r.place}: innovation policy, simulated")
    period = f"{r.quarters[0]}–{r.quarters[-1]}"
    firms = _firms(r)
    names = say(lang, "、", ", ").join(r.title(s) for s in r.others)
    base = text.quoted(lang, r.title(r.baseline))
    subtitle = say(lang, f"{r.place}，{period}（{len(r.quarters)} 个季度），{firms}。以{base}为基准，比较：{names or '（无）'}。",
                   f"{r.place}, {period} ({len(r.quarters)} quarters), {firms}. Baseline {base}, compared with: {names or '(none)'}.")  # fmt: skip
    zh, en = f"{r.data.sizes['seed']} 个种子", f"{r.data.sizes['seed']} seeds"
    if r.crossing is not None:
        draws, seeds = (len(set(column)) for column in r.crossing.T.tolist())
        zh, en = f"{draws} 次抽样 × {seeds} 个种子", f"{draws} draws × {seeds} seeds"
    runs = say(lang, f"完成 {results.n_done} / {results.n_planned} 次推演（{len(r.scenarios)} 个情景 × {zh}）。",
               f"{results.n_done} of {results.n_planned} runs done ({len(r.scenarios)} scenarios × {en}).")  # fmt: skip
    gone, pairs = results.n_planned - results.n_done, len(getattr(results, "missing_pairs", ()))
    missing = []
    if gone:
        missing.append(
            say(
                lang,
                f"缺 {gone} 次推演：缺失的世界不参加比较，没有用别的数字代替。",
                f"{gone} runs are missing: their worlds take no part in comparisons, and no number stands in for them.",
            )
        )
    if pairs:
        missing.append(say(lang, f"缺 {pairs} 组逐户对照。", f"{pairs} firm-by-firm comparisons are missing."))
    return {"title": title, "subtitle": subtitle, "runs": runs, "missing": " ".join(missing)}


def _firms(r: Reading) -> str:
    if not r.has("firms") or not r.shown:
        return say(r.lang, "企业数未知", "number of firms unknown")
    first = r.worlds("firms", r.shown[0])[:, 0].mean()
    return say(r.lang, f"约 {text.number(first, 3)} 家企业", f"about {text.number(first, 3)} firms")


def _compared(r: Reading) -> list[dict]:
    seeds = r.data.sizes["seed"]
    order = [r.baseline, *r.others]
    return [
        {"title": r.title(s), "question": r.question(s), "base": s == r.baseline, "done": r.done(s), "planned": seeds}
        for s in order
    ]


def _not_for(r: Reading, lines: list) -> list[str]:
    tested = [x for x in lines if x.hit is not None]
    missed = sum(not x.hit for x in tested)
    zh = [
        "不预测任何一家具体企业，也不预测某一年的确切数字；它比较的是“同一个世界里，换一种政策会差多少”。",
        "五份文件只写了存量、金额和家数，没有写任何概率或效果。企业、银行怎样反应，来自文献和假设（见文末），不是文件的结论。",
        "区间含 0、或同向世界不到 80% 的方案，不能用来排先后。",
        "不用于给企业、部门或区县打分、考核，也不代替资金审核。",
        "高企数是证书数，不等于创新成果；请同时看真实研发和成本。金额为名义价，文件到期以后的政策延续是假设。",
    ]
    en = [
        "Not a forecast of any named firm, nor of the exact figure of a year: it compares how much a policy changes the same world.",
        "The five documents give stocks, amounts and counts, and no rates or effects. How firms and banks respond rests on literature and assumptions (at the end), not on the documents.",
        "Not for ranking packages whose interval includes 0 or whose sign holds in under 80 % of worlds.",
        "Not for scoring or assessing firms, offices or districts, and no substitute for reviewing applications.",
        "Certified firms are certificates, not innovation: read them with real R&D and cost. Money is nominal; that programmes go on after the documents expire is assumed.",
    ]
    found = zh if r.lang == "zh" else en
    if tested:
        found.append(say(r.lang, f"记分卡 {len(tested)} 项检验中有 {missed} 项与事实不符（列在下面）；涉及这些方面的结论要打折扣。",
                         f"{missed} of {len(tested)} tests of the scorecard miss the facts (listed below); discount what rests on them."))  # fmt: skip
    return found


def _worlds(r: Reading) -> str:
    drawn = bool(r.results.manifest.get("study", {}).get("draw"))
    if r.crossing is not None:
        rest = say(r.lang, "和其余不确定的参数", " and the other uncertain numbers") if drawn else ""
        return say(r.lang, f"一次抽样（一组参数）配一个种子（运气{rest}）就是一个“世界”。同一个世界里各情景用同样的参数和运气，所以可以逐个世界相减；同一次抽样的世界参数相同，同一种子的世界运气相同，世界之间并不独立，区间已计入。",
                   f"A draw (one set of numbers) with a seed (luck{rest}) is a world. All scenarios meet the same numbers and luck in one world, so they can be subtracted world by world. Worlds of one draw share its numbers and worlds of one seed its luck: they are not independent, and the intervals allow for it.")  # fmt: skip
    luck = say(
        r.lang,
        "运气和一组不确定的参数" if drawn else "运气（参数取默认值）",
        "luck and one draw of the uncertain numbers" if drawn else "luck (numbers at their defaults)",
    )
    return say(r.lang, f"一个种子就是一个“世界”：{luck}。同一个世界里各情景用同样的运气，所以可以逐个世界相减。",
               f"A seed is a world: {luck}. All scenarios meet the same luck in one world, so they can be subtracted world by world.")  # fmt: skip


def _answers(r: Reading) -> list[dict]:
    base, found = text.quoted(r.lang, r.title(r.baseline)), []
    for s, rows in answers.by_scenario(r).items():
        name = text.quoted(r.lang, r.title(s))
        title = say(
            r.lang, f"{name}与{base}相比（{r.end}；高企为末三年平均，金额为年均）", f"{name} against {base} ({r.end}; HNTEs: mean of the last three years; money a year)"
        )
        found.append({"title": title, "headline": answers.headline(r, s), "rows": rows})
    return found


def _reading(r: Reading) -> str:
    zh, en = ("种子", "seeds") if r.crossing is None else ("抽样和种子", "draws and seeds")
    return say(r.lang, f"方括号是均值的 90% 区间（{zh}越多越窄）；“同向世界”是差别与均值同号的世界所占比例（不会因{zh}多而改变），“差为正”是差别大于零的世界所占比例。前两者都过关才说“可以确认”。真实研发为全期合计的相对变化。",
               f"Brackets: 90 % interval of the mean (narrows with {en}). Same sign: share of worlds whose difference has the sign of the mean (does not). Above 0: share of worlds with a difference above zero. Only if the first two pass a difference is called established. Real R&D: relative change over the whole horizon.")  # fmt: skip


def _costs(lang: str) -> str:
    return say(lang, "各世界均值，名义价，不含税收减免。预期代偿损失是年末存量，尚未支付；“合计”一行 = 各级政府成本 + 当年预期代偿损失的变动（没有期初数时，2021年从一季度末起算）。* 合计列：流量为各年之和，预期代偿损失为期末值。",
               "Means of worlds, nominal, without tax relief. Expected guarantee losses are year-end stocks, not yet paid; the row of sums = cost to all governments + change of the expected loss (from the first quarter of 2021 where no opening stock is recorded). * Total: sum of years for flows, last value for the expected loss.")  # fmt: skip


def _cost_rows(r: Reading) -> list:
    return [(name, [(label, [f"{v:.2f}".replace("-", "−") for v in values], f"{total:.2f}".replace("-", "−")) for label, values, total in rows])
            for name, rows in r.once(tables.costs)]  # fmt: skip


def _score(lines: list, lang: str) -> str:
    tested = [x for x in lines if x.hit is not None]
    fresh = [x for x in tested if not x.calibrated]
    hits, fresh_hits = sum(bool(x.hit) for x in tested), sum(bool(x.hit) for x in fresh)
    return say(lang, f"{len(tested)} 项检验，{hits} 项符合；其中 {len(fresh)} 项从未用于校准，{fresh_hits} 项符合。不符合的照列。来源中 X0001 一类编号是事实库的行号。",
               f"{len(tested)} tests, {hits} hits; {len(fresh)} were never calibrated to, {fresh_hits} of them hit. Misses are listed like the rest. Sources such as X0001 are rows of the fact base.")  # fmt: skip


def _numbers(numbers: list, lang: str) -> str:
    count = tables.kinds(numbers)
    names = {
        "document": ("文件原文", "documents"),
        "statistic": ("统计", "statistics"),
        "literature": ("文献", "literature"),
        "assumption": ("假设", "assumptions"),
    }
    parts = [say(lang, f"{names[k][0]} {count.get(k, 0)} 个", f"{names[k][1]} {count.get(k, 0)}") for k in names]
    return say(lang, f"模型共用 {len(numbers)} 个数：{'、'.join(parts)}。每个数都有出处，可以在情景文件里改；全部列在 summary_numbers.csv，打印时不展开假设表。",
               f"The model uses {len(numbers)} numbers: {', '.join(parts)}. Each has a source and can be changed in a scenario file; assumptions and quotes stand in summary_numbers_en.csv, and the list of assumptions is not printed.")  # fmt: skip


def _colophon(r: Reading) -> list[str]:
    manifest = r.results.manifest
    made = [f"innosim {manifest.get('versions', {}).get('innosim', '')}".strip()]
    for key, zh, en in (
        ("created", "推演时间", "study of"),
        ("commit", "版本", "commit"),
        ("command", "重做命令", "command to repeat"),
    ):
        if manifest.get(key):
            made.append(f"{say(r.lang, zh, en)}{say(r.lang, '：', ': ')}{manifest[key]}")
    font = say(
        r.lang,
        "图中字体：Innosim Sans SC（Noto Sans SC 的子集，SIL OFL 1.1）。",
        "Type in figures: Innosim Sans SC (a subset of Noto Sans SC, SIL OFL 1.1).",
    )
    return [" · ".join(made), font]
