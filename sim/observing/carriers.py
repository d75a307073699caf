"""Metrics of carriers and enclaves, and what the scorecard wants of their tenants. Only reads."""

from __future__ import annotations

import numpy as np

from sim.population.premises import ENCLAVE, INCUBATOR, KINDS, MAKER
from sim.processes import branches

COUNTED = {
    "carrier_admissions": "admissions", "carrier_graduations": "graduations", "carrier_expired": "expired",
    "carrier_handoffs": "handoffs", "carrier_handoff_failed": "handoff_failed", "carrier_moved_out": "moved_out",
    "carrier_deficit": "operator_deficit", "enclave_admitted": "enclave_admitted", "enclave_landed": "enclave_landed",
    "enclave_left": "enclave_left", "enclave_returned": "enclave_returned", "clawback_due": "clawback_due",
    "clawback_paid": "clawback_paid", "clawback_lapsed": "clawback_lapsed",
    "carrier_sold": "sold", "carrier_sale_money": "sale_money", "carrier_priced_out": "priced_out",
    "incubator_institute_seats": "institute_seats",
}  # fmt: skip
PLANTS = {"plants_landed": "landed", "plants_instead": "instead", "plants_left": "left", "licences_paid": "licences"}


def labels(world) -> dict[str, tuple[str, ...]]:
    """Names along the dimension of grouped metrics."""
    return {"carrier": KINDS}


def start(world) -> None:
    """Allocate what is kept a year."""
    years = (world.horizon + 3) // 4
    micro = world.record.micro
    for name in ("tenants_per_incubator", "graduates_share", "tenant_rd_intensity", "certified_tenants_share"):
        micro[name] = np.full(years, np.nan)
    world.carriers.opening_tenants = float(_by_kind(world, world.carriers.tenants)[INCUBATOR])
    world.carriers.graduated = 0.0
    for name, value in _stocks(world).items():
        world.record.initial[name] = value


def _by_kind(world, values) -> np.ndarray:
    return np.bincount(world.carriers.kind, values, len(KINDS))


def _stocks(world) -> dict[str, float]:
    table = world.carriers
    local = table.kind < ENCLAVE
    built = local & (table.kind != MAKER)
    let = _by_kind(world, table.occupied)
    space = np.maximum(_by_kind(world, table.capacity), 1.0)
    weight = table.usual_rent * table.base * local
    return {
        "carrier_tenants": float(table.tenants[local].sum()),
        "carrier_occupancy": float(table.occupied[built].sum() / max(table.capacity[built].sum(), 1.0)),
        "incubator_occupancy": float(let[INCUBATOR] / space[INCUBATOR]),
        "carrier_vacant_area": float((table.capacity - table.occupied)[built].sum()),
        "carrier_area": float(table.capacity[built].sum()),
        "carrier_rent": float((weight * (table.index * (table.rent / table.usual_rent))).sum() / max(weight.sum(), 1e-9)),
        "carrier_service": float((table.service * table.tenants)[local].sum() / max(table.tenants[local].sum(), 1.0)),
        "carrier_waiting": float(np.count_nonzero(world.firms.awaits[: world.firms.count])),
        "enclave_tenants": float(table.tenants[~local].sum()),
        "clawback_receivable": float(table.receivable.sum()),
    }


def quarter(world) -> None:
    """Write the quarter; in the fourth, what the year gives."""
    table, q, record, ledger = world.carriers, world.quarter, world.record, world.ledger
    put = record.series
    for name, value in _stocks(world).items():
        put[name][q] = value
    put["rd_in_hubs"][q] = branches.research_in_hubs(world)
    put["plants"][q] = branches.plants_here(world)
    for name, flow in PLANTS.items():
        put[name][q] = world.branches.flows[flow]
    for name, flow in COUNTED.items():
        put[name][q] = table.flows[flow]
    put["carrier_rents_paid"][q] = ledger.total("rent", "firms")
    put["carrier_support_paid"][q] = sum(
        ledger.total(kind) for kind in ("rent_support", "vacancy", "carrier_award", "carrier_fee", "package")
    )
    record.grouped["tenants_by_kind"][2][q] = _by_kind(world, table.tenants)
    space = _by_kind(world, table.capacity)
    record.grouped["occupancy_by_kind"][2][q] = _by_kind(world, table.occupied) / np.maximum(space, 1.0)
    table.graduated += table.flows["graduations"]
    if world.season == 3:
        _year(world, q // 4)


def _year(world, year):
    """Tenants of incubators against what is published of them."""
    table, firms, micro = world.carriers, world.firms, world.record.micro
    incubators = table.kind == INCUBATOR
    rows = table.seats[incubators[table.at]]
    tenants = float(len(rows))
    micro["tenants_per_incubator"][year] = tenants / max(np.count_nonzero(incubators), 1)
    micro["graduates_share"][year] = table.graduated / max(table.opening_tenants, 1.0)
    if len(rows):
        micro["tenant_rd_intensity"][year] = firms.rd_year[rows].sum() / max(firms.sales_year[rows].sum(), 1.0)
        micro["certified_tenants_share"][year] = float((firms.cert_year[rows] > 0).mean())
    table.opening_tenants, table.graduated = tenants, 0.0
