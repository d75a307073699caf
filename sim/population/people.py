"""The table of S&T talent: who is in the city, and everybody who may still come. Depends on numbers and seed alone.

A row is a potential person with luck of its own. Who is in the city sits in a slot; the slot of a person who has left is
taken again. `identity` is permanent: key of the luck and of the comparison with the twin in another scenario.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.population.columns import NEVER

KINDS = ("staff", "graduate", "returnee", "foreign", "skilled")
STAFF, GRADUATE, RETURNEE, FOREIGN, SKILLED = range(5)
LOCAL = 0  # first of the places; the outside places follow in file order, abroad is the last
SEARCHING, ABSENT = -1, -2  # no employer; an empty slot
FOREVER = 32767
ROOM = 1.1  # a table that is full becomes so much longer than it must be
WORKING_LIFE = (22, 60)  # years of age of the stock at the start; new kinds enter at the ages below
ENTRY_AGE = {STAFF: (28, 42), GRADUATE: (22, 26), RETURNEE: (27, 36), FOREIGN: (30, 50), SKILLED: (20, 24)}

# name → type, unit, meaning, value of an empty slot. Small types: the table is long and read every quarter.
COLUMNS = {
    "identity": ("i4", "index", "permanent number of the person", -1),
    "kind": ("i1", "code", "see KINDS; an empty slot is of none of them", len(KINDS)),
    "origin": ("i1", "code", "place the person came from, see LOCAL", 0),
    "skill": ("f4", "log", "skill against S&T staff of the start", 0),
    "attachment": ("f4", "log-odds", "how much the city was preferred when it was chosen, at the conditions of the start", 0),
    "able": ("?", "flag", "has the skill to found a technology firm, see labour.able", 0),
    "born": ("i2", "quarter", "quarter of birth", 0),
    "since": ("i2", "quarter", "quarter in which the present post was taken", 0),
    "employer": ("i4", "slot", "slot of the employer; -1 searching, -2 not in the city", ABSENT),
    "contract_end": ("i2", "quarter", "quarter in which staying is decided again", FOREVER),
    "subsidy_end": ("i2", "quarter", "first quarter without subsidy; NEVER = none was granted", NEVER),
}  # fmt: skip


class Talent:
    """Columns of `slots` rows, more when they are needed; the first `count` are or were in use. `known` identities have
    arrived or declined."""

    def __init__(self, slots: int, identities: int):
        self.slots, self.count, self.known, self.residents = slots, 0, 0, 0
        for name, (dtype, _, _, fill) in COLUMNS.items():
            setattr(self, name, np.full(slots, fill, dtype))
        self.vacant = np.empty(0, np.int64)
        self.searching = np.empty(0, np.int64)  # slots of those without a post
        self.granted = np.empty(0, np.int64)  # slots of those who hold or held a grant
        # By identity, for the comparison with the twin.
        self.came = np.zeros(identities, bool)
        self.paid = np.zeros(identities)

    def alive(self) -> np.ndarray:
        """Who is in the city, (count,)."""
        return self.employer[: self.count] > ABSENT

    def seat(self, number: int) -> np.ndarray:
        """Slots for those who come: vacant ones first, then new ones."""
        again, self.vacant = self.vacant[:number], self.vacant[number:]
        first, self.count = self.count, self.count + number - len(again)
        if self.count > self.slots:
            self._extend(int(ROOM * self.count) + 1)
        return np.concatenate([again, np.arange(first, self.count)])

    def _extend(self, slots: int) -> None:
        """Longer columns in place of these: views of them go stale."""
        for name, (dtype, _, _, fill) in COLUMNS.items():
            column = np.full(slots, fill, dtype)
            column[: self.slots] = getattr(self, name)
            setattr(self, name, column)
        self.slots = slots

    def remove(self, slots: np.ndarray) -> None:
        """These persons leave the city; the list of searchers forgets whoever no longer searches."""
        self.employer[slots] = ABSENT
        self.kind[slots] = len(KINDS)
        self.able[slots] = False
        self.contract_end[slots] = FOREVER
        self.subsidy_end[slots] = NEVER
        self.vacant = np.concatenate([self.vacant, slots])
        self.searching = self.searching.compress(self.employer.take(self.searching, mode="clip") == SEARCHING)

    def columns(self) -> dict[str, np.ndarray]:
        """All columns by name (views)."""
        return {name: getattr(self, name) for name in COLUMNS}


@dataclass(frozen=True)
class Cast:
    """Persons who may come, sorted by quarter; `first` (quarters + 1,) where each quarter begins.

    `rank` (rows,) is a person's rank in liking the city among all movers of the origin, uniform; those beyond the reach
    of any policy are no rows. `hears` is the rank in knowing of programmes.
    """

    first: np.ndarray
    kind: np.ndarray
    origin: np.ndarray
    rank: np.ndarray
    skill: np.ndarray
    age: np.ndarray
    hears: np.ndarray


def kind_shares(numbers, stock: float) -> np.ndarray:
    """Share of each kind in the stock: foreign experts by count, the others by share."""
    foreign = min(numbers["place.talent.foreign"] / max(stock, 1.0), 0.5)
    shares = np.array([0.0 if kind == "foreign" else numbers[f"place.talent.{kind}_share"] for kind in KINDS])
    shares *= (1 - foreign) / max(shares.sum(), 1e-9)
    shares[FOREIGN] = foreign
    return shares


def origin_shares(numbers, hubs: tuple[str, ...]) -> np.ndarray:
    """Where new persons of a kind come from: (kinds, places), rows sum to one."""
    hub = np.array([numbers[f"place.labour.{name}.origin"] for name in hubs])
    shares = np.zeros((len(KINDS), len(hubs) + 2))
    for kind in (STAFF, GRADUATE, SKILLED):
        local = numbers[f"place.talent.{KINDS[kind]}_local"]
        shares[kind, LOCAL] = local
        shares[kind, 1:-1] = (1 - local) * hub / max(hub.sum(), 1e-9)
    shares[RETURNEE, -1] = shares[FOREIGN, -1] = 1.0
    return shares


def whole_counts(expected: np.ndarray) -> np.ndarray:
    """Whole numbers (quarters, …) whose running sums stay within one of the expected: no luck, no drift."""
    return np.diff(np.floor(np.cumsum(expected, axis=0) + 0.5), axis=0, prepend=0).astype(np.int64)


def draw_skill(numbers, rng, kind: np.ndarray) -> np.ndarray:
    """Log skill (rows,): the mean of the kind and the same spread in each."""
    mean = np.array([numbers[f"talent.kind.{name}.skill"] for name in KINDS])
    skill = rng.standard_normal(len(kind))
    skill *= numbers["talent.skill_sd"]
    skill += mean.take(kind, mode="clip")
    return skill.astype("f4")


def draw_cast(numbers, streams, inflow: np.ndarray, origins: np.ndarray, base: np.ndarray) -> Cast:
    """Potential arrivals for an expected inflow (quarters, kinds) at usual shares of choice `base` (places,)."""
    cap = reach(numbers, base)
    expected = inflow[:, :, None] * origins * (cap / base)
    counts = whole_counts(expected.reshape(len(inflow), -1))
    rows = int(counts.sum())
    kinds, places = np.divmod(np.arange(counts.shape[1]), len(base))
    young, old = np.array([ENTRY_AGE[k] for k in range(len(KINDS))], float).T
    draw = streams.trait

    def each(values):
        return np.repeat(np.tile(values, len(inflow)), counts.ravel())

    luck = np.empty(rows)  # one column for every draw: fresh memory takes longer than the luck in it
    draw("arrival age").random(out=luck)
    luck *= each((old - young)[kinds])
    luck += each(young[kinds])
    age = luck.astype("f4")
    draw("arrival rank").random(out=luck)
    luck *= each(cap[places])
    rank = luck.astype("f4")
    hears = draw("arrival hears").random(out=luck).astype("f4")
    kind = each(kinds.astype("i1"))
    return Cast(
        np.concatenate([[0], np.cumsum(counts.sum(axis=1))]), kind, each(places.astype("i1")), rank,
        draw_skill(numbers, draw("arrival skill"), kind), age, hears,
    )  # fmt: skip


def reach(numbers, base: np.ndarray) -> np.ndarray:
    """Largest rank that is a row, by place."""
    return np.minimum(numbers["talent.reach"] * base, 1.0)


def draw_ages(streams, kind: np.ndarray) -> np.ndarray:
    """Ages of the stock (rows,) in years: graduates and skilled workers of the last ten years, the others of all ages."""
    low, high = WORKING_LIFE
    age = low + (high - low) * streams.trait("talent age").beta(1.3, 2.2, len(kind))
    fresh = np.flatnonzero(kind == GRADUATE)
    age[fresh] = 23 + 9 * streams.trait("talent young").random(len(kind))[fresh]
    return age
