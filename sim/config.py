"""From the command line to one plain `Config`, through Hydra: groups, overrides and sweeps, then a strict check.

Hydra ends here. It composes the shipped `conf` only, never a scenario file, and its launcher is not used: sweeps are
expanded by Hydra's own parser and run one after another, so no output folder, logger or working directory is touched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim import shipped
from sim.errors import InputError, closest, nearest, plain
from sim.settings import GROUPS, SHORT, flat, jobs, place_names, text_value
from sim.study.executors import KINDS
from sim.study.sampling import METHODS

FOLDER = re.compile(r"[^\W_][\w.\-]{0,63}")


@dataclass(frozen=True)
class Config:
    """What `run`, `study` and `report` are asked to do. `place_title` by language; `results` a folder."""

    place: str
    place_title: dict
    study: str
    scenarios: tuple[str, ...]
    against: tuple[str, ...] | None
    seeds: int | tuple[int, ...]
    quarters: int
    draw: bool
    draws: int | None
    method: str
    vary: dict | None
    executor: str
    workers: int | None
    address: str | None
    timeout: float | None
    numbers: dict
    results: Path
    lang: str
    scenario: str
    seed: int


def configs(settings: list[str], multirun: bool = False, lang: str | None = None) -> list[Config]:
    """The jobs that `settings` describe, one unless `multirun`; `InputError` for anything that is not right."""
    asked = jobs(settings, multirun)
    found = [_check(_compose(list(job.values())), lang) for job in asked]
    if len(found) == 1:
        return [_placed(found[0], None, "")]
    swept = [key for key in asked[0] if len({job[key] for job in asked}) > 1 and key.lstrip("+") not in GROUPS]
    placed = [
        _placed(config, "", "".join(f"-{slug(job[key])}" for key in swept))
        for job, config in zip(asked, found, strict=True)
    ]
    if len({config.results for config in placed}) < len(placed):
        raise InputError("two jobs of the sweep would write to the same folder", field="results")
    return placed


def _compose(settings: list[str]) -> dict:
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    # Hydra would merge `vary` with that of the study, point for point of a grid that nobody asked for.
    settings = [part for setting in settings for part in (["study.vary=null"] if setting.startswith("study.vary=") else []) + [setting]]
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(shipped.folder("conf").absolute()), version_base="1.3"):
            config = compose("config", overrides=settings)
        # Unresolved: `${oc.env:HOME}` is a text that the check refuses, not a look into the environment.
        return OmegaConf.to_container(config, resolve=False)
    except (HydraException, OmegaConfBaseException) as error:
        raise _explained(error, settings) from None


def _explained(error: Exception, settings: list[str]) -> InputError:
    """Hydra's complaint as ours: what was written, what there is, what was probably meant."""
    for setting in settings:
        key, _, value = setting.partition("=")
        name, value = key.lstrip("+"), value.strip("'\"")
        if name in GROUPS:
            known = sorted(path.stem for path in (shipped.folder("conf") / name).glob("*.yaml"))
            if value not in known:
                near = nearest(value, [*known, *(place_names() if name == "place" else ())])
                return InputError("there is no such choice", field=name, value=value, allowed=known, nearest=near)
        elif name.partition(".")[0] not in (*SCHEMA, "numbers") or (
            f"'{name}" in str(error) and "override" in str(error)
        ):
            known = _keys()
            if name in known:
                continue
            return InputError("there is no such setting", value=name, allowed=known, nearest=nearest(name, known))
    return InputError(plain(str(error).splitlines()[0], 300))


def _keys() -> list[str]:
    inner = [f"{group}.{key}" for group, keys in SCHEMA.items() if isinstance(keys, dict) for key in keys]
    return [*SHORT, *SCHEMA, "numbers", *inner]


def _count(low: int, high: int):
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _list(part, empty: bool = False):
    return lambda value: isinstance(value, list) and (empty or bool(value)) and all(part(one) for one in value)


def _either(*checks):
    return lambda value: any(check(value) for check in checks)


def _none(value) -> bool:
    return value is None


def _positive(value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


_SEED = _count(0, 2**31 - 1)
SCHEMA = {
    "lang": (_either(lambda value: value in ("zh", "en")), "zh, en"),
    "results": (_either(_none, text_value), "a folder"),
    "place": {
        "name": (text_value, "a name"),
        "title": (lambda value: isinstance(value, dict) and all(map(text_value, value.values())), "zh and en"),
    },
    "study": {
        "name": (lambda value: text_value(value) and bool(FOLDER.fullmatch(value)), "letters, digits, - and _"),
        "scenarios": (_list(text_value), "a list of scenarios, at least one"),
        "against": (_either(_none, _list(text_value, empty=True)), "a list of scenarios"),
        "seeds": (_either(_count(1, 1_000_000), _list(_SEED)), "a number from 1, or a list of seeds from 0"),
        "quarters": (_count(1, 80), "a whole number from 1 to 80"),
        "draw": (lambda value: isinstance(value, bool), "true, false"),
        "draws": (_either(_none, _count(1, 1_000_000)), "a whole number from 1, or null"),
        "method": (lambda value: value in METHODS, ", ".join(METHODS)),
        "vary": (lambda value: value is None, "numbers and where their values come from"),
    },
    "executor": {
        "kind": (lambda value: value in KINDS, ", ".join(KINDS)),
        "workers": (_either(_none, _count(1, 4096)), "a whole number from 1, or null for all cores"),
        "address": (_either(_none, text_value), "the address of a running cluster, or null"),
        "timeout": (_either(_none, _positive), "seconds a run, or null for no limit"),
    },
    "run": {"scenario": (text_value, "a scenario"), "seed": (_SEED, "a whole number from 0")},
}


def _check(composed: dict, lang: str | None) -> Config:
    """Rebuild the composed configuration as a frozen type: no unknown key, every value of its kind."""
    numbers = dict(flat(composed.pop("numbers", {})))
    vary = _varied(composed.get("study", {}))
    if isinstance(composed.get("study", {}).get("scenarios"), str):
        composed["study"]["scenarios"] = [composed["study"]["scenarios"]]
    _strict(composed, SCHEMA, "")
    study = composed["study"]
    seeds = study["seeds"]
    return Config(
        place=composed["place"]["name"], place_title=composed["place"]["title"], study=study["name"],
        scenarios=tuple(study["scenarios"]), against=None if study["against"] is None else tuple(study["against"]),
        seeds=seeds if isinstance(seeds, int) else tuple(seeds), quarters=study["quarters"], draw=study["draw"],
        draws=study["draws"], method=study["method"], vary=vary, executor=composed["executor"]["kind"],
        workers=composed["executor"]["workers"], address=composed["executor"]["address"],
        timeout=composed["executor"]["timeout"], numbers=numbers,
        results=None if composed["results"] is None else Path(composed["results"]),
        lang=lang or composed["lang"], scenario=composed["run"]["scenario"], seed=composed["run"]["seed"],
    )  # fmt: skip


def _varied(study: dict) -> dict | None:
    """Take `vary` out of a study: id -> null, or its list of values; the ids are the registry's to check."""
    if not isinstance(study.get("vary"), dict):
        return None  # for the check to judge
    found, study["vary"] = study["vary"], None
    sources = list(_sources(found))
    for place, (id, _) in enumerate(sources):
        if id in (other for other, _ in sources[:place]):  # once with a dot, once inside braces
            raise InputError("a number is written twice inside the braces", field=f"vary.{id}")
    return dict(sources)


def _sources(node: dict, before: str = "") -> Iterator[tuple[str, list | None]]:
    for key, value in node.items():
        field = f"{before}{key}"
        if isinstance(value, dict):
            yield from _sources(value, f"{field}.")
        elif value is None or (isinstance(value, list) and all(map(_source, value))):
            yield field, value
        else:
            raise InputError("must be a list of values", field=f"vary.{field}", value=str(value))


def _source(value) -> bool:
    steps = isinstance(value, dict) and all(isinstance(inner, (int, float)) for inner in value.values())
    return steps or isinstance(value, (bool, int, float)) or text_value(value)


def _strict(found: dict, schema: dict, before: str) -> None:
    for key, value in found.items():
        field = f"{before}{key}"
        if key not in schema:
            raise InputError(
                "there is no such setting", field=field, allowed=list(schema), nearest=nearest(key, schema)
            )
        rule = schema[key]
        if isinstance(rule, dict):
            if not isinstance(value, dict):
                raise InputError("has settings of its own", field=field, value=str(value), allowed=list(rule))
            _strict(value, rule, f"{field}.")
        elif not rule[0](value):
            raise InputError(
                "is not acceptable", field=field, value=value if isinstance(value, str) else str(value), allowed=rule[1]
            )
    for key in schema:
        if key not in found:
            raise InputError("is missing", field=f"{before}{key}")


def known_numbers(config: Config) -> None:
    """`InputError` for a number of the command line that is not there or not of its range, named as it was written."""
    from sim.parameters import registry

    numbers = registry(config.place)
    for id, value in config.numbers.items():
        if id not in numbers:
            hint = f"a number of the model; `innosim parameters` lists all {len(numbers)}"
            near = closest(id, numbers.ids)
            raise InputError("there is no such number", field=f"numbers.{id}", allowed=hint, nearest=near)
        numbers[id].check(value, field=f"numbers.{id}")


def slug(setting: str) -> str:
    """A piece of a folder name that tells the jobs of a sweep apart."""
    text = re.sub(r"[^\w.\-]+", "_", setting.lstrip("+")).strip("_")
    return text if len(text) <= 40 else f"{text[:30]}-{hashlib.sha256(setting.encode()).hexdigest()[:8]}"


def _placed(config: Config, parent: str | None, more: str) -> Config:
    """With its folder. In a sweep `results` is the folder above, so that every job has its own."""
    from dataclasses import replace

    own = f"{config.place}-{config.study}{more}"
    if parent is None:
        return replace(config, results=config.results or Path("results") / own)
    return replace(config, results=(config.results or Path("results")) / own)
