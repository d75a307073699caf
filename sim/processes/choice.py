"""The choice of a place: logit between the city and outside places, by income after rent, distance, amenities, the chance
of a post, subsidy and permit delay. Shares are normalised to those of the start, so only changes move anybody."""

from __future__ import annotations

import numpy as np

from sim.population.people import FOREIGN, KINDS, LOCAL, SEARCHING, SKILLED, reach

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
    pay, rent, space = labour.pay, p["place.talent.rent"], p["talent.floor_space"]
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
    """Those of the cast whose move is this quarter choose by the change of the city's utility (kinds,); who comes searches."""
    people, cast, labour, p, award = world.talent, world.arrivals, world.labour, world.numbers, world.rules.talent.award
    first, last = cast.first[world.quarter], cast.first[world.quarter + 1]
    people.known += int(last - first)
    kind, origin, skill, rank = (values[first:last] for values in (cast.kind, cast.origin, cast.skill, cast.rank))
    labour.history[world.quarter] = change[SKILLED]
    base, places = labour.base_share, len(labour.base_share)
    gain = np.repeat(change, places).reshape(-1, places)
    # Vocational schools fill places by the market of the day; the trained arrive years later.
    enrolled = world.quarter - int(p["talent.vocational_delay"])
    gain[SKILLED, LOCAL] = labour.history[enrolled] if enrolled >= 0 else 0.0
    cell = places * kind + origin
    share = shifted(base, gain).ravel().take(cell, mode="clip")
    eligible = np.zeros(last - first, bool)
    if award is not None:
        eligible = (origin != LOCAL) & (kind != SKILLED) & (skill >= award.min_skill)
        if labour.eligible is None:
            labour.eligible = float(np.count_nonzero(eligible & (rank < base[origin])))
        yearly = award.chance(labour.eligible) * award.grant / max(p["talent.horizon"], award.quarters / 4)
        knows = np.flatnonzero(eligible & (cast.hears[first:last] < world.rules.delivery.awareness))
        more = gain.ravel()[cell[knows]] + subsidy_utility(world, skill[knows], yearly)
        share[knows] = shifted(base[origin[knows]], more)
    labour.beyond_reach = int(np.count_nonzero(share > reach(p, base).take(origin, mode="clip")))
    coming = np.flatnonzero(rank < share)
    slots, who = people.seat(len(coming)), people.residents + first + coming
    kind, origin, rank = kind[coming], origin[coming], rank[coming]
    people.identity[slots], people.kind[slots], people.origin[slots], people.skill[slots] = who, kind, origin, skill[coming]
    liking = logit(base)[origin] - logit(np.minimum(np.maximum(rank, 1e-4), 0.9999))
    people.attachment[slots] = liking
    labour.least_attachment = min(labour.least_attachment, float(liking.min(initial=0.0)))
    people.born[slots] = world.quarter - np.rint(4 * cast.age[first:last][coming])
    people.since[slots] = world.quarter
    people.employer[slots] = SEARCHING
    people.searching = np.concatenate([people.searching, slots])
    people.contract_end[slots] = world.quarter + 4
    people.came[who] = True
    labour.arrived = np.bincount(kind, minlength=len(KINDS))
    labour.arrived_from = np.bincount(origin, minlength=places)
    labour.newly_eligible = slots[eligible[coming]]
