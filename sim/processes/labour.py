"""The market for talent: its state, the yardsticks of the start, and the flows of the quarter."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.population.people import KINDS, SKILLED


@dataclass
class Labour:
    """The market for talent. `usual_…` and `mean_…` are of the start; flows are of the quarter."""

    hubs: tuple[str, ...]
    base_share: np.ndarray  # (places,) usual share of movers who choose the city, by origin
    hub_shares: np.ndarray  # (hubs,) where those go who leave
    path: np.ndarray  # (quarters + 1,) usual log growth of posts and talent since the start, at each quarter's beginning
    pace: float  # usual growth at the start, 1/year
    history: np.ndarray  # (quarters,) utility change of skilled workers
    wage: float = 0.0  # log, against the start
    tightness: float = 0.0  # log posts over talent, against the start
    chance: float = 1.0  # of a searcher to find a post this quarter
    usual_chance: float = 1.0
    usual_fill: float = 1.0
    mean_fill: float = 1.0  # weighted by R&D
    mean_efficiency: float = 1.0
    usual_skill: float = 0.0
    usual_tightness: float = 0.0
    usual_founders: float = 1.0
    founder_gap: float = 0.0  # log potential founders against their usual number
    founders: int = 0
    tenure_scale: np.ndarray = field(default_factory=lambda: np.ones(2))
    leave_norm: np.ndarray = field(default_factory=lambda: np.ones(len(KINDS)))
    rates: np.ndarray = field(default_factory=lambda: np.zeros((3, 4 * len(KINDS))))  # see leaving.rates
    eligible: float | None = None  # arrivals a quarter that compete for grants
    given: int = 0  # grants of the year
    newly_eligible: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    beyond_reach: int = 0
    hires: int = 0
    vacancies: float = 0.0
    fill_rate: float = 0.0
    subsidy_over: int = 0
    left_after_subsidy: int = 0
    arrived: np.ndarray = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))
    left: np.ndarray = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))
    arrived_from: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    left_to: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    skill_sum: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (firm slots,) of the staff, against the usual
    stock: np.ndarray = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))  # moved by flows only
    pay: np.ndarray = field(default_factory=lambda: np.ones(len(KINDS)))  # RMB/year at the start
    posts: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (firms,) in heads, of this quarter
    slots: np.ndarray = field(default_factory=lambda: np.zeros(0))  # (firm slots,) their numbers, to weigh heads with
    least_attachment: float = 0.0  # of anybody who ever came
    promised: dict[str, float] = field(default_factory=dict)  # agency → heads × terms


def able(p, kind, skill) -> np.ndarray:
    """Who has the skill to found a firm (rows,): seniors, returnees and experts, not skilled workers."""
    return (skill >= p["talent.founder_skill"]) & (kind < SKILLED)  # the last of the kinds


def potential_founders(people) -> float:
    """Number of those who could found a firm."""
    return float(np.count_nonzero(people.able[: people.count]))
