"""The command `innosim`: reads the first word and the options, then hands over.

Imports only the standard library at the top: `innosim --help` must answer at once.
"""

from __future__ import annotations

import argparse
import os
import sys

ZH, EN = 0, 1

TOP = (
    """创新生态政策推演：与“若无该政策”的同一世界逐种子配对比较。

  innosim study                运行主研究(南通)并生成报告
  innosim run                  运行一个情景、一个种子
  innosim report [文件夹]       由已有结果重新生成报告
  innosim parameters           全部参数：取值、单位、来源
  innosim programmes           全部政策及其参数
  innosim check 文件           检查一个情景文件
  innosim places               全部地区

每条命令的说明: innosim 命令 --help        English: innosim --lang en --help
退出码: 0 完成 · 1 无法继续(文件夹被占用、磁盘已满) · 2 输入有误 · 3 部分运行失败 · 130 中断""",
    """What would an innovation policy change, compared seed by seed with the same world without it?

  innosim study                run the main study (Nantong) and build its report
  innosim run                  run one scenario with one seed
  innosim report [FOLDER]      build the report again from existing results
  innosim parameters           all numbers: value, unit, source
  innosim programmes           all programmes and their terms
  innosim check FILE           check a scenario file
  innosim places               all places

Help on a command: innosim COMMAND --help        中文: innosim --lang zh --help
Exit codes: 0 done · 1 cannot go on (folder in use, disk full) · 2 bad input · 3 some runs failed · 130 interrupted""",
)

SETTINGS = (
    """设置写作 名称=值，可用中文：
  place=nantong                    地区
  study=main|quick                 研究方案(conf/study)
  scenarios=[status_quo,none]      情景：名称、中文标题或 .yaml 文件
  against=[status_quo]             对照
  seeds=16 或 seeds=[3,7]          种子：1…16，或指定列表
  quarters=40                      季度数(自 2021Q1)
  draw=true|false                  每个种子同时抽取不确定参数
  numbers.credit.rate_cap=0.08     改一个参数；多个可写 'numbers={credit.rate_cap: 0.08, …}'
  executor=process|serial          多进程或单进程；workers=4 指定进程数
  results=文件夹                    结果位置，默认 results/<地区>-<研究>
  lang=zh|en                       语言
-m place=a,b                       逗号分隔的各值分别做一个完整研究，各有文件夹""",
    """Settings are written name=value:
  place=nantong                    the place
  study=main|quick                 the study (conf/study)
  scenarios=[status_quo,none]      scenarios: names, Chinese titles or .yaml files
  against=[status_quo]             what they are compared with
  seeds=16 or seeds=[3,7]          seeds 1…16, or a list
  quarters=40                      number of quarters, from 2021Q1
  draw=true|false                  each seed also draws the uncertain numbers
  numbers.credit.rate_cap=0.08     change a number; several: 'numbers={credit.rate_cap: 0.08, …}'
  executor=process|serial          worker processes or one process; workers=4 for so many
  results=FOLDER                   where results go, default results/<place>-<study>
  lang=zh|en                       language
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
    "parameters": ("全部参数：取值、单位、含义、来源", "all numbers: value, unit, meaning, source"),
    "programmes": ("全部政策及其参数", "all programmes and their terms"),
    "check": ("检查一个情景文件：0 正确，2 有误", "check a scenario file: 0 good, 2 not"),
    "places": ("全部地区", "all places"),
}  # fmt: skip
CONFIGURED = ("run", "study", "report")


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a GBK console must not end a study
    lang = language(arguments)
    try:
        return _dispatch(arguments, lang)
    except KeyboardInterrupt:
        from sim.console import message, shell_line

        print("\n" + message("interrupted", lang, line=shell_line(["innosim", *arguments])), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has seen enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from sim.errors import InnosimError, InputError, NotYet

        if not isinstance(error, InnosimError) or os.environ.get("INNOSIM_DEBUG") == "1":
            raise
        from sim.console import message

        print(message("error", lang, text=str(error)), file=sys.stderr)
        return 2 if isinstance(error, (InputError, NotYet)) else 1


def language(arguments: list[str]) -> str:
    """`--lang en`, `--lang=en` or `lang=en` anywhere; Chinese otherwise. A wrong word is refused later."""
    for before, word in zip(["", *arguments], arguments, strict=False):
        if before == "--lang" or word.startswith(("--lang=", "lang=")):
            return "en" if word.rpartition("=")[2] == "en" else "zh"
    return "zh"


def _dispatch(arguments: list[str], lang: str) -> int:
    index = EN if lang == "en" else ZH
    # Its help is TOP: argparse only takes the line apart.
    top = argparse.ArgumentParser("innosim", "innosim [--lang zh|en] COMMAND …", add_help=False, allow_abbrev=False)
    top.add_argument("--lang", choices=("zh", "en"))
    top.add_argument("--version", action="store_true")
    top.add_argument("-h", "--help", action="store_true")
    top.add_argument("command", nargs="?")
    top.add_argument("rest", nargs=argparse.REMAINDER)
    asked = top.parse_args(arguments)
    if asked.version:
        from importlib.metadata import version

        print(f"innosim {version('innosim')}")
        return 0
    if asked.help or asked.command is None:
        print(TOP[index])
        return 0
    if asked.command not in COMMANDS:
        from sim.errors import InputError, nearest

        problem = ("没有这条命令", "there is no such command")[index]
        close = nearest(asked.command, COMMANDS)
        raise InputError(problem, value=asked.command, allowed=COMMANDS, nearest=close)
    options = _parser(asked.command, index).parse_intermixed_args(asked.rest)
    options.lang = lang
    if asked.command in CONFIGURED:
        from sim import cli

        return getattr(cli, asked.command)(options)
    from sim import listing

    return getattr(listing, asked.command)(options)


def _parser(command: str, index: int) -> argparse.ArgumentParser:
    text = COMMANDS[command][index]
    if command in CONFIGURED:
        text += "\n\n" + SETTINGS[index] + (ONE[index] if command == "run" else "")
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(f"innosim {command}", None, text, formatter_class=plain, allow_abbrev=False)
    parser.add_argument("--lang", choices=("zh", "en"), help="zh | en")
    if command in CONFIGURED:
        parser.add_argument("settings", nargs="*", metavar=("设置", "SETTING")[index])
    if command == "study":
        parser.add_argument(
            "-m", "--multirun", action="store_true", help=("逐值各做一个研究", "one study for each value")[index]
        )
    if command == "parameters":
        kinds = ("document", "statistic", "literature", "assumption")
        parser.add_argument("--kind", choices=kinds, help=("只列一类来源", "only one kind of source")[index])
    if command in ("parameters", "programmes", "check"):
        parser.add_argument("--place", default="nantong", help=("地区", "place")[index])
    if command == "check":
        parser.add_argument("file", metavar=("文件", "FILE")[index])
    if command not in ("study", "report"):
        parser.add_argument("--json", action="store_true", help="JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
