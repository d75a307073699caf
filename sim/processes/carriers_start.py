"""Tenancies at the end of 2020 with their ages, and the yardsticks of the start. The same in every package."""

from __future__ import annotations

import numpy as np

from sim.bands import quantile
from sim.population.premises import ACCELERATOR, ENCLAVE, INCUBATOR, KINDS, MAKER, PARK
from sim.processes import enclaves, shelter
from sim.processes.tenants import allot, qualified, score, space, take


def start(world, ages, sizes, hazard) -> None:
    """Tenancies at the end of 2020 with their ages, and the yardsticks of the start.

    Tenants are counted and the flow of new firms is known, so the share of firms that want a place is the one that
    keeps the stock; tenures are those of a stock in its steady state. `ages`, `sizes` are the edges of the published
    classes, `hazard` (rows,) a year.
    """
    firms, p, table, n = world.firms, world.numbers, world.carriers, world.firms.count
    table.age_edges, table.size_edges = ages, sizes
    table.usual_room = np.array([1.0, *[p["carrier.room"]] * 3, p["enclave.room"]])
    table.usual_wish = np.zeros(len(KINDS))
    age = -1 - firms.birth[:n]  # in the last quarter of 2020
    tech = firms.alive[:n] & firms.pan_tech[:n]
    ready = qualified(firms, p, np.arange(n))
    # Sales a year earlier: who crossed the line in 2020 is still to leave at its anniversary.
    was_ready = (firms.sales_2[:n] + firms.sales_3[:n] >= p["carrier.graduate_sales"]) | (
        (firms.cert_first[:n] > 0) & (firms.cert_first[:n] < world.year)
    )
    longest = table.sector_stay[firms.sector[:n]]
    small = np.flatnonzero(tech & ~was_ready)
    _committees(world, small[age[small] <= p["carrier.admission_age"] + longest[small]])
    counts = [p[f"place.carrier.{kind}.tenants"] * np.count_nonzero(table.kind == k) for k, kind in enumerate(KINDS[:ENCLAVE])]
    comers = 4 * (p["place.founders_per_quarter"] * p["entry.base_probability"]
                  + p["place.outside_projects_per_quarter"] * p["place.outside_settle"])  # fmt: skip
    rows = small[age[small] < table.stay[MAKER] + p["carrier.maker_age"]]
    _wish(table, MAKER, counts[MAKER], comers, _outflow(p, 0.0), table.stay[MAKER])
    _begin(world, MAKER, rows, age, table.stay[MAKER], _outflow(p, 0.0), counts[MAKER])
    # Who has not yet begun to look comes later.
    looks = (firms.carrier[small] < 0) & (age[small] >= table.traits.seeks_age[firms.identity[small]])
    rows = small[looks & (score(world, small) >= table.bar)]
    out = _outflow(p, p["carrier.graduates_usual"])
    kept = p["carrier.selectivity"] * comers * (1 - table.usual_wish[MAKER])
    _wish(table, INCUBATOR, counts[INCUBATOR], kept, out, float(longest[rows].mean()) if len(rows) else 1.0)
    _begin(world, INCUBATOR, rows, age, longest[rows], out, counts[INCUBATOR])
    _start_graduates(world, small[firms.carrier[small] < 0], age, longest, hazard)
    lucky = world.streams.trait("later carrier").random(n)
    for kind in (ACCELERATOR, PARK):
        rows = np.flatnonzero(tech & ready & (firms.carrier[:n] < 0) & (age >= table.stay[kind]) & (4 * firms.sales[:n] < sizes[-1]))
        rows = rows[np.argsort(lucky[rows], kind="stable")]
        _begin(world, kind, rows, 0 * age, table.stay[kind], _outflow(p, 0.0), counts[kind], age)
    enclaves.start(world, small[firms.carrier[small] < 0], age)
    table.count(firms)
    table.reset()
    _yardsticks(world, n, hazard)


def _committees(world, rows):
    """What committees compare with: the intensity of young technology firms, the bar, the usual staff of a tenant."""
    firms, p, table = world.firms, world.numbers, world.carriers
    depth = np.log(np.maximum(firms.desired_intensity[rows], 1e-4)) if len(rows) else np.zeros(2)
    table.usual_intensity = (float(depth.mean()), max(float(depth.std()), 1e-3))
    # The staff at which a room is the usual one, so that the mean room is what was counted.
    power = p["carrier.room_elasticity"]
    staff = np.maximum(firms.employment[rows], 0.1)
    table.usual_staff = float((staff**power).mean()) ** (1 / power) if len(rows) and power else 1.0
    table.bar = quantile(np.sort(score(world, rows)), 1 - p["carrier.selectivity"]) if len(rows) else 0.0


def _outflow(p, graduates) -> float:
    """Rate a year at which tenants leave before the limit: of their own, by graduation, by closing."""
    return p["carrier.move_out"] + graduates + p["exit.hazard_year4_7"] * p["exit.other_causes"] * p["carrier.hazard_ratio"]


def _wish(table, kind, tenants, comers, out, limit):
    """Share of newcomers whose wish for a place keeps the stock: tenants = inflow · (1 − e^(−out·T))/out."""
    years = (1 - np.exp(-out * limit / 4)) / out
    table.usual_wish[kind] = min(tenants / max(comers * years, 1e-9), 1.0)


def _begin(world, kind, rows, order, limit, out, count, age=None):
    """Seat so many tenants of the start, the first by `order`, with the tenures of a stock in its steady state.

    No tenure is longer than the firm is old, and nobody is still there whose patience had ended.
    """
    firms, traits = world.firms, world.carriers.traits
    age = order if age is None else age
    luck = world.streams.trait(f"tenure {KINDS[kind]}").random(firms.count)[rows]
    drawn = -np.log1p(-luck * (1 - np.exp(-out * limit / 4))) / out * 4
    tenure = np.minimum(drawn.astype(int), age[rows])
    there = np.flatnonzero(tenure < traits.patience[firms.identity[rows]])
    there = there[np.argsort(order[rows[there]], kind="stable")][: int(count)]
    rows, tenure = rows[there], tenure[there]
    need = space(world, kind, rows)
    chosen = allot(world, np.full(len(rows), kind), rows, score(world, rows), need)
    got = chosen >= 0
    take(world, rows[got], chosen[got], need[got])
    firms.tenant_since[rows[got]] = -1 - tenure[got]


def _start_graduates(world, rows, age, longest, hazard):
    """Firms that left an incubator before 2021 still carry part of the hazard they were spared."""
    firms, p, table = world.firms, world.numbers, world.carriers
    rows = rows[(table.traits.carrier_wish[firms.identity[rows]] < table.usual_wish[INCUBATOR]) & (age[rows] > longest[rows])]
    since = age[rows] - table.traits.seeks_age[firms.identity[rows]]
    rows, since = rows[since > 0], since[since > 0]
    # Who qualifies left after about half of the stay, the others at its end.
    stay = np.where(qualified(firms, p, rows), longest[rows] / 2, longest[rows])
    spared = (1 - p["carrier.hazard_ratio"]) * hazard[rows] * np.minimum(stay, since) / 4
    gone = np.maximum(since - stay, 0) / 4
    firms.hazard_debt[rows] = p["carrier.catch_up"] * spared * np.exp(-gone / p["carrier.catch_up_years"])


def _yardsticks(world, n, hazard):
    """Usual values of the start, against which everything above is stated."""
    firms, p, table = world.firms, world.numbers, world.carriers
    usual_award = (1 - p["carrier.owner_take"]) * p["carrier.award_usual"] / 4
    wanted = p["carrier.mentoring_cost"] / 4 * table.support * table.tenants
    means = table.rent * table.occupied + usual_award * (table.kind <= INCUBATOR) - table.cost * table.capacity
    enclave = table.kind == ENCLAVE
    table.service = np.where(enclave | (wanted == 0), 1.0, np.clip(means / np.maximum(wanted, 1.0), 0.0, 1.0))
    table.usual_occupancy = table.occupied / np.maximum(table.capacity, 1.0)
    alive, cell = firms.alive[:n], shelter.classes(world, np.arange(n))
    table.cell[:n] = cell
    size = (len(table.age_edges) + 1) * (len(table.size_edges) + 1)
    heads = np.maximum(np.bincount(cell, alive, size), 1)
    given = np.zeros(n)
    given[table.seats] = shelter.service(world)
    table.usual_growth = np.bincount(cell, p["carrier.growth"] * given * alive, size) / heads
    # For tenants of the start: what they were spared since they came.
    rows = table.seats
    part = np.minimum((1 - p["carrier.hazard_ratio"]) * given[rows], 1.0)
    years = (-1 - firms.tenant_since[rows]) / 4
    firms.hazard_debt[rows] = p["carrier.catch_up"] * part * hazard[rows] * years
    now, _ = shelter.raw_hazard(world, hazard)
    base = np.bincount(cell, hazard * alive, size)
    table.usual_hazard = np.where(base > 0, np.bincount(cell, now * alive, size) / np.maximum(base, 1e-12), 1.0)
    table.usual_moving = 1.0
    table.usual_moving = float(shelter.moving(world, n)[alive].mean()) if alive.any() else 1.0
    hopeful = alive & firms.pan_tech[:n] & (firms.cert_year[:n] == 0)
    table.usual_mentoring = float(given[hopeful].mean()) if hopeful.any() else 0.0
