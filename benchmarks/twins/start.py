"""What a twin reads of a world before its first quarter, as plain numbers and columns. It never reads the world again."""

from __future__ import annotations

import numpy as np

from sim.laws import LAPLACE_QUARTER
from sim.processes import exit
from sim.world import BASE_YEAR

# Numbers that the subset reads, by id; a twin calls them by the id with `_` for `.`.
NUMBERS = (
    "economy.lockdown_quarter", "economy.lockdown_loss",
    "sales.volatility", "sales.reference_size", "sales.volatility_size_exponent", "sales.youth_growth",
    "sales.youth_decay", "sales.response_to_productivity", "sales.mean_reversion", "sales.credit_growth_effect",
    "sales.displacement_limit", "sales.cost_stickiness", "sales.margin_persistence", "sales.margin_luck",
    "sales.margin_shock", "sales.revenue_per_worker", "sales.employment_adjustment",
    "rd.user_cost_elasticity", "rd.intensity_trend", "rd.adjustment", "rd.planning_margin", "rd.relabel_cost",
    "rd.most_gap", "rd.cash_share", "rd.audit_rate", "rd.audit_visible", "rd.audit_detection", "rd.audit_tolerance",
    "tax.claim_share", "tax.claim_awareness", "tax.claim_cost", "tax.loss_years",
    "hnte.consider_rate", "hnte.min_hightech_share", "hnte.min_staff_share", "hnte.min_age", "hnte.catch_up",
    "hnte.credit_value", "hnte.discount_rate", "hnte.application_cost", "hnte.ip_cost", "hnte.validity",
    "hnte.size_medium", "hnte.size_large", "hnte.threshold_small", "hnte.threshold_medium", "hnte.threshold_large",
    "hnte.renewal_consider", "hnte.quality_merit", "hnte.quality_depth", "hnte.pass_logodds", "hnte.pass_quality",
    "hnte.pass_memory", "sme.max_sales", "sme.max_staff", "sme.min_intensity", "sme.other_value", "sme.renew_rate",
    "sme.register_rate", "sme.hassle_cost",
    "knowledge.depreciation", "knowledge.productivity_elasticity", "knowledge.spillover_elasticity",
    "knowledge.jump_rate", "knowledge.jump_size", "knowledge.jump_tail", "knowledge.depth_cap",
    "knowledge.patents_per_million", "keylab.efficiency", "rdorg.absorption",
    "credit.start_spread", "credit.demand_elasticity", "credit.cash_floor", "credit.minimum_ticket", "credit.rate_cap",
    "credit.loss_secured", "credit.loss_unsecured", "credit.funding_cost", "credit.margin", "credit.signal_noise",
    "credit.noise_persistence", "credit.collateral_share", "credit.collateral_intangible", "credit.unsecured_limit",
    "credit.risk_level", "credit.risk_leverage", "credit.risk_cash", "credit.risk_cash_limit", "credit.risk_margin",
    "credit.risk_margin_floor", "credit.risk_margin_ceiling", "credit.risk_size", "credit.risk_youth", "credit.young",
    "credit.risk_arrears", "credit.label_signal", "credit.term", "credit.investment_share", "credit.cash_target",
    "credit.payout", "credit.surplus_payout", "credit.grace_recovery",
    "exit.trade_credit", "exit.grace", "exit.other_causes", "exit.relocation_rate", "exit.size_medium",
    "exit.size_large",
)  # fmt: skip
# Firm columns at the start; `debt`, `rate` and `installment` are those of the ordinary book.
COLUMNS = (
    "district", "sector", "hightech", "rd_staff", "margin", "leverage", "frailty", "tax_awareness", "hassle",
    "relabel_cost", "patenting", "opacity", "merit", "desired_intensity", "base_user_cost", "prestige", "size_anchor",
    "margin_luck", "birth", "sales", "sales_local", "sales_year", "sales_1", "sales_2", "sales_3", "intensity",
    "plan_extra", "plan_relabel", "aims", "considers", "claims", "rd_real", "rd_reported", "rd_real_year", "rd_real_1",
    "rd_year", "rd_1", "rd_2", "rd_3", "productivity", "knowledge", "employment", "other_staff", "other_share",
    "st_staff", "cash", "funded", "below", "profit_year", "profit_1", "deduct_year", "deduct_1", "loss_carried",
    "cert_year", "cert_first", "registered", "pan_tech", "rd_org", "keylab",
)  # fmt: skip


def scalars(world) -> dict[str, float]:
    """Numbers, and the yardsticks that the world took of its start."""
    p, tax = world.numbers, world.rules.tax
    found = {id.replace(".", "_"): float(p[id]) for id in NUMBERS}
    return found | {
        "base_year": float(BASE_YEAR),
        "cit_rate": float(tax.rate),
        "cit_small": float(tax.small_rate),
        "small_limit": float(tax.small_limit),
        "small_staff": float(tax.small_staff),
        "cit_hnte": float(p["tax.incentives.cit_rate_hnte"]),
        "usual_funded": world.usual_funded,
        "usual_depth": world.usual_depth,
        "usual_pass_rate": float(world.usual_pass_rate),
        "frontier_pace": world.frontier_pace,
        "frontier_slope": world.frontier_slope,
        "efficiency": 1 / float(world.labour.mean_efficiency),
        "prime_start": float(p.at("credit.prime_rate", -1)),
    }


def paths(world) -> dict[str, np.ndarray]:
    """What changes by date alone (quarters,)."""
    p, quarters = world.numbers, range(world.horizon)
    ids = {"growth": "economy.market_growth", "prime": "credit.prime_rate"}
    ids |= {f"deduction_{kind}": f"tax.incentives.deduction_{kind}" for kind in ("manufacturing", "sme", "other")}
    return {name: np.array([float(p.at(id, q)) for q in quarters]) for name, id in ids.items()}


def tables(world) -> dict[str, np.ndarray]:
    """Tables by sector, by district, and of laws and hazards; all float64."""
    return {
        "growth_gap": np.asarray(world.place.growth_gap, float),
        "manufacturing": np.asarray(world.place.manufacturing, float),
        "local_demand": world.local_demand_base,
        "proximity": np.ascontiguousarray(world.proximity),
        "hazard": exit.hazards(world.numbers).ravel(),
        "law_level": LAPLACE_QUARTER.level,
        "law_slope": LAPLACE_QUARTER.slope,
    }


def columns(world) -> dict[str, np.ndarray]:
    """Columns of the firms of the start (rows,), as the model has them."""
    firms, books, n = world.firms, world.books, world.firms.count
    found = {name: getattr(firms, name)[:n].copy() for name in COLUMNS}
    return found | {
        "debt": books.balance[0, :n].copy(),
        "rate": books.rate[0, :n].copy(),
        "installment": books.installment[0, :n].copy(),
    }
