"""Small worlds for tests: a city of some 400 firms whose totals are scaled down with it, and how to compare two runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256

import numpy as np

from sim import observe, scenario
from sim.metrics import Record
from sim.parameters import Numbers, registry
from sim.programmes import CATALOGUE
from sim.study.task import Package
from sim.world import World

SCALE = 1 / 40
FIRMS = {
    "place.hnte": 60, "place.pool": 20, "place.scitech_sme": 100, "place.pan_tech": 150, "place.untiered": 120,
    "place.founders_per_quarter": 10, "place.outside_projects_per_quarter": 2, "place.risers_per_quarter": 3,
    "place.carrier.maker.count": 3, "place.carrier.incubator.count": 2, "place.carrier.accelerator.count": 1,
    "place.carrier.park.count": 1, "place.hub.shanghai.enclaves": 2,
}  # fmt: skip
# Totals of a city, scaled with the number of its firms; and the terms that are totals, whichever programme has them.
TOTALS = (
    "place.hnte_revenue", "place.enterprise_rd", "place.above_scale_revenue", "place.rd_org", "place.fledgling_start",
    "place.gazelle_start", "place.unicorn_start", "place.city_opening_cash", "place.scitech_loans",
    "place.guaranteed_loans", "place.talent.foreign", "talent.jianghai.places", "talent.youth_grants.places",
    "delivery.review_capacity", "ladder.small_to_hnte.capacity", "hnte.reserve.places", "hnte.review.capacity",
    "place.hub.shanghai.area",
    "enclave.incubator.expansion", "enclave.research.expansion", "enclave.manufacture.sites", "whitelist.risk_share.size", "finance.visits.firms", "finance.visits.fair_cost",
    "attraction.recognition.target", "rnd.awards.number", "growth.srdi.number",
    "place.joint_projects", "edu.vocational.places", "services.brokers.count", "institute.national.funding", "institute.new_type.funding", "institute.branch.funding",
    "place.private_equity", "place.public_equity",
)  # fmt: skip
# Counts that may be parts of one in a small city.
PARTS = ("place.matching_events", "place.transfer_centres", "university.events.events", "university.transfer_centres.centres")
BUDGETS = (".appropriation", ".extra_appropriation", ".quota", ".capital", ".running_cost_year")
PROGRAMMES = tuple(CATALOGUE)


@cache
def small_place() -> dict[str, float]:
    """Overrides that make a small city of the shipped one."""
    place = registry()
    totals = [number for number in place if number.id in TOTALS or number.id.endswith(BUDGETS)]
    parts = {id: place[id].default * SCALE for id in PARTS}
    return FIRMS | parts | {number.id: float(round(number.default * SCALE)) for number in totals}


@cache
def shipped(name: str) -> Package:
    """A shipped package with its budgets scaled to the small city."""
    found = scenario.load(name, CATALOGUE, registry())
    scaled = {
        id: value * SCALE if id.endswith(BUDGETS) and not isinstance(value, Mapping) else value
        for id, value in found.overrides.items()
    }
    return Package(name, found.programmes, scaled)


def package(policy="status_quo") -> Package:
    """A package for the small city: a shipped name; ids of programmes; or ids → terms, which stand as they are."""
    if isinstance(policy, Package):
        return policy
    if isinstance(policy, str):
        return shipped(policy)
    terms = policy if isinstance(policy, Mapping) else {name: {} for name in policy}
    overrides = {f"{name}.{term}": value for name, given in terms.items() for term, value in given.items()}
    return Package("custom", tuple(terms), overrides)


def numbers(policy="status_quo", overrides: Mapping | None = None, draw_seed: int | None = None) -> Numbers:
    """The numbers of a small world; `overrides` go before the package's own terms, as in a study."""
    changes = small_place() | dict(overrides or {}) | package(policy).overrides
    return registry().resolve(changes, draw_seed=draw_seed)


def build(policy="status_quo", *, seed=1, quarters=40, overrides=None, draw=False, kind=World) -> World:
    """A small world before its first quarter."""
    given = package(policy)
    return kind(numbers(given, overrides, seed if draw else None), given, seed, quarters)


def run(policy="status_quo", *, steps: int | None = None, quarters=40, **options) -> World:
    """A small world after `steps` quarters (all, unless told)."""
    world = build(policy, quarters=quarters, **options)
    for _ in range(quarters if steps is None else steps):
        world.step()
    observe.finish(world)
    return world


def columns(record: Record) -> dict[str, np.ndarray]:
    """Everything a record holds as named arrays; grouped metrics label by label, so that programmes can be left out."""
    found = {f"series {name}": values for name, values in record.series.items()}
    for name, (_, labels, values) in record.grouped.items():
        found |= {f"grouped {name} of {label}": values[:, k] for k, label in enumerate(labels)}
    found |= {f"initial {name}": np.array(value) for name, value in record.initial.items()}
    found |= {f"micro {name}": values for name, values in record.micro.items()}
    return found | {f"firms {name}": values for name, values in record.firms.items()}


def state(world: World) -> dict[str, np.ndarray]:
    """The record and every firm column of a world."""
    return columns(world.record) | {f"column {name}": values for name, values in world.firms.columns().items()}


def different(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], without: str = "") -> list[str]:
    """Names of the arrays that differ in a single bit or stand on one side only, but for one programme's own columns."""
    names = {name for name in {*one, *other} if not (without and name.endswith(f" of {without}"))}
    absent = [name for name in names if name not in one or name not in other]
    changed = [name for name in names - set(absent) if one[name].tobytes() != other[name].tobytes()]
    return sorted(absent + changed)


def checksum(world: World) -> str:
    """SHA-256 over all arrays of a world."""
    digest = sha256()
    for name, values in sorted(state(world).items()):
        digest.update(f"{name} {values.dtype.str} {values.shape}".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
