"""What a stake is worth: the firm's own growth, the price of its first round, luck at the exit. Pure functions."""

from __future__ import annotations

import numpy as np

LISTING, TRANSFER, BUYBACK, WRITE_OFF = range(4)
ROUTES = ("listing", "transfer", "buyback", "write_off")


def fundamental(sales, knowledge, cash, knowledge_value: float):
    """What the simulated firm has to show, RMB: a year of sales, its knowledge at replacement cost, its money (rows,).

    Money counts, or a round would raise the mark by merely being spent.
    """
    return np.maximum(sales + knowledge_value * knowledge + np.maximum(cash, 0), 1.0)


def exit_luck(rank, tail: float):
    """Factor on the last mark when a stake is sold, from a uniform rank: Lomax with exponent `tail` and mean one.

    P(L > x) = (1 + x/(α − 1))^−α. Mean one: luck makes nobody richer on average, so what funds earn is what firms grew
    by. Most sales lie below the mark and few far above it (marks of private firms exceed what they fetch: Gornall and
    Strebulaev 2020).
    """
    return (tail - 1) * ((1 - rank) ** (-1 / tail) - 1)


def holding(rank, least: float, rate: float):
    """Quarters from a firm's first round to the sale: the least, then a constant chance `rate` a year (geometric)."""
    chance = min(max(rate / 4, 1e-9), 1 - 1e-9)
    return least + np.floor(np.log1p(-rank) / np.log1p(-chance))


def round_terms(money, before, first_stake, cap: float):
    """Money that is taken and the firm's value after the round, (rows,) RMB each.

    `before` the value before the money, 0 = no round yet: then the stake of a first round sets the price. Later rounds
    are priced at the mark, and owners part with at most `cap`, so a firm that has fallen gets less.
    """
    first = before <= 0
    most = np.where(first, money, cap / (1 - cap) * before)
    taken = np.floor(np.minimum(money, most))
    return taken, np.where(first, taken / first_stake, before + taken)


def co_investment(public_share, most: float):
    """Private money beside a yuan of a fund's own (rows,): `most` beside a private fund, none beside a purely public one.

    Firms with both kinds of money raise more than firms with one, and purely public ones least (Brander, Du and Hellmann
    2015).
    """
    return most * (1 - public_share)


def pitch_chance(search: float, signal: float, signalled):
    """Chance of a firm to look for money this quarter (rows,): odds of the search rate, raised by a signal (log-odds)."""
    odds = search / (1 - search) * np.exp(signal * signalled)
    return odds / (1 + odds)


def further(rank):
    """Another uniform rank from the later digits of one (rows,): the first four say nothing of those that follow."""
    return (rank * 1e4) % 1.0


def logistic(rank):
    """Standard logistic noise of unit variance from a uniform rank (rows,): close to normal, and costs no draw."""
    inside = np.clip(rank, 1e-9, 1 - 1e-9)
    return np.log(inside / (1 - inside)) * (np.sqrt(3) / np.pi)
