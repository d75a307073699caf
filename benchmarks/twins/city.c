/* The subset in C: the practical limit of one core. Columns as arrays, blocks that stay in the cache, loops that the
   compiler can turn into SIMD (-O3 -march=native -ffast-math), look-ups beforehand, rare events from index lists.
   `Numbers`, `Columns`, `Today` and `Outputs` are declared by c_city.py from its own lists. Luck: SplitMix64 of
   (seed, quarter, decision, row). Rows of the dead are filled from the end, so there are no dead rows. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define B 1024
#define OLD 400
#define MAX_SECTORS 64
#define MAX_CELLS 4096

typedef struct { double *growth_gap, *manufacturing, *local_demand, *proximity, *hazard, *law_level, *law_slope; } Tables;
typedef struct {
    int64_t n; int districts, sectors, quarter, season; double year; uint64_t seed;
    const Numbers *p; const Tables *at; Today day; Columns c;
    double *factor, market, pace, lockdown, lockdown_level, frontier, pass_rate, demand;
    double index[MAX_SECTORS], wanted[MAX_SECTORS], met[MAX_SECTORS], d[2 * MAX_SECTORS];
    double pool[MAX_CELLS], news[MAX_CELLS], held[MAX_CELLS], youth[OLD + 1];
    int64_t *gone, gone_count, asked, passed;
} City;
enum { GROWTH, MARGIN, MARGIN2, JUMP, SIZE, PATENT, ROUND, BANK, BANK2, CLOSE, MOVE, CONSIDER, SME, AUDIT, APPLY, REVIEW };

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define CLIP(x, low, high) MIN(MAX(x, low), high)

static inline uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
}
static inline uint64_t key_of(const City *m, int decision) {
    return mix(m->seed + (uint64_t)(m->quarter + 1) * 0x9E3779B97F4A7C15ull) ^ mix(decision + 1);
}
static inline double unit(uint64_t key, int64_t i) {   /* in (0, 1) */
    return ((double)(int64_t)(mix(key + (uint64_t)i * 0x9E3779B97F4A7C15ull) >> 12) + 0.5) * 0x1p-52;
}
static double law(const Tables *at, double u) {        /* a quarter of a Laplace year, see sim/laws.py */
    double side = u - 0.5, tail = 0.5 - fabs(side);
    int64_t bits, first, cell;
    double least = 0x1p-54;
    memcpy(&bits, &tail, 8); memcpy(&first, &least, 8);
    cell = CLIP((bits >> 45) - (first >> 45), 0, 52 * 128 + 127);
    return copysign(tail * at->law_slope[cell] + at->law_level[cell], side);
}
static inline double threshold(const Numbers *p, double sales) {
    return sales > p->hnte_size_large ? p->hnte_threshold_large
         : sales > p->hnte_size_medium ? p->hnte_threshold_medium : p->hnte_threshold_small;
}
static inline double tax_rate(const Numbers *p, double taxable, double staff, int certified) {
    double rate = certified ? MIN(p->cit_hnte, p->cit_rate) : p->cit_rate;
    rate = taxable <= p->small_limit && staff <= p->small_staff ? MIN(rate, p->cit_small) : rate;
    return taxable > 0 ? rate : 0;
}
static inline double deduction(const City *m, int64_t i) {
    return m->d[m->c.sector[i] + m->sectors * m->c.registered[i]];
}
static inline int fits(const City *m, int64_t i) {
    const Numbers *p = m->p; const Columns *c = &m->c;
    return c->hightech[i] >= p->hnte_min_hightech_share && c->rd_staff[i] >= p->hnte_min_staff_share
        && m->quarter - c->birth[i] >= p->hnte_min_age;
}
static double certificate(const City *m, int64_t i, double sales, double profit, double real, double reported) {
    const Numbers *p = m->p; const Columns *c = &m->c;
    double claimed = deduction(m, i) * p->tax_claim_share * c->claims[i] * reported;
    double taxable = MAX(profit - real - claimed, 0), staff = c->employment[i];
    double cut = tax_rate(p, taxable, staff, 0) - tax_rate(p, taxable, staff, 1);
    return (c->cert_year[i] > 0 ? 1 : m->pass_rate) * (cut * taxable + (p->hnte_credit_value + c->prestige[i]) * sales);
}
static double filing(const City *m, int64_t i) {
    return (m->p->hnte_application_cost + m->p->hnte_ip_cost * (m->c.cert_first[i] == 0)) * m->c.hassle[i];
}
static double ratio(const Columns *c, int64_t i) {
    return (c->rd_1[i] + c->rd_2[i] + c->rd_3[i]) / MAX(c->sales_1[i] + c->sales_2[i] + c->sales_3[i], 1);
}

static void turn_year(Columns *c, int64_t n) {         /* columns move by their pointers, not by copies */
#define SHIFT(last, before) { double *free_ = c->last; c->last = c->before; c->before = free_; }
    SHIFT(sales_3, sales_2) SHIFT(sales_2, sales_1) SHIFT(sales_1, sales_year)
    SHIFT(rd_3, rd_2) SHIFT(rd_2, rd_1) SHIFT(rd_1, rd_year)
    SHIFT(rd_real_1, rd_real_year) SHIFT(profit_1, profit_year) SHIFT(deduct_1, deduct_year)
    double *zero[] = {c->sales_year, c->rd_year, c->rd_real_year, c->profit_year, c->deduct_year};
    for (int k = 0; k < 5; k++) memset(zero[k], 0, n * sizeof(double));
}

static void decide(City *m, int64_t i, double sales, double profit, double cost) {
    const Numbers *p = m->p; Columns *c = &m->c;
    double desired = c->intensity[i] * sales, level = threshold(p, sales) * (1 + p->rd_planning_margin);
    double lacking = MAX(level * (c->sales_1[i] + c->sales_2[i] + sales) - c->rd_1[i] - c->rd_2[i] - desired, 0);
    double gap = MIN(lacking, MAX((1 + p->hnte_catch_up) * level * sales - desired, 0));
    double steep = cost / p->rd_user_cost_elasticity, flat = p->rd_relabel_cost * c->relabel_cost[i];
    double relabelled = gap * steep / (steep + flat), real = gap - relabelled;
    double loss = 0.5 * (steep * real * real + flat * relabelled * relabelled) / MAX(desired, 1);
    double benefit = certificate(m, i, sales, profit, desired + real, desired + gap);
    if (c->cert_year[i] <= 0) benefit *= pow(1 + p->hnte_discount_rate, lacking > gap ? -3 : -1);
    if (benefit > loss + filing(m, i) / p->hnte_validity && gap <= p->rd_most_gap * desired) {
        c->aims[i] = 1;
        c->plan_extra[i] = real / MAX(sales, 1);
        c->plan_relabel[i] = relabelled / MAX(sales, 1);
    }
}

static void plan(City *m) {
    const Numbers *p = m->p; Columns *c = &m->c;
    double trend = exp(p->rd_intensity_trend * (m->quarter + 4) / 4);
    uint64_t key = key_of(m, CONSIDER);
    for (int64_t lo = 0; lo < m->n; lo += B) {
        int64_t hi = MIN(lo + B, m->n);
        double expected[B], profit[B], cost[B], d[B];
        for (int64_t i = lo; i < hi; i++) d[i - lo] = deduction(m, i) * p->tax_claim_share;
        for (int64_t i = lo; i < hi; i++) {
            double e = (c->sales_1[i] > 0 ? c->sales_1[i] : 4 * c->sales[i]) * (1 + m->day.growth);
            double f = e * (c->margin[i] + c->margin_luck[i]), wanted = c->intensity[i] * e, dd = d[i - lo];
            double rate = tax_rate(p, MAX(f - wanted, 0), c->employment[i], c->cert_year[i] > 0);
            int claims = (c->tax_awareness[i] < p->tax_claim_awareness) & (rate * dd * wanted > p->tax_claim_cost);
            double user = MAX((1 - rate * (1 + dd * claims)) / (1 - rate), 0.1);
            double old = MAX(c->intensity[i], 1e-9);
            double target = trend * c->desired_intensity[i]
                          * exp(-p->rd_user_cost_elasticity * log(user / c->base_user_cost[i]));
            c->claims[i] = claims;
            c->intensity[i] = old * exp(p->rd_adjustment * log(MAX(target, 1e-9) / old));
            c->considers[i] |= unit(key, i) < p->hnte_consider_rate;
            c->aims[i] = 0; c->plan_extra[i] = c->plan_relabel[i] = 0;
            expected[i - lo] = e; profit[i - lo] = f; cost[i - lo] = user;
        }
        for (int64_t i = lo; i < hi; i++)
            if (c->considers[i] && fits(m, i)) decide(m, i, expected[i - lo], profit[i - lo], cost[i - lo]);
    }
}

static void grow(City *m) {
    const Numbers *p = m->p; Columns *c = &m->c;
    uint64_t key = key_of(m, GROWTH);
    double top = log(p->sales_reference_size), volatility = p->sales_volatility * sqrt(0.5);
    double shift[MAX_SECTORS];
    for (int s = 0; s < m->sectors; s++) shift[s] = m->pace + m->at->growth_gap[s] / 4 + m->lockdown;
    memset(m->wanted, 0, sizeof m->wanted);
    for (int64_t lo = 0; lo < m->n; lo += B) {
        int64_t hi = MIN(lo + B, m->n);
        double shock[B], youth[B], index[B], mean[B];
        for (int64_t i = lo; i < hi; i++) {
            shock[i - lo] = law(m->at, unit(key, i));
            youth[i - lo] = m->youth[CLIP(m->quarter - c->birth[i], 0, OLD)];
            index[i - lo] = m->index[c->sector[i]]; mean[i - lo] = shift[c->sector[i]];
        }
#pragma GCC ivdep
        for (int64_t i = lo; i < hi; i++) {
            double size = log(MAX(4 * c->sales[i], 1));
            double scale = MIN(volatility * exp(p->sales_volatility_size_exponent * (top - size)), 0.9);
            double drift = p->sales_response_to_productivity * (c->productivity[i] - m->frontier) + youth[i - lo]
                         - p->sales_mean_reversion * (size - c->size_anchor[i] - index[i - lo])
                         + p->sales_credit_growth_effect * (c->funded[i] - p->usual_funded);
            m->factor[i] = exp(mean[i - lo] + drift / 4 + scale * shock[i - lo] + 0.25 * log(1 - scale * scale));
        }
        for (int64_t i = lo; i < hi; i++) m->wanted[c->sector[i]] += c->sales_local[i] * m->factor[i];
    }
}

static double year_end_gap(const City *m, int64_t i, double spent) {
    const Numbers *p = m->p; const Columns *c = &m->c;
    if (!(c->aims[i] && (c->plan_extra[i] > 0 || c->plan_relabel[i] > 0))) return 0;
    double level = threshold(p, c->sales_year[i]) * (1 + p->rd_planning_margin), done = c->rd_year[i] + spent;
    double need = level * (c->sales_year[i] + c->sales_1[i] + c->sales_2[i]) - c->rd_1[i] - c->rd_2[i] - done;
    need = MIN(need, (1 + p->hnte_catch_up) * level * c->sales_year[i] - done);
    return CLIP(need, 0, c->rd_real_year[i] + spent);
}

static void trade(City *m, Outputs *out) {
    const Numbers *p = m->p; Columns *c = &m->c;
    uint64_t k1 = key_of(m, MARGIN), k2 = key_of(m, MARGIN2), kj = key_of(m, JUMP), ks = key_of(m, SIZE),
             kp = key_of(m, PATENT), kr = key_of(m, ROUND);
    double keep = p->sales_margin_persistence, new_ = p->sales_margin_luck * sqrt(1 - keep * keep);
    double sticky = p->sales_cost_stickiness, worker = p->sales_revenue_per_worker * exp(m->market);
    double patents = 0;
    memset(m->held, 0, sizeof m->held);
    for (int64_t lo = 0; lo < m->n; lo += B) {
        int64_t hi = MIN(lo + B, m->n);
        double met[B], d[B], z[B], relabelled[B], jump[B];
        for (int64_t i = lo; i < hi; i++) { met[i - lo] = m->met[c->sector[i]]; d[i - lo] = deduction(m, i); }
        for (int64_t i = lo; i < hi; i++)
            z[i - lo] = sqrt(-2 * log(unit(k1, i))) * cos(6.283185307179586 * unit(k2, i));
#pragma GCC ivdep
        for (int64_t i = lo; i < hi; i++) {
            double before = c->sales[i], away = rint((before - c->sales_local[i]) * m->factor[i]), draw = z[i - lo];
            double local = rint(c->sales_local[i] * m->factor[i] * met[i - lo]), sales = away + local;
            double luck = keep * c->margin_luck[i] + new_ * draw;
            double margin = c->margin[i] + luck + p->sales_margin_shock * draw;
            double costs = rint(MAX((1 - margin) * ((1 - sticky) * sales + sticky * before), 0));
            double cash = c->cash[i] + sales - costs;
            double real = MIN((c->intensity[i] + c->plan_extra[i]) * sales, p->rd_cash_share * MAX(cash, 0));
            c->sales[i] = sales; c->sales_local[i] = local; c->margin_luck[i] = luck; c->cash[i] = cash;
            c->sales_year[i] += sales; c->profit_year[i] += sales - costs;
            c->other_staff[i] += p->sales_employment_adjustment * (c->other_share[i] * 4 * sales / worker - c->other_staff[i]);
            c->employment[i] = c->other_staff[i] + c->st_staff[i];
            c->rd_real[i] = real; relabelled[i - lo] = sales * c->plan_relabel[i];
        }
        if (m->season == 3) for (int64_t i = lo; i < hi; i++) relabelled[i - lo] = year_end_gap(m, i, c->rd_real[i]);
#pragma GCC ivdep
        for (int64_t i = lo; i < hi; i++) {
            double real = rint(c->rd_real[i]), reported = real + rint(relabelled[i - lo]);
            c->rd_real[i] = real; c->rd_reported[i] = reported; c->rd_real_year[i] += real; c->rd_year[i] += reported;
            c->cash[i] -= real; c->profit_year[i] -= real;
            c->deduct_year[i] += rint(p->tax_claim_share * c->claims[i] * reported * d[i - lo]);
            double before = MAX(c->knowledge[i], 1);
            double stock = (1 - p->knowledge_depreciation / 4) * before
                         + real * (1 + p->keylab_efficiency * c->keylab[i]) * p->efficiency;
            double depth = stock / (MAX(4 * c->sales[i], 1) * p->usual_depth);
            c->knowledge[i] = stock;
            c->productivity[i] += p->knowledge_productivity_elasticity * log(stock / before);
            jump[i - lo] = p->knowledge_jump_rate / 4 * MIN(depth, p->knowledge_depth_cap) - unit(kj, i);
            patents += floor(-p->knowledge_patents_per_million * 1e-6 * real * c->patenting[i] * log(unit(kp, i)) + unit(kr, i));
        }
        for (int64_t i = lo; i < hi; i++) {
            if (jump[i - lo] > 0)
                c->productivity[i] += MIN(p->knowledge_jump_size * exp(-log(unit(ks, i)) / p->knowledge_jump_tail), 1);
            m->held[c->district[i] * m->sectors + c->sector[i]] += c->knowledge[i];
        }
    }
    out->patents = patents;
}

#include "city_end.c"
