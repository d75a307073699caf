"""Exit and the ladder as methods of one firm: the second part of `firm.py`."""

from __future__ import annotations

from math import exp, log


class LadderRules:
    """For a firm that has the columns of `start.py`, `fits`, `threshold`, `certificate` and `filing`."""

    def leave(self):
        """True when the firm is gone: insolvent, closed, or moved away."""
        m, p = self.model, self.model.p
        self.below = self.below + 1 if self.cash < 0 else 0
        size, quarters = 4 * self.sales, m.quarter - self.birth
        insolvent = self.cash < -p.exit_trade_credit * size or self.below >= p.exit_grace
        age = sum(quarters >= 4 * years for years in (1, 2, 3, 7))
        large = (size >= p.exit_size_medium) + (size >= p.exit_size_large)
        yearly = min(m.hazard[3 * age + large] * self.frailty * p.exit_other_causes, 0.95)
        closes = m.random.random() < 1 - (1 - yearly) ** 0.25
        moves = m.random.random() < p.exit_relocation_rate / 4
        if not (insolvent or closes or moves):
            return False
        if insolvent or closes:  # who moves pays all
            cash = max(self.cash, 0)
            left = cash - round(p.credit_grace_recovery * cash)
            m.flow["lost"] += self.debt - min(self.debt, left)
        m.flow["insolvent"] += insolvent
        m.flow["exits"] += 1
        self.remove()
        return True

    def climb(self):
        season = self.model.season
        if season == 1:
            self.register()
        elif season == 2:
            self.audit()
        elif season == 3:
            self.certify()
        if self.cert_year > 0:
            self.tier = "certified"
        else:
            self.tier = "tier_sme" if self.registered else "tier_pan" if self.pan_tech else "tier_none"

    def register(self):
        m, p = self.model, self.model.p
        fit = 0 < self.sales_1 <= p.sme_max_sales and self.employment <= p.sme_max_staff
        fit = fit and (self.cert_year > 0 or self.rd_1 / max(self.sales_1, 1.0) >= p.sme_min_intensity)
        today = m.today
        other = today.deduction_manufacturing if m.manufacturing[self.sector] else today.deduction_other
        gain = p.tax_claim_share * self.claims * max(today.deduction_sme - other, 0) * p.cit_rate * self.rd_1
        gain += p.sme_other_value * self.sales_1
        chance = p.sme_renew_rate if self.registered else p.sme_register_rate
        self.registered = fit and gain > p.sme_hassle_cost * self.hassle and m.random.random() < chance
        self.pan_tech = self.pan_tech or self.registered

    def three_year_ratio(self):
        return (self.rd_1 + self.rd_2 + self.rd_3) / max(self.sales_1 + self.sales_2 + self.sales_3, 1.0)

    def audit(self):
        p, luck = self.model.p, self.model.random.random()
        if self.cert_year <= 0 or luck >= p.rd_audit_rate:
            return
        plain = self.rd_1 * (1 - p.rd_audit_visible) > self.rd_real_1 and luck < p.rd_audit_rate * p.rd_audit_detection
        if plain or self.three_year_ratio() / self.threshold(self.sales_1) < p.rd_audit_tolerance:
            self.cert_year = 0

    def certify(self):
        m, p = self.model, self.model.p
        expiring = 0 < self.cert_year <= m.year - p.hnte_validity
        asks = m.random.random() < p.hnte_renewal_consider if expiring else self.cert_year == 0
        asks = asks and self.considers and self.sales_1 > 0 and self.fits()
        if asks and self.three_year_ratio() >= self.threshold(self.sales_1) and (self.aims or self.worth_filing()):
            m.flow["asked"] += 1
            self.cash -= round(self.filing())
            depth = log(max(self.knowledge, 1) / max(self.sales_1, 1) / p.usual_depth)
            quality = p.hnte_quality_merit * self.merit + p.hnte_quality_depth * min(max(depth, -2), 2)
            if m.random.random() < 1 / (1 + exp(-p.hnte_pass_logodds - p.hnte_pass_quality * quality)):
                m.flow["passed"] += 1
                m.flow["batch"] += 1
                m.flow["first_time"] += self.cert_first == 0
                self.cert_year, self.cert_first = m.year, self.cert_first or m.year
                return
        if expiring:
            self.cert_year = 0

    def worth_filing(self):
        sales = max(self.sales_year, 1.0)
        profit = sales * (self.margin + self.margin_luck)
        worth = self.certificate(sales, profit, self.rd_real_year, self.rd_real_year)
        return worth > self.filing() / self.model.p.hnte_validity
