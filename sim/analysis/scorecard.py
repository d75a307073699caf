"""The scorecard: what the status quo gives against what is known. Hits and misses are shown alike; nothing here tunes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

INITIAL, DYNAMIC, MECHANISM = "initial", "dynamic", "mechanism"
BASE = "status_quo"
YEARS = slice(2, 5)  # 2023 to 2025 in yearly arrays
SEEN = 12  # quarters a run must have to say anything of 2023 to 2025
NOTCH = 20  # histogram bin that starts at 5 %


@dataclass(frozen=True)
class Line:
    """One comparison. `value` is the mean over worlds, `low`/`high` their 5–95 % span, `band_*` what is known.

    `calibrated`: the start or a number was set with this fact, so a hit proves nothing. `hit` None: not computable.
    """

    number: int
    id: str
    zh: str
    en: str
    unit: str
    value: float
    low: float
    high: float
    band_low: float
    band_high: float
    source: str
    calibrated: bool
    hit: bool | None
    group: str
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Check:
    """How a line is computed: `read(results)` gives one value a world."""

    id: str
    group: str
    zh: str
    en: str
    unit: str
    band: tuple[float, float]
    source: str
    calibrated: bool
    read: Callable
    note_zh: str = ""
    note_en: str = ""


def _around(value: float, part: float) -> tuple[float, float]:
    return value * (1 - part), value * (1 + part)


def _start(name: str) -> Callable:
    return lambda r: r.initial(name).sel(scenario=BASE).values


def _series(r, name: str, reach: int = 1) -> np.ndarray:
    """(seed, quarter); IndexError when the run ends before `reach` quarters."""
    values = r.to_xarray()[name].sel(scenario=BASE).values
    if values.shape[1] < reach:
        raise IndexError(f"{name}: the run has {values.shape[1]} quarters, not {reach}")
    return values


def _year(name: str, year: int) -> Callable:
    return lambda r: r.annual(name).sel(scenario=BASE, year=year).values


def _rugao_start(r) -> np.ndarray:
    districts = list(r.to_xarray()["hnte_by_district"].district.values)
    return r.micro("hnte_by_district_2020").sel(scenario=BASE).values[:, districts.index("rugao")]


def _southern(r) -> np.ndarray:
    """Joint projects with southern Jiangsu in twelve quarters at the pace of the first seven."""
    _series(r, "projects_opened", 7)
    opened = r.to_xarray()["projects_by_region"].sel(scenario=BASE, region="sunan").isel(quarter=slice(0, 7))
    return opened.sum("quarter").values * 12 / 7


def _close_rugao(r) -> np.ndarray:
    _series(r, "firms", SEEN)
    districts = list(r.to_xarray()["hnte_by_district"].district.values)
    return r.micro("close_firms").sel(scenario=BASE).values[:, 2, districts.index("rugao")]


def _growth(r) -> np.ndarray:
    annual = r.annual("rd_statistical").sel(scenario=BASE)
    return annual.sel(year=2022).values / annual.sel(year=2021).values - 1


def _micro(name: str, years: slice = YEARS) -> Callable:
    def read(r):
        _series(r, "firms", SEEN)
        values = r.micro(name).sel(scenario=BASE).values
        return np.nanmean(values[:, years], axis=1)

    return read


def _hazard(r) -> np.ndarray:
    """Yearly exit hazard (seed, age class, size class)."""
    gone = r.micro("exits").sel(scenario=BASE).values
    risk = r.micro("at_risk").sel(scenario=BASE).values
    return 4 * gone / np.maximum(risk, 1)


def _survival(r) -> np.ndarray:
    """Chance of a small firm to live five years."""
    h = _hazard(r)[:, :, 0]
    return (1 - h[:, 0]) * (1 - h[:, 1]) * (1 - h[:, 2]) * (1 - h[:, 3]) ** 2


def _size_hazard(r) -> np.ndarray:
    """Exit hazard of firms above 50m RMB over that of firms below 5m."""
    gone = r.micro("exits").sel(scenario=BASE).values.sum(axis=1)
    risk = np.maximum(r.micro("at_risk").sel(scenario=BASE).values.sum(axis=1), 1)
    rate = gone / risk
    return rate[:, 2] / np.maximum(rate[:, 0], 1e-9)


def _bunching(k: int, bin_: int) -> Callable:
    """Firms just above a threshold over firms just below (size class k; quarter-point bins)."""

    def read(r):
        _series(r, "firms", SEEN)
        h = r.micro("ratio_histogram").sel(scenario=BASE).values[:, YEARS, k].sum(axis=1)
        return h[:, bin_] / np.maximum(h[:, bin_ - 1], 1)

    return read


def _pass_rate(r) -> np.ndarray:
    return _series(r, "hnte_certified_flow", 4).sum(axis=1) / np.maximum(_series(r, "hnte_applications").sum(axis=1), 1)


def _paid_18_months(r) -> np.ndarray:
    _series(r, "firms", 7)
    paid = r.to_xarray()["programme_paid"].sel(scenario=BASE, programme=["award.hnte", "award.keylab", "policy30"])
    return paid.isel(quarter=slice(1, 7)).sum(["programme", "quarter"]).values


def _below_cost(r) -> np.ndarray:
    """Share of stakes sold or lost over the run that brought less than they cost."""
    _series(r, "firms", SEEN)
    counts = r.micro("deal_multiples").sel(scenario=BASE).values
    return counts[:, :3].sum(axis=1) / np.maximum(counts.sum(axis=1), 1)


def _above(first: int) -> Callable:
    """Share of stakes from this bin of realised multiples on."""

    def read(r):
        _series(r, "firms", SEEN)
        counts = r.micro("deal_multiples").sel(scenario=BASE).values
        return counts[:, first:].sum(axis=1) / np.maximum(counts.sum(axis=1), 1)

    return read


def _route(k: int) -> Callable:
    """Share of one route among exits that were none of a dead firm (0 listing, 2 buy-back)."""

    def read(r):
        _series(r, "firms", SEEN)
        counts = r.micro("deal_routes").sel(scenario=BASE).values[:, :3]
        return counts[:, k] / np.maximum(counts.sum(axis=1), 1)

    return read


def _micro_all(name: str) -> Callable:
    """A statistic of the whole run, one number a world."""

    def read(r):
        _series(r, "firms", SEEN)
        return r.micro(name).sel(scenario=BASE).values[:, 0]

    return read


def _raised(r) -> np.ndarray:
    share = _series(r, "fund_raised_share", SEEN)[:, -1]
    return np.where(share > 0, share, np.nan)


CHECKS = (
    Check("hnte_2020", INITIAL, "2020年末高企数", "certified HNTEs, end 2020", "firms", (2180, 2180), "X0002", True, _start("hnte_stock")),
    Check("hnte_revenue_2020", INITIAL, "2020年高企营业收入", "HNTE revenue 2020", "RMB", _around(3.1551e11, 0.01), "X0010", True, _start("revenue_hnte_2020")),
    Check("rd_2020", INITIAL, "2020年全社会研发经费", "R&D 2020", "RMB", _around(2.564e10, 0.01), "facts README 4.2", True, _start("rd_statistical_2020")),
    Check("claimants_2020", INITIAL, "2020年享受加计扣除企业", "firms claiming the super-deduction 2020", "firms", _around(2660, 0.15), "X0013", True, _start("claimants_2020")),
    Check("claimed_2020", INITIAL, "2020年加计扣除研发费用", "R&D claimed for tax 2020", "RMB", _around(7.76e9, 0.15), "X0014", True, _start("claimed_2020")),
    Check("rugao_2020", INITIAL, "2020年末如皋高企数（按2023年占比倒推）", "HNTEs of Rugao, end 2020 (by its share of 2023)", "firms", _around(2180 * 459 / 2370, 0.1), "documents 002 004", True, _rugao_start),
    Check("shanghai_ties_2020", INITIAL, "2020年末规上工业企业与上海高校院所有合作的占比", "above-scale industrial firms tied to Shanghai, end 2020", "share", _around(0.6, 0.1), "document 004", True, _start("shanghai_tie_share_2020"),
          "校企联系数由此数设定", "the number of ties was set with it"),
    Check("size_tail_2020", INITIAL, "2020年规模分布尾部指数", "tail exponent of firm size 2020", "exponent", (0.9, 1.3), "X0484 X0482", False, _start("size_tail_2020")),
    Check("hnte_2022", DYNAMIC, "2021四季度至2022三季度高企数", "HNTEs 2021Q4-2022Q3", "firms", _around(2370, 0.05), "document 004", False,
          lambda r: _series(r, "hnte_stock", 7)[:, 3:7].mean(axis=1),
          "2022年10月的数即2019至2021三批证书之和", "a count of October 2022 is the cohorts of 2019-2021"),
    Check("batch_2021", DYNAMIC, "2021年认定批次", "batch of 2021", "firms", _around(12631 * 0.0669, 0.1), "X0207 X0006", False, _year("hnte_certified_flow", 2021),
          "江苏批次乘南通占比6.69%", "Jiangsu batch times the 6.69 % share of Nantong"),
    Check("batch_2022", DYNAMIC, "2022年认定批次", "batch of 2022", "firms", _around(18282 * 0.0669, 0.1), "X0209 X0006", False, _year("hnte_certified_flow", 2022)),
    Check("rd_2021", DYNAMIC, "2021年全社会研发经费", "R&D 2021", "RMB", _around(2.862e10, 0.05), "X0020", False, _year("rd_statistical", 2021)),
    Check("rd_2022", DYNAMIC, "2022年全社会研发经费", "R&D 2022", "RMB", _around(3.121e10, 0.05), "X0021", False, _year("rd_statistical", 2022)),
    Check("rd_growth_2022", DYNAMIC, "2022年研发经费增速", "R&D growth 2022", "share", (0.071, 0.111), "X0020 X0021", False, _growth),
    Check("joint_projects", DYNAMIC, "三年与苏南高校院所合作项目（按2021至2022三季度折算）", "joint projects with southern Jiangsu in three years (from 2021-2022Q3)", "projects", _around(1007, 0.3), "document 004", True, _southern,
          "联系启动项目的概率由此数设定", "the chance that a tie opens a project was set with it"),
    Check("close_firms_rugao", DYNAMIC, "2023年末如皋与高校院所紧密合作企业", "firms of Rugao in close cooperation, end 2023", "firms", _around(300, 0.3), "document 002", False, _close_rugao,
          "紧密：有在研或已完成的项目", "close: a project under way or done"),
    Check("rugao_2023", DYNAMIC, "2023年9月如皋高企数", "HNTEs of Rugao, September 2023", "firms", _around(459, 0.1), "document 002", False,
          lambda r: r.to_xarray()["hnte_by_district"].sel(scenario=BASE, district="rugao").isel(quarter=10).values),
    Check("paid_30", DYNAMIC, "创新30条18个月兑付额", "paid under the 30 Articles in 18 months", "RMB", _around(8.96e8, 0.3), "document 004", True, _paid_18_months,
          "年度预算由此数设定", "the yearly appropriation was set with it"),
    Check("loans_2022", DYNAMIC, "2022年新增科技贷款（按如皋推算）", "new sci-tech loans 2022 (scaled from Rugao)", "RMB", _around(1.9e9 * 2370 / 459, 0.3), "document 002", True, _year("loans_scitech_new", 2022),
          "投放规模由此数设定", "the quotas were set with it"),
    Check("survival_5", DYNAMIC, "小企业五年存活率", "five-year survival of small firms", "share", (0.62, 0.78), "X0452", True, _survival,
          "发布的退出率是输入，破产由模型产生", "the published hazard is an input; insolvency comes out"),
    Check("size_hazard", DYNAMIC, "大企业与小企业退出率之比", "exit hazard, large over small", "ratio", (0.05, 0.35), "X0457 X0459", True, _size_hazard),
    Check("pass_rate", DYNAMIC, "高企评审通过率", "pass rate of HNTE applications", "share", (0.65, 0.92), "X0476 X0479", True, _pass_rate),
    Check("loan_access_hnte", DYNAMIC, "高企获贷率（2023至2025）", "loan access of HNTEs 2023-25", "share", (0.52, 0.58), "X0401 X0407 X0413", True,
          lambda r: _series(r, "loan_access", SEEN)[:, 8:20].mean(axis=1),
          "融资意愿占比参照此数设定", "the share of firms that want debt was set with it"),
    Check("loan_access_sme", DYNAMIC, "科技型中小企业获贷率（2023至2025）", "loan access of sci-tech SMEs 2023-25", "share", (0.44, 0.51), "X0404 X0410 X0416", False, _micro("loan_access_sme")),
    Check("loan_hnte", DYNAMIC, "高企户均贷款", "mean loan of HNTEs with a loan", "RMB", (4.2e7, 7.0e7), "X0402 X0462", False, _micro("mean_loan_hnte"),
          "下限按南通与全国高企平均营收之比折算", "lower end scaled by the mean revenue of Nantong over China"),
    Check("loan_sme", DYNAMIC, "科技型中小企业户均贷款", "mean loan of sci-tech SMEs with a loan", "RMB", (8e6, 1.35e7), "X0405 X0463", False, _micro("mean_loan_sme")),
    Check("npl", DYNAMIC, "不良率（2023至2025）", "bad-loan ratio 2023-25", "share", (0.015, 0.03), "X0489", True,
          lambda r: _series(r, "npl_ratio", SEEN)[:, 8:20].mean(axis=1),
          "银行的风险判断按模型自身违约设定", "what banks believe was set to the defaults of the model"),
    Check("tenants", DYNAMIC, "孵化器平均在孵企业（2023至2025）", "tenants per incubator 2023-25", "firms", (34, 46), "X0464 X0465 X0466", True, _micro("tenants_per_incubator"),
          "期初入驻数按此数设定", "the stock of the start was set with it"),
    Check("graduates", DYNAMIC, "孵化器年毕业率（2023至2025）", "graduates a year over tenants 2023-25", "share", (0.12, 0.20), "X0469", False, _micro("graduates_share"),
          "期初在驻时长与入驻意愿参照此数，其后由毕业条件产生", "tenures of the start used it; the rate of the run comes out of the conditions of graduation"),
    Check("tenant_rd", DYNAMIC, "在孵企业研发强度（2023至2025）", "R&D intensity of incubator tenants 2023-25", "share of sales", (0.055, 0.08), "X0471", False, _micro("tenant_rd_intensity")),
    Check("tenant_hnte", DYNAMIC, "在孵企业中高企占比（2023至2025）", "certified share of incubator tenants 2023-25", "share", (0.04, 0.09), "X0470", False, _micro("certified_tenants_share")),
    Check("bunching_5", MECHANISM, "5%门槛处聚集（线上与线下企业数之比）", "bunching at 5 % (firms just above over just below)", "ratio", (1.5, 20), "Chen et al. 2021", False, _bunching(0, NOTCH)),
    Check("bunching_4", MECHANISM, "4%门槛处聚集", "bunching at 4 %", "ratio", (1.5, 20), "Chen et al. 2021", False, _bunching(1, 16)),
    Check("bunching_3", MECHANISM, "3%门槛处聚集", "bunching at 3 %", "ratio", (1.5, 20), "Chen et al. 2021", False, _bunching(2, 12)),
    Check("relabelled", MECHANISM, "门槛附近虚增占申报研发比重", "relabelled share of reported R&D near the notch", "share", (0.15, 0.35), "X0420", False, _micro("relabelled_near_notch"),
          "文献为2008至2011年；此后小微企业按5%纳税，税收门槛对其已无意义", "published for 2008-11; since then small firms pay 5 % and have no tax notch"),
    Check("kurtosis", MECHANISM, "年增长率超额峰度", "excess kurtosis of yearly growth", "number", (3.0, 12.0), "X0482", True, _micro("growth_kurtosis"),
          "冲击按拉普拉斯分布设定", "the shock is Laplace by construction"),
    Check("sd_exponent", MECHANISM, "增长率离散度随规模下降指数", "fall of growth dispersion with size", "exponent", (0.14, 0.20), "X0483", True, _micro("growth_sd_exponent")),
    Check("size_tail", MECHANISM, "规模分布尾部指数（2023至2025）", "tail exponent of firm size 2023-25", "exponent", (0.9, 1.3), "X0484 X0482", False, _micro("size_tail")),
    Check("productivity", MECHANISM, "生产率90/10分位比", "productivity 90/10", "ratio", (2.0, 5.0), "model section 9", False, _micro("productivity_9010")),
    Check("talent_2022", DYNAMIC, "2022年企业研发人员（人年）", "R&D personnel of firms 2022", "persons", _around(3.121e10 * 0.949 / 465000, 0.1), "X0021, bulletin of Jiangsu 2022", True, lambda r: _series(r, "talent_employed", 8)[:, 4:8].mean(axis=1),
          "人均经费同一来源，命中不足为证", "the cost of a head is from the same bulletin"),
    Check("talent_growth_2022", DYNAMIC, "2022年研发人员增速（全省）", "growth of R&D personnel 2022 (province)", "share", (0.06, 0.12), "bulletin of Jiangsu 2022", False, lambda r: _series(r, "talent_employed", 8)[:, 4:8].mean(axis=1) / _series(r, "talent_employed", 8)[:, :4].mean(axis=1) - 1),
    Check("foreign_2022", DYNAMIC, "2022年末外国人才", "foreign experts with a permit, end 2022", "persons", _around(1200, 0.1), "document 004", True, lambda r: r.to_xarray()["talent_by_kind"].sel(scenario=BASE, talent_kind="foreign").isel(quarter=7).values,
          "起点由此数设定", "the start was set with it"),
    Check("fund_raised", DYNAMIC, "公共基金实募占目标比重", "raised over announced size of public funds", "share", (0.26, 0.43), "X0490", True, _raised,
          "募集率由此数设定，私募出资的波动与上限由模型产生", "the usual share is an input; spread and limits of private pledges come out"),
    Check("deals_below_cost", MECHANISM, "已退出项目低于成本的比重", "realised stakes below cost", "share", (0.60, 0.65), "X0494, model section 9", False, _below_cost),
    Check("deals_above_10", MECHANISM, "十倍以上项目占比", "realised stakes above ten times cost", "share", (0.02, 0.06), "X0497", False, _above(8),
          "来源为美国", "published for the US"),
    Check("deal_tail", MECHANISM, "退出倍数尾部指数（2倍以上）", "tail exponent of realised multiples (above twice cost)", "exponent", (1.6, 2.2), "model section 5", False, _micro_all("deal_tail"),
          "退出运气的尾部按1.9设定；企业自身增长使之更厚", "the luck at the exit has 1.9; the firms' own growth makes it flatter"),
    Check("deal_holding", MECHANISM, "平均持有年限", "mean holding time", "years", (4.4, 6.6), "eFront (China, vintages 1997-2018)", False, _micro_all("deal_holding"),
          "退出时间按此设定，企业关停使之更短", "the time to a sale was set with it; failures make it shorter"),
    Check("exits_listed", MECHANISM, "退出中上市占比", "listings among exits", "share", (0.186, 0.594), "X0498 X0503", False, _route(0)),
    Check("exits_bought_back", MECHANISM, "退出中回购占比", "buy-backs among exits", "share", (0.131, 0.217), "X0500 X0502", False, _route(2)),
    Check("patents", MECHANISM, "前10%企业专利占比", "patents held by the top 10 %", "share", (0.5, 0.95), "model section 9", False, _micro("patent_top10")),
)  # fmt: skip


# Lines whose facts are of the nation, the province or the literature: they hold in any place.
EVERYWHERE = (
    "size_tail_2020", "survival_5", "size_hazard", "pass_rate", "loan_access_hnte", "loan_access_sme", "loan_sme", "npl",
    "tenants", "graduates", "tenant_rd", "tenant_hnte", "talent_growth_2022", "fund_raised",
    *(check.id for check in CHECKS if check.group == MECHANISM),
)  # fmt: skip


def checks(place: str) -> tuple[Check, ...]:
    """What is known of a place: its own facts, then those that hold everywhere."""
    from sim.analysis.place_checks import OF_PLACE

    if place not in OF_PLACE:
        return CHECKS
    return OF_PLACE[place] + tuple(check for check in CHECKS if check.id in EVERYWHERE)


def lines(results) -> list[Line]:
    """Every check of the place over the worlds of the status quo; empty when the study has none."""
    if BASE not in results.scenarios:
        return []
    return [_line(number, check, results) for number, check in enumerate(checks(results.place), 1)]


def _line(number: int, check: Check, results) -> Line:
    try:
        values = np.asarray(check.read(results), float)
        values = values[np.isfinite(values)]
    except (KeyError, IndexError):
        # A short run does not reach every date.
        values = np.empty(0)
    low, high = check.band
    if len(values):
        mean, span = float(values.mean()), np.quantile(values, [0.05, 0.95])
        hit = bool(low <= mean <= high)
    else:
        mean, span, hit = np.nan, (np.nan, np.nan), None
    return Line(
        number, check.id, check.zh, check.en, check.unit, mean, float(span[0]), float(span[1]), low, high,
        check.source, check.calibrated, hit, check.group, check.note_zh, check.note_en,
    )  # fmt: skip
