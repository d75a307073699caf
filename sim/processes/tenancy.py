"""Pure kernels of tenancy: who gets a place, when a lease ends, how rents move, who lands. Arrays in, arrays out."""

from __future__ import annotations

import numpy as np

from sim.processes import hiring

MANY = 250  # applicants from which it pays to sort numbers of two bytes by themselves


def admit(cell, rank, lot, need, carrier_cell, free, preference):
    """Places by rank under capacity. Returns the carrier of each applicant (applicants,), -1 for none.

    Inside a cell (district, or district and sector, or hub) the best applicant takes the first room of the best
    carrier, the next what follows, and so on: serial dictatorship, so nobody envies anyone of lower rank. A room is
    not split between two carriers, so who falls on the border waits. `need`, `free` in units of space; ties by `lot`.
    """
    chosen = np.full(len(cell), -1)
    carriers = np.flatnonzero(free > 0)
    if not len(cell) or not len(carriers):
        return chosen
    carriers = carriers[np.lexsort((-preference[carriers], carrier_cell[carriers]))]
    order = _line(cell, rank, lot)
    home, at, room, wants = carrier_cell[carriers], cell.take(order), free[carriers], need.take(order)
    floor = 1.0 + room.sum() + wants.sum()  # cells lie apart on one line
    edge = home * floor + _within(home, room)
    end = at * floor + _within(at, wants)
    place = np.minimum(np.searchsorted(edge, end, side="left"), len(carriers) - 1)
    border = edge.take(place)
    fits = (home.take(place) == at) & (end <= border) & (end - wants >= border - room.take(place))
    fits = np.flatnonzero(fits)
    chosen[order[fits]] = carriers[place[fits]]
    return chosen


def _line(cell, rank, lot):
    """Order of applicants: cell by cell, from the best, ties by lot."""
    if len(cell) < MANY:
        return np.lexsort((lot, -rank, cell))
    order = hiring.best(rank, lot, len(rank))
    return order[np.argsort(cell[order].astype(np.uint16), kind="stable")]


def _within(group, amount):
    """Running sum inside groups of a sorted array."""
    total = amount.cumsum()
    before = total - amount
    # Where a group starts, what came before it; it only grows, so its running maximum is that of the own group.
    starts = np.empty(len(group), bool)
    starts[0] = True
    np.not_equal(group[1:], group[:-1], out=starts[1:])
    before *= starts
    return total - np.maximum.accumulate(before, out=before)


def lease_ends(tenure, limit, qualifies):
    """Leases run a year: who qualifies leaves at the next anniversary, everybody at the limit (rows,) flags."""
    anniversary = (tenure > 0) & (tenure & 3 == 0)
    return (anniversary & qualifies) | (tenure >= limit)


def rooms(staff, usual, room, elasticity, limit):
    """Space of tenants (rows,), whole units ≥ 1: grows less than staff, within a factor `limit` of the usual room."""
    size = (np.maximum(staff, 0.1) / usual) ** elasticity
    size = np.minimum(np.maximum(size, 1 / limit), limit)
    return np.maximum(np.rint(room * size), 1.0)


def rent_index(index, occupancy, usual, response, back):
    """Rents fall with excess vacancy and return to cost: d ln r = a·(vacancy* − vacancy) − b·ln r a year.

    Wheaton and Torto 1988 for the first term, Hendershott 1996 for the second.
    """
    return index * np.exp(response / 4 * (occupancy - usual) - back / 4 * np.log(index))


def landing_chance(rate, shift):
    """Chance to land: log-odds of the base rate moved by fit, package and pull (rows,)."""
    odds = np.log(rate / (1 - rate)) + shift
    return 1 / (1 + np.exp(-odds))


def sheltered(yearly, shelter, debt, years):
    """Hazard a year with shelter in tenure and the debt of avoided hazard afterwards (rows,), and what was avoided.

    In tenure h·(1 − s), and the avoided h·s is added to the debt; afterwards h + debt/years, so that over time all that
    was avoided comes back and survival is not better in the end (Schwartz 2013).
    """
    return np.where(shelter > 0, yearly * (1 - shelter), yearly + debt / years), yearly * shelter


def next_debt(debt, avoided, shelter, years, share):
    """Debt after a quarter: grows by the avoided hazard, of which `share` comes back, and is paid off after tenure."""
    return np.where(shelter > 0, debt + share * avoided / 4, debt * (1 - 0.25 / years))


def collect(receivable, share):
    """One quarter of collection. `receivable` by age in quarters; returns what is left, a quarter older, paid, lapsed."""
    paid = np.floor(receivable * share)
    left = receivable - paid
    return np.concatenate([[0.0], left[:-1]]), float(paid.sum()), float(left[-1])
