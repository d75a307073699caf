"""What every policy programme is: terms with a unit each, and three questions it may answer.

A programme reads and says; it never writes a column and never posts money. Its agency does that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.programmes.families import family


@dataclass(frozen=True)
class Programme:
    """Terms every programme has. Units of all terms stand in the number files under the programme's id."""

    start: int
    stop: int
    dose: float

    id = ""
    facts = ()  # rows of the fact base this class serves
    zh = ""
    en = ""
    channel = ""
    group = ""  # how its pay-outs are delivered: awards, library, projects; empty = pays no firm directly
    lends = ""  # "pool" or "guarantee" when the programme is a loan product
    invests = False  # whether its money goes into funds
    contracts = False  # whether it signs contracts that are paid in part on delivery
    founds = False  # whether it founds institutes
    zones = False  # whether it rewards the zones of the place for their rank
    competitive = False  # more claims than money: the best are chosen, the rest get nothing

    @property
    def family(self) -> str:
        """Family of the documents, by which plans and campaigns are stated."""
        return family(self.id)

    def runs(self, quarter: int) -> bool:
        """Money and effects only in start ≤ quarter < stop."""
        return self.start <= quarter < self.stop

    def contribute(self, rules, numbers, quarter: int) -> None:
        """Change the rules of the quarter."""

    def prospect(self, firms, place, event: str, rows: np.ndarray) -> np.ndarray | float:
        """What a firm that reaches `event` would be entitled to: RMB, (len(rows),) or one number."""
        return 0.0

    def claims(self, firms, place, events: dict[str, np.ndarray], season: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows that qualify this quarter and whole amounts ≥ 0. Reads only."""
        return np.empty(0, np.int64), np.empty(0)

    def running_cost(self, firms, quarter: int) -> float:
        """Services the programme buys this quarter, RMB."""
        return 0.0


@dataclass(frozen=True)
class Funded(Programme):
    """A programme with a purse."""

    appropriation: float
    extra_appropriation: float
    city_share: float

    def yearly_budget(self) -> float:
        """RMB a year. The dose scales the documented budget; the extra of a push is what it says, while dose > 0."""
        return self.dose * self.appropriation + (self.extra_appropriation if self.dose > 0 else 0.0)


def first_rows(events, *names) -> np.ndarray:
    """Rows of the named events, sorted, each once."""
    found = [events[name] for name in names if name in events]
    if not found:
        return np.empty(0, np.int64)
    rows = np.sort(np.concatenate(found))
    first = np.ones(len(rows), bool)
    first[1:] = rows[1:] > rows[:-1]
    return rows[first]
