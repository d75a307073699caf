"""Results of a study that never ran: what `sim.study.results.Results` promises, from a formula, of plausible size.

For tests of the report, which need neither the model nor a study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim.metrics import METRICS, MOVES, STATES, TIERS
from sim.parameters import Number
from sim.study import leaving_out

TITLES = {
    "status_quo": {"zh": "现行政策", "en": "Status quo"},
    "none": {"zh": "取消地方政策", "en": "No local policy"},
    "award_push": {"zh": "奖励加码", "en": "Award push"},
    "loan_push": {"zh": "贷款加码", "en": "Loan push"},
    "no_application_all": {"zh": "免申即享全覆盖", "en": "No application for all"},
}
STRENGTH = {"status_quo": 0.0, "none": -1.0, "award_push": 0.45, "loan_push": 0.05, "no_application_all": 0.3}
THREE = ("award.hnte", "loan.sukedai", "talent.jianghai")  # of a package that is taken apart
PROGRAMMES = ("award.hnte", "policy30", "loan.sukedai", "loan.tongkedai", "guarantee.citycompany")
START = {"firms": 16000, "hnte_stock": 2180, "revenue": 2.4e11, "employment": 9.1e5, "rd_real": 6.2e9, "rd_reported": 7.3e9,
         "rd_relabelled": 1.1e9, "loans_scitech_outstanding": 1.9e10, "loans_scitech_new": 2.1e9, "loan_access": 0.5,
         "npl_ratio": 0.022, "expected_guarantee_loss": 6e7, "guarantee_exposure": 3e9, "productivity": 1.0,
         "public_cost_city": 9e7, "public_cost_all": 1.5e8, "exits": 260, "entries": 280, "tier_none": 6100,
         "tier_pan_tech": 2600, "tier_scitech_sme": 2300, "tier_cultivation": 900, "tier_hnte": 2050, "tier_key": 130}  # fmt: skip
EFFECT = {"hnte_stock": 600, "rd_real": 1.6e8, "rd_reported": 3e8, "rd_relabelled": 1.4e8, "public_cost_city": 8e7,
          "public_cost_all": 1.2e8, "employment": 4000, "productivity": 0.004, "expected_guarantee_loss": 3e7, "tier_hnte": 570}  # fmt: skip


@dataclass(frozen=True)
class Line:
    number: int
    id: str
    zh: str
    en: str
    unit: str
    value: float
    low: float
    high: float
    band_low: float
    band_high: float
    source: str
    calibrated: bool
    hit: bool | None
    group: str
    note_zh: str = ""
    note_en: str = ""


LINES = [
    Line(
        1,
        "tail",
        "规模分布尾指数",
        "size tail exponent",
        "",
        1.12,
        1.08,
        1.15,
        0.9,
        1.3,
        "Zhang 2009",
        True,
        True,
        "initial",
    ),
    Line(
        2,
        "mean",
        "高企平均营收",
        "HNTE mean revenue",
        "RMB",
        1.9e8,
        1.85e8,
        1.95e8,
        1.3e8,
        1.6e8,
        "X0489",
        False,
        False,
        "initial",
        "规模偏大",
        "too large",
    ),
    Line(
        3,
        "exit",
        "五年存活率",
        "5-year survival",
        "share",
        0.71,
        0.69,
        0.73,
        0.65,
        0.75,
        "SAIC 2013",
        True,
        True,
        "dynamic",
    ),
    Line(4, "pass", "认定通过率", "pass rate", "share", 0.31, 0.3, 0.33, 0.65, 0.92, "X0100", False, False, "dynamic"),
    Line(
        5,
        "notch",
        "门槛附近虚增占比",
        "relabelled near the notch",
        "share",
        0.22,
        0.2,
        0.25,
        0.15,
        0.35,
        "AER 2021",
        False,
        True,
        "mechanism",
    ),
    Line(
        6,
        "vc",
        "创投未回本比例",
        "VC deals below cost",
        "share",
        np.nan,
        np.nan,
        np.nan,
        0.6,
        0.65,
        "X0300",
        False,
        None,
        "mechanism",
        "尚未建模",
        "not modelled yet",
    ),
]


def number(id: str, kind: str = "assumption", **more) -> Number:
    usual = {"default": 0.1, "type": "number", "unit": "share", "zh": "假设", "en": "assumption", "low": 0.0, "high": 1.0,
             "prior": None, "source": "why", "document": None, "quote": None, "choices": (), "file": "", "line": 1}  # fmt: skip
    return Number(id=id, kind=kind, **usual | more)


def numbers(hostile: str = "") -> list:
    quote = f"分别免申兑现45万元奖励{hostile}"
    return [*(number(f"a.n{i}", zh=f"假设{i}{hostile}") for i in range(5)), number("b.start", type="quarter", unit="quarter", default=3, low=0, high=9),
            number("award.hnte.amount", "document", default=450000.0, unit="RMB/firm", high=1e6, document="004.txt", quote=quote)]  # fmt: skip


class FakeResults:
    """What `sim.study.results.Results` promises, from a formula."""

    def __init__(self, seeds: int = 8, quarters: int = 40, titles=TITLES, missing: int = 0):
        self.scenarios, self.seeds, self.place = list(titles), list(range(1, seeds + 1)), "nantong"
        self.quarters = [f"{2021 + i // 4}Q{i % 4 + 1}" for i in range(quarters)]
        self.gone = {(name, s) for name in titles if name == "loan_push" for s in range(1, missing + 1)}
        self.missing = [
            {"scenario": name, "seed": s, "status": "failed", "error": "x"} for name, s in sorted(self.gone)
        ]
        self.n_planned = len(titles) * seeds
        self.n_done = self.n_planned - len(self.gone)
        about = [
            {"name": k, "title": v, "question": {"zh": f"如果{v['zh']}会怎样？", "en": f"What if: {v['en']}?"}}
            for k, v in titles.items()
        ]
        self.manifest = {
            "study": {"against": ["status_quo", "none"], "draw": True},
            "scenarios": about,
            "versions": {"innosim": "0.1.0"},
        }

    def to_xarray(self) -> xr.Dataset:
        shape = (len(self.scenarios), len(self.seeds), len(self.quarters))
        time = np.arange(shape[2]) / 40
        labels = {"programme": list(PROGRAMMES), "tier": list(TIERS), "district": ["崇川", "如皋"], "move": list(MOVES),
                  "university": ["ntu", "sjtu"], "region": ["local", "sunan", "shanghai", "elsewhere"],
                  "talent_kind": ["staff", "foreign"], "talent_place": ["local", "abroad"],
                  "carrier": ["maker", "incubator", "accelerator", "park", "enclave"]}  # fmt: skip
        out = {}
        for k, (name, metric) in enumerate(METRICS.items()):
            draw = np.random.default_rng(k)
            luck = draw.normal(0, 0.03, (1, shape[1], 1)) * np.sqrt(time) + draw.normal(
                0, 0.004, (1, shape[1], shape[2])
            )
            pull = np.array([STRENGTH.get(s, 0.1) for s in self.scenarios])[:, None, None] * time**0.7
            pull = (
                pull * (1 + draw.normal(0, 0.2, (1, shape[1], 1)))
                + draw.normal(0, 0.12, (shape[0], shape[1], 1)) * time
            )
            size = START.get(name, 50.0)
            x = (
                size * (1 + 0.5 * time * (name not in ("npl_ratio", "loan_access")) + luck)
                + EFFECT.get(name, 0.02 * size) * pull
            )
            dims = ["scenario", "seed", "quarter"]
            if metric.dim:
                share = draw.pareto(1.5, len(labels[metric.dim])) + 0.2
                if metric.dim == "move":  # mostly one step at a time
                    step = [abs(STATES.index(a) - STATES.index(b)) for a, b in (m.split(">") for m in MOVES)]
                    share = np.array([3.0, 0.3, 0.05, 0.02, 0.01, 0.01])[np.array(step) - 1] * draw.uniform(
                        0.7, 1.3, len(step)
                    )
                x, dims = x[..., None] * share * (4e5 if metric.unit == "RMB" else 0.4), [*dims, metric.dim]
            for scenario, seed in self.gone:
                x[self.scenarios.index(scenario), seed - 1] = np.nan
            out[name] = (dims, x)
        return xr.Dataset(out, {"scenario": self.scenarios, "seed": self.seeds, "quarter": self.quarters, **labels})

    def pairs(self) -> pd.DataFrame:
        rows = []
        for against in ("none", "status_quo"):
            for i, scenario in enumerate(s for s in self.scenarios if s != against):
                for seed in self.seeds:
                    if (scenario, seed) not in self.gone:
                        row = {
                            "scenario": scenario,
                            "against": against,
                            "seed": seed,
                            "recipients": 2500 + 40 * i + seed,
                        }
                        for outcome, scale in (("hnte", 1.0), ("alive", 0.3)):
                            row |= {f"{outcome}_deadweight": 1700 + seed, f"{outcome}_additional": scale * (300 + 50 * i),
                                    f"{outcome}_none": 450, f"{outcome}_displaced": scale * 80, f"{outcome}_spill": scale * 20, f"{outcome}_undone": 9, f"{outcome}_net": 1}  # fmt: skip
                        row |= {"talent_recipients": 900, "talent_deadweight": 780, "talent_additional": 120, "talent_additional_gone": 40,
                                "enclave_supported": 60, "enclave_deadweight": 20, "enclave_additional": 40, "enclave_kept": 25}  # fmt: skip
                        rows.append(row)
        return pd.DataFrame(rows)

    def micro(self, name: str):
        """The J-curve by kind of fund and age; ties by year, university and district or sector of Nantong."""
        many = (len(self.scenarios), len(self.seeds))
        if name == "fund_jcurve":
            age = np.arange(80)
            curve = np.where(age < len(self.quarters), np.maximum(-0.06 * age, 0.05 * age - 1.5), np.nan)
            return np.broadcast_to(curve, (*many, 2, 80))
        width = {"ties_university_district": 7, "ties_university_sector": 6}[name]
        return np.arange(1.0, 2 * width + 1).reshape(2, width) * np.ones((*many, max(1, len(self.quarters) // 4), 1, 1))

    def initial(self, name: str):
        return np.full((len(self.scenarios), len(self.seeds)), START.get(name, 50.0))


class Apart(FakeResults):
    """Made-up results of a package of three programmes."""

    def __init__(self, seeds: int = 8):
        names = {programme: leaving_out.name_without(programme) for programme in THREE}
        titles = {"status_quo": {"zh": "现行政策", "en": "Status quo"}, leaving_out.OFF: {"zh": "全部去掉", "en": "All out"}}
        super().__init__(seeds, 12, titles | {name: {"zh": name, "en": name} for name in names.values()})
        self.left_out = {"package": "status_quo", "off": leaving_out.OFF, "without": names}
        self.manifest["study"]["against"] = ["status_quo"]

    def pairs(self) -> pd.DataFrame:
        rows = FakeResults(len(self.seeds)).pairs()
        rows = rows[(rows["scenario"] == "award_push") & (rows["against"] == "status_quo")].assign(scenario="status_quo")
        more = {"received": 1e6, "received_recipients": 2e6, "talent_paid": 1e6, "rd_total_recipients": 3e6, "rd_total_others": -1e6, "talent_displaced": 1}
        return pd.concat([rows.assign(against=name, **more) for name in self.scenarios[1:]])
