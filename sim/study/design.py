"""What a study consists of: scenarios × seeds, their keys, and the tasks that are still missing.

Everything people can get wrong is checked here, before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import InputError, nearest
from sim.study import task
from sim.study.journal import DONE, Journal, run_key
from sim.study.manifest import code_version

REFERENCES = ("status_quo", "none")
MAX_SEED = 2**31 - 1
SENT = ("name", "programmes", "overrides")  # what a worker needs of a scenario


@dataclass(frozen=True)
class Design:
    """A study, resolved. `keys` maps (scenario, seed) to the key of the run in a journal."""

    place: str
    scenarios: dict[str, dict]
    asked: tuple[str, ...]
    seeds: tuple[int, ...]
    quarters: int
    against: tuple[str, ...]
    draw: bool = False
    overrides: Mapping = field(default_factory=dict)
    core: Mapping = field(default_factory=dict)
    code: str = ""
    keys: Mapping = field(default_factory=dict)

    def pairs(self) -> list[tuple[str, str]]:
        """(scenario, against) of every comparison, without comparing a scenario with itself."""
        return [(one, other) for other in self.against for one in self.scenarios if one != other]

    def tasks(self, journal: Journal) -> list[dict]:
        """Specs of the tasks that are missing, one a seed.

        Whatever has no number yet is tried again, failed and killed runs too: memory may be there the next time, and a
        failure that is in the model only costs its own run. A missing pair brings back the runs it compares.
        """
        statuses = journal.statuses(self.keys.values())
        whole = {key for key, status in statuses.items() if status == DONE and journal.whole(key)}
        specs = []
        for seed in self.seeds:
            keys = {name: self.keys[name, seed] for name in self.scenarios}
            pairs = [(one, other) for one, other in self.pairs() if journal.outcomes(keys[one], keys[other]) is None]
            needed = {name for name, key in keys.items() if key not in whole}.union(*pairs)
            if needed:
                specs.append(self._spec(seed, [name for name in self.scenarios if name in needed], pairs))
        return specs

    def _spec(self, seed: int, names: list[str], pairs: list[tuple[str, str]]) -> dict:
        return {
            "place": self.place, "seed": seed, "quarters": self.quarters, "draw": self.draw,
            "overrides": dict(self.overrides), "core": dict(self.core), "code": self.code,
            "scenarios": [{key: self.scenarios[name][key] for key in SENT} for name in names],
            "pairs": [list(pair) for pair in pairs],
        }  # fmt: skip


def design(
    place: str,
    scenarios: Sequence,
    seeds: int | Sequence[int],
    quarters: int,
    draw: bool = False,
    overrides: Mapping | None = None,
    against: Sequence[str] | None = None,
    core: Mapping | None = None,
) -> Design:
    """Check and resolve a study; `scenarios` are names, files or `Scenario` objects. Mistakes raise `InputError`."""
    seeds = _seeds(seeds)
    _whole("quarters", quarters, 1, 80)  # the terms of programmes end in 2041Q1
    core, overrides = task.CORE | dict(core or {}), dict(overrides or {})
    registry = task.named(core["registry"])(place)
    loaded, asked = _scenarios(scenarios, registry)
    against = _against(against, loaded)
    code = code_version()
    # What is run is part of the code; the usual core leaves no trace, so that keys do not depend on its spelling.
    version = code if core == task.CORE else f"{code} {sorted(core.items())}"
    keys = {}
    for name, scenario in loaded.items():
        # What a seed draws follows from these numbers, the seed and the priors; the priors are part of the code.
        numbers = task.resolve(registry, overrides, scenario, None).digest + (" drawn" if draw else "")
        for seed in seeds:
            keys[name, seed] = run_key(version, scenario["digest"], numbers, seed, quarters, place)
    return Design(place, loaded, asked, seeds, quarters, against, bool(draw), overrides, core, code, keys)


def _whole(name: str, value, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError("a whole number is needed", field=name, value=value, allowed=f"{low} to {high}")


def _seeds(seeds: int | Sequence[int]) -> tuple[int, ...]:
    if isinstance(seeds, (list, tuple, range)):
        for seed in seeds:
            _whole("seeds", seed, 0, MAX_SEED)
        if not seeds or len(set(seeds)) != len(seeds):
            raise InputError("at least one seed is needed, and each only once", field="seeds", value=list(seeds))
        return tuple(seeds)
    _whole("seeds", seeds, 1, 1_000_000)
    return tuple(range(1, seeds + 1))


def _scenarios(references: Sequence, registry) -> tuple[dict[str, dict], tuple[str, ...]]:
    if isinstance(references, (str, Path)):
        references = [references]
    loaded, asked = {}, []
    for reference in references:
        scenario = reference if hasattr(reference, "digest") else _load(reference, registry)
        if scenario.name in loaded:
            raise InputError("a scenario is named twice", field="scenarios", value=scenario.name)
        loaded[scenario.name] = {
            "name": scenario.name, "title": dict(scenario.title), "question": _plain(scenario.question),
            "programmes": list(scenario.programmes), "overrides": dict(scenario.overrides),
            "sources": list(scenario.sources), "digest": scenario.digest,
        }  # fmt: skip
        asked.append(str(reference) if isinstance(reference, (str, Path)) else scenario.name)
    if not loaded:
        raise InputError("at least one scenario is needed", field="scenarios")
    return loaded, tuple(asked)


def _plain(text):
    return dict(text) if isinstance(text, Mapping) else text


def _load(reference: str | Path, registry):
    from sim import scenario
    from sim.programmes import CATALOGUE

    return scenario.load(reference, CATALOGUE, registry)


def _against(against: Sequence[str] | None, loaded: dict) -> tuple[str, ...]:
    if against is None:
        return tuple(name for name in REFERENCES if name in loaded)
    for name in against:
        if name not in loaded:
            raise InputError(
                "not a scenario of this study",
                field="against",
                value=name,
                allowed=loaded,
                nearest=nearest(name, loaded),
            )
    return tuple(dict.fromkeys(against))
