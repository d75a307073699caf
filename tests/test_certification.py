"""Who is certified, who comes near it early, and what a label is believed to say."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from small import city, put, run

from sim.analysis import review
from sim.population.reserve import in_reserve
from sim.processes import credit, labels, reserve, vetting
from sim.processes.research import close_gap
from sim.rules import Vetting, files_in_time, of_quarter

LOCAL = ("tax.incentives", "ladder.small_to_hnte", "award.hnte")


def terms(name, **given):
    return {f"{name}.{term}": value for term, value in given.items()}


@cache
def after(programmes=LOCAL, changes=(), quarters=16):
    """A tenth of the city after four years; tests read it."""
    return run(city(programmes, dict(changes), size=0.1, quarters=quarters))


# -- known answers of the review -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("levels", "catch", "capture", "chance"),
    [(1, 0.5, 0, 0.5), (3, 0.5, 0, 0.875), (3, 0.5, 1, 0.75), (1, 0.5, 1, 0.0), (2, 0.5, 0.5, 0.625), (3, 0, 0, 0)],
)
def test_levels_find_a_plain_flaw_independently_and_a_captured_first_one_finds_nothing(levels, catch, capture, chance):
    rule = Vetting(levels=levels, catch=catch, capture=capture)
    assert vetting.found(rule, np.array([1.0, 0.0])) == pytest.approx([chance, 0.0])


def test_relabelling_is_seen_in_proportion_up_to_where_it_is_plain():
    rule = Vetting(levels=3, plain=0.5)
    assert vetting.plain(rule, np.array([0, 25, 50, 90, -5.0]), np.full(5, 100.0)).tolist() == [0, 0.5, 1, 1, 0]


def test_a_certificate_is_held_for_the_part_of_the_time_that_a_long_history_shows():
    """Three years with it, then a try a year until one passes."""
    rng, held, years = np.random.default_rng(1), 0, 200_000
    left = 0
    for sent_back in rng.random(years) < 0.4:
        if left == 0 and not sent_back:
            left = 3
        held += left > 0
        left = max(left - 1, 0)
    assert held / years == pytest.approx(vetting.standing(0.4, 3), abs=0.005)
    assert vetting.standing(np.array([0.0, 1.0]), 3).tolist() == [1, 0]


def test_readers_pass_fewer_files_the_more_levels_there_are_and_none_when_the_season_is_too_short():
    assert [files_in_time(10, 6, levels, 1.5) for levels in range(5)] == [60, 45, 30, 15, 0]
    assert files_in_time(10, 6, 5, 2) == 0


def test_the_risk_that_a_firm_weighs_is_the_slope_of_what_it_expects():
    world = city(LOCAL + ("hnte.review",), size=0.1)
    rows = np.flatnonzero(world.firms.cert_year > 0)
    world.rules = of_quarter(world.numbers, world.programmes, 8)
    reported, benefit, step = np.full(len(rows), 1e6), np.full(len(rows), 5e5), 10.0
    lost = benefit * (1 - vetting.foreseen(world, rows, np.full(len(rows), step), reported)) / step
    assert lost == pytest.approx(vetting.risk(world, rows, benefit, reported), rel=1e-3)
    assert (lost > 0).all()


@pytest.mark.parametrize("risk", [0.0, 0.2, 5.0])
def test_the_gap_is_closed_at_least_cost_when_relabelling_is_risky(risk):
    gap, desired, cost, elasticity, price = 100.0, 200.0, 0.9, 1.1, 1.0
    real, relabelled, _ = close_gap(gap, desired, cost, elasticity, price, risk)
    tried = np.linspace(0, gap, 100_001)
    total = 0.5 * (cost / elasticity * (gap - tried) ** 2 + price * tried**2) / desired + risk * tried
    assert relabelled == pytest.approx(tried[np.argmin(total)], abs=0.002)
    assert real + relabelled == gap


# -- the review at work ----------------------------------------------------------------------------------------------
ROOM = {"hnte.review.capacity": 1e5, "hnte.review.unit_cost": 0}


def reviewed(**given):
    return after(LOCAL + ("hnte.review",), tuple((ROOM | terms("hnte.review", start="2021Q1", **given)).items()))


def relabelled(world):
    return world.record.series["rd_relabelled"][4:].sum()


def test_a_strict_review_leaves_little_relabelling_and_more_real_rd_than_an_idle_one():
    idle, strict = reviewed(catch=0), reviewed(catch=1, levels=5, capture=0)
    assert relabelled(strict) < 0.6 * relabelled(idle)
    assert strict.record.series["rd_real"][4:].sum() > idle.record.series["rd_real"][4:].sum()
    assert strict.record.series["hnte_stock"][-1] < idle.record.series["hnte_stock"][-1]


def test_an_office_paid_by_the_applicant_that_is_the_only_reader_deters_nobody():
    assert relabelled(reviewed(levels=1, capture=1, catch=1, pass_bonus=0)) == relabelled(
        reviewed(levels=1, catch=0, pass_bonus=0)
    )


def test_better_papers_alone_bring_certificates():
    bonus, none = reviewed(catch=0, pass_bonus=1), reviewed(catch=0, pass_bonus=0)
    assert bonus.record.series["hnte_certified_flow"].sum() > none.record.series["hnte_certified_flow"].sum()


def queue(**given):
    world = city(LOCAL + ("hnte.review",), terms("hnte.review", start="2021Q1", capacity=10, **given), size=0.5)
    world.rules = of_quarter(world.numbers, world.programmes, 0)
    rows = np.flatnonzero(world.firms.cert_year > 0)
    return world.firms.sales_1, rows, vetting.in_time(world, rows)


def test_when_readers_are_short_the_small_wait_and_by_lot_anybody():
    sales, rows, taken = queue()
    assert len(taken) == 60 and sales[taken].min() >= np.delete(sales[rows], np.searchsorted(rows, taken)).max()
    sales, rows, drawn = queue(largest_first=False)
    assert len(drawn) == 60 and np.median(sales[drawn]) < 3 * np.median(sales[rows])


def test_below_one_the_dose_is_the_part_of_the_files_that_is_read():
    _, rows, taken = queue(dose=0.5, levels=5, delay=2)
    assert 0.4 < len(taken) / len(rows) < 0.6  # no file that must be read gets through


# -- the reserve -----------------------------------------------------------------------------------------------------
def reserved(**given):
    """The second quarter of a city in which every fourth firm is new."""
    world = city(LOCAL + ("hnte.reserve",), terms("hnte.reserve", start="2021Q1", **given), size=0.2)
    n = world.firms.count
    put(world, birth=np.where(np.arange(n) % 4 == 0, -2, -40), cert_year=0, pool_since=-32768)
    world._begin_quarter()
    world.quarter, world.season = 1, 1
    world.luck.quarter = 1
    reserve.fill(world)
    return world, np.flatnonzero(in_reserve(world.firms))


def test_only_newcomers_that_pass_the_pre_review_enter_when_no_target_counts():
    world, rows = reserved(places=1e5, fill=False)
    assert len(rows) > 20 and (world.firms.birth[rows] == -2).all()
    assert (world.firms.hightech[rows] >= world.numbers["hnte.min_hightech_share"]).all()
    assert world.events["pool_entry"].tolist() == rows.tolist()


def test_a_target_is_filled_up_with_weaker_firms():
    _, good = reserved(places=1e5, fill=False)
    world, filled = reserved(places=len(good) + 30, fill=True)
    assert len(filled) == len(good) + 30 and set(good) <= set(filled)
    extra = np.setdiff1d(filled, good)
    assert (
        world.firms.hightech[extra] < world.numbers["hnte.min_hightech_share"]
    ).mean() > 0.5  # can never be certified


def test_a_reserve_has_so_many_places_and_takes_the_best_first():
    world, rows = reserved(places=10, prescreen=-5, fill=False)
    assert len(rows) == 10
    _, all_of_them = reserved(places=1e5, prescreen=-5, fill=False)
    assert world.firms.merit[rows].mean() > world.firms.merit[all_of_them].mean()


def test_with_a_reserve_more_firms_consider_and_apply():
    with_it = after(LOCAL + ("hnte.reserve",), tuple(terms("hnte.reserve", start="2021Q1").items()), 24)
    without = after(LOCAL, (), 24)
    assert with_it.record.series["hnte_applications"].sum() > without.record.series["hnte_applications"].sum()


# -- labels ----------------------------------------------------------------------------------------------------------
def market(**given):
    changes = terms("growth.labels", **given)
    return after(LOCAL + ("growth.labels",), tuple(changes.items()))


def test_a_bank_takes_the_signal_off_the_odds_of_labelled_firms_and_of_no_other():
    world = market(bank_signal=0.4)
    rows = np.flatnonzero(world.firms.alive)
    size, debt = 4 * world.firms.sales[rows], world.books.debt(world.firms.rows)[rows]
    held = labels.labelled(world, rows)
    believed = credit._book_odds(world, rows, size, debt)
    world.rules.labels.bank, kept = 0.0, world.rules.labels.bank
    plain = credit._book_odds(world, rows, size, debt)
    world.rules.labels.bank = kept
    assert held.any() and plain - believed == pytest.approx(0.4 * held)


def test_without_a_programme_nobody_reads_anything_into_a_label():
    world = after()
    assert labels.belief(world, np.arange(9), world.rules.labels.bank) == labels.belief(world, np.arange(9), 0.0) == 0.0


def test_a_label_without_tickets_says_that_sales_grew():
    world = market(tickets=0)
    firms, rows = world.firms, np.flatnonzero(world.firms.alive & (world.firms.fledgling_until == world.year + 3))
    assert len(rows) and (firms.sales_year[rows] >= 1.3 * firms.sales_1[rows] - 1).all()


def test_tickets_put_firms_on_the_list_that_did_not_grow_and_banks_believe_them():
    honest, sold = market(tickets=0), market(tickets=1, amount=1e6, ticket_price=1000, appropriation=1e8)
    world, firms = sold, sold.firms
    rows = np.flatnonzero(firms.alive & labels.labelled(world, slice(None)))
    shrank = firms.sales_year[rows] < firms.sales_1[rows]
    assert len(rows) > 3 * honest.record.series["fledgling_labels"][-1] and shrank.mean() > 0.1
    size, debt = 4 * firms.sales[rows], world.books.debt(firms.rows)[rows]
    believed = credit._book_odds(world, rows, size, debt)
    world.rules.labels.bank, kept = 0.0, world.rules.labels.bank
    assert (believed[shrank] < credit._book_odds(world, rows, size, debt)[shrank]).all()
    world.rules.labels.bank = kept


def test_nobody_buys_a_label_that_earns_nothing():
    assert (
        market(tickets=1, amount=0).record.series["fledgling_labels"].tolist()
        == market(tickets=0, amount=0).record.series["fledgling_labels"].tolist()
    )


# -- the study of the review -----------------------------------------------------------------------------------------
def test_a_change_is_paired_by_world_and_its_interval_holds_the_mean():
    without = np.array([100.0, 200.0, 300.0])
    found = review.change(without * np.array([1.05, 1.10, 1.15]), without)
    assert found.mean == pytest.approx(10) and found.agree == 1
    assert found.low <= found.mean <= found.high
    assert found.worlds == pytest.approx([5, 10, 15])  # by world, each against itself
    same = review.change(without, without)
    assert (same.mean, same.low, same.high, same.agree) == (0, 0, 0, 0)
    with pytest.raises(ValueError, match="two worlds"):
        review.change([1.0], [1.0])
