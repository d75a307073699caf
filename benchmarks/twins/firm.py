"""The rules of the subset as methods of one firm; see the package for what they are in the model."""

from __future__ import annotations

from math import ceil, exp, floor, log, log1p, sqrt

import mesa

from benchmarks.twins.firm_ladder import LadderRules


class Firm(LadderRules, mesa.Agent):
    """A firm; its columns become attributes."""

    def __init__(self, model, **columns):
        super().__init__(model)
        self.__dict__.update(columns)
        self.tier = "tier_none"

    # -- the quarter ------------------------------------------------------------------------------------------------
    def begin(self):
        """Turn of the year, plan, and how far sales would go."""
        if self.model.season == 0:
            if self.model.quarter:
                self.turn_year()
            self.plan()
        self.grow()

    def trade(self):
        """Sales, R&D, knowledge."""
        self.sell()
        self.spend()
        self.learn()

    def finish(self):
        """What others learned, then money, exit and the ladder."""
        m, p = self.model, self.model.p
        absorb = p.knowledge_spillover_elasticity * (1 + p.rdorg_absorption * self.rd_org)
        self.productivity += absorb * m.news[self.district][self.sector]
        self.serve_debt()
        self.borrow()
        self.invest()
        if m.season == 1:
            self.pay_tax()
        if not self.leave():
            self.climb()

    # -- the year ---------------------------------------------------------------------------------------------------
    def turn_year(self):
        self.sales_3, self.sales_2, self.sales_1, self.sales_year = self.sales_2, self.sales_1, self.sales_year, 0.0
        self.rd_3, self.rd_2, self.rd_1, self.rd_year = self.rd_2, self.rd_1, self.rd_year, 0.0
        self.rd_real_1, self.rd_real_year = self.rd_real_year, 0.0
        self.profit_1, self.profit_year = self.profit_year, 0.0
        self.deduct_1, self.deduct_year = self.deduct_year, 0.0

    def deduction(self):
        today = self.model.today
        d = today.deduction_manufacturing if self.model.manufacturing[self.sector] else today.deduction_other
        return max(d, today.deduction_sme) if self.registered else d

    def tax_rate(self, taxable, certified):
        p = self.model.p
        if taxable <= 0:
            return 0.0
        rate = min(p.cit_hnte, p.cit_rate) if certified else p.cit_rate
        if taxable <= p.small_limit and self.employment <= p.small_staff:
            rate = min(rate, p.cit_small)
        return rate

    def threshold(self, sales):
        p = self.model.p
        if sales > p.hnte_size_large:
            return p.hnte_threshold_large
        return p.hnte_threshold_medium if sales > p.hnte_size_medium else p.hnte_threshold_small

    def fits(self):
        p = self.model.p
        product = self.hightech >= p.hnte_min_hightech_share and self.rd_staff >= p.hnte_min_staff_share
        return product and self.model.quarter - self.birth >= p.hnte_min_age

    def plan(self):
        """Claims, intensity, whether a certificate is considered."""
        m, p = self.model, self.model.p
        expected = (self.sales_1 if self.sales_1 > 0 else 4 * self.sales) * (1 + m.today.growth)
        profit, wanted = expected * (self.margin + self.margin_luck), self.intensity * expected
        d = self.deduction() * p.tax_claim_share
        rate = self.tax_rate(max(profit - wanted, 0), self.cert_year > 0)
        self.claims = self.tax_awareness < p.tax_claim_awareness and rate * d * wanted > p.tax_claim_cost
        cost = max((1 - rate * (1 + d * self.claims)) / (1 - rate), 0.1)
        target = exp(p.rd_intensity_trend * (m.quarter + 4) / 4) * self.desired_intensity
        target *= (cost / self.base_user_cost) ** -p.rd_user_cost_elasticity
        old = max(self.intensity, 1e-9)
        self.intensity = old * (max(target, 1e-9) / old) ** p.rd_adjustment
        self.considers = self.considers or m.random.random() < p.hnte_consider_rate
        self.aims, self.plan_extra, self.plan_relabel = False, 0.0, 0.0
        if self.considers and self.fits():
            self.decide(expected, profit, cost)

    def decide(self, sales, profit, cost):
        """Close the gap to the threshold when a certificate is worth more a year than that and filing."""
        p = self.model.p
        desired, level = self.intensity * sales, self.threshold(sales) * (1 + p.rd_planning_margin)
        lacking = max(level * (self.sales_1 + self.sales_2 + sales) - self.rd_1 - self.rd_2 - desired, 0.0)
        gap = min(lacking, max((1 + p.hnte_catch_up) * level * sales - desired, 0.0))
        steep, flat = cost / p.rd_user_cost_elasticity, p.rd_relabel_cost * self.relabel_cost
        relabelled = gap * steep / (steep + flat)
        real = gap - relabelled
        loss = 0.5 * (steep * real**2 + flat * relabelled**2) / max(desired, 1.0)
        benefit = self.certificate(sales, profit, desired + real, desired + gap)
        if self.cert_year <= 0:
            benefit *= (1 + p.hnte_discount_rate) ** -(3.0 if lacking > gap else 1.0)
        if benefit > loss + self.filing() / p.hnte_validity and gap <= p.rd_most_gap * desired:
            self.aims = True
            self.plan_extra, self.plan_relabel = real / max(sales, 1.0), relabelled / max(sales, 1.0)

    def certificate(self, sales, profit, real, reported):
        """Worth of a certificate a year, RMB."""
        p = self.model.p
        claimed = self.deduction() * p.tax_claim_share * self.claims * reported
        taxable = max(profit - real - claimed, 0.0)
        cut = self.tax_rate(taxable, False) - self.tax_rate(taxable, True)
        chance = 1.0 if self.cert_year > 0 else self.model.pass_rate
        return chance * (cut * taxable + (p.hnte_credit_value + self.prestige) * sales)

    def filing(self):
        p = self.model.p
        return (p.hnte_application_cost + p.hnte_ip_cost * (self.cert_first == 0)) * self.hassle

    # -- sales, R&D, knowledge --------------------------------------------------------------------------------------
    def grow(self):
        m, p = self.model, self.model.p
        annual = max(4 * self.sales, 1.0)
        scale = p.sales_volatility / sqrt(2) * (p.sales_reference_size / annual) ** p.sales_volatility_size_exponent
        scale = min(scale, 0.9)
        age = min(max(m.quarter - self.birth, 0), 400)
        drift = p.sales_response_to_productivity * (self.productivity - m.frontier)
        drift -= p.sales_mean_reversion * (log(annual) - self.size_anchor - m.index[self.sector])
        drift += p.sales_youth_growth * exp(-p.sales_youth_decay * age / 4)
        drift += p.sales_credit_growth_effect * (self.funded - p.usual_funded)
        # A quarter of a Laplace year: the difference of two Gamma(1/4).
        shock = scale * (m.random.gammavariate(0.25, 1) - m.random.gammavariate(0.25, 1))
        growth = m.pace + m.growth_gap[self.sector] / 4 + drift / 4 + shock + 0.25 * log1p(-(scale**2)) + m.lockdown
        self.factor = exp(growth)
        m.wanted[self.sector] += self.sales_local * self.factor

    def sell(self):
        m, p, before = self.model, self.model.p, self.sales
        elsewhere = round((before - self.sales_local) * self.factor)
        self.sales_local = round(self.sales_local * self.factor * m.met[self.sector])
        self.sales = float(elsewhere + self.sales_local)
        draw, keep, sticky = m.random.gauss(0, 1), p.sales_margin_persistence, p.sales_cost_stickiness
        self.margin_luck = keep * self.margin_luck + p.sales_margin_luck * sqrt(1 - keep**2) * draw
        margin = self.margin + self.margin_luck + p.sales_margin_shock * draw
        costs = round(max((1 - margin) * ((1 - sticky) * self.sales + sticky * before), 0.0))
        self.cash += self.sales - costs
        self.sales_year += self.sales
        self.profit_year += self.sales - costs
        staff = self.other_share * 4 * self.sales / (p.sales_revenue_per_worker * exp(m.market))
        self.other_staff += p.sales_employment_adjustment * (staff - self.other_staff)
        self.employment = self.other_staff + self.st_staff

    def spend(self):
        p = self.model.p
        real = min((self.intensity + self.plan_extra) * self.sales, p.rd_cash_share * max(self.cash, 0))
        relabelled = self.year_end_gap(real) if self.model.season == 3 else self.sales * self.plan_relabel
        self.rd_real, self.rd_reported = float(round(real)), float(round(real) + round(relabelled))
        self.rd_real_year += self.rd_real
        self.rd_year += self.rd_reported
        self.cash -= self.rd_real
        self.profit_year -= self.rd_real
        self.deduct_year += round(p.tax_claim_share * self.claims * self.rd_reported * self.deduction())

    def year_end_gap(self, spent):
        if not (self.aims and (self.plan_extra > 0 or self.plan_relabel > 0)):
            return 0.0
        p, done = self.model.p, self.rd_year + spent
        level = self.threshold(self.sales_year) * (1 + p.rd_planning_margin)
        need = level * (self.sales_year + self.sales_1 + self.sales_2) - self.rd_1 - self.rd_2 - done
        need = min(need, (1 + p.hnte_catch_up) * level * self.sales_year - done)
        return min(max(need, 0), self.rd_real_year + spent)

    def learn(self):
        m, p, random = self.model, self.model.p, self.model.random
        before = max(self.knowledge, 1.0)
        effective = self.rd_real * (1 + p.keylab_efficiency * self.keylab) * p.efficiency
        self.knowledge = (1 - p.knowledge_depreciation / 4) * before + effective
        gain = p.knowledge_productivity_elasticity * log(self.knowledge / before)
        depth = self.knowledge / max(4 * self.sales, 1.0) / p.usual_depth
        if random.random() < p.knowledge_jump_rate / 4 * min(depth, p.knowledge_depth_cap):
            gain += min(p.knowledge_jump_size * exp(random.expovariate(1.0) / p.knowledge_jump_tail), 1.0)
        self.productivity += gain
        expected = p.knowledge_patents_per_million * self.rd_real / 1e6 * self.patenting
        m.flow["patents"] += floor(expected * random.expovariate(1.0) + random.random())

    # -- money ------------------------------------------------------------------------------------------------------
    def serve_debt(self):
        if self.debt <= 0:
            return
        interest = round(self.debt * self.rate / 4)
        principal = min(self.installment, self.debt)
        self.cash -= interest + principal
        self.profit_year -= interest
        self.debt -= principal

    def pledge(self, size):
        p = self.model.p
        return p.credit_collateral_share * (1 - p.credit_collateral_intangible * self.hightech) * size

    def borrow(self):
        m, p, size = self.model, self.model.p, 4 * self.sales
        self.unmet = 0.0
        desired = self.leverage * size * m.demand
        wanted = max(desired - self.debt, 0)
        if desired > 0:
            wanted += max(p.credit_cash_floor * size - self.cash, 0)
        wanted = min(wanted, max(2 * desired - self.debt, 0))
        if wanted < p.credit_minimum_ticket:
            return
        need, rate = round(wanted), self.rate_asked(size, round(wanted))
        alone = 0
        if self.below == 0 and rate <= p.credit_rate_cap:
            alone = floor(max(self.pledge(size) + p.credit_unsecured_limit * size - self.debt, 0))
        amount = min(need, alone)
        if amount >= p.credit_minimum_ticket:
            self.rate = (self.rate * self.debt + rate * amount) / (self.debt + amount)
            self.debt += amount
            self.cash += amount
            self.installment = ceil(self.debt / p.credit_term)
            m.flow["lent"] += amount
            need -= amount
        self.unmet = min(need / max(self.leverage * size, 1), 1)

    def rate_asked(self, size, need):
        """Rate of an ordinary loan on what the bank believes."""
        m, p, annual = self.model, self.model.p, max(size, 1.0)
        margin = self.margin + self.margin_luck - self.intensity - self.plan_extra - self.plan_relabel
        cash = min(max(self.cash / annual, -p.credit_risk_cash_limit), p.credit_risk_cash_limit)
        odds = p.credit_risk_level + p.credit_risk_leverage * self.debt / annual - p.credit_risk_cash * cash
        odds -= p.credit_risk_margin * min(max(margin, p.credit_risk_margin_floor), p.credit_risk_margin_ceiling)
        odds -= p.credit_risk_size * (log(annual) - self.size_anchor - m.market)
        odds += p.credit_risk_youth * (m.quarter - self.birth < p.credit_young)
        odds += p.credit_risk_arrears * (self.below > 0) - p.credit_label_signal * (self.cert_year > 0)
        keep = p.credit_noise_persistence
        odds += p.credit_signal_noise * (keep * self.opacity + sqrt(1 - keep**2) * m.random.gauss(0, 1))
        default = 1 / (1 + exp(-odds))
        secured = min(self.pledge(size) / max(self.debt + need, 1), 1)
        loss = p.credit_loss_secured * secured + p.credit_loss_unsecured * (1 - secured)
        return (p.credit_funding_cost + p.credit_margin + loss * default) / max(1 - default, 1e-12)

    def invest(self):
        p = self.model.p
        desired = p.credit_investment_share * self.sales
        done = round(min(desired, max(self.cash - p.credit_cash_floor * 4 * self.sales, 0)))
        self.cash -= done
        self.funded = (done / desired if desired > 1 else 1.0) * (1 - self.unmet)

    def pay_tax(self):
        m, p, income = self.model, self.model.p, self.profit_1 - self.deduct_1
        used = min(max(income, 0), self.loss_carried)
        taxable = max(income, 0) - used
        self.loss_carried = round((self.loss_carried - used) * (1 - 1 / p.tax_loss_years) + max(-income, 0))
        valid = self.cert_year > 0 and self.cert_year >= m.year - p.hnte_validity
        due = round(self.tax_rate(taxable, valid) * taxable)
        self.cash -= due
        target = p.credit_cash_target * 4 * self.sales
        wanted = p.credit_payout * max(self.profit_1 - due, 0)
        wanted += p.credit_surplus_payout * max(self.cash - 2 * target, 0)
        self.cash -= round(min(wanted, max(self.cash - target, 0)))
