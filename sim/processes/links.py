"""Ties between universities and firms: found by search, at events and in transfer centres; lost when nobody uses them.

A firm looks after its contacts once a year, in its own quarter. The state of the start is the steady state of the base
rules: as many ties end in a year as begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.bands import band
from sim.population.ties import BLOCKS, CENTRE, EVENT, INITIAL, SEARCH, SPIN_OFF, Ties, block_of
from sim.processes import enclave_forms, exit, projects

LEVELS = 5  # classes of ties by projects done, from none to four and more: more make no difference to the strength
STEPS = 2048  # places in a table of partners: shares to half a per mille
SHIFT = 2.0**20 + 7  # later digits of a uniform draw are another one
GOLDEN = 0.6180339887498949
SAMPLE = 600  # firms that stand for all when the number of ties is sought


# -- kernels ---------------------------------------------------------------------------------------------------------
def strengths(first, gain, levels=LEVELS):
    """Strength of a tie by the projects done (levels,): every project closes a part `gain` of what is missing to 1."""
    return 1 - (1 - first) * (1 - gain) ** np.arange(levels)


def steady_state(opens, ends, exits, years, at_once=0.0):
    """Ties after a yearly review for one new tie a year: idle (K,), busy (K, years) by age, projects opened (K,).

    An idle tie with k projects done opens one with chance `opens` (K,) a review or ends; in a year the firm may exit. A
    project keeps the tie busy until the review `years` later and leaves it with one more done; the last class keeps its
    ties. A part `at_once` of new ties begins with a project.
    """
    stays, classes = 1 - exits, len(opens)
    idle, opened = [0.0] * classes, [0.0] * classes
    comes, new, begins = 0.0, 1.0 - at_once, at_once
    for k, opening in enumerate(opens.tolist()):
        # Seen before the review: what stayed idle and what comes back from projects.
        keeps = 1 - opening - ends
        out = 1 - stays * keeps
        if k == classes - 1:
            out -= opening * stays**years
        seen = (stays * new + comes) / out
        idle[k] = seen * keeps + new
        opened[k] = seen * opening + begins
        comes, new, begins = opened[k] * stays**years, 0.0, 0.0
    opened = np.array(opened)
    return np.array(idle), opened[:, None] * stays ** np.arange(years), opened


def solve(flow, strength, ends, exits, years, at_once=0.0):
    """Chance a year (at strength 1) of opening a project so that ties open `flow` a year each on average."""
    low, high = 0.0, (1 - ends) / strength[-1]
    for _ in range(24):
        rate = (low + high) / 2
        idle, busy, opened = steady_state(rate * strength, ends, exits, years, at_once)
        low, high = (rate, high) if opened.sum() < flow * (idle.sum() + busy.sum()) else (low, rate)
    return high


def rotate(one, other):
    """A uniform draw of a pair out of one of each side: (u + v) mod 1, independent between any two pairs."""
    both = one + other
    both -= np.floor(both)
    return both


def digits(luck):
    """Another uniform draw: the later digits of this one."""
    later = luck * SHIFT
    later -= np.floor(later)
    return later


def outreach(research, exponent):
    """Weight of a firm in finding partners: R&D (RMB/year at prices of the start) to a power."""
    return np.maximum(research, 0.0) ** exponent


def shares(pull):
    """Pull (…, U) as shares; what has no pull at all stays zero."""
    whole = pull.sum(axis=-1, keepdims=True)
    return np.divide(pull, whole, out=np.zeros_like(pull), where=whole > 0)


def guide(pull):
    """Shares of a pull (D, S, U) as a table (D·S, STEPS) of universities: as many of its places each as its share."""
    cells, count = pull.reshape(-1, pull.shape[-1]), pull.shape[-1]
    whole = cells.sum(axis=1, keepdims=True)
    part = np.divide(cells, whole, out=np.full_like(cells, 1 / count), where=whole > 0)
    edges = np.rint(np.cumsum(part, axis=1) * STEPS).astype(np.int64)
    edges[:, -1] = STEPS
    places = np.diff(edges, axis=1, prepend=0)
    return np.repeat(np.tile(np.arange(count), len(cells)), places.ravel()).astype(np.int8).reshape(-1, STEPS)


def choose(luck, cell, table):
    """University of each draw (rows,) by the shares of its cell (district and sector)."""
    place = (luck * STEPS).astype(np.int64)
    place += STEPS * cell
    return table.ravel().take(place, mode="clip").astype(np.int64)


def tied_share(number, chance):
    """Share of firms with a tie when `number` ties in all fall on pairs at these rates (firms, U) and block each other."""
    return 1 - np.exp(-np.log1p(number * chance).sum(axis=1)).mean()


def number_of_ties(share, chance):
    """How many ties give this share of firms at least one."""
    low, high = 1.0, 1e8
    for _ in range(30):  # to a part in 10^8
        middle = np.sqrt(low * high)
        low, high = (middle, high) if tied_share(middle, chance) < share else (low, middle)
    return high


# -- the start -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Usual:
    """What the base rules do, fixed at the start; rates are for the outreach of the start."""

    outreach: float  # of all firms
    search: np.ndarray  # (D·S,) ties found a year by all of a city's outreach
    partners: np.ndarray  # (D·S, STEPS) whom a search finds
    at_events: np.ndarray  # (D·S, STEPS) whom an event brings
    in_centres: np.ndarray  # (D·S, STEPS) whom a transfer centre brings
    opens: np.ndarray  # (codes,) chance a year that a project is opened, without support
    most: np.ndarray  # (codes,) the same with all of the cost borne by others
    ends: float  # chance a year that an idle tie is given up
    fees: float  # RMB a quarter paid for projects
    transfer: float  # RMB a quarter of knowledge learned beyond own R&D
    gain: float  # log points a quarter of productivity from it, weighted by sales
    knowledge: np.ndarray  # (U,) RMB


def start(world) -> None:
    """Ties, projects and what universities know at the end of 2020."""
    firms, p, n, u = world.firms, world.numbers, world.firms.count, world.universities
    firms.outreach[:n] = _outreach(world, slice(0, n))
    total = max(float(firms.outreach[:n].sum()), 1e-9)
    weight, where = firms.outreach[:n] / total, (firms.district[:n], firms.sector[:n])
    wanted = u.pull / float((weight * u.pull.sum(axis=2)[where]).sum())  # (D, S, U) of one tie in all
    event, centre = shares(u.pull * u.hosts("shanghai", "sunan")), shares(u.pull * ~u.local)
    ends, exits = p["university.tie_decay"], _exit_chance(world, weight)
    # Ties for show come from events and never carry a project.
    met = p["place.matching_events"] * p["university.contacts_per_event"]
    show = met * p["university.ceremonial_share"] * steady_state(np.zeros(1), ends, exits, 1)[0].sum() * event
    able = np.maximum(_number(world, weight, wanted) * wanted - show, 0.0)
    ties = world.ties = _draw_ties(world, weight, where, able, show)
    # Projects as many as counted with southern Jiangsu, spread over ties by their strength.
    at = np.flatnonzero(ties.code < ties.levels)
    quarters = int(p["university.project_quarters"])
    years = -(-quarters // BLOCKS)
    strength = strengths(p["university.first_strength"], p["university.strength_gain"])
    working = met * (1 - p["university.ceremonial_share"])
    signed = working * p["university.event_projects"]
    southern = u.hosts("sunan")
    at_events = signed * float((weight * (event * southern).sum(axis=2)[where]).sum())
    flow = max(p["place.joint_projects"] - at_events, 0.0) / max(np.count_nonzero(southern[ties.university[at]]), 1)
    at_once = 0.0
    for _ in range(3):  # how many new ties there are depends on how long they last
        rate = solve(flow + signed / max(len(at), 1), strength, ends, exits, years, at_once)
        idle, busy, _ = steady_state(rate * strength, ends, exits, years, at_once)
        at_once = min(signed * (idle.sum() + busy.sum()) / max(len(at), 1), 1.0)
    _begin_projects(world, at, idle, busy, quarters)
    # Own search is what is left of new ties when events and centres have brought theirs.
    inside = np.arange(len(world.place.districts)) == world.place.districts.index(p["place.transfer_district"])
    brought = p["place.transfer_centres"] * p["university.contacts_per_centre"]
    brought = brought / max(float(weight[inside[where[0]]].sum()), 1e-9) * inside[:, None, None] * centre
    search = np.maximum(able / (idle.sum() + busy.sum()) - working * event - brought, 0.0)
    opens = np.concatenate([rate * strength, np.zeros(3)])
    # A project under way has been paid in all its quarters but one on average when a quarter ends.
    under_way, paid = ties.carrying(), quarters / (quarters - 1)
    u.knowledge[:] = know = projects.steady_knowledge(world, under_way, paid)
    slots, learned, better = projects.lessons(
        world, ties.slot[under_way], ties.university[under_way], ties.fee[under_way]
    )
    world.usual_links = Usual(
        total, search.sum(axis=2).ravel(), guide(search), guide(event), guide(centre), opens,
        np.minimum(projects.chance(opens, p["university.support_response"]), 1 - ends), ends, paid * float(ties.fee[under_way].sum()),
        paid * float(learned.sum()), paid * float((firms.sales[slots] * better).sum()) / float(firms.sales[:n].sum()),
        know.copy(),
    )  # fmt: skip


def _number(world, weight, wanted) -> float:
    """As many ties as give the documented share of above-scale industry one with Shanghai."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    surveyed = firms.sales_1[:n] >= p["rd.scale_threshold"]
    rows = np.flatnonzero(surveyed & world.place.manufacturing[firms.sector[:n]] & (weight > 0))
    rows = rows[:: max(len(rows) // SAMPLE, 1)]
    pairs = weight[rows, None] * wanted[firms.district[rows], firms.sector[rows]]
    return number_of_ties(p["place.shanghai_tie_share"], pairs[:, world.universities.hosts("shanghai")]) if len(rows) else 0.0


def _exit_chance(world, weight) -> float:
    """Chance a year that a tied firm closes or moves, by the published hazard."""
    firms, p, n = world.firms, world.numbers, world.firms.count
    age = band(-firms.birth[:n], [4 * years for years in exit.AGES])
    yearly = exit.yearly_hazard(p, age, band(4 * firms.sales[:n], exit.size_edges(p)))
    yearly = np.minimum(yearly * firms.frailty[:n] * p["exit.other_causes"], 0.95)
    return min(float((weight * yearly).sum()) + p["exit.relocation_rate"], 0.9)


def _draw_ties(world, weight, where, able, show):
    """Pairs tied at the start: begun m times a life and blocked while tied, a pair is tied with chance m/(1 + m)."""
    n, u, draw = world.firms.count, world.universities, world.streams.trait
    both = able + show
    mean = both.astype(np.float32).reshape(-1, u.count)[_cells(world, slice(0, n))]
    mean *= weight.astype(np.float32)[:, None]
    luck = draw("ties").random((n, u.count), np.float32)
    luck *= 1 + mean
    slot, university = np.divmod(np.flatnonzero(luck < mean), u.count)
    cell = where[0][slot], where[1][slot], university
    for_show = draw("tie for show").random(len(slot)) * both[cell] < show[cell]
    block = block_of(world.firms.identity[slot])
    room = int(np.bincount(block, minlength=BLOCKS).max())
    ties = Ties(LEVELS, u.count, world.firms.rows, room + room // 8 + 64)
    ties.arrive(np.arange(n), world.firms.identity[:n], _cells(world, slice(0, n)))
    for k in range(BLOCKS):
        mine = block == k
        ties.add(k, university[mine], slot[mine], np.where(for_show[mine], ties.show, 0), INITIAL)
    return ties


def _begin_projects(world, at, idle, busy, quarters):
    """Give every tie that may work the state it had after its last review, and let its project run to the year's end."""
    ties, classes, years = world.ties, *busy.shape
    chances = np.concatenate([idle, busy.ravel()])
    luck = world.streams.trait("tie state").random(len(at))
    state = np.minimum(np.searchsorted(np.cumsum(chances / chances.sum()), luck, side="right"), len(chances) - 1)
    done, age = np.divmod(np.maximum(state - classes, 0), years)
    begun = state >= classes
    paid = BLOCKS * age + BLOCKS - at // ties.room  # the block of the first quarter was reviewed longest ago
    works = begun & (paid < quarters)
    ties.done[at] = np.where(begun, np.minimum(done + (paid >= quarters), classes - 1), state)
    ties.code[at] = np.where(works, ties.busy, ties.done[at])
    ties.left[at] = np.where(works, quarters - paid, 0)
    # Agreed at the prices of when it began.
    pace = np.log1p(world.numbers.at("economy.market_growth", -1)) / 4
    offer = projects.offers(world, ties.slot[at]) * np.exp(-pace * paid)
    ties.fee[at] = np.where(works, np.maximum(np.rint(offer / quarters), 1.0), 0.0)
    ties.opened = int(works.sum())


# -- a quarter -------------------------------------------------------------------------------------------------------
def meet(world) -> None:
    """Firms of this quarter look after their contacts; then what all firms owe for projects is known.

    Projects begin on ties, ties that nobody uses end, new ones begin. One draw a firm and one a university, rotated
    against each other, is the luck of every pair; two more of the second kind are a firm's luck at events and in centres.
    """
    firms, ties, usual, u, p = world.firms, world.ties, world.usual_links, world.universities, world.numbers
    n, season, block = firms.count, world.season, ties.block(world.season)
    ties.arrive(world.entered, firms.identity[world.entered], _cells(world, world.entered))
    rows = np.flatnonzero(firms.alive[:n] & (ties.turn[:n] == season))
    some = np.concatenate([rows, world.entered])
    firms.outreach[some] = _outreach(world, some)
    projects.measure(world)
    own, others = world.luck.uniform("tie"), world.luck.streams.uniform("university", world.quarter, u.count + 2)
    code = ties.code[block]
    luck = rotate(own.take(ties.slot[block], mode="clip"), others.take(ties.university[block], mode="clip"))
    ready = projects.ready(world, code, luck)
    chances = usual.opens.take(code.take(ready))
    unused = np.flatnonzero(luck >= 1 - usual.ends)
    ties.end(unused[code.take(unused) <= ties.show] + block.start, season)
    _spin_offs(world)
    enclave_forms.tie_partners(world)
    mine, cell = own.take(rows), ties.cell.take(rows)
    _search(world, rows, cell, mine)
    new = _bring_together(world, rows, cell, rotate(mine, others[-2]), rotate(mine, others[-1]))
    # Some sign at the event; the pair decides once more.
    new = new[ties.code[new] == 0]
    again = digits(rotate(digits(own[ties.slot[new]]), others[ties.university[new]]))
    at = np.concatenate([ready + ties.block(season).start, new])
    chances = np.concatenate([chances, np.full(len(new), p["university.event_projects"])])
    projects.sign(world, at, np.concatenate([luck[ready], again]), chances)
    projects.owe(world)


def _outreach(world, rows):
    firms = world.firms
    yearly = 4 * firms.sales[rows] * (firms.intensity[rows] + firms.plan_extra[rows])
    return outreach(yearly * np.exp(-world.market_index), world.numbers["university.outreach_exponent"])


def _cells(world, rows):
    """District and sector of firms as one number."""
    return world.firms.district[rows] * len(world.place.sectors) + world.firms.sector[rows]


def _spin_offs(world):
    """Founders from universities come with their tie."""
    firms, ties = world.firms, world.ties
    home = world.entered[firms.university[world.entered] >= 0]
    world.flows["spin_offs"] = float(len(home))
    code = min(int(world.numbers["university.spin_off_projects"]), LEVELS - 1)
    ties.add(world.season, firms.university[home], home, code, SPIN_OFF)


def _search(world, rows, cell, luck):
    """Every firm searches at its own pace, whatever others do."""
    usual = world.usual_links
    rate = world.firms.outreach.take(rows) / usual.outreach * usual.search.take(cell)
    # Whole contacts for sure, one more by luck; a large firm may meet the same university twice.
    number = np.floor(rate + 1 - luck).astype(np.int64)
    before = np.cumsum(number) - number
    found = np.repeat(np.arange(len(rows)), number)
    nth = np.arange(len(found)) - before.take(found)
    university = choose(digits(luck.take(found) + nth * GOLDEN), cell.take(found), usual.partners)
    pair = np.sort(rows.take(found) * 64 + university)
    pair = pair[np.append(True, pair[1:] != pair[:-1])[: len(pair)]]
    _tie(world, pair >> 6, pair & 63, np.zeros(len(pair), np.int8), SEARCH)


def _bring_together(world, rows, cell, at_events, in_centres):
    """Events and centres make so many contacts in all, most with firms that reach out anyway; returns new event ties."""
    firms, p, usual, rules = world.firms, world.numbers, world.usual_links, world.rules.links
    weight = firms.outreach.take(rows)
    first = world.place.districts.index(p["place.transfer_district"]) * len(world.place.sectors)
    inside = weight * ((cell >= first) & (cell < first + len(world.place.sectors)))
    brought = rules.centres / 4 * p["university.contacts_per_centre"] / max(float(inside.sum()), 1e-9)
    came = np.flatnonzero(in_centres < brought * inside)
    university = choose(digits(in_centres[came]), cell[came], usual.in_centres)
    _tie(world, rows[came], university, np.zeros(len(came), np.int8), CENTRE)
    met = rules.events / 4 * p["university.contacts_per_event"] / max(float(weight.sum()), 1e-9)
    came = np.flatnonzero(at_events < met * weight)
    luck = digits(at_events[came])
    code = np.where(digits(luck) < p["university.ceremonial_share"], LEVELS, 0)
    new = _tie(world, rows[came], choose(luck, cell[came], usual.at_events), code, EVENT)
    world.flows["matching_events"], world.flows["event_ties"] = rules.events / 4, float(len(new))
    return new


def _tie(world, slot, university, code, origin) -> np.ndarray:
    """Tie these firms (each once) where they are not tied yet; a working contact revives a tie for show."""
    ties, block = world.ties, world.ties.block(world.season)
    tied = ties.tied(university, slot)
    again = np.flatnonzero(tied & (code != ties.show))
    if len(again):
        met, at = ties.met, slot[again]
        met[at] = university[again]
        show = np.flatnonzero(ties.code[block] == ties.show) + block.start
        ties.code[show[met[ties.slot[show]] == ties.university[show]]] = 0
        met[at] = -1
    new = np.flatnonzero(~tied)
    return ties.add(world.season, university[new], slot[new], code[new], origin)


def spin_off_odds(world, rows) -> np.ndarray:
    """What moves founders from universities (rows of the cast): log-odds of entry against the start, zero for others.

    Their university knows more or less than usual, and there are more or fewer transfer centres than usual.
    """
    cast, p, u = world.cast, world.numbers, world.universities
    home = cast.university[rows]
    know = np.log(u.knowledge / (world.usual_links.knowledge * projects.usual_growth(world, world.quarter)))
    usual = max(p["place.transfer_centres"], 1.0)
    inside = cast.district[rows] == world.place.districts.index(p["place.transfer_district"])
    centres = (world.rules.links.centres - p["place.transfer_centres"]) / usual
    odds = p["university.spin_off_response"] * know[home] + p["university.spin_off_centres"] * centres * inside
    return np.where(home >= 0, odds, 0.0)


def imbalances(world) -> dict[str, float]:
    """Ties, projects and their money: every gap that should not be."""
    ties, u, firms, n = world.ties, world.universities, world.firms, world.firms.count
    used = int(np.count_nonzero(ties.code != ties.free))
    busy = int(np.count_nonzero(ties.code == ties.busy))
    gaps = {
        "ties of dead firms": float(np.count_nonzero(ties.bits.take(np.flatnonzero(~firms.alive[:n])))),
        "pairs tied once": abs(int(np.bitwise_count(ties.bits[:n]).sum()) - used),
        "ties begun and ended": abs(used - (ties.begun - ties.ended)),
        "projects opened and closed": abs(busy - (ties.opened - ties.closed)),
        "project money": abs(u.paid - float(u.income.sum())),
        "university cash": float(np.abs(u.cash).sum()),
        "knowledge beyond the pool": float(np.maximum(u.taught - u.known, 0.0).sum()),
    }
    return {name: float(gap) for name, gap in gaps.items() if gap}
