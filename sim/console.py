"""What the command line says, in Chinese and English, and the progress line. Only signs that a GBK console can show."""

from __future__ import annotations

import shlex
import sys
import time
import unicodedata

MESSAGES = {
    "error": ("错误: {text}", "Error: {text}"),
    "interrupted": ("已中断。重新运行:\n  {line}", "Interrupted. To start again:\n  {line}"),
    "kept": (
        "已中断，已完成的 {kept} 次(共 {total} 次)保存在 {folder}。续跑:\n  {line}",
        "Interrupted; {kept} of {total} runs are kept in {folder}. To go on:\n  {line}",
    ),
    "replaced": ("注意: {scenario} 自设的 {numbers} 由命令行的值取代", "Note: the command line replaces {numbers} of {scenario}"),
    "header": (
        "innosim {version} | {place} {quarters} 季度 | {scenarios} 情景 × {seeds} 种子 = {runs} 次 | {folder}",
        "innosim {version} | {place}, {quarters} quarters | {scenarios} scenarios × {seeds} seeds = {runs} runs | {folder}",
    ),
    "header_draws": (
        "innosim {version} | {place} {quarters} 季度 | {scenarios} 情景 × {draws} 抽样 × {seeds} 种子 = {runs} 次 | {folder}",
        "innosim {version} | {place}, {quarters} quarters | {scenarios} scenarios × {draws} draws × {seeds} seeds = {runs} runs | {folder}",
    ),
    "varied": ("每次抽样改变 {n} 个参数({method})", "each draw varies {n} numbers ({method})"),
    "dry": (
        "需运行 {todo} 次(共 {runs} 次，已有 {done} 次)\n时间约 {wall}: 每次 {each:.2f} 秒({source})，{workers} 个进程\n内存约 {memory}，磁盘约 {disk}\n未写入任何文件",
        "{todo} runs to do ({runs} in all, {done} there)\ntime about {wall}: {each:.2f} s a run ({source}), {workers} workers\nmemory about {memory}, disk about {disk}\nnothing was written",
    ),
    "measured": ("刚测得", "measured now"), "stored": ("已有运行的平均", "mean of the runs there"), "stated": ("指定", "as stated"),
    "parts": ("{label}: 各世界差异的方差中，参数 {numbers:.0%}，运气 {luck:.0%}，二者交互 {both:.0%}",
              "{label}: of the variance over worlds, numbers {numbers:.0%}, luck {luck:.0%}, both together {both:.0%}"),
    "draws": ("每个种子同时抽取 {n} 个不确定参数", "each seed also draws {n} uncertain numbers"),
    "hint": ("(可按 Ctrl-C 中断，再次运行即续跑)", "(Ctrl-C stops; the same command goes on)"),
    "progress": ("推演 {share:4.0%} {bar} {done}/{total} [{spent}] {rate} 失败 {failed}", "runs {share:4.0%} {bar} {done}/{total} [{spent}] {rate} failed {failed}"),
    "rate": ("{rate:.1f} 次/秒, 余 {left}", "{rate:.1f} runs/s, {left} left"),
    "already": ("全部 {n} 次已有结果，未重新运行", "all {n} runs are there already, none was repeated"),
    "failed": ("{failed} 次未得到结果(共 {total} 次)，以下结果只含其余 {done} 次", "{failed} of {total} runs gave no result; what follows is from the other {done}"),
    "lost": ("  {scenario}，种子 {seed}: {status}，{reason}", "  {scenario}, seed {seed}: {status}, {reason}"),
    "lost_draws": ("  {scenario}，抽样 {draw}、种子 {seed}: {status}，{reason}", "  {scenario}, draw {draw}, seed {seed}: {status}, {reason}"),
    "uncompared": ("{n} 对运行未能逐企业比较: {reason}", "{n} pairs of runs could not be compared firm by firm: {reason}"),
    "more": ("  …另有 {n} 次", "  … and {n} more"),
    "summary": (
        "与“{against}”相比(同种子配对; 均值 90% 区间; 同向世界占比)",
        "Compared with \"{against}\" (same seed; mean with 90 % interval; share of worlds with the same sign)",
    ),
    "summary_draws": (
        "与“{against}”相比(同抽样、同种子配对; 均值 90% 区间; 同向世界占比)",
        "Compared with \"{against}\" (same draw and seed; mean with 90 % interval; share of worlds with the same sign)",
    ),
    "undecided": ("尚不能区分: {one} 与 {other} ({metric}): {why}", "Not told apart: {one} and {other} ({metric}): {why}"),
    "why_more": ("均值约需再跑 {n} 个种子; 同向 {share:.0%}", "the mean needs about {n} more seeds; same sign in {share:.0%}"),
    "why_more_draws": ("均值约需再跑 {n} 个世界(抽样与种子按现有比例); 同向 {share:.0%}",
                       "the mean needs about {n} more worlds (draws and seeds in proportion); same sign in {share:.0%}"),
    "why_same": ("各世界差别均为零", "no difference in any world"),
    "why_mixed": ("仅 {share:.0%} 的世界同向，增加种子无济于事", "only {share:.0%} of worlds agree, more seeds will not help"),
    "why_mixed_draws": ("仅 {share:.0%} 的世界同向，增加抽样和种子无济于事", "only {share:.0%} of worlds agree, more draws and seeds will not help"),
    "why_few": ("种子太少", "too few seeds"), "why_few_draws": ("世界太少", "too few worlds"),
    "no_reference": ("研究中没有对照情景，故无比较", "no reference scenario in this study, so nothing is compared"),
    "unchanged": ("报告没有变化 {folder}:", "The report is unchanged in {folder}:"),
    "written": ("已写出 {folder}:", "Written to {folder}:"),
    "nothing": ("没有一次运行得到结果", "not one run gave a result"),
    "run": ("innosim {version} | {place} | {scenario} | 种子 {seed} | {quarters} 季度", "innosim {version} | {place} | {scenario} | seed {seed} | {quarters} quarters"),
    "good": ("{file}: 正确。情景 {name}“{title}”，{n} 项政策", "{file}: good. Scenario {name} \"{title}\", {n} programmes"),
    "new": ("已写入 {file}，检查通过（{n} 项政策）。填写后: innosim study 'scenarios=[status_quo,{file}]'",
            "{file} is written and good ({n} programmes). Fill it in, then: innosim study 'scenarios=[status_quo,{file}]'"),
    "package": ("{id}  {title} | {n} 项政策 | 安排预算 {all:.2f} 亿元/年，其中市级 {city:.2f}",
                "{id}  {title} | {n} programmes | appropriation {all:.0f}m RMB a year, the city's {city:.0f}m"),
    "count": ("共 {n} 项", "{n} in all"),
    "place": ("{id}  {title}: {year}年末企业 {firms} 家，其中高企 {hnte} 家; {districts} 个板块; 距离(公里) {far}",
              "{id}  {title}: {firms} firms at the end of {year}, {hnte} of them HNTEs; {districts} districts; km to {far}"),
    "inside": ("{id}  位于{place}之内，其数已含在{place}中，不可相加", "{id}  lies inside {place}: it is counted there already, never add the two"),
    "nested": ("注意: {problem}", "Note: {problem}"),
    "late": ("末三年平均", "mean of the last three years"),
    "end": ("{when}末", "end of {when}"),
    "total": ("{first}至{last}累计", "{first} to {last} in all"),
    "per_year": ("年均", "per year"),
}  # fmt: skip


def message(key: str, lang: str, **values) -> str:
    """A message in a language."""
    return MESSAGES[key][1 if lang == "en" else 0].format(**values)


def say(key: str, lang: str, **values) -> None:
    """Print a message at once."""
    print(message(key, lang, **values), flush=True)


def shell_line(words: list[str]) -> str:
    """Words as a line that can be pasted into a shell."""
    return shlex.join(words)


def width(text: str) -> int:
    """Columns of a text on a console; Chinese signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, columns: int) -> str:
    """The text filled with blanks to a number of columns."""
    return text + " " * max(0, columns - width(text))


class Progress:
    """One line that is written over on a console; a few lines where the output is kept in a file."""

    def __init__(self, lang: str, stream=None):
        self._lang = lang
        self._stream = stream or sys.stdout
        self._live = self._stream.isatty()
        self._begun = time.monotonic()
        self._first: int | None = None
        self._shown = -1.0
        self._long = 0
        self.started = 0

    def __call__(self, done: int, total: int, failed: int) -> None:
        if self._first is None:
            self._first = done
            if done == total:
                return
        self.started = done - self._first
        share = done / total
        if not self._live and share < 1.0 and share - self._shown < 0.25:
            return
        self._shown = share
        line = self._line(done, total, failed, share)
        if self._live:
            columns = width(line)
            self._stream.write("\r" + padded(line, self._long) + ("\n" if done == total else ""))
            self._long = columns
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def _line(self, done: int, total: int, failed: int, share: float) -> str:
        spent = time.monotonic() - self._begun
        rate = ""
        if self.started and spent > 0:
            each = self.started / spent
            rate = message("rate", self._lang, rate=each, left=_clock((total - done) / each))
        bar = padded("█" * round(12 * share), 12)
        return message(
            "progress",
            self._lang,
            share=share,
            bar=bar,
            done=done,
            total=total,
            spent=_clock(spent),
            rate=rate,
            failed=failed,
        )


def size(count: float) -> str:
    """A number of bytes in a unit that leaves it readable."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def duration(seconds: float) -> str:
    """A time as a clock shows it, in days from two days on."""
    return f"{seconds / 86400:,.1f} d" if seconds >= 2 * 86400 else _clock(seconds)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return (f"{hours}:" if hours else "") + f"{rest // 60:02d}:{rest % 60:02d}"
