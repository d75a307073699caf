"""The ladder: yearly registration, the cultivation pool, audits, the annual certification batch, labels, tiers."""

from __future__ import annotations

import numpy as np

from sim.metrics import TIERS
from sim.population.columns import NEVER
from sim.population.initial import threshold
from sim.processes import distinctions, labels, reserve, shelter, vetting
from sim.processes.research import fits, worth_filing

NONE, PAN, SME, POOL, HNTE, KEY = range(len(TIERS))


def three_year_ratio(firms, rows):
    """Reported R&D over sales of the last three complete years (rows,). `rows` a slice or indices."""
    rd = firms.rd_1[rows] + firms.rd_2[rows] + firms.rd_3[rows]
    sales = firms.sales_1[rows] + firms.sales_2[rows] + firms.sales_3[rows]
    return rd / np.maximum(sales, 1.0)


def climb(world) -> None:
    """What the season brings; then every firm's tier."""
    if world.season == 1:
        _register(world)
        _fill_pool(world)
        reserve.fill(world)
    elif world.season == 2:
        _audit(world)
    elif world.season == 3:
        _certify(world)
        labels.grant(world)
        distinctions.choose(world)
    _tiers(world)


def _register(world):
    """Second quarter: firms that fit register as sci-tech SMEs when it is worth the trouble."""
    firms, p, n, rules = world.firms, world.numbers, world.firms.count, world.rules
    certified = firms.cert_year[:n] > 0
    intensity = firms.rd_1[:n] / np.maximum(firms.sales_1[:n], 1.0)
    fit = firms.alive[:n] & (firms.sales_1[:n] <= p["sme.max_sales"]) & (firms.employment[:n] <= p["sme.max_staff"])
    fit &= (firms.sales_1[:n] > 0) & (certified | (intensity >= p["sme.min_intensity"]))
    tax = rules.tax
    other = np.where(world.place.manufacturing[firms.sector[:n]], tax.manufacturing, tax.other)
    gain = p["tax.claim_share"] * firms.claims[:n] * np.maximum(tax.sme - other, 0) * tax.rate * firms.rd_1[:n]
    offered = [x for x in rules.products if x.minimum_tier <= SME and x.quota > 0 and x.for_all]
    if offered:
        # Cheaper money on the part of the desired debt that the product reaches.
        debt = np.minimum(firms.leverage[:n] * firms.sales_1[:n], max(x.cap for x in offered))
        gain = gain + np.maximum(p["credit.rate_cap"] - min(x.rate_cap for x in offered), 0) * debt
    gain = gain + p["sme.other_value"] * firms.sales_1[:n]
    luck = world.luck.uniform("sme")
    chance = np.where(firms.registered[:n], p["sme.renew_rate"], p["sme.register_rate"])
    firms.registered[:n] = fit & (gain > p["sme.hassle_cost"] * firms.hassle[:n]) & (luck < chance)
    firms.pan_tech[:n] |= firms.registered[:n]


def _fill_pool(world):
    """Second quarter: firms within reach of the threshold enter the pool, the nearest first; others leave it."""
    firms, p, n, coaching = world.firms, world.numbers, world.firms.count, world.rules.coaching
    inside = firms.pool_since[:n] > NEVER
    over = inside & (world.quarter - firms.pool_since[:n].astype(int) >= 4 * coaching.pool_years)
    firms.pool_since[:n][over | (firms.cert_year[:n] > 0)] = NEVER
    places = int(coaching.capacity)
    if places <= 0:
        return
    rows = np.flatnonzero(fits(firms, p, n, world.quarter) & (firms.cert_year[:n] == 0) & ~inside)
    ratio = three_year_ratio(firms, rows) / threshold(p, firms.sales_1[rows])
    near = ratio >= coaching.reach
    rows = rows[near]
    order = np.argsort(np.abs(ratio[near] - 1), kind="stable")
    rows = rows[order[:places]]
    firms.pool_since[rows] = world.quarter
    firms.pan_tech[rows] = True
    world.event("pool_entry", rows)


def _audit(world):
    """Third quarter: a few certified firms are audited; clear failures and visible relabelling cost the certificate."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    luck = world.luck.uniform("audit")
    drawn = np.flatnonzero((firms.cert_year[:n] > 0) & (luck < p["rd.audit_rate"]))
    ratio = three_year_ratio(firms, drawn) / threshold(p, firms.sales_1[drawn])
    relabelled = firms.rd_1[drawn] * (1 - p["rd.audit_visible"]) > firms.rd_real_1[drawn]
    # The same draw, stretched over the audited, decides whether the auditor sees it.
    sees = luck[drawn] < p["rd.audit_rate"] * p["rd.audit_detection"]
    rows = drawn[(ratio < p["rd.audit_tolerance"]) | (relabelled & sees)]
    if not p["rd.notch"]:
        rows = rows[:0]
    world.lose_certificates(rows)
    firms.cert_year[rows] = 0


def _certify(world):
    """Fourth quarter: new applicants and expiring certificates go through the yearly batch."""
    firms, p, n, coaching = world.firms, world.numbers, world.firms.count, world.rules.coaching
    year = world.year
    expiring = (firms.cert_year[:n] > 0) & (firms.cert_year[:n] <= year - p["hnte.validity"])
    luck = world.luck.uniform("apply")
    asks = np.where(expiring, luck < p["hnte.renewal_consider"], firms.cert_year[:n] == 0)
    ready = firms.considers[:n] & fits(firms, p, n, world.quarter) & (firms.sales_1[:n] > 0)
    rows = np.flatnonzero(asks & ready)
    limit = threshold(p, firms.sales_1[rows]) if p["rd.notch"] else 0.0
    rows = rows[three_year_ratio(firms, rows) >= limit]
    # Who planned for it files; who meets the threshold anyway decides now, with the awards of today in view.
    rows = rows[firms.aims[rows] | worth_filing(world, rows)]
    asked = len(rows)
    rows = vetting.in_time(world, rows)
    first = firms.cert_first[rows] == 0
    in_pool = firms.pool_since[rows] > NEVER
    fee = (p["hnte.application_cost"] * (1 - coaching.cost_cut * in_pool) + p["hnte.ip_cost"] * first)
    fee = fee * firms.hassle[rows] + vetting.fee(world, rows)
    world.ledger.from_firms("application", np.rint(fee), "outside", rows)
    depth = np.log(np.maximum(firms.knowledge[rows], 1) / np.maximum(firms.sales_1[rows], 1) / world.usual_depth)
    quality = p["hnte.quality_merit"] * firms.merit[rows] + p["hnte.quality_depth"] * np.clip(depth, -2, 2)
    odds = p["hnte.pass_logodds"] + p["hnte.pass_quality"] * quality + coaching.pass_bonus * in_pool
    odds += p["carrier.mentoring_odds"] * shelter.mentored(world, rows)
    back, bonus = vetting.read(world, rows, odds)
    passed = ~back & (world.luck.uniform("review", rows) < 1 / (1 + np.exp(-odds - bonus)))
    filed = len(rows) - int(np.count_nonzero(back))
    world.flows["hnte_applications"] = float(filed)
    # Who waits for a reader has not passed either; who is sent back knew that risk beforehand.
    if tried := asked - len(rows) + filed:
        world.usual_pass_rate += p["hnte.pass_memory"] * (np.count_nonzero(passed) / tried - world.usual_pass_rate)
    winners = rows[passed]
    world.event("first_certificate", rows[passed & first])
    world.event("renewal", rows[passed & ~first])
    world.event("certified_from_pool", rows[passed & first & in_pool])
    world.flows["hnte_first_time"] = float((passed & first).sum())
    world.flows["hnte_certified_flow"] = float(passed.sum())
    firms.cert_year[:n][expiring] = 0
    firms.cert_year[winners] = year
    firms.cert_first[rows[passed & first]] = year
    firms.pool_since[winners] = NEVER
    world.issue(year, len(winners))


def _tiers(world):
    """The exclusive tier of every firm; key firms are certified and hold a gazelle or unicorn-cultivation label."""
    firms, n = world.firms, world.firms.count
    certified = firms.cert_year[:n] > 0
    key = certified & ((firms.gazelle_until[:n] >= world.year) | (firms.unicorn_until[:n] >= world.year))
    in_pool = firms.pool_since[:n] > NEVER
    tier = np.full(n, NONE, np.int8)
    rungs = zip((PAN, SME, POOL, HNTE, KEY), (firms.pan_tech[:n], firms.registered[:n], in_pool, certified, key))
    for rung, stands in rungs:
        np.maximum(tier, rung * stands.view(np.int8), out=tier)
    tier *= firms.alive[:n]
    firms.tier[:n] = tier
