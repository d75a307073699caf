"""Research clubs: a head firm, firms of its sector and an institute pool a part of their R&D; each learns from all.

Members pay in proportion to their R&D and learn from the whole, as far as it serves them and they can take it up. What
they learn they do not do themselves: that part of own R&D is given up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.bands import first
from sim.processes.lessons import credit, note

ROUNDS = 8  # of second thoughts about joining; members only drop out, so that it settles


# -- kernels ---------------------------------------------------------------------------------------------------------
def learned(joint, own, research, relevance, absorption):
    """Knowledge a member takes from the others' part of the joint work, bounded by own R&D (all RMB a period)."""
    return np.minimum(relevance * np.maximum(joint - own, 0.0), absorption * research)


def gain_of_joining(joint, own, granted, research, relevance, own_worth, absorption, meetings):
    """What a member learns and has of a grant, less what its dues would have brought at home and the time of its staff."""
    others = learned(joint, own + granted, research, relevance, absorption)
    return others + own_worth * granted - (1 - own_worth) * own - meetings


def joins(research, share, grant, relevance, own_worth, absorption, meetings):
    """Who is in a club that nobody wants to leave (firms,), when those who would lose by it drop out in turn.

    The first firm is the head, whose laboratory works with the grant. Returns members and their gain (RMB/year).
    """
    granted = np.zeros(len(research))
    granted[:1] = grant
    members = np.ones(len(research), bool)
    for _ in range(ROUNDS):
        own = share * research * members
        joint = (own + granted * members).sum()
        gain = gain_of_joining(joint, share * research, granted, research, relevance, own_worth, absorption, meetings)
        stays = members & (gain > 0)
        if (stays == members).all():
            break
        members = stays
    return members, np.where(members, gain, 0.0)


# -- state -----------------------------------------------------------------------------------------------------------
@dataclass
class Clubs:
    """Members (rows of arrays): their slot, identity, club, whether they head it, what they learned last quarter (RMB)."""

    slot: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    identity: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    club: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    head: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    learned: np.ndarray = field(default_factory=lambda: np.zeros(0))
    institute: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))  # university (clubs,)
    dues: np.ndarray = field(default_factory=lambda: np.zeros(0))  # RMB of the quarter, own money (members,)
    grant: np.ndarray = field(default_factory=lambda: np.zeros(0))  # RMB of the quarter, to heads (members,)


def start(world) -> None:
    """There is no club."""
    world.clubs = Clubs()


# -- a quarter -------------------------------------------------------------------------------------------------------
def convene(world) -> None:
    """First quarter, or when none stands: who joins. Every quarter: dues and grants enter R&D, own work is cut."""
    supports, clubs = world.rules.clubs, world.clubs
    if not supports:
        if len(clubs.slot):
            start(world)  # nobody convenes them any more
        return
    support, firms, p = supports[0], world.firms, world.numbers
    if world.season == 0 or not len(clubs.slot):
        clubs = world.clubs = _found(world, support)
    if not len(clubs.slot):
        return
    here = firms.alive[clubs.slot] & (firms.identity[clubs.slot] == clubs.identity)
    for name in ("slot", "identity", "club", "head", "learned"):
        setattr(clubs, name, getattr(clubs, name)[here])
    slot = clubs.slot
    clubs.dues = np.rint(support.share * firms.intensity[slot] * firms.sales[slot])
    clubs.grant = np.zeros(len(slot))
    heads = np.flatnonzero(clubs.head)
    each = np.full(len(heads), np.rint(support.grant / 4))
    clubs.grant[heads] = world.agencies[support.agency].pay_now(world, "award", slot[heads], each)
    most = p["club.most_cut"] * firms.intensity[slot] * firms.sales[slot]
    cut = np.minimum(p["club.freeriding"] * clubs.learned, most)
    firms.project_fee[slot] += clubs.dues + clubs.grant
    firms.project_extra[slot] += clubs.grant - cut
    note(world, club_members=len(slot), club_rd_cut=cut.sum())


def work(world) -> None:
    """Members that can pay do; the institute works for all; each learns what the others' part is worth to it."""
    clubs = world.clubs
    slot = clubs.slot
    if not len(slot):
        return
    firms, u, p = world.firms, world.universities, world.numbers
    pays = firms.rd_real[slot] >= firms.project_fee[slot]
    own, grant = clubs.dues * pays, clubs.grant * pays
    where = clubs.institute[clubs.club]
    world.ledger.between("dues", "firms", slot, "universities", where, own + grant)
    u.knowledge += p["university.project_learning"] * np.bincount(where, own + grant, u.count)
    joint = np.bincount(clubs.club, own + grant, len(clubs.institute))[clubs.club]
    taken = learned(joint, own + grant, firms.rd_real[slot], p["club.relevance"], p["club.absorption"]) * pays
    # Dues and grants were counted in full as own R&D when they were spent; joint topics are not quite one's own.
    less = (1 - p["club.own_worth"]) * (own + grant) + p["club.meetings"] / 4 * pays
    credit(world, slot, taken - less)
    clubs.learned = taken
    note(world, club_dues=(own + grant).sum(), club_knowledge=taken.sum())


def _found(world, support) -> Clubs:
    """The clubs that bring their heads most, among the sectors: the largest firm and those that know most are invited."""
    firms, p, n, before = world.firms, world.numbers, world.firms.count, world.clubs
    found = []
    fit = np.flatnonzero(firms.alive[:n] & (firms.rd_1[:n] >= p["club.min_rd"]) & (firms.hub[:n] < 0))
    home = firms.sector[fit]
    for sector in range(len(world.place.sectors)):
        of = fit[home == sector]
        if not len(of):
            continue
        head = of[first(1, -firms.sales_1[of], firms.identity[of])]
        others = of[of != head]
        others = others[first(support.members - 1, -firms.knowledge[others], firms.identity[others])]
        rows = np.concatenate([head, others])
        members, gain = joins(
            firms.rd_1[rows], support.share, support.grant, p["club.relevance"], p["club.own_worth"], p["club.absorption"],
            p["club.meetings"],
        )  # fmt: skip
        if members[0] and members.sum() > 1:
            found.append((gain[0], rows[members]))
    found.sort(key=lambda club: -club[0])
    found = found[: support.clubs]
    if not found:
        return Clubs()
    slot = np.concatenate([rows for _, rows in found])
    sizes = [len(rows) for _, rows in found]
    club = np.repeat(np.arange(len(found)), sizes)
    head = np.concatenate([[True] + [False] * (size - 1) for size in sizes])
    known = np.zeros(n)
    known[before.slot] = before.learned  # a member remembers what it learned last quarter
    pull = world.universities.pull[firms.district[slot[head]], firms.sector[slot[head]]]
    return Clubs(slot, firms.identity[slot], club, head, known[slot], pull.argmax(axis=1))
