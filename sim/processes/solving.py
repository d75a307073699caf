"""Work on posted problems: posters pay, solvers learn, races are cut down, and what is finished is solved or not."""

from __future__ import annotations

import numpy as np

from sim.population.ties import BLOCKS, EVENT
from sim.processes.lessons import credit, note
from sim.processes.problems import taught


def work(world) -> None:
    """A quarter of all problems under contract; solved, a problem brings knowledge worth a multiple of its cost."""
    table = world.problems
    if not table.count:
        return
    firms, p, slot = world.firms, world.numbers, table.slot
    _solvers_left(world, table)
    pays = (firms.rd_real[slot] >= firms.project_fee[slot]) & table.works.any(axis=1)
    paid = table.fee[:, None] * (table.works & pays[:, None])
    _pay(world, table, paid)
    # R&D was counted in full when it was spent: until the problem is solved, work on it brings lessons only.
    lessons = taught(paid, p["challenge.lessons"], p["challenge.redundancy"])
    credit(world, slot, lessons - paid.sum(axis=1))
    lasted = world.quarter + 1 - table.signed
    stopped = _prune(table, pays & (lasted == table.prune))
    over = pays & (lasted >= p["challenge.duration"])
    solved = over & (np.where(table.works, table.margin, -np.inf).max(axis=1) > 0)
    given_up = ~pays | (over & ~solved)
    brought = _reward(world, table, solved)
    _close(world, table, solved, given_up)
    note(
        world, challenge_money=paid.sum(), challenge_stopped=stopped, challenge_solved=np.count_nonzero(solved),
        challenge_failed=np.count_nonzero(given_up), challenge_knowledge=brought + lessons.sum(),
    )  # fmt: skip
    if (ends := solved | given_up).any():
        table.keep(~ends)


def _solvers_left(world, table):
    """Firms that solve for others may close or move away."""
    count = world.universities.count
    slot = np.maximum(table.solver - count, 0)
    gone = ~world.firms.alive[slot] | (world.firms.identity[slot] != table.who - count)
    table.works &= ~((table.solver >= count) & gone)


def _pay(world, table, paid):
    """Posters pay their solvers (problems, teams); solvers do the research, learn from it, and firms keep a margin."""
    u, firms, p = world.universities, world.firms, world.numbers
    at, team = np.nonzero(paid)
    solver, amount, poster = table.solver[at, team], paid[at, team], table.slot[at]
    outside = solver < u.count
    world.ledger.between("contract", "firms", poster[outside], "universities", solver[outside], amount[outside])
    u.knowledge += p["university.project_learning"] * np.bincount(solver[outside], amount[outside], u.count)
    inside = ~outside
    slots = solver[inside] - u.count
    if not len(slots):
        return
    world.ledger.between("contract", "firms", poster[inside], "firms", slots, amount[inside])
    rows, who = np.unique(slots, return_inverse=True)
    income = np.bincount(who, amount[inside])
    cost = np.rint((1 - p["challenge.margin"]) * income)
    world.ledger.from_firms("rd", cost, "households", rows)
    firms.profit_year[rows] += income - cost
    credit(world, rows, p["university.project_learning"] * income)


def _prune(table, now) -> int:
    """Where it is time, all teams but the one that seems to be in front stop; returns how many."""
    shown = np.where(table.works, table.shown, -np.inf)
    front = np.arange(table.teams) == shown.argmax(axis=1)[:, None]
    stops = table.works & ~front & now[:, None]
    table.works &= ~stops
    return int(np.count_nonzero(stops))


def _reward(world, table, solved) -> float:
    """Posters learn what the solution is worth, as far as the solver knew it; they and a university stay in touch."""
    at = np.flatnonzero(solved)
    if not len(at):
        return 0.0
    u, firms, p = world.universities, world.firms, world.numbers
    team = np.where(table.works[at], table.margin[at], -np.inf).argmax(axis=1)
    solver, duration = table.solver[at, team], int(p["challenge.duration"])
    outside = solver < u.count
    knows = np.append(u.knowledge, firms.knowledge)[solver]
    cost = table.fee[at] * duration
    most = cost + p["university.transfer_limit"] * duration * knows
    gain = np.minimum(table.worth[at] * cost, most) - p["challenge.lessons"] * cost
    credit(world, table.slot[at], gain)
    world.event("result", table.slot[at])
    _tie(world, table.slot[at][outside], solver[outside])
    return float(gain.sum())


def _tie(world, slot, university):
    """A contract that was delivered ties its firm and university, in the quarter's block in which the firm looks after ties."""
    ties = world.ties
    for block in range(BLOCKS):
        new = (ties.turn[slot] == block) & ~ties.tied(university, slot)
        ties.add(block, university[new], slot[new], np.ones(np.count_nonzero(new), np.int64), EVENT)


def _close(world, table, solved, given_up):
    agencies = list(world.agencies.values())
    for number in sorted(set(table.office[solved | given_up].tolist())):  # programmes, not firms
        mine = table.office == number
        agencies[number].deliver(world, table.slot[mine & solved])
        agencies[number].void(table.slot[mine & given_up])
