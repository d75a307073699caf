"""Joint projects of firms and universities: opened on ties, paid out of R&D, and what is learned from them.

A project is part of the firm's R&D and of its reported R&D: the money goes to the university instead of the own
laboratory. What it brings beyond that is knowledge of the university, less the time that coordination takes.
"""

from __future__ import annotations

import numpy as np


# -- kernels ---------------------------------------------------------------------------------------------------------
def chance(base, push):
    """Chance moved by log-odds; a chance of 0 stays 0 and one of 1 stays 1."""
    base = np.asarray(base, float)
    odds = base * np.exp(push)
    return odds / (1 - base + odds)


def contract(multiple, price, median, research, most):
    """What a project of the firm costs in all (rows,) RMB: its lasting multiple of the median, a part of yearly R&D at most."""
    return np.minimum(median * multiple * price, most * research)


def additional(fee, usual, substitution):
    """R&D that projects add to what firms would do anyway (rows,) RMB.

    R&D plans were observed with the usual amount of projects in them, so only projects beyond the usual add, and of
    those only the part that does not replace own work. `usual` RMB in all.
    """
    total = float(fee.sum())
    beyond = 1 - usual / total if total else 0.0
    return fee * np.maximum((1 - substitution) * beyond, -1.0)


def spillover(paid, reach, richness, leverage):
    """Knowledge of the university that a project carries over: paid · leverage · reach · richness (ties,) RMB."""
    return paid * leverage * reach * richness


def within(carried, university, limit):
    """Carried over by each tie when no university can pass on more than its limit (U,)."""
    asked = np.bincount(university, carried, len(limit))
    part = np.minimum(np.divide(limit, asked, out=np.ones(len(limit)), where=asked > 0), 1.0)
    return carried * part[university]


# -- a quarter -------------------------------------------------------------------------------------------------------
def offers(world, rows) -> np.ndarray:
    """Cost of a project that these firms would agree on now (rows,) RMB."""
    firms, p = world.firms, world.numbers
    research = 4 * firms.sales.take(rows) * (firms.intensity.take(rows) + firms.plan_extra.take(rows))
    price = np.exp(world.market_index)
    return contract(firms.contract.take(rows), price, p["university.contract_median"], research, p["university.contract_cap"])


def measure(world) -> None:
    """Size of the city's outreach and prices against the start: what the usual grows with."""
    usual = world.usual_links
    world.links_scale = float(world.firms.outreach.sum()) / usual.outreach * float(np.exp(world.market_index))


def ready(world, code, luck) -> np.ndarray:
    """Which ties (code and luck, both (entries,)) would open a project if all of its cost were borne by others."""
    most = world.usual_links.most
    near = np.flatnonzero(luck < most.max())
    return near[luck.take(near) < most.take(code.take(near))]


def sign(world, at, luck, base) -> None:
    """Open projects on these idle ties by their chance, moved by support."""
    ties, firms, p = world.ties, world.firms, world.numbers
    rows = ties.slot[at]
    offer = np.rint(offers(world, rows))
    firms.project_offer[rows] = offer
    support = world.certificate_reward(rows, "joint_project") / np.maximum(offer, 1.0)
    push = p["university.support_response"] * np.minimum(support, 1.0)
    quarters = int(p["university.project_quarters"])
    fee = np.rint(offer / quarters)
    # The other end of the luck is for ties that are given up.
    opens = (luck < np.minimum(chance(base, push), 1 - world.usual_links.ends)) & (fee > 0)
    at = at[opens]
    ties.code[at], ties.left[at], ties.fee[at] = ties.busy, quarters, fee[opens]
    ties.opened += len(at)
    world.event("joint_project", ties.slot[at])
    world.flows["projects_opened"] = float(len(at))
    world.opened_by_university = np.bincount(ties.university[at], minlength=world.universities.count)


def owe(world) -> None:
    """What firms owe for projects this quarter, and the R&D that it adds to their plans."""
    ties, firms, n = world.ties, world.firms, world.firms.count
    ties.working = at = ties.carrying()
    fee = firms.project_fee[:n] = np.bincount(ties.slot.take(at), ties.fee.take(at), n)
    usual = world.usual_links.fees * world.links_scale
    firms.project_extra[:n] = additional(fee, usual, world.numbers["university.substitution"])


def work(world) -> None:
    """Firms pay, learn and finish."""
    ties, firms, u = world.ties, world.firms, world.universities
    at = ties.working
    # Who cannot pay out of this quarter's R&D breaks off.
    slot = ties.slot.take(at)
    pays = firms.rd_real.take(slot) >= firms.project_fee.take(slot)
    broken, at, slot = at[~pays], at[pays], slot[pays]
    university, fee = ties.university.take(at), ties.fee.take(at)
    u.paid = world.ledger.between("project", "firms", slot, "universities", university, fee)
    u.income[:] = np.bincount(university, fee, u.count)
    world.flows["project_money"] = u.paid
    _teach(world, slot, university, fee)
    left = ties.left[at] = ties.left.take(at) - 1
    ready = at[left == 0]
    ties.done[ready] = np.minimum(ties.done[ready] + 1, ties.levels - 1)
    over = np.concatenate([ready, broken])
    ties.code[over], ties.left[over], ties.fee[over] = ties.done[over], 0, 0.0
    ties.closed += len(over)
    world.event("result", ties.slot[ready])
    world.flows["projects_finished"] = float(len(ready))


def learned(world, slot, university, paid) -> np.ndarray:
    """Knowledge that firms learn on projects beyond their own R&D, net of coordination (ties,) RMB."""
    u, p = world.universities, world.numbers
    usual = float(u.knowledge.mean()) if world.quarter < 0 else float(world.usual_links.knowledge.mean())
    usual *= usual_growth(world, world.quarter)
    richness = (u.knowledge / usual) ** p["university.knowledge_exponent"]
    reach = u.reach.ravel().take(world.firms.district.take(slot) * u.count + university)
    carried = spillover(paid, reach, richness.take(university), p["university.leverage"])
    u.known = u.knowledge.copy()
    carried = within(carried, university, p["university.transfer_limit"] * u.known)
    u.taught = np.bincount(university, carried, u.count)
    return carried - p["university.coordination"] * paid


def lessons(world, slot, university, paid):
    """Firms that learn on projects (ties,): their slots (once each), what they learn (RMB), the log gain in productivity."""
    learns = np.zeros(world.firms.count, bool)
    learns[slot] = True
    slots = np.flatnonzero(learns)
    gain = np.bincount(slot, learned(world, slot, university, paid), 1).take(slots)
    know = np.maximum(world.firms.knowledge.take(slots), 1.0)
    gain = np.maximum(gain, 1.0 - know)
    return slots, gain, world.numbers["knowledge.productivity_elasticity"] * np.log1p(gain / know)


def _teach(world, slot, university, paid) -> None:
    """What is learned on projects, against the usual: productivity and R&D were observed with the usual projects going on."""
    firms, n, usual = world.firms, world.firms.count, world.usual_links
    slots, gain, better = lessons(world, slot, university, paid)
    world.flows["knowledge_from_ties"] = float(gain.sum())
    firms.knowledge[slots] += gain
    firms.knowledge[:n] *= 1 - usual.transfer * world.links_scale / max(float(firms.knowledge[:n].sum()), 1.0)
    firms.productivity[slots] += better
    # The world outside works with its universities as the city did at the start.
    world.frontier += usual.gain
    sales = firms.sales.take(slots) / max(float(firms.sales[:n].sum()), 1.0)
    world.learned += float(np.einsum("i,i->", sales, better)) - usual.gain


def usual_growth(world, quarter: int) -> float:
    """What universities know against the start, had nothing changed, before they work in this quarter."""
    return (1 + world.numbers["rd.institutes_growth"]) ** (max(quarter, 0) / 4)


def _added(world, budget, income):
    """Knowledge that a university adds in a quarter (U,) RMB: its own research, and part of what it does for firms."""
    return budget + world.numbers["university.project_learning"] * income


def steady_knowledge(world, at, paid: float) -> np.ndarray:
    """Stock (U,) RMB that grows at the pace of the budgets; `paid` times what the projects of the start cost a quarter."""
    u, ties, p = world.universities, world.ties, world.numbers
    pace = (1 + p["rd.institutes_growth"]) ** 0.25
    income = paid * np.bincount(ties.university[at], ties.fee[at], u.count)
    return _added(world, u.budget / 4, income) * pace / (pace - 1 + p["knowledge.depreciation"] / 4)


def research(world) -> None:
    """Budgets of the city's institutions come from the province; what came in is spent within the quarter."""
    u, ledger, p = world.universities, world.ledger, world.numbers
    budget = u.budget / 4 * usual_growth(world, world.quarter + 1)
    ledger.to_rows("research_budget", "universities", np.rint(budget) * u.local, "province")
    spent = u.cash.copy()
    ledger.from_rows("research", "universities", spent * u.local, "households")
    ledger.from_rows("research", "universities", spent * ~u.local, "outside")
    u.knowledge[:] = (1 - p["knowledge.depreciation"] / 4) * u.knowledge + _added(world, budget, u.income)
