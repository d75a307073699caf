"""A world of a few lines for the tests of the study runner: NumPy only, as the real one, and able to misbehave."""

import hashlib
import json
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.metrics import Record

PUSH = {"status_quo": 0.0, "none": -5.0, "push": 3.0, "tiny": 0.0}
CORE = {"simulate": "fake_world:simulate", "registry": "fake_world:registry", "compare": "fake_world:compare"}


@dataclass(frozen=True)
class Scenario:
    """A package; `trap` is what its world does in the middle."""

    name: str
    overrides: dict = field(default_factory=dict)
    programmes: tuple = ("award.hnte",)
    question: str = ""
    sources: tuple = ("text",)

    @property
    def title(self):
        return {"zh": f"{self.name}·中文", "en": self.name}

    @property
    def digest(self):
        return hashlib.sha256(json.dumps([self.name, self.overrides]).encode()).hexdigest()


class Numbers(dict):
    @property
    def digest(self):
        return hashlib.sha256(json.dumps(sorted(self.items())).encode()).hexdigest()


DEFAULTS = {"level": 10.0, "trap": "", "folder": "", "sleep": 0.0}


@dataclass(frozen=True)
class Number:
    """As much of `sim.parameters.Number` as drawing needs: every prior is uniform on 10…11."""

    id: str
    prior: bool
    type: str = "number"

    def drawn(self, u):
        return 10.0 + u

    def written(self, value):
        return value

    def check(self, value, field=""):
        if not isinstance(value, (int, float, str)):
            raise InputError("must be a number", field=field)
        return value


class Registry:
    ids = tuple(DEFAULTS)
    place = "fake"

    def __iter__(self):
        return (Number(id, id == "level") for id in DEFAULTS)

    def __contains__(self, id):
        return id in DEFAULTS

    def __getitem__(self, id):
        return Number(id, id == "level")

    def resolve(self, overrides, draw_seed=None):
        numbers = Numbers(DEFAULTS)
        if draw_seed is not None:
            numbers["level"] = 10.0 + np.random.default_rng([7, draw_seed]).random()
        for name, value in overrides.items():
            if name not in DEFAULTS:
                raise InputError("unknown number", field="numbers", value=name, allowed=DEFAULTS)
            numbers[name] = value
        return numbers


def registry(place):
    if place not in ("fake", "nantong"):
        raise InputError("unknown place", field="place", value=place, allowed=["fake"])
    return Registry()


class World:
    def __init__(self, numbers, scenario, seed):
        self.numbers, self.scenario, self.seed = numbers, scenario, seed
        self.rng = np.random.default_rng(seed)
        self.stock, self.flow, self.paid = [], [], []
        if numbers.get("folder"):
            # A line per run, so that tests can count what was started.
            with open(Path(numbers["folder"]) / f"{scenario.name}-{seed}-{os.getpid()}", "a") as file:
                file.write("run\n")

    def step(self):
        quarter = len(self.stock)
        if quarter == 2:
            time.sleep(self.numbers["sleep"])
            trap, _, seed = self.numbers["trap"].partition("@")
            if trap and (not seed or int(seed) == self.seed):
                if trap == "raise":
                    raise RuntimeError("trapped")
                if trap == "exit":
                    os._exit(9)
                if trap == "kill":  # what the system does to a process that takes too much memory
                    os.kill(os.getpid(), signal.SIGKILL)
                if trap == "memory":
                    np.ones(2**50)
                if trap == "hang":
                    while True:
                        time.sleep(0.01)
        noise = self.rng.random()
        self.stock.append(100.0 + quarter + PUSH.get(self.scenario.name, 1.0) + round(4 * noise))
        self.flow.append(self.numbers["level"] * (1 + noise + PUSH.get(self.scenario.name, 1.0) / 100))
        self.paid.append([noise, 2 * noise])

    @property
    def record(self):
        firms = {"trap": self.numbers["trap"] == "compare", "rd": np.arange(5.0) + PUSH.get(self.scenario.name, 1.0)}
        return Record(
            series={
                "hnte_stock": np.array(self.stock),
                "rd_real": np.array(self.flow),
                "loan_access": np.array(self.flow) / 100,
            },
            grouped={"programme_paid": ("programme", ("award.hnte", "loan.sukedai"), np.array(self.paid))},
            initial={"hnte_stock": 100.0},
            firms=firms,
            micro={"sizes": np.arange(3.0 + self.seed)},
        )


def simulate(numbers, scenario, seed, quarters, streams=None, openings=None):
    world = World(numbers, scenario, seed)
    for _ in range(quarters):
        world.step()
    return world.record


def compare(with_, without):
    if with_.get("trap"):
        raise ValueError("cannot compare")
    return {"rd_gain": float((with_["rd"] - without["rd"]).sum()), "undefined": float("nan")}


def die():
    """A worker that ends before its first task."""
    os._exit(1)
