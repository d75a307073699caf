"""The core once more in plain Python, one firm at a time, against the arrays.

The subset: turn of the year, claims and R&D plan with the threshold decision, sales with displacement, costs and staff,
R&D spending with the year-end true-up, knowledge with spill-overs and jumps, VAT, income tax and dividends. Left out:
entry, exit, credit, equity, ladder, carriers and every programme but national tax relief. Both sides get the same draws.
"""

from math import exp, floor, log, log1p, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from small import NO_ENTRY, city, only

from sim.processes import knowledge, research, sales, taxes

QUARTERS = 8
CHANGES = NO_ENTRY | {"credit.borrower_share": 0, "place.private_equity": 0, "place.public_equity": 0,
                      "carrier.growth": 0, "carrier.mentoring_consider": 0,
                      "place.hub.shanghai.enclaves": 0, "place.hub.shanghai.area": 0}  # fmt: skip
PROCESSES = (research.plan, sales.sell, research.spend, knowledge.learn, taxes.collect)
MONEY = ("sales", "costs", "sales_year", "sales_1", "rd_real", "rd_reported", "rd_year", "rd_1", "rd_real_1",
         "deduct_year", "deduct_1", "profit_year", "profit_1", "loss_carried", "cash", "patents")  # fmt: skip
FLAGS = ("claims", "considers", "aims")
REAL = ("intensity", "plan_extra", "plan_relabel", "productivity", "knowledge", "employment", "margin_luck")


class ScalarCity:
    """The same city as a list of firms. Reads a world once, then never again except for its draws."""

    def __init__(self, world):
        self.p, self.draws, self.place = world.numbers, world.streams, world.place
        n = world.firms.count
        columns = world.firms.columns()
        self.firms = [SimpleNamespace(**{name: values[i].item() for name, values in columns.items()}) for i in range(n)]
        self.index, self.market, self.lockdown_level = [0.0] * len(self.place.sectors), 0.0, 0.0
        self.demand = [sum(f.sales_local for f in self.firms if f.sector == s) for s in range(len(self.index))]
        self.frontier, self.pool = 0.0, self.reach()
        self.usual_funded = world.usual_funded
        self.depth = sum(f.knowledge for f in self.firms) / (4 * sum(f.sales for f in self.firms))
        self.pace, self.slope, self.pass_rate = world.frontier_pace, world.frontier_slope, world.usual_pass_rate
        self.labour, self.quarter = world.labour, -1

    def step(self):
        self.quarter += 1
        self.season, self.growth = self.quarter % 4, self.p.at("economy.market_growth", self.quarter)
        if self.season == 0:
            for f in self.firms if self.quarter else ():
                self.turn_year(f)
            luck = self.draws.uniform("consider", self.quarter, len(self.firms))
            for f, u in zip(self.firms, luck.tolist()):
                self.plan(f, u)
        self.sell()
        for f in self.firms:
            self.spend(f)
        self.learn()
        at_home = sum(f.sales_local for f in self.firms)
        elsewhere = sum(f.sales - f.sales_local for f in self.firms)
        vat = sum(float(round(self.p["tax.vat_rate"] * sold)) for sold in (at_home, elsewhere))
        return vat + sum(self.pay_tax(f) for f in self.firms)

    def turn_year(self, f):
        f.sales_3, f.sales_2, f.sales_1, f.sales_year = f.sales_2, f.sales_1, f.sales_year, 0.0
        f.rd_3, f.rd_2, f.rd_1, f.rd_year = f.rd_2, f.rd_1, f.rd_year, 0.0
        f.rd_real_1, f.rd_real_year = f.rd_real_year, 0.0
        f.profit_1, f.profit_year, f.deduct_1, f.deduct_year = f.profit_year, 0.0, f.deduct_year, 0.0

    def deduction(self, f):
        group = "manufacturing" if self.place.manufacturing[f.sector] else "other"
        d = self.p.at(f"tax.incentives.deduction_{group}", self.quarter)
        return max(d, self.p.at("tax.incentives.deduction_sme", self.quarter)) if f.registered else d

    def rate(self, f, taxable, certified):
        p = self.p
        if taxable <= 0:
            return 0.0
        rate = min(p["tax.incentives.cit_rate_hnte"], p["tax.cit_rate"]) if certified else p["tax.cit_rate"]
        if taxable <= p["tax.small_profit_limit"] and f.employment <= p["tax.small_staff_limit"]:
            rate = min(rate, p["tax.cit_rate_small"])
        return rate

    def threshold(self, sales):
        size = sum(sales > self.p[f"hnte.size_{edge}"] for edge in ("medium", "large"))
        return self.p[f"hnte.threshold_{('small', 'medium', 'large')[size]}"] * (1 + self.p["rd.planning_margin"])

    def plan(self, f, luck):
        p = self.p
        expected = (f.sales_1 if f.sales_1 > 0 else 4 * f.sales) * (1 + self.growth)
        profit, wanted = expected * (f.margin + f.margin_luck), f.intensity * expected
        d = self.deduction(f) * p["tax.claim_share"]
        rate = self.rate(f, max(profit - wanted, 0), f.cert_year > 0)
        f.claims = f.tax_awareness < p["tax.claim_awareness"] and rate * d * wanted > p["tax.claim_cost"]
        cost = (1 - rate * (1 + d * f.claims)) / (1 - rate)
        trend = exp(p["rd.intensity_trend"] * (self.quarter + 4) / 4)
        target = trend * f.desired_intensity * (cost / f.base_user_cost) ** -p["rd.user_cost_elasticity"]
        f.intensity = max(f.intensity, 1e-9) ** (1 - p["rd.adjustment"]) * max(target, 1e-9) ** p["rd.adjustment"]
        f.considers = f.considers or luck < p["hnte.consider_rate"]
        self.decide(f, expected, profit, cost)

    def decide(self, f, sales, profit, cost):
        p = self.p
        f.aims, f.plan_extra, f.plan_relabel = False, 0.0, 0.0
        old_enough = self.quarter - f.birth >= p["hnte.min_age"]
        product = f.hightech >= p["hnte.min_hightech_share"] and f.rd_staff >= p["hnte.min_staff_share"]
        if not (f.considers and old_enough and product):
            return
        desired, level = f.intensity * sales, self.threshold(sales)
        lacking = max(level * (f.sales_1 + f.sales_2 + sales) - f.rd_1 - f.rd_2 - desired, 0.0)
        gap = min(lacking, max((1 + p["hnte.catch_up"]) * level * sales - desired, 0.0))
        steep, flat = cost / p["rd.user_cost_elasticity"], p["rd.relabel_cost"] * f.relabel_cost
        relabelled = gap * steep / (steep + flat)
        real = gap - relabelled
        loss = 0.5 * (steep * real**2 + flat * relabelled**2) / max(desired, 1.0)
        claimed = self.deduction(f) * p["tax.claim_share"] * f.claims * (desired + gap)
        taxable = max(profit - desired - real - claimed, 0.0)
        cut = self.rate(f, taxable, False) - self.rate(f, taxable, True)
        benefit = cut * taxable + (p["hnte.credit_value"] + f.prestige) * sales
        if f.cert_year <= 0:
            wait = 3.0 if lacking > gap else 1.0
            benefit *= self.pass_rate * (1 + p["hnte.discount_rate"]) ** -wait
        filing = (p["hnte.application_cost"] + p["hnte.ip_cost"] * (f.cert_first == 0)) * f.hassle
        f.aims = benefit > loss + filing / p["hnte.validity"] and gap <= 2 * desired
        if f.aims:
            f.plan_extra, f.plan_relabel = real / max(sales, 1.0), relabelled / max(sales, 1.0)

    def sell(self):
        p, n = self.p, len(self.firms)
        market = log1p(self.growth) / 4
        self.market += market
        self.index = [index + market + gap / 4 for index, gap in zip(self.index, self.place.growth_gap.tolist())]
        lockdown = log1p(-p["economy.lockdown_loss"]) * {5: 1, 6: -1}.get(self.quarter, 0)
        self.lockdown_level += lockdown
        factors, wanted = [], [0.0] * len(self.index)
        for f, shock in zip(self.firms, self.draws.laplace_quarter("growth", self.quarter, n).tolist()):
            size, age = max(4 * f.sales, 1.0), max(self.quarter - f.birth, 0) / 4
            small = (size / p["sales.reference_size"]) ** -p["sales.volatility_size_exponent"]
            scale = min(p["sales.volatility"] / sqrt(2) * small, 0.9)
            drift = p["sales.response_to_productivity"] * (f.productivity - self.frontier)
            drift -= p["sales.mean_reversion"] * (log(size) - f.size_anchor - self.index[f.sector])
            drift += p["sales.youth_growth"] * exp(-p["sales.youth_decay"] * age)
            drift += p["sales.credit_growth_effect"] * (f.funded - self.usual_funded)
            growth = market + self.place.growth_gap[f.sector] / 4 + drift / 4 + scale * shock + log1p(-(scale**2)) / 4
            factors.append(exp(growth + lockdown))
            wanted[f.sector] += f.sales_local * factors[-1]
        draws = self.draws.normal("margin", self.quarter, n).tolist()
        keep, sticky = p["sales.margin_persistence"], p["sales.cost_stickiness"]
        for f, factor, draw in zip(self.firms, factors, draws):
            demand = self.demand[f.sector] * exp(self.index[f.sector] + self.lockdown_level)
            met, before = min(max(demand / wanted[f.sector], 0.5), 2.0), f.sales
            elsewhere, f.sales_local = round((before - f.sales_local) * factor), round(f.sales_local * factor * met)
            f.sales = float(elsewhere + f.sales_local)
            f.margin_luck = keep * f.margin_luck + p["sales.margin_luck"] * sqrt(1 - keep**2) * draw
            margin = f.margin + f.margin_luck + p["sales.margin_shock"] * draw
            f.costs = float(round(max((1 - margin) * ((1 - sticky) * f.sales + sticky * before), 0.0)))
            f.sales_year, f.cash = f.sales_year + f.sales, f.cash + f.sales - f.costs
            f.profit_year += f.sales - f.costs
            staff = 4 * f.sales / (p["sales.revenue_per_worker"] * exp(self.market))
            f.other_staff += p["sales.employment_adjustment"] * (f.other_share * staff - f.other_staff)
            f.employment = f.other_staff + f.st_staff

    def spend(self, f):
        p, posts, team = self.p, floor(f.posts + f.lot), self.p["talent.team"]
        filled = (min(f.st_staff, posts) + team * self.labour.usual_fill) / (posts + team)
        staffed = 1 + p["talent.shortage"] * p["talent.labour_share"] * (filled / self.labour.mean_fill - 1)
        real = min(f.sales * (f.intensity + f.plan_extra) * staffed, p["rd.cash_share"] * max(f.cash, 0))
        relabelled = f.sales * f.plan_relabel
        if self.season == 3:
            relabelled = self.year_end_gap(f, real)
        f.rd_real, f.rd_reported = float(round(real)), float(round(real) + round(relabelled))
        f.rd_real_year += f.rd_real
        f.rd_year += f.rd_reported
        f.cash -= f.rd_real
        f.profit_year -= f.rd_real
        f.deduct_year += round(p["tax.claim_share"] * f.claims * f.rd_reported * self.deduction(f))

    def year_end_gap(self, f, spent):
        if not (f.aims and (f.plan_extra > 0 or f.plan_relabel > 0)):
            return 0.0
        level, done = self.threshold(f.sales_year), f.rd_year + spent
        need = level * (f.sales_year + f.sales_1 + f.sales_2) - f.rd_1 - f.rd_2 - done
        need = min(need, (1 + self.p["hnte.catch_up"]) * level * f.sales_year - done)
        return min(max(need, 0), f.rd_real_year + spent)

    def reach(self):
        """Knowledge within reach of each district and sector."""
        near = 2 ** (-self.place.distance / self.p["knowledge.half_distance"])
        pool = {(d, s): 0.0 for d in range(len(near)) for s in range(len(self.place.sectors))}
        for f in self.firms:
            for d in range(len(near)):
                pool[d, f.sector] += near[d, f.district] * f.knowledge
        return pool

    def learn(self):
        p, n, q = self.p, len(self.firms), self.quarter
        luck, size = self.draws.uniform("jump", q, n), -np.log1p(-self.draws.sparse("jump_size", q, np.arange(n)))
        counts, rounding = self.draws.exponential("patent", q, n), self.draws.uniform("patent_round", q, n)
        gains = []
        for i, f in enumerate(self.firms):
            before = max(f.knowledge, 1.0)
            f.knowledge = (1 - p["knowledge.depreciation"] / 4) * before
            skill = exp(p["talent.skill_effect"] * p["talent.labour_share"] * f.st_skill) / self.labour.mean_efficiency
            f.knowledge += f.rd_real * (1 + p["keylab.efficiency"] * f.keylab) * skill
            gains.append(p["knowledge.productivity_elasticity"] * log(f.knowledge / before))
            depth = f.knowledge / max(4 * f.sales, 1.0) / self.depth
            if luck[i] < p["knowledge.jump_rate"] / 4 * min(depth, 5.0):
                gains[i] += min(p["knowledge.jump_size"] * exp(size[i] / p["knowledge.jump_tail"]), 1.0)
            expected = p["knowledge.patents_per_million"] * f.rd_real / 1e6 * f.patenting
            f.patents += floor(expected * counts[i] + rounding[i])
        before, self.pool = self.pool, self.reach()
        for f, gain in zip(self.firms, gains):
            news = log(max(self.pool[f.district, f.sector], 1.0) / max(before[f.district, f.sector], 1.0))
            f.productivity += gain + p["knowledge.spillover_elasticity"] * (1 + p["rdorg.absorption"] * f.rd_org) * news
        self.frontier += self.pace + self.slope * log1p(self.growth) / 4

    def pay_tax(self, f):
        p = self.p
        if self.season != 1:
            return 0.0
        income, loss = f.profit_1 - f.deduct_1, f.loss_carried
        taxable = max(max(income, 0) - loss, 0)
        used = max(income, 0) - taxable
        f.loss_carried = float(round((loss - used) * (1 - 1 / p["tax.loss_years"]) + max(-income, 0)))
        valid = f.cert_year > 0 and f.cert_year >= 2021 + self.quarter // 4 - p["hnte.validity"]
        due = float(round(self.rate(f, taxable, valid) * taxable))
        target = p["credit.cash_target"] * 4 * f.sales
        f.cash -= due
        wanted = p["credit.payout"] * max(f.profit_1 - due, 0)
        wanted += p["credit.surplus_payout"] * max(f.cash - 2 * target, 0)
        f.cash -= round(min(max(wanted, 0), max(f.cash - target, 0)))
        return due


@pytest.fixture(scope="module")
def both():
    """Eight quarters of both, and the tax of every quarter."""
    world = city(size=0.05, changes=CHANGES, quarters=QUARTERS)
    scalar, taxed = ScalarCity(world), []
    for _ in range(QUARTERS):
        only(world, *PROCESSES)
        taxed.append((sum(world.tax.values()), scalar.step()))
    return world, scalar, taxed


def _columns(both, name):
    world, scalar, _ = both
    return getattr(world.firms, name)[: world.firms.count], np.array([getattr(f, name) for f in scalar.firms])


@pytest.mark.parametrize("name", MONEY + FLAGS)
def test_money_counts_and_decisions_are_the_same(both, name):
    arrays, scalars = _columns(both, name)
    assert arrays.tolist() == scalars.tolist()


@pytest.mark.parametrize("name", REAL)
def test_real_numbers_agree_to_nine_digits(both, name):
    arrays, scalars = _columns(both, name)
    np.testing.assert_allclose(arrays, scalars, rtol=1e-9, atol=1e-15)


def test_the_tax_of_every_quarter_is_the_same(both):
    arrays, scalars = zip(*both[2])
    assert arrays == scalars


def test_the_comparison_reaches_every_branch(both):
    """Some firms aim, claim, relabel or carry a loss, and some do not."""
    firms, n = both[0].firms, both[0].firms.count
    for flags in (firms.aims[:n], firms.claims[:n], firms.plan_relabel[:n] > 0, firms.loss_carried[:n] > 0):
        assert 10 < flags.sum() < n - 10
