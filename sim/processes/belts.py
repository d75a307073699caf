"""A part of the city comes first: calls and new space go into a belt of districts up to a share, instead of by merit and
need alone. A firm is inside by where it sits in its district (its lot against the share of the district) or by moving in.
"""

from __future__ import annotations

import numpy as np

from sim.population.premises import ACCELERATOR, INCUBATOR


# -- kernels ---------------------------------------------------------------------------------------------------------
def reserve(inside, amount, room):
    """Order in which files are taken that stand in the order of merit (rows,): those inside first, as far as `room` goes
    among them (RMB); then all others by merit."""
    first = inside & (np.cumsum(amount * inside) <= room)
    return np.concatenate([np.flatnonzero(first), np.flatnonzero(~first)])


def divide(weight, part, share):
    """Shares of rows by weight (rows,) when `share` of the whole goes inside; `part` (rows,) of each row is inside."""
    inside, outside = weight * part, weight * (1 - part)
    held, left = float(inside.sum()), float(outside.sum())
    if not held or not left:
        return weight / weight.sum()
    return share * inside / held + (1 - share) * outside / left


def layout(part, cores, core_share):
    """Weights of districts in a corridor: the `cores` with the largest part share `core_share`, the rest by their part."""
    weight = np.zeros(len(part))
    order = np.argsort(-part, kind="stable")
    core, rest = order[:cores], order[cores:]
    core = core[part[core] > 0]
    if len(core):
        weight[core] = core_share / len(core)
    left = float(part[rest].sum())
    if left:
        weight[rest] = (1 - core_share) * part[rest] / left
    return weight / max(float(weight.sum()), 1e-9)


# -- what processes ask ----------------------------------------------------------------------------------------------
def inside(world, rows):
    """Firms inside the belt (rows,)."""
    firms = world.firms
    return (firms.lot[rows] < world.place.belt[firms.district[rows]]) | (world.moved_in[rows] == firms.identity[rows])


def first(world, rows, amount, room):
    """Order for files of these firms that stand in the order of merit; None where there is no belt."""
    belt = world.rules.belt
    return reserve(inside(world, rows), amount, belt.share * room) if belt and len(rows) else None


def new_space(world, weight):
    """Shares of carriers in new space (rows,) by what they have: inside the belt up to its share."""
    belt, table = world.rules.belt, world.carriers
    return divide(weight, world.place.belt[table.district], belt.share) if belt else weight / weight.sum()


def corridors(world):
    """Space that corridors have opened in incubators and accelerators along them (rows,) m²."""
    table = world.carriers
    weight = table.base * ((table.kind == INCUBATOR) | (table.kind == ACCELERATOR))
    held = np.bincount(table.district * (weight > 0), weight, len(world.place.districts))
    area = np.zeros(table.rows)
    for site in world.rules.premises.sites:
        parts = layout(world.place.belt * (held > 0), site.cores, site.core_share)
        area += site.area * (parts / np.maximum(held, 1e-9))[table.district] * weight
    return area
