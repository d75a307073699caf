"""Districts that are scored: their offices move effort from what no score counts to what shows soonest.

An office has a fixed effort for five tasks. Counselling serves the number of certified firms, help with reports the R&D
that firms report, attraction growth, links with universities quality; making programmes known to all serves no score.
Reports rank the districts of the city; a province ranks its zones and pays for places gained.
"""

from __future__ import annotations

import numpy as np

from sim.processes.rankings import Ranking, index

TASKS = ("counselling", "services", "attraction", "research", "reports")
ITEMS = ("count", "reported", "growth", "quality")
SERVES = np.array([0, -1, 2, 3, 1])  # item of the score that each task serves; -1 = none
COUNSELLING, SERVICES, ATTRACTION, RESEARCH, REPORTS = range(len(TASKS))


# -- kernels ---------------------------------------------------------------------------------------------------------
def worth(weights, gaming, delay, reports, patience, room):
    """What an office believes a task to bring its score (districts, tasks).

    The weight of the item it serves, less for every report (`reports` a year) that passes before it shows; counselling by
    the `room` left for it (districts,) against the city, help with reports as far as gaming goes (0 to 1).
    """
    value = np.where(SERVES >= 0, np.asarray(weights)[SERVES], 0.0) * patience ** (delay * reports)
    value[REPORTS] *= gaming
    value = np.tile(value, (len(room), 1))
    value[:, COUNSELLING] *= room
    return value


def divide(usual, value, moved):
    """Effort by task (districts, tasks): a part `moved` (districts,) goes by value (districts, tasks), the rest as usual."""
    whole = value.sum(axis=1, keepdims=True)
    wanted = np.divide(value, whole, out=np.tile(usual, (len(value), 1)), where=whole > 0)
    return usual + moved[:, None] * (wanted - usual)


def standing(score):
    """Rank of each, 1 = the best; ties in the order of the rows."""
    rank = np.empty(len(score), np.int64)
    rank[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    return rank


# -- state -----------------------------------------------------------------------------------------------------------
class Scores:
    """What offices do and how they stand. `effort` (districts, tasks) is None while nobody is scored."""

    def __init__(self, world):
        p = world.numbers
        self.usual = np.array([p["scoring.usual.counselling"], p["scoring.usual.services"], p["scoring.usual.attraction"],
                               p["scoring.usual.research"], 0.0])  # fmt: skip
        self.usual /= self.usual.sum()
        self.delay = np.array([p["scoring.delay.counselling"], 0.0, p["scoring.delay.attraction"],
                               p["scoring.delay.research"], p["scoring.delay.reports"]])  # fmt: skip
        self.effort = None
        self.counted = self.year = None  # quarter and year of the items
        self.moved = np.zeros(len(world.place.districts))  # part of the effort that follows the reports
        self.zones = np.flatnonzero(world.place.zone)
        self.ranking = Ranking(0)  # of the zones in the province
        self.prize = np.zeros(len(self.zones))  # RMB within reach
        self.city, self.plan = Ranking(10_000), Ranking(20_000)  # of the city, and of a zone with its parks


def start(world) -> None:
    """Nobody is scored yet."""
    world.scores = Scores(world)


def _count(world, mask):
    """Firms of each district for which a flag stands (districts,)."""
    firms = world.firms
    return np.bincount(firms.district[: firms.count].compress(mask), minlength=len(world.place.districts)).astype(float)


def _items(world):
    """Firms, certified firms, reported R&D, sales, sales a year ago, R&D units of each district (6, districts).

    Sums over last year's books are made once a year, counts once a quarter.
    """
    firms, n, state = world.firms, world.firms.count, world.scores
    if state.counted == world.quarter:
        return state.items
    if state.year != world.year:
        state.year, district = world.year, firms.district[:n]
        columns = (firms.rd_1, firms.sales_1, firms.sales_2)
        state.books = [np.bincount(district, column[:n], len(world.place.districts)) for column in columns]
    counts = [_count(world, flag) for flag in (firms.alive[:n], firms.cert_year[:n] > 0, firms.rd_org[:n])]
    state.counted = world.quarter
    state.items = np.array([counts[0], counts[1], *state.books, counts[2]])
    return state.items


# -- a quarter -------------------------------------------------------------------------------------------------------
def steer(world) -> None:
    """Reports of the quarter, how offices divide their effort, and what that does to the rules of the quarter."""
    rules, state, quarter = world.rules, world.scores, world.quarter
    monitoring, target, plan = rules.monitoring, rules.target, rules.zone_plan
    if not (monitoring or rules.tournament or target or plan):
        state.effort = None
        return
    yearly = world.season == 0 or state.effort is None
    if target and yearly:
        _race(world, state.city, target, _levels(world).sum(axis=1, keepdims=True))
    if plan and yearly:
        _climb(world, plan)
    held = monitoring.held(quarter) if monitoring else 0
    if held:
        _report(world, monitoring, held)
    if held or state.effort is None or (not monitoring and yearly):
        _divide(world)
    _act(world)


def _report(world, monitoring, held):
    """A report: its cost, the ranks, and how much of its effort each district moves: the first has nothing to gain."""
    cost = world.ledger.transfer("administration", float(np.rint(held * monitoring.cost)), "city", "households")
    world.agencies[monitoring.agency].administration += cost
    firms, certified, reported, sales, before, units = _items(world)
    firms, before = np.maximum(firms, 1.0), np.maximum(before, 1.0)
    items = np.array([certified / firms, reported / np.maximum(sales, 1.0), sales / before, units / firms])
    sd = items.std(axis=1, keepdims=True)
    items = np.divide(items - items.mean(axis=1, keepdims=True), sd, out=np.zeros_like(items), where=sd > 0)
    rank = standing((np.array(monitoring.weights)[:, None] * items).sum(axis=0))
    moved = monitoring.pressure * (rank - 1) / max(len(rank) - 1, 1)
    world.scores.moved = np.minimum(monitoring.weight + moved, 1.0)


def _divide(world):
    firms, p, n, state = world.firms, world.numbers, world.firms.count, world.scores
    here, certified, *_ = _items(world)
    left = _count(world, firms.pan_tech[:n] & (firms.cert_year[:n] == 0) & ~firms.considers[:n])
    room = left / np.maximum(certified, 1.0)
    room = np.clip(room / max(float(room.mean()), 1e-9), 0.2, 5.0)
    state.share = here / max(float(here.sum()), 1.0)
    effort, patience = np.tile(state.usual, (len(room), 1)), p["scoring.patience"]
    if one := world.rules.monitoring:
        value = worth(one.weights, one.gaming, state.delay, one.reports, patience, room)
        effort = divide(state.usual, value, state.moved)
    for one, moved in _drives(world, len(room)):
        value = worth(one.weights, one.gaming, state.delay, 1.0, patience, room)
        effort += moved[:, None] * (divide(state.usual, value, np.ones(len(room))) - effort)
    state.effort = effort
    tasks = state.usual > 0
    gain = (effort[:, tasks] / state.usual[tasks]) ** p["scoring.return"]
    state.tasks = state.share @ gain  # tasks of the whole city by the mean over its firms
    state.counsel = gain[:, COUNSELLING]
    state.relabel = np.exp(-p["scoring.relabel_help"] * effort[:, REPORTS])


def _drives(world, districts):
    """Yearly rankings and the part of its effort that each moves in every district: by the prize within reach in zones,
    by the pressure while a target is not met."""
    rules, state = world.rules, world.scores
    if one := rules.tournament:
        moved = np.zeros(districts)
        moved[state.zones] = 1 - np.exp(-state.prize / world.numbers["scoring.prize_scale"])
        yield one, moved
    if (one := rules.target) and state.city.rank is not None and state.city.rank[0] > one.rank:
        yield one, np.full(districts, one.pressure)
    if (one := rules.zone_plan) and state.plan.rank is not None and len(state.zones) and state.plan.rank[0] > one.wanted:
        moved = np.zeros(districts)
        moved[_parks(world, one)] = one.pressure
        yield one, moved


def _act(world):
    """More effort brings more, by an elasticity."""
    rules, city = world.rules, world.scores.tasks
    # Who answers for targets at the year's end lets firms file when it comes near.
    rush = world.numbers["scoring.rush"] * rules.monitoring.weight if rules.monitoring else 0.0
    told = city[SERVICES] * (1 + rush * (3 if world.season == 3 else -1))
    rules.delivery.awareness = min(rules.delivery.awareness * float(told), 1.0)
    rules.attraction.effort *= float(city[ATTRACTION])
    rules.links.events *= float(city[RESEARCH])


# -- what offices do to firms ----------------------------------------------------------------------------------------
def counselled(world, rows):
    """Multiple of the chance to begin to consider a certificate (rows,)."""
    state = world.scores
    return 1.0 if state.effort is None else state.counsel[world.firms.district[rows]]


def cheaper(world, rows):
    """Multiple of the cost of relabelling (rows,)."""
    state = world.scores
    return 1.0 if state.effort is None else state.relabel[world.firms.district[rows]]


# -- rankings --------------------------------------------------------------------------------------------------------
def _levels(world):
    """Certified firms, reported R&D, sales and R&D units of each district (4, districts)."""
    return _items(world)[[1, 2, 3, 5]]


def _race(world, ranking, terms, items):
    """A year's ranking of contestants with these items (4, n); in the first only where they begin."""
    levels = index(items, terms.weights)
    if ranking.base is None:
        ranking.begin(world, levels, terms.first, terms.field, len(levels))
        return ranking.note(levels) * 0.0
    return ranking.hold(world, levels, terms.rivals)


def rank_zones(world):
    """Rank the zones on last year with those of other cities; returns the places that each gained (zones,)."""
    state, terms = world.scores, world.rules.tournament
    if not len(state.zones):
        return np.zeros(0)
    gained = _race(world, state.ranking, terms, _levels(world)[:, state.zones])
    state.prize = terms.per_place * state.ranking.within(world.numbers["scoring.reach"])
    return gained


def _parks(world, plan):
    """Districts of a zone and its added parks: the first zone, then the districts with the largest part in the belt."""
    zone = world.scores.zones[0]
    order = np.argsort(-world.place.belt, kind="stable")
    return np.append(zone, order[order != zone][: max(plan.parks - 1, 0)])


def _climb(world, plan):
    """A zone whose parks are counted from the first year on: its rank rises the day they are added.

    Of the districts that are added only the part inside the belt is park.
    """
    state, items = world.scores, _levels(world)
    if not len(state.zones):
        return
    parks = _parks(world, plan)
    part = np.append(1.0, world.place.belt[parks[1:]])
    whole = (items[:, parks] * part).sum(axis=1, keepdims=True)
    if state.plan.base is None:
        state.plan.begin(world, index(items[:, parks[:1]], plan.weights), plan.first, plan.field, 1)
        state.plan.note(index(whole, plan.weights))
        return
    _race(world, state.plan, plan, whole)
