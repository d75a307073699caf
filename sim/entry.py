"""The command `innosim`: reads the first word and the options, then hands over.

Imports only the standard library at the top: `innosim --help` must answer at once.
"""

from __future__ import annotations

import argparse
import os
import re
import sys

ZH, EN = 0, 1
LANGUAGES = ("zh", "en")

TOP = (
    """创新生态政策推演：与“若无该政策”的同一世界逐种子配对比较。

  innosim study                运行主研究(南通)并生成报告
  innosim run                  运行一个情景、一个种子
  innosim report [文件夹]       由已有结果重新生成报告
  innosim runs 文件夹           列出各次运行的状态
  innosim export 文件夹         导出 CSV、Parquet、NetCDF 或 Excel
  innosim parameters           全部参数：取值、单位、来源
  innosim programmes [政策]     文件所列全部政策；加政策名列出其条款
  innosim scenarios            随附的情景：问题与预算
  innosim scenario new 名称     由基础情景写出一个可填写的情景文件
  innosim check 文件           检查一个情景文件
  innosim places               全部地区

每条命令的说明: innosim 命令 --help        English: innosim --help lang=en
退出码: 0 完成 · 1 无法继续(文件夹被占用、磁盘已满) · 2 输入有误 · 3 部分运行失败 · 130 中断""",
    """What would an innovation policy change, compared seed by seed with the same world without it?

  innosim study                run the main study (Nantong) and build its report
  innosim run                  run one scenario with one seed
  innosim report [FOLDER]      build the report again from existing results
  innosim runs FOLDER          list the runs and their status
  innosim export FOLDER        write CSV, Parquet, NetCDF or Excel
  innosim parameters           all numbers: value, unit, source
  innosim programmes [ID]      all programmes of the documents; with an id, one and its terms
  innosim scenarios            the packages that come with it: question and cost
  innosim scenario new NAME    write a commented package file from a base
  innosim check FILE           check a scenario file
  innosim places               all places

Help on a command: innosim COMMAND --help lang=en        中文: innosim --help
Exit codes: 0 done · 1 cannot go on (folder in use, disk full) · 2 bad input · 3 some runs failed · 130 interrupted""",
)

SETTINGS = (
    """设置写作 名称=值，可用中文：
  place=nantong                    地区
  study=main|quick|tax_relief      研究方案(conf/study)
  scenarios=[status_quo,none]      情景：名称、中文标题或 .yaml 文件
  against=[status_quo]             对照
  seeds=16 或 seeds=[3,7]          种子：1…16，或指定列表
  quarters=40                      季度数(自 2021Q1)
  draw=true|false                  每个种子同时抽取不确定参数
  draws=10                         另外抽样10次，每次配全部种子；method=random|lhs|sobol
  vary={credit.rate_cap: [0.05, 0.1]}   只改变这些参数：范围，或 null 取先验；method=grid|list 时为各个取值
  numbers.credit.rate_cap=0.08     改一个参数；多个可写 'numbers={credit.rate_cap: 0.08, …}'
  executor=process|serial|dask|ray 多进程、单进程或集群；workers=4 指定进程数；address=集群地址；timeout=每次运行限时(秒)
  results=文件夹                    结果位置，默认 results/<地区>-<研究>
  lang=zh|en                       语言
每项设置只写一次。命令行的值优先于情景文件，情景文件优先于默认值。
-m place=a,b                       逗号分隔的各值分别做一个完整研究，各有文件夹""",
    """Settings are written name=value:
  place=nantong                    the place
  study=main|quick|tax_relief      the study (conf/study)
  scenarios=[status_quo,none]      scenarios: names, Chinese titles or .yaml files
  against=[status_quo]             what they are compared with
  seeds=16 or seeds=[3,7]          seeds 1…16, or a list
  quarters=40                      number of quarters, from 2021Q1
  draw=true|false                  each seed also draws the uncertain numbers
  draws=10                         ten draws apart from the seeds, each with every seed; method=random|lhs|sobol
  vary={credit.rate_cap: [0.05, 0.1]}   vary these numbers only: a range, null for the prior; with method=grid|list values
  numbers.credit.rate_cap=0.08     change a number; several: 'numbers={credit.rate_cap: 0.08, …}'
  executor=process|serial|dask|ray where runs are made; workers=4 for so many; address= of a cluster; timeout= seconds a run
  results=FOLDER                   where results go, default results/<place>-<study>
  lang=zh|en                       language
Each is written once. The command line goes before scenario files, and those before the defaults.
-m place=a,b                       a complete study for each of the values, each in its own folder""",
)
ONE = (
    """
  scenario=status_quo              情景
  seed=1                           种子""",
    """
  scenario=status_quo              the scenario
  seed=1                           the seed""",
)

COMMANDS = {
    "run": ("运行一个情景、一个种子，输出逐年关键指标", "run one scenario with one seed and print key metrics by year"),
    "study": ("运行情景 × 种子，可随时中断并续跑，最后生成报告", "run scenarios × seeds, stop and go on at any time, then build the report"),
    "report": ("由已有结果重新生成报告", "build the report again from existing results"),
    "runs": ("列出各次运行的状态、用时与错误", "list the runs with status, seconds and error"),
    "export": ("导出结果，写入 文件夹/export", "write the results for other programs into FOLDER/export"),
    "parameters": ("全部参数：取值、单位、含义、来源", "all numbers: value, unit, meaning, source"),
    "programmes": ("文件所列全部政策：在模型中是什么、经何渠道、预期何种结果；加政策名列出其条款",
                   "all programmes of the documents, what each is in the model and what is expected of it; with an id, its terms"),
    "check": ("检查一个情景文件：0 正确，2 有误", "check a scenario file: 0 good, 2 not"),
    "scenarios": ("随附的情景：标题、问题、安排的预算", "the packages that come with it: title, question, stated appropriation"),
    "scenario": ("new 名称：由基础情景写出一个带注释的情景文件，列出全部项目与条款；不覆盖已有文件",
                 "new NAME: write a commented package file from a base, with every programme and term; nothing is overwritten"),
    "places": ("全部地区", "all places"),
}  # fmt: skip
CONFIGURED = ("run", "study", "report")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console must not end a study
    asked, words = _languages(arguments)
    lang = next((word for _, word in asked if word in LANGUAGES), "zh")
    try:
        _check_language(asked)
        return _dispatch(words, lang)
    except KeyboardInterrupt as stop:
        from sim.console import message, shell_line

        line = shell_line([*_command(), *arguments])
        kept = vars(stop)  # of a study: how many runs, and where
        print("\n" + message("kept" if kept else "interrupted", lang, line=line, **kept), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from sim.errors import InnosimError, InputError

        if not isinstance(error, InnosimError) or os.environ.get("INNOSIM_DEBUG") == "1":
            raise
        from sim.console import message
        from sim.wording import told

        print(message("error", lang, text=told(error, lang)), file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1


def _interruptible(run, options: argparse.Namespace) -> int:
    """A command whose first Ctrl-C stops in good order, and the second at once."""
    import signal

    def again(*_) -> None:
        os._exit(130)  # no traceback; workers end with their driver, and the journal survives a kill

    def first(*_) -> None:
        signal.signal(signal.SIGINT, again)
        raise KeyboardInterrupt

    # Left alone where it is ignored (in the background) or a host handles it; no thread but the main one may set it.
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler or not _main_thread():
        return run(options)
    signal.signal(signal.SIGINT, first)
    try:
        return run(options)
    finally:
        if signal.getsignal(signal.SIGINT) is first:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _main_thread() -> bool:
    import threading

    return threading.current_thread() is threading.main_thread()


def _command() -> list[str]:
    """How this program was started, for a line that starts it again."""
    if sys.argv[0].endswith("entry.py"):
        return [sys.executable, "-m", "sim.entry"]
    import shutil

    if "UV_RUN_RECURSION_DEPTH" in os.environ:  # set by `uv run`, outside of which there is no `innosim`
        return ["uv", "run", "innosim"] if shutil.which("uv") else ["python3", "-m", "uv", "run", "innosim"]
    return ["innosim"]


def _languages(arguments: list[str]) -> tuple[list[tuple[str, str | None]], list[str]]:
    """What asks for a language, as written and the word itself, and all other words.

    `--lang en`, `--lang=en` and `lang=en` count alike, anywhere: read here, no command can read them otherwise.
    """
    asked, rest, words = [], [], iter(arguments)
    for word in words:
        if word == "--lang":
            after = next(words, None)
            asked.append((f"{word} {after or ''}".strip(), after))
        elif found := re.fullmatch(r"(?:--|\+{0,2})lang=(.*)", word, re.DOTALL):
            asked.append((word, found[1].strip("'\"")))
        else:
            rest.append(word)
    return asked, rest


def _check_language(asked: list[tuple[str, str | None]]) -> None:
    for written, word in asked:
        if word not in LANGUAGES:
            from sim.errors import InputError

            raise InputError("is not acceptable", field="lang", value=written, allowed=LANGUAGES)
    if len(asked) > 1:
        from sim.errors import InputError, shown

        raise InputError(f"is set twice: {shown(asked[0][0])} and {shown(asked[1][0])}", field="lang")


def _dispatch(arguments: list[str], lang: str) -> int:
    index = LANGUAGES.index(lang)
    # Its help is TOP: argparse only takes the line apart.
    top = _Parser("innosim", add_help=False, allow_abbrev=False)
    top.add_argument("--version", action="store_true")
    top.add_argument("-h", "--help", action="store_true")
    top.add_argument("command", nargs="?")
    top.add_argument("rest", nargs=argparse.REMAINDER)
    asked = top.parse_args(arguments)
    if asked.version:
        from importlib.metadata import version

        print(f"innosim {version('innosim')}")
        return 0
    if asked.help or asked.command in (None, "help"):
        print(TOP[index])
        return 0
    if asked.command not in COMMANDS:
        from sim.errors import InputError, nearest

        close = nearest(asked.command, COMMANDS)
        raise InputError("there is no such command", value=asked.command, allowed=COMMANDS, nearest=close)
    parser = _parser(asked.command, index)
    options = parser.parse_intermixed_args([parser.option(word) for word in asked.rest])
    options.lang, options.command = lang, asked.command
    return _interruptible(_run, options)


def _run(options: argparse.Namespace) -> int:
    # Imported here: they take a second, in which Ctrl-C is pressed too.
    if options.command in (*CONFIGURED, "runs", "export"):
        from sim import cli as home
    elif options.command == "programmes":
        from sim import programme_list as home
    elif options.command in ("scenario", "scenarios"):
        from sim import scenario_files as home
    else:
        from sim import listing as home
    return getattr(home, options.command)(options)


class _Chinese(argparse.RawDescriptionHelpFormatter):
    """The one word of argparse's help that no argument reaches."""

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, "用法: " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse with mistakes told as all others are, and settings accepted for options."""

    def error(self, message: str):
        from sim.errors import InputError, nearest
        from sim.settings import GROUPS, SHORT

        known = {name: name for name in self._option_string_actions}
        if any(action.dest == "settings" for action in self._actions):
            known |= {f"--{name}": f"{name}=" for name in (*GROUPS, *SHORT, "numbers", "results")}
        unknown = re.fullmatch(r"unrecognized arguments: (\S+).*", message, re.DOTALL)
        close = nearest(unknown[1].partition("=")[0], known) if unknown else None
        raise InputError(message, field=self.prog, nearest=known.get(close))

    def option(self, word: str) -> str:
        """`place=nantong` as `--place=nantong` where the command has that option, as settings are written elsewhere."""
        name, equals, _ = word.partition("=")
        return f"--{word}" if equals and f"--{name}" in self._option_string_actions else word


def _parser(command: str, index: int) -> _Parser:
    text = COMMANDS[command][index]
    if command in CONFIGURED:
        text += "\n\n" + SETTINGS[index] + (ONE[index] if command == "run" else "")
    layout = (_Chinese, argparse.RawDescriptionHelpFormatter)[index]
    parser = _Parser(f"innosim {command}", None, text, formatter_class=layout, allow_abbrev=False, add_help=False)
    words = parser.add_argument_group(("参数", "arguments")[index])
    flags = parser.add_argument_group(("选项", "options")[index])
    flags.add_argument("-h", "--help", action="help", help=("显示本说明", "show this help")[index])
    # Read before argparse sees the line; here for the help alone.
    flags.add_argument("--lang", choices=LANGUAGES, help=("语言，也可写 lang=en", "language, also lang=en")[index])
    if command in CONFIGURED:
        words.add_argument("settings", nargs="*", metavar=("设置", "SETTING")[index], help=("见上", "see above")[index])
    if command == "study":
        flags.add_argument(
            "-m", "--multirun", action="store_true", help=("逐值各做一个研究", "one study for each value")[index]
        )
        flags.add_argument(
            "--dry-run", action="store_true", help=("只估算次数、时间、内存、磁盘", "only say how many runs, time, memory, disk")[index]
        )
        flags.add_argument(
            "--seconds", type=float, metavar=("秒", "SECONDS")[index],
            help=("估算时每次运行的用时，默认实测", "of one run, for the estimate; else measured")[index],
        )  # fmt: skip
        flags.add_argument(
            "--anew", action="store_true", help=("文件夹里已有另一项研究时仍在其中运行", "run in a folder of another study too")[index]
        )
    if command in ("runs", "export"):
        words.add_argument("folder", metavar=("文件夹", "FOLDER")[index], help=("研究结果所在", "where a study is kept")[index])
    if command == "runs":
        flags.add_argument("--status", help="pending, done, failed, killed, timeout")
    if command == "export":
        flags.add_argument("--to", default="csv", help="csv,parquet,netcdf,excel")
    if command == "parameters":
        kinds = ("document", "statistic", "literature", "assumption")
        flags.add_argument("--kind", choices=kinds, help=("只列一类来源", "only one kind of source")[index])
    if command == "scenario":
        words.add_argument("action", choices=("new",), metavar="new", help=("写出新文件", "write a new file")[index])
        words.add_argument("name", metavar=("名称", "NAME")[index], help=("新情景的名称", "of the new package")[index])
        flags.add_argument("--base", default="status_quo", help=("基础情景，默认 status_quo", "the base, default status_quo")[index])
        flags.add_argument("--to", default=".", metavar=("文件夹", "FOLDER")[index], help=("写到哪里", "where it goes")[index])
    if command in ("parameters", "check", "scenario", "scenarios"):
        flags.add_argument("--place", default="nantong", help=("地区", "place")[index])
    if command == "programmes":
        named = ("政策名，见列表", "as in the list")[index]
        words.add_argument("id", nargs="?", metavar=("政策", "ID")[index], help=named)
        flags.add_argument("--place", help=("只列一个地区的政策", "only those of one place")[index])
    if command == "check":
        words.add_argument(
            "file", metavar=("文件", "FILE")[index], help=("情景文件(.yaml)", "scenario file (.yaml)")[index]
        )
    if command not in ("study", "report", "export", "scenario"):
        flags.add_argument("--json", action="store_true", help=("以 JSON 输出", "as JSON")[index])
    parser.usage = parser.format_usage().partition(": ")[2].rstrip()  # argparse would cut off "usage: " by its length
    return parser


if __name__ == "__main__":
    sys.exit(main())
