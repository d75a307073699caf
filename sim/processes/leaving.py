"""Who leaves a post or the city: once a year every person reconsiders. Hazard by tenure and kind, the outside pull, the
end of a subsidy, retirement, firms with more staff than posts. Those whom the city won only with money leave first."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.population.people import ABSENT, FOREIGN, KINDS, LOCAL, SEARCHING
from sim.processes.choice import subsidy_utility
from sim.processes.hiring import move

EARLY = 8  # quarters in a post that count as the first years
LEFT, SWITCHED, QUIT, LAID_OFF, STAYED = range(5)


def turnover(p, scale):
    """Yearly chance to leave the employer (kinds, 2), in later and first years; `scale` (2,) keeps the mean."""
    factor = np.array([p[f"talent.kind.{name}.turnover"] for name in KINDS])
    return np.minimum(p["talent.turnover"] * factor[:, None] * scale, 0.9)


def usual_leaving(p, yearly, searching, norm):
    """Yearly chance to leave the city of who likes it as usual (rows,)."""
    usual = yearly * p["talent.leave_share"] * p["talent.siphon"] * norm
    return usual * (1 + (p["talent.search_leave"] - 1) * searching)


def thinned(p, usual, surplus):
    """The same of who finds more in the city than usual (rows,): falls with what the city is worth to the person now."""
    return np.minimum(usual * np.exp(-p["talent.persistence"] * surplus), 0.95)


def decide(uniform, leaves, switches, quits, laid_off):
    """One draw, five ends: leave the city, leave R&D, search another post, be laid off, stay (rows,)."""
    edge = leaves.copy()
    fate = (uniform >= edge).view(np.int8)
    for part in (switches, quits, laid_off):
        edge += part
        fate += (uniform >= edge).view(np.int8)
    return fate


def surplus_now(world, rows, change):
    """What the city is worth to a person beyond the usual: attachment, conditions, and a subsidy while it is paid."""
    people, award = world.talent, world.rules.talent.award
    surplus = people.attachment[rows] + change.astype("f4")[people.kind[rows]]
    if award is not None and len(people.granted):
        paid = np.flatnonzero(people.subsidy_end[rows] > world.quarter)
        surplus[paid] += subsidy_utility(world, people.skill[rows[paid]], 4 * award.instalment)
    return surplus


def destination(world, kind, place) -> np.ndarray:
    """Place a leaver goes to, from uniform luck: by the utility of the places; foreign experts mostly go home."""
    labour = world.labour
    abroad = (kind == FOREIGN) & (place < world.numbers["talent.foreign_return"])
    hub = 1 + np.searchsorted(np.cumsum(labour.hub_shares[:-1]), place, side="right")
    return np.where(abroad, len(labour.base_share) - 1, hub)


def review(world, luck, rows, change) -> None:
    """Persons whose year is over (rows,) decide by the change of the city's utility (kinds,), or are let go."""
    people, p, labour = world.talent, world.numbers, world.labour
    drawn, employer = luck.sparse("stay", rows), people.employer.take(rows, mode="clip")
    usual, switches, quits = labour.rates
    # Nobody likes the city less than the least attached who ever came, and a subsidy only adds.
    most = thinned(p, usual, labour.least_attachment + np.repeat(change, 4)) + switches + quits
    most *= 1 + 1e-5
    laid_off = _lay_offs(world).take(employer, mode="wrap")
    # Most stay whatever the city is worth to them: only the others are looked at, at last only those near an end.
    near = np.flatnonzero(drawn < laid_off + most.max())
    at = _cells(world, rows.take(near, mode="clip"), employer.take(near, mode="clip"))
    laid_off, drawn = laid_off.take(near, mode="clip"), drawn.take(near, mode="clip")
    nearer = np.flatnonzero(drawn < most.take(at, mode="clip") + laid_off)
    near, at, drawn, laid_off = (x.take(nearer, mode="clip") for x in (near, at, drawn, laid_off))
    who = rows.take(near, mode="clip")
    leaves = thinned(p, usual[at], surplus_now(world, who, change))
    ends = decide(drawn, leaves, switches[at], quits[at], laid_off)
    # The old are few: they are looked for among all, and those whose year is over are kept.
    old = np.flatnonzero(people.born[: people.count] <= int(np.floor(world.quarter - 4 * p["talent.retirement_age"])))
    goes = np.zeros(len(rows), bool)
    goes[np.searchsorted(rows, old[people.contract_end[old] <= world.quarter])] = True
    moves = (ends == LEFT) & ~goes[near]
    goes[near[ends <= SWITCHED]] = True
    gone = rows.compress(goes)
    moves = np.flatnonzero(moves)
    away, place = who[moves], drawn[moves] / np.maximum(leaves[moves], 1e-9)
    to = destination(world, people.kind[away], place)
    due = people.granted[people.contract_end[people.granted] <= world.quarter]
    labour.subsidy_over = int(np.count_nonzero(_over(people.subsidy_end[due], world.quarter)))
    labour.left_after_subsidy = int(np.count_nonzero(_over(people.subsidy_end[away], world.quarter)))
    labour.left = np.bincount(people.kind[gone], minlength=len(KINDS))
    labour.left_to = np.bincount(to, minlength=len(labour.base_share))
    labour.left_to[LOCAL] += len(gone) - len(to)
    people.contract_end[rows] = world.quarter + 4
    move(world, who.compress((ends == QUIT) | (ends == LAID_OFF)), SEARCHING)
    move(world, gone, ABSENT)
    people.remove(gone)


def _cells(world, rows, employer) -> np.ndarray:
    """Kind, first years, searching as one number (rows,): the columns of `rates`."""
    people = world.talent
    cell = 4 * people.kind.take(rows, mode="clip")
    cell += 2 * (people.since.take(rows, mode="clip") > world.quarter - EARLY)
    cell += employer == SEARCHING
    return cell


def rates(p, labour) -> np.ndarray:
    """Yearly chances by kind, first years and searching (3, cells): to leave as usual, to leave R&D, to quit."""
    searching = np.tile([0, 1], 2 * len(KINDS))
    yearly = np.repeat(turnover(p, labour.tenure_scale).ravel(), 2)
    quits = yearly * (1 - searching) * max(1 - p["talent.leave_share"] - p["talent.switch_share"], 0.0)
    usual = usual_leaving(p, yearly, searching, np.repeat(labour.leave_norm, 4))
    return np.array([usual, yearly * p["talent.switch_share"], quits])


def _lay_offs(world) -> np.ndarray:
    """Part of the reviewed whom a firm lets go (firms + 1,); the last entry is for those who search."""
    staff, posts = world.firms.st_staff[: world.firms.count], world.labour.posts
    # One person a firm may always keep. A quarter of the staff is reviewed, so half the excess goes each quarter.
    many = np.flatnonzero(staff > posts)
    part = np.zeros(len(staff) + 1)
    heads = staff.take(many, mode="clip")
    part[many] = np.minimum(2 * (heads - np.maximum(posts.take(many, mode="clip"), 1)) / heads, 1)
    return part


def _over(end, quarter) -> np.ndarray:
    """Whose grant has ended (rows,)."""
    return (end != NEVER) & (end <= quarter)


def release(world, slots) -> None:
    """Firms in these slots are gone: their people search."""
    if not len(slots):
        return
    people = world.talent
    gone = np.zeros(world.firms.rows - ABSENT, bool)  # the last two stand for no employer
    gone[slots] = True
    rows = np.flatnonzero(gone.take(people.employer[: people.count], mode="wrap"))
    people.employer[rows] = SEARCHING
    people.searching = np.concatenate([people.searching, rows])
    world.labour.skill_sum[slots] = 0
