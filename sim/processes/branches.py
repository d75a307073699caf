"""Firms of the city one stage of which stays outside for good: laboratories that landed projects leave in the hub, and
plants whose owners go on creating there.

R&D of a laboratory is the firm's own and counts in the city, but it is paid and heard where it is done. A plant brings
jobs and sales; what it makes is created by its parent, which takes what the creation earns as a licence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.population.initial import OUTSIDE
from sim.processes import tenancy

FLOWS = ("landed", "instead", "left", "licences")
BRANCH = np.dtype([
    ("slot", "i8"), ("identity", "i8"), ("hub", "i8"), ("since", "i8"), ("ends", "i8"), ("outside", "f8"), ("landing", "f8"),
    ("returns", "f8"), ("created", "f8"),
])  # fmt: skip


# -- kernels ---------------------------------------------------------------------------------------------------------
def licence(profit, sales, routine, returns):
    """What a parent takes (rows,) RMB: profit above a routine return on sales, but for the part it leaves in the plant."""
    return np.rint((1 - returns) * np.maximum(profit - routine * sales, 0.0))


def blend(share, outside, home):
    """A factor of work of which `share` is done outside (rows,)."""
    return share * outside + (1 - share) * home


def sites_of_quarter(yearly, quarter) -> int:
    """Whole sites of a quarter, so that years have their number."""
    return int((quarter + 1) * yearly / 4) - int(quarter * yearly / 4)


# -- state -----------------------------------------------------------------------------------------------------------
@dataclass
class Branches:
    """Laboratories: `outside` share of R&D done in `hub`, tenant there `since` a quarter. Plants: `outside` share that
    stays with the parent, which has `created` RMB of knowledge for them, until `ends`, when they choose again."""

    laboratories: np.ndarray = field(default_factory=lambda: np.empty(0, BRANCH))
    plants: np.ndarray = field(default_factory=lambda: np.empty(0, BRANCH))
    coming: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))  # rows of the cast
    flows: dict = field(default_factory=lambda: dict.fromkeys(FLOWS, 0.0))


def start(world) -> None:
    """Before anything else: nobody has a branch."""
    world.branches = Branches()


def _here(world, table):
    """Those whose firm still lives in its slot."""
    firms = world.firms
    return table[firms.alive[table["slot"]] & (firms.identity[table["slot"]] == table["identity"])]


def _new(world, slots, **columns):
    made = np.zeros(len(slots), BRANCH)
    made["slot"], made["identity"] = slots, world.firms.identity[slots]
    for name, values in columns.items():
        made[name] = values
    return made


# -- plants: who comes, what is licensed, who leaves -----------------------------------------------------------------
def _chance(world, landing, hub, sector, package, roots=0.0):
    """Chance that an owner in a hub has its plant here (rows,): suppliers, package, wages of the hub."""
    p, table = world.numbers, world.carriers
    wage = np.log(table.hub_wage / table.hub_wage[np.argmin(table.hub_distance)])
    shift = (
        p["enclave.landing_fit"] * table.fit[sector]
        + p["enclave.landing_package"] * (package - p["enclave.package_usual"]) / p["entry.setup_cost"]
        + p["enclave.plant_wage"] * wage[hub]
    )
    return tenancy.landing_chance(landing, shift + roots)


def offer(world, rows, through, settles) -> np.ndarray:
    """Which arrivals of the cast come as plants (rows,): owners in hubs that no enclave took, best first, one a site.

    Offices cannot tell who would have settled whole; who is offered a site may leave its creation where it is.
    """
    state, plants, cast = world.branches, world.rules.premises.plants, world.cast
    takes = np.zeros(len(rows), bool)
    state.flows = dict.fromkeys(FLOWS, 0.0)
    state.coming = rows[:0]
    if plants is None:
        return takes
    agency, package, traits = world.agencies[plants.agency], np.rint(plants.package), world.carriers.traits
    room = sites_of_quarter(plants.sites, world.quarter)
    if package > 0:
        room = min(room, int(world.ledger.cash[agency.account] // package))
    who = cast.identity[rows]
    at = np.flatnonzero((cast.kind[rows] == OUTSIDE) & (traits.hub_home[who] >= 0) & (through < 0))
    chance = _chance(world, plants.landing, traits.hub_home[who[at]], cast.sector[rows[at]], package)
    at = at[traits.lands[who[at]] < chance]
    rank = cast.merit[rows[at]] + traits.pitch[who[at]]
    at = at[np.lexsort((cast.lot[rows[at]], -rank))[:room]]
    takes[at] = True
    state.coming = np.sort(rows[at])
    state.flows["landed"] = float(len(at))
    state.flows["instead"] = float(np.count_nonzero(cast.outside_option[rows[at]] < settles))
    return takes


def settle(world, coming, slots) -> None:
    """Plants among the entrants: R&D and knowledge stay with the parent, the package is paid."""
    state, firms, plants = world.branches, world.firms, world.rules.premises.plants
    if not len(state.coming):
        return
    slots = slots[np.isin(coming, state.coming, kind="table")]
    away = plants.rd_outside
    created = away * firms.knowledge[slots]
    firms.intensity[slots] *= 1 - away
    firms.knowledge[slots] -= created
    made = _new(
        world, slots, hub=world.carriers.traits.hub_home[firms.identity[slots]], since=world.quarter,
        ends=world.quarter + plants.term, outside=away, landing=plants.landing, returns=plants.returns, created=created,
    )  # fmt: skip
    state.plants = np.concatenate([state.plants, made])
    if plants.package:
        amount = np.full(len(slots), np.rint(plants.package))
        world.agencies[plants.agency].pay_now(world, "package", slots, amount)


def run(world) -> None:
    """Licences are paid; plants whose promise is over choose again."""
    state, firms, p = world.branches, world.firms, world.numbers
    if len(state.laboratories):
        state.laboratories = _here(world, state.laboratories)
    if not len(state.plants):
        return
    state.plants = table = _here(world, state.plants)
    rows = table["slot"]
    profit = firms.sales[rows] - firms.costs[rows] - firms.rd_real[rows]
    due = licence(profit, firms.sales[rows], p["enclave.plant_margin"], table["returns"])
    paid = np.minimum(due, np.maximum(firms.cash[rows], 0.0))
    state.flows["licences"] = world.ledger.from_firms("licence", paid, "outside", rows)
    firms.profit_year[rows] -= paid
    over = table[table["ends"] == world.quarter]
    if not len(over) or not p["enclave.plant_leaving"]:
        return
    rows = over["slot"]
    chance = _chance(world, over["landing"], over["hub"], firms.sector[rows], 0.0, p["enclave.plant_roots"])
    leaves = rows[world.carriers.traits.lands[over["identity"]] >= chance]
    firms.departing[leaves] = True
    state.flows["left"] = float(len(leaves))


def wanted(world, target) -> None:
    """R&D that plants want at home (n,): what the parent does is not theirs."""
    table = world.branches.plants
    if len(table):
        target[table["slot"]] *= 1 - table["outside"]


def create(world, before, stock) -> None:
    """What a plant makes grows with what its parent knows: `before` (n,) is set so that stock over before says so."""
    state, firms, p = world.branches, world.firms, world.numbers
    if not len(state.plants):
        return
    state.plants = table = _here(world, state.plants)
    rows, old = table["slot"], table["created"].copy()
    research = table["outside"] * firms.desired_intensity[rows] * firms.sales[rows]
    research *= p["enclave.skill"] / world.carriers.hub_wage[table["hub"]]
    table["created"] = (1 - p["knowledge.depreciation"] / 4) * old + research
    before[rows] = stock[rows] * (before[rows] + old) / np.maximum(stock[rows] + table["created"], 1.0)
    np.maximum(before, 1e-9, out=before)


# -- laboratories ----------------------------------------------------------------------------------------------------
def keep_laboratories(world, share, rows) -> None:
    """Projects that land now leave this share (rows,) of their R&D in the hub in which they were tenants."""
    firms = world.firms
    if not len(rows) or not np.any(share):
        return
    share = np.broadcast_to(share, rows.shape)
    # A firm that went out to a hub again comes back to the laboratory it has.
    at = np.flatnonzero((share > 0) & ~np.isin(firms.identity[rows], world.branches.laboratories["identity"], kind="table"))
    if not len(at):
        return
    made = _new(world, rows[at], hub=firms.hub[rows[at]], since=firms.tenant_since[rows[at]], outside=share[at])
    world.branches.laboratories = np.concatenate([world.branches.laboratories, made])


def staffed(world, factor) -> np.ndarray:
    """Factor on R&D from filled posts (n,): a laboratory in a hub finds its people there."""
    table = world.branches.laboratories
    if len(table):
        rows = table["slot"]
        factor[rows] = blend(table["outside"], 1.0, factor[rows])
    return factor


def post(world, change) -> None:
    """Posts at home follow the R&D at home; `change` (n,) holds yearly R&D in RMB."""
    table = world.branches.laboratories
    if len(table):
        change[table["slot"]] *= 1 - table["outside"]


def spend_away(world, amount) -> np.ndarray:
    """Pay what laboratories spend in hubs; returns what is left to be paid at home (n,)."""
    table = world.branches.laboratories
    if not len(table):
        return amount
    rows = table["slot"]
    away = np.rint(table["outside"] * amount[rows])
    world.ledger.from_firms("rd", away, "outside", rows)
    amount[rows] -= away
    return amount


def work(world, effective) -> None:
    """Effective R&D (n,): staff in the hub are better and dearer, whatever the city's wage does."""
    table, firms, p = world.branches.laboratories, world.firms, world.numbers
    if len(table):
        rows = table["slot"]
        there = firms.rd_real[rows] * (1 + p["keylab.efficiency"] * firms.keylab[rows])
        there *= p["enclave.skill"] / world.carriers.hub_wage[table["hub"]]
        effective[rows] = blend(table["outside"], there, effective[rows])


def hear(world, heard) -> None:
    """Log productivity heard (n,): a laboratory goes on taking up what can be heard in the hub, by its share."""
    table, p = world.branches.laboratories, world.numbers
    if not len(table):
        return
    reach = p["knowledge.spillover_elasticity"] * np.log1p(world.carriers.hub_rd / p["place.enterprise_rd"])
    pace = min(0.25 / p["enclave.absorb"], 1.0)
    heard[table["slot"]] += (
        table["outside"] * reach[table["hub"]] * pace * (1 - pace) ** (world.quarter - table["since"])
    )


def at_home(world, stock, near) -> None:
    """Knowledge as it is heard at home (n,), in place: of what a laboratory knows, an echo at most, faded as `near` (hubs,)."""
    table = world.branches.laboratories
    if len(table):
        echo = world.numbers["enclave.lab_echo"] * near[table["hub"]]
        stock[table["slot"]] *= blend(table["outside"], echo, 1.0)


def siphon(world, moving) -> None:
    """Rate of moving away (n,), in place: headquarters follow R&D."""
    table = world.branches.laboratories
    if len(table):
        moving[table["slot"]] *= blend(table["outside"], world.numbers["enclave.siphon"], 1.0)


def plants_here(world) -> int:
    """Plants at the end of the quarter."""
    return len(_here(world, world.branches.plants))


def research_in_hubs(world) -> float:
    """R&D of the quarter that the city counts and hubs hear, RMB: of tenants there, and of laboratories."""
    firms, table = world.firms, world.branches.laboratories
    tenants = float(firms.rd_real[world.carriers.in_hubs(firms)].sum())
    return tenants + float((table["outside"] * firms.rd_real[table["slot"]]).sum())
