"""The choice of a place: logit between the city and outside places, by income after rent, distance, amenities, the chance
of a post, subsidy and permit delay. Shares are normalised to those of the start, so only changes move anybody."""

from __future__ import annotations

import numpy as np

from sim.population.people import FOREIGN, KINDS, LOCAL, SKILLED, reach

WORKING_DAYS = 250  # a year


def logit(share):
    """Log-odds of a share."""
    return np.log(share / (1 - share))


def choice_shares(utility: np.ndarray) -> np.ndarray:
    """Shares of places with these utilities: exp(V) / Σ exp(V) (McFadden 1974)."""
    weight = np.exp(utility - utility.max())
    return weight / weight.sum()


def shifted(base, change):
    """Share of the city after its utility changed against all other places: odds times exp(change)."""
    return 1 / (1 + np.exp(-(logit(base) + change)))


def real_income(pay, rent, space):
    """RMB/year left after rent (RMB/m²/month) for so many m²; never below a tenth of pay."""
    return np.maximum(pay - 12 * space * rent, 0.1 * pay)


def hub_utility(p, hubs) -> np.ndarray:
    """Utility of the outside places seen from the city, against it: income after rent, distance, amenities (hubs,)."""
    own = real_income(p["talent.pay"], p["place.talent.rent"], p["talent.floor_space"])
    pay, rent, distance, amenity = (
        np.array([p[f"place.labour.{name}.{field}"] for name in hubs]) for field in ("pay", "rent", "distance", "amenity")
    )
    income = real_income(pay * p["talent.pay"], rent, p["talent.floor_space"])
    return p["talent.income_response"] * np.log(income / own) - p["talent.distance_cost"] * np.log(distance) + amenity


def permit_utility(response, days, usual, horizon):
    """Worth of a shorter permit: pay of the days no longer lost, over the years of a contract (log-odds)."""
    lost, before = (np.minimum(d / (WORKING_DAYS * horizon), 0.9) for d in (days, usual))
    return response * (np.log1p(-lost) - np.log1p(-before))


def utility_change(world) -> np.ndarray:
    """Change of the city's utility against the start by kind (kinds,), before any subsidy."""
    p, labour = world.numbers, world.labour
    mean = np.array([p[f"talent.kind.{kind}.skill"] for kind in KINDS])
    pay, rent, space = p["talent.pay"] * np.exp(mean), p["place.talent.rent"], p["talent.floor_space"]
    income = real_income(pay * np.exp(labour.wage), rent, space) / real_income(pay, rent, space)
    change = p["talent.income_response"] * np.log(income)
    change += p["talent.job_response"] * np.log(labour.chance / labour.usual_chance)
    change -= p["talent.hub_pull"] * (world.quarter + 1) / 4
    change[FOREIGN] += permit_utility(
        p["talent.income_response"], world.rules.talent.permit_days, p["talent.permit_days"], p["talent.permit_horizon"]
    )
    return change


def subsidy_utility(world, skill, yearly):
    """Log-odds that a yearly subsidy adds for persons of this skill; rivals match a part of it (rows,)."""
    p = world.numbers
    pay = p["talent.pay"] * np.exp(skill + world.labour.wage) * (1 + p["talent.cost_growth"]) ** (world.quarter / 4)
    income = real_income(pay, p["place.talent.rent"], p["talent.floor_space"])
    return p["talent.income_response"] * (1 - p["talent.rival_answer"]) * np.log1p(yearly / income)


def arrive(world, change) -> None:
    """`change` (kinds,) is that of the city's utility. Those of the cast whose move is this quarter choose; who chooses the city takes a slot and searches."""
    people, cast, labour, p, award = world.talent, world.arrivals, world.labour, world.numbers, world.rules.talent.award
    first, last = cast.first[world.quarter], cast.first[world.quarter + 1]
    people.known += int(last - first)
    kind, origin, skill = cast.kind[first:last], cast.origin[first:last], cast.skill[first:last]
    labour.history[world.quarter] = change[SKILLED]
    gain = change[kind]
    # Vocational schools fill places by the market of the day; the trained arrive years later.
    enrolled = world.quarter - int(p["talent.vocational_delay"])
    gain[(kind == SKILLED) & (origin == LOCAL)] = labour.history[enrolled] if enrolled >= 0 else 0.0
    eligible = np.zeros(last - first, bool)
    if award is not None:
        eligible = (origin != LOCAL) & (kind != SKILLED) & (skill >= award.min_skill)
        knows = eligible & (cast.hears[first:last] < world.rules.delivery.awareness)
        if labour.eligible is None:
            labour.eligible = float(np.count_nonzero(eligible & (cast.rank[first:last] < labour.base_share[origin])))
        yearly = award.chance(labour.eligible) * award.grant / max(p["talent.horizon"], award.quarters / 4)
        gain = gain + knows * subsidy_utility(world, skill, yearly)
    share = shifted(labour.base_share[origin], gain)
    limit = reach(p, labour.base_share)[origin]
    labour.beyond_reach = int(np.count_nonzero(share > limit))
    rank = cast.rank[first:last]
    coming = np.flatnonzero(rank < share)
    slots = people.seat(len(coming))
    people.identity[slots] = people.residents + first + coming
    people.kind[slots], people.origin[slots], people.skill[slots] = kind[coming], origin[coming], skill[coming]
    liking = logit(labour.base_share)[origin[coming]] - logit(np.clip(rank[coming], 1e-4, 0.9999))
    people.attachment[slots] = liking
    people.born[slots] = world.quarter - np.rint(4 * cast.age[first:last][coming])
    people.since[slots] = world.quarter
    people.employer[slots] = -1
    people.contract_end[slots] = world.quarter + 4
    people.came[people.identity[slots]] = True
    labour.arrived = np.bincount(kind[coming], minlength=len(KINDS))
    labour.arrived_from = np.bincount(origin[coming], minlength=len(labour.base_share))
    labour.newly_eligible = slots[eligible[coming]]
