"""Funds: waterfall, calls, prices and luck against answers known by hand or in closed form; identities; what equity may
and may not do."""

from functools import cache

import numpy as np
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from small import EVERYTHING, city, only, put, run

from sim.processes import equity, equity_history, research, sales, valuation, waterfall
from sim.processes.stakes import MOTHER, PRIVATE, PUBLIC

FUNDS = ("fund.suketou", "fund.of_funds", "fund.angel", "fund.haimen", "fund.group", "attraction.investment")
OTHERS = tuple(name for name in EVERYTHING if name not in FUNDS)
# Funds from the first year on and enough of them.
PUSHED = {
    "fund.of_funds.start": "2021Q1", "fund.of_funds.stop": "2041Q1", "fund.of_funds.appropriation": 150e6,
    "fund.angel.start": "2021Q1", "fund.angel.stop": "2041Q1", "fund.angel.appropriation": 50e6,
    "fund.group.start": "2021Q1", "fund.group.stop": "2041Q1", "fund.haimen.start": "2021Q1", "fund.haimen.stop": "2041Q1",
    "attraction.investment.start": "2021Q1",
}  # fmt: skip


# -- the waterfall --------------------------------------------------------------------------------------------------
def test_a_waterfall_computed_by_hand():
    """100 were called, 40 of them public; 200 come back after five years at a hurdle of 8 %.

    Preferred return 100·(1.08⁵ − 1) = 46.93; profit 200 − 146.93 = 53.07; carry 20 % of it = 10.61; the rest 42.45, of
    which 16.98 is public, half of it left to the private partners: 8.49. Public 58.77 + 8.49 = 67.26.
    """
    million = 1e6
    preferred = 100 * million * (1.08**5 - 1)
    public, private, manager, unreturned, owed = waterfall.split(
        np.array([200 * million]), np.array([100 * million]), np.array([preferred]), np.array([0.4]), 0.2, np.array([0.5])
    )
    assert manager[0] / million == pytest.approx(10.61, abs=0.01)
    assert public[0] / million == pytest.approx(67.26, abs=0.01)
    assert private[0] / million == pytest.approx(122.12, abs=0.01)
    assert public[0] + private[0] + manager[0] == 200 * million
    assert unreturned[0] == 0 and owed[0] == pytest.approx(0, abs=1e-6)


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.floats(0, 1e10), st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 1))
@settings(database=None, deadline=None, max_examples=200)
def test_a_waterfall_pays_out_every_yuan_once(cash, unreturned, preferred, public, carry, giveaway):
    parts = waterfall.split(
        np.array([float(cash)]), np.array([float(unreturned)]), np.array([preferred]), np.array([public]), carry,
        np.array([giveaway]),
    )  # fmt: skip
    paid = [part[0] for part in parts[:3]]
    assert sum(paid) == cash and all(part >= 0 and part == np.rint(part) for part in paid)


def test_the_manager_gets_nothing_before_capital_and_preferred_return_are_back():
    public, private, manager, unreturned, owed = waterfall.split(
        np.array([130.0]), np.array([100.0]), np.array([40.0]), np.array([0.5]), 0.2, np.array([1.0])
    )
    assert (public[0], private[0], manager[0], unreturned[0], owed[0]) == (65, 65, 0, 0, 10)


def test_a_public_fund_without_private_partners_gives_nothing_away():
    public, private, manager, *_ = waterfall.split(
        np.array([201.0]), np.array([100.0]), np.array([0.0]), np.array([1.0]), 0.2, np.array([1.0])
    )
    assert (public[0], private[0], manager[0]) == (181, 0, 20)


def test_the_preferred_return_is_compound_interest_on_what_is_still_out():
    unreturned, owed = np.array([100.0]), np.array([0.0])
    for _ in range(20):
        owed = waterfall.accrue(unreturned, owed, 0.08)
    assert owed[0] == pytest.approx(100 * (1.08**5 - 1))


# -- the fund annuity -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("growth", "hold"), [(0.0, 20), (0.10, 20), (0.25, 12)])
def test_a_fund_whose_stakes_all_grow_alike_follows_the_annuity(growth, hold):
    """A pledge of one, a fee of f a year in n quarters, equal purchases, each sold after h quarters at (1 + g)^(h/4).

    Called by quarter t: (t + 1)/n; deepest point −1; paid out in the end: (1 − f·n/4)·(1 + g)^(h/4), all before carry.
    """
    n, fee = 16, 0.02
    pledge = np.array([1e9])
    total = waterfall.investable(pledge, fee, n)
    bought, called, back, spent = {}, 0.0, 0.0, np.zeros(1)
    curve = []
    for t in range(n + hold):
        amount = waterfall.due(total, spent, np.array([t]), n)
        spent = spent + amount
        bought[t] = amount[0]
        called += amount[0] + (fee / 4 * pledge[0] if t < n else 0)
        back += bought.get(t - hold, 0.0) * (1 + growth) ** (hold / 4)
        curve.append((back - called) / pledge[0])
    k = np.arange(1, n + 1)
    assert curve[: min(n, hold)] == pytest.approx((-k / n)[: min(n, hold)])
    assert back / pledge[0] == pytest.approx((1 - fee * n / 4) * (1 + growth) ** (hold / 4))
    assert min(curve) == pytest.approx(-1 if hold >= n else min(curve)) and called == pytest.approx(pledge[0])


def test_money_that_found_no_firm_stays_available_until_the_end_of_the_period():
    age = np.arange(-1, 18)
    due = waterfall.due(160.0, np.full(len(age), 10.0), age, 16)
    assert due.tolist() == [0, *(10.0 * (a + 1) - 10 for a in range(16)), 0, 0]


# -- prices and luck ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("tail", [1.6, 1.9, 2.2])
def test_the_luck_at_the_exit_is_a_lomax_with_mean_one(tail):
    rank = (np.arange(200_000) + 0.5) / 200_000
    luck = valuation.exit_luck(rank, tail)
    assert luck == pytest.approx(stats.lomax(tail, scale=tail - 1).ppf(rank))
    assert stats.lomax(tail, scale=tail - 1).mean() == pytest.approx(1)
    assert stats.kstest(luck, stats.lomax(tail, scale=tail - 1).cdf).pvalue > 0.5


def test_the_holding_time_is_geometric_after_the_least():
    rank = np.random.default_rng(1).random(100_000)
    hold = valuation.holding(rank, 12, 0.4)
    assert hold.min() == 12
    assert hold.mean() == pytest.approx(12 + 0.9 / 0.1, rel=0.01)
    assert (hold >= 20).mean() == pytest.approx(0.9**8, abs=0.005)


def test_of_stakes_bought_evenly_those_still_held_are_the_tail_of_the_holding_time():
    age = np.arange(1, 60)
    rank = np.random.default_rng(2).random(200_000)
    hold = valuation.holding(rank, 12, 0.4)
    seen = np.array([(hold > a - 1).mean() for a in age])
    assert equity_history.still_held(age, 12, 0.4) == pytest.approx(seen, abs=0.005)


def test_the_first_round_is_priced_by_the_stake_and_later_ones_by_the_mark():
    taken, after = valuation.round_terms(np.array([30.0, 30.0, 30.0]), np.array([0.0, 70.0, 20.0]), 0.15, 0.3)
    # 0.15 sold for 30: 200. At a mark of 70: 100 after. At 20: owners part with 30 %, 8.57 → 8 whole yuan.
    assert taken.tolist() == [30, 30, 8] and after == pytest.approx([200, 100, 28])


def test_private_money_beside_a_fund_falls_with_its_public_share():
    beside = valuation.co_investment(np.array([0.0, 0.25, 0.5, 1.0]), 0.8)
    assert beside == pytest.approx([0.8, 0.6, 0.4, 0.0])


def test_the_signal_raises_the_odds_as_in_the_source():
    """From 0.10 to 0.19 is a log-odds of 0.75 (Howell 2017); none in the Chinese InnoFund."""
    odds = np.log(0.19 / 0.81) - np.log(0.10 / 0.90)
    assert valuation.pitch_chance(0.10, odds, np.array([0, 1])) == pytest.approx([0.10, 0.19])
    assert valuation.pitch_chance(0.10, 0.0, 1) == pytest.approx(0.10)


def test_the_later_digits_of_a_rank_say_nothing_of_the_rank():
    rank = np.random.default_rng(3).random(50_000)
    other = valuation.further(rank)
    assert stats.kstest(other, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(rank, other)[0, 1]) < 0.02
    noise = valuation.logistic(other)
    assert noise.mean() == pytest.approx(0, abs=0.02) and noise.std() == pytest.approx(1, abs=0.02)


def test_firms_meet_funds_in_proportion_to_weights_and_nobody_where_all_are_zero():
    rank = (np.arange(1000) + 0.5) / 1000
    met = equity.pick(np.tile([1.0, 0.0, 3.0], (1000, 1)), rank)
    assert np.bincount(met, minlength=3).tolist() == [250, 0, 750]
    assert (equity.pick(np.zeros((4, 3)), rank[:4]) == -1).all()
    assert (equity.pick(np.zeros((4, 0)), rank[:4]) == -1).all()


def test_a_fund_takes_the_best_it_can_pay():
    taken = equity.best_first(
        np.array([0, 0, 1, 0, 1]), np.array([3.0, 1.0, 2.0, 2.0, 9.0]), np.arange(5), np.array([5.0, 1.0, 4.0, 5.0, 7.0]),
        np.array([10.0, 8.0]),
    )  # fmt: skip
    assert taken.tolist() == [True, False, False, True, True]


# -- the world ------------------------------------------------------------------------------------------------------
@cache
def world_with(names=EVERYTHING, seed=1, quarters=24, **changes):
    """The city at a fifth of its size; numbers with `__` for `.`."""
    changes = {name.replace("__", "."): value for name, value in changes.items()}
    return run(city(names, changes, size=0.2, seed=seed, quarters=quarters))


def pushed(seed=1, quarters=24, **changes):
    return world_with(EVERYTHING, seed, quarters, **{name.replace(".", "__"): v for name, v in PUSHED.items()}, **changes)


def total(world, metric):
    return world.record.series[metric].sum()


def test_pledges_are_called_uncalled_or_let_go_and_the_net_asset_value_is_the_sum_of_marks():
    funds = pushed().funds
    assert funds.imbalances() == {}
    assert funds.nav.sum() == funds.deals.value.sum() > 0
    assert (funds.called_public + funds.uncalled_public + funds.released == funds.pledged_public).all()
    assert (funds.called_private + funds.uncalled_private + funds.moved == funds.pledged_private).all()


@pytest.mark.parametrize("name", ["nav", "uncalled_public", "uncalled_private", "cash", "to_manager"])
def test_a_fund_with_a_yuan_too_many_is_found(name):
    world = run(city(EVERYTHING, PUSHED, size=0.05, quarters=6), 5)
    getattr(world.funds, name)[-1] += 1
    assert world.funds.imbalances()


def test_what_a_fund_of_funds_calls_is_what_its_sub_funds_get_and_its_fee():
    funds = pushed().funds
    (mother,) = np.flatnonzero(funds.kind == MOTHER)
    below = funds.mother == mother
    assert funds.invested[mother] == funds.called_public[below].sum() > 0
    assert funds.called_public[mother] == funds.invested[mother] + funds.fees[mother]
    assert funds.to_public[mother] == funds.to_public[below].sum()


def test_money_from_a_fund_to_a_firm_is_one_posting_and_the_firm_has_it():
    world = run(city(EVERYTHING, PUSHED, size=0.2, quarters=9), 8)
    world._begin_quarter()
    before = world.firms.equity_raised.copy()
    equity.act(world)
    raised = world.firms.equity_raised - before
    assert world.ledger.total("deal", "funds", "firms") == world.funds.flows["invested"] == raised.sum() > 0
    assert np.count_nonzero(raised) == world.funds.flows["deals"]


def test_stakes_in_a_firm_never_exceed_the_firm():
    world = pushed()
    deals = world.funds.deals
    here = deals.slot >= 0
    held = np.bincount(deals.slot[here], deals.stake[here])
    assert held.max() < 1
    assert world.firms.backed[deals.slot[here]].all() and world.firms.alive[deals.slot[here]].all()


def test_equity_changes_no_growth_but_through_money():
    """Sales of the quarter in which a firm is paid are the same to the yuan: nothing multiplies success."""
    one, other = (run(city(EVERYTHING, PUSHED, size=0.2, quarters=9), 6) for _ in range(2))
    rich = np.flatnonzero(other.firms.backed[: other.firms.count])
    other.firms.price[rich] *= 3
    other.firms.equity_raised[rich] *= 3
    for world in (one, other):
        world.step()
    assert (one.firms.sales == other.firms.sales).all() and (one.firms.rd_real == other.firms.rd_real).all()


def test_equity_money_becomes_rd_beyond_the_plan_over_the_runway_and_no_more():
    # With empty posts a part of any plan is not done; here they do not matter.
    plain, paid = (run(city(size=0.05, quarters=6, changes={"talent.shortage": 0}), 1) for _ in range(2))
    rows = np.flatnonzero(plain.firms.alive & (plain.firms.equity_left == 0))
    for world in (plain, paid):
        put(world, cash=1e12)
        put(world, equity_left=0)
    paid.firms.equity_left[rows], paid.firms.equity_quarter[rows] = 8e5, 1e5
    for world in (plain, paid):
        only(world, sales.sell, research.spend)
    extra = paid.firms.rd_real[rows] - plain.firms.rd_real[rows]
    assert np.abs(extra - 1e5).max() <= 1 and (paid.firms.equity_left[rows] == 7e5).all()


def test_with_no_part_for_rd_equity_adds_none():
    world = pushed(equity__rd_share=0, quarters=12)
    assert not world.firms.equity_left.any()


def test_the_money_of_owners_stands_in_for_credit_that_lenders_refuse():
    world = run(city(EVERYTHING, PUSHED, size=0.2, quarters=9), 8)
    relieved = equity.relieved(world)
    slot = world.funds.deals.slot
    mine = np.unique(slot[slot >= 0])
    others = np.setdiff1d(np.arange(len(relieved)), mine)
    assert (relieved <= world.unmet).all() and (relieved[others] == world.unmet[others]).all()


def test_funds_of_the_start_have_stakes_of_all_ages_and_do_not_jump():
    world = city(OTHERS, quarters=8)
    deals, funds = world.funds.deals, world.funds
    assert deals.count > 100 and funds.imbalances() == {}
    assert deals.opened.min() < -16 and deals.opened.max() == -1
    assert (world.firms.birth[deals.slot] <= deals.opened).all()
    assert len(np.unique(deals.slot)) == deals.count


def test_the_start_is_the_same_in_every_package():
    one, other = (city(names, size=0.2, quarters=8) for names in (OTHERS, EVERYTHING))
    for block in ("amounts", "codes"):
        assert getattr(one.funds.deals, block).tobytes() == getattr(other.funds.deals, block).tobytes()


def test_rd_of_the_start_holds_what_recent_rounds_pay_for():
    """What backed firms do from their plan and from owners' money is what the start of the city gave them."""
    with_, without = city(size=0.2, quarters=4), city(size=0.2, quarters=4, changes={"place.private_equity": 0, "place.public_equity": 0})
    plan = [w.firms.intensity * w.firms.sales_1 / 4 + np.minimum(w.firms.equity_quarter, w.firms.equity_left) for w in (with_, without)]
    assert without.funds.deals.count == 0 and with_.firms.equity_left.any()
    assert plan[0] == pytest.approx(plan[1])


# -- uncomfortable effects and their switches -----------------------------------------------------------------------
def test_public_funds_crowd_private_money_out_and_the_switch_stops_it():
    seeds = (1, 2, 3)
    with_, off = [pushed(seed) for seed in seeds], [pushed(seed, equity__crowd_out=0) for seed in seeds]
    base = [world_with(OTHERS, seed) for seed in seeds]
    assert all(total(world, "equity_crowded_out") > 0 for world in with_)
    assert not any(total(world, "equity_crowded_out") for world in off)

    def pledged(worlds):
        """Private money for firms of the city in private funds, which is what is pushed aside."""
        return sum(float((w.funds.pledged_private - w.funds.moved)[w.funds.private & (w.funds.opens >= 8)].sum()) for w in worlds)

    assert pledged(with_) < pledged(base) <= pledged(off)


def test_part_of_the_money_of_public_funds_leaves_the_city_unless_they_must_stay():
    assert total(pushed(), "equity_invested_outside") > 0
    stay = {f"{name.replace('.', '__')}__reinvestment": 10 for name in FUNDS[1:]}
    assert total(pushed(**stay), "equity_invested_outside") == 0


def test_without_buy_back_rights_no_firm_pays_its_owners_back():
    assert total(pushed(), "equity_bought_back") > 0 == total(pushed(equity__redemption=0), "equity_bought_back")


def test_public_money_draws_outside_projects_and_the_switch_stops_it():
    base, with_ = world_with(OTHERS, 1, 12), pushed(1, 12)
    assert equity.pull(with_) > equity.pull(base)
    # A group also brings founders, by its institute.
    off = [pushed(1, 12, equity__attraction=0, fund__group__dose=0), world_with(OTHERS, 1, 12, equity__attraction=0)]
    settled = [(w.firms.kind[: w.firms.count] == 2).sum() for w in off]
    assert total(off[0], "entries") == pytest.approx(total(off[1], "entries"), rel=0.002) and settled[0] == settled[1]


def test_a_firm_that_closes_pays_its_funds_at_most_what_they_paid():
    world = pushed()
    counts, edges = world.funds.routes, world.funds.realised
    assert counts[valuation.WRITE_OFF] > 0 and edges.sum() == counts.sum()


# -- programmes -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FUNDS)
def test_cost_is_calls_less_returns_less_the_rise_in_worth(name):
    world = city(EVERYTHING, PUSHED, size=0.2, quarters=12)
    agency, paid, cost, returned = world.agencies[name], 0.0, 0.0, 0.0
    for _ in range(12):
        world.step()
        paid, cost, returned = paid + agency.paid, cost + agency.net_cost(), returned + agency.returned
    assert paid > 0 and cost == pytest.approx(paid - returned - agency.worth)


def test_what_is_pledged_stays_in_the_purse_and_the_rest_goes_back():
    world = pushed(quarters=24)
    for name in FUNDS:
        agency = world.agencies[name]
        assert world.ledger.cash[agency.account] >= agency.payable.sum() >= 0


def test_the_public_part_of_a_fund_is_never_more_than_what_was_budgeted():
    world = pushed(gov__three_year_plan__dose=0, gov__campaign__dose=0, gov__outside_inside__dose=0)
    funds = world.funds
    for k, agency in enumerate(world.fund_agencies):
        mine = (funds.programme == k) & (funds.kind == (MOTHER if agency.programme.sub_funds_a_year else PUBLIC))
        assert funds.pledged_public[mine].sum() == pytest.approx(agency.programme.fund_part * agency.programme.yearly_budget() * 6)


def test_a_larger_appropriation_gives_more_firms_equity():
    base, push = world_with(EVERYTHING), pushed()
    assert total(push, "equity_deals") > total(base, "equity_deals")
    assert total(push, "fund_public_outlay") > total(base, "fund_public_outlay")


def test_private_funds_go_on_whatever_programmes_do():
    for world in (world_with(OTHERS), pushed()):
        funds = world.funds
        assert (funds.invested[(funds.kind == PRIVATE) & (funds.opens >= 0) & (funds.opens < 12)] > 0).all()


def test_a_small_run_of_everything_keeps_its_accounts():
    record = worlds.run("fund_push", seed=3, draw=True).record
    assert not record.series["ledger_error"].any()
    assert np.nanmin(record.micro["fund_jcurve"]) < 0


def test_stakes_of_firms_that_die_are_gone_before_the_slot_is_taken_again():
    world = city(EVERYTHING, PUSHED, size=0.2, quarters=12)
    for _ in range(12):
        world.step()
        slot = world.funds.deals.slot
        assert world.firms.alive[slot[slot >= 0]].all()


def test_a_skilled_manager_errs_less_and_state_partners_shy_at_losses_and_go_for_late_rounds():
    world = city(("tax.incentives", "fund.haimen", "fund.angel"), {"fund.haimen.start": "2021Q1", "fund.angel.start": "2021Q1"}, size=0.2, quarters=4)
    p, funds = world.numbers, world.funds
    (angel, haimen) = (funds.rows_of[k] for k in (0, 1))
    assert not funds.skill[angel].any() and (funds.skill[haimen] == p["fund.haimen.skill"]).all()
    assert (funds.tolerance[haimen] == p["fund.haimen.tolerance"] - 0.5 * p["fund.haimen.caution"]).all()
    rank, fund = np.linspace(0.01, 0.99, 40) + 3e-5, np.repeat([haimen[0], angel[0]], 20)
    moved = equity.judged(world, fund, np.zeros(40), rank)
    error = p["equity.judgement"] * valuation.logistic(valuation.further(rank))
    assert moved[:20] == pytest.approx(-p["fund.haimen.skill"] * error[:20]) and not moved[20:].any()
    # Of many firms alike in all but stage, more late ones meet the fund the more state partners it has.
    budget = np.where(np.isin(np.arange(funds.rows), haimen[:1]) | (np.arange(funds.rows) == angel[0]), 1e9, 0.0)
    slots, rank = np.zeros(300, np.int64), (np.arange(300) + 0.5) / 300
    share = []
    for late in (0.0, 0.4):
        funds.late[haimen] = late
        funds.latest[angel] = 2
        share.append([(equity._meet(world, slots, np.full(300, s), np.full(300, 1e6), rank, budget)[0] == haimen[0]).mean() for s in (0, 2)])
    assert share[0][0] == share[0][1] and share[1][0] < share[0][0] < share[1][1]
