"""Who leaves a post or the city: once a year every person reconsiders. Hazard by tenure and kind, the outside pull, the
end of a subsidy, retirement, firms with more staff than posts. Those whom the city won only with money leave first."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.population.people import ABSENT, FOREIGN, KINDS, LOCAL, SEARCHING
from sim.processes.choice import subsidy_utility
from sim.processes.hiring import move, whole_posts

EARLY = 8  # quarters in a post that count as the first years
LEFT, SWITCHED, QUIT, LAID_OFF, STAYED = range(5)


def turnover(p, scale):
    """Yearly chance to leave the employer (kinds, 2), in later and first years; `scale` (2,) keeps the mean."""
    factor = np.array([p[f"talent.kind.{name}.turnover"] for name in KINDS])
    return np.minimum(p["talent.turnover"] * factor[:, None] * scale, 0.9)


def leave_chance(p, yearly, surplus, searching, norm):
    """Yearly chance to leave the city (rows,): falls with what the city is worth to the person now."""
    usual = yearly * p["talent.leave_share"] * p["talent.siphon"] * norm
    factor = 1 + (p["talent.search_leave"] - 1) * searching
    return np.minimum(usual * factor * np.exp(-p["talent.persistence"] * surplus), 0.95)


def decide(uniform, leaves, switches, quits, laid_off):
    """One draw, five ends: leave the city, leave R&D, search another post, be laid off, stay (rows,)."""
    fate, edge = np.zeros(len(uniform), np.int8), 0.0
    for part in (leaves, switches, quits, laid_off):
        edge = edge + part
        fate += uniform >= edge
    return fate


def surplus_now(world, rows, change):
    """What the city is worth to a person beyond the usual: attachment, conditions, and a subsidy while it is paid."""
    people, award = world.talent, world.rules.talent.award
    surplus = people.attachment[rows] + change.astype("f4")[people.kind[rows]]
    if award is not None:
        paid = np.flatnonzero(people.subsidy_end[rows] > world.quarter)
        surplus[paid] += subsidy_utility(world, people.skill[rows[paid]], 4 * award.instalment)
    return surplus


def destination(world, kind, place) -> np.ndarray:
    """Place a leaver goes to, from uniform luck: by the utility of the places; foreign experts mostly go home."""
    labour = world.labour
    abroad = (kind == FOREIGN) & (place < world.numbers["talent.foreign_return"])
    hub = 1 + np.minimum(np.searchsorted(np.cumsum(labour.hub_shares), place, side="right"), len(labour.hub_shares) - 1)
    return np.where(abroad, len(labour.base_share) - 1, hub)


def review(world, luck, rows, change) -> None:
    """Persons whose year is over (rows,) decide by the change of the city's utility (kinds,); firms with more staff than posts let some of them go."""
    people, firms, p, labour, n = world.talent, world.firms, world.numbers, world.labour, world.firms.count
    kind, employer = people.kind[rows], people.employer[rows]
    searching = employer == SEARCHING
    cell = 2 * kind.astype(np.int64) + (world.quarter - people.since[rows] < EARLY)
    rate = turnover(p, labour.tenure_scale)
    yearly, norm = rate.ravel()[cell], labour.leave_norm[kind]
    leaves = leave_chance(p, yearly, surplus_now(world, rows, change), searching, norm)
    switches = yearly * p["talent.switch_share"]
    quits = yearly * ~searching * max(1 - p["talent.leave_share"] - p["talent.switch_share"], 0.0)
    # One person a firm may always keep. A quarter of the staff is reviewed, so half the excess goes each quarter.
    excess = firms.st_staff[:n] - np.maximum(whole_posts(firms, n), 1)
    part = np.clip(2 * excess / np.maximum(firms.st_staff[:n], 1), 0, 1)
    laid_off = part[employer] * ~searching
    uniform = luck.sparse("stay", rows)
    fate = decide(uniform, leaves, switches, quits, laid_off)
    retired = world.quarter - people.born[rows] >= 4 * p["talent.retirement_age"]
    gone = np.flatnonzero(retired | (fate <= SWITCHED))
    moves = (fate[gone] == LEFT) & ~retired[gone]
    to = np.where(moves, destination(world, kind[gone], uniform[gone] / np.maximum(leaves[gone], 1e-9)), LOCAL)
    end = people.subsidy_end[rows]
    over = (end != NEVER) & (end <= world.quarter)
    labour.subsidy_over = int(np.count_nonzero(over))
    labour.left_after_subsidy = int(np.count_nonzero(over[gone[moves]]))
    labour.left = np.bincount(kind[gone], minlength=len(KINDS))
    labour.left_to = np.bincount(to, minlength=len(labour.base_share))
    people.contract_end[rows] = world.quarter + 4
    free = np.flatnonzero((fate == QUIT) | (fate == LAID_OFF))
    move(world, rows[free], SEARCHING)
    move(world, rows[gone], ABSENT)
    people.remove(rows[gone])


def release(world, slots) -> None:
    """Firms in these slots are gone: their people search."""
    if not len(slots):
        return
    people = world.talent
    gone = np.zeros(world.firms.rows - ABSENT, bool)  # the last two stand for no employer
    gone[slots] = True
    people.employer[: people.count][gone[people.employer[: people.count]]] = SEARCHING
    world.labour.skill_sum[slots] = 0
