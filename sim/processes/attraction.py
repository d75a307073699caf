"""Attraction of outside projects: offices find some and offer a package; districts recognise who comes and are judged by
the count; when a package or a clause ends, the project chooses again.

A contact and a package move the odds of projects that compare the city with what they have elsewhere. Better projects
have better offers elsewhere, so the same money moves them less. Who would have come anyway is paid too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.bands import quantile
from sim.population.initial import OUTSIDE
from sim.processes.prospects import blend, view
from sim.processes.tenancy import collect

LOGISTIC_SD = np.pi / np.sqrt(3)  # log-odds in a standard deviation of a logistic variate
FLOWS = ("leads", "landed", "anyway", "recognised", "shells", "left", "due", "paid_back", "lapsed", "quality_sum",
         "pressure")  # fmt: skip
GUEST = np.dtype([
    ("slot", "i8"), ("identity", "i8"), ("ends", "i8"), ("bound", "i8"), ("instalment", "f8"), ("paid", "f8"),
    ("clawback", "f8"), ("shell", "?"), ("open", "?"),
])  # fmt: skip


# -- kernels ---------------------------------------------------------------------------------------------------------
def pressure(weight, quality_weight, recognised, target):
    """How far offices bend to the count, 0 to 1: its weight times the distance to the target."""
    return weight * (1 - quality_weight) * min(max(1 - recognised / target, 0.0), 1.0) if target > 0 else 0.0


def pursuit(ease, bent, judged_by_quality):
    """Weight of who lands easily in whom an office pursues: up with the pressure of the count, down with that of quality."""
    ease = min(max(ease, 0.0), 1.0) * (1 - judged_by_quality)
    return ease + (1 - ease) * bent


def landing_odds(base, contact, response, offer, quality, rival):
    """Log-odds of settling (rows,): `offer` in set-up costs weighs less for better projects, who are courted elsewhere."""
    return np.log(base / (1 - base)) + contact + response * offer * np.exp(-rival * quality)


def chance(odds):
    """Chance of log-odds (rows,)."""
    return 1 / (1 + np.exp(-odds))


# -- state -----------------------------------------------------------------------------------------------------------
def _pairs():
    return np.empty((2, 0), np.int64)


@dataclass
class Attracted:
    """What offices remember: projects that live here, those that passed by, counts, claims on who left."""

    receivable: np.ndarray
    guests: np.ndarray = field(default_factory=lambda: np.empty(0, GUEST))
    passed: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))  # rows of the cast that settled elsewhere
    promised: np.ndarray = field(default_factory=_pairs)  # slots that a fund promised a round, its office
    premium: np.ndarray = field(default_factory=lambda: np.empty(0))
    members: np.ndarray = field(default_factory=_pairs)  # slots and identities of all who were brought
    parts: dict = field(default_factory=dict)  # parts of leads not yet made up to a whole
    recent: list = field(default_factory=list)  # recognised in each of the last four quarters
    views: dict = field(default_factory=dict)  # lasting views of the cast, by name
    coming: tuple | None = None  # who lands this quarter, until it has a slot
    flows: dict = field(default_factory=lambda: dict.fromkeys(FLOWS, 0.0))

    def whole(self, scout, leads: float) -> int:
        """Whole leads of a quarter; the rest is kept for the next."""
        key = scout.agency, scout.key
        total = self.parts.get(key, 0.0) + leads
        self.parts[key] = total % 1
        return int(total)


def start(world) -> None:
    """Nobody has been attracted yet."""
    world.attraction = Attracted(np.zeros(int(world.numbers["enclave.lapse"])))


# -- who comes -------------------------------------------------------------------------------------------------------
def recruit(world, rows, coming, through, settles):
    """Offices contact arrivals `rows` and projects that passed by; who lands joins those that come by themselves.

    Returns rows of the cast that come, the enclave of each, and the part of its business each brings (rows,).
    """
    state, rules = world.attraction, world.rules.attraction
    state.flows = dict.fromkeys(FLOWS, 0.0)
    if not rules.scouts and not rules.assessment:
        if len(state.passed):
            state.passed = state.passed[:0]
        return coming, through, 1.0
    cast, p = world.cast, world.numbers
    state.flows["pressure"] = bent = _pressure(world)
    comes = np.zeros(cast.rows, bool)
    comes[coming[through >= 0]] = True
    arrivals = rows[(cast.kind[rows] == OUTSIDE) & ~comes[rows]]
    candidates = np.concatenate([arrivals, state.passed])
    again = np.arange(len(candidates)) >= len(arrivals)  # they have a place by now: to move is dearer
    scout = _pursue(world, candidates, again, bent)
    met = np.flatnonzero(scout >= 0)
    who, by = candidates[met], scout[met]
    passes = _passes(world, who, bent) & of_scouts(rules, "packaged", by).astype(bool)
    reward = rules.reward
    amount = np.rint(reward.amount) * world.agencies[reward.agency].reliability if reward else 0.0
    offer = (amount * passes + of_scouts(rules, "round", by)) / p["entry.setup_cost"]
    contact = p["attraction.contact"] - p["attraction.moving_cost"] * again[met]
    quality = view(world, "quality")[who]
    odds = landing_odds(settles, contact, p["entry.support_response"], offer, quality, p["attraction.rival_offers"])
    comes[coming] = True
    came = comes[who]
    lands = came | (cast.outside_option[who] < chance(odds))
    # A project that will not come may register for the money, if the office needs a name on its list.
    shell = ~lands & passes
    if amount and bent:
        shell &= world.luck.streams.sparse("shell", world.quarter, cast.identity[who]) < bent * p["attraction.shells"]
    else:
        shell[:] = False
    stays = lands | shell
    new = stays & ~came
    part = np.concatenate([np.ones(len(coming)), np.where(shell, p["attraction.shell_scale"], 1.0)[new]])
    joins = who[new]
    coming, through = np.concatenate([coming, joins]), np.concatenate([through, np.full(len(joins), -1)])
    comes[joins] = True
    state.coming = who[stays], by[stays], passes[stays], shell[stays]
    state.passed = candidates[~comes[candidates] & (cast.arrival[candidates] > world.quarter - p["attraction.memory"])]
    flows = state.flows
    flows["leads"], flows["landed"] = float(len(who)), float(lands.sum())
    flows["anyway"], flows["shells"] = float(came.sum()), float(shell.sum())
    flows["quality_sum"] = float(quality[stays].sum())
    if rules.assessment:
        flows["recognised"] = float(np.count_nonzero(cast.kind[coming] == OUTSIDE))
        state.recent = [*state.recent[-3:], flows["recognised"]]
    return coming, through, part


def of_scouts(rules, name, by) -> np.ndarray:
    """A term of the way in which each project was found (rows,)."""
    return np.array([float(getattr(one, name)) for one in rules.scouts])[by] if len(by) else np.zeros(0)


def _pressure(world) -> float:
    judged, state = world.rules.attraction.assessment, world.attraction
    if not judged or not state.recent:
        return 0.0
    yearly = sum(state.recent) * 4 / len(state.recent)
    return world.numbers["attraction.gaming"] * pressure(judged.weight, judged.quality_weight, yearly, judged.target)


def _pursue(world, who, again, bent) -> np.ndarray:
    """Way in which each candidate is contacted (rows,), -1 for none: each office takes the best in its eyes."""
    rules, state, p = world.rules.attraction, world.attraction, world.numbers
    scout = np.full(len(who), -1)
    judged = rules.assessment.weight * rules.assessment.quality_weight if rules.assessment else 0.0
    # Whoever has a place elsewhere is known to be hard to win.
    rival, moving = p["attraction.rival_offers"], p["attraction.moving_cost"] / LOGISTIC_SD
    interest, quality = view(world, "interest seen")[who] - moving * again, view(world, "quality")[who]
    hub, lot = world.carriers.traits.hub_home[world.cast.identity[who]] >= 0, world.cast.lot[who]
    for k, one in enumerate(rules.scouts):
        number = state.whole(one, one.leads * rules.effort / 4)
        at = np.flatnonzero((scout < 0) & hub if one.hubs else scout < 0)
        if number >= len(at):
            scout[at] = k  # all of them, whatever it sees
            continue
        if not number:
            continue
        sight = one.sight + (1 - one.sight) * rules.skill
        seen = blend(quality[at], view(world, one.key)[who[at]], sight)
        # Weak projects land more easily: the package weighs more with them.
        easy = (interest[at] - rival * seen) / np.sqrt(1 + rival**2)
        ease = pursuit(one.ease + (1 - one.ease) * rules.haste, bent, judged)
        score = (1 - ease) * seen + ease * easy
        large, deep, small = one.taste
        if large or deep or small:
            size = view(world, "size")[who[at]]
            score = score + (large - small) * size + deep * view(world, "depth")[who[at]]
        scout[at[np.lexsort((lot[at], -score))[:number]]] = k
    return scout


def _passes(world, who, bent) -> np.ndarray:
    """Who passes the review for a landing reward (rows,): a quantile of the projects seen so far, lowered by the pressure
    of the count."""
    rules, p, cast = world.rules.attraction, world.numbers, world.cast
    cut, seen = p["attraction.review_cut"], view(world, "review")
    if rules.screen:
        cut, seen = max(cut, rules.screen.cut), view(world, rules.screen.weights)
    cut *= 1 - bent
    if cut <= 0 or not len(who):
        return np.ones(len(who), bool)
    known = slice(0, np.searchsorted(cast.arrival, world.quarter, side="right"))
    return seen[who] >= quantile(np.sort(seen[known][cast.kind[known] == OUTSIDE]), cut)


def settle(world, coming, slots, part) -> None:
    """Those who were contacted and come now have slots: contracts are signed, fees paid, shells are what they are."""
    state, rules = world.attraction, world.rules.attraction
    if state.coming is None:
        return
    (who, by, passes, shell), state.coming = state.coming, None
    if not len(who):
        return
    firms, quarter, reward = world.firms, world.quarter, rules.reward
    seat = np.empty(world.cast.rows, np.int64)
    seat[coming] = slots
    at = seat[who]
    hollow = np.flatnonzero(part < 1)
    if len(hollow):
        for name in ("sales", "sales_local", "costs", "knowledge"):
            values = getattr(firms, name)
            values[slots[hollow]] = np.rint(values[slots[hollow]] * part[hollow])
        firms.employment[slots[hollow]] *= part[hollow]
    guests = np.zeros(len(who), GUEST)
    guests["slot"], guests["identity"], guests["shell"], guests["open"] = at, firms.identity[at], shell, True
    clause = of_scouts(rules, "clause", by).astype(np.int64)
    guests["ends"] = guests["bound"] = quarter + clause
    if reward:
        guests["instalment"] = np.where(passes, np.rint(reward.amount / reward.quarters), 0)
        guests["clawback"] = np.where(passes, reward.clawback, 0)
        guests["ends"] = np.where(passes, quarter + reward.quarters, guests["ends"])
        guests["bound"] = np.where(passes, quarter + reward.term, guests["bound"])
    guests, before = guests[passes | (clause > 0)], state.guests
    # Filled by hand: NumPy takes ten times as long to find the common type of two tables.
    state.guests = np.empty(len(before) + len(guests), GUEST)
    state.guests[: len(before)], state.guests[len(before) :] = before, guests
    state.members = np.concatenate([state.members, np.array([at, firms.identity[at]])], axis=1)
    heads = np.bincount(by, minlength=len(rules.scouts)).tolist()
    for one, count in zip(rules.scouts, heads):
        if one.fee:
            world.agencies[one.agency].pay_others(world, "commission", float(count * np.rint(one.fee)), "outside")
        if one.bonus:
            world.agencies[one.bonus_from].pay_others(world, "bonus", float(count * np.rint(one.bonus)), "households")
    if not any(one.round for one in rules.scouts):
        return
    promised = (of_scouts(rules, "round", by) > 0) & ~shell
    office = np.array([_fund_office(world, one) for one in rules.scouts])[by]
    state.promised = np.concatenate([state.promised, np.array([at[promised], office[promised]])], axis=1)
    state.premium = np.concatenate([state.premium, of_scouts(rules, "premium", by)[promised]])


def _fund_office(world, scout) -> int:
    """Index of the scout's own funds, -1 when any fund may keep the promise."""
    names = [agency.name for agency in world.fund_agencies]
    return names.index(scout.agency) if scout.agency in names else -1


# -- who stays -------------------------------------------------------------------------------------------------------
def keep_promises(world) -> None:
    """Instalments of the landing reward; projects whose package or clause is over choose again; claims are collected."""
    state = world.attraction
    if state.receivable.any():
        _collect(world)
    if not len(state.guests):
        return
    firms, quarter, reward = world.firms, world.quarter, world.rules.attraction.reward
    guests = state.guests
    guests = guests[firms.alive[guests["slot"]] & (firms.identity[guests["slot"]] == guests["identity"])]
    state.guests = guests
    # A programme that has ended keeps no promise: its projects choose at once.
    running = (guests["instalment"] == 0) | (reward is not None)
    due = np.flatnonzero(running & (quarter < guests["ends"]) & (guests["instalment"] > 0))
    if reward and len(due):
        agency = world.agencies[reward.agency]
        paid = agency.pay_now(world, "landing_reward", guests["slot"][due], guests["instalment"][due])
        agency.reliability += world.numbers["delivery.memory"] * (
            paid.sum() / guests["instalment"][due].sum() - agency.reliability
        )
        guests["paid"][due] += paid
    over = np.flatnonzero(guests["open"] & ((guests["ends"] <= quarter) | ~running))
    guests["open"][over] = False
    if len(over):
        _choose_again(world, guests[over])
    state.guests = guests[guests["open"] | (quarter < guests["bound"])]


def _choose_again(world, guests):
    """Without a package: the city against what the project has elsewhere, roots and a claw-back holding it here."""
    p, firms, slots = world.numbers, world.firms, guests["slot"]
    owed = guests["clawback"] * guests["paid"] * (world.quarter < guests["bound"]) / p["entry.setup_cost"]
    roots = p["attraction.roots"] + p["entry.support_response"] * owed
    base = p["place.outside_settle"]
    leaves = guests["shell"] | (firms.outside_option[slots] >= chance(np.log(base / (1 - base)) + roots))
    if not p["attraction.leaving"]:
        return
    firms.departing[slots[leaves]] = True
    world.attraction.flows["left"] += float(leaves.sum())


def owe(world, movers) -> None:
    """Projects that move away before their term owe part of the reward back."""
    state = world.attraction
    if not len(state.guests) or not len(movers):
        return
    guests, moves = state.guests, np.zeros(world.firms.count, bool)
    moves[movers] = True
    mine = guests[moves[guests["slot"]] & (world.quarter < guests["bound"])]
    owed = float(np.rint(mine["clawback"] * mine["paid"]).sum())
    state.receivable[0] += owed
    state.flows["due"] += owed


def _collect(world):
    """Claims are paid slowly and given up in the end, as those of enclaves; what comes in goes to the purse that paid."""
    state = world.attraction
    state.receivable, paid, lapsed = collect(state.receivable, world.numbers["enclave.collection"])
    reward = world.rules.attraction.reward
    account = world.agencies[reward.agency].account if reward else "city"
    world.ledger.transfer("clawback", paid, "outside", account)
    state.flows["paid_back"], state.flows["lapsed"] = paid, lapsed


# -- rounds that funds have promised ---------------------------------------------------------------------------------
def pitching(world, rows, luck, sure):
    """Firms with a promised round meet a fund now, beside those that look for one: slots and their luck (rows,)."""
    slots = world.attraction.promised[0]
    slots = slots[world.firms.alive[slots]]
    if not len(slots):
        return rows, luck
    promised = np.zeros(world.firms.count, bool)
    promised[slots] = True
    meets = promised.copy()
    meets[rows] = True
    rows = np.flatnonzero(meets)
    luck = world.luck.uniform("pitch", rows)
    return rows, np.where(promised[rows], sure * luck, luck)


def rounds(world, slots, ask, after, score, fund, lead, budget):
    """A fund that has attracted a project by a round keeps its word first and at its price, if it has the money."""
    state = world.attraction
    promised, office = state.promised
    premium, state.promised, state.premium = state.premium, state.promised[:, :0], state.premium[:0]
    for k in sorted(set(office[office >= 0].tolist())):  # programmes, not firms
        mine = world.funds.rows_of[k]
        best = mine[np.argmax(budget[mine])] if len(mine) else -1
        at = np.flatnonzero(np.isin(slots, promised[office == k], kind="table"))
        part = np.floor(ask[at] / (1 + world.numbers["equity.coinvest"]))
        at, part = (at[part <= budget[best]], part[part <= budget[best]]) if best >= 0 else (at[:0], part[:0])
        fund[at], lead[at], score[at] = best, part, np.inf
        after[at] *= 1 + premium[office == k].max(initial=0.0)
    return fund, lead
