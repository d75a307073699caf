"""Growth labels: who fits gets one, who pays for one may too, and what banks and funds read into it.

A label says what its criteria say: that sales grew in the two years past. Whoever lends or invests on it believes more.
"""

from __future__ import annotations

import numpy as np


def labelled(world, rows) -> np.ndarray:
    """Whether these firms hold a growth label now (rows,)."""
    firms, year = world.firms, world.year
    return (
        (firms.fledgling_until[rows] >= year)
        | (firms.gazelle_until[rows] >= year)
        | (firms.unicorn_until[rows] >= year)
    )


def belief(world, rows, strength: float):
    """What a label is worth to those who look at it (rows,), in their own units; nothing without a programme."""
    return strength * labelled(world, rows) if strength else 0.0


def grant(world) -> None:
    """Fourth quarter, from the rule of November 2022: growth labels for certified firms."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    if world.quarter < p["label.rule_start"]:
        return
    certified = firms.cert_year[:n] > 0
    s0, s1, s2 = firms.sales_year[:n], firms.sales_1[:n], firms.sales_2[:n]
    known = certified & (s2 > 0) & (world.luck.uniform("label") < p["label.take_up"])
    g1, g2 = s0 / np.maximum(s1, 1) - 1, s1 / np.maximum(s2, 1) - 1
    for name in ("fledgling", "gazelle"):
        limit = p[f"label.{name}_growth"]
        _give(world, name, known & (s0 >= p[f"label.{name}_sales"]) & (g1 >= limit) & (g2 >= limit))
    compound = np.sqrt(np.maximum(s0 / np.maximum(s2, 1), 0)) - 1
    rows = known & (s0 >= p["label.unicorn_sales"]) & (compound >= p["label.unicorn_growth"])
    _give(world, "unicorn", rows & (firms.rd_year[:n] >= p["label.unicorn_intensity"] * s0))
    _buy(world)


def _give(world, name, fits):
    """A label of this name for all who fit (n,); an award may wait for those who did not hold it."""
    until = getattr(world.firms, f"{name}_until")
    world.event(f"label_{name}", np.flatnonzero(fits & (until[: len(fits)] < world.year)))
    until[: len(fits)][fits] = world.year + int(world.numbers["label.validity"])


def _buy(world):
    """Firms without a label that are offered arranged papers buy them when the award promised is worth the price.

    The lowest label is on offer, to certified firms large enough for it, whatever their growth.
    """
    firms, p, n, rules = world.firms, world.numbers, world.firms.count, world.rules.labels
    if not rules.tickets:
        return
    large = firms.sales_year[:n] >= p["label.fledgling_sales"]
    rows = np.flatnonzero(firms.alive[:n] & (firms.cert_year[:n] > 0) & large & ~labelled(world, slice(0, n)))
    rows = rows[world.luck.uniform("ticket", rows) < rules.tickets]
    price = np.rint(rules.price * firms.relabel_cost[rows])
    buys = world.certificate_reward(rows, "label_fledgling") > price
    rows, price = rows[buys], price[buys]
    world.ledger.from_firms("application", price, "outside", rows)
    bought = np.zeros(n, bool)
    bought[rows] = True
    _give(world, "fledgling", bought)
