"""Knowledge, productivity, innovations, patents, and the R&D units that absorb what others know."""

from __future__ import annotations

import numpy as np

from sim.arrays import at_least, at_most, rows_of
from sim.processes import branches, enclaves, institutes_work, protection, rd_units
from sim.processes.hiring import efficiency


def accumulate(stock, added, depreciation):
    """K ← (1 − δ/4)·K + effective R&D (perpetual inventory; Hall, Mairesse and Mohnen 2010)."""
    kept = (1 - depreciation / 4) * stock
    kept += added
    return kept


def proximity(distance, half):
    """Weight of knowledge at a distance in km: halves every `half` km (districts, districts)."""
    return np.exp2(-distance / half)


def near_pool(stock, district, sector, weight):
    """Knowledge within reach by district and sector: weight (D, D) times the stock held there. Returns (D, S)."""
    districts, sectors = weight.shape[0], int(sector.max()) + 1 if len(sector) else 1
    held = np.bincount(district.astype(np.int64, copy=False) * sectors + sector, stock, districts * sectors)
    # einsum, not matmul: its order of summation does not depend on the number of threads of a library.
    return np.einsum("ij,jk->ik", weight, held.reshape(districts, sectors))


def learn(world) -> None:
    """Real R&D becomes knowledge, knowledge becomes productivity; relabelled cost enters nowhere."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    alive, quarter = firms.alive[:n], world.quarter
    before = at_least(firms.knowledge[:n], 1.0)
    effective = firms.rd_real[:n].copy()
    effective[rows_of(firms.keylab[:n])] *= 1 + p["keylab.efficiency"]
    effective *= efficiency(world, n)
    in_hub, better, news_there = enclaves.better(world, n)
    effective[in_hub] *= better
    branches.work(world, effective)
    stock = accumulate(before, effective, p["knowledge.depreciation"])
    np.multiply(stock, alive, out=firms.knowledge[:n])
    branches.create(world, before, stock)
    gain = np.divide(stock, before, out=before)
    gain = np.log(gain, out=gain)
    gain *= p["knowledge.productivity_elasticity"]
    pool = near_pool(enclaves.present(world, firms.knowledge[:n]), firms.district[:n], firms.sector[:n], world.proximity)
    pool = institutes_work.heard(world, pool)
    news = np.log(np.maximum(pool, 1.0) / np.maximum(world.pool, 1.0))
    world.pool = pool
    # Those with a recognised R&D unit take up more.
    absorb = p["rdorg.absorption"] * firms.rd_org[:n]
    absorb += 1
    absorb *= p["knowledge.spillover_elasticity"]
    if world.rules.protection:
        absorb *= protection.heard(world.rules.protection, p["ip.codified"])
    heard = news.take(firms.district[:n] * news.shape[1] + firms.sector[:n])
    heard *= absorb
    heard[in_hub] += news_there
    branches.hear(world, heard)
    # Knowledge per yuan of sales against the average decides who makes a major innovation.
    annual = 4 * firms.sales[:n]
    depth = np.divide(stock, at_least(annual, 1.0, out=annual), out=stock)
    depth /= world.usual_depth
    chance = at_most(depth, p["knowledge.depth_cap"], out=depth)
    chance *= p["knowledge.jump_rate"] / 4
    rows = rows_of((world.luck.uniform("jump") < chance) & alive)
    size = p["knowledge.jump_size"] * np.exp(
        world.luck.exponential("jump_size", rows) / p["knowledge.jump_tail"]
    )
    gain += heard
    gain[rows] += np.minimum(size, 1.0)
    world.event("result", rows)
    gain[rows_of(~alive)] = 0
    firms.productivity[:n] += gain
    # What firms learn, weighted by sales: the index moves with learning, not with who lives or how large they are.
    world.learned += float(np.einsum("i,i->", firms.sales[:n], gain)) / max(float(firms.sales[:n].sum()), 1.0)
    world.frontier += world.frontier_pace + world.frontier_slope * np.log1p(
        p.at("economy.market_growth", quarter)
    ) / 4
    expected = p["knowledge.patents_per_million"] * firms.rd_real[:n]
    expected /= 1e6
    expected *= firms.patenting[:n]
    # Overdispersed counts: an exponential mixture, rounded at random; who does no R&D has none.
    patents = world.luck.exponential("patent")
    patents *= expected
    patents += world.luck.uniform("patent_round")
    patents = np.floor(patents, out=patents)
    firms.patents[:n] += patents
    world.flows["patents_flow"] = float(patents.sum())


def build_units(world) -> None:
    """Fourth quarter: recognised R&D units, and key laboratories, which an award may tip."""
    if world.season != 3:
        return
    rd_units.recognise(world)
    firms, p, n = world.firms, world.numbers, world.firms.count
    certified = firms.alive[:n] & (firms.cert_year[:n] > 0)
    award = world.prospect("keylab", np.empty(0, np.int64))
    base = min(max(p["keylab.rate"], 1e-9), 1 - 1e-9)
    odds = np.log(base / (1 - base)) + p["keylab.award_response"] * float(np.sum(award)) / p["keylab.cost"]
    chance = 1 / (1 + np.exp(-odds))
    cost = np.rint(p["keylab.cost"])
    fit = certified & firms.rd_org[:n] & ~firms.keylab[:n] & (firms.rd_year[:n] >= p["keylab.min_rd"])
    fit &= firms.cash[:n] > cost
    rows = np.flatnonzero(fit & (world.luck.uniform("keylab") < chance))
    world.ledger.from_firms("investment", np.full(len(rows), cost), "outside", rows)
    firms.keylab[rows] = True
    world.event("keylab", rows)
