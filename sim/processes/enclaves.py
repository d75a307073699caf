"""Enclave incubators: projects in a hub take a place, stay registered in the city, learn in the hub, and at the end land
or leave. A project that would have settled anyway and comes through an enclave is found by comparing twins."""

from __future__ import annotations

import numpy as np

from sim.population.premises import ACCELERATOR, ENCLAVE
from sim.processes import branches, enclave_forms
from sim.processes.tenancy import admit, collect, landing_chance, lease_ends, rooms
from sim.processes.tenants import take


# -- who comes ----------------------------------------------------------------------------------------------------------
def offers(world, rows) -> np.ndarray:
    """Enclave that each arriving row of the cast takes a place in, -1 for none (rows,)."""
    cast, p, table = world.cast, world.numbers, world.carriers
    chosen = np.full(len(rows), -1)
    traits, who = table.traits, cast.identity[rows]
    at = np.flatnonzero((traits.hub_home[who] >= 0) & (traits.enclave_wish[who] < p["enclave.apply"]))
    free = table.free() * (table.kind == ENCLAVE) * (1 - p["enclave.local_places"])
    if not len(at) or not free.any():
        return chosen
    who = rows[at]
    identity = cast.identity[who]
    need = _space(world, cast.employment[who] * p["enclave.start_scale"])
    rank = cast.merit[who] + traits.pitch[identity]
    chosen[at] = admit(traits.hub_home[identity], rank, cast.lot[who], need, table.hub, free, table.quality)
    return chosen


def _space(world, staff):
    p = world.numbers
    return rooms(staff, world.carriers.usual_staff, p["enclave.room"], p["carrier.room_elasticity"], p["carrier.room_limit"])


def settle(world, slots, chosen) -> None:
    """Those of the entrants who come through an enclave begin there, with the business of a project without a plant."""
    got = chosen >= 0
    if not got.any():
        return
    firms, scale = world.firms, world.numbers["enclave.start_scale"]
    rows = slots[got]
    _resize(firms, rows, scale)
    firms.scale[rows] = scale
    take(world, rows, chosen[got], _space(world, firms.employment[rows]))


def _resize(firms, rows, factor):
    for name in ("sales", "sales_local", "costs"):
        values = getattr(firms, name)
        values[rows] = np.rint(values[rows] * factor)
    firms.employment[rows] *= factor


def send_research(world) -> None:
    """First quarter: certified local firms that send their R&D to an enclave while their plant stays."""
    if world.season != 0:
        return
    firms, p, table, n = world.firms, world.numbers, world.carriers, world.firms.count
    free = table.free() * (table.kind == ENCLAVE)
    rows = np.flatnonzero(firms.alive[:n] & (firms.cert_year[:n] > 0) & (firms.carrier[:n] < 0))
    year = table.traits.sends_research.take(firms.identity.take(rows, mode="clip"), mode="clip")
    rows = rows.compress(year == world.quarter // 4)
    if not len(rows) or not free.any():
        return
    # Local firms go to the nearest hub, as far as the places that are not kept for projects.
    nearest = np.full(len(rows), int(np.argmin(table.hub_distance)))
    staff = firms.employment[rows] * firms.rd_staff[rows]
    need = _space(world, staff)
    let = np.bincount(*_local_tenants(world), table.rows)
    room = np.minimum(free, np.maximum(p["enclave.local_places"] * table.offered - let, 0.0))
    chosen = admit(nearest, firms.merit[rows], firms.lot[rows], need, table.hub, room, table.quality)
    got = chosen >= 0
    take(world, rows[got], chosen[got], need[got])


def _local_tenants(world):
    """Enclave and space of local tenants."""
    firms = world.firms
    rows = world.carriers.in_hubs(firms)
    rows = rows[world.carriers.traits.hub_home[firms.identity[rows]] < 0]
    return firms.carrier[rows], firms.space[rows]


# -- who lands ----------------------------------------------------------------------------------------------------------
def graduate(world) -> None:
    """At the end of its stay a project lands or leaves; the R&D of a local firm comes home."""
    firms, p, table = world.firms, world.numbers, world.carriers
    _collect(world)
    rows = table.in_hubs(firms)
    tenure = world.quarter - firms.tenant_since[rows]
    due = lease_ends(tenure, table.stay[ENCLAVE], np.zeros(len(rows), bool))
    who, traits = firms.identity[rows], table.traits
    due |= (tenure >= traits.patience[who]) & (tenure > 0)
    project = traits.hub_home[who] >= 0
    home = rows[due & ~project]
    table.release(firms, home)
    table.flows["enclave_returned"] = float(len(home))
    rows = rows[due & project]
    chance = landing_chance(p["enclave.landing_rate"], _shift(world, rows))
    lands = traits.lands[firms.identity[rows]] < chance
    _land(world, rows[lands])
    _leave(world, rows[~lands])


def _shift(world, rows) -> np.ndarray:
    """Log-odds of landing against the usual: suppliers at home, package, pull of the host (rows,)."""
    firms, p, table = world.firms, world.numbers, world.carriers
    package = enclave_forms.of_tenants(world, "package", rows) - p["enclave.package_usual"]
    # Who may leave the laboratory where it is gives up less of the hub, and need not talk its researchers into moving.
    kept = enclave_forms.term(world, rows, "rd_outside")
    host = np.log(table.hub_rd / table.hub_rd[np.argmin(table.hub_distance)])
    # A hub farther away lets go no more easily, but coming from there costs more: distance enters as travel does.
    return (
        p["enclave.landing_fit"] * table.fit[firms.sector[rows]]
        + p["enclave.landing_package"] * package / p["entry.setup_cost"]
        - p["enclave.landing_pull"] * host[firms.hub[rows]] * (1 - kept)
        + p["enclave.landing_research"] * kept
    )


def _land(world, rows):
    firms, p, table = world.firms, world.numbers, world.carriers
    branches.keep_laboratories(world, enclave_forms.term(world, rows, "rd_outside"), rows)
    _resize(firms, rows, 1 / firms.scale[rows])
    firms.scale[rows] = 1.0
    table.release(firms, rows)
    # The plant is paid by those who own the project; a way into the chain at home is open.
    world.ledger.to_firms("equity", np.full(len(rows), np.rint(p["entry.setup_cost"])), "outside", rows)
    firms.awaits[rows] = ACCELERATOR
    for support in world.rules.premises.supports:
        if support.package and len(mine := rows[enclave_forms.served(world, support, rows)]):
            amount = np.full(len(mine), np.rint(support.package))
            world.agencies[support.agency].pay_now(world, "package", mine, amount)
    table.flows["enclave_landed"] = float(len(rows))


def _leave(world, rows):
    """Gone with money and knowledge; part of the support is owed back."""
    firms, p, table = world.firms, world.numbers, world.carriers
    table.flows["enclave_left"] = float(len(rows))
    share = enclave_forms.of_tenants(world, "clawback", rows)
    owed = float(np.rint(share * firms.supported[rows]).sum()) if p["enclave.leaving"] else 0.0
    table.receivable[0] += owed
    table.flows["clawback_due"] = owed
    table.release(firms, rows)
    firms.departing[rows] = bool(p["enclave.leaving"])


def _collect(world):
    """Claims on firms that left: paid slowly, given up in the end. What comes in goes to the purse that had paid."""
    p, table = world.numbers, world.carriers
    left, paid, lapsed = collect(table.receivable, p["enclave.collection"])
    table.receivable = left
    payees = [x.agency for x in world.rules.premises.supports if x.clawback]
    account = world.agencies[payees[0]].account if payees else "city"
    world.ledger.transfer("clawback", paid, "outside", account)
    table.flows["clawback_paid"], table.flows["clawback_lapsed"] = paid, lapsed


# -- what they learn ----------------------------------------------------------------------------------------------------
def present(world, stock) -> np.ndarray:
    """Knowledge as near as it is heard at home (rows,): that of enclave tenants fades with the distance of the hub."""
    rows = world.carriers.in_hubs(world.firms)
    near = np.exp2(-world.carriers.hub_distance / world.numbers["knowledge.half_distance"])
    out = stock.copy()
    out[rows] *= near[world.firms.hub[rows]]
    branches.at_home(world, out, near)
    return out


def better(world, n) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows in hubs, what a yuan of R&D gives there against home, and log productivity heard from the hub (rows,).

    Staff in the hub are better and dearer. What can be heard, ε·ln(1 + hub/city), is taken up geometrically.
    """
    firms, p, table = world.firms, world.numbers, world.carriers
    rows = table.in_hubs(firms)
    hub = firms.hub[rows]
    city = p["place.enterprise_rd"]
    reach = p["knowledge.spillover_elasticity"] * np.log1p(table.hub_rd / city)
    pace = min(0.25 / p["enclave.absorb"], 1.0)
    tenure = world.quarter - firms.tenant_since[rows]
    return rows, p["enclave.skill"] / table.hub_wage[hub], reach[hub] * pace * (1 - pace) ** tenure


# -- the start ----------------------------------------------------------------------------------------------------------
def start(world, rows, age) -> None:
    """Projects that sit in the enclaves of the start, with their tenures, and how well sectors fit the city."""
    firms, p, table, place = world.firms, world.numbers, world.carriers, world.place
    weight = np.bincount(firms.sector[: firms.count], firms.sales[: firms.count], len(place.sectors))
    log_share = np.log(np.maximum(weight, 1.0) / weight.sum())
    projects = world.cast.sector[table.traits.hub_home[world.cast.identity] >= 0]
    table.fit = log_share - (float(log_share[projects].mean()) if len(projects) else float(log_share.mean()))
    young = rows[age[rows] < table.stay[ENCLAVE]]
    luck = world.streams.trait("tenure enclave").random(firms.count)[young]
    tenure = np.minimum((luck * table.stay[ENCLAVE]).astype(int), age[young])
    there = tenure < table.traits.patience[firms.identity[young]]
    young, tenure = young[there], tenure[there]
    order = np.argsort(world.streams.trait("enclave at the start").random(firms.count)[young], kind="stable")
    wanted = p["enclave.tenants_start"] * table.base * (table.kind == ENCLAVE)
    order = order[: round(float(wanted.sum()) / p["enclave.room"])]
    young, tenure = young[order], tenure[order]
    need = _space(world, firms.employment[young])
    hub = np.full(len(young), int(np.argmax(np.bincount(table.hub[table.hub >= 0], table.base[table.hub >= 0]))))
    chosen = admit(hub, firms.merit[young], firms.lot[young], need, table.hub, wanted, table.quality)
    got = chosen >= 0
    young = young[got]
    take(world, young, chosen[got], need[got])
    firms.tenant_since[young] = -1 - tenure[got]
    firms.scale[young] = p["enclave.start_scale"]
    table.traits.hub_home[firms.identity[young]] = hub[got]
