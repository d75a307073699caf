"""Common random numbers: one stream per (seed, decision, quarter), drawn for every row and indexed by row.

Two scenarios of one seed that reach the same decision in the same quarter see the same luck row by row, whatever else
differs between them. No process draws from anything else.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from sim.laws import LAPLACE_QUARTER, NORMAL

# Every decision that draws, by name. An unknown name is an error: a new decision is a deliberate act, because its name
# is part of the key.
DECISIONS = frozenset((
    "growth", "margin", "exit", "relocate", "jump", "jump_size", "patent", "patent_round", "consider",
    "review", "audit", "sme", "label", "bank", "apply", "keylab", "rd_org", "rd_paper", "merit",
    "stay", "search", "vacancy", "founder", "young", "young_misuse",
    "tie", "university",
    "pitch",
    "problem", "panel", "difficulty", "bid", "bid_seen", "solver", "progress",
    "broker", "broker_match", "client", "institute", "institute_field", "licence", "licence_worth", "registers", "lead", "shell",
    "duplicate",
    "vetting", "prescreen", "ticket",
    "rival", "resettle", "talk", "push", "distinction",
))  # fmt: skip


class Streams:
    """Random numbers of one seed. Rows 0..n of a draw do not depend on n.

    Worlds of one seed may share their streams: draws are kept for the next world, up to `keep` bytes, and are read-only.
    """

    def __init__(self, seed: int, keep: int = 0):
        if not 0 <= seed < 2**63:
            raise ValueError(f"seed must lie in 0..2^63-1, not {seed}")
        self.seed = seed
        self._room = keep
        self._kept: dict[tuple[str, str, int, int], np.ndarray] = {}
        self._keys = {name: self._key(name) for name in DECISIONS}
        self._words: dict[int, dict[str, np.ndarray]] = {}  # by quarter and decision, what starts its generator

    def _key(self, name: str) -> int:
        return int.from_bytes(sha256(f"innosim/{self.seed}/{name}".encode()).digest()[:8], "little")

    def generator(self, decision: str, quarter: int) -> np.random.Generator:
        """A fresh generator keyed by (seed, decision, quarter)."""
        if quarter not in self._words:
            at = np.array([_start(key, quarter) for key in self._keys.values()], np.uint64)
            self._words[quarter] = dict(zip(self._keys, _words(at)))
        return _generator(self._words[quarter][decision])

    def trait(self, name: str) -> np.random.Generator:
        """A generator for one trait of the initial population: a table with more rows has the same first rows."""
        return _generator(_words(np.array([_start(self._key(f"trait/{name}"), 0)], np.uint64))[0])

    def uniform(self, decision: str, quarter: int, rows: int) -> np.ndarray:
        """(rows,) in [0, 1)."""
        return self._draw("random", decision, quarter, rows)

    def normal(self, decision: str, quarter: int, rows: int) -> np.ndarray:
        """(rows,) standard normal."""
        return self._draw("standard_normal", decision, quarter, rows)

    def exponential(self, decision: str, quarter: int, rows: int) -> np.ndarray:
        """(rows,) standard exponential."""
        return self._draw("standard_exponential", decision, quarter, rows)

    def laplace_quarter(self, decision: str, quarter: int, rows: int) -> np.ndarray:
        """(rows,) quarterly shocks of which four add up to one Laplace variate of unit scale.

        Their characteristic function is (1 + t²)^(−1/4), see `laws`. Four Laplace draws a year would have excess
        kurtosis 0.75 instead of 3.
        """
        return self._draw("laplace", decision, quarter, rows)

    def sparse(self, decision: str, quarter: int, who: np.ndarray) -> np.ndarray:
        """(len(who),) in [0, 1) for a few identities of a long table: a hash of (seed, decision, quarter, identity).

        SplitMix64 (Steele, Lea and Flood 2014) as a counter-based generator, so that nobody else's luck is drawn.
        """
        key = _start(self._keys[decision], quarter)
        z = who.astype(np.uint64)
        z *= GOLDEN
        z += (key + GOLDEN) % 2**64
        z = _mix(z)
        z >>= 11
        return z.view(np.int64) * 2.0**-53  # below 2^53, and signed numbers convert faster

    def _draw(self, law, decision, quarter, rows):
        key = (law, decision, quarter, rows)
        if (kept := self._kept.get(key)) is not None:
            return kept
        if law == "laplace":
            values = LAPLACE_QUARTER.of(self.generator(decision, quarter).random(rows))
        else:
            values = getattr(self.generator(decision, quarter), law)(rows)
        values.flags.writeable = False
        if values.nbytes <= self._room:
            self._room -= values.nbytes
            self._kept[key] = values
        return values


GOLDEN = 0x9E3779B97F4A7C15


def _mix(z):
    """The output function of SplitMix64: of (rows,) uint64, in place, or of one int below 2^64."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z ^= z >> shift
        z *= factor
        if isinstance(z, int):
            z %= 2**64
    z ^= z >> 31
    return z


class Luck:
    """The draws of one table in the current quarter, in the order of its slots.

    The table has `identity` (slots,), `count` slots in use and `known` identities that have arrived. Of a few slots the
    luck is hashed, of all it is drawn; a decision asks in one way only.
    """

    def __init__(self, streams: Streams, table):
        self.streams, self.table, self.quarter = streams, table, 0

    def uniform(self, decision: str, slots: np.ndarray | None = None) -> np.ndarray:
        """(count,) or (len(slots),) in [0, 1)."""
        return self._of_all(self.streams.uniform, decision) if slots is None else self.sparse(decision, slots)

    def normal(self, decision: str, slots: np.ndarray | None = None) -> np.ndarray:
        """(count,) or (len(slots),) standard normal."""
        if slots is None:
            return self._of_all(self.streams.normal, decision)
        return NORMAL.of(self.sparse(decision, slots))

    def exponential(self, decision: str, slots: np.ndarray | None = None) -> np.ndarray:
        """(count,) or (len(slots),) standard exponential."""
        if slots is None:
            return self._of_all(self.streams.exponential, decision)
        return -np.log1p(-self.sparse(decision, slots))

    def laplace_quarter(self, decision: str) -> np.ndarray:
        """(count,) quarterly parts of a yearly Laplace variate."""
        return self._of_all(self.streams.laplace_quarter, decision)

    def sparse(self, decision: str, slots: np.ndarray) -> np.ndarray:
        """(len(slots),) in [0, 1) for a few rows of a long table."""
        return self.streams.sparse(decision, self.quarter, self.table.identity.take(slots, mode="clip"))

    def _of_all(self, law, decision):
        # Who is known has a draw; to clip what cannot lie outside is the quickest way to look it up.
        table = self.table
        return law(decision, self.quarter, table.known).take(table.identity[: table.count], mode="clip")


def _words(starts: np.ndarray) -> np.ndarray:
    """Words that start generators (starts, 3): SplitMix64 again, at places of the sequence that no identity has."""
    return _mix(starts[:, None] - np.arange(1, 4, dtype=np.uint64) * np.uint64(GOLDEN))


class _Seed(np.random.bit_generator.ISeedSequence):
    """Gives a generator its words, with which NumPy warms it up. NumPy's own way to make them takes ten times as long."""

    def __init__(self, words: np.ndarray):
        self.words = words

    def generate_state(self, n_words, dtype=np.uint32):
        """(n_words,) unsigned integers."""
        return self.words[:n_words].astype(dtype, copy=False)


def _start(key: int, quarter: int) -> int:
    """Where the sequence of a key begins in a quarter."""
    return _mix((key + (quarter + 1) * GOLDEN) % 2**64)


def _generator(words: np.ndarray) -> np.random.Generator:
    # SFC64 draws four times as fast as Philox here.
    return np.random.Generator(np.random.SFC64(_Seed(words)))
