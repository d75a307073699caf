"""A city of any number of firms: every total of the shipped city multiplied, everything else as it is."""

from __future__ import annotations

from sim import scenario
from sim.inputs import read_yaml
from sim.parameters import Numbers, registry
from sim.parameters.inherit import OUTSIDE, TOTALS
from sim.parameters.values import Steps
from sim.population.initial import rows_needed
from sim.programmes import CATALOGUE

PLACE = "nantong"


def totals() -> list[str]:
    """Ids of the numbers that grow with a place."""
    classes = read_yaml(TOTALS).mapping()
    return [part.value for name, node in classes.items() if name != OUTSIDE for part in node.items()]


def scaled(value, size: float):
    """A total of a city `size` times as large; what is counted in whole numbers stays whole, and at least one."""
    if isinstance(value, Steps):
        return Steps(value.quarters, tuple(scaled(one, size) for one in value.values))
    return float(max(round(value * size), 1)) if value and value == round(value) else value * size


def numbers(rows: int, overrides=None, *, talent: float = 1.0, changes=None) -> Numbers:
    """Numbers of a city with so many firms at the start, whatever the ranges say.

    `overrides` as a scenario has them, scaled with the rest; `changes` as they stand; `talent` is the part of the
    usual number of S&T persons per firm.
    """
    found = registry(PLACE).resolve(dict(overrides or {}))
    size = rows / rows_needed(found)[0]
    more = {id: scaled(found[id], size) for id in totals()}
    if talent != 1:
        more["talent.cost_per_head"] = found["talent.cost_per_head"] / talent
    return Numbers({**found, **more, **(changes or {})})


def package(name: str = "status_quo"):
    """A shipped package of programmes."""
    return scenario.load(name, CATALOGUE, registry(PLACE))
