"""Skilled workers beyond the usual: trained for years in the trades that are short when they enrol, then stay or leave,
find empty production posts, and let manufacturers sell what they could not make.

What vocational schools supply as usual lies in the growth that was observed; only places beyond it are followed, as
numbers of persons by sector. A post that is filled raises sales of manufacturers of the sector, and an empty one
lowers them again. More skilled hands lower the pay of skilled hands, and some leave for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.processes.choice import shifted
from sim.processes.hiring import matches
from sim.processes.lessons import note
from sim.processes.prentices import Prentices, decide, finish, pay


# -- kernels ---------------------------------------------------------------------------------------------------------
def enrol(places, match, posts):
    """Places by trade (sectors,): the part `match` by the posts of today, the rest in trades that nobody here needs."""
    whole = posts.sum()
    return places * match * posts / whole if whole else np.zeros(len(posts))


def pay_change(more, posts, response):
    """Log pay of skilled workers against the usual when there are so many more on so many posts."""
    return -response * np.log1p(more / max(posts, 1.0))


def find(vacancies, searching, exponent):
    """Hires of a quarter by sector (sectors,)."""
    pairs = zip(vacancies.tolist(), searching.tolist())
    return np.array([matches(empty, seek, exponent) for empty, seek in pairs])


# -- state -----------------------------------------------------------------------------------------------------------
@dataclass
class Skills:
    """Persons beyond the usual by sector (sectors,), log pay against the usual, and who is at school until when."""

    searching: np.ndarray
    working: np.ndarray
    pay: float = 0.0
    school: list[tuple[int, np.ndarray, float]] = field(default_factory=list)  # last quarter, by trade, in other trades
    hosts: list[Prentices] = field(default_factory=list)
    growth: np.ndarray = field(default_factory=lambda: np.zeros(0))  # log sales of the quarter by sector
    idle: bool = True


def start(world) -> None:
    """Nobody beyond the usual."""
    sectors = len(world.place.sectors)
    world.skills = Skills(np.zeros(sectors), np.zeros(sectors))


# -- a quarter -------------------------------------------------------------------------------------------------------
def train(world) -> None:
    """Autumn: places are filled. Every quarter: who finishes stays or goes, who seeks finds, who works may leave."""
    state, school, p = world.skills, world.rules.school, world.numbers
    if school is None and state.idle:
        return
    state.idle = False
    posts = _posts(world)
    if school is None:
        state.school, state.hosts = [], []  # nobody pays for it any more: they go home
    elif world.season == 2 and school.places > 0:
        trades = enrol(school.places, school.match, posts)
        if world.rules.apprentices:
            host = decide(world, school, trades, posts)
            trades = trades - np.bincount(host.sector, host.heads, len(trades))
            state.hosts.append(host)
        state.school.append((world.quarter + school.delay, trades, school.places * (1 - school.match)))
    pay(world, state.hosts)
    stay = float(shifted(p["skills.stay"], p["talent.income_response"] * state.pay))
    done = [one for one in state.school if one[0] <= world.quarter]
    state.school = [one for one in state.school if one[0] > world.quarter]
    graduates = sum((trades for _, trades, _ in done), np.zeros(len(posts)))
    elsewhere = sum(other for _, _, other in done)
    hosted, poached, loose = finish(world, state.hosts, stay)
    state.searching = state.searching * (1 - min(p["skills.search_leave"] / 4, 1.0)) + stay * graduates + loose
    lost = state.working * min(p["skills.leave"] / 4, 1.0)
    vacancies = np.maximum(p["skills.vacancy"] * posts - state.working - hosted, 0.0)
    hired = find(vacancies, state.searching, p["talent.matching"])
    state.searching = state.searching - hired
    state.working = state.working + hired - lost + hosted
    filled = hired - lost + poached  # beside the posts at the hosts themselves
    state.growth = p["skills.output"] * np.divide(filled, posts, out=np.zeros(len(posts)), where=posts > 0)
    more = float((state.working + state.searching).sum())
    state.pay = pay_change(more, float(posts.sum()), p["skills.pay_response"])
    note(
        world, skilled_school=_at_school(state),
        skilled_graduates=graduates.sum() + elsewhere, skilled_left=(1 - stay) * graduates.sum() + elsewhere,
        skilled_working=state.working.sum(), skilled_searching=state.searching.sum(), skilled_hosted=hosted.sum(),
        skilled_pay=np.exp(state.pay),
    )  # fmt: skip


def _at_school(state) -> float:
    """Students and apprentices."""
    return sum(float(trades.sum()) + other for _, trades, other in state.school) + sum(
        h.heads.sum() for h in state.hosts
    )


def _posts(world) -> np.ndarray:
    """Skilled production posts by sector of manufacturing (sectors,), persons."""
    firms, n = world.firms, world.firms.count
    staff = np.bincount(firms.sector[:n], firms.other_staff[:n], len(world.place.sectors))
    return world.numbers["skills.share"] * staff * world.place.manufacturing


def fill_posts(world, growth) -> None:
    """What filled and emptied posts do to sales: added to the growth of the quarter (rows,) log, in place."""
    state = world.skills
    if state.idle:
        return
    growth += state.growth.take(world.firms.sector[: len(growth)])
    for host in state.hosts:
        if len(host.gain):
            np.add.at(growth, host.slot[host.here], host.gain)
    state.hosts = [host for host in state.hosts if host.until > world.quarter]
