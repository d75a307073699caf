"""Mechanisms that must come out of firms' decisions: each is switched on and off with the same luck, firm by firm."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from small import EVERYTHING, NATIONAL, NO_ENTRY, STEADY_MARKET, city, living, numbers, only, put, run

from sim import observe
from sim.processes import credit, knowledge, research, sales
from sim.processes.taxes import deduction, user_cost

SEEDS = (1, 2)


@cache
def full(seed=1, quarters=20, without=(), **changes):
    """A run of the whole city under every programme; numbers with `__` for `.`."""
    programmes = tuple(name for name in EVERYTHING if name not in without)
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    return run(city(programmes, changes, seed=seed, quarters=quarters))


def total(world, metric):
    return world.record.series[metric].sum()


def of_programme(world, metric, name):
    """A quarterly series of one programme."""
    _, names, values = world.record.grouped[f"programme_{metric}"]
    return values[:, names.index(name)]


# -- the threshold --------------------------------------------------------------------------------------------------
def _around_threshold(notch, size, bins=4):
    """Firms in the quarter-point bins below and above the threshold of a size class, 2021-2025, over the seeds."""
    counts = sum(full(seed, rd__notch=notch).record.micro["ratio_histogram"].sum(axis=0)[size] for seed in SEEDS)
    at = (20, 16, 12)[size]
    return counts[at - bins : at], counts[at : at + bins]


@pytest.mark.parametrize("size", [0, 1, 2], ids=["5%", "4%", "3%"])
def test_firms_bunch_above_the_threshold(size):
    below, above = _around_threshold(True, size)
    assert above[0] / below[-1] > 1.5


@pytest.mark.parametrize("size", [0, 1, 2], ids=["5%", "4%", "3%"])
def test_firms_do_not_bunch_where_the_threshold_is_off(size):
    below, above = _around_threshold(False, size)
    assert 0.8 < above[0] / below[-1] < 1.25


@pytest.mark.parametrize("size", [0, 1, 2], ids=["5%", "4%", "3%"])
def test_bunching_leaves_firms_missing_below_the_threshold(size):
    with_notch, _ = _around_threshold(True, size)
    without, _ = _around_threshold(False, size)
    assert with_notch.sum() < 0.95 * without.sum()


def test_the_rd_that_firms_want_for_itself_has_no_spike_at_the_threshold():
    """Bunching must come from the decision: wishes just above the threshold are no more than twice those just below."""
    world = city(EVERYTHING)
    firms, n = world.firms, world.firms.count
    level = research.threshold(world.numbers, firms.sales_1[:n])
    ratio = firms.desired_intensity[:n] / level
    above, below = ((ratio >= 1) & (ratio < 1.05)).sum(), ((ratio >= 0.95) & (ratio < 1)).sum()
    assert above < 2 * below


def _plans(rate, **changes):
    """The plan of the first year when certified firms pay this rate; history and firms are the same."""
    world = city(changes=changes)
    world.programmes = [replace(world.programmes[0], cit_rate_hnte=rate)]
    firms, p, n = world.firms, world.numbers, world.firms.count
    if changes:
        put(world, prestige=0.0)
    only(world, research.plan)
    profit = firms.sales_1[:n] * (1 + p.at("economy.market_growth", 0)) * (firms.margin[:n] + firms.margin_luck[:n])
    small = (profit <= p["tax.small_profit_limit"]) & (firms.employment[:n] <= p["tax.small_staff_limit"])
    return firms, n, small


def test_the_15_percent_rate_moves_no_firm_that_is_taxed_at_5_percent():
    low, n, small = _plans(0.15)
    high, _, _ = _plans(0.25)
    assert low.aims[:n][small].sum() > 100
    for column in ("aims", "plan_extra", "plan_relabel", "intensity"):
        assert (getattr(low, column)[:n] == getattr(high, column)[:n])[small].all()


def test_the_15_percent_rate_makes_firms_taxed_at_25_percent_aim():
    """Nothing else is to be had from a certificate here, so without the lower rate nobody wants one."""
    low, n, small = _plans(0.15, **{"hnte.credit_value": 0})
    high, _, _ = _plans(0.25, **{"hnte.credit_value": 0})
    assert low.aims[:n][~small].sum() > 500
    assert low.plan_extra[:n][~small].sum() > 0
    assert not low.aims[:n][small].any()
    assert not high.aims[:n].any() and not high.plan_extra[:n].any()


def test_a_certificate_raises_the_user_cost_and_lowers_the_rd_wanted_for_itself():
    """25 % to 15 % under a super-deduction: R&D falls by the elasticity, at the pace of adjustment."""
    plain, certified = city(), city()
    firms, p, n = plain.firms, plain.numbers, plain.firms.count
    after = firms.sales_1[:n] * (firms.margin[:n] + firms.margin_luck[:n] - firms.intensity[:n])
    rows = np.flatnonzero((firms.cert_year[:n] == 0) & (after > 2 * p["tax.small_profit_limit"]))
    certified.firms.cert_year[rows] = 2020
    for world in (plain, certified):
        only(world, research.plan)
    rows = rows[firms.claims[rows] & certified.firms.claims[rows]]
    d = p["tax.claim_share"] * deduction(plain, plain.rules.tax, rows)
    expected = (user_cost(0.15, d) / user_cost(0.25, d)) ** (-p["rd.user_cost_elasticity"] * p["rd.adjustment"])
    assert len(rows) > 100 and (expected < 1).all()
    assert certified.firms.intensity[rows] / firms.intensity[rows] == pytest.approx(expected, rel=1e-9)


# -- real and reported ----------------------------------------------------------------------------------------------
def test_relabelled_cost_is_reported_and_enters_no_knowledge():
    honest, creative = (run(city(size=0.2, changes=NO_ENTRY), 1) for _ in range(2))
    creative.firms.plan_relabel += 0.01
    for world in (honest, creative):
        only(world, sales.sell, research.spend, knowledge.learn)
    a, b = honest.firms, creative.firms
    assert (b.rd_reported - a.rd_reported).sum() == pytest.approx(0.01 * a.sales.sum(), rel=1e-3)
    for column in ("rd_real", "knowledge", "productivity", "patents"):
        assert (getattr(a, column) == getattr(b, column)).all()


def test_nobody_relabels_more_at_the_year_end_than_the_real_rd_of_the_year():
    world = only(city(size=0.2, changes=NO_ENTRY), sales.sell, quarters=3)
    put(world, aims=True, plan_extra=1e-6, intensity=1e-3, rd_year=1e4, rd_real_year=1e4)
    only(world, sales.sell, research.spend)
    relabelled = world.firms.rd_reported - world.firms.rd_real
    assert (relabelled <= world.firms.rd_real_year + 1).all()
    assert (relabelled > world.firms.rd_real_year - 1).sum() > 100


@pytest.mark.parametrize("programmes", [NATIONAL, EVERYTHING], ids=["national", "everything"])
def test_without_relabelling_none_is_reported(programmes):
    world = run(city(programmes, {"rd.relabelling": False}, size=0.2, quarters=12))
    assert world.record.series["rd_relabelled"].tolist() == [0.0] * 12


def test_a_misused_grant_is_reported_but_not_real():
    """Of 100,000 a quarter 80 % are taken out; what is left adds 7.5 % of itself; reports contain the whole."""
    terms = {"grant.misuse_share": 1, "grant.misused_part": 0.8, "grant.additionality": 0.075}
    plain, granted = city(size=0.2, changes=terms), city(size=0.2, changes=terms)
    rows = living(plain)
    for world in (plain, granted):
        put(world, cash=1e12)
    granted.firms.grant_left[rows], granted.firms.grant_quarter[rows] = 4e5, 1e5
    for world in (plain, granted):
        only(world, sales.sell, research.spend)
    real = granted.firms.rd_real[rows] - plain.firms.rd_real[rows]
    reported = granted.firms.rd_reported[rows] - plain.firms.rd_reported[rows]
    assert np.abs(real - 21_500).max() <= 1
    assert np.abs(reported - 101_500).max() <= 1
    assert granted.flows["misused_grants"] == 80_000 * len(rows)
    assert (plain.firms.profit_year[rows] - granted.firms.profit_year[rows] == real + 80_000).all()


def test_honest_firms_misuse_nothing():
    assert total(full(quarters=12, grant__misuse_share=0), "misused_grants") == 0
    assert total(full(quarters=12), "misused_grants") > 0


# -- credit ---------------------------------------------------------------------------------------------------------
@cache
def _guaranteed(dose, seed, rate_cap=0.075):
    """What became of firms, and by identity: mean debt and whether a guarantee was ever held."""
    world = city(EVERYTHING, {"guarantee.citycompany.dose": dose, "credit.rate_cap": rate_cap}, seed=seed, quarters=16)
    book, rows = world.books.names.index("guarantee.citycompany"), world.firms.rows
    debt, ever = np.zeros(rows), np.zeros(rows, bool)
    for _ in range(16):
        world.step()
        n = world.firms.count
        debt[world.firms.identity[:n]] += world.books.debt(n) / 16
        ever[world.firms.identity[:n]] |= world.books.balance[book, :n] > 0
    return observe.finish(world).firms, debt, ever


@pytest.mark.parametrize("seed", SEEDS)
def test_guarantees_raise_the_debt_of_the_guaranteed(seed):
    _, without, _ = _guaranteed(0, seed)
    _, with_, ever = _guaranteed(3, seed)
    assert with_[ever].sum() > without[ever].sum()


def test_guarantees_raise_the_debt_of_the_guaranteed_where_banks_refuse_many():
    _, without, _ = _guaranteed(0, 1, 0.042)
    _, with_, ever = _guaranteed(3, 1, 0.042)
    assert with_[ever].sum() > without[ever].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_guaranteed_loans_are_lost_more_often_than_those_banks_grant_alone(seed):
    """A guarantee is for whom the bank alone refuses, so it collects the risks."""
    world = city(EVERYTHING, {"guarantee.citycompany.dose": 3}, seed=seed, quarters=16)
    lost = owed = 0.0
    for _ in range(16):
        world.step()
        lost, owed = lost + world.books.defaulted, owed + world.books.total
    rate = dict(zip(world.books.names, lost / owed, strict=True))
    assert rate["guarantee.citycompany"] > 1.5 * max(rate["loan.sukedai"], rate["loan.tongkedai"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_guarantee_carries_firms_through_that_banks_refuse(seed):
    without, _, _ = _guaranteed(0, seed)
    with_, _, ever = _guaranteed(3, seed)
    assert with_["alive"][ever].sum() > without["alive"][ever].sum()


@cache
def _policy_loan_defaults(seed, **changes):
    """Defaulted part of the policy loans a year."""
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    world = city(EVERYTHING, changes, seed=seed, quarters=16)
    lost = owed = 0.0
    for _ in range(16):
        world.step()
        lost += world.books.defaulted[1:].sum()
        owed += world.books.total[1:].sum() / 4
    return lost / owed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("switch", ["credit__screening_loss", "sales__risk_taking"])
def test_cover_costs_more_where_banks_look_away_and_firms_take_risks(switch, seed):
    assert _policy_loan_defaults(seed, **{switch: 0}) < _policy_loan_defaults(seed)


def test_what_finds_no_money_costs_growth():
    """A firm without any investment grows by the effect less, a quarter of it a quarter."""
    funded, denied = (city(changes=STEADY_MARKET, size=0.2) for _ in range(2))
    put(denied, funded=0.0)
    for world in (funded, denied):
        only(world, sales.sell)
    large = living(funded)
    large = large[funded.firms.sales[large] > 1e6]
    gap = np.log(denied.firms.sales[large] / funded.firms.sales[large])
    assert gap == pytest.approx(np.full(len(large), -funded.numbers["sales.credit_growth_effect"] / 4), abs=1e-5)


def test_firms_that_want_debt_grow_less_in_a_city_without_banks():
    usual, dry = (run(city(changes={"sales.displacement": False, "credit.rate_cap": cap}, quarters=12))
                  for cap in (0.2, 0.01))  # fmt: skip
    rows = living(usual, dry)
    rows = rows[(usual.firms.leverage[rows] > 0) & (usual.firms.kind[rows] == 0)]
    assert dry.record.series["loans_all_new"].sum() == 0
    assert np.log(dry.firms.sales[rows] / usual.firms.sales[rows]).mean() < 0


def test_a_certificate_looks_safe_to_a_bank():
    """Where banks are impressed, certified firms get more of the loans that cautious banks grant; others the same."""
    blind, impressed = (city() for _ in range(2))
    for world, signal in ((blind, 0.0), (impressed, 1.0)):
        world.numbers = numbers({"credit.rate_cap": 0.04}, force={"credit.label_signal": signal})
        only(world, sales.sell, credit.borrow)
    n = blind.firms.count
    certified = blind.firms.cert_year[:n] > 0
    more = impressed.books.debt(n) - blind.books.debt(n)
    assert more[certified].sum() > 0 and (more[certified] >= 0).all()
    assert not more[~certified].any()


# -- competition ----------------------------------------------------------------------------------------------------
def _rivals(displacement):
    """Sales of other firms of the sector, all quarters, when a tenth of it becomes more productive and when not."""
    worlds = [city(changes=NO_ENTRY | {"sales.displacement": displacement}, quarters=12) for _ in range(2)]
    n = worlds[0].firms.count
    lucky = np.flatnonzero((worlds[0].firms.sector[:n] == 1) & (np.arange(n) % 10 == 0))
    worlds[1].firms.productivity[lucky] += 1.0
    others = np.setdiff1d(np.arange(n), lucky)
    for world in worlds:
        only(world, sales.sell, quarters=12)
    usual, boosted = (world.firms for world in worlds)
    same_sector = others[usual.sector[others] == 1]
    elsewhere = others[usual.sector[others] != 1]
    return [boosted.sales_total[rows].sum() - usual.sales_total[rows].sum() for rows in (same_sector, elsewhere)]


def test_growth_of_some_displaces_rivals_of_their_sector_and_nobody_else():
    rivals, elsewhere = _rivals(True)
    assert rivals < 0 and elsewhere == 0


def test_without_displacement_rivals_lose_nothing():
    assert _rivals(False) == [0, 0]


# -- delivery -------------------------------------------------------------------------------------------------------
@cache
def _award(automatic):
    world = full(quarters=12, without=() if automatic else ("no_application",))
    return {name: of_programme(world, name, "award.hnte") for name in ("entitled", "paid", "recipients")}, world


def test_without_application_every_first_certificate_of_a_living_firm_is_paid():
    award, world = _award(True)
    certified = world.record.series["hnte_first_time"][:11].sum()
    assert 0.97 * certified <= award["recipients"].sum() <= certified


def test_with_application_fewer_are_paid():
    award, world = _award(False)
    certified = world.record.series["hnte_first_time"][:8].sum()
    assert 0.5 * certified < award["recipients"].sum() < 0.9 * certified


def test_with_application_only_those_who_know_of_the_award_are_paid():
    firms = run(city(("tax.incentives", "award.hnte"), quarters=12)).firms
    paid = firms.received > 0
    assert paid.sum() > 50
    assert (firms.awareness[paid] < city().numbers["delivery.awareness"]).all()


@pytest.mark.parametrize(("automatic", "delay"), [(True, "delivery.automatic_delay"), (False, "delivery.pay_delay")])
def test_an_award_is_paid_after_the_delay_of_its_way(automatic, delay):
    award, world = _award(automatic)
    first_claim = int(np.flatnonzero(world.record.series["hnte_first_time"])[0]) + 1
    assert np.flatnonzero(award["paid"])[0] == first_claim + world.numbers[delay]


def test_pay_out_without_application_is_the_faster_way():
    assert np.flatnonzero(_award(True)[0]["paid"])[0] < np.flatnonzero(_award(False)[0]["paid"])[0]


@cache
def _award_purse(appropriation):
    return full(quarters=13, award__hnte__appropriation=appropriation)


def test_a_small_purse_leaves_arrears():
    owed = of_programme(_award_purse(5e6), "payable", "award.hnte")
    assert owed[-1] > 1e8
    assert of_programme(_award_purse(5e8), "payable", "award.hnte")[7] == 0


def test_arrears_cost_the_city_its_reputation_and_some_firms_stop_aiming():
    poor, rich = _award_purse(5e6), _award_purse(5e8)
    assert poor.agencies["award.hnte"].reliability < 0.5 and rich.agencies["award.hnte"].reliability == 1
    newcomers = [(world.firms.aims & (world.firms.cert_first == 0)).sum() for world in (poor, rich)]
    assert newcomers[0] < 0.8 * newcomers[1]


# -- tax relief -----------------------------------------------------------------------------------------------------
def _plans_of_year(path, constant, quarters):
    """Two cities whose law differs in one path of the super-deduction only, after the plan of a year."""
    other = {f"tax.incentives.deduction_{path}": constant}
    usual, flat = (run(city(changes=changes, quarters=quarters)) for changes in ({}, other))
    rows = living(usual, flat)
    raised = usual.firms.intensity[rows] > flat.firms.intensity[rows] * (1 + 1e-12)
    same = usual.firms.intensity[rows] == flat.firms.intensity[rows]
    manufacturing = usual.place.manufacturing[usual.firms.sector[rows]]
    claims = usual.firms.claims[rows]
    return raised, same, manufacturing, usual.firms.registered[rows], claims


def test_the_super_deduction_of_2021_raises_the_rd_of_manufacturing_only():
    raised, same, manufacturing, _, claims = _plans_of_year("manufacturing", 0.75, 1)
    assert same[~manufacturing].all()
    assert same[~claims].all()
    assert raised[manufacturing & claims].all() and (manufacturing & claims).sum() > 1000


def test_the_super_deduction_of_2022_raises_the_rd_of_registered_small_firms_outside_manufacturing_only():
    raised, same, manufacturing, registered, claims = _plans_of_year("sme", 0.75, 5)
    treated = registered & ~manufacturing & claims
    assert same[manufacturing | ~registered].all()
    assert raised[treated].all() and treated.sum() > 20


def test_less_deduction_than_in_2020_means_less_real_rd():
    groups = ("manufacturing", "sme", "other")
    none, kept = (city(changes={f"tax.incentives.deduction_{group}": {"2018Q1": 0.75, "2021Q1": d} for group in groups},
                       size=0.3, quarters=12) for d in (0.0, 0.75))  # fmt: skip
    assert total(run(kept), "rd_real") > 1.02 * total(run(none), "rd_real")


# -- awards ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", SEEDS)
def test_the_award_raises_first_certificates_more_than_real_rd(seed):
    with_, without = full(seed), full(seed, without=("award.hnte",))
    certificates, real = (total(with_, m) / total(without, m) - 1 for m in ("hnte_first_time", "rd_real"))
    assert certificates > 0.1
    assert real < 0.1 * certificates


@pytest.mark.parametrize("seed", SEEDS)
def test_the_award_raises_reported_rd_more_than_real_rd(seed):
    with_, without = full(seed), full(seed, without=("award.hnte",))
    reported, real = (total(with_, name) - total(without, name) for name in ("rd_reported", "rd_real"))
    assert reported > real


def test_counselling_brings_firms_into_the_pool_and_out_of_it_with_certificates():
    with_, without = full(), full(without=("ladder.small_to_hnte", "hnte.three_year_action"))
    assert total(with_, "hnte_first_time") > total(without, "hnte_first_time")


# -- the start ------------------------------------------------------------------------------------------------------
@cache
def _undisturbed():
    """Cities in which neither law nor market ever changes, with the revenue of 2020."""
    flat = {f"tax.incentives.deduction_{group}": 0.75 for group in ("manufacturing", "sme", "other")}
    flat |= {"economy.market_growth": 0.045, "economy.lockdown_loss": 0}
    worlds = [city(changes=flat, seed=seed, quarters=40) for seed in SEEDS]
    revenue = [world.firms.sales_1[: world.firms.count].sum() for world in worlds]
    return [run(world).record for world in worlds], revenue


def _first_is_like_the_others(yearly):
    """The first value lies within three standard deviations of the mean of the others."""
    return abs(yearly[0] - yearly[1:].mean()) < 3 * yearly[1:].std(ddof=1)


@pytest.mark.parametrize("name", ["hnte_stock"])
def test_the_first_year_changes_a_stock_no_more_than_later_ones(name):
    records, _ = _undisturbed()
    levels = np.mean([np.r_[record.initial[name], record.series[name][3::4]] for record in records], axis=0)
    assert _first_is_like_the_others(np.diff(np.log(levels)))


def test_the_first_year_changes_revenue_no_more_than_later_ones():
    records, before = _undisturbed()
    yearly = [record.series["revenue"].reshape(-1, 4).sum(axis=1) for record in records]
    assert _first_is_like_the_others(np.diff(np.log(np.r_[np.mean(before), np.mean(yearly, axis=0)])))


@pytest.mark.parametrize("name", ["entries", "hnte_certified_flow", "loans_all_new"])
def test_flows_of_the_first_year_are_like_those_of_later_ones(name):
    records, _ = _undisturbed()
    yearly = [record.series[name].reshape(-1, 4).sum(axis=1) for record in records]
    assert _first_is_like_the_others(np.mean(yearly, axis=0))


def test_a_lower_rate_raises_the_debt_firms_want_by_the_elasticity_and_only_of_those_who_may_have_it():
    world = city(EVERYTHING)
    n = world.firms.count
    only(world, sales.sell)
    plain = credit.demand_factor(world, n)
    assert plain == pytest.approx(np.ones(n))  # at the rates of the start
    name, product = next((name, x) for name, x in world.products.items() if not x.guarantor)
    world.products[name] = replace(product, subsidy=0.01)
    start = world.numbers.at("credit.prime_rate", -1) + world.numbers["credit.start_spread"]
    cheaper = credit.demand_factor(world, n)
    may = (world.firms.awareness[:n] < world.rules.delivery.awareness) & (world.firms.tier[:n] >= product.minimum_tier)
    assert cheaper[may] == pytest.approx(((start - 0.01) / start) ** -world.numbers["credit.demand_elasticity"])
    assert may.any() and (cheaper[may] > 1).all() and (cheaper[~may] == plain[~may]).all()


def test_loans_made_before_a_programme_stops_stay_covered():
    """The guarantee company pays for old loans after its last new one; nothing new is guaranteed."""
    world = city(EVERYTHING, {"guarantee.citycompany.stop": "2022Q3"}, quarters=14)
    book, paid = world.books.names.index("guarantee.citycompany"), 0.0
    for _ in range(14):
        world.step()
        if world.quarter >= 6:
            paid += world.agencies["guarantee.citycompany"].paid
            assert world.books.new[book] == 0
    assert paid > 0
