/* Second half of city.c, which includes it: spill-overs, money, exit, the ladder, the step and the run. */

static void meet_demand(City *m) {
    double limit = m->p->sales_displacement_limit;
    for (int s = 0; s < m->sectors; s++) {
        double demand = m->at->local_demand[s] * exp(m->index[s] + m->lockdown_level);
        m->met[s] = m->wanted[s] > 0 ? CLIP(demand / m->wanted[s], 1 / limit, limit) : 1;
    }
}
static void reach(const City *m, double *pool) {        /* knowledge within reach of districts and sectors, from `held` */
    int D = m->districts, S = m->sectors;
    for (int d = 0; d < D; d++) for (int s = 0; s < S; s++) {
        pool[d * S + s] = 0;
        for (int e = 0; e < D; e++) pool[d * S + s] += m->at->proximity[d * D + e] * m->held[e * S + s];
    }
}
static void hear(City *m) {
    double before[MAX_CELLS];
    memcpy(before, m->pool, sizeof before);
    reach(m, m->pool);
    for (int k = 0; k < m->districts * m->sectors; k++) m->news[k] = log(MAX(m->pool[k], 1) / MAX(before[k], 1));
    m->frontier += m->p->frontier_pace + m->p->frontier_slope * log1p(m->day.growth) / 4;
}
static inline double pledge(const City *m, int64_t i, double size) {
    return m->p->credit_collateral_share * (1 - m->p->credit_collateral_intangible * m->c.hightech[i]) * size;
}

static double borrow(City *m, int64_t i, double wanted, double *lent) {   /* returns what stays unmet */
    const Numbers *p = m->p; Columns *c = &m->c;
    double size = 4 * c->sales[i], annual = MAX(size, 1), need = rint(wanted), keep = p->credit_noise_persistence;
    double margin = c->margin[i] + c->margin_luck[i] - c->intensity[i] - c->plan_extra[i] - c->plan_relabel[i];
    double fresh = sqrt(-2 * log(unit(key_of(m, BANK), i))) * cos(6.283185307179586 * unit(key_of(m, BANK2), i));
    double odds = p->credit_risk_level + p->credit_risk_leverage * c->debt[i] / annual
        - p->credit_risk_cash * CLIP(c->cash[i] / annual, -p->credit_risk_cash_limit, p->credit_risk_cash_limit)
        - p->credit_risk_margin * CLIP(margin, p->credit_risk_margin_floor, p->credit_risk_margin_ceiling)
        - p->credit_risk_size * (log(annual) - c->size_anchor[i] - m->market)
        + p->credit_risk_youth * (m->quarter - c->birth[i] < p->credit_young)
        + p->credit_risk_arrears * (c->below[i] > 0) - p->credit_label_signal * (c->cert_year[i] > 0)
        + p->credit_signal_noise * (keep * c->opacity[i] + sqrt(1 - keep * keep) * fresh);
    double def = 1 / (1 + exp(-odds)), secured = MIN(pledge(m, i, size) / MAX(c->debt[i] + need, 1), 1);
    double loss = p->credit_loss_secured * secured + p->credit_loss_unsecured * (1 - secured);
    double rate = (p->credit_funding_cost + p->credit_margin + loss * def) / MAX(1 - def, 1e-12), alone = 0;
    if (c->below[i] == 0 && rate <= p->credit_rate_cap)
        alone = floor(MAX(pledge(m, i, size) + p->credit_unsecured_limit * size - c->debt[i], 0));
    double amount = MIN(need, alone);
    if (amount >= p->credit_minimum_ticket) {
        c->rate[i] = (c->rate[i] * c->debt[i] + rate * amount) / (c->debt[i] + amount);
        c->debt[i] += amount; c->cash[i] += amount; c->installment[i] = ceil(c->debt[i] / p->credit_term);
        *lent += amount; need -= amount;
    }
    return MIN(need / MAX(c->leverage[i] * size, 1), 1);
}

static void pay_tax(City *m, int64_t i) {
    const Numbers *p = m->p; Columns *c = &m->c;
    double income = c->profit_1[i] - c->deduct_1[i], used = MIN(MAX(income, 0), c->loss_carried[i]);
    double taxable = MAX(income, 0) - used;
    c->loss_carried[i] = rint((c->loss_carried[i] - used) * (1 - 1 / p->tax_loss_years) + MAX(-income, 0));
    int valid = c->cert_year[i] > 0 && c->cert_year[i] >= m->year - p->hnte_validity;
    double due = rint(tax_rate(p, taxable, c->employment[i], valid) * taxable), cash = c->cash[i] - due;
    double target = p->credit_cash_target * 4 * c->sales[i];
    double wanted = p->credit_payout * MAX(c->profit_1[i] - due, 0) + p->credit_surplus_payout * MAX(cash - 2 * target, 0);
    c->cash[i] = cash - rint(MIN(wanted, MAX(cash - target, 0)));
}

static void climb(City *m, int64_t i, Outputs *out) {
    const Numbers *p = m->p; Columns *c = &m->c;
    if (m->season == 1) {
        double other = m->d[c->sector[i]], sme = MAX(m->day.deduction_sme - other, 0);
        int fit = c->sales_1[i] > 0 && c->sales_1[i] <= p->sme_max_sales && c->employment[i] <= p->sme_max_staff
            && (c->cert_year[i] > 0 || c->rd_1[i] >= p->sme_min_intensity * MAX(c->sales_1[i], 1));
        double gain = p->tax_claim_share * c->claims[i] * sme * p->cit_rate * c->rd_1[i] + p->sme_other_value * c->sales_1[i];
        double chance = c->registered[i] ? p->sme_renew_rate : p->sme_register_rate;
        c->registered[i] = fit && gain > p->sme_hassle_cost * c->hassle[i] && unit(key_of(m, SME), i) < chance;
        c->pan_tech[i] |= c->registered[i];
    } else if (m->season == 2) {
        double luck = unit(key_of(m, AUDIT), i);
        if (c->cert_year[i] <= 0 || luck >= p->rd_audit_rate) return;
        int plain = c->rd_1[i] * (1 - p->rd_audit_visible) > c->rd_real_1[i] && luck < p->rd_audit_rate * p->rd_audit_detection;
        if (plain || ratio(c, i) / threshold(p, c->sales_1[i]) < p->rd_audit_tolerance) c->cert_year[i] = 0;
    } else if (m->season == 3) {
        int expiring = c->cert_year[i] > 0 && c->cert_year[i] <= m->year - p->hnte_validity;
        int asks = expiring ? unit(key_of(m, APPLY), i) < p->hnte_renewal_consider : c->cert_year[i] == 0;
        if (asks && c->considers[i] && c->sales_1[i] > 0 && fits(m, i) && ratio(c, i) >= threshold(p, c->sales_1[i])) {
            double sales = MAX(c->sales_year[i], 1), real = c->rd_real_year[i];
            if (c->aims[i] || certificate(m, i, sales, sales * (c->margin[i] + c->margin_luck[i]), real, real)
                              > filing(m, i) / p->hnte_validity) {
                double depth = log(MAX(c->knowledge[i], 1) / MAX(c->sales_1[i], 1) / p->usual_depth);
                double quality = p->hnte_quality_merit * c->merit[i] + p->hnte_quality_depth * CLIP(depth, -2, 2);
                double odds = p->hnte_pass_logodds + p->hnte_pass_quality * quality;
                m->asked++; c->cash[i] -= rint(filing(m, i));
                if (unit(key_of(m, REVIEW), i) < 1 / (1 + exp(-odds))) {
                    m->passed++; out->batch++; out->first_time += c->cert_first[i] == 0;
                    if (!c->cert_first[i]) c->cert_first[i] = (int32_t)m->year;
                    c->cert_year[i] = (int32_t)m->year;
                    return;
                }
            }
        }
        if (expiring) c->cert_year[i] = 0;
    }
}

static void drop(City *m, int64_t i) {                  /* the last row takes the place of a firm that is gone */
    int64_t last = --m->n;
#define X(name) m->c.name[i] = m->c.name[last];
    EACH_COLUMN(X)
#undef X
}

static void finish(City *m, Outputs *out) {
    const Numbers *p = m->p; Columns *c = &m->c;
    uint64_t kc = key_of(m, CLOSE), km = key_of(m, MOVE);
    m->gone_count = m->asked = m->passed = 0;
    for (int64_t lo = 0; lo < m->n; lo += B) {
        int64_t hi = MIN(lo + B, m->n);
        double news[B], wanted[B], unmet[B], yearly[B];
        int out_[B];
        for (int64_t i = lo; i < hi; i++) news[i - lo] = m->news[c->district[i] * m->sectors + c->sector[i]];
#pragma GCC ivdep
        for (int64_t i = lo; i < hi; i++) {
            double size = 4 * c->sales[i], owed = c->debt[i];
            double interest = rint(owed * c->rate[i] / 4), principal = MIN(c->installment[i], owed);
            double cash = c->cash[i] - interest - principal, desired = c->leverage[i] * size * m->demand;
            owed -= principal;
            c->productivity[i] += p->knowledge_spillover_elasticity * (1 + p->rdorg_absorption * c->rd_org[i]) * news[i - lo];
            c->cash[i] = cash; c->debt[i] = owed; c->profit_year[i] -= interest;
            double asks = MAX(desired - owed, 0) + (desired > 0 ? MAX(p->credit_cash_floor * size - cash, 0) : 0);
            wanted[i - lo] = MIN(asks, MAX(2 * desired - owed, 0)); unmet[i - lo] = 0;
        }
        for (int64_t i = lo; i < hi; i++)
            if (wanted[i - lo] >= p->credit_minimum_ticket) unmet[i - lo] = borrow(m, i, wanted[i - lo], &out->lent);
#pragma GCC ivdep
        for (int64_t i = lo; i < hi; i++) {
            double sales = c->sales[i], desired = p->credit_investment_share * sales;
            double done = rint(MIN(desired, MAX(c->cash[i] - p->credit_cash_floor * 4 * sales, 0)));
            c->cash[i] -= done;
            c->funded[i] = (desired > 1 ? done / MAX(desired, 1) : 1) * (1 - unmet[i - lo]);
        }
        if (m->season == 1) for (int64_t i = lo; i < hi; i++) pay_tax(m, i);
        for (int64_t i = lo; i < hi; i++) {
            int age = m->quarter - c->birth[i];
            double size = 4 * c->sales[i];
            int band = (age >= 4) + (age >= 8) + (age >= 12) + (age >= 28);
            yearly[i - lo] = m->at->hazard[3 * band + (size >= p->exit_size_medium) + (size >= p->exit_size_large)];
        }
        for (int64_t i = lo; i < hi; i++) {
            int below = c->cash[i] < 0 ? c->below[i] + 1 : 0;
            double hazard = MIN(yearly[i - lo] * c->frailty[i] * p->exit_other_causes, 0.95), stay = 1 - unit(kc, i);
            stay *= stay;
            int broke = (c->cash[i] < -p->exit_trade_credit * 4 * c->sales[i]) | (below >= p->exit_grace);
            int closes = 1 - stay * stay < hazard, moves = unit(km, i) < p->exit_relocation_rate / 4;
            c->below[i] = below; out_[i - lo] = broke | closes << 1 | moves << 2;
        }
        for (int64_t i = lo; i < hi; i++) if (out_[i - lo]) {
            double cash = MAX(c->cash[i], 0), left = cash - rint(p->credit_grace_recovery * cash);
            if (out_[i - lo] & 3) out->lost += c->debt[i] - MIN(c->debt[i], left);
            out->insolvent += out_[i - lo] & 1;
            m->gone[m->gone_count++] = i;
        } else if (m->season) climb(m, i, out);
    }
    out->exits = m->gone_count;
    for (int64_t k = m->gone_count - 1; k >= 0; k--) drop(m, m->gone[k]);
    if (m->asked) m->pass_rate += p->hnte_pass_memory * ((double)m->passed / m->asked - m->pass_rate);
}

static void record(const City *m, Outputs *out) {
    const Columns *c = &m->c;
    int64_t tiers[4] = {0}, aims = 0, claims = 0, registered = 0;
    out->firms = m->n;
    double revenue = 0, real = 0, reported = 0, knowledge = 0, productivity = 0, cash = 0, debt = 0, employment = 0;
    for (int64_t i = 0; i < m->n; i++) {
        revenue += c->sales[i]; real += c->rd_real[i]; reported += c->rd_reported[i]; knowledge += c->knowledge[i];
        productivity += c->productivity[i]; cash += c->cash[i]; debt += c->debt[i]; employment += c->employment[i];
        aims += c->aims[i]; claims += c->claims[i]; registered += c->registered[i];
    }
    for (int64_t i = 0; i < m->n; i++) tiers[c->cert_year[i] > 0 ? 3 : c->registered[i] ? 2 : c->pan_tech[i]]++;
    out->tier_none = tiers[0]; out->tier_pan = tiers[1]; out->tier_sme = tiers[2]; out->certified = tiers[3];
    out->aims = aims; out->claims = claims; out->registered = registered; out->revenue = revenue; out->rd_real = real;
    out->rd_reported = reported; out->knowledge = knowledge; out->productivity = productivity; out->cash = cash;
    out->debt = debt; out->employment = employment;
}

static void step(City *m, const Today *day, Outputs *out) {
    const Numbers *p = m->p;
    m->quarter++; m->season = m->quarter % 4; m->year = p->base_year + m->quarter / 4; m->day = *day;
    m->pace = log1p(day->growth) / 4; m->market += m->pace;
    double since = m->quarter - p->economy_lockdown_quarter;
    m->lockdown = (since == 0 ? 1 : since == 1 ? -1 : 0) * log1p(-p->economy_lockdown_loss);
    m->lockdown_level += m->lockdown;
    m->demand = pow((day->prime + p->credit_start_spread) / (p->prime_start + p->credit_start_spread), -p->credit_demand_elasticity);
    for (int s = 0; s < m->sectors; s++) {
        m->index[s] += m->pace + m->at->growth_gap[s] / 4;
        m->d[s] = m->at->manufacturing[s] ? day->deduction_manufacturing : day->deduction_other;
        m->d[s + m->sectors] = MAX(m->d[s], day->deduction_sme);
    }
    memset(out, 0, sizeof *out);
    if (m->season == 0) { if (m->quarter) turn_year(&m->c, m->n); plan(m); }
    grow(m); meet_demand(m); trade(m, out); hear(m); finish(m, out); record(m, out);
}

void city_run(int64_t n, int districts, int sectors, uint64_t seed, const Numbers *p, const Tables *at, const Columns *c,
              const Today *days, int quarters, Outputs *out) {
    City *m = calloc(1, sizeof *m);
    m->n = n; m->districts = districts; m->sectors = sectors; m->seed = mix(seed + 1); m->quarter = -1;
    m->p = p; m->at = at; m->c = *c; m->pass_rate = p->usual_pass_rate;
    m->factor = malloc(n * sizeof(double)); m->gone = malloc(n * sizeof(int64_t));
    for (int a = 0; a <= OLD; a++) m->youth[a] = p->sales_youth_growth * exp(-p->sales_youth_decay * a / 4);
    for (int64_t i = 0; i < n; i++) m->held[c->district[i] * sectors + c->sector[i]] += c->knowledge[i];
    reach(m, m->pool);
    for (int q = 0; q < quarters; q++) step(m, &days[q], &out[q]);
    free(m->factor); free(m->gone); free(m);
}
