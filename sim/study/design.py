"""What a study consists of: scenarios × worlds (draws × seeds), their keys, and the tasks that are still missing.

Everything people can get wrong is checked here, before anything is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import InputError, nearest
from sim.study import leaving_out, sampling, task
from sim.study.journal import Journal, run_key
from sim.study.manifest import code_version

REFERENCES = ("status_quo", "none")
MAX_SEED = 2**31 - 1
SENT = ("name", "programmes", "overrides")  # what a worker needs of a scenario


@dataclass(frozen=True)
class Design:
    """A study, resolved. `keys` maps (scenario, world) to the key of the run in a journal.

    `worlds` maps the label of a world to its draw (from 1; None where nothing is drawn apart from the seed) and seed.
    Without draws the label is the seed. Draws and seeds are crossed: every draw meets the same luck.
    """

    place: str
    scenarios: dict[str, dict]
    asked: tuple[str, ...]
    seeds: tuple[int, ...]
    quarters: int
    against: tuple[str, ...]
    worlds: Mapping[int, tuple[int | None, int]]
    draw: bool = False
    overrides: Mapping = field(default_factory=dict)
    sample: sampling.Sample | None = None
    vary: Mapping | None = None
    timeout: float | None = None
    left_out: Mapping | None = None  # of `PACKAGE/each`: package, off, without (programme → scenario)
    core: Mapping = field(default_factory=dict)
    code: str = ""
    keys: Mapping = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """Number of draws; 0 without."""
        return len(self.sample.rows) if self.sample else 0

    def pairs(self) -> list[tuple[str, str]]:
        """(scenario, against) of every comparison, without comparing a scenario with itself."""
        if self.left_out:  # what the programme gives is seen from the package that has it
            return [(self.left_out["package"], other) for other in self.scenarios if other != self.left_out["package"]]
        return [(one, other) for other in self.against for one in self.scenarios if one != other]

    def tasks(self, journal: Journal, whole: set[str] | None = None) -> list[dict]:
        """Specs of the tasks that are missing, one a world.

        Whatever has no number yet is tried again, failed and killed runs too: memory may be there the next time, and a
        failure that is in the model only costs its own run. A missing pair brings back the runs it compares.
        `whole`: what `journal.whole` says of the keys, for who has asked already.
        """
        whole = journal.whole(self.keys.values()) if whole is None else whole
        compared = journal.compared()
        specs = []
        # Seed by seed: a study that is stopped early has seen all draws, if with little luck.
        for world in sorted(self.worlds, key=lambda world: self.seeds.index(self.worlds[world][1])):
            keys = {name: self.keys[name, world] for name in self.scenarios}
            pairs = [(one, other) for one, other in self.pairs() if (keys[one], keys[other]) not in compared]
            needed = {name for name, key in keys.items() if key not in whole}.union(*pairs)
            if needed:
                specs.append(self.spec(world, [name for name in self.scenarios if name in needed], pairs))
        return specs

    def spec(self, world: int, names: list[str], pairs: list[tuple[str, str]]) -> dict:
        """What a worker needs to run some scenarios of a world; see `sim.study.task.run`."""
        draw, seed = self.worlds[world]
        return {
            "world": world, "place": self.place, "seed": seed, "quarters": self.quarters, "draw": self.draw,
            "overrides": dict(self.overrides), "sample": self.sample.values(draw) if draw else {},
            "named": bool(draw and self.sample.named), "timeout": self.timeout, "core": dict(self.core), "code": self.code,
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
    draws: int | None = None,
    method: str = sampling.RANDOM,
    vary: Mapping | None = None,
    timeout: float | None = None,
) -> Design:
    """Check and resolve a study; `scenarios` are names, files or `Scenario` objects. Mistakes raise `InputError`."""
    seeds = _seeds(seeds)
    _whole("quarters", quarters, 1, 80)  # the terms of programmes end in 2041Q1
    if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0):
        raise InputError("is not acceptable", field="timeout", value=timeout, allowed="seconds a run, or null for no limit")
    core, overrides = task.CORE | dict(core or {}), dict(overrides or {})
    registry = task.named(core["registry"])(place)
    loaded, asked, left_out = _scenarios(scenarios, registry)
    against = _against((left_out["package"],) if left_out and against is None else against, loaded)
    drawn = sampling.sample(registry, method, draws, vary, overrides)
    worlds = _worlds(drawn, seeds)
    code = code_version()
    # What is run is part of the code; the usual core leaves no trace, so that keys do not depend on its spelling.
    version = code if core == task.CORE else f"{code} {sorted(core.items())}"
    ranks = _ranks(drawn)
    keys = {}
    for name, scenario in loaded.items():
        # What a seed draws follows from these numbers, the seed and the priors; the priors are part of the code.
        numbers = task.resolve(registry, overrides, scenario, None).digest + (" drawn" if draw else "")
        if drawn:
            _in_order(registry, overrides, scenario, drawn)
        for world, (number, seed) in worlds.items():
            keys[name, world] = run_key(version, scenario["digest"], numbers + ranks[number], seed, quarters, place)
    varied = None if vary is None else {id: list(values) if values is not None else None for id, values in vary.items()}
    return Design(place, loaded, asked, seeds, quarters, against, worlds, bool(draw), overrides, drawn, varied,
                  timeout, left_out, core, code, keys)  # fmt: skip


def _worlds(drawn: sampling.Sample | None, seeds: tuple[int, ...]) -> dict[int, tuple[int | None, int]]:
    if drawn is None:
        return {seed: (None, seed) for seed in seeds}
    every = ((draw, seed) for draw in range(1, len(drawn.rows) + 1) for seed in seeds)
    return dict(enumerate(every, 1))


def _ranks(drawn: sampling.Sample | None) -> dict[int | None, str]:
    """draw → what it adds to the key of its runs: nothing where nothing is drawn."""
    ranks: dict[int | None, str] = {None: ""}
    if drawn:
        ranks |= {draw: f" {drawn.digest(draw)}" for draw in range(1, len(drawn.rows) + 1)}
    return ranks


def _in_order(registry, overrides: Mapping, scenario: dict, drawn: sampling.Sample) -> None:
    """`InputError` for a draw in which a programme would stop before it starts; nothing else depends on two numbers."""
    ends = {end for span in getattr(registry, "spans", ()) for end in span}
    if ends.intersection(drawn.ids):
        for draw in range(1, len(drawn.rows) + 1):
            task.resolve(registry, overrides, scenario, None, drawn.values(draw), drawn.named)


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


def _scenarios(references: Sequence, registry) -> tuple[dict[str, dict], tuple[str, ...], dict | None]:
    if isinstance(references, (str, Path)):
        references = [references]
    package = next((found for found in map(leaving_out.asked, references) if found), None)
    if package is not None:
        return _each_left_out(references, package, registry)
    loaded, asked = {}, []
    for reference in references:
        scenario = reference if hasattr(reference, "digest") else _load(reference, registry)
        if scenario.name in loaded:
            raise InputError("a scenario is named twice", field="scenarios", value=scenario.name)
        loaded[scenario.name] = _entry(scenario)
        asked.append(str(reference) if isinstance(reference, (str, Path)) else scenario.name)
    if not loaded:
        raise InputError("at least one scenario is needed", field="scenarios")
    return loaded, tuple(asked), None


def _each_left_out(references: Sequence, package: str, registry) -> tuple[dict[str, dict], tuple[str, ...], dict]:
    if len(references) > 1:
        raise InputError("a package taken apart stands alone", field="scenarios", value=str(references[0]))
    from sim.programmes import CATALOGUE

    found, left_out = leaving_out.family(_load(package, registry), CATALOGUE, registry)
    return {scenario.name: _entry(scenario) for scenario in found}, (str(references[0]),), left_out


def _entry(scenario) -> dict:
    return {
        "name": scenario.name, "title": dict(scenario.title), "question": _plain(scenario.question),
        "programmes": list(scenario.programmes), "overrides": dict(scenario.overrides),
        "sources": list(scenario.sources), "digest": scenario.digest,
    }  # fmt: skip


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
