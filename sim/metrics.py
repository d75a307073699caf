"""What a run reports: the name, unit, kind and labels of every metric, and the record a run fills.

Computation stands beside the state it reads (`sim/world.py`); here are only names, so that reports and readers can
import this without the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

STOCK, FLOW, RATIO = "stock", "flow per quarter", "ratio"
TIERS = ("none", "pan_tech", "scitech_sme", "cultivation", "hnte", "key")
TIER_LABELS = {
    "none": ("未入库规上企业", "untiered above-scale"),
    "pan_tech": ("泛科技型", "pan-tech"),
    "scitech_sme": ("科技型中小企业", "sci-tech SME"),
    "cultivation": ("“小升高”培育", "small-to-HNTE pool"),
    "hnte": ("高新技术企业", "HNTE"),
    "key": ("重点科创企业", "key sci-tech"),
}


@dataclass(frozen=True)
class Metric:
    """A quarterly series. `annual` says how four quarters make a year: last, sum or mean."""

    name: str
    unit: str
    kind: str
    zh: str
    en: str
    annual: str
    dim: str | None = None


def _metrics(*rows: tuple) -> dict[str, Metric]:
    annual = {STOCK: "last", FLOW: "sum", RATIO: "mean"}
    return {row[0]: Metric(*row[:5], annual=annual[row[2]], dim=row[5] if len(row) > 5 else None) for row in rows}


METRICS: dict[str, Metric] = _metrics(
    ("firms", "firms", STOCK, "企业数", "firms"),
    ("entries", "firms", FLOW, "新设企业", "entries"),
    ("exits", "firms", FLOW, "退出企业", "exits"),
    ("tier_none", "firms", STOCK, "未入库规上企业", "untiered above-scale firms"),
    ("tier_pan_tech", "firms", STOCK, "泛科技型企业", "pan-tech firms"),
    ("tier_scitech_sme", "firms", STOCK, "科技型中小企业（仅此层级）", "sci-tech SMEs (this tier only)"),
    ("tier_cultivation", "firms", STOCK, "“小升高”培育企业", "small-to-HNTE pool"),
    ("tier_hnte", "firms", STOCK, "高新技术企业（不含重点科创）", "HNTEs (without key firms)"),
    ("tier_key", "firms", STOCK, "重点科创企业", "key sci-tech firms"),
    ("scitech_sme_registered", "firms", STOCK, "科技型中小企业入库数", "registered sci-tech SMEs"),
    ("hnte_stock", "firms", STOCK, "有效高新技术企业数", "certified HNTEs"),
    ("hnte_certified_flow", "firms", FLOW, "当季认定高企（含重新认定）", "HNTE certificates issued (with renewals)"),
    ("hnte_first_time", "firms", FLOW, "首次认定高企", "first-time HNTE certificates"),
    ("hnte_applications", "firms", FLOW, "高企申报数", "HNTE applications"),
    ("fledgling_labels", "firms", STOCK, "雏鹰企业", "fledgling labels"),
    ("gazelle_labels", "firms", STOCK, "瞪羚企业", "gazelle labels"),
    ("unicorn_labels", "firms", STOCK, "独角兽培育企业", "unicorn-cultivation labels"),
    ("revenue", "RMB", FLOW, "营业收入", "revenue"),
    ("employment", "persons", STOCK, "从业人员", "employment"),
    ("rd_real", "RMB", FLOW, "真实研发支出", "real R&D"),
    ("rd_reported", "RMB", FLOW, "申报研发支出", "reported R&D"),
    ("rd_statistical", "RMB", FLOW, "统计口径研发经费", "R&D in the statistical sense"),
    ("rd_tax_claimed", "RMB", FLOW, "加计扣除申报研发费用", "R&D claimed for tax"),
    ("rd_relabelled", "RMB", FLOW, "归集虚增的研发费用", "relabelled R&D"),
    ("knowledge", "RMB", STOCK, "知识存量", "knowledge stock"),
    ("productivity", "index", RATIO, "生产率（企业内部提高，2020年末=1）", "productivity (gains within firms, end 2020 = 1)"),
    ("price_index", "index", STOCK, "价格指数（2020年末=1）", "price index (end 2020 = 1)"),
    ("patents_flow", "patents", FLOW, "发明专利授权", "invention patents"),
    ("loans_all_new", "RMB", FLOW, "新增贷款", "new loans"),
    ("loans_all_outstanding", "RMB", STOCK, "贷款余额", "loans outstanding"),
    ("loans_scitech_new", "RMB", FLOW, "新增科技贷款", "new sci-tech loans"),
    ("loans_scitech_outstanding", "RMB", STOCK, "科技贷款余额", "sci-tech loans outstanding"),
    ("loan_access", "share", RATIO, "高企获贷率", "share of HNTEs with a loan"),
    ("npl_ratio", "share", RATIO, "不良率（近四季违约/余额）", "bad-loan ratio (four quarters' defaults / balance)"),
    ("guarantee_exposure", "RMB", STOCK, "担保责任余额", "guarantee exposure"),
    ("expected_guarantee_loss", "RMB", STOCK, "政府侧预期代偿损失", "expected public loss on guaranteed loans"),
    ("misused_grants", "RMB", FLOW, "挪用的补助", "misused grants"),
    ("ties", "ties", STOCK, "校企联系", "ties of universities and firms"),
    ("ties_for_show", "ties", STOCK, "只签约未落地的校企联系", "ties for show"),
    ("tied_firms", "firms", STOCK, "有校企联系的企业", "firms with a university tie"),
    ("matching_events", "events", FLOW, "产学研对接场次", "matching events"),
    ("event_ties", "ties", FLOW, "对接活动新建联系", "ties begun at matching events"),
    ("projects_opened", "projects", FLOW, "新立产学研项目", "joint projects opened"),
    ("projects_finished", "projects", FLOW, "完成产学研项目", "joint projects finished"),
    ("projects_active", "projects", STOCK, "在研产学研项目", "joint projects under way"),
    ("project_money", "RMB", FLOW, "企业付给高校院所的项目经费", "paid to universities for joint projects"),
    ("knowledge_from_ties", "RMB", FLOW, "由校企项目学到的知识", "knowledge learned from joint projects"),
    ("spin_offs", "firms", FLOW, "高校衍生企业", "spin-offs of universities"),
    ("rd_units", "firms", STOCK, "省级以上企业研发机构", "recognised enterprise R&D units"),
    ("rd_units_for_award", "firms", FLOW, "因奖励而新设的研发机构", "R&D units set up for an award"),
    ("rd_units_paper", "firms", FLOW, "只挂牌的研发机构", "R&D units in name only"),
    ("institutes_open", "institutes", STOCK, "在运行的新建研究院", "institutes founded by programmes"),
    ("institutes_closed", "institutes", FLOW, "关闭的研究院", "institutes closed"),
    ("institutes_knowledge", "RMB", STOCK, "新建研究院的知识存量", "knowledge of these institutes"),
    ("institutes_public", "RMB", FLOW, "拨给研究院的财政经费", "public money for institutes"),
    ("institutes_contracts", "contracts", FLOW, "本地企业委托研究院项目", "research contracts of local firms"),
    ("institutes_income", "RMB", FLOW, "本地企业付给研究院的合同经费", "paid to institutes by local firms"),
    ("institutes_outward", "RMB", FLOW, "外地委托合同经费", "paid to institutes from elsewhere"),
    ("institutes_taught", "RMB", FLOW, "本地企业由研究院学到的知识", "knowledge that local firms take from institutes"),
    ("institutes_staff", "persons", STOCK, "研究院由本地招走的人才", "talent that institutes hired in the city"),
    ("skilled_school", "persons", STOCK, "在读的新增职教生", "vocational students beyond the usual"),
    ("skilled_graduates", "persons", FLOW, "新增职教毕业生", "vocational graduates beyond the usual, apprentices apart"),
    ("skilled_left", "persons", FLOW, "其中离开本地的毕业生", "of which left the city"),
    ("skilled_hosted", "persons", FLOW, "出师后在岗学徒", "apprentices who finished and work here"),
    ("skilled_working", "persons", STOCK, "新增在岗技能工人", "skilled workers at work beyond the usual"),
    ("skilled_searching", "persons", STOCK, "新增待岗技能工人", "skilled workers searching beyond the usual"),
    ("skilled_pay", "index", RATIO, "技能工人薪酬（对常态）", "pay of skilled workers against the usual"),
    ("licence_new", "licences", FLOW, "因交易便利而新增的技术许可", "licences bought because deals are cheaper"),
    ("licence_anyway", "licences", FLOW, "本来就会成交的技术许可", "licences bought anyway"),
    ("licence_sham", "projects", FLOW, "登记为技术交易的既有合作项目", "joint projects registered as sales"),
    ("licence_knowledge", "RMB", FLOW, "由新增许可学到的知识", "knowledge from added licences"),
    ("challenge_posted", "problems", FLOW, "愿发榜的技术难题", "problems that firms would post"),
    ("challenge_signed", "problems", FLOW, "揭榜签约难题", "posted problems taken up"),
    ("challenge_anyway", "problems", FLOW, "其中企业本来就会做的难题", "of which firms would have worked on anyway"),
    ("challenge_teams", "teams", FLOW, "签约团队", "teams signed"),
    ("challenge_stopped", "teams", FLOW, "赛马中止团队", "teams stopped in races"),
    ("challenge_solved", "problems", FLOW, "攻克难题", "problems solved"),
    ("challenge_failed", "problems", FLOW, "未攻克难题", "problems given up or not solved"),
    ("challenge_money", "RMB", FLOW, "付给揭榜方的经费", "paid to solvers"),
    ("challenge_knowledge", "RMB", FLOW, "攻关带来的知识", "knowledge from work on problems"),
    ("challenge_replaced", "RMB", FLOW, "攻关合同顶替的自有研发", "own R&D replaced by contracts on problems"),
    ("club_members", "firms", STOCK, "创新联合体成员", "members of innovation consortia"),
    ("club_dues", "RMB", FLOW, "联合体共同研发投入", "joint research of consortia"),
    ("club_knowledge", "RMB", FLOW, "成员由联合体学到的知识", "knowledge learned from consortia"),
    ("club_rd_cut", "RMB", FLOW, "成员少做的自有研发", "own R&D that members leave to consortia"),
    ("programme_entitled", "RMB", FLOW, "应兑付", "entitled", "programme"),
    ("programme_paid", "RMB", FLOW, "已兑付", "paid", "programme"),
    ("programme_payable", "RMB", STOCK, "应付未付", "payable", "programme"),
    ("programme_lapsed", "RMB", FLOW, "失效", "lapsed", "programme"),
    ("programme_recipients", "firms", FLOW, "受益企业", "recipients", "programme"),
    ("programme_cost", "RMB", FLOW, "公共成本", "public cost", "programme"),
    ("tax_city", "RMB", FLOW, "市级税收", "city tax"),
    ("tax_province", "RMB", FLOW, "省级税收", "provincial tax"),
    ("tax_all_governments", "RMB", FLOW, "各级税收合计", "tax, all governments"),
    ("public_cost_city", "RMB", FLOW, "市级政策成本", "policy cost to the city"),
    ("public_cost_all", "RMB", FLOW, "各级政策成本（不含税收减免）", "policy cost to all governments (without tax relief)"),
    ("city_cash", "RMB", STOCK, "市级财政结余", "city cash"),
    ("ledger_error", "RMB", STOCK, "账目误差", "ledger error"),
    ("carrier_tenants", "firms", STOCK, "载体在驻企业（不含飞地）", "tenants of carriers (without enclaves)"),
    ("carrier_occupancy", "share", RATIO, "载体出租率（不含众创空间）", "let share of carrier space (without maker spaces)"),
    ("incubator_occupancy", "share", RATIO, "孵化器出租率", "let share of incubators"),
    ("carrier_vacant_area", "m2", STOCK, "载体空置面积", "vacant carrier space"),
    ("carrier_area", "m2", STOCK, "载体面积", "carrier space"),
    ("carrier_rent", "index", RATIO, "载体租金（2020年末=1）", "rents of carriers (end 2020 = 1)"),
    ("carrier_service", "share", RATIO, "载体服务到位率", "paid part of full mentoring"),
    ("carrier_waiting", "firms", STOCK, "等待下一环节的企业", "tenants waiting for the next link"),
    ("carrier_admissions", "firms", FLOW, "入驻企业", "admissions to carriers"),
    ("carrier_graduations", "firms", FLOW, "孵化器毕业企业", "graduates of incubators"),
    ("carrier_expired", "firms", FLOW, "到期未毕业企业", "tenants at the time limit without graduation"),
    ("carrier_handoffs", "firms", FLOW, "链条对接成功", "tenants handed on to the next link"),
    ("carrier_handoff_failed", "firms", FLOW, "因无空间未能对接", "hand-offs failed for lack of space"),
    ("carrier_moved_out", "firms", FLOW, "提前退租企业", "tenants that left early"),
    ("carrier_deficit", "RMB", FLOW, "业主补亏", "operators' deficits covered by owners"),
    ("carrier_rents_paid", "RMB", FLOW, "企业支付租金", "rents paid by tenants"),
    ("carrier_support_paid", "RMB", FLOW, "载体与飞地财政支持", "public support of carriers and enclaves"),
    ("carrier_sold", "carriers", FLOW, "出售给投资者的载体", "carriers sold to investors"),
    ("carrier_sale_money", "RMB", FLOW, "载体出售款", "price of carriers sold"),
    ("carrier_priced_out", "firms", FLOW, "因租金退租企业", "tenants who leave for the rent"),
    ("resettled", "firms", FLOW, "市内搬入科创带的企业", "firms that moved into the belt or corridor"),
    ("firms_belt", "firms", STOCK, "科创带内企业", "firms inside the belt"),
    ("rd_belt", "share", RATIO, "科创带内真实研发占比", "share of real R&D inside the belt"),
    ("incubator_institute_seats", "firms", FLOW, "研究院创业团队入驻挂钩孵化器", "founders from institutes admitted to tied incubators"),
    ("enclave_tenants", "firms", STOCK, "飞地在孵企业", "enclave tenants"),
    ("enclave_admitted", "firms", FLOW, "飞地入孵项目", "projects admitted to enclaves"),
    ("enclave_landed", "firms", FLOW, "飞地落地项目", "enclave projects landed"),
    ("enclave_left", "firms", FLOW, "飞地流失项目", "enclave projects lost"),
    ("enclave_returned", "firms", FLOW, "研发回迁的本地企业", "local firms whose R&D came home"),
    ("rd_in_hubs", "RMB", FLOW, "在外地开展、计入本市的研发", "R&D done in hubs and counted in the city"),
    ("plants", "firms", STOCK, "研发在外的制造项目", "plants whose owners create elsewhere"),
    ("plants_landed", "firms", FLOW, "落户的制造项目", "plants landed"),
    ("plants_instead", "firms", FLOW, "其中本来会整体落户", "of which would have settled whole"),
    ("plants_left", "firms", FLOW, "承诺期满迁走的制造项目", "plants that leave when their promise is over"),
    ("licences_paid", "RMB", FLOW, "付给母公司的许可费", "licences paid to parents"),
    ("clawback_due", "RMB", FLOW, "应追回支持", "claw-back due"),
    ("clawback_paid", "RMB", FLOW, "已追回支持", "claw-back paid"),
    ("clawback_lapsed", "RMB", FLOW, "放弃追回", "claw-back lapsed"),
    ("clawback_receivable", "RMB", STOCK, "待追回支持", "claw-back receivable"),
    ("tenants_by_kind", "firms", STOCK, "在驻企业（分载体类型）", "tenants by kind of carrier", "carrier"),
    ("occupancy_by_kind", "share", RATIO, "出租率（分载体类型）", "occupancy by kind of carrier", "carrier"),
    ("fund_pledged", "RMB", STOCK, "基金认缴规模", "pledged to funds"),
    ("fund_uncalled", "RMB", STOCK, "基金未缴认缴", "pledged and not called"),
    ("fund_raised_share", "share", RATIO, "公共基金实募占目标比重", "raised over announced size of public funds"),
    ("fund_called", "RMB", FLOW, "基金缴款", "called by funds"),
    ("fund_nav", "RMB", STOCK, "基金净值", "net asset value of funds"),
    ("fund_public_nav", "RMB", STOCK, "公共出资对应净值", "public part of the net asset value"),
    ("fund_distributed", "RMB", FLOW, "基金分配", "distributed to partners"),
    ("fund_fees", "RMB", FLOW, "基金管理费", "fund managers' fees"),
    ("fund_carry", "RMB", FLOW, "基金管理人分成", "fund managers' profit share"),
    ("fund_dpi", "multiple", RATIO, "公共基金已分配倍数（DPI）", "distributed over called (DPI), public funds"),
    ("fund_tvpi", "multiple", RATIO, "公共基金总值倍数（TVPI）", "total value over called (TVPI), public funds"),
    ("fund_public_outlay", "RMB", FLOW, "财政缴款", "called from public purses"),
    ("fund_public_returned", "RMB", FLOW, "财政收回", "paid back to public purses"),
    ("fund_public_net_cost", "RMB", FLOW, "财政净成本（缴款减收回减净值变动）", "net public cost (calls less returns less change of value)"),
    ("equity_deals", "rounds", FLOW, "股权融资轮次", "equity rounds"),
    ("equity_invested", "RMB", FLOW, "投入本市企业", "invested in firms of the city"),
    ("equity_invested_public", "RMB", FLOW, "其中公共基金领投", "of which led by public funds"),
    ("equity_invested_outside", "RMB", FLOW, "公共基金投向市外", "invested outside the city by public funds"),
    ("equity_coinvested", "RMB", FLOW, "社会资本跟投", "private co-investment with public funds"),
    ("equity_crowded_out", "RMB", FLOW, "被挤出的社会资本", "private money crowded out"),
    ("equity_exits", "stakes", FLOW, "退出与核销笔数", "stakes sold or lost"),
    ("equity_bought_back", "RMB", FLOW, "企业回购", "bought back by firms"),
    ("equity_rescued", "rounds", FLOW, "集团救助轮次", "rescues of firms in a group's portfolio"),
    ("equity_rebates", "RMB", FLOW, "股权投资奖励", "rebates on rounds of private funds"),
    ("equity_rebates_anyway", "RMB", FLOW, "其中本来就会投的", "of which on rounds that would have been led anyway"),
    ("equity_loss_cover", "RMB", FLOW, "投资损失补偿", "losses of private funds made good"),
    ("firms_backed", "firms", STOCK, "有基金持股企业", "firms with a fund among their owners"),
    ("deals_below_cost", "share", RATIO, "已退出项目低于成本的比重", "realised stakes below cost"),
    ("attract_leads", "projects", FLOW, "招商接触项目", "projects contacted by attraction"),
    ("attract_landed", "projects", FLOW, "接触后落户项目", "contacted projects that settle"),
    ("attract_anyway", "projects", FLOW, "其中本来就会落户", "of which would have settled anyway"),
    ("attract_recognised", "projects", FLOW, "认定科创项目", "recognised sci-tech projects"),
    ("attract_shells", "projects", FLOW, "其中空壳登记", "of which are registered in name"),
    ("attract_left", "projects", FLOW, "奖励或条款到期后迁出", "projects that leave when package or clause ends"),
    ("attract_firms", "firms", STOCK, "招引企业存量", "firms that attraction brought, still here"),
    ("attract_rd", "RMB", FLOW, "招引企业真实研发", "real R&D of firms that attraction brought"),
    ("attract_quality", "sd", RATIO, "最近招引项目平均质量", "mean quality of the projects last brought (sd of outside projects)"),
    ("attract_rewards", "RMB", FLOW, "落地奖励与佣金", "landing rewards and commissions"),
    ("attract_clawback_due", "RMB", FLOW, "应追回落地奖励", "landing rewards owed back"),
    ("attract_clawback_paid", "RMB", FLOW, "已追回落地奖励", "landing rewards paid back"),
    ("attract_pressure", "share", RATIO, "计数考核压力", "pressure of the count"),
    ("office_counselling", "share", RATIO, "县区力量：申报辅导", "effort of district offices: counselling"),
    ("office_services", "share", RATIO, "县区力量：普惠服务", "effort of district offices: services to all"),
    ("office_attraction", "share", RATIO, "县区力量：招引", "effort of district offices: attraction"),
    ("office_research", "share", RATIO, "县区力量：产学研", "effort of district offices: links with universities"),
    ("office_reports", "share", RATIO, "县区力量：材料包装", "effort of district offices: help with reports"),
    ("zone_rank", "number", STOCK, "高新区全省平均名次", "mean rank of the zones in the province"),
    ("city_rank", "number", STOCK, "国家创新型城市名次", "rank of the city among innovative cities"),
    ("plan_rank", "number", STOCK, "一区多园高新区名次", "rank of the zone with its parks"),
    ("firms_by_district", "firms", STOCK, "企业数（分区县）", "firms by district", "district"),
    ("hnte_by_district", "firms", STOCK, "高企数（分区县）", "HNTEs by district", "district"),
    ("revenue_by_tier", "RMB", FLOW, "营业收入（分层级）", "revenue by tier", "tier"),
    ("rd_real_by_tier", "RMB", FLOW, "真实研发（分层级）", "real R&D by tier", "tier"),
    ("exits_by_tier", "firms", FLOW, "退出企业（分层级）", "exits by tier", "tier"),
    ("ties_by_university", "ties", STOCK, "校企联系（分院校）", "ties by university", "university"),
    ("projects_by_region", "projects", FLOW, "新立产学研项目（分地区）", "joint projects opened by region", "region"),
    ("ladder_moves", "firms", FLOW, "层级流动", "moves on the ladder", "move"),
    ("talent_stock", "persons", STOCK, "科技人才", "S&T talent"),
    ("talent_employed", "persons", STOCK, "在岗科技人才", "S&T talent in posts"),
    ("talent_searching", "persons", STOCK, "求职科技人才", "S&T talent searching"),
    ("talent_arrivals", "persons", FLOW, "新增科技人才", "arrivals of talent"),
    ("talent_leavings", "persons", FLOW, "流出科技人才（含退休、转岗）", "leavings of talent (with retirement and other work)"),
    ("talent_vacancy_rate", "share", RATIO, "科技岗位空缺率", "vacancy rate of S&T posts"),
    ("talent_fill_rate", "share", RATIO, "空岗当季补充率", "vacancies filled in the quarter"),
    ("talent_wage", "index", RATIO, "研发工资（相对基期常态）", "R&D wage (against its usual path)"),
    ("talent_founders", "persons", FLOW, "人才创办企业", "firms founded by talent"),
    ("talent_founders_stock", "index", RATIO, "潜在创业者（相对常态）", "potential founders (against their usual path)"),
    ("talent_grants", "RMB", FLOW, "发给个人的资助", "grants to persons"),
    ("talent_subsidised", "persons", STOCK, "受资助人才", "persons with a running grant"),
    ("talent_subsidy_over", "persons", FLOW, "资助到期后考虑去留者", "persons who decide after their grant ended"),
    ("talent_left_after_subsidy", "persons", FLOW, "资助到期后离开者", "persons who left after their grant ended"),
    ("talent_beyond_reach", "persons", FLOW, "择城概率超出人才池上限者", "movers whose chance to come exceeds the limit of the cast"),
    ("talent_by_kind", "persons", STOCK, "科技人才（分类）", "talent by kind", "talent_kind"),
    ("talent_arrivals_from", "persons", FLOW, "新增人才（分来源地）", "arrivals of talent by origin", "talent_place"),
    ("talent_leavings_to", "persons", FLOW, "流出人才（分去向，本地为退休与转岗）", "leavings of talent by destination (local: retired or other work)", "talent_place"),
)


# Rows of `ladder_moves`: from → to, entry and exit included.
STATES = ("outside", *TIERS)
MOVES = tuple(f"{a}>{b}" for a in STATES for b in STATES if a != b)


@dataclass
class Record:
    """What one run leaves: see docs/architecture.md, World."""

    series: dict[str, np.ndarray] = field(default_factory=dict)
    grouped: dict[str, tuple[str, tuple[str, ...], np.ndarray]] = field(default_factory=dict)
    initial: dict[str, float] = field(default_factory=dict)
    firms: dict[str, np.ndarray] = field(default_factory=dict)
    micro: dict[str, np.ndarray] = field(default_factory=dict)
