"""The firms of a place at the end of 2020, and every row that may come later. Depends on numbers and seed alone: no
policy package can change who exists, so births are paired between scenarios."""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.metrics import TIERS
from sim.population.columns import Firms
from sim.population.place import Place, column
from sim.population.universities import Universities, come_from
from sim.streams import Streams

BASE_YEAR = 2020
INCUMBENT, FOUNDER, OUTSIDE, RISER = range(4)
START_TIERS = {"none": "untiered", "pan_tech": "pan_tech", "scitech_sme": "scitech_sme",
               "cultivation": "cultivation", "hnte": "hnte"}  # fmt: skip
HNTE, POOL, SME, PAN, NONE = (TIERS.index(t) for t in ("hnte", "cultivation", "scitech_sme", "pan_tech", "none"))


def counts(numbers) -> dict[str, int]:
    """Live firms at the start by exclusive tier (key firms are found among the HNTEs by their labels)."""
    hnte, pool = int(numbers["place.hnte"]), int(numbers["place.pool"])
    uncertified = round(numbers["place.scitech_sme"] * (1 - numbers["place.scitech_sme_hnte_share"]))
    return {
        "hnte": hnte,
        "cultivation": pool,
        "scitech_sme": max(uncertified - pool, 0),
        "pan_tech": int(numbers["place.pan_tech"]),
        "none": int(numbers["place.untiered"]),
    }


def rows_needed(numbers) -> tuple[int, int, int, int]:
    """Incumbents; and a quarter: would-be founders, outside projects, ordinary firms that reach above-scale."""
    incumbents = sum(counts(numbers).values())
    names = ("founders", "outside_projects", "risers")
    return (incumbents, *(int(numbers[f"place.{name}_per_quarter"]) for name in names))


def threshold(numbers, sales: np.ndarray) -> np.ndarray:
    """R&D threshold of certification by annual sales (rows,)."""
    edges = [numbers["hnte.size_medium"], numbers["hnte.size_large"]]
    levels = np.array([numbers[f"hnte.threshold_{size}"] for size in ("small", "medium", "large")])
    found = np.zeros(len(sales), np.int8)
    for edge in edges:
        found += sales > edge  # a class includes its upper limit
    return levels.take(found)


def heavy_tailed(rng, rows: int, body_sd: float, tail: float) -> np.ndarray:
    """Log sizes, median near zero: a normal body with an exponential upper tail (double-Pareto-lognormal, Reed 2001)."""
    return body_sd * rng.standard_normal(rows) + (rng.standard_exponential(rows) - np.log(2)) / tail


def pick(rng, shares: np.ndarray, rows: int) -> np.ndarray:
    """Category of each row with these shares (they are normalised)."""
    return band(rng.random(rows), np.cumsum(shares / shares.sum())[:-1])


def build(numbers, place: Place, streams: Streams, quarters: int) -> tuple[Firms, Firms]:
    """Firms of the start in their slots, and the cast: all who may come during a run of `quarters`."""
    incumbents, *newcomers = rows_needed(numbers)
    firms = Firms(incumbents + quarters * sum(newcomers))
    tier = np.repeat([TIERS.index(t) for t in counts(numbers)], list(counts(numbers).values())).astype("i1")
    draw = streams.trait
    firms.tier[:incumbents] = tier
    firms.kind[incumbents:] = np.tile(np.repeat([FOUNDER, OUTSIDE, RISER], newcomers), quarters)
    firms.arrival[:incumbents] = -1
    firms.arrival[incumbents:] = np.repeat(np.arange(quarters), sum(newcomers))
    _traits(firms, numbers, place, draw, incumbents)
    _incumbent_sizes(firms, numbers, draw, incumbents)
    _newcomer_sizes(firms, numbers, place, draw, incumbents)
    _research_history(firms, numbers, draw, incumbents)
    _books(firms, numbers, draw, incumbents)
    _certificates(firms, numbers, draw, incumbents)
    sd = numbers["university.contract_sd"]
    firms.contract[:] = np.exp(sd * draw("contract").standard_normal(firms.rows))
    come_from(numbers, Universities(numbers, place), firms, draw, incumbents, FOUNDER)
    cast = firms.set_apart(incumbents)
    firms.lock()
    cast.lock()
    return firms, cast


def _traits(firms, numbers, place, draw, n0):
    rows = firms.rows
    firms.identity[:] = np.arange(rows)
    firms.bank[:] = firms.identity % int(numbers["credit.bank_count"])
    firms.lot[:] = draw("lot").random(rows)
    upper = np.zeros(rows, bool)
    upper[:n0] = np.isin(firms.tier[:n0], (HNTE, POOL, SME))
    newcomer = np.arange(rows) >= n0
    district = {k: column(numbers, "district", place.districts, f"{k}_share") for k in ("hnte", "firm")}
    sector = {k: column(numbers, "sector", place.sectors, f"{k}_share") for k in ("hnte", "firm")}
    draws = {group: {k: pick(draw(f"{group} {k}"), shares[k], rows) for k in ("hnte", "firm")}
             for group, shares in (("district", district), ("sector", sector))}  # fmt: skip
    firms.district[:] = np.where(upper, draws["district"]["hnte"], draws["district"]["firm"])
    ordinary = firms.kind == RISER
    # Technology founders and outside projects resemble the sci-tech SMEs: product and staff are high-tech from the start.
    upper |= newcomer & ~ordinary
    firms.sector[:] = np.where(upper, draws["sector"]["hnte"], draws["sector"]["firm"])
    # High-tech share: Beta around the sector mean; certified firms and pool firms lie above the legal floor.
    mean = column(numbers, "sector", place.sectors, "hightech_share")[firms.sector]
    close = numbers["population.hightech_concentration"]
    share = draw("hightech").beta(close * mean, close * (1 - mean))
    floor = np.where(upper, numbers["hnte.min_hightech_share"], 0.0)
    firms.hightech[:] = floor + (1 - floor) * share
    mean, close = numbers["population.rd_staff_mean"], numbers["population.rd_staff_concentration"]
    staff = draw("rd_staff").beta(close * mean, close * (1 - mean), rows)
    staff_floor = np.where(upper, numbers["hnte.min_staff_share"], 0.0)
    firms.rd_staff[:] = staff_floor + (1 - staff_floor) * staff
    firms.local_share[:] = np.where(
        place.manufacturing[firms.sector],
        numbers["sales.local_share_manufacturing"],
        numbers["sales.local_share_services"],
    )
    wants = draw("wants_debt").random(rows) < numbers["credit.borrower_share"]
    spread = np.exp(numbers["credit.desired_leverage_sd"] * draw("leverage").standard_normal(rows))
    firms.leverage[:] = np.where(wants, np.minimum(numbers["credit.desired_leverage"] * spread, 1.0), 0.0)
    shape = numbers["exit.frailty_shape"]
    firms.frailty[:] = draw("frailty").standard_gamma(shape, rows) / shape
    for name in (
        "compliance", "awareness", "tax_awareness", "outside_option", "openness", "exit_luck", "exit_clock",
    ):
        getattr(firms, name)[:] = draw(name).random(rows)
    for name, sd in (("hassle", "delivery.hassle_sd"), ("relabel_cost", "rd.relabel_cost_sd")):
        getattr(firms, name)[:] = np.exp(numbers[sd] * draw(name).standard_normal(rows))
    sd = numbers["knowledge.patent_dispersion"]
    firms.patenting[:] = np.exp(sd * draw("patenting").standard_normal(rows) - sd**2 / 2)
    firms.opacity[:] = draw("opacity").standard_normal(rows)
    firms.merit[:] = draw("merit").standard_normal(rows)


def _incumbent_sizes(firms, numbers, draw, n0):
    """Sales of 2020: heavy-tailed in every tier, HNTE and surveyed totals exact in expectation of the sources."""
    tier, sales = firms.tier[:n0], np.zeros(n0)
    body, tail = numbers["place.size_body_sd"], numbers["place.size_tail"]
    for name, group in START_TIERS.items():
        if name == "none":
            continue
        rows = np.flatnonzero(tier == TIERS.index(name))
        log_size = heavy_tailed(draw(f"size {name}"), len(rows), body, tail)
        if name == "hnte":
            sales[rows] = np.exp(log_size)
        else:
            # The middle tiers are capped by their own rule (200m RMB), so their tail is cut there.
            size = numbers[f"place.tier.{group}.median_sales"] * np.exp(log_size)
            sales[rows] = np.minimum(size, numbers["sme.max_sales"] * (0.5 + 0.5 * draw(f"size cap {name}").random(len(rows))))
    hnte, none = tier == HNTE, tier == NONE
    _scale_to(sales, hnte, numbers["place.hnte_revenue"], 3e5)
    scale = numbers["rd.scale_threshold"]
    rest = sales[~none]
    untiered = numbers["place.above_scale_revenue"] - rest[rest >= scale].sum()
    # Untiered firms start at the survey threshold; the excess over it is heavy-tailed and scaled to the surveyed total.
    excess = np.expm1(np.maximum(draw("untiered size").standard_exponential(int(none.sum())) / tail, 1e-3))
    sales[none] = scale + excess * max(untiered - scale * none.sum(), 0.05 * scale * none.sum()) / excess.sum()
    firms.sales_1[:n0] = sales
    age = {name: numbers[f"place.tier.{group}.mean_age"] for name, group in START_TIERS.items()}
    mean_age = np.array([age.get(TIERS[t], 0) for t in range(len(TIERS))])[tier]
    years = draw("age").gamma(numbers["population.age_shape"], mean_age / numbers["population.age_shape"])
    # Certified firms are at least one year old; the others at least a quarter.
    firms.birth[:n0] = -np.clip(np.rint(4 * years), np.where(hnte, 8, 1), 200)


def _scale_to(sales, rows, total, floor):
    """Scale the rows so that they sum to the total while none lies under the floor (a few passes settle)."""
    size = sales[rows]
    for _ in range(60):
        size = np.maximum(size * (total / size.sum()), floor)
        if abs(size.sum() / total - 1) < 1e-9:
            break
    sales[rows] = size


def _newcomer_sizes(firms, numbers, place, draw, n0):
    """First-year sales of the rows to come. Outside projects are larger: they bring a product with them."""
    rows = firms.rows - n0
    size = numbers["entry.sales_median"] * np.exp(numbers["entry.sales_sd"] * draw("founder size").standard_normal(rows))
    kind = firms.kind[n0:]
    size = np.where(kind == OUTSIDE, numbers["population.outside_size"] * size, size)
    # A riser has just crossed the survey threshold, so it lies within a factor of two above it.
    firms.sales_1[n0:] = np.where(kind == RISER, numbers["rd.scale_threshold"] * (1 + draw("riser").random(rows)), size)
    # Log size against which growth reverts: the mean of the sector at the start.
    log_sales = np.log(firms.sales_1[:n0])
    sector = firms.sector[:n0]
    number = np.bincount(sector, minlength=len(place.sectors))
    mean = np.bincount(sector, log_sales, len(place.sectors)) / np.maximum(number, 1)
    firms.size_anchor[:] = mean[firms.sector]
    # Productivity is consistent with size, so that no size class drifts at the start.
    response = numbers["sales.response_to_productivity"]
    slope = numbers["sales.mean_reversion"] / response if response else 0.0
    noise = numbers["population.productivity_noise"] * draw("productivity").standard_normal(firms.rows)
    firms.productivity[:] = slope * (np.log(firms.sales_1) - firms.size_anchor) + noise


def _research_history(firms, numbers, draw, n0):
    """Desired R&D intensities, and three years of sales and R&D that are consistent with the certificates held."""
    tier = firms.tier
    groups = [START_TIERS.get(name, "hnte") for name in TIERS]
    median = np.array([numbers[f"place.tier.{g}.rd_intensity"] for g in groups])
    sd = np.array([numbers[f"place.tier.{g}.rd_intensity_sd"] for g in groups])
    kind = np.where(np.arange(firms.rows) < n0, tier, np.where(firms.kind == RISER, NONE, SME))
    wanted = median[kind] * np.exp(sd[kind] * draw("intensity").standard_normal(firms.rows))
    most = numbers["population.intensity_cap"]
    wanted = np.minimum(wanted, most)
    # Who holds a certificate wants at least part of the threshold: nobody closes a gap of more than half.
    limit = threshold(numbers, firms.sales_1) * (1 + numbers["rd.planning_margin"])
    certified = (tier == HNTE) & (np.arange(firms.rows) < n0)
    wanted = np.where(certified, np.maximum(wanted, 0.5 * limit * (1 + 0.3 * draw("intensity floor").random(firms.rows))), wanted)
    growth = numbers.at("economy.market_growth", -1)
    sales = firms.sales_1[:n0]
    age_years = -firms.birth[:n0] / 4
    # Scale R&D to the surveyed total: certified firms to their share, untiered firms to what the middle tiers leave.
    surveyed = sales >= numbers["rd.scale_threshold"]
    total, share = numbers["place.enterprise_rd"], numbers["place.hnte_rd_share"]
    untiered = tier[:n0] == NONE
    middle = float((wanted[:n0] * sales)[surveyed & ~certified[:n0] & ~untiered].sum())
    for group, target in ((certified[:n0], share * total), (untiered, max((1 - share) * total - middle, 0.0))):
        rows = group & surveyed
        for _ in range(40):
            reported = np.where(group, np.maximum(wanted[:n0], np.where(certified[:n0], limit[:n0], 0)), 0)
            factor = target / max((reported * sales)[rows].sum(), 1.0)
            if abs(factor - 1) < 1e-6:
                break
            wanted[:n0][group] = np.clip(wanted[:n0][group] * factor, 0.0005, most)
    firms.desired_intensity[:] = wanted
    firms.intensity[:] = wanted
    gap = np.where(certified, np.maximum(limit - wanted, 0), 0)
    # The start splits a gap as the decision does at the base user cost: see processes/research.py.
    eta = max(numbers["rd.user_cost_elasticity"], 1e-9)
    rate, extra = numbers["tax.hnte_rate_2020"], numbers["tax.deduction_2020"]
    steep_real = (1 - rate * (1 + extra)) / (1 - rate) / eta
    steep_relabel = numbers["rd.relabel_cost"] * firms.relabel_cost
    part = steep_real / (steep_real + steep_relabel) if numbers["rd.relabelling"] else np.zeros(firms.rows)
    firms.plan_relabel[:] = gap * part
    firms.plan_extra[:] = gap * (1 - part)
    firms.aims[:] = gap > 0
    for year, (s, r) in enumerate((("sales_1", "rd_1"), ("sales_2", "rd_2"), ("sales_3", "rd_3"))):
        past = np.rint(sales * np.exp(-growth * year + (numbers["population.history_noise"] * draw(f"history {year}").standard_normal(n0) if year else 0)))
        past = np.where(age_years > year, past, 0)
        getattr(firms, s)[:n0] = past
        getattr(firms, r)[:n0] = np.rint(past * (wanted + gap)[:n0])
    firms.rd_real_1[:n0] = np.rint(firms.sales_1[:n0] * (wanted + gap - firms.plan_relabel)[:n0])
    firms.sales_1[n0:] = np.rint(firms.sales_1[n0:])
    # The last quarter of a growing year lies above its mean, one and a half quarters of growth ahead of the middle.
    ahead_of_mean = np.where(np.arange(firms.rows) < n0, (1 + growth) ** (1.5 / 4), 1.0)
    firms.sales[:] = np.rint(firms.sales_1 / 4 * ahead_of_mean)
    firms.sales_local[:] = np.rint(firms.sales * firms.local_share)
    # Knowledge in its steady state: grows with R&D at the normal pace of the market, so productivity does not jump.
    real = np.maximum(firms.sales_1 * (firms.intensity + firms.plan_extra), 1000.0)
    pace = max(numbers["entry.normal_growth"], 0.0)
    firms.knowledge[:] = real / (numbers["knowledge.depreciation"] + pace)


def _books(firms, numbers, draw, n0):
    """Margins, cash, staff; desired debt is drawn with the traits and becomes loans in the credit process."""
    groups = [START_TIERS.get(name, "hnte") for name in TIERS]
    mean = np.array([numbers[f"place.tier.{g}.margin"] for g in groups])
    kind = np.where(np.arange(firms.rows) < n0, firms.tier, PAN)
    spread = numbers["place.margin_sd"] * draw("margin").standard_normal(firms.rows)
    firms.margin_luck[:] = numbers["sales.margin_luck"] * draw("margin luck").standard_normal(firms.rows)
    firms.margin[:] = np.clip(mean[kind] + firms.desired_intensity + spread, -0.10, 0.60)
    cash = numbers["credit.cash_target"] * np.exp(numbers["credit.cash_sd"] * draw("cash").standard_normal(firms.rows))
    firms.cash[:n0] = np.rint(firms.sales_1 * cash)[:n0]
    # Some are already behind with their bills, a quarter to nearly the whole time suppliers wait.
    behind = np.flatnonzero(draw("arrears").random(n0) < numbers["place.arrears_share"])
    owed = numbers["exit.trade_credit"] * draw("arrears size").random(n0)[behind]
    firms.cash[behind] = -np.rint(owed * firms.sales_1[behind])
    waits = max(int(numbers["exit.grace"]) - 1, 1)
    firms.below[behind] = 1 + (waits * draw("arrears age").random(n0)[behind]).astype(int)
    firms.employment[:] = 4 * firms.sales / numbers["sales.revenue_per_worker"]
    margin = firms.margin + firms.margin_luck
    firms.costs[:n0] = np.rint(firms.sales * (1 - margin))[:n0]
    firms.profit_1[:n0] = np.rint(firms.sales_1 * (margin - firms.intensity - firms.plan_extra))[:n0]
    firms.alive[:n0] = True
    firms.funded[:] = 1.0


def _certificates(firms, numbers, draw, n0):
    """Certificates by cohort (exactly the counted stock), registrations, pool, R&D units and labels."""
    hnte = np.flatnonzero(firms.tier[:n0] == HNTE)
    order = hnte[np.argsort(draw("cohort").random(len(hnte)), kind="stable")]
    first = round(len(hnte) * numbers["place.cohort_share_2018"])
    second = first + round(len(hnte) * numbers["place.cohort_share_2019"])
    # A certificate needs a year of age, so the oldest cohorts go to firms old enough.
    order = order[np.argsort(firms.birth[order] > -16, kind="stable")]
    for rows, year in ((order[:first], 2018), (order[first:second], 2019), (order[second:], 2020)):
        firms.cert_year[rows] = year
        firms.cert_first[rows] = year - 3 * (draw(f"first certificate {year}").random(len(rows)) < 0.5)
    firms.considers[hnte] = True
    outsiders = np.flatnonzero(firms.tier[:n0] != HNTE)
    counselled = firms.tier[outsiders] == POOL
    share = np.where(counselled, numbers["place.pool_considers"], numbers["hnte.consider_start"])
    firms.considers[outsiders] = draw("considers").random(len(outsiders)) < share
    firms.considers[n0:] = False
    # Registered SMEs: the uncertified tier and pool, and part of the certified that the rule admits.
    firms.registered[:n0] = np.isin(firms.tier[:n0], (SME, POOL))
    small = hnte[(firms.sales_1[hnte] <= numbers["sme.max_sales"])]
    want = min(round(numbers["place.scitech_sme"] * numbers["place.scitech_sme_hnte_share"]), len(small))
    firms.registered[draw("registered").permutation(small)[:want]] = True
    firms.pan_tech[:n0] = firms.tier[:n0] != NONE
    firms.pan_tech[n0:] = firms.kind[n0:] != RISER
    pool = np.flatnonzero(firms.tier[:n0] == POOL)
    firms.pool_since[pool] = -4 * draw("pool").integers(0, 3, len(pool)) - 3
    # R&D units sit with the largest spenders, chosen with noise; key laboratories come later.
    score = np.log(np.maximum(firms.rd_1[hnte], 1)) + draw("rd_org").standard_normal(len(hnte))
    firms.rd_org[hnte[np.argsort(-score, kind="stable")][: int(numbers["place.rd_org"])]] = True
    _labels(firms, numbers, draw, hnte)
    year_end = BASE_YEAR
    key = (firms.gazelle_until > year_end) | (firms.unicorn_until > year_end)
    firms.tier[:n0][key[:n0] & (firms.tier[:n0] == HNTE)] = TIERS.index("key")


def _labels(firms, numbers, draw, hnte):
    """Labels of the old rule: the largest R&D-intensive firms, the mid-sized and the small, with noise."""
    free = np.ones(len(hnte), bool)
    for name in ("unicorn", "gazelle", "fledgling"):
        fits = free & (firms.sales_1[hnte] >= numbers[f"place.{name}_start_sales"])
        score = np.where(fits, firms.productivity[hnte] + draw(f"label {name}").standard_normal(len(hnte)), -np.inf)
        chosen = np.argsort(-score, kind="stable")[: min(int(numbers[f"place.{name}_start"]), int(fits.sum()))]
        until = getattr(firms, f"{name}_until")
        until[hnte[chosen]] = 2023 + (draw(f"label end {name}").random(len(chosen)) < 0.5)
        free[chosen] = False
