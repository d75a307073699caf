"""Kernels and reduced worlds against answers that are known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from small import GIBRAT, NO_ENTRY, NO_EXIT, STEADY_MARKET, city, numbers, only, put, resize, run

from sim.ledger import split
from sim.population.initial import heavy_tailed
from sim.processes import credit, exit, knowledge, sales, taxes
from sim.processes.credit import required_rate
from sim.processes.entry import entry_probability
from sim.processes.exit import yearly_hazard
from sim.processes.research import close_gap, desired_intensity, shortfall
from sim.rules import national
from sim.streams import Streams

positive = st.floats(0.01, 100)


# -- research -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("rate", "cost"), [(0.25, 0.667), (0.15, 0.824), (0.0, 1.0)])
def test_user_cost_of_a_full_super_deduction(rate, cost):
    assert taxes.user_cost(rate, 1.0) == pytest.approx(cost, abs=5e-4)


def test_user_cost_is_one_without_super_deduction():
    assert taxes.user_cost(np.array([0.05, 0.15, 0.25]), 0.0) == pytest.approx(np.ones(3))


@given(positive, positive, st.floats(0.3, 1.2), st.floats(0.1, 4), st.floats(0.01, 20))
@settings(max_examples=60, deadline=None)
def test_close_gap_is_the_cheapest_split(gap, desired, cost, elasticity, relabel_cost):
    gap, desired = gap * 1e5, desired * 1e5

    def loss(real):
        return 0.5 * (cost / elasticity * real**2 + relabel_cost * (gap - real) ** 2) / desired

    best = optimize.minimize_scalar(loss, bounds=(0, gap), method="bounded", options={"xatol": gap * 1e-9})
    real, relabelled, paid = close_gap(gap, desired, cost, elasticity, relabel_cost)
    assert real == pytest.approx(best.x, abs=1e-6 * gap)
    assert relabelled == pytest.approx(gap - best.x, abs=1e-6 * gap)
    assert paid == pytest.approx(best.fun, rel=1e-9)


def test_without_relabelling_the_whole_gap_is_real():
    real, relabelled, paid = close_gap(100.0, 200.0, 0.8, 1.14, np.inf)
    assert (real, relabelled) == (100.0, 0.0)
    assert paid == pytest.approx(0.5 * 0.8 / 1.14 * 100**2 / 200)


def test_cost_of_real_rd_is_the_area_under_the_demand_for_it():
    """Each yuan beyond R* is worth B·(R/R*)^(−1/η); what it costs more than that is lost, to second order."""
    desired, cost, elasticity, gap = 1000.0, 0.8, 1.14, 5.0
    area, _ = integrate.quad(lambda x: cost * (1 - (1 + x / desired) ** (-1 / elasticity)), 0, gap)
    assert close_gap(gap, desired, cost, elasticity, np.inf)[2] == pytest.approx(area, rel=0.01)


@given(st.floats(0.001, 0.2), st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 4))
def test_desired_rd_has_a_constant_elasticity_to_user_cost(base, cost, base_cost, elasticity):
    wanted = desired_intensity(base, cost, base_cost, elasticity)
    assert np.log(wanted / base) == pytest.approx(-elasticity * np.log(cost / base_cost), abs=1e-12)


def test_shortfall_of_a_firm_that_can_fill_its_window_this_year():
    """5 % of 300m is 15m; 9.5m were spent before and 5m are wanted anyway: 0.5m lack."""
    gap, wait = shortfall(0.05, 300.0, 9.5, 100.0, 5.0, 0.25)
    assert (gap, wait) == (pytest.approx(0.5), 0.0)


def test_shortfall_beyond_what_one_year_can_fill_waits_two_years():
    """8m were spent before: 2m lack, but a year's limit is 1.25 × 5 % of 100m = 6.25m, of which 5m are wanted anyway."""
    assert shortfall(0.05, 300.0, 8.0, 100.0, 5.0, 0.25) == (1.25, 2.0)


def test_no_shortfall_above_the_threshold():
    gap, wait = shortfall(0.05, 300.0, 12.0, 100.0, 5.0, 0.25)
    assert (gap, wait) == (0.0, 0.0)


# -- knowledge ------------------------------------------------------------------------------------------------------
def test_perpetual_inventory_converges_to_rd_over_depreciation():
    stock = np.array([0.0, 5e6, 9e9])
    for _ in range(800):
        stock = knowledge.accumulate(stock, 250_000.0, 0.15)
    assert stock == pytest.approx(np.full(3, 1e6 / 0.15), rel=1e-8)


def test_proximity_halves_every_half_distance():
    weight = knowledge.proximity(np.array([0.0, 350.0, 700.0]), 350.0)
    assert weight == pytest.approx([1.0, 0.5, 0.25])


def test_pool_is_the_weighted_stock_of_every_district():
    stock, district, sector = np.array([8.0, 4.0, 2.0]), np.array([0, 1, 1]), np.array([0, 0, 1])
    weight = np.array([[1.0, 0.5], [0.5, 1.0]])
    assert knowledge.near_pool(stock, district, sector, weight).tolist() == [[10.0, 1.0], [8.0, 2.0]]


# -- credit ---------------------------------------------------------------------------------------------------------
@given(st.floats(0, 0.9), st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.2))
def test_required_rate_just_covers_funding_and_the_uncovered_loss(default, loss, cover, funding):
    rate = required_rate(default, loss, cover, funding)
    assert rate * (1 - default) == pytest.approx(funding + (1 - cover) * loss * default, abs=1e-12)


def test_a_loan_over_eight_quarters_is_repaid_in_equal_parts_with_interest_on_the_rest():
    world = city(size=0.02, changes=NO_ENTRY | {"credit.borrower_share": 0, "credit.bank_expense": 0}, quarters=9)
    row = np.array([0])
    world.ledger.to_firms("loan", np.array([8e6]), "banks", row)
    world.books.lend(0, row, np.array([8e6]), np.array([0.06]), 8)
    cash, owed = [world.firms.cash[0]], []
    for _ in range(9):
        only(world, credit.serve_debt)
        owed.append(world.books.balance[0, 0])
        cash.append(world.firms.cash[0])
    assert owed == [7e6, 6e6, 5e6, 4e6, 3e6, 2e6, 1e6, 0, 0]
    interest = [0.015 * balance for balance in (8e6, 7e6, 6e6, 5e6, 4e6, 3e6, 2e6, 1e6)]
    assert (-np.diff(cash)).tolist() == [1e6 + each for each in interest] + [0]
    assert cash[0] - cash[-1] == 8e6 + 540_000


# -- entry and exit -------------------------------------------------------------------------------------------------
@given(st.floats(0.01, 0.99), st.floats(-0.1, 0.2), st.floats(0, 3))
def test_entry_multiplies_the_odds(base, gap, support):
    chance = entry_probability(base, gap, support, 6.0, 1.0)
    assert chance / (1 - chance) == pytest.approx(base / (1 - base) * np.exp(6 * gap + support), rel=1e-9)


def test_entry_in_a_normal_market_without_support_is_the_base_chance():
    assert entry_probability(0.6, 0.0, 0.0, 6.0, 1.0) == pytest.approx(0.6)


def test_share_of_founders_who_enter_is_the_base_chance():
    changes = {"economy.market_growth": 0.045, "entry.normal_growth": 0.045, "place.outside_projects_per_quarter": 0,
               "place.risers_per_quarter": 0}  # fmt: skip
    world = run(city(changes=changes, quarters=8))
    tried, entered = 8 * world.numbers["place.founders_per_quarter"], world.record.series["entries"].sum()
    chance = world.numbers["entry.base_probability"]
    assert entered == pytest.approx(tried * chance, abs=4 * np.sqrt(tried * chance * (1 - chance)))


@pytest.fixture(scope="module")
def geometric():
    """Firms by year in a city in which they die of one cause: nobody enters, fails, moves or changes size class."""
    ages = ("hazard_year1", "hazard_year2", "hazard_year3", "hazard_year4_7", "hazard_later")
    hazard = {f"exit.{age}": 0.08 for age in ages} | {"exit.size_factor_medium": 1, "exit.size_factor_large": 1}
    changes = NO_ENTRY | NO_EXIT | GIBRAT | {"sales.volatility": 0.01, "exit.other_causes": 1} | hazard
    world = city(size=0.25, changes=changes, quarters=40)
    put(world, frailty=1.0)
    start = world.firms.alive.sum()
    alive = run(world).record.series["firms"]
    assert world.flows["insolvent"] == 0
    return [start, *alive[3::4]]


@pytest.mark.parametrize("years", [1, 5, 10])
def test_a_constant_hazard_gives_geometric_survival(geometric, years):
    start, survival = geometric[0], 0.92**years
    assert geometric[years] == pytest.approx(start * survival, abs=4 * np.sqrt(start * survival * (1 - survival)))


def test_newborn_firms_die_by_the_published_hazard_of_their_age():
    """With frailty f a small firm lives through year t of its life with 1 − h_t·f."""
    changes = NO_ENTRY | {"exit.other_causes": 1, "exit.relocation_rate": 0, "credit.borrower_share": 0}
    changes["carrier.hazard_ratio"] = 1  # nobody is sheltered: the published hazard is that of the average firm
    world = city(size=0.5, changes=changes, quarters=40)
    resize(world, world.numbers["exit.size_medium"] / 8)
    put(world, birth=0, cash=1e6)
    p, frailty = world.numbers, world.firms.frailty[: world.firms.count].copy()
    steps = [p["exit.hazard_year1"], p["exit.hazard_year2"], p["exit.hazard_year3"]]
    steps += [p["exit.hazard_year4_7"]] * 4 + [p["exit.hazard_later"]] * 3
    survival = np.ones(len(frailty))
    for hazard in steps:
        only(world, exit.leave, quarters=4)
        survival *= 1 - np.minimum(hazard * frailty, 0.95)
        error = np.sqrt((survival * (1 - survival)).sum())
        assert world.firms.alive.sum() == pytest.approx(survival.sum(), abs=4 * error)


def test_hazard_table_by_age_and_size():
    p = numbers()
    ages, sizes = np.array([0, 2, 4]), np.array([0, 1, 2])
    expected = [p["exit.hazard_year1"], p["exit.hazard_year3"] * p["exit.size_factor_medium"],
                p["exit.hazard_later"] * p["exit.size_factor_large"]]  # fmt: skip
    assert yearly_hazard(p, ages, sizes) == pytest.approx(expected)


# -- sales ----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def gibrat():
    """Log sales (quarters, firms) of firms whose growth is luck alone; Gibrat needs reversion 0, outside its range."""
    return _lucky({"sales.volatility_size_exponent": 0.0}, 25e6)


def _lucky(force, quarterly, quarters=40):
    alone = {"sales.mean_reversion": 0.0, "sales.response_to_productivity": 0.0} | force
    world = city(changes=GIBRAT | NO_ENTRY, quarters=quarters)
    world.numbers = numbers(GIBRAT | NO_ENTRY, force=alone)
    n = world.firms.count
    resize(world, quarterly)
    path = [np.log(world.firms.sales[:n])]
    for _ in range(quarters):
        only(world, sales.sell)
        path.append(np.log(world.firms.sales[:n]))
    return np.array(path)


@pytest.mark.parametrize("years", [1, 2, 5, 10])
def test_gibrat_variance_of_log_size_grows_in_proportion_to_time(gibrat, years):
    spread = gibrat[4 * years] - gibrat[0]
    expected = years * numbers()["sales.volatility"] ** 2
    # Sum of t Laplace years: kurtosis 3 + 3/t.
    error = expected * np.sqrt((2 + 3 / years) / len(spread))
    assert spread.var() == pytest.approx(expected, abs=4 * error)


def test_gibrat_growth_of_a_year_is_laplace(gibrat):
    yearly = gibrat[4] - gibrat[0]
    scale = numbers()["sales.volatility"] / np.sqrt(2)
    centre = -4 * sales.mean_correction(scale)
    assert stats.kstest(yearly, stats.laplace(-abs(centre), scale).cdf).pvalue > 0.01


def test_gibrat_growth_of_a_year_has_the_excess_kurtosis_of_laplace(gibrat):
    yearly = np.diff(gibrat[::4], axis=0).ravel()
    error = np.sqrt(2000 / len(yearly))  # the eighth moment of Laplace is 2520 σ⁸
    assert stats.kurtosis(yearly) == pytest.approx(3.0, abs=4 * error)


def test_gibrat_growth_of_a_year_does_not_predict_the_next(gibrat):
    yearly = np.diff(gibrat[::4], axis=0)
    assert np.corrcoef(yearly[0], yearly[1])[0, 1] == pytest.approx(0, abs=4 / np.sqrt(yearly.shape[1]))


def test_luck_does_not_grow_the_market(gibrat):
    growth = np.exp(gibrat[4] - gibrat[0])
    assert growth.mean() == pytest.approx(1.0, abs=4 * growth.std() / np.sqrt(len(growth)))


def test_growth_varies_less_among_large_firms_by_the_exponent():
    n = city(changes=NO_ENTRY).firms.count
    path = _lucky({}, np.logspace(6, 9.5, n) / 4, quarters=4)
    size, growth = path[0] + np.log(4), path[4] - path[0]
    cells = np.array_split(np.arange(n), 20)
    log_sd = [np.log(growth[rows].std()) for rows in cells]
    slope = stats.linregress([size[rows].mean() for rows in cells], log_sd)
    assert slope.slope == pytest.approx(-0.18, abs=4 * slope.stderr)
    assert slope.stderr < 0.01


@pytest.mark.parametrize("scale", [0.05, 0.2, 0.6, 0.9])
def test_mean_correction_is_the_log_mean_of_a_laplace_year(scale):
    mean = stats.laplace(scale=scale).expect(np.exp, lb=-60, ub=300)
    assert 4 * sales.mean_correction(scale) == pytest.approx(np.log(mean), rel=1e-6)


def test_four_quarterly_shocks_make_a_laplace_year():
    streams = Streams(7)
    year = sum(streams.laplace_quarter("growth", quarter, 40_000) for quarter in range(4))
    assert stats.kstest(year, stats.laplace.cdf).pvalue > 0.01


def test_displacement_factor_makes_local_sales_meet_local_demand():
    rng = np.random.default_rng(1)
    wanted, sector = rng.uniform(1e5, 1e8, 500), rng.integers(0, 3, 500)
    demand = np.bincount(sector, wanted) * np.array([0.7, 1.0, 1.4])
    factor = sales.displacement(wanted, sector, demand, 2.0)
    assert np.bincount(sector, wanted * factor[sector]) == pytest.approx(demand, rel=1e-12)


def test_posted_local_sales_equal_local_demand():
    """Luck moves what firms would sell; what households buy is the demand of the city, to the rounding of each firm."""
    changes = STEADY_MARKET | {"sales.displacement": True}
    world = city(changes=changes)
    world._begin_quarter()
    sales.sell(world)
    bought = world.ledger.total("sales_local")
    assert bought == pytest.approx(world.local_demand_base.sum(), rel=1e-6)


def test_a_shock_to_a_sector_displaces_no_sales_outside_the_city():
    """A fifth more to sell: the local part (15 % in manufacturing) is fixed by demand, the rest is gained for good."""
    changes = NO_ENTRY | STEADY_MARKET | {"sales.displacement": True, "sales.local_share_manufacturing": 0.15}
    force = {"sales.mean_reversion": 0.0, "sales.response_to_productivity": 0.0}
    usual, more = (city(changes=changes, quarters=20) for _ in range(2))
    shocked = np.flatnonzero(more.firms.sector == 0)
    resize(more, np.where(more.firms.sector == 0, 1.2, 1.0) * more.firms.sales)
    for world in (usual, more):
        world.numbers = numbers(changes, force=force)
        only(world, sales.sell, quarters=20)
    gain = more.firms.sales[shocked].sum() / usual.firms.sales[shocked].sum() - 1
    assert gain == pytest.approx(0.85 * 0.2, abs=0.01)


# -- certificates ---------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def closed_ladder():
    """Everybody is eligible, wants a certificate, applies and passes; nobody comes or goes."""
    open_to_all = {
        "rd.notch": False, "hnte.min_hightech_share": 0, "hnte.min_staff_share": 0, "hnte.min_age": 0,
        "hnte.consider_rate": 1, "hnte.consider_start": 1, "hnte.renewal_consider": 1, "hnte.application_cost": 1,
        "hnte.ip_cost": 0, "hnte.pass_quality": 0, "rd.audit_rate": 0,
    }  # fmt: skip
    changes = NO_ENTRY | NO_EXIT | GIBRAT | {"sales.volatility": 0.01} | open_to_all
    return run(city(size=0.1, changes=changes, quarters=40, force={"hnte.pass_logodds": 50.0}))


def test_certified_stock_is_the_sum_of_three_cohorts(closed_ladder):
    flow = closed_ladder.record.series["hnte_certified_flow"][3::4]
    stock = closed_ladder.record.series["hnte_stock"][3::4]
    assert stock[2:].tolist() == (flow[2:] + flow[1:-1] + flow[:-2]).tolist()


def test_a_closed_ladder_certifies_everybody_and_repeats_every_three_years(closed_ladder):
    series = closed_ladder.record.series
    flow = series["hnte_certified_flow"][3::4]
    assert (series["hnte_stock"][3:] == series["firms"][3:]).all()
    assert flow[3:].tolist() == flow[:-3].tolist()


def test_a_closed_ladder_certifies_nobody_for_the_first_time_twice(closed_ladder):
    series = closed_ladder.record.series
    assert series["hnte_first_time"].sum() == series["firms"][-1] - closed_ladder.record.initial["hnte_stock"]


# -- taxes ----------------------------------------------------------------------------------------------------------
@given(st.integers(0, 10**12), st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(sum))
def test_split_gives_whole_parts_within_one_yuan_that_add_up(total, weights):
    shares = [weight / sum(weights) for weight in weights]
    parts = split(float(total), shares)
    assert sum(parts) == total
    assert all(part == int(part) and abs(part - share * total) <= 1 for part, share in zip(parts, shares))


def test_split_gives_the_rest_to_the_largest_remainders():
    assert split(10.0, [0.26, 0.37, 0.37]) == [2.0, 4.0, 4.0]
    assert split(1.0, [0.5, 0.5]) == [1.0, 0.0]


def test_income_tax_of_one_firm_reaches_centre_province_and_city():
    """10,000,003 RMB at 25 % is 2,500,001; 60 % to the centre, a tenth of the rest to the province."""
    changes = NO_ENTRY | {"tax.vat_rate": 0, "tax.cit_centre": 0.6, "tax.province_share": 0.1}
    world = only(city(size=0.02, changes=changes))
    put(world, profit_1=0.0, deduct_1=0.0, cert_year=0)
    world.firms.profit_1[0] = 10_000_003
    only(world, taxes.collect)
    assert world.tax == {"centre": 1_500_001.0, "province": 100_000.0, "city": 900_000.0}


@pytest.mark.parametrize(
    ("profit", "deduct", "staff", "cert_year", "due"),
    [
        (4_000_000, 1_000_000, 100, 0, 150_000),  # small and low-profit after the deduction: 5 % of 3m
        (4_000_000, 1_000_000, 301, 0, 750_000),  # too many staff
        (4_000_000, 0, 100, 0, 1_000_000),
        (4_000_000, 0, 100, 2020, 600_000),  # certified: 15 %
        (2_000_000, 0, 100, 2020, 100_000),  # certified and small: the better of the two
        (4_000_000, 5_000_000, 100, 2020, 0),
        (-1_000_000, 0, 100, 0, 0),
    ],
)
def test_income_tax_by_regime(profit, deduct, staff, cert_year, due):
    world = only(city(size=0.02, changes=NO_ENTRY | {"tax.vat_rate": 0}))
    put(world, profit_1=0.0, deduct_1=0.0, cert_year=0)
    for name, value in {"profit_1": profit, "deduct_1": deduct, "employment": staff, "cert_year": cert_year}.items():
        getattr(world.firms, name)[0] = value
    only(world, taxes.collect)
    assert sum(world.tax.values()) == due


def test_a_loss_is_set_against_later_profit():
    """A loss of 6m; next year 5m of profit owe nothing, and a tenth of what then remains has aged."""
    world = only(city(size=0.02, changes=NO_ENTRY | {"tax.vat_rate": 0, "tax.loss_years": 10}, quarters=12))
    put(world, profit_1=0.0, deduct_1=0.0, cert_year=0)
    world.firms.profit_1[0] = -6_000_000
    only(world, taxes.collect)
    assert world.firms.loss_carried[0] == 6_000_000
    only(world, quarters=3)
    world.firms.profit_1[0] = 5_000_000
    only(world, taxes.collect)
    assert sum(world.tax.values()) == 0
    assert world.firms.loss_carried[0] == 900_000


def test_regime_without_relief_taxes_certified_firms_like_others():
    tax, yes = national(numbers()), np.ones(2, bool)
    assert taxes.regime(tax, np.array([1e6, 1e7]), np.array([10, 10]), yes).tolist() == [0.05, 0.25]


# -- size -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("tail", [1.05, 1.3])
def test_drawn_sizes_have_the_tail_exponent_of_the_parameter(tail):
    size = np.sort(np.exp(heavy_tailed(np.random.default_rng(3), 2_000_000, 0.9, tail)))[::-1]
    top = 20_000
    hill = 1 / np.log(size[:top] / size[top]).mean()
    assert hill == pytest.approx(tail, abs=4 * tail / np.sqrt(top))
