"""The subset as the model has it: its own functions on a world whose other parts are switched off."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from benchmarks import city
from benchmarks.twins import OUTPUTS
from sim.processes import calendar, credit, exit, knowledge, ladder, research, sales, taxes
from sim.streams import Streams
from sim.world import World

NEVER = 10**4  # a quarter beyond every run
OFF = dict.fromkeys((
    "place.founders_per_quarter", "place.outside_projects_per_quarter", "place.risers_per_quarter",
    "place.pool", "place.scitech_loans", "place.guaranteed_loans", "place.private_equity", "place.public_equity",
    "place.joint_projects", "place.matching_events", "place.transfer_centres",
    "place.fledgling_start", "place.gazelle_start", "place.unicorn_start",
    "place.carrier.maker.count", "place.carrier.incubator.count", "place.carrier.accelerator.count",
    "place.carrier.park.count", "place.hub.shanghai.enclaves", "place.hub.shanghai.area",
    "place.talent.foreign", "talent.shortage", "talent.skill_effect",
), 0) | {"label.rule_start": NEVER}  # fmt: skip
TALENT = 1e-3  # persons have no part in the subset; the world wants some
PROGRAMMES = ("tax.incentives",)
STEP = (
    research.plan, sales.sell, research.spend, knowledge.learn, credit.serve_debt, credit.borrow, credit.invest,
    taxes.collect, exit.leave, ladder.climb,
)  # fmt: skip


def world(rows: int, seed: int, quarters: int, *, luck: int | None = None, changes=None, openings=None) -> World:
    """The start of all three twins; `luck` is a seed of its own for what comes after it."""
    numbers = city.numbers(rows, changes=OFF | (changes or {}), talent=TALENT)
    package = SimpleNamespace(name="subset", programmes=PROGRAMMES)
    made = World(numbers, package, seed, quarters, openings=openings)
    if luck is not None:
        made.streams = made.luck.streams = Streams(luck)
    return made


class ArrayCity:
    """A world that does nothing but the subset."""

    def __init__(self, start: World):
        self.world = start

    def step(self) -> list[float]:
        """One quarter; OUTPUTS."""
        world = self.world
        world._begin_quarter()
        calendar.turn_year(world)
        for process in STEP:
            process(world)
        row = self.outputs()
        world.ledger.close()
        return row

    def outputs(self) -> list[float]:
        """Sums over the city; rows of the dead hold nothing."""
        world, firms, n = self.world, self.world.firms, self.world.firms.count
        alive = firms.alive[:n]
        tiers = np.bincount(firms.tier[:n] + 1 - ~alive, minlength=6)[1:]
        found = {
            "firms": np.count_nonzero(alive),
            "certified": np.count_nonzero(firms.cert_year[:n]),
            "registered": np.count_nonzero(firms.registered[:n]),
            "tier_none": tiers[ladder.NONE], "tier_pan": tiers[ladder.PAN], "tier_sme": tiers[ladder.SME],
            "aims": np.count_nonzero(firms.aims[:n]),
            "claims": np.count_nonzero(firms.claims[:n]),
            "first_time": world.flows["hnte_first_time"],
            "batch": world.flows["hnte_certified_flow"],
            "exits": world.exits,
            "insolvent": world.flows["insolvent"],
            "revenue": firms.sales[:n].sum(),
            "rd_real": firms.rd_real[:n].sum(),
            "rd_reported": firms.rd_reported[:n].sum(),
            "knowledge": firms.knowledge[:n].sum(),
            "productivity": np.einsum("i,i->", firms.productivity[:n], alive),
            "patents": world.flows["patents_flow"],
            "cash": firms.cash[:n].sum(),
            "debt": world.books.total[0],
            "lent": world.books.new[0],
            "lost": world.books.defaulted[0],
            "employment": firms.employment[:n].sum(),
        }  # fmt: skip
        return [float(found[name]) for name in OUTPUTS]


def run(start: World, quarters: int) -> np.ndarray:
    """(quarters, outputs)."""
    model = ArrayCity(start)
    return np.array([model.step() for _ in range(quarters)])
