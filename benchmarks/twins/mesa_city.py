"""The subset as a Mesa user would write it: one agent a firm, random activation, a data collector. See `firm.py`."""

from __future__ import annotations

import logging
from collections import Counter
from math import exp, log, log1p
from types import SimpleNamespace

import mesa
import numpy as np

from benchmarks.twins import OUTPUTS, start
from benchmarks.twins.firm import Firm

SUMS = {
    "aims": "aims", "claims": "claims", "registered": "registered", "revenue": "sales", "rd_real": "rd_real",
    "rd_reported": "rd_reported", "knowledge": "knowledge", "productivity": "productivity", "cash": "cash",
    "debt": "debt", "employment": "employment",
}  # fmt: skip
FLOWS = ("first_time", "batch", "exits", "insolvent", "patents", "lent", "lost")
TIERS = ("tier_none", "tier_pan", "tier_sme", "certified")


class MesaCity(mesa.Model):
    """The city as a list of agents. Reads a world once, never again."""

    def __init__(self, world, seed: int):
        logging.getLogger("MESA").setLevel(logging.WARNING)
        super().__init__(rng=seed)
        self.p = SimpleNamespace(**start.scalars(world))
        self.paths = {name: values.tolist() for name, values in start.paths(world).items()}
        tables = {name: values.tolist() for name, values in start.tables(world).items()}
        self.growth_gap, self.manufacturing = tables["growth_gap"], tables["manufacturing"]
        self.local_demand, self.proximity, self.hazard = tables["local_demand"], tables["proximity"], tables["hazard"]
        self.index, self.market, self.lockdown, self.lockdown_level = [0.0] * len(self.growth_gap), 0.0, 0.0, 0.0
        self.frontier, self.pass_rate, self.quarter = 0.0, self.p.usual_pass_rate, -1
        columns = {name: values.tolist() for name, values in start.columns(world).items()}
        Firm.create_agents(self, world.firms.count, **columns)
        self.pool = self.within_reach()
        reporters = {name: (lambda m, name=name: m.flow[name]) for name in FLOWS}
        reporters |= {name: (lambda m, name=name: m.tiers[name]) for name in TIERS}
        reporters |= {name: (lambda m, column=column: m.agents.agg(column, sum)) for name, column in SUMS.items()}
        reporters["firms"] = lambda m: len(m.agents)
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def step(self):
        """One quarter."""
        self.quarter += 1
        self.flow = dict.fromkeys((*FLOWS, "asked", "passed"), 0)
        self.season, self.year = self.quarter % 4, self.p.base_year + self.quarter // 4
        self.today = SimpleNamespace(**{name: values[self.quarter] for name, values in self.paths.items()})
        self.move_market()
        self.agents.shuffle_do("begin")
        self.meet_demand()
        self.agents.shuffle_do("trade")
        before, self.pool = self.pool, self.within_reach()
        self.news = [
            [log(max(a, 1.0) / max(b, 1.0)) for a, b in zip(now, then)] for now, then in zip(self.pool, before)
        ]
        self.frontier += self.p.frontier_pace + self.p.frontier_slope * log1p(self.today.growth) / 4
        self.agents.shuffle_do("finish")
        if self.flow["asked"]:
            self.pass_rate += self.p.hnte_pass_memory * (self.flow["passed"] / self.flow["asked"] - self.pass_rate)
        self.tiers = Counter(self.agents.get("tier"))
        self.datacollector.collect(self)

    def move_market(self):
        """Indices of the market, of sectors, of the lockdown, and demand for loans at the rates of the quarter."""
        p = self.p
        self.pace = log1p(self.today.growth) / 4
        self.market += self.pace
        self.index = [index + self.pace + gap / 4 for index, gap in zip(self.index, self.growth_gap)]
        since = self.quarter - p.economy_lockdown_quarter
        self.lockdown = {0: 1, 1: -1}.get(since, 0) * log1p(-p.economy_lockdown_loss)
        self.lockdown_level += self.lockdown
        rates = (self.today.prime + p.credit_start_spread) / (p.prime_start + p.credit_start_spread)
        self.demand = rates**-p.credit_demand_elasticity
        self.wanted = [0.0] * len(self.index)

    def meet_demand(self):
        """Local sales that firms want meet local demand, sector by sector."""
        limit = self.p.sales_displacement_limit
        self.met = []
        for base, index, wanted in zip(self.local_demand, self.index, self.wanted):
            ratio = base * exp(index + self.lockdown_level) / wanted if wanted > 0 else 1.0
            self.met.append(min(max(ratio, 1 / limit), limit))

    def within_reach(self):
        """Knowledge within reach of each district and sector."""
        held = [[0.0] * len(self.growth_gap) for _ in self.proximity]
        for firm in self.agents:
            held[firm.district][firm.sector] += firm.knowledge
        near = [[sum(w * row[s] for w, row in zip(weights, held)) for s in range(len(self.index))]
                for weights in self.proximity]  # fmt: skip
        return near


def run(world, quarters: int, seed: int) -> np.ndarray:
    """(quarters, outputs) from the start of a world that has not been stepped."""
    model = MesaCity(world, seed)
    for _ in range(quarters):
        model.step()
    found = model.datacollector.model_vars
    return np.column_stack([np.asarray(found[name], float) for name in OUTPUTS])
