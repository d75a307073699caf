"""S&T talent: the order of a quarter, grants to persons, founders, and the identities."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.population.initial import FOUNDER
from sim.population.people import ABSENT, KINDS, SEARCHING, SKILLED
from sim.processes import choice, hiring, institutes_work, leaving
from sim.processes.labour import potential_founders
from sim.streams import Luck


def step(world) -> None:
    """Founders settle, posts follow plans, who stays, who comes, who is hired, what it costs, who is paid."""
    people, labour, p = world.talent, world.labour, world.numbers
    luck = Luck(world.luck.streams, people)
    luck.quarter = world.quarter
    if world.season == 0:
        labour.given = 0
    labour.promised = {}
    hiring.set_posts(world)
    rows = np.flatnonzero(people.contract_end[: people.count] <= world.quarter)
    rows = _found(world, luck, rows)
    change = choice.utility_change(world)
    leaving.review(world, luck, rows, change)
    choice.arrive(world, change)
    institutes_work.recruit(world)
    labour.stock = labour.stock + labour.arrived - labour.left
    hiring.hire(world, luck)
    hiring.set_wage(world)
    if world.rules.talent.award is not None:
        _award(world, world.rules.talent.award)
    if world.rules.talent.youth is not None and world.season == 2:
        _youth(world, world.rules.talent.youth, luck)
    hiring.settle_staff(world)
    usual = labour.usual_founders * np.exp(labour.path[world.quarter + 1])
    labour.founder_gap = float(np.log(max(potential_founders(p, people), 1.0) / usual))


def _found(world, luck, rows) -> np.ndarray:
    """New technology firms take their founder from those whose year is over (rows,); returns the others."""
    firms, people, p = world.firms, world.talent, world.numbers
    slots = world.entered[firms.kind[world.entered] == FOUNDER]
    if not len(slots):
        world.labour.founders = 0
        return rows
    able = rows.compress(people.skill.take(rows, mode="clip") >= p["talent.founder_skill"])
    able = able.compress(people.kind.take(able, mode="clip") != SKILLED)
    score = hiring.bell(luck.sparse("founder", able))
    score *= p["talent.search_noise"]
    score += people.skill.take(able, mode="clip")
    chosen = able[hiring.best(score, people.identity.take(able, mode="clip"), len(slots))]
    # The order of firms is that of their identities, not of the slots they happen to sit in.
    slots = slots[np.argsort(firms.identity[slots])][: len(chosen)]
    hiring.move(world, chosen, slots)
    people.since[chosen] = world.quarter
    people.contract_end[chosen] = world.quarter + 4
    world.labour.founders = len(chosen)
    others = np.ones(len(rows), bool)
    others[np.searchsorted(rows, chosen)] = False
    return rows.compress(others)


def _award(world, award) -> None:
    """The best new arrivals are chosen as far as places and budget reach; who holds a grant and works here is paid."""
    people, labour, agency = world.talent, world.labour, world.agencies[award.agency]
    new = labour.newly_eligible
    labour.eligible = 0.5 * (labour.eligible + len(new))
    people.granted = people.granted[people.subsidy_end[people.granted] != NEVER]  # without those who have left
    holders = people.granted[people.subsidy_end[people.granted] > world.quarter]
    places = int(award.places * (world.season + 1) / 4) - labour.given
    payable = int(agency.budget_year // max(4 * award.instalment, 1.0)) - len(holders)
    best = new[hiring.best(people.skill[new], people.identity[new], min(places, payable))]
    labour.given += len(best)
    people.subsidy_end[best] = world.quarter + award.quarters
    people.granted = np.concatenate([people.granted, best])
    holders = np.concatenate([holders, best])
    holders = holders[people.employer[holders] >= 0]
    each = agency.pay_people(world, "talent_grant", len(holders), award.instalment)
    people.paid[people.identity[holders]] += each
    labour.promised[award.agency] = len(holders) * award.instalment


def _youth(world, call, luck) -> None:
    """Third quarter: the best young staff get a project of their own; they learn from it and stay while it runs."""
    people, agency, n = world.talent, world.agencies[call.agency], world.talent.count
    # Those whose year has just begun apply: nobody is bound by an earlier project, and the call is once a year.
    rows = np.flatnonzero(people.contract_end[:n] == world.quarter + 4)
    young = people.born.take(rows, mode="clip") > int(np.floor(world.quarter - 4 * call.age_limit))
    young &= people.employer.take(rows, mode="clip") >= 0
    young &= people.kind.take(rows, mode="clip") != SKILLED
    rows = rows.compress(young)
    score = people.skill[rows] + world.numbers["talent.search_noise"] * hiring.bell(luck.sparse("young", rows))
    afford = int(world.ledger.cash[agency.account] // max(call.grant, 1.0))
    best = rows[hiring.best(score, people.identity[rows], min(call.places, afford))]
    each = agency.pay_people(world, "talent_grant", len(best), call.grant)
    people.paid[people.identity[best]] += each
    world.labour.promised[call.agency] = len(best) * call.grant
    learns = luck.sparse("young_misuse", best) >= call.misuse
    gain = np.where(learns, call.gain, 0.0)
    people.skill[best] += gain
    np.add.at(world.labour.skill_sum, people.employer[best], gain)
    people.contract_end[best] = world.quarter + call.bond


# -- the identities --------------------------------------------------------------------------------------------------
def imbalances(world) -> dict[str, float]:
    """Heads that do not add up, and grants that are not heads times terms; empty when all is well."""
    people, labour, firms, n = world.talent, world.labour, world.firms, world.talent.count
    errors = {}
    kinds = people.kind[:n]
    stock = np.array([np.count_nonzero(kinds == kind) for kind in range(len(KINDS))])
    if gap := int(np.abs(stock - labour.stock).sum()):
        errors["head count of talent"] = gap
    works, searching = np.count_nonzero(people.employer[:n] >= 0), len(people.searching)
    if gap := abs(int(stock.sum()) - works - searching):
        errors["talent employed or searching"] = gap
    # One wrong entry changes one of two sums; once a year, and where they differ, every firm is counted.
    slots = int(people.employer[:n].sum(dtype=np.int64)) - SEARCHING * searching - ABSENT * (n - works - searching)
    staff, m = firms.st_staff, firms.count
    # einsum, not matmul: the threads of a BLAS go on spinning after it, and their time is lost.
    weighed = np.einsum("i,i->", staff[:m], np.arange(m, dtype=np.float64))
    if world.season == 3 or works != staff.sum() or slots != weighed:
        heads = np.bincount(people.employer[:n] - ABSENT, minlength=firms.rows + 2)[2:]
        if gap := float(np.abs(heads - staff).sum()):
            errors["staff of firms"] = gap
    if gap := int(staff[np.flatnonzero(~firms.alive[:m])].sum()):
        errors["talent at dead firms"] = gap
    if gap := np.count_nonzero(people.employer.take(people.searching, mode="clip") != SEARCHING):
        errors["searching talent"] = gap
    if gap := int(n - stock.sum() - len(people.vacant)):
        errors["slots of talent"] = abs(gap)
    for name, promised in labour.promised.items():
        if gap := world.agencies[name].granted_people - promised:
            errors[f"grants to persons {name}"] = abs(gap)
    return errors

