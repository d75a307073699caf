"""Problems that firms post: what they are worth, what they cost, when they are solved, and the table of those at work."""

from __future__ import annotations

import numpy as np

from sim.laws import NORMAL

NOBODY = -1
MOST_TEAMS = 4


# -- kernels ---------------------------------------------------------------------------------------------------------
def expected_worth(chance, worth, lessons):
    """Knowledge per yuan of contract that its poster expects."""
    return chance * worth + (1 - chance) * lessons


def posts(worth, price, nuisance):
    """Whether firms post: knowledge is worth as much as own R&D would bring, a yuan a yuan. All per yuan of contract."""
    return worth > price + nuisance


def contract_price(share, first, chance, multiple):
    """What a yuan of contract costs its poster when a part `first` of the public share is sure, and teams cost `multiple`."""
    return multiple * (1 - share * (first + (1 - first) * chance))


def cost_multiple(teams, prune, duration):
    """Cost of a problem over that of one contract when `teams` work until `prune` and one from then on."""
    return 1 + (teams - 1) * min(prune, duration) / duration


def score(chance, match, skill, teams, rivalry, common, difficulty, luck):
    """Margin by which a team solves its problem, in standard deviations of luck; solved above zero.

    `chance` of a solver with match 0 that works alone; `common` share of the variance of luck lies in the problem
    (`difficulty`) and the rest in the pair (`luck`), both standard normal.
    """
    ability = NORMAL.of(np.full(1, chance)) + skill * match - rivalry * np.log(teams)
    return ability - np.sqrt(common) * difficulty - np.sqrt(1 - common) * luck


def taught(paid, lessons, redundancy):
    """Knowledge from work under way (problems,): `paid` (problems, teams) RMB, of which all but the largest is in part known."""
    best = paid.max(axis=1)
    return lessons * (best + (1 - redundancy) * (paid.sum(axis=1) - best))


def wanted_first(merit, demand, supply, weight):
    """Rank of problems (rows,), all in standard deviations: by merit at weight 0, by what firms would pay at 1, by what
    solvers offer at −1."""
    return (1 - abs(weight)) * merit + max(weight, 0.0) * demand + max(-weight, 0.0) * supply


def covered(cost, order, room):
    """Which problems a purse covers when they are taken in this order until the next would exceed it."""
    taken = np.zeros(len(cost), bool)
    taken[order[: int(np.searchsorted(np.cumsum(cost[order]), room, side="right"))]] = True
    return taken


# -- state -----------------------------------------------------------------------------------------------------------
PROBLEM = {
    "slot": "i8", "identity": "i8", "office": "i8", "signed": "i8", "prune": "i8", "fee": "f8", "worth": "f8", "anyway": "?",
}  # fmt: skip
TEAM = {"solver": "i8", "who": "i8", "margin": "f8", "shown": "f8", "match": "f8", "works": "?"}


class Problems:
    """Problems under contract: one entry a problem, `TEAM` arrays (problems, teams).

    `fee` RMB a team and quarter; `solver` a university or, from their number on, the slot of a firm, `who` its identity.
    """

    def __init__(self):
        self.count, self.teams = 0, MOST_TEAMS
        for name, kind in PROBLEM.items():
            setattr(self, name, np.zeros(0, kind))
        for name, kind in TEAM.items():
            setattr(self, name, np.zeros((0, MOST_TEAMS), kind))

    def add(self, **columns) -> None:
        """Problems that begin; their teams may be fewer than the table has room for."""
        for name, values in columns.items():
            old = getattr(self, name)
            if name in TEAM:
                wide = np.full((len(values), self.teams), NOBODY if name in ("solver", "who") else 0, old.dtype)
                wide[:, : values.shape[1]] = values
                values = wide
            setattr(self, name, np.concatenate([old, values]).astype(old.dtype))
        self.count = len(self.slot)

    def keep(self, kept: np.ndarray) -> None:
        """Drop all others (problems,)."""
        for name in (*PROBLEM, *TEAM):
            setattr(self, name, getattr(self, name)[kept])
        self.count = len(self.slot)

    def drop_posters(self, firms) -> None:
        """Problems of firms that are gone end."""
        here = firms.alive[self.slot] & (firms.identity[self.slot] == self.identity)
        if not here.all():
            self.keep(here)
