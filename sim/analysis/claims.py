"""The claims of the documents that the model can test: what is compared, and the verdict that an interval gives.

The claims stand in claims.yaml. A sign or a value is what the documents imply; it is not changed to fit a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.inputs import Node, read_yaml
from sim.metrics import METRICS

FILE = Path(__file__).with_suffix(".yaml")
DIFFERENCE, RATIO, JOINT = "difference", "ratio", "joint"
SIGNS = ("+", "-", "0")
SUPPORTS, CONTRADICTS, OPEN, LACKING = "supports", "contradicts", "open", "lacking"
HOLDS, IN_PART, FAILS, UNDECIDED, UNTESTED = "holds", "in part", "fails", "undecided", "untested"


@dataclass(frozen=True)
class Test:
    """A comparison. `parts` of a joint test; `per` and `value` of a ratio; else the sign that the claim implies."""

    kind: str
    scenario: str
    against: str
    metric: str
    sign: str = ""
    per: str = ""
    value: float = np.nan
    parts: tuple[str, ...] = ()

    @property
    def scenarios(self) -> set[str]:
        """Packages that must have been run."""
        return {self.scenario, self.against, *self.parts}


@dataclass(frozen=True)
class Claim:
    """`zh`, `en`, `why` and `published` are texts; `rests` are ids of numbers."""

    id: str
    number: int
    zh: str
    en: str
    source: str
    published: dict[str, str]
    rests: tuple[str, ...]
    tests: tuple[Test, ...] = ()
    why: dict[str, str] | None = None


@cache
def claims() -> tuple[Claim, ...]:
    """All claims in their order; `InputError` where the file is not as it must be."""
    return tuple(sorted((_claim(id, node) for id, node in read_yaml(FILE).mapping().items()), key=lambda claim: claim.number))


def wanted() -> set[str]:
    """Packages that the tests compare: with all of them in it, a study is the audit."""
    return {scenario for claim in claims() for test in claim.tests for scenario in test.scenarios}


def _claim(id: str, node: Node) -> Claim:
    part = node.mapping(("number", "zh", "en", "source", "tests", "why", "published", "rests"), ("number", "zh", "en", "source", "published", "rests"))
    if "tests" not in part and "why" not in part:
        raise node.error("a claim without a test says why", value=None)
    return Claim(
        id, int(part["number"].value), part["zh"].text(), part["en"].text(), part["source"].text(), _both(part["published"]),
        tuple(one.text() for one in part["rests"].items()), tuple(_test(one) for one in part["tests"].items()) if "tests" in part else (),
        _both(part["why"]) if "why" in part else None,
    )  # fmt: skip


def _both(node: Node) -> dict[str, str]:
    part = node.mapping(("zh", "en"), ("zh", "en"))
    return {lang: part[lang].text() for lang in ("zh", "en")}


def _test(node: Node) -> Test:
    needs = {DIFFERENCE: ("sign",), RATIO: ("per", "value"), JOINT: ("parts", "sign")}
    kind = node.mapping(None, ("kind",))["kind"].text()
    if kind not in needs:
        raise node.error("is not one of the choices", allowed=tuple(needs))
    names = ("kind", "with", "against", "metric", *needs[kind])
    part = node.mapping(names, names)
    for name in {"metric", "per"} & part.keys():
        if part[name].text() not in METRICS:
            raise part[name].error("is not a metric")
    if "sign" in part and part["sign"].text() not in SIGNS:
        raise part["sign"].error("is not one of the choices", allowed=SIGNS)
    more = {name: part[name].text() for name in ("sign", "per") if name in part}
    if kind == RATIO:
        more["value"] = float(part["value"].value)
    if kind == JOINT:
        more["parts"] = tuple(one.text() for one in part["parts"].items())
    return Test(kind, part["with"].text(), part["against"].text(), part["metric"].text(), **more)


def joint(bundle: np.ndarray, parts: Sequence[np.ndarray], base: np.ndarray) -> np.ndarray:
    """Gain of a bundle less the sum of the gains of its parts, all against the same base, (worlds,)."""
    return (bundle - base) - np.sum([part - base for part in parts], axis=0)


def of_sign(mean: float, decided: bool, sign: str) -> str:
    """What a paired difference says of a claimed sign; a difference that cannot be told from 0 supports nothing, no null either."""
    if not decided:
        return OPEN
    return SUPPORTS if (mean > 0) == (sign == "+") and sign != "0" else CONTRADICTS


def of_value(interval: tuple[float, float, float] | None, value: float) -> str:
    """What (mean, low, high) of a ratio says of a claimed value; None where the ratio has no meaning."""
    if interval is None:
        return OPEN
    return SUPPORTS if interval[1] <= value <= interval[2] else CONTRADICTS


def verdict(found: Iterable[str]) -> str:
    """Of all tests of a claim."""
    told = [one for one in found if one != LACKING]
    if not told:
        return UNTESTED
    if set(told) == {SUPPORTS}:
        return HOLDS
    if SUPPORTS in told:
        return IN_PART
    return FAILS if CONTRADICTS in told else UNDECIDED
