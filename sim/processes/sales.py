"""Sales, operating costs and staff."""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least, at_most
from sim.processes import environment, protection, shelter, skills

OLD = 400  # quarters; from here on age makes no difference


def laplace_scale(log_sales, volatility, reference, exponent, stretch=1.0):
    """Scale b of annual Laplace growth: sd = volatility·(S/S0)^-exponent = b·√2 (Bottazzi and Secchi 2006).

    `log_sales` (rows,) log RMB/year. Kept below 0.9, where the mean of exp(growth) would no longer exist.
    """
    b = np.exp(exponent * (np.log(reference) - log_sales))
    b *= volatility / np.sqrt(2)
    b *= stretch
    return at_most(b, 0.9, out=b)


def mean_correction(scale):
    """Log of the mean of exp(quarterly shock), to be taken off so that luck does not grow the market."""
    return -0.25 * np.log1p(-(scale**2))


def displacement(wanted, sector, demand, limit):
    """Factor by which the local sales that firms want (rows,) meet local demand (sectors,), 1/limit to limit."""
    total = np.bincount(sector, wanted, len(demand))
    return np.clip(np.divide(demand, total, out=np.ones(len(demand)), where=total > 0), 1 / limit, limit)


def sell(world) -> None:
    """Sales of the quarter, then the operating costs that they cause."""
    firms, p, place, n = world.firms, world.numbers, world.place, world.firms.count
    quarter = world.quarter
    alive, sector = firms.alive[:n], firms.sector[:n]
    before = firms.sales[:n].copy()
    annual = 4 * before
    annual = at_least(annual, 1.0, out=annual)
    log_annual = np.log(annual)
    market = np.log1p(p.at("economy.market_growth", quarter)) / 4
    world.market_index += market
    world.sector_index += market + place.growth_gap / 4
    stretch = world.books.covered_debt(n)
    stretch /= annual
    stretch *= p["sales.risk_taking"]
    stretch += 1
    scale = laplace_scale(
        log_annual, p["sales.volatility"], p["sales.reference_size"], p["sales.volatility_size_exponent"], stretch
    )
    shock = scale * world.luck.laplace_quarter("growth")
    youth = p["sales.youth_growth"] * np.exp(-p["sales.youth_decay"] * np.arange(OLD + 1) / 4)
    drift = firms.productivity[:n] - world.frontier
    drift *= p["sales.response_to_productivity"]
    if world.rules.protection:
        kept = protection.kept(firms.productivity[:n] - world.frontier, world.rules.protection * p["ip.rent"])
        drift += p["sales.response_to_productivity"] * kept
    log_annual -= firms.size_anchor[:n]
    log_annual -= world.sector_index.take(sector)
    log_annual *= p["sales.mean_reversion"]
    drift -= log_annual
    # Who is not born yet counts as new, and from some age on all are alike.
    drift += youth.take(quarter - firms.birth[:n], mode="clip")
    drift += shelter.drift(world, n)
    money = firms.funded[:n] - world.usual_funded
    money *= p["sales.credit_growth_effect"]
    drift += money
    drift /= 4
    growth = (market + place.growth_gap / 4).take(sector)
    growth += drift
    growth += shock
    growth -= mean_correction(scale)
    growth += world.lockdown()
    skills.fill_posts(world, growth)
    factor = np.exp(growth, out=growth)
    factor *= alive
    # Local and outside sales are kept apart: what is gained outside is nobody's loss here and stays gained.
    wanted = firms.sales_local[:n] * factor
    elsewhere = before - firms.sales_local[:n]
    elsewhere *= factor
    np.rint(elsewhere, out=elsewhere)
    if p["sales.displacement"]:
        demand = world.local_demand_base * np.exp(world.sector_index + world.lockdown_level)
        wanted *= displacement(wanted, sector, demand, p["sales.displacement_limit"]).take(sector)
    local = np.rint(wanted, out=wanted)
    sales = local + elsewhere
    world.ledger.to_firms("sales_local", local, "households")
    world.ledger.to_firms("sales_outside", elsewhere, "outside")
    sticky = p["sales.cost_stickiness"]
    base = (1 - sticky) * sales
    before *= sticky
    base += before
    # Margins: what lasts, luck that fades, and the swing of the quarter, all from one draw.
    draw = world.luck.normal("margin")
    keep = p["sales.margin_persistence"]
    firms.margin_luck[:n] *= keep
    firms.margin_luck[:n] += p["sales.margin_luck"] * np.sqrt(1 - keep**2) * draw
    margin = firms.margin[:n] + firms.margin_luck[:n]
    draw *= p["sales.margin_shock"]
    margin += draw
    if saved := environment.kept(world):
        margin += saved
    costs = np.subtract(1, margin, out=margin)
    costs *= base
    costs = at_least(costs, 0.0, out=costs)
    np.rint(costs, out=costs)
    costs *= alive
    at_home = np.rint(p["economy.local_cost_share"] * costs)
    world.ledger.from_firms("costs_local", at_home, "households")
    world.ledger.from_firms("costs_outside", costs - at_home, "outside")
    firms.sales[:n], firms.sales_local[:n], firms.costs[:n] = sales, local, costs
    firms.sales_year[:n] += sales
    firms.sales_total[:n] += sales
    firms.profit_year[:n] += sales
    firms.profit_year[:n] -= costs
    # S&T staff follow R&D and the talent market; all other staff follow sales.
    staff = firms.other_share[:n] * 4
    staff *= sales
    staff /= p["sales.revenue_per_worker"] * np.exp(world.market_index)
    staff -= firms.other_staff[:n]
    staff *= p["sales.employment_adjustment"]
    firms.other_staff[:n] += staff
    firms.other_staff[:n] *= alive
    np.add(firms.other_staff[:n], firms.st_staff[:n], out=firms.employment[:n])
