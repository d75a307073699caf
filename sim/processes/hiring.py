"""Posts, vacancies, matching and the wage: R&D pushes need people, and a tight market makes them dear."""

from __future__ import annotations

import numpy as np

from sim.population.people import SEARCHING
from sim.processes import branches, groups

FEW = 0.5  # a smaller part of the rows is first found, then sorted
UNIT = float(np.sqrt(3) / np.pi)  # one over the standard deviation of a logistic


def matches(vacancies, searchers, exponent):
    """Hires of a quarter: V·U / (V^l + U^l)^(1/l), never more than either (den Haan, Ramey and Watson 2000)."""
    if vacancies <= 0 or searchers <= 0:
        return 0.0
    low, high = min(vacancies, searchers), max(vacancies, searchers)
    return low * (1 + (low / high) ** exponent) ** (-1 / exponent)


def searchers_needed(hires, vacancies, exponent):
    """Searchers at which so many vacancies give so many hires: the matching function solved for U."""
    return (hires**-exponent - vacancies**-exponent) ** (-1 / exponent)


def cost_factor(wage, labour_share):
    """Cost of a person-year against the start at this log wage: only labour becomes dearer."""
    return 1 - labour_share + labour_share * np.exp(wage)


def head_cost(p, quarter, wage):
    """RMB per R&D person-year at the end of a quarter (-1 is the start)."""
    grown = (1 + p["talent.cost_growth"]) ** ((quarter + 1) / 4)
    return p["talent.cost_per_head"] * grown * cost_factor(wage, p["talent.labour_share"])


def fill(staff, posts, team, usual):
    """Part of the posts that work (rows,): a team of others stands in for some of the empty ones."""
    works = np.minimum(staff, posts)
    works += team * usual
    works /= np.maximum(posts + team, 1e-9)
    return works


def staffing(world, n) -> np.ndarray:
    """Factor on real R&D from filled posts, one at the usual fill (n,): an empty post stops its labour share."""
    firms, p, labour = world.firms, world.numbers, world.labour
    filled = fill(firms.st_staff[:n], whole_posts(firms, n), p["talent.team"], labour.usual_fill)
    filled /= labour.mean_fill
    filled -= 1
    filled *= p["talent.shortage"] * p["talent.labour_share"]
    filled += 1
    return filled


def whole_posts(firms, n) -> np.ndarray:
    """Posts in heads (n,): a part of a post is one with that probability, by the firm's lot."""
    posts = firms.posts[:n] + firms.lot[:n]
    return np.floor(posts, out=posts)


def efficiency(world, n) -> np.ndarray:
    """Knowledge per yuan of R&D against the start (n,): better staff give more, dearer staff less."""
    p, labour = world.numbers, world.labour
    skill = p["talent.skill_effect"] * p["talent.labour_share"] * world.firms.st_skill[:n]
    np.exp(skill, out=skill)
    skill /= labour.mean_efficiency * cost_factor(labour.wage, p["talent.labour_share"])
    return skill


def offers(p, firms, rows, luck) -> np.ndarray:
    """Posted log wage of these firms (rows,): size and productivity premium, and luck."""
    offer = 4 * firms.sales.take(rows, mode="clip")
    np.log(np.maximum(offer, 1e5, out=offer), out=offer)
    offer *= p["talent.offer_size"]
    offer += p["talent.offer_productivity"] * firms.productivity.take(rows, mode="clip")
    offer += p["talent.offer_noise"] * luck
    return offer


def best(score, identity, number) -> np.ndarray:
    """The `number` best, from the best, ties by identity (sorts only those)."""
    number = min(max(number, 0), len(score))
    if not number:
        return np.empty(0, np.int64)
    if number > FEW * len(score):
        return _falling(score, identity)[:number]
    limit = np.partition(score, len(score) - number)[len(score) - number]
    rows = np.flatnonzero(score >= limit)
    return rows[_falling(score[rows], identity[rows])[:number]]


def _falling(score, identity) -> np.ndarray:
    """Order of falling score, ties by identity (rows,).

    Whole numbers sort several times as fast as positions by a key: the last bits of a score make way for the position.
    """
    bits = len(score).bit_length()
    key = np.subtract(score.max() + 1.0, score, dtype=np.float64).view(np.int64)  # positive numbers sort like their bits
    key &= -1 << bits
    key |= np.arange(len(score))
    key.sort()
    close = (key[1:] ^ key[:-1]) < 1 << bits  # alike but for the last bits
    key &= (1 << bits) - 1
    if close.any():
        # They stand side by side: few, and put in order among themselves. Of a million scores some always are.
        new = np.concatenate([[True], ~close])
        at = np.flatnonzero(~new | np.append(~new[1:], False))
        rows = key[at]
        key[at] = rows[np.lexsort((identity[rows], -score[rows], np.cumsum(new)[at]))]
    return key


def bell(uniform):
    """Logistic noise of unit standard deviation from uniform luck: two draws of one kind, one stream."""
    u = np.maximum(uniform, 1e-6)
    np.minimum(u, 1 - 1e-6, out=u)
    u /= 1 - u
    np.log(u, out=u)
    u *= UNIT
    return u


def assign(vacancies, offer, firm_identity, score, identity, exponent):
    """Best searchers to the best offers. `vacancies`, `offer` by firm; `score`, `identity` by searcher.

    Returns (positions of firms, positions of searchers), pair by pair; no firm beyond its vacancies.
    """
    hires = int(np.rint(matches(float(vacancies.sum()), float(len(score)), exponent)))
    firms = best(offer, firm_identity, len(offer))
    posts = np.repeat(firms, vacancies.take(firms, mode="clip"))[:hires]
    return posts, best(score, identity, hires)


def set_posts(world) -> None:
    """Posts follow the R&D that firms plan at what a head costs."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    posts = firms.posts[:n]
    change = 4 * world.rd_plan
    branches.post(world, change)
    change /= head_cost(p, world.quarter, world.labour.wage)
    change -= posts
    new = world.entered[firms.birth[world.entered] == world.quarter]
    at_once = change[new]
    change *= p["talent.post_adjustment"]
    change[new] = at_once
    posts += change
    posts[np.flatnonzero(~firms.alive[:n])] = 0
    world.labour.posts = whole_posts(firms, n)


def hire(world, luck) -> None:
    """One round of matching over vacancies and searchers; counts what is filled."""
    firms, people, p, labour, n = world.firms, world.talent, world.numbers, world.labour, world.firms.count
    at = np.flatnonzero(labour.posts > firms.st_staff[:n])
    empty = (labour.posts.take(at, mode="clip") - firms.st_staff.take(at, mode="clip")).astype(np.int64)
    searchers = people.searching
    offer = offers(p, firms, at, bell(world.luck.sparse("vacancy", at)))
    offer = groups.better_offers(world, offer, at)
    score = bell(luck.sparse("search", searchers))
    score *= p["talent.search_noise"]
    score += people.skill.take(searchers, mode="clip")
    identity = firms.identity.take(at, mode="clip"), people.identity.take(searchers, mode="clip")
    posts, found = assign(empty, offer, identity[0], score, identity[1], p["talent.matching"])
    who = searchers.take(found, mode="clip")
    left = np.ones(len(searchers), bool)
    left[found] = False
    people.searching = searchers.compress(left)
    move(world, who, at.take(posts, mode="clip"))
    people.since[who] = world.quarter
    people.contract_end[who] = world.quarter + 4
    vacant = float(empty.sum())
    labour.hires, labour.vacancies = len(who), vacant - len(who)
    labour.fill_rate = len(who) / vacant if vacant else 0.0
    labour.chance = max(len(who), 1.0) / max(len(searchers), 1.0)


def move(world, rows, to) -> None:
    """Persons change employer: a slot each, or SEARCHING or ABSENT for all; staff and skill of firms follow."""
    people, firms, labour = world.talent, world.firms, world.labour
    skill = (people.skill.take(rows, mode="clip") - labour.usual_skill).astype(np.float64)
    before = people.employer.take(rows, mode="clip").astype(np.int64)
    works = before >= 0
    if works.any():
        before = before.compress(works)
        np.subtract.at(firms.st_staff, before, 1.0)
        np.subtract.at(labour.skill_sum, before, skill.compress(works))
    people.employer[rows] = to
    if np.ndim(to):
        np.add.at(firms.st_staff, to, 1.0)
        np.add.at(labour.skill_sum, to, skill)
    elif to == SEARCHING:
        people.searching = np.concatenate([people.searching, rows])


def settle_staff(world) -> None:
    """Mean skill and employment of firms from their staff."""
    firms, n = world.firms, world.firms.count
    staff = firms.st_staff[:n]
    np.divide(world.labour.skill_sum[:n], staff + world.numbers["talent.team"], out=firms.st_skill[:n])
    np.add(firms.other_staff[:n], staff, out=firms.employment[:n])


def set_wage(world) -> None:
    """Log wage against the start: moves toward the response to posts over talent, both against the start."""
    p, labour = world.numbers, world.labour
    posts, stock = float(labour.posts.sum()), float(labour.stock.sum())
    labour.tightness = np.log(max(posts, 1.0) / max(stock, 1.0)) - labour.usual_tightness
    labour.wage += p["talent.wage_speed"] * (p["talent.wage_response"] * labour.tightness - labour.wage)
