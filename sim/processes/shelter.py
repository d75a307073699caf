"""What tenancy does: growth, exit hazard and its return, moving away, mentoring.

Effects are stated against the start: published growth and hazard are those of the average firm of an age and size, a
part of whom were tenants, so at the start the mean over each class is unchanged and only changes of tenancy matter.
"""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.population.premises import ACCELERATOR, ENCLAVE, PARK
from sim.processes import branches
from sim.processes.tenancy import next_debt, sheltered


def service(world) -> np.ndarray:
    """Services each tenant gets (tenants,): 1 in an average incubator that can pay its mentors."""
    firms, table = world.firms, world.carriers
    fits = table.sector.take(table.at, mode="clip") == firms.sector.take(table.seats, mode="clip")
    fit = world.numbers["carrier.fit_gain"] * fits
    fit += 1
    fit *= (table.support * table.quality * table.service).take(table.at, mode="clip")
    return fit


def classes(world, rows) -> np.ndarray:
    """Class of age and size, as published rates have them (rows,)."""
    firms, table = world.firms, world.carriers
    age = band(world.quarter - firms.birth[rows], table.age_edges)
    return (len(table.size_edges) + 1) * age + band(4 * firms.sales[rows], table.size_edges)


def drift(world, n) -> np.ndarray:
    """Extra growth a year from tenancy against the usual of the class (rows,)."""
    table = world.carriers
    table.cell[world.entered] = classes(world, world.entered)
    extra = (-table.usual_growth).take(table.cell[:n], mode="clip")
    table.count(world.firms)
    extra[table.seats] += world.numbers["carrier.growth"] * service(world)
    return extra


def hazard(world, yearly, cell) -> np.ndarray:
    """Exit hazard a year with shelter in tenure and its return afterwards, against the usual of the class (rows,)."""
    table, n = world.carriers, len(yearly)
    table.cell[:n] = cell
    raw, world.firms.hazard_debt[:n] = raw_hazard(world, yearly)
    raw /= table.usual_hazard.take(cell, mode="clip")
    return raw


def raw_hazard(world, yearly):
    """Hazard a year with shelter and its return, before it is put against the usual, and the debt after this quarter."""
    firms, p, table, n = world.firms, world.numbers, world.carriers, len(yearly)
    table.count(firms)
    rows, years = table.seats, p["carrier.catch_up_years"]
    part = np.minimum((1 - p["carrier.hazard_ratio"]) * service(world), 1.0)
    debt = firms.hazard_debt[:n]
    owed, usual = debt.take(rows, mode="clip"), yearly.take(rows, mode="clip")
    raw, later = debt / years, debt * (1 - 0.25 / years)
    raw += yearly
    inside, avoided = sheltered(usual, part, owed, years)
    raw[rows], later[rows] = inside, next_debt(owed, avoided, part, years, p["carrier.catch_up"])
    return raw, later


def moving(world, n) -> np.ndarray:
    """Multiplier of the rate of moving away (rows,), one in the mean at the start."""
    firms, p, table = world.firms, world.numbers, world.carriers
    out = np.full(n, 1 / table.usual_moving)
    kind = table.kinds
    tied = table.seats.compress((kind == ACCELERATOR) | (kind == PARK))
    out[tied] *= p["carrier.park_stay_factor"]
    rows = table.seats.compress(kind == ENCLAVE)
    out[rows[table.traits.hub_home[firms.identity[rows]] < 0]] *= p["enclave.siphon"]
    branches.siphon(world, out)
    return out


def mentored(world, rows=None) -> np.ndarray:
    """Mentoring against the usual (rows,): moves who considers certification and who passes."""
    table = world.carriers
    table.count(world.firms)
    found = np.full(world.firms.count, -table.usual_mentoring)
    found[table.seats] = service(world) - table.usual_mentoring
    return found if rows is None else found.take(rows, mode="clip")
