"""Firms move inside the city when a belt or a corridor gives them a reason: rents, what is known near by, public money,
against the cost of moving and crowding. A firm that moved is not new: what one district gains another loses.
"""

from __future__ import annotations

import numpy as np

from sim.population.premises import ACCELERATOR, INCUBATOR
from sim.processes import belts
from sim.processes.links import digits
from sim.processes.tenants import allot, score, space, take


# -- kernels ---------------------------------------------------------------------------------------------------------
def pull(prices, pool, crowd, rent_response, pool_response, congestion):
    """Utility of a district for a sector in log-odds (D, S): cheap rooms, near knowledge, few others (`crowd` over start)."""
    place = rent_response * np.log(prices) + congestion * np.log(np.maximum(crowd, 1e-9))
    return pool_response * np.log(np.maximum(pool, 1.0)) - place[:, None]


def moves(here, there, cost):
    """Chance of moving (rows,): the mean pull `there` (rows,) against the pull `here` and the cost, in log-odds."""
    return 1 / (1 + np.exp(cost + here - there))


def choose(luck, shares):
    """Index of each draw (rows,) by shares (rows, targets)."""
    edges = np.cumsum(shares, axis=1)
    return np.minimum((luck[:, None] >= edges).sum(axis=1), shares.shape[1] - 1)


# -- a year ----------------------------------------------------------------------------------------------------------
def start(world) -> None:
    """Nobody has moved; how many firms each district had."""
    world.moved_in = np.full(world.firms.rows, -1)  # identity of who moved into the belt, by slot
    world.usual_firms = np.maximum(_firms(world), 1.0)


def _firms(world):
    firms, n = world.firms, world.firms.count
    return np.bincount(firms.district[:n], firms.alive[:n], len(world.place.districts))


def move(world) -> None:
    """First quarter: some firms outside reconsider where they are; tenants only at the turn of their year."""
    belt, sites = world.rules.belt, world.rules.premises.sites
    world.flows["resettled"] = 0.0
    if world.season or not (belt or sites) or not world.place.belt.any():
        return
    firms, p, n = world.firms, world.numbers, world.firms.count
    luck, often = world.luck.uniform("resettle"), p["space.review"]
    rows = np.flatnonzero(firms.alive[:n] & (luck < often))
    tenure = world.quarter - firms.tenant_since[rows].astype(np.int64)
    bound = (firms.carrier[rows] >= 0) & ((tenure % 4 != 0) | (firms.hub[rows] >= 0))
    rows = rows[~bound & ~belts.inside(world, rows)]
    luck = luck[rows] / often  # uniform among those who reconsider
    targets = np.flatnonzero(world.place.belt > 0)
    utility = pull(_prices(world), world.pool, _firms(world) / world.usual_firms, p["space.rent_response"],
                   p["space.pool_response"], p["space.congestion"])  # fmt: skip
    district, sector = firms.district[rows], firms.sector[rows]
    gain = p["space.support_response"] * _favour(world) if belt else 0.0
    there = np.exp(utility[targets][:, sector].T + gain)  # (rows, targets)
    mean = there.mean(axis=1)
    goes = luck < moves(utility[district, sector], np.log(mean), p["space.moving_cost"])
    rows, there = rows[goes], there[goes]
    target = targets[choose(digits(luck[goes]), there / there.sum(axis=1, keepdims=True))]
    _settle(world, rows, target, stays=not belt)


def _prices(world):
    """Mean rent of a m² in each district's incubators and accelerators, against that of the city at the start (D,)."""
    table, districts = world.carriers, len(world.place.districts)
    weight = table.base * ((table.kind == INCUBATOR) | (table.kind == ACCELERATOR))
    at = table.district * (weight > 0)
    held = np.bincount(at, weight, districts)
    paid = np.bincount(at, weight * table.price(), districts)
    usual = float((weight * table.usual_rent).sum() / max(float(weight.sum()), 1e-9))
    return np.where(held > 0, paid / np.maximum(held, 1e-9) / max(usual, 1e-9), 1.0)


def _favour(world):
    """Log-odds of a yuan of public money going to a firm inside against one outside."""
    firms, n, share = world.firms, world.firms.count, world.rules.belt.share
    alive = np.flatnonzero(firms.alive[:n])
    part = min(max(float(belts.inside(world, alive).mean()), 1e-6), 1 - 1e-6)
    share = min(max(share, part), 1 - 1e-6)  # a reserve below their part gives them nothing
    return np.log(share / (1 - share)) - np.log(part / (1 - part))


def _settle(world, rows, target, stays):
    """Movers take a room in an accelerator of the new district if there is one; where `stays`, who finds none stays."""
    firms, table = world.firms, world.carriers
    if not len(rows):
        return
    before = firms.district[rows]
    firms.district[rows] = target
    kind = np.full(len(rows), ACCELERATOR)
    need = space(world, ACCELERATOR, rows)
    chosen = allot(world, kind, rows, score(world, rows), need) if world.rules.premises.sites else np.full(len(rows), -1)
    found = chosen >= 0
    if stays:
        firms.district[rows[~found]] = before[~found]
    table.release(firms, rows[~found & (not stays)])
    take(world, rows[found], chosen[found], need[found])
    gone = rows[found] if stays else rows
    world.moved_in[gone] = firms.identity[gone]
    world.ties.arrive(gone, firms.identity[gone], firms.district[gone] * len(world.place.sectors) + firms.sector[gone])
    table.count(firms)
    world.flows["resettled"] = float(len(gone))
