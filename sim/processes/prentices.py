"""Apprentices: school places with a host firm, which pays a part of the training and has the first offer.

A firm is a host if a filled post is worth more to it, for as long as the person stays, than the training costs. The
largest come first. Some of those who are trained are hired away by firms that did not pay.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Prentices:
    """One year's apprentices by host: slot, identity, sector, heads, RMB a quarter; `gain` of `here` in the end."""

    until: int
    slot: np.ndarray
    identity: np.ndarray
    sector: np.ndarray
    heads: np.ndarray
    fee: np.ndarray
    gain: np.ndarray = field(default_factory=lambda: np.zeros(0))
    here: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))


def worth(margin, output, sales, posts, years):
    """What one more filled post brings a firm (rows,) RMB: margin on the sales that it adds, while the person stays."""
    return margin * output * sales / np.maximum(posts, 1e-9) * years


def taken(wanted, size, identity, room):
    """Heads that hosts (rows,) get, the largest first, as far as the places go."""
    order = np.lexsort((identity, -size))
    total = np.cumsum(wanted[order])
    heads = np.zeros(len(wanted))
    heads[order] = np.clip(room - (total - wanted[order]), 0, wanted[order])
    return heads


def decide(world, school, trades, posts) -> Prentices:
    """Who is a host this autumn, and for how many of the places of its trade."""
    firms, p, terms, n = world.firms, world.numbers, world.rules.apprentices, world.firms.count
    own = p["skills.share"] * firms.other_staff[:n]
    empty = np.maximum(p["skills.vacancy"] * posts - world.skills.working, 0.0)
    part = np.divide(empty, posts, out=np.zeros(len(posts)), where=posts > 0)
    wanted = part[firms.sector[:n]] * own
    for host in world.skills.hosts:  # those in training count as filled
        np.subtract.at(wanted, host.slot, host.heads)
    wanted = np.floor(wanted)
    rows = np.flatnonzero(
        firms.alive[:n] & world.place.manufacturing[firms.sector[:n]] & (wanted >= 1) & (firms.hub[:n] < 0)
    )
    years = _kept(p, terms) / (p["skills.leave"] + p["skills.discount"])
    each = np.rint(terms.firm_cost * school.cost / 4)
    cost = each * school.delay
    gain = worth(firms.margin[rows], p["skills.output"], 4 * firms.sales[rows], own[rows], years)
    rows = rows[gain * (1 + p["skills.discount"]) ** (-school.delay / 4) > cost]
    heads = np.zeros(len(rows))
    for sector in np.flatnonzero(trades):
        of = np.flatnonzero(firms.sector[rows] == sector)
        room = np.floor(terms.share * trades[sector])
        heads[of] = taken(wanted[rows[of]], firms.sales[rows[of]], firms.identity[rows[of]], room)
    rows, heads = rows[heads > 0], heads[heads > 0]
    return Prentices(world.quarter + school.delay, rows, firms.identity[rows], firms.sector[rows], heads, heads * each)


def _kept(p, terms):
    """Part of the apprentices who are not hired away by others."""
    return 1 - p["skills.poached"] * (1 - terms.retention)


def _here(world, host):
    firms = world.firms
    return firms.alive[host.slot] & (firms.identity[host.slot] == host.identity)


def pay(world, hosts) -> None:
    """Hosts that are still there pay for their trainers."""
    for host in hosts:
        if host.until > world.quarter:
            here = _here(world, host)
            world.ledger.from_firms("training", host.fee[here], "households", host.slot[here])


def finish(world, hosts, stay):
    """Those who finish work at their host, or are hired away from it, or leave the city.

    Returns by sector who works, who of them works for a firm that did not pay, and who must search: the host is gone.
    """
    p, firms, terms = world.numbers, world.firms, world.rules.apprentices
    works, poached, loose = (np.zeros(len(world.place.sectors)) for _ in range(3))
    for host in hosts:
        if host.until > world.quarter:
            continue
        here = _here(world, host) & (terms is not None)
        loose += stay * np.bincount(host.sector, host.heads * ~here, len(loose))
        if not here.any():
            continue
        heads = (1 - (1 - stay) * (1 - terms.retention)) * host.heads * here
        works += np.bincount(host.sector, heads, len(works))
        poached += np.bincount(host.sector, heads * (1 - _kept(p, terms)), len(works))
        host.here = np.flatnonzero(here)
        posts = p["skills.share"] * firms.other_staff[host.slot[here]]
        host.gain = p["skills.output"] * _kept(p, terms) * heads[here] / np.maximum(posts, 1.0)
    return works, poached, loose
