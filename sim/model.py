"""`Ecosystem`: the world as a Mesa model. Mesa keeps the clock, the institutions as agents and the data collector."""

from __future__ import annotations

import logging
import operator
import secrets
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import mesa

from sim import scenario as scenarios
from sim.errors import InputError
from sim.institutions.agency import Agency, Guarantor
from sim.institutions.bank import Bank
from sim.institutions.contract_office import ContractOffice
from sim.institutions.fund_agency import FundAgency
from sim.institutions.joint_office import JointOffice
from sim.institutions.university import University
from sim.institutions.zone_office import ZoneOffice
from sim.metrics import METRICS
from sim.parameters import dotted, registry
from sim.programmes import CATALOGUE
from sim.world import World

MAX_QUARTERS = 80  # the terms of programmes end in 2041Q1


class BankAgent(mesa.Agent, Bank):
    """A bank among Mesa's agents."""


class AgencyAgent(mesa.Agent, Agency):
    """The office of a programme among Mesa's agents."""


class GuarantorAgent(mesa.Agent, Guarantor):
    """The guarantee company among Mesa's agents."""


class JointOfficeAgent(mesa.Agent, JointOffice):
    """The office of a joint loan product among Mesa's agents."""


class UniversityAgent(mesa.Agent, University):
    """A university among Mesa's agents."""


class FundAgencyAgent(mesa.Agent, FundAgency):
    """The office of a fund programme among Mesa's agents."""


class ContractOfficeAgent(mesa.Agent, ContractOffice):
    """The office of a contest among Mesa's agents."""


class ZoneOfficeAgent(mesa.Agent, ZoneOffice):
    """The office of a reward for zones among Mesa's agents."""


class _AgentWorld(World):
    """The same world with institutions that are Mesa agents."""

    bank_class, agency_class, guarantor_class = BankAgent, AgencyAgent, GuarantorAgent
    university_class, joint_class = UniversityAgent, JointOfficeAgent
    fund_class, contract_class, zone_class = FundAgencyAgent, ContractOfficeAgent, ZoneOfficeAgent

    def __init__(self, model: mesa.Model, *terms):
        self._model = model
        super().__init__(*terms)

    def make(self, kind, *terms):
        return kind(self._model, *terms)


class Ecosystem(mesa.Model):
    """A city's innovation ecosystem under a policy package, one quarter a step.

    place: a place (`nantong`) · policy: a shipped package, a path to one, or a sequence of programme ids ·
    rng: the seed of all luck, a whole number · draw: the seed also draws the uncertain numbers ·
    quarters: how far the world can run · overrides: numbers with `__` for `.`, such as `credit__rate_cap=0.08`.
    Raises `InputError` on an unknown place, package, number or a value out of range.

    >>> model = Ecosystem(rng=1)
    >>> model.run_for(4)
    >>> model.datacollector.get_model_vars_dataframe()["hnte_stock"]
    """

    def __init__(self, place: str = "nantong", policy: Any = "status_quo", rng: int | None = 1, *, draw: bool = False,
                 quarters: int = 40, **overrides):  # fmt: skip
        rng = _seed(rng)
        quarters = _whole("quarters", quarters, "the horizon", 1, MAX_QUARTERS)
        # Mesa logs every step at INFO, which floods a study.
        logging.getLogger("MESA").setLevel(logging.WARNING)
        super().__init__(rng=rng)
        numbers = registry(place)
        self.package = _package(policy, numbers)
        changes = {**self.package.overrides, **dotted(overrides)}
        resolved = numbers.resolve(changes, draw_seed=rng if draw else None)
        self.world = _AgentWorld(self, resolved, self.package, rng, quarters)
        series = self.world.record.series
        self.datacollector = mesa.DataCollector(
            model_reporters={name: _reporter(name) for name, metric in METRICS.items() if name in series}
        )

    @property
    def record(self):
        """What the run has reported so far (`sim.metrics.Record`)."""
        return self.world.record

    def step(self) -> None:
        """One quarter."""
        self.world.step()
        self.datacollector.collect(self)
        self.running = self.world.quarter + 1 < self.world.horizon


def _seed(rng) -> int:
    """The seed as a whole number; None, as Mesa passes for "any", takes a fresh one (kept in `model.world.seed`)."""
    return secrets.randbits(32) if rng is None else _whole("rng", rng, "the seed", 0, 2**63 - 1)


def _whole(name: str, value, what: str, low: int, high: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = low - 1
    if isinstance(value, bool) or not low <= number <= high:
        raise InputError(f"{what} is a whole number", field=name, value=value, allowed=f"{low} to {high}")
    return number


def _reporter(name: str):
    def read(model: Ecosystem) -> float:
        return float(model.world.record.series[name][model.world.quarter])

    return read


def _package(policy, numbers):
    if isinstance(policy, scenarios.Scenario):
        return policy
    if isinstance(policy, Mapping):
        unknown = [name for name in policy if name not in CATALOGUE]
        if unknown:
            raise InputError("unknown programme", field="policy", value=unknown[0], allowed=sorted(CATALOGUE))
        terms = {f"{name}.{term}": value for name, given in policy.items() for term, value in (given or {}).items()}
        return SimpleNamespace(name="custom", programmes=tuple(policy), overrides=terms)
    if isinstance(policy, (list, tuple, set, frozenset)):
        return _package({name: {} for name in policy}, numbers)
    return scenarios.load(policy, CATALOGUE, numbers)
