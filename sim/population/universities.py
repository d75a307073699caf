"""Universities and institutes as arrays: who they are, how far they lie, what they know, and whom firms would turn to.

Rows are the institutions of the number file of the place, those of the city and outside partners alike.
"""

from __future__ import annotations

import numpy as np

from sim.population.place import EARTH_RADIUS, Place, column, keys

REGIONS = ("local", "sunan", "shanghai", "elsewhere")
EVERY_FIELD = "all"


def great_circle(latitude, longitude, other_latitude, other_longitude):
    """Distance in km between every pair (n, m); degrees in."""
    a, b = np.radians(latitude)[:, None], np.radians(other_latitude)
    half = np.sin((a - b) / 2) ** 2
    half = half + np.cos(a) * np.cos(b) * np.sin((np.radians(longitude)[:, None] - np.radians(other_longitude)) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))


def decay(distance, half, tacit_share, tacit_range):
    """Part of what a university knows that crosses a distance in km: 1 at the gate.

    A tacit part needs visits and fades within `tacit_range` (Inoue, Nakajima and Saito 2014: 80 km); the codified part
    halves every `half` km (RSUE 2013: 290 to 430 km).
    """
    return tacit_share * np.exp(-distance / tacit_range) + (1 - tacit_share) * np.exp2(-distance / half)


def gravity(budget, distance, fit, size_exponent, distance_exponent, nearest):
    """Pull of each university (U,) on the firms of a district and sector: budget^a · distance^-b · fit.

    `distance` (D, U) km, not counted under `nearest`; `fit` (U, S). Returns (D, S, U).
    """
    pull = budget**size_exponent * np.maximum(distance, nearest) ** -distance_exponent
    return pull[:, None, :] * fit.T[None]


class Universities:
    """One entry an institution. `knowledge` RMB is a stock, `known` what it was when firms learned, `taught` what they learned;
    `income` RMB of the quarter from projects; `cash` is its account."""

    def __init__(self, numbers, place: Place):
        self.names = keys(numbers, "university")
        self.count = len(self.names)
        of = {name: column(numbers, "university", self.names, name) for name in
              ("latitude", "longitude", "research_budget", "graduates", "region", "field")}  # fmt: skip
        self.region = np.array([REGIONS.index(name) for name in of["region"]], np.int64)
        self.local = self.region == REGIONS.index("local")
        self.graduates = of["graduates"].astype(float)  # persons/year
        self.budget = of["research_budget"].astype(float)  # RMB/year, of 2020
        districts = (column(numbers, "district", place.districts, name) for name in ("latitude", "longitude"))
        self.distance = great_circle(*districts, of["latitude"], of["longitude"])  # (D, U) km
        sectors, field = np.array(place.sectors), of["field"][:, None]
        own = np.where(field == EVERY_FIELD, numbers["university.broad_fit"], numbers["university.other_fit"])
        self.fit = np.where(field == sectors, 1.0, own)  # (U, S)
        self.pull = gravity(
            self.budget, self.distance, self.fit, numbers["university.size_exponent"],
            numbers["university.distance_exponent"], numbers["university.nearest"],
        )  # fmt: skip
        self.reach = decay(
            self.distance, numbers["knowledge.half_distance"], numbers["university.tacit_share"],
            numbers["university.tacit_range"],
        )  # fmt: skip
        self.paid = 0.0  # by firms in the quarter, as posted
        self.agents = []  # the institutions as actors, in the order of the rows
        self.cash, self.income = np.zeros(self.count), np.zeros(self.count)
        self.knowledge, self.known, self.taught = (np.zeros(self.count) for _ in range(3))

    def hosts(self, *regions: str) -> np.ndarray:
        """Whether an institution lies in one of these regions (U,)."""
        return np.isin(self.region, [REGIONS.index(name) for name in regions])


def come_from(numbers, universities: Universities, firms, draw, first: int, founder: int) -> None:
    """Some of the would-be founders come from a university; drawn before the run, the same in every package."""
    rows = firms.rows - first
    leaves = draw("spin-off").random(rows) < numbers["place.spin_off_share"]
    who = np.flatnonzero(leaves & (firms.kind[first:] == founder))
    pull = universities.pull[firms.district[first:][who], firms.sector[first:][who]]
    edges = np.cumsum(pull, axis=1) / pull.sum(axis=1, keepdims=True)
    home = (edges < draw("spin-off home").random(rows)[who, None]).sum(axis=1)
    firms.university[:] = -1
    firms.university[first + who] = np.minimum(home, universities.count - 1)
