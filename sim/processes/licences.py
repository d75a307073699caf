"""A market of licences beside personal ties: firms without a tie buy a result of a university, of which they get the codified
part alone.

Licences that are worth their price at the usual cost of a deal are bought anyway and lie in the growth that was observed; a
market that makes deals cheaper adds those in between. A refund is claimed for both, and for joint projects that are only
registered as sales.
"""

from __future__ import annotations

import numpy as np

from sim.laws import NORMAL
from sim.processes import projects
from sim.processes.lessons import credit, note


# -- kernels ---------------------------------------------------------------------------------------------------------
def codified(distance, half, tacit_share):
    """Part of a result that crosses a distance in km without its inventor."""
    return (1 - tacit_share) * np.exp2(-distance / half)


def buyers(worth, cost, cut, refund):
    """Who buys anyway at the usual cost of a deal, and who only since it is cheaper (rows,); all in parts of the price."""
    anyway = worth >= 1 + cost
    return anyway, ~anyway & (worth >= 1 + cost * (1 - cut) - refund)


# -- a quarter -------------------------------------------------------------------------------------------------------
def trade(world) -> None:
    """First quarter: firms without a tie look for a result. Always: what is registered earns a refund."""
    market = world.rules.market
    if market is None:
        return
    firms, p, n = world.firms, world.numbers, world.firms.count
    opened = world.events.get("joint_project", np.zeros(0, np.int64))
    sham = opened[world.luck.uniform("registers", opened) < p["licence.registers"]]
    base = np.bincount(sham, firms.project_offer[sham], n) if len(sham) else np.zeros(n)
    if world.season == 0:
        base += _buy(world, market)
    rows = np.flatnonzero(base)
    refund = np.rint(np.minimum(market.refund * base[rows], market.cap))
    world.agencies[market.agency].pay_now(world, "award", rows, refund)
    note(world, licence_sham=len(sham))


def _buy(world, market):
    """Prices of licences bought this year (firms,) RMB, those bought anyway among them."""
    firms, u, p, n = world.firms, world.universities, world.numbers, world.firms.count
    looks = firms.alive[:n] & (world.ties.bits[:n] == 0) & (firms.rd_1[:n] >= p["licence.min_rd"])
    rows = np.flatnonzero(looks & (firms.hub[:n] < 0))
    rows = rows[world.luck.uniform("licence", rows) < p["licence.looks"]]
    district, sector = firms.district[rows], firms.sector[rows]
    where = u.pull[district, sector].argmax(axis=1)
    part = codified(u.distance[district, where], p["knowledge.half_distance"], p["university.tacit_share"])
    spread = NORMAL.of(world.luck.uniform("licence_worth", rows))
    worth = p["licence.worth"] * np.exp(p["licence.worth_sd"] * spread) * part * u.fit[where, sector]
    price = np.rint(p["licence.price"] * projects.offers(world, rows))
    anyway, new = buyers(worth, p["licence.cost"], market.cut, market.refund)
    new &= (price > 0) & (firms.cash[rows] > (1 + p["licence.cost"]) * price)
    buys = rows[new]
    fees = np.rint(p["licence.cost"] * (1 - market.cut) * price[new])
    world.ledger.between("contract", "firms", buys, "universities", where[new], price[new])
    world.ledger.from_firms("costs_outside", fees, "outside", buys)
    credit(world, buys, worth[new] * price[new])
    note(world, licence_new=new.sum(), licence_anyway=anyway.sum(), licence_knowledge=(worth * price)[new].sum())
    return np.bincount(rows, price * (anyway | new), n) if len(rows) else np.zeros(n)
