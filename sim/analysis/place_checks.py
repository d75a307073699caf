"""What is known of the places that build on another, against what their status quo gives. Nothing here tunes.

A figure that set a number of its place is marked; what document 003 prints of Yancheng for the end of 2023 is held out.
"""

from __future__ import annotations

from sim.analysis.scorecard import BASE, DYNAMIC, INITIAL, Check, _around, _series, _start, _year

HELD_OUT = ("留作检验，未用于设定或调参", "held out: neither set nor tuned anything")
UNCOUNTED = ("模型尚无此项统计", "the model does not count this yet")


def _stock(name: str, quarter: int):
    return lambda r: _series(r, name, quarter + 1)[:, quarter]


def _sum(name: str, first: int, last: int):
    """Over the quarters first … last."""
    return lambda r: _series(r, name, last + 1)[:, first : last + 1].sum(axis=1)


def _counted(name: str, first: int, last: int):
    """As `_sum`, of a metric that the model may not have: the line then stays untested."""
    return lambda r: r.to_xarray()[name].sel(scenario=BASE).isel(quarter=slice(first, last + 1)).sum("quarter").values


OF_PLACE = {
    "rugao": (
        Check("rugao_hnte_2020", INITIAL, "2020年末高企数（按459占2370的19%反推，仅比较）", "HNTEs, end 2020 (by 459 of 2,370, for comparison only)",
              "firms", _around(2180 * 459 / 2370, 0.1), "documents 002 004", False, _start("hnte_stock"),
              "起点按企业占比16%设定，不用459", "the start is the 16 % share of firms, not the 459"),
        Check("rugao_hnte_2023", DYNAMIC, "2023年9月高企数", "HNTEs, September 2023", "firms", _around(459, 0.1), "document 002", False, _stock("hnte_stock", 10),
              "未用于设定或调参；起点偏低则此数偏低", "set and tuned nothing; a start that is too low stays too low"),
        Check("rugao_loans_2022", DYNAMIC, "2022年科技贷款发放额", "sci-tech loans of 2022", "RMB", _around(1.9e9, 0.1), "document 002", True, _year("loans_scitech_new", 2022),
              "南通全市额度由此数推得，再按16%缩回，命中不足为证", "the quotas of Nantong were set with it and are scaled back by 16 %: a hit proves nothing"),
        Check("rugao_loans_2023h1", DYNAMIC, "2023年上半年科技贷款发放额", "sci-tech loans, first half of 2023", "RMB", _around(1.917e9, 0.1), "document 002", False,
              _sum("loans_scitech_new", 8, 9), "未用于设定或调参；模型尚无白名单，额度不变", "set and tuned nothing; the white list is not modelled and quotas do not change"),
        Check("rugao_projects_2023h1", DYNAMIC, "2023年上半年认定科创项目", "sci-tech projects recognised, first half of 2023", "projects", _around(104, 0.3), "document 002", False,
              _counted("projects_recognised", 8, 9), *UNCOUNTED),
    ),
    "haimen": (
        Check("haimen_rd_2022", DYNAMIC, "2022年全社会研发经费", "R&D 2022", "RMB", _around(1635e8 * 0.0277, 0.1), "X0107 X0118", True, _year("rd_statistical", 2022),
              "起点由此数设定", "the start was set with it"),
    ),
    "nantong_htz": (),
    "yancheng": (
        Check("yancheng_rd_2021", DYNAMIC, "2021年全社会研发经费", "R&D 2021", "RMB", _around(1.403e10, 0.05), "X0146", True, _year("rd_statistical", 2021),
              "起点由此数设定", "the start was set with it"),
        Check("yancheng_hnte_2022", DYNAMIC, "2022年中高企数", "HNTEs, middle of 2022", "firms", _around(1633, 0.1), "X0130", True, _stock("hnte_stock", 5),
              "起点由此数倒推", "the start was derived from it"),
        Check("yancheng_hnte_2023", DYNAMIC, "2023年末高企数", "HNTEs, end 2023", "firms", _around(2338, 0.1), "document 003", False, _stock("hnte_stock", 11), *HELD_OUT),
        Check("yancheng_unicorn_2023", DYNAMIC, "2023年获评省独角兽企业", "provincial unicorns rated in 2023", "firms", (3, 3), "document 003", False,
              _counted("unicorns_rated", 8, 11), f"{HELD_OUT[0]}；{UNCOUNTED[0]}", f"{HELD_OUT[1]}; {UNCOUNTED[1]}"),
        Check("yancheng_giants_2023", DYNAMIC, "2023年国家级“小巨人”企业数（为上年倍数）", "national little giants in 2023 over 2022", "ratio", (1.8, 2.2), "document 003", False,
              _counted("little_giants", 8, 11), f"{HELD_OUT[0]}；{UNCOUNTED[0]}", f"{HELD_OUT[1]}; {UNCOUNTED[1]}"),
    ),
}  # fmt: skip
