"""R&D: the yearly plan with its threshold decision, and the quarterly spending, real and relabelled."""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least, rows_of
from sim.population.columns import NEVER
from sim.population.initial import threshold
from sim.processes import branches, brokers, increments, lending, protection, scoring, shelter, vetting
from sim.processes.hiring import staffing
from sim.processes.taxes import deduction, regime, user_cost


def desired_intensity(base, cost, base_cost, elasticity):
    """R&D wanted over sales: base·(B/B0)^−η (Chen, Liu, Suárez Serrato and Xu 2021)."""
    return base * np.exp(-elasticity * np.log(cost / base_cost))


def close_gap(gap, desired, cost, elasticity, relabel_cost, risk=0.0):
    """Cheapest split of a gap into real R&D and relabelled cost, and what it costs. All (rows,) RMB/year.

    Real R&D beyond the optimum loses B/(2ηR*)·x² (second order of the demand for R&D); relabelling costs c/(2R*)·y².
    At the minimum the marginal costs are equal. `relabel_cost` = inf forbids relabelling; `risk` (RMB lost a relabelled RMB)
    makes the first relabelled yuan dearer than the first real one.
    """
    steep_real = cost / max(elasticity, 1e-9)
    part = np.where(np.isinf(relabel_cost), 0.0, steep_real / (steep_real + relabel_cost))
    size = np.maximum(desired, 1.0)
    relabelled = np.maximum(gap * part - risk * size / (steep_real + relabel_cost), 0.0)
    real = gap - relabelled
    slope = np.where(np.isinf(relabel_cost), 0.0, relabel_cost)
    return real, relabelled, 0.5 * (steep_real * real**2 + slope * relabelled**2) / size


def plan(world) -> None:
    """First quarter: claims, R&D intensity, who considers certification, and who closes the gap to the threshold."""
    if world.season != 0:
        return
    firms, p, n, tax = world.firms, world.numbers, world.firms.count, world.rules.tax
    alive = firms.alive[:n]
    growth = p.at("economy.market_growth", world.quarter)  # plans look one year ahead
    expected = np.where(firms.sales_1[:n] > 0, firms.sales_1[:n], 4 * firms.sales[:n]) * (1 + growth)
    profit = expected * (firms.margin[:n] + firms.margin_luck[:n])
    d = deduction(world, tax, slice(0, n))
    certified = firms.cert_year[:n] > 0
    staff = firms.employment[:n]
    # Claim the super-deduction when it saves more than it costs.
    wanted = firms.intensity[:n] * expected
    after = np.maximum(profit - wanted, 0)
    rate = regime(tax, after, staff, certified)
    saving = rate * d * p["tax.claim_share"] * wanted
    able = firms.tax_awareness[:n] < p["tax.claim_awareness"]
    claims = alive & able & (saving > p["tax.claim_cost"])
    firms.claims[:n] = claims
    cost = user_cost(rate, d * p["tax.claim_share"] * claims)
    trend = np.exp(p["rd.intensity_trend"] * (world.quarter + 4) / 4)
    target = desired_intensity(
        trend * firms.desired_intensity[:n], cost, firms.base_user_cost[:n], p["rd.user_cost_elasticity"]
    )
    if world.rules.protection:
        target *= protection.wanted(world.rules.protection * p["ip.rent"], p["rd.user_cost_elasticity"])
    if world.rules.increment:
        increments.wanted(world, target, cost)
    branches.wanted(world, target)
    pace = p["rd.adjustment"]
    old = np.maximum(firms.intensity[:n], 1e-9)
    firms.intensity[:n] = np.where(alive, old * np.exp(pace * np.log(np.maximum(target, 1e-9) / old)), 0.0)
    _consider(world)
    _threshold_decision(world, expected, profit, cost)


def _consider(world):
    """Certification is an innovation that spreads: some begin to consider it every year, counselled firms sooner."""
    firms, p, n, coaching = world.firms, world.numbers, world.firms.count, world.rules.coaching
    luck = world.luck.uniform("consider")
    in_pool = firms.pool_since[:n] > NEVER
    chance = np.where(in_pool, np.maximum(coaching.counselling, p["hnte.consider_rate"]), p["hnte.consider_rate"])
    chance = chance + p["carrier.mentoring_consider"] * shelter.mentored(world)
    chance *= scoring.counselled(world, slice(0, n))
    firms.considers[:n] |= firms.alive[:n] & (luck < chance)


def fits(firms, p, n, quarter):
    """Meets the parts of the certification rule that a firm cannot change this year (rows,)."""
    return (
        firms.alive[:n]
        & (firms.hightech[:n] >= p["hnte.min_hightech_share"])
        & (firms.rd_staff[:n] >= p["hnte.min_staff_share"])
        & (quarter - firms.birth[:n] >= p["hnte.min_age"])
    )


def shortfall(level, window_sales, earlier, sales, desired, catch_up):
    """R&D lacking this year (rows,) RMB, and the years until the three-year ratio is met.

    The whole shortfall of the window, but never more in one year than the threshold and a little: the rest waits.
    """
    lacking = np.maximum(level * window_sales - earlier - desired, 0.0)
    gap = np.minimum(lacking, np.maximum((1 + catch_up) * level * sales - desired, 0.0))
    return gap, np.where(lacking > gap, 2.0, 0.0)


def _yearly_benefit(world, rows, sales, profit, desired, gap, real, held, reward):
    """Worth of a certificate a year: the tax cut on what is left after R&D, loans and tenders, and awards (rows,)."""
    firms, p, tax = world.firms, world.numbers, world.rules.tax
    staff = firms.employment[rows]
    claimed = deduction(world, tax, rows) * p["tax.claim_share"] * firms.claims[rows]
    taxable = np.maximum(profit - (desired + real) - claimed * (desired + gap), 0.0)
    no, yes = np.zeros(len(rows), bool), np.ones(len(rows), bool)
    saving = (regime(tax, taxable, staff, no) - regime(tax, taxable, staff, yes)) * taxable
    chance = np.where(held, 1.0, world.usual_pass_rate)
    value = (p["hnte.credit_value"] + firms.prestige[rows]) * sales + lending.certificate_credit(world, rows, sales)
    return chance * (saving + value + reward / p["hnte.validity"])


def _threshold_decision(world, expected, profit, cost):
    """Aim at a certificate when it is worth more than closing the gap and filing costs, a year."""
    firms, p, n, coaching = world.firms, world.numbers, world.firms.count, world.rules.coaching
    rows = np.flatnonzero(fits(firms, p, n, world.quarter) & firms.considers[:n])
    firms.aims[:n] = False
    firms.plan_extra[:n] = 0.0
    firms.plan_relabel[:n] = 0.0
    sales = expected[rows]
    # R&D that owners have paid for counts toward the threshold.
    desired = firms.intensity[rows] * sales + np.minimum(4 * firms.equity_quarter[rows], firms.equity_left[rows])
    level = threshold(p, sales) * (1 + p["rd.planning_margin"]) if p["rd.notch"] else np.zeros(len(rows))
    window = firms.sales_1[rows] + firms.sales_2[rows] + sales
    gap, wait = shortfall(level, window, firms.rd_1[rows] + firms.rd_2[rows], sales, desired, p["hnte.catch_up"])
    relabel_cost = p["rd.relabel_cost"] * firms.relabel_cost[rows] if p["rd.relabelling"] else np.full(len(rows), np.inf)
    relabel_cost *= scoring.cheaper(world, rows) * brokers.polish(world, rows)
    real, relabelled, loss = close_gap(gap, desired, cost[rows], p["rd.user_cost_elasticity"], relabel_cost)
    held = firms.cert_year[rows] > 0
    first = firms.cert_first[rows] == 0
    reward = np.where(first, world.certificate_reward(rows), world.certificate_reward(rows, "renewal"))
    benefit = _yearly_benefit(world, rows, sales, profit[rows], desired, gap, real, held, reward)
    if world.rules.vetting.levels:  # relabelling puts the certificate at risk
        risk = vetting.risk(world, rows, benefit, desired + gap)
        real, relabelled, loss = close_gap(gap, desired, cost[rows], p["rd.user_cost_elasticity"], relabel_cost, risk)
        benefit = _yearly_benefit(world, rows, sales, profit[rows], desired, gap, real, held, reward)
        benefit *= vetting.foreseen(world, rows, relabelled, desired + gap)
    benefit *= (1 + p["hnte.discount_rate"]) ** -np.where(held, 0.0, 1.0 + wait)
    saved = coaching.cost_cut * (firms.pool_since[rows] > NEVER)
    filing = (p["hnte.application_cost"] + p["hnte.ip_cost"] * first) * (1 - saved) * firms.hassle[rows]
    filing += vetting.fee(world, rows)
    worth = (benefit > loss + filing / p["hnte.validity"]) & (gap <= p["rd.most_gap"] * desired)
    firms.aims[rows] = worth
    scale = np.where(worth, 1 / np.maximum(sales, 1.0), 0.0)
    firms.plan_extra[rows] = real * scale
    firms.plan_relabel[rows] = relabelled * scale


def worth_filing(world, rows) -> np.ndarray:
    """At filing time: whether firms that meet the threshold already find a certificate worth its cost (rows,)."""
    firms, p, coaching = world.firms, world.numbers, world.rules.coaching
    sales = np.maximum(firms.sales_year[rows], 1.0)
    profit = sales * (firms.margin[rows] + firms.margin_luck[rows])
    nothing = np.zeros(len(rows))
    first = firms.cert_first[rows] == 0
    reward = np.where(first, world.certificate_reward(rows), world.certificate_reward(rows, "renewal"))
    held = firms.cert_year[rows] > 0
    benefit = _yearly_benefit(world, rows, sales, profit, firms.rd_real_year[rows], nothing, nothing, held, reward)
    saved = coaching.cost_cut * (firms.pool_since[rows] > NEVER)
    filing = (p["hnte.application_cost"] + p["hnte.ip_cost"] * first) * (1 - saved) * firms.hassle[rows]
    filing += vetting.fee(world, rows)
    return benefit > filing / p["hnte.validity"]


def accept_certificates(world) -> None:
    """At the start: whoever holds a certificate found it worth having under the rules of 2020.

    Where the decision above would drop it at once, the firm must see something else in it, and its filing is cheap
    enough; without this the first year would shed certificates that no policy took away.
    """
    firms, p, tax = world.firms, world.numbers, world.base_tax
    rows = np.flatnonzero(firms.cert_year[: firms.count] > 0)
    sales = firms.sales_1[rows] * (1 + p.at("economy.market_growth", 0))
    profit = sales * (firms.margin[rows] + firms.margin_luck[rows])
    desired = firms.intensity[rows] * sales
    gap = (firms.plan_extra[rows] + firms.plan_relabel[rows]) * sales
    real = firms.plan_extra[rows] * sales
    cost = firms.base_user_cost[rows]
    relabel_cost = p["rd.relabel_cost"] * firms.relabel_cost[rows]
    _, _, loss = close_gap(gap, desired, cost, p["rd.user_cost_elasticity"], relabel_cost)
    staff = firms.employment[rows]
    taxable = np.maximum(profit - desired - real, 0.0)
    no, yes = np.zeros(len(rows), bool), np.ones(len(rows), bool)
    saving = (regime(tax, taxable, staff, no) - regime(tax, taxable, staff, yes)) * taxable
    benefit = saving + p["hnte.credit_value"] * sales
    unit = max(p["hnte.application_cost"] / p["hnte.validity"], 1e-9)
    # A wish for R&D just at the threshold would be bunching put in by hand; prestige leaves the wish alone.
    lacks = np.maximum(loss + 0.5 * unit * firms.hassle[rows] - benefit, 0.0)
    firms.prestige.flags.writeable = firms.hassle.flags.writeable = True
    firms.prestige[rows] = lacks / sales
    firms.hassle[rows] = np.minimum(firms.hassle[rows], 0.9 * np.maximum(benefit + lacks - loss, 0.0) / unit)
    firms.prestige.flags.writeable = firms.hassle.flags.writeable = False


def spend(world) -> None:
    """Every quarter: R&D as planned, cut by cash; grants with their additionality and misuse; the year-end true-up."""
    firms, p, n, ledger = world.firms, world.numbers, world.firms.count, world.ledger
    alive, sales = firms.alive[:n], firms.sales[:n]
    granted = rows_of(firms.grant_left[:n] > 0)
    grant = np.minimum(np.rint(firms.grant_quarter[granted]), firms.grant_left[granted])
    diverts = firms.compliance[granted] < p["grant.misuse_share"]
    diverted = np.rint(grant * p["grant.misused_part"] * diverts)
    misused = np.zeros(n)
    misused[granted] = diverted
    from_owners = np.minimum(firms.equity_quarter[:n], firms.equity_left[:n])
    plan_real = firms.intensity[:n] + firms.plan_extra[:n]
    plan_real *= sales
    plan_real[granted] += np.maximum((grant - diverted) * (1 + p["grant.additionality"]), 0)
    plan_real += firms.project_extra[:n] + from_owners
    # Projects below the usual take from the plan of a firm, but never more than there is.
    plan_real = at_least(plan_real, 0.0, out=plan_real)
    world.rd_plan = plan_real
    # Empty posts do no research; what they would have cost is not spent.
    staffed = branches.staffed(world, staffing(world, n))
    staffed *= plan_real
    afford = at_least(firms.cash[:n], 0.0)
    afford *= p["rd.cash_share"]
    real = np.minimum(staffed, afford, out=staffed)
    relabelled = sales * firms.plan_relabel[:n]
    if world.season == 3:
        extra = _year_end_gap(world, real + misused)
        if p["rd.relabelling"]:
            relabelled = extra
        else:
            real = np.minimum(real + extra, p["rd.cash_share"] * np.maximum(firms.cash[:n], real))
    dead = rows_of(~alive)
    real, relabelled = np.rint(real, out=real), np.rint(relabelled, out=relabelled)
    real[dead] = relabelled[dead] = 0
    real_or_misused = real + misused
    reported = real_or_misused + relabelled
    # What goes to universities is posted with their projects; a firm that cannot pay it breaks them off.
    outside = firms.project_fee[:n] * (real >= firms.project_fee[:n])
    ledger.from_firms("rd", branches.spend_away(world, real - outside), "households")
    ledger.from_firms("misuse", diverted, "households", granted)
    firms.grant_left[granted] -= grant
    firms.equity_left[:n] -= from_owners
    firms.rd_real[:n], firms.rd_reported[:n] = real, reported
    firms.rd_real_year[:n] += real
    firms.rd_year[:n] += reported
    firms.misused_year[:n] += misused
    firms.rd_total[:n] += real
    firms.profit_year[:n] -= real_or_misused
    claimed = p["tax.claim_share"] * firms.claims[:n]
    claimed *= reported
    earned = deduction(world, world.rules.tax, slice(0, n))
    earned *= claimed
    firms.deduct_year[:n] += np.rint(earned, out=earned)
    world.flows["misused_grants"] = float(diverted.sum())
    world.flows["rd_relabelled"] = float(relabelled.sum())
    world.flows["rd_tax_claimed"] = float(claimed.sum())


def _year_end_gap(world, spent):
    """Fourth quarter: what firms that plan a gap still lack against the threshold on actual sales, (rows,) RMB."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    rows = np.flatnonzero(firms.aims[:n] & ((firms.plan_extra[:n] > 0) | (firms.plan_relabel[:n] > 0)))
    sales, spent, gap = firms.sales_year[rows], spent[rows], np.zeros(n)
    window = sales + firms.sales_1[rows] + firms.sales_2[rows]
    level = threshold(p, sales) * (1 + p["rd.planning_margin"])
    done = firms.rd_year[rows] + spent
    need = level * window - firms.rd_1[rows] - firms.rd_2[rows] - done
    need = np.minimum(need, (1 + p["hnte.catch_up"]) * level * sales - done)
    # Nobody can relabel more than the year's real R&D without being seen.
    gap[rows] = np.clip(need, 0, firms.rd_real_year[rows] + spent)
    return gap
