"""Attraction: kernels at their limits, who is paid for coming, counts against quality, leaving when the package ends."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim.population.initial import OUTSIDE
from sim.processes.attraction import chance, landing_odds, pressure, pursuit
from sim.processes.prospects import blend, noise, view

MODES, COUNTS = "attraction.modes", "attraction.recognition"
RICH = {"appropriation": 60_000_000, "start": "2021Q1"}
MANY = {"place.outside_projects_per_quarter": 40, "place.founders_per_quarter": 4}
RNG = np.random.default_rng(3)


@cache
def _run(names: tuple, terms: tuple, overrides: tuple, steps: int):
    policy = {name: dict(RICH) if name == MODES else {"start": "2021Q1"} for name in names}
    for (name, term), value in terms:
        policy[name][term] = value
    world = worlds.build(policy, quarters=steps, overrides=MANY | dict(overrides))
    for _ in range(steps):
        world.step()
        state = world.attraction
        owed = (
            getattr(world, "owed_before", 0.0) + state.flows["due"] - state.flows["paid_back"] - state.flows["lapsed"]
        )
        assert state.receivable.sum() == owed
        world.owed_before = owed
    return world


def run(*names, terms=None, overrides=None, steps=20):
    """A small city with many outside projects; tests only read it."""
    return _run(names, tuple((terms or {}).items()), tuple((overrides or {}).items()), steps)


def total(world, name) -> float:
    return float(world.record.series[name].sum())


# -- kernels ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sight", [0.0, 0.4, 1.0])
def test_what_is_seen_has_unit_variance_and_the_correlation_it_says(sight):
    truth, noise = RNG.standard_normal((2, 200_000))
    seen = blend(truth, noise, sight)
    assert seen.std() == pytest.approx(1, abs=0.01) and np.corrcoef(seen, truth)[0, 1] == pytest.approx(sight, abs=0.01)


@pytest.mark.parametrize(
    ("weight", "quality_weight", "recognised", "target", "found"),
    [(0, 0, 0, 100, 0), (0.5, 0, 0, 100, 0.5), (0.5, 0, 50, 100, 0.25), (1, 0, 100, 100, 0), (1, 0, 300, 100, 0),
     (1, 1, 0, 100, 0), (1, 0.5, 0, 100, 0.5), (1, 0, 5, 0, 0)],
)  # fmt: skip
def test_pressure_is_the_weight_of_the_count_times_the_distance_to_the_target(
    weight, quality_weight, recognised, target, found
):
    assert pressure(weight, quality_weight, recognised, target) == found


def test_under_full_pressure_only_ease_counts_and_judged_by_quality_it_never_does():
    assert pursuit(0.3, 1.0, 0.0) == 1.0 and pursuit(0.3, 0.0, 0.0) == 0.3
    assert pursuit(0.8, 0.0, 1.0) == 0.0


def test_without_contact_and_offer_the_odds_are_those_of_who_comes_by_himself():
    quality = RNG.standard_normal(50)
    assert chance(landing_odds(0.33, 0.0, 1.0, 0.0, quality, 0.3)) == pytest.approx(np.full(50, 0.33))


def test_a_reward_moves_better_projects_less_unless_nobody_bids_for_them():
    quality = np.array([-2.0, 0.0, 2.0])
    courted, alone = (landing_odds(0.33, 0.0, 1.0, 0.75, quality, rival) for rival in (0.3, 0.0))
    assert (np.diff(courted) < 0).all() and courted[1] == alone[1] and len(set(alone)) == 1


# -- who comes -------------------------------------------------------------------------------------------------------
def test_attraction_that_offers_nothing_brings_nobody():
    nothing = {(MODES, "reward"): 0, (MODES, "commission"): 0}
    free = {"attraction.contact": 0, "attraction.round_worth": 0}
    one, none = run(MODES, terms=nothing, overrides=free), run(overrides=free)
    assert total(one, "attract_leads") > 0 and total(one, "attract_landed") == total(one, "attract_anyway")
    assert (one.record.series["entries"] == none.record.series["entries"]).all()


def test_more_money_finds_and_brings_more():
    none, usual, much = run(), run(MODES), run(MODES, terms={(MODES, "dose"): 20})
    leads = [total(world, "attract_leads") for world in (none, usual, much)]
    entries = [total(world, "entries") for world in (none, usual, much)]
    assert leads[0] == 0 < leads[1] < leads[2] and entries[0] < entries[1] < entries[2]


def test_most_of_who_lands_after_a_contact_would_have_come_anyway_and_all_of_them_are_paid():
    world = run(MODES)
    anyway, landed = total(world, "attract_anyway"), total(world, "attract_landed")
    assert 0.3 * landed < anyway < landed
    assert total(world, "attract_rewards") > 0


def test_nobody_comes_twice():
    world = run(MODES, COUNTS)
    identities = world.firms.identity[: world.firms.count][world.firms.alive[: world.firms.count]]
    assert len(np.unique(identities)) == len(identities)
    brought = world.attraction.members[1]
    assert len(np.unique(brought)) == len(brought)


def test_each_way_sees_projects_with_its_own_lasting_error():
    world = run(MODES)
    rows = np.flatnonzero(world.cast.kind == OUTSIDE)
    errors = np.array([noise(world, key, rows) for key in range(4)])
    assert np.abs(np.corrcoef(errors) - np.eye(4)).max() < 0.1 and np.allclose(errors.std(axis=1), 1, atol=0.1)
    assert (view(world, 2)[rows] == errors[2]).all()


def test_those_who_see_more_bring_better_projects():
    terms = {(MODES, mode): 0 for mode in ("funds", "platforms", "agencies")}
    quality = [
        run(MODES, terms=terms, overrides={"attraction.sight.events": sight, "attraction.ease.events": 0}).record.series["attract_quality"].mean()
        for sight in (0.0, 1.0)
    ]  # fmt: skip
    assert quality[1] > quality[0] + 0.2


def test_an_agent_paid_per_landing_sends_more_of_those_who_were_on_their_way():
    terms = {(MODES, mode): 0 for mode in ("funds", "platforms", "agencies")}
    share = []
    for ease in (0, 1):
        world = run(MODES, terms=terms, overrides={"attraction.ease.events": ease})
        share.append(total(world, "attract_anyway") / total(world, "attract_leads"))
    assert share[1] > share[0]


# -- counts against quality --------------------------------------------------------------------------------------------
FULL = {(COUNTS, "weight"): 1.0, (COUNTS, "target"): 5000}


def test_judged_by_counts_offices_recognise_more_projects_of_less_quality():
    calm, pushed = run(MODES, COUNTS, terms={(COUNTS, "weight"): 0}), run(MODES, COUNTS, terms=FULL)
    assert total(pushed, "attract_recognised") > total(calm, "attract_recognised")
    assert total(pushed, "attract_shells") > 0 == total(calm, "attract_shells")
    quality = [world.record.series["attract_quality"].mean() for world in (calm, pushed)]
    assert quality[1] < quality[0]


def test_with_effort_fixed_or_judged_by_quality_there_is_no_pressure():
    fixed = run(MODES, COUNTS, terms=FULL, overrides={"attraction.gaming": 0})
    better = run(MODES, COUNTS, terms=FULL | {(COUNTS, "quality_weight"): 1})
    for world in (fixed, better):
        assert total(world, "attract_pressure") == total(world, "attract_shells") == 0
    assert (
        better.record.series["attract_quality"].mean()
        > run(MODES, COUNTS, terms=FULL).record.series["attract_quality"].mean()
    )


def test_effort_fixed_is_the_same_as_no_weight():
    fixed = run(MODES, COUNTS, terms=FULL, overrides={"attraction.gaming": 0})
    free = run(MODES, COUNTS, terms={(COUNTS, "weight"): 0})
    assert all((fixed.record.series[name] == free.record.series[name]).all() for name in fixed.record.series)


def test_names_on_a_list_bring_little_and_go_when_the_reward_ends():
    assert total(run(MODES, COUNTS, terms=FULL, overrides={"attraction.shells": 0}), "attract_shells") == 0
    world = run(MODES, COUNTS, terms=FULL, overrides={"attraction.shells": 1})
    assert total(world, "attract_left") > 0
    hollow = world.attraction.guests[world.attraction.guests["shell"]]
    real = world.attraction.guests[~world.attraction.guests["shell"]]
    assert len(hollow) and np.median(world.firms.sales[hollow["slot"]]) < 0.5 * np.median(
        world.firms.sales[real["slot"]]
    )


# -- when the package ends -----------------------------------------------------------------------------------------------
def test_who_came_for_the_package_alone_goes_when_it_ends_unless_the_switch_is_off():
    usual, kept = run(MODES), run(MODES, overrides={"attraction.leaving": 0})
    assert total(usual, "attract_left") > 0 == total(kept, "attract_left")
    assert not usual.record.series["attract_left"][:12].any()  # instalments last three years


def test_a_claw_back_holds_projects_and_without_a_term_there_is_none():
    strict, loose = (run(MODES, terms={(MODES, "clawback"): share, (MODES, "term"): 40}) for share in (1.0, 0.0))
    assert total(strict, "attract_left") < total(loose, "attract_left")
    assert total(strict, "attract_clawback_due") > 0 == total(loose, "attract_clawback_due")
    assert total(run(MODES, terms={(MODES, "term"): 0, (MODES, "clawback"): 1}), "attract_clawback_due") == 0


def test_deep_roots_hold_everybody():
    assert total(run(MODES, overrides={"attraction.roots": 10}), "attract_left") == 0


def test_a_programme_that_ends_keeps_no_promise():
    world = run(MODES, terms={(MODES, "stop"): "2022Q4"}, steps=12)
    assert total(world, "attract_left") > 0 and not world.record.series["attract_rewards"][7:].any()


def test_attracted_firms_displace_local_sales_only_while_local_demand_is_limited():
    def local(names, limited):
        world = run(*names, terms={(MODES, "dose"): 20} if names else None, overrides={"sales.displacement": limited})
        incumbent = world.firms.alive & (world.firms.kind == 0)
        return dict(zip(world.firms.identity[incumbent].tolist(), world.firms.sales_local[incumbent]))

    for limited in (True, False):
        with_, without = local((MODES,), limited), local((), limited)
        both = sorted(with_.keys() & without.keys())
        ratio = sum(with_[k] for k in both) / sum(without[k] for k in both)
        assert (ratio < 0.999) if limited else ratio == pytest.approx(1, abs=0.02)


# -- the other programmes ------------------------------------------------------------------------------------------------
def test_a_screen_refuses_the_reward_to_its_cut():
    paid = [
        total(run(MODES, "attraction.screen", terms={("attraction.screen", "cut"): cut}), "attract_rewards")
        for cut in (0.3, 0.9)
    ]
    assert paid[1] < 0.6 * paid[0]


def test_a_screen_sees_what_its_weights_say_and_a_closed_owner_shows_no_private_interest():
    world = run(MODES, "attraction.screen", steps=2)
    rows = np.flatnonzero(world.cast.kind == OUTSIDE)
    seen = {name: view(world, weights)[rows] for name, weights in
            (("tech", (1, 0, 0, 0)), ("capital", (0, 0, 0, 1)))}  # fmt: skip
    assert np.corrcoef(seen["tech"], world.cast.hightech[rows])[0, 1] == pytest.approx(1)
    closed = world.cast.openness[rows] >= world.numbers["equity.willing"]
    assert seen["capital"][closed].max() < np.median(seen["capital"][~closed])
    quality = view(world, "quality")[rows]
    by_fund, by_review = seen["capital"][~closed], view(world, "review")[rows][~closed]
    assert np.corrcoef(by_fund, quality[~closed])[0, 1] > np.corrcoef(by_review, quality[~closed])[0, 1]


def test_a_fund_brings_projects_gives_them_rounds_and_loses_some_when_its_clause_ends():
    terms = {("attraction.investment", "appropriation"): 2e8, ("attraction.investment", "clause"): 6}
    world = run("attraction.investment", terms=terms, overrides={"equity.min_intensity": 0.005, "attraction.roots": 0})
    assert total(world, "attract_landed") > 0 and total(world, "attract_left") > 0
    slots, identity = world.attraction.members
    here = slots[world.firms.identity[slots] == identity]
    raised = world.firms.equity_raised
    assert (raised[here] > 0).mean() > 2 * (raised[world.firms.alive] > 0).mean()
    assert not world.attraction.promised.shape[1] or world.season % 2


def test_a_premium_buys_more_landings():
    landed = [
        total(run("attraction.investment", terms={("attraction.investment", "appropriation"): 2e8,
                                                  ("attraction.investment", "premium"): premium}), "attract_landed")
        for premium in (0, 2)
    ]  # fmt: skip
    assert landed[1] > landed[0]


def test_recruiters_find_more_and_their_bonus_turns_them_to_who_lands_soonest():
    plain, staffed = run(MODES), run(MODES, "attraction.staff", terms={("attraction.staff", "appropriation"): 5e7})
    assert total(staffed, "attract_leads") > total(plain, "attract_leads")
    rules = staffed.rules.attraction
    assert 0 < rules.haste < 1 and 0 < rules.skill < 1
    assert staffed.ledger.total("bonus") >= 0


def test_a_campaign_borrows_from_the_year_after():
    terms = {
        ("attraction.campaign", "start"): "2022Q1",
        ("attraction.campaign", "stop"): "2024Q1",
        ("attraction.campaign", "effort"): 1.5,
    }
    usual, pushed = (run(*names, terms=t).record.series["attract_leads"] for names, t in
                     (((MODES,), None), ((MODES, "attraction.campaign"), terms)))  # fmt: skip
    year = usual[4:8].sum(), pushed[4:8].sum(), usual[8:12].sum(), pushed[8:12].sum()
    assert year[1] > year[0] and year[3] < year[2]
    assert abs(usual[12:].sum() - pushed[12:].sum()) <= 1  # parts of leads


def test_fairs_bring_projects_without_a_reward_as_far_as_they_are_not_for_show():
    terms = {("attraction.fairs", "appropriation"): 1e8, ("attraction.fairs", "events"): 12}
    fairs, show = (
        run("attraction.fairs", terms=terms),
        run("attraction.fairs", terms=terms | {("attraction.fairs", "show"): 1}),
    )
    assert total(fairs, "attract_landed") > total(fairs, "attract_anyway") and total(fairs, "attract_rewards") == 0
    assert total(show, "attract_leads") == 0


@pytest.mark.parametrize(("taste", "sign"), [("industrial", 1), ("seed", -1)])
def test_the_mix_of_types_says_which_projects_hear_of_the_city(taste, sign):
    def size(terms):
        world = run(MODES, terms=terms)
        place = {int(identity): k for k, identity in enumerate(world.cast.identity)}
        rows = [place[int(identity)] for identity in world.attraction.members[1]]
        return np.log(world.cast.sales_1[rows]).mean()

    assert sign * (size({(MODES, taste): 5}) - size(None)) > 0
