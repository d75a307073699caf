"""Districts that are scored: their offices move effort from what no score counts to what shows soonest.

An office has a fixed effort for five tasks. Counselling serves the number of certified firms, help with reports the R&D
that firms report, attraction growth, links with universities quality; making programmes known to all serves no score.
Reports rank the districts of the city; a province ranks its zones and pays for places gained.
"""

from __future__ import annotations

import numpy as np

from sim.laws import NORMAL

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


def ahead(score, others, reach=np.inf):
    """How many of the others lie above each score (rows,), by no more than `reach`."""
    gap = others - score[:, None]
    return ((gap > 0) & (gap <= reach)).sum(axis=1)


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
        self.moved = np.zeros(len(world.place.districts))  # part of the effort that follows the reports
        self.zones = np.flatnonzero(world.place.zone)
        self.base = self.rivals = self.rank = None  # of the zones in the province
        self.prize = np.zeros(len(self.zones))  # RMB within reach


def start(world) -> None:
    """Nobody is scored yet."""
    world.scores = Scores(world)


def _held(world, values=None, rows=None):
    """Sums over the living firms of each district (districts,)."""
    firms, n, districts = world.firms, world.firms.count, len(world.place.districts)
    weight = firms.alive[:n] if values is None else values[:n]
    return np.bincount(firms.district[:n], weight, districts)


def _items(world):
    """Firms, certified firms, reported R&D, sales, sales a year ago, R&D units, of each district (6, districts)."""
    firms, n = world.firms, world.firms.count
    columns = (firms.alive, firms.cert_year[:n] > 0, firms.rd_1, firms.sales_1, firms.sales_2, firms.rd_org)
    return np.array([_held(world, column) for column in columns])


# -- a quarter -------------------------------------------------------------------------------------------------------
def steer(world) -> None:
    """Reports of the quarter, how offices divide their effort, and what that does to the rules of the quarter."""
    rules, state, quarter = world.rules, world.scores, world.quarter
    monitoring, tournament = rules.monitoring, rules.tournament
    if not monitoring and not tournament:
        state.effort = None
        return
    held = monitoring.held(quarter) if monitoring else 0
    if held:
        _report(world, monitoring, held)
    if held or state.effort is None or (tournament and world.season == 0):
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
    certified = firms.cert_year[:n] > 0
    left = _held(world, firms.pan_tech[:n] & ~certified & ~firms.considers[:n] & firms.alive[:n])
    room = left / np.maximum(_held(world, certified), 1.0)
    room = np.clip(room / max(float(room.mean()), 1e-9), 0.2, 5.0)
    state.share = _held(world) / max(float(np.count_nonzero(firms.alive[:n])), 1.0)
    effort, patience = np.tile(state.usual, (len(room), 1)), p["scoring.patience"]
    if one := world.rules.monitoring:
        value = worth(one.weights, one.gaming, state.delay, one.reports, patience, room)
        effort = divide(state.usual, value, state.moved)
    if one := world.rules.tournament:
        value = worth(one.weights, one.gaming, state.delay, 1.0, patience, room)
        moved = np.zeros(len(room))
        moved[state.zones] = 1 - np.exp(-state.prize / p["scoring.prize_scale"])
        effort += moved[:, None] * (divide(state.usual, value, np.ones(len(room))) - effort)
    state.effort = effort


def _act(world):
    """More effort brings more, by an elasticity; tasks of the whole city by the mean over its firms."""
    p, rules, state = world.numbers, world.rules, world.scores
    tasks = state.usual > 0
    gain = (state.effort[:, tasks] / state.usual[tasks]) ** p["scoring.return"]
    city = state.share @ gain
    state.counsel = gain[:, COUNSELLING]
    state.relabel = np.exp(-p["scoring.relabel_help"] * state.effort[:, REPORTS])
    # Who answers for targets at the year's end lets firms file when it comes near.
    rush = p["scoring.rush"] * rules.monitoring.weight if rules.monitoring else 0.0
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


# -- the ranking of the province -------------------------------------------------------------------------------------
def rank_zones(world):
    """Rank the zones on last year with those of other cities; returns the places that each gained (zones,)."""
    p, state, terms = world.numbers, world.scores, world.rules.tournament
    if not len(state.zones):
        return np.zeros(0)
    _, certified, reported, sales, _, units = np.log(np.maximum(_items(world)[:, state.zones], 1.0))
    weights = np.array(terms.weights) / max(sum(terms.weights), 1e-9)
    index = (weights[:, None] * np.array([certified, reported, sales, units])).sum(axis=0)
    who = np.arange(max(int(terms.field) - len(state.zones), 1))
    luck = NORMAL.of(world.luck.streams.sparse("rival", world.quarter, who))
    first = state.base is None
    if first:
        usual = float(NORMAL.of(np.array([1 - (terms.rank - 0.5) / terms.field]))[0])
        state.base, state.rivals = index - p["scoring.spread"] * usual, p["scoring.spread"] * luck
    else:
        state.rivals = state.rivals + terms.rivals + p["scoring.luck"] * luck
    score = index - state.base
    others = np.concatenate([np.tile(state.rivals, (len(score), 1)), np.tile(score, (len(score), 1))], axis=1)
    rank = 1 + ahead(score, others)
    gained = np.zeros(len(score)) if first else state.rank - rank
    state.rank = rank
    state.prize = terms.per_place * ahead(score, others, p["scoring.reach"])
    return gained
