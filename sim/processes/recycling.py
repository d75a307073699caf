"""Owners sell carriers that are full and build new ones with the money.

A public carrier that has been let for some quarters is sold to investors elsewhere at its net rent over their yield. The
operator stays; the buyer asks the market rent and takes the surplus, and who cannot bear the rent leaves when his year
ends. What is not full cannot be sold and stays with the city.
"""

from __future__ import annotations

import numpy as np

from sim.population.premises import ACCELERATOR, INCUBATOR, PARK


# -- kernels ---------------------------------------------------------------------------------------------------------
def value(rent, cost, required):
    """What investors pay (rows,) whole RMB: rent less running cost a quarter over the yield they require a year."""
    return np.floor(np.maximum(4 * (rent - cost), 0.0) / required)


def spread(area, cell, weight):
    """New space of cells given to rows: by weight (rows,) inside a cell, over all rows where a cell has no weight."""
    held = np.bincount(cell, weight, len(area))
    served = held > 0
    inside = (area * served / np.maximum(held, 1e-9))[cell] * weight
    return inside + float(area[~served].sum()) * weight / max(float(weight.sum()), 1e-9)


# -- a quarter -------------------------------------------------------------------------------------------------------
def turn(world) -> None:
    """New space that is ready opens; carriers full for long enough are sold; tenants who cannot bear the rent leave."""
    table, terms = world.carriers, world.rules.premises.sale
    if table.coming:
        for ready, area in table.coming:
            if ready == world.quarter:
                table.extra += area
        table.coming = [one for one in table.coming if one[0] > world.quarter]
    if terms is None:
        return
    table.count(world.firms)
    occupancy = table.occupied / np.maximum(table.capacity, 1.0)
    table.full = np.where(occupancy >= terms.occupancy, table.full + 1, 0)
    for_sale = np.flatnonzero(table.public & _built(table) & (table.full >= terms.quarters))
    if len(for_sale):
        _sell(world, terms, for_sale)
    _leave(world, terms)


def _built(table):
    return (table.kind == INCUBATOR) | (table.kind == ACCELERATOR) | (table.kind == PARK)


def _sell(world, terms, rows):
    table, ledger, agency = world.carriers, world.ledger, world.agencies[terms.agency]
    price = table.price()
    paid = value((price * table.occupied)[rows], (table.cost * table.capacity)[rows], terms.required)
    rows, paid = rows[paid > 0], paid[paid > 0]
    if not len(rows):
        return
    total = ledger.transfer("building_sale", float(paid.sum()), "outside", agency.account)
    built = np.floor(terms.recycled * paid / terms.build_cost)  # m2
    spent = min(float(np.rint(built.sum() * terms.build_cost)), total)
    ledger.transfer("construction", spent, agency.account, "households")
    ledger.transfer("returned", total - spent, agency.account, "city")
    table.public[rows], table.sold[rows] = False, True
    # The buyer's rent is the market's; where a full carrier asked more already, it falls towards that and no further.
    market = 3 * world.numbers["carrier.market_rent"]
    asked = np.maximum(price[rows], market)
    table.rent[rows] = np.maximum(table.rent[rows], market)
    table.index[rows] = asked / table.rent[rows]
    cell = table.kind * len(world.place.districts) + table.district
    area = np.bincount(cell[rows], built, int(cell.max()) + 1)
    weight = table.base * (table.public & _built(table))
    if not weight.any():
        weight = table.base * _built(table)
    table.coming.append((world.quarter + int(terms.build_quarters), np.rint(spread(area, cell, weight))))
    table.flows["sold"] += float(len(rows))
    table.flows["sale_money"] += total


def _leave(world, terms):
    """At the turn of their year tenants of sold carriers leave when the rent is more of their sales than they bear."""
    table, firms = world.carriers, world.firms
    if not table.sold.any():
        return
    inside = np.flatnonzero(table.sold[table.at])
    rows, at = table.seats[inside], table.at[inside]
    tenure = world.quarter - firms.tenant_since[rows]
    rent = table.price()[at] * firms.space[rows]
    gone = (tenure > 0) & (tenure % 4 == 0) & (rent > terms.bearable * np.maximum(firms.sales[rows], 1.0))
    table.flows["priced_out"] += float(gone.sum())
    table.release(firms, rows[gone])
    table.count(firms)
