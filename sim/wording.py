"""The errors of the command line in Chinese: one table from the English sentences of the code, put in at one place.

Raise sites stay plain English and need no key: what an f-string fills in is a hole, `{0}`, `{1}` … in its order here.
A test reads the sources and names every sentence that this table lacks. Only signs that a GBK console can show.
"""

from __future__ import annotations

import re
from functools import cache

from sim.errors import InputError

ZH = {
    # the frame of a sentence (sim/errors.py)
    "; got {0}": "；现写作 {0}",
    "; allowed: {0}": "；允许: {0}",
    "; did you mean {0}?": "；是否想写 {0}？",
    " … ({0} in all)": " … (共 {0} 个)",
    # files (sim/inputs.py)
    "is not a regular file": "不是普通文件",
    "there is no such file": "没有这个文件",
    "cannot be read ({0})": "无法读取({0})",
    "is too large: {0} bytes": "文件过大: {0} 字节",
    "at most {0} bytes": "不超过 {0} 字节",
    "is not UTF-8 text": "不是 UTF-8 编码的文本",
    "UTF-8 (editors offer it under Save as, Encoding)": "UTF-8(在记事本等软件中“另存为”时选择编码)",
    "has a tab; use spaces": "含制表符，请改用空格",
    "has an invisible or control character, U+{0}": "含不可见字符或控制字符 U+{0}",
    "has {0}, which no input file may hold": "含 {0}，输入文件中不得出现",
    "has a full-width colon after a key; write `: `": "键后用了全角冒号，请改为半角冒号加空格“: ”",
    "is empty": "是空文件",
    "the file must be a mapping `name: value`": "文件应由“名称: 值”各行组成",
    "holds more than one YAML document": "含多个 YAML 文档，只能有一个",
    "holds more than {0} values": "所含的值超过 {0} 个",
    "is nested more than {0} deep": "嵌套超过 {0} 层",
    "YAML anchors (&name) are not accepted": "不接受 YAML 锚点(&name)",
    "YAML tags (!name) are not accepted": "不接受 YAML 标签(!name)",
    "YAML aliases (*name) are not accepted": "不接受 YAML 别名(*name)",
    "a key must be a word, not a list or mapping": "键应为一个词，不能是列表或映射",
    "a key must be one word": "键应为一个词",
    "a key is too long: {0} characters": "键过长: {0} 个字符",
    "`{0}` is written twice, first in line {1}": "`{0}` 重复，首次出现在第 {1} 行",
    "is too long: {0} characters": "过长: {0} 个字符",
    "at most {0} characters": "不超过 {0} 个字符",
    "unknown key": "没有这个键",
    "lacks `{0}`": "缺少 `{0}`",
    "must be a mapping `name: value`": "应由“名称: 值”组成",
    "must be a list [a, b]": "应为列表 [a, b]",
    "must be a text; put it in quotes if it is one": "应为文字；若确为文字，请加引号",
    "must not be empty": "不能为空",
    "must be one line": "只能写一行",
    # values that YAML would guess at
    "has no value": "没有值",
    "a value": "写出值",
    "a value; {} for an empty mapping": "写出值；不设任何条款时写 {}",
    "is not how to write a truth value": "不是“是/否”的正确写法",
    "true, false, or quotes if a word is meant": "true、false；若是文字，请加引号",
    "is not a finite number": "不是有限的数",
    "a finite number": "有限的数",
    "is not a decimal number": "不是十进制数",
    "digits such as 10 or 0.5": "如 10 或 0.5",
    "has a leading zero": "数字前有多余的 0",
    "10, or quotes if a text is meant": "如 10；若是文字，请加引号",
    "has an underscore in a number": "数字中有下划线",
    "1000000 or 1e6": "1000000 或 1e6",
    "could be a time": "可能被误读为时间",
    "a decimal number, or quotes if a text is meant": "十进制数；若是文字，请加引号",
    "is a date": "是日期",
    "a quarter such as 2021Q2, or quotes for a text": "季度，如 2021Q2；若是文字，请加引号",
    "is a misspelt number": "数字写法有误",
    "such as 10, 0.5 or 1e6": "如 10、0.5 或 1e6",
    "is too large a number": "数字过大",
    # what the YAML library says
    "is not valid YAML: {0}": "YAML 格式有误: {0}",
    "mapping values are not allowed in this context": "此处不应出现冒号(上一行可能缺少冒号或引号)",
    "mapping values are not allowed here": "此处不应出现冒号(上一行可能缺少冒号或引号)",
    "could not find expected ':'": "缺少冒号“:”",
    "did not find expected key": "此处应为键，请检查缩进",
    "did not find expected ',' or ']'": "缺少逗号或右方括号“]”",
    "did not find expected ',' or '}'": "缺少逗号或右花括号“}”",
    "did not find expected '-' indicator": "列表项应以“-”开头，请检查缩进",
    "did not find expected node content": "此处缺少内容",
    "did not find expected <document start>": "此处内容多余，请检查缩进",
    "block sequence entries are not allowed in this context": "此处不应出现列表项“-”",
    "found character that cannot start any token": "有不能用在词首的符号，请加引号",
    "found unexpected end of stream": "引号没有收尾",
    "found unknown escape character": "引号内有不认识的转义符",
    "found unexpected document indicator": "引号没有收尾",
    # scenario files (sim/scenario.py)
    "is no name of a scenario": "不是合法的情景名称",
    "small letters, digits and _, starting with a letter, at most 64 characters": "以小写字母开头，只含小写字母、数字和 _，不超过 64 个字符",
    "small letters, digits and _, starting with a letter, at most 64 characters; or a file that ends in .yaml":
        "以小写字母开头，只含小写字母、数字和 _，不超过 64 个字符；或以 .yaml 结尾的文件",
    "there is no such scenario": "没有这个情景",
    "there is no such base": "没有这个基础情景",
    "the bases form a cycle": "基础情景互相引用，形成循环",
    "there are more than {0} bases, one on the other": "基础情景层层引用，超过 {0} 层",
    "must be the name of its file": "应与文件名一致",
    "lacks `programmes` (or a `base` that has them)": "缺少 `programmes`(或含有政策的 `base`)",
    "cannot be removed: it is not a programme of the base": "无法移除: 基础情景中没有这项政策",
    "is both removed and set": "既移除又设置，只能取其一",
    "there is no such programme": "没有这项政策",
    "is there already; nothing was written": "文件已存在，没有写入",
    "cannot be written ({0})": "无法写入({0})",
    "is the name of a package that comes with the project": "与随附的情景同名，请换一个名称",
    "there is no such term": "没有这项条款",
    "is a term of {0}: write it under `programmes`": "是 {0} 的条款，请写在 `programmes` 之下",
    "must be a mapping of terms; {} for the default terms": "应由各项条款组成；全部取默认值时写 {}",
    "must name at least one source; `assumption: why` is one": "至少写明一个来源；“assumption: 理由”也算",
    "stop must be after start": "停止季度应晚于开始季度",
    "stop after {0}": "停止季度晚于 {0}",
    "start before {0}": "开始季度早于 {0}",
    "after {0}": "晚于 {0}",
    # numbers (sim/parameters)
    "there is no such number": "没有这个参数",
    "unknown place": "没有这个地区",
    "{0} lies inside {1}: it is counted there already, never add the two": "{0} 位于 {1} 之内，其数已含在 {1} 中，两者不可相加",
    "a ratio of several places is no sum": "比率不能按地区相加",
    "the studies differ in worlds or quarters": "各项研究的世界或季度数不同",
    # files of places (sim/parameters/inherit.py, registry.py)
    "there is no such place": "没有这个地区",
    "there is no such number in the base": "所依据的地区没有这个参数",
    "is for a place with a `base`": "只用于写有 `base` 的地区",
    "has a base itself: a place builds on one other, not on a chain": "本身另有 `base`；地区只能直接依据一个地区，不能连环",
    "{0} to {1}, above 0": "{0} 至 {1}，且大于 0",
    "cannot scale {0}: it is a {1}": "{0} 是 {1}，无法按比例折算",
    "leaves nothing of {0}: write that number out": "{0} 折算后为零，请直接写出这个参数",
    "brings {0} out of range": "{0} 折算后超出允许范围",
    "must be a {0}, as in {1}": "类型应为 {0}，与 {1} 一致",
    "must be true or false": "应为 true 或 false",
    "must be a quarter such as 2021Q2": "应为季度，如 2021Q2",
    "is not one of the choices": "不在可选范围内",
    "a path maps quarters to numbers": "随时间变化的取值应写作“季度: 数值”",
    "a quarter such as 2021Q2": "季度，如 2021Q2",
    "a path must say its value from 2021Q1 on": "随时间变化的取值应从 2021Q1 写起",
    "a first quarter of 2021Q1 or before": "第一个季度为 2021Q1 或更早",
    "must be a number": "应为数字",
    "must be a number; write it without quotes": "应为数字，用半角、不加引号",
    "must be a number in {0}": "{0} 的值应为数字",
    "must be a number in {0}; write it without quotes": "{0} 的值应为数字，用半角、不加引号",
    "must be a finite number": "应为有限的数",
    "must be a finite number in {0}": "{0} 的值应为有限的数",
    "is out of range": "超出允许范围",
    "is out of range (a share is written 0.5, not 50)": "超出允许范围(比例写 0.5，不写 50)",
    "is out of range in {0}": "{0} 的值超出允许范围",
    "is out of range in {0} (a share is written 0.5, not 50)": "{0} 的值超出允许范围(比例写 0.5，不写 50)",
    # settings (sim/config.py, sim/cli.py, sim/study/design.py)
    "there is no such setting": "没有这项设置",
    "there is no such choice": "没有这个选项",
    "a setting is written name=value": "设置应写作 名称=值",
    "Hydra's own settings have no effect here": "Hydra 自身的设置在此无效",
    "cannot be read as a setting": "读不懂这项设置",
    "name=value; a list as [a,b]; quotes around a text with signs": "名称=值；列表写作 [a,b]；含符号的文字加引号",
    "is set twice: {0} and {1}": "设置了两次: {0} 与 {1}",
    "a number is written twice inside the braces": "花括号内有参数写了两次",
    "several values need -m, or [ ] for a list": "多个值须加 -m 逐一研究，或用 [ ] 写成列表",
    "only listed values can be swept": "-m 只接受逐个列出的值",
    "two jobs of the sweep would write to the same folder": "两个研究会写入同一个文件夹",
    "is not acceptable": "取值不合要求",
    "is missing": "缺少",
    "has settings of its own": "下面另有各项设置，不能直接赋值",
    "numbers are written numbers.<id>=value": "参数应写作 numbers.<参数名>=值",
    "is not a number, a quarter or a word": "不是数字、季度或词",
    "a number of the model; `innosim parameters` lists all {0}": "模型参数；innosim parameters 列出全部 {0} 个",
    "a folder": "文件夹",
    "a name": "名称",
    "zh and en": "zh 和 en",
    "letters, digits, - and _": "字母、数字、- 和 _",
    "a list of scenarios, at least one": "情景列表，至少一个",
    "a list of scenarios": "情景列表",
    "a number from 1, or a list of seeds from 0": "不小于 1 的整数，或种子列表(各不小于 0)",
    "a whole number from 1 to 80": "1 至 80 的整数",
    "a whole number from 1, or null for all cores": "不小于 1 的整数；null 表示使用全部处理器核",
    "1 and more, or null for all cores": "不小于 1 的整数；null 表示使用全部处理器核",
    "a scenario": "情景",
    "a whole number from 0": "不小于 0 的整数",
    "a whole number is needed": "应为允许范围内的整数",
    "at least one seed is needed, and each only once": "至少一个种子，且不得重复",
    "at least one scenario is needed": "至少一个情景",
    "a scenario is named twice": "情景重复",
    "a package taken apart stands alone": "逐项分解的情景只能单独写一个",
    "has no programme that could be left out": "没有可以去掉的项目",
    "not a scenario of this study": "不是本研究中的情景",
    "one folder at a time": "一次只能写一个文件夹",
    # draws and executors (sim/study/sampling.py, executors.py, estimate.py, export.py)
    "is no way to draw": "没有这种抽样方法",
    "maps numbers to where their values come from": "应写作 {参数: 取值来源}",
    "numbers and where their values come from": "参数及其取值来源",
    "is both set and varied": "既被固定又被改变",
    "a grid or a list needs the numbers and their values": "grid 和 list 须用 vary 写明参数及各个取值",
    "follows from the values of a grid or a list": "由 grid 或 list 的取值决定，不能另设",
    "says how many draws are made": "须写明抽样次数",
    "has no prior: say between which values": "没有先验分布，请写明范围",
    "[lowest, highest]": "[最小值, 最大值]",
    "only a grid or a list can vary it": "只能用 grid 或 list 逐个取值",
    "must be [lowest, highest] or null for the prior": "应为 [最小值, 最大值]，或 null 表示取先验分布",
    "Sobol points are even only by powers of two": "Sobol 抽样次数须为 2 的幂",
    "must be a list of values": "应为取值列表",
    "the lists must be of one length, value by value a draw": "各列表须一样长，逐个对应一次抽样",
    "names a draw twice": "有两次抽样完全相同",
    "a whole number from 1, or null": "不小于 1 的整数，或 null",
    "the address of a running cluster, or null": "运行中集群的地址，或 null",
    "seconds a run, or null for no limit": "每次运行的秒数；null 表示不限时",
    "seconds a run": "每次运行的秒数",
    "is no executor": "不是执行器",
    "a name or a concurrent.futures.Executor": "名称，或 concurrent.futures.Executor",
    "only a cluster has an address": "只有集群才有地址",
    "the executor takes no more tasks ({0}); what was finished is kept, run again to go on": "执行器不再接收任务({0})；已完成的都在，再次运行即续跑",
    "the cluster has no workers any more; what was finished is kept, run again to go on": "集群已没有工作进程；已完成的都在，再次运行即续跑",
    "no cluster at {0} ({1})": "连不上集群 {0}({1})",
    "{0} is not installed; it comes with: pip install 'innosim[{1}]'": "缺少 {0}；安装: pip install 'innosim[{1}]'",
    "the first run fails: {0}": "第一次运行即失败: {0}",
    "{0}: {1} rows are too many for a sheet of Excel; take parquet or netcdf": "{0}: {1} 行超出 Excel 工作表的上限，请用 parquet 或 netcdf",
    # commands and options (sim/entry.py); the rest is what argparse says
    "there is no such command": "没有这条命令",
    "unrecognized arguments: {0}": "不认识的参数: {0}",
    "the following arguments are required: {0}": "缺少必需的参数: {0}",
    "argument {0}: expected one argument": "选项 {0} 之后缺少值",
    "argument {0}: invalid choice: {1} (choose from {2})": "选项 {0} 不能取 {1}，可选: {2}",
    "argument {0}: ignored explicit argument {1}": "选项 {0} 不带值，不能写 {1}",
    # folders of results (sim/study)
    "{0}: no study here ({1} is missing)": "{0}: 此处没有研究结果(缺少 {1})",
    "{0}: cannot be made ({1})": "{0}: 无法新建文件夹({1})",
    "{0}: cannot be read ({1})": "{0}: 无法读取({1})",
    "{0}: cannot be written ({1})": "{0}: 无法写入({1})",
    "{0}: file is not a database": "{0}: 不是有效的结果文件",
    "{0}: database disk image is malformed": "{0}: 结果文件已损坏",
    "{0}: unable to open database file": "{0}: 无法打开结果文件",
    "{0}: not a manifest of this version": "{0}: 不是本版本的研究结果",
    "{0}: another study is running in this folder; wait for it or choose another with results=":
        "{0}: 另一项研究正在使用此文件夹；请等待其结束，或用 results= 另选文件夹",
    "{0}: holds another study ({1}); choose another folder with results=, or --anew to use this one: its runs stay":
        "{0}: 此文件夹已有另一项研究({1})；请用 results= 另选文件夹，或加 --anew 在此运行(已有结果保留)",
    "{0}: stored by another version of innosim; choose another folder with results=": "{0}: 结果出自另一版本的 innosim；请用 results= 另选文件夹",
    "{0}: in use by {1}, process {2}; if that has ended, delete {3} there": "{0}: 正由 {1} 的进程 {2} 使用；若该进程已结束，请删除其中的 {3}",
    "results cannot be stored ({0}); what was finished is kept, run again to go on": "结果无法保存({0})；已完成的都在，再次运行即续跑",
    "the stored run of {0}, seed {1} is damaged ({2}); run the study again": "{0}、种子 {1} 的结果已损坏({2})；请重新运行研究",
    "the code was changed while the study was running; start it again": "研究运行期间程序被改动，请重新开始",
    "worker processes cannot be started on this machine; executor=serial runs without them":
        "本机无法启动工作进程；可用 executor=serial 单进程运行",
    "no worker of the executor can run anything ({0}: {1})": "执行器的工作进程都无法运行任务({0}: {1})",
    # why a run has no result (sim/study/runner.py, task.py, results.py)
    "the worker process died {0} times (out of memory?)": "工作进程终止 {0} 次(内存不足？)",
    "longer than {0} s": "超过 {0} 秒",
    "not run yet": "尚未运行",
    "this installation has no folder {0}": "安装不完整，缺少文件夹 {0}",
    "no such metric in these results": "结果中没有这项指标",
    # what the operating system says
    "No such file or directory": "没有这个文件或文件夹",
    "File exists": "同名文件已存在",
    "Permission denied": "没有权限",
    "Operation not permitted": "没有权限",
    "Not a directory": "不是文件夹",
    "Is a directory": "是文件夹",
    "Read-only file system": "文件系统只读",
    "No space left on device": "磁盘已满",
    "database or disk is full": "磁盘已满",
    "{0}: database or disk is full": "{0}: 磁盘已满",
    "Disk quota exceeded": "磁盘配额已满",
    "File name too long": "文件名过长",
    "Too many levels of symbolic links": "符号链接循环",
    "embedded null byte": "文件名含空字符",
}  # fmt: skip
RANGE = re.compile(r"(\S+) to (\S+)(.*)")  # of a number, with its unit; as a sentence with holes it would fit too much


def told(error: Exception, lang: str) -> str:
    """An error as one sentence in a language. What the table lacks stays English, so nothing is ever lost."""
    words = _chinese if lang == "zh" else str
    return error.sentence(words) if isinstance(error, InputError) else words(str(error))


def said(text: str, lang: str) -> str:
    """Why a run has no result, in a language; the words of an exception stay."""
    return _chinese(text) if lang == "zh" else text


def _chinese(text: str) -> str:
    if text in ZH:
        return ZH[text]
    for pattern, chinese in _patterns():
        if found := pattern.fullmatch(text):
            return chinese.format(*map(_chinese, found.groups()))
    return RANGE.sub(r"\1 至 \2\3", text) if text[:1].isdigit() or text[:1] == "-" else text


@cache
def _patterns() -> list[tuple[re.Pattern, str]]:
    """Sentences with holes, those with the most words of their own first: `must be a number in {0}` after its longer sisters."""
    holes = sorted((english for english in ZH if "{0}" in english), key=len, reverse=True)
    return [(re.compile(re.sub(r"\\\{\d\\\}", "(.*)", re.escape(english))), ZH[english]) for english in holes]
