"""Reading a world: the metrics of every quarter, and the statistics of single firms that the scorecard wants.

Only reads; an extra metric can change nothing.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least, at_most, rows_of
from sim.bands import band, quantile
from sim.metrics import METRICS, MOVES, STATES, TIERS
from sim.observing import attraction, carriers, funds, scoring, space, talent, universities
from sim.population.initial import threshold

BINS = np.round(np.arange(0.0, 0.1001, 0.0025), 4)  # edges of the histogram of R&D over sales
GROWTH_SIZES = np.array([2e6, 5e6, 1e7, 2e7, 5e7, 1e8, 2e8, 5e8, 1e9])


def start(world) -> None:
    """Allocate the record and take the stocks of the end of 2020."""
    record, quarters = world.record, world.horizon
    for name, metric in METRICS.items():
        if metric.dim is None:
            record.series[name] = np.zeros(quarters)
    labels = {
        "programme": tuple(world.agencies) or ("none",),
        "tier": TIERS,
        "district": world.place.districts,
        "move": MOVES,
        **talent.labels(world),
        **carriers.labels(world),
        **universities.labels(world),
    }
    for name, metric in METRICS.items():
        if metric.dim:
            names = labels[metric.dim]
            record.grouped[name] = (metric.dim, names, np.zeros((quarters, len(names))))
    identities = world.firms.count + world.cast.rows
    world.fates = {name: np.zeros(identities, getattr(world.firms, name).dtype) for name in FATES}
    world.fates["hnte"] = np.zeros(identities, bool)
    world.defaults = np.zeros((4, len(world.books.names)))
    world.exit_counts = np.zeros((2, 5, 3))  # exits and firm-quarters at risk, by age and size class
    years = (quarters + 3) // 4
    certified = world.firms.cert_year > 0
    districts = len(world.place.districts)
    record.micro["hnte_by_district_2020"] = np.bincount(world.firms.district[certified], minlength=districts).astype(float)
    record.micro.update(
        growth_kurtosis=np.full(years, np.nan), growth_sd=np.full((years, len(GROWTH_SIZES) - 1), np.nan),
        growth_sd_exponent=np.full(years, np.nan), size_tail=np.full(years, np.nan),
        ratio_histogram=np.zeros((years, 3, len(BINS) - 1)), relabelled_near_notch=np.full(years, np.nan),
        productivity_9010=np.full(years, np.nan), patent_top10=np.full(years, np.nan),
        mean_loan_hnte=np.full(years, np.nan), mean_loan_sme=np.full(years, np.nan),
        loan_access_sme=np.full(years, np.nan),
    )  # fmt: skip
    carriers.start(world)
    stocks = _stocks(world)
    record.initial.update(stocks | talent.stocks(world))
    universities.start(world)
    attraction.start(world)
    funds.start(world)
    # Not known at the start: no quarter of defaults has been seen, and only changes of cash mean anything.
    record.initial.update(expected_guarantee_loss=np.nan, city_cash=world.ledger.cash["city"], ledger_error=0.0, price_index=1.0)
    firms, n = world.firms, world.firms.count
    p = world.numbers
    surveyed = firms.sales_1[:n] >= p["rd.scale_threshold"]
    record.initial.update(
        rd_statistical_2020=_statistical(world, float(firms.rd_1[:n][surveyed].sum()), 0.0, 1.0),
        revenue_hnte_2020=float(firms.sales_1[:n][firms.cert_year[:n] > 0].sum()),
        revenue_above_scale_2020=float(firms.sales_1[:n][surveyed].sum()),
        claimants_2020=float(firms.claims[:n].sum()),
        claimed_2020=world.claimed_2020,
        size_tail_2020=_tail(firms.sales_1[:n]),
        relabelled_near_notch_2020=_relabelled(
            firms.plan_relabel[:n], firms.intensity[:n] + firms.plan_extra[:n], firms.cert_year[:n] > 0
        ),
        mean_revenue_hnte_2020=float(firms.sales_1[:n][firms.cert_year[:n] > 0].mean()),
    )  # fmt: skip


FATES = ("alive", "received", "rd_total", "sales_total", "supported")


def remember(world, slots) -> None:
    """Keep what became of the firms in these slots, by identity, before others take them or the run ends."""
    firms = world.firms
    slots = slots[firms.identity[slots] >= 0]  # not those never used
    who = firms.identity[slots]
    for name in FATES:
        world.fates[name][who] = getattr(firms, name)[slots]
    world.fates["hnte"][who] = firms.cert_year[slots] > 0


def exits(world, insolvent, closed, cell) -> None:
    """Count exits and firms at risk by age and size class (relocations are not deaths)."""
    firms, n = world.firms, world.firms.count
    alive = firms.alive[:n]
    shape, size = world.exit_counts.shape[1:], world.exit_counts[0].size
    gone = insolvent | closed
    world.exit_counts[0] += np.bincount(cell[np.flatnonzero(gone)], minlength=size).reshape(shape)
    world.exit_counts[1] += np.bincount(cell, alive, size).reshape(shape)
    world.flows["insolvent"] = float(np.count_nonzero(insolvent))


def _statistical(world, surveyed: float, years: float, part: float) -> float:
    """R&D in the statistical sense: surveyed firms and the path of institutes (part of a year)."""
    p = world.numbers
    share = p["rd.institutes_share"]
    institutes = p["place.enterprise_rd"] * share / (1 - share) * (1 + p["rd.institutes_growth"]) ** years
    return surveyed + institutes * part


def _stocks(world) -> dict[str, float]:
    firms, n, books, year = world.firms, world.firms.count, world.books, world.year
    alive, certified = firms.alive[:n], firms.cert_year[:n] > 0
    tiers = np.bincount((firms.tier[:n] + 1) * alive, minlength=len(TIERS) + 1)[1:]
    owes = (books.balance.take(rows_of(certified), axis=1, mode="clip") != 0).any(axis=0)
    # Dead rows hold no staff and no knowledge, so plain sums over all rows are sums over the living.
    out = {
        "firms": float(np.count_nonzero(alive)),
        "scitech_sme_registered": float(np.count_nonzero(firms.registered[:n])),
        "hnte_stock": float(np.count_nonzero(certified)),
        "rd_units": float(np.count_nonzero(firms.rd_org[:n]) + np.count_nonzero(firms.rd_paper[:n])),
        "employment": float(np.rint(firms.employment[:n].sum())),
        "knowledge": float(firms.knowledge[:n].sum()),
        "loans_all_outstanding": float(books.total.sum()),
        "loans_scitech_outstanding": float(books.total[1:].sum()),
        "guarantee_exposure": _covered(books),
        "loan_access": float(owes.mean()) if len(owes) else 0.0,
    }
    out.update({f"tier_{name}": float(tiers[k]) for k, name in enumerate(TIERS)})
    for name in ("fledgling", "gazelle", "unicorn"):
        out[f"{name}_labels"] = float(np.count_nonzero(getattr(firms, f"{name}_until")[:n] >= max(year, 2021)))
    return out


def _covered(books) -> float:
    """Balances times their cover. Only books with loans are added up: an empty one must not change a bit."""
    held = np.flatnonzero(books.total[1:]) + 1
    return float((books.cover[held] * books.total[held]).sum())


def quarter(world, error: float) -> None:
    """Write the metrics of the quarter that ends."""
    record, q, firms, n = world.record, world.quarter, world.firms, world.firms.count
    p, ledger, books = world.numbers, world.ledger, world.books
    put = record.series
    alive = firms.alive[:n]
    for name, value in _stocks(world).items():
        put[name][q] = value
    for name, value in world.flows.items():
        if name in put:
            put[name][q] = value
    sales, real, reported = firms.sales[:n], firms.rd_real[:n], firms.rd_reported[:n]
    surveyed = firms.sales_1[:n] >= p["rd.scale_threshold"]
    new = rows_of(firms.sales_1[:n] <= 0)
    surveyed[new] = 4 * sales[new] >= p["rd.scale_threshold"]
    total_sales = float(sales.sum())
    put["entries"][q], put["exits"][q] = world.entries, world.exits
    put["revenue"][q], put["rd_real"][q], put["rd_reported"][q] = total_sales, real.sum(), reported.sum()
    put["rd_statistical"][q] = _statistical(
        world, float((reported * surveyed).sum()), (world.year - 2020), 0.25
    )
    put["productivity"][q] = np.exp(world.learned)
    before = put["price_index"][q - 1] if q else 1.0
    put["price_index"][q] = before * (1 + p.at("economy.deflator_growth", q)) ** 0.25
    put["loans_all_new"][q], put["loans_scitech_new"][q] = books.new.sum(), books.new[1:].sum()
    world.defaults[q % 4] = books.defaulted
    seen = min(q + 1, 4)
    put["npl_ratio"][q] = world.defaults.sum() * 4 / seen / max(books.total.sum(), 1.0)
    put["expected_guarantee_loss"][q] = float(
        _covered(books) * p["credit.loss_unsecured"]
        * world.defaults[:, 1:].sum() * 4 / seen / max(books.total[1:].sum(), 1.0)
    )  # fmt: skip
    put["tax_city"][q], put["tax_province"][q] = world.tax["city"], world.tax["province"]
    put["tax_all_governments"][q] = sum(world.tax.values())
    put["city_cash"][q] = ledger.cash["city"]
    put["ledger_error"][q] = error
    _programmes(world)
    attraction.quarter(world)
    carriers.quarter(world)
    funds.quarter(world, put)
    scoring.quarter(world)
    space.quarter(world)
    # Cost is money spent, not money set aside: what purses paid, less fees taken and support paid back, and the cost of review.
    back = dict.fromkeys((agency.account for agency in world.agencies.values()), 0.0)
    for (kind, _, payee), amount in ledger.flow.items():
        if kind in ("fee", "clawback") and payee in back:
            back[payee] += amount
    spent = [(agency.net_cost() - back[agency.account], agency) for agency in world.agencies.values()]
    put["public_cost_all"][q] = sum(cost + agency.administration for cost, agency in spent)
    put["public_cost_city"][q] = sum(
        cost * getattr(agency.programme, "city_share", 1.0) + agency.administration for cost, agency in spent
    )
    _groups(world, alive, sales, real)
    talent.quarter(world)
    universities.quarter(world)
    if world.season == 3:
        _micro(world, q // 4)


def _programmes(world):
    agencies, q, grouped = list(world.agencies.values()), world.quarter, world.record.grouped
    if not agencies:
        return
    for name, field in (("entitled", "entitled"), ("paid", "paid"), ("lapsed", "lapsed"), ("recipients", "recipients"),
                        ("payable", "payable_closing")):  # fmt: skip
        grouped[f"programme_{name}"][2][q] = [getattr(agency, field) for agency in agencies]
    grouped["programme_cost"][2][q] = [agency.net_cost() + agency.administration for agency in agencies]


def _groups(world, alive, sales, real):
    firms, n, q, grouped = world.firms, world.firms.count, world.quarter, world.record.grouped
    districts = len(world.place.districts)
    tier, district = firms.tier[:n], firms.district[:n]
    grouped["firms_by_district"][2][q] = np.bincount(district, alive, districts)
    grouped["hnte_by_district"][2][q] = np.bincount(
        district[rows_of(firms.cert_year[:n] > 0)], minlength=districts
    )
    grouped["revenue_by_tier"][2][q] = np.bincount(tier, sales, len(TIERS))
    grouped["rd_real_by_tier"][2][q] = np.bincount(tier, real, len(TIERS))
    grouped["exits_by_tier"][2][q] = world.exits_by_tier
    # 0 is out of the city
    before = world.alive_before[:n] * (world.tier_before[:n] + 1)
    after = alive * (tier + 1)
    # Firms that entered and left within the quarter never show as a move, nor do they in the head count.
    matrix = np.bincount(before * len(STATES) + after, minlength=len(STATES) ** 2).reshape(len(STATES), -1)
    grouped["ladder_moves"][2][q] = matrix[~np.eye(len(STATES), dtype=bool)]


def _tail(size, top: float = 0.05) -> float:
    """Hill estimate of the tail exponent over the largest firms."""
    size = size[size > 0]
    k = max(int(top * len(size)), 10)
    if len(size) <= k:
        return np.nan
    largest = np.sort(np.partition(size, len(size) - k - 1)[-k - 1 :])[::-1]
    return float(1 / np.log(largest[:k] / largest[k]).mean())


def _relabelled(relabelled, real, group) -> float:
    """Share of reported R&D that is relabelled among firms of the group that relabel at all."""
    rows = rows_of(group & (relabelled > 0))
    total = float((relabelled[rows] + real[rows]).sum())
    return float(relabelled[rows].sum()) / total if total else 0.0


def _slope(x, y) -> float:
    """Least-squares slope of y on x."""
    x = x - x.mean()
    return float((x * y).sum() / (x * x).sum())


def _micro(world, year: int) -> None:
    """Fourth quarter: statistics of single firms over the year."""
    firms, n, p, micro = world.firms, world.firms.count, world.numbers, world.record.micro
    alive = firms.alive[:n]
    living = rows_of(alive)
    sold = firms.sales_year[:n].take(living)
    grown = (firms.sales_1[:n] > 0) & (firms.sales_year[:n] > 0) & (world.quarter - firms.birth[:n] >= 12)
    grown = rows_of(grown & alive)
    size = firms.sales_1.take(grown)
    cell = band(size, GROWTH_SIZES).astype(np.int64) - 1
    inside = rows_of((cell >= 0) & (cell < len(GROWTH_SIZES) - 1))
    cell, size, grown = cell.take(inside), size.take(inside), grown.take(inside)
    growth = np.log(firms.sales_year.take(grown) / size)
    count = np.bincount(cell, minlength=len(GROWTH_SIZES) - 1)
    mean = np.bincount(cell, growth, len(count)) / np.maximum(count, 1)
    square = np.bincount(cell, growth**2, len(count)) / np.maximum(count, 1)
    sd = np.sqrt(np.maximum(square - mean**2, 0))
    micro["growth_sd"][year] = np.where(count >= 30, sd, np.nan)
    ok = count >= 30
    middle = np.log(np.sqrt(GROWTH_SIZES[:-1] * GROWTH_SIZES[1:]))
    if ok.sum() >= 3:
        micro["growth_sd_exponent"][year] = -_slope(middle[ok], np.log(np.maximum(sd[ok], 1e-9)))
    # Kurtosis within size classes, so that the spread of sds between classes does not count as fat tails.
    scaled = (growth - mean[cell]) / np.maximum(sd, 1e-9)[cell]
    if scaled.any():
        square = scaled * scaled
        micro["growth_kurtosis"][year] = float((square * square).mean() / square.mean() ** 2 - 3)
    micro["size_tail"][year] = _tail(sold)
    ratio = firms.rd_year.take(living) / at_least(sold, 1.0)
    level = threshold(p, sold)
    bins = at_most(ratio / BINS[1] + 1e-9, len(BINS) - 1).astype(np.int64)  # the last bin is everything above
    for k, size in enumerate(("small", "medium", "large")):
        limit = p[f"hnte.threshold_{size}"]
        rows = rows_of((level == limit) & (sold > 0))
        found = np.bincount(bins.take(rows), minlength=len(BINS))
        micro["ratio_histogram"][year, k] = found[: len(BINS) - 1]
    certified = firms.cert_year[:n] > 0
    micro["relabelled_near_notch"][year] = _relabelled(
        firms.rd_year[:n] - firms.misused_year[:n] - firms.rd_real_year[:n], firms.rd_real_year[:n], certified
    )
    a = firms.productivity.take(living)
    if len(a):
        a.sort()
        micro["productivity_9010"][year] = np.exp(quantile(a, 0.9) - quantile(a, 0.1))
    held = np.sort(firms.patents.take(living))[::-1]
    micro["patent_top10"][year] = held[: len(held) // 10].sum() / max(held.sum(), 1)
    debt = world.books.debt(n)
    sme = firms.registered[:n] & ~certified
    for name, group in (("hnte", certified), ("sme", sme)):
        mine = debt.take(rows_of(group & (debt > 0)))
        micro[f"mean_loan_{name}"][year] = mine.mean() if len(mine) else np.nan
    micro["loan_access_sme"][year] = (debt.take(rows_of(sme)) > 0).mean() if sme.any() else np.nan


def finish(world):
    """Close the record: what every firm ended as, for the comparison with its twin, and the exits by class."""
    firms, record = world.firms, world.record
    record.micro["exits"], record.micro["at_risk"] = world.exit_counts[0], world.exit_counts[1]
    funds.finish(world)
    remember(world, np.arange(firms.count))
    record.firms.update(world.fates | talent.fates(world))
    return record
