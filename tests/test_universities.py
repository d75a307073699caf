"""Universities: known answers of the kernels, identities of ties and projects, the start at rest, and what each lever does."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import worlds

from sim import scenario
from sim.errors import LedgerError
from sim.parameters import registry
from sim.population.ties import BLOCKS, COLUMNS, EVENT, INITIAL, SEARCH, Ties, block_of
from sim.population.universities import REGIONS, decay, gravity, great_circle
from sim.processes import links, projects
from sim.programmes import CATALOGUE
from sim.study.task import Package
from sim.world import World

LEVERS = ("university.events", "university.transfer_centres", "university.joint_projects")


# -- known answers ---------------------------------------------------------------------------------------------------
def test_knowledge_halves_at_the_half_distance_when_no_visits_are_needed():
    assert decay(np.array([0.0, 350.0, 700.0]), 350, 0.0, 80) == pytest.approx([1.0, 0.5, 0.25])


def test_the_part_that_needs_visits_is_strong_inside_its_range_and_gone_at_the_half_distance():
    near, edge, half = decay(np.array([0.0, 80.0, 350.0]), 350, 0.3, 80)
    assert near == 1.0
    assert edge == pytest.approx(0.3 * np.exp(-1) + 0.7 * 2 ** (-80 / 350))
    assert half == pytest.approx(0.3 * np.exp(-350 / 80) + 0.35)


def test_the_distance_between_nantong_and_shanghai_is_that_of_the_atlas():
    assert great_circle([32.0], [120.87], [31.23], [121.47])[0, 0] == pytest.approx(102.7, abs=1)


def test_gravity_by_hand():
    pull = gravity(np.array([4.0, 9.0]), np.array([[5.0, 100.0]]), np.array([[1.0], [0.5]]), 0.5, 1.0, 10.0)
    assert pull[0, 0] == pytest.approx([2 / 10, 0.5 * 3 / 100])  # nearer than 10 km is no nearer


@pytest.mark.parametrize("decayed", [0.1, 0.3, 0.8])
def test_ties_without_projects_are_births_over_deaths(decayed):
    idle, busy, opened = links.steady_state(np.zeros(3), decayed, 0.0, 2)
    assert idle.sum() == pytest.approx(1 / decayed) and not busy.any() and not opened.any()


def test_birth_and_death_reach_births_over_deaths():
    luck, stock, seen = np.random.default_rng(1), 0, []
    for year in range(4000):
        stock = luck.binomial(stock, 1 - 0.25) + luck.poisson(30)
        seen.append(stock)
    assert np.mean(seen[50:]) == pytest.approx(30 / 0.25, rel=0.01)


def test_the_steady_state_is_where_a_cohort_model_settles():
    opens, ends, exits, years, at_once = np.array([0.1, 0.2, 0.3]), 0.25, 0.06, 2, 0.15
    idle, busy = np.zeros(3), np.zeros((3, years))
    for _ in range(400):
        idle, busy = idle * (1 - exits), busy * (1 - exits)
        back = busy[:, -1].copy()
        busy[:, 1:], busy[:, 0] = busy[:, :-1].copy(), 0
        idle[1:] += back[:-1]
        idle[-1] += back[-1]
        busy[:, 0] = idle * opens
        idle *= 1 - opens - ends
        idle[0] += 1 - at_once
        busy[0, 0] += at_once
    found = links.steady_state(opens, ends, exits, years, at_once)
    assert found[0] == pytest.approx(idle) and found[1] == pytest.approx(busy)
    assert found[2] == pytest.approx(busy[:, 0])


def test_the_rate_of_projects_is_found_back():
    strength = links.strengths(0.3, 0.35)
    idle, busy, opened = links.steady_state(0.12 * strength, 0.3, 0.05, 2)
    flow = opened.sum() / (idle.sum() + busy.sum())
    assert links.solve(flow, strength, 0.3, 0.05, 2) == pytest.approx(0.12, abs=1e-6)


def test_strength_closes_the_same_part_of_the_gap_with_every_project():
    assert links.strengths(0.4, 0.5, 4) == pytest.approx([0.4, 0.7, 0.85, 0.925])


def test_the_number_of_ties_for_a_share_of_equal_firms():
    chance = np.full((50, 3), 1 / 150)
    number = links.number_of_ties(0.6, chance)
    assert 1 - (1 + number / 150) ** -3 == pytest.approx(0.6, abs=1e-6)


def test_rotated_draws_are_uniform_and_independent_between_pairs():
    draw = np.random.default_rng(1)
    own, other = draw.random((20_000, 2, 1)), draw.random((20_000, 1, 2))
    pairs = links.rotate(own, other).reshape(-1, 4)  # two firms with two universities, in many quarters
    assert ((pairs >= 0) & (pairs < 1)).all()
    assert np.histogram(pairs, 10, (0, 1))[0] / pairs.size == pytest.approx([0.1] * 10, abs=0.005)
    assert np.corrcoef(pairs.T) == pytest.approx(np.eye(4), abs=0.03)
    low = pairs < 0.2
    assert (low.astype(float).T @ low) / len(low) == pytest.approx(np.full((4, 4), 0.04) + np.eye(4) * 0.16, abs=0.008)


def test_partners_are_chosen_by_their_shares():
    pull = np.array([[[1.0, 3.0, 0.0], [0.0, 0.0, 0.0]]])
    table = links.guide(pull)
    luck = (np.arange(4000) + 0.5) / 4000
    assert np.bincount(links.choose(luck, np.zeros(4000, int), table), minlength=3) == pytest.approx([1000, 3000, 0], abs=4)
    assert table.shape == (2, links.STEPS)


def test_spillover_by_hand_for_two_universities_and_two_firms():
    university, slot, paid = np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([100.0, 200.0, 50.0])
    reach, richness = np.array([[1.0, 0.5], [0.8, 0.4]]), np.array([1.0, 2.0])  # (firm, university), (university,)
    carried = projects.spillover(paid, reach[slot, university], richness[university], 0.5)
    assert carried == pytest.approx([50, 100, 20])
    assert np.bincount(slot, carried) == pytest.approx([150, 20])
    # The second university can pass on no more than 60: each of its partners gets half.
    assert projects.within(carried, university, np.array([1000.0, 60.0])) == pytest.approx([50, 50, 10])


def test_support_moves_the_odds_of_a_project():
    assert projects.chance(0.2, 0.0) == pytest.approx(0.2)
    assert projects.chance(0.2, np.log(2)) == pytest.approx(1 / 3)
    assert projects.chance(np.array([0.0, 1.0]), 5.0) == pytest.approx([0, 1])


def test_a_contract_is_a_part_of_rd_at_most():
    cost = projects.contract(np.array([1.0, 4.0]), 1.1, 100.0, np.array([1000.0, 1000.0]), 0.3)
    assert cost == pytest.approx([110, 300])


def test_projects_add_only_beyond_the_usual_and_what_does_not_replace():
    fee = np.array([60.0, 0.0, 40.0])
    assert projects.additional(fee, 100.0, 0.0) == pytest.approx([0, 0, 0])
    assert projects.additional(fee, 50.0, 0.0).sum() == pytest.approx(50)
    assert projects.additional(fee, 50.0, 0.4).sum() == pytest.approx(30)
    assert not projects.additional(fee, 50.0, 1.0).any()
    assert (projects.additional(fee, 1e9, 0.0) == -fee).all()  # never less than nothing is spent


# -- the structure ---------------------------------------------------------------------------------------------------
def test_entries_are_taken_again_and_grow_when_they_must():
    ties = Ties(3, 64, 100, 2)
    first = ties.add(1, np.array([0, 63]), np.array([5, 5]), np.array([0, 2]), SEARCH)
    assert ties.tied(np.array([0, 63, 1]), np.array([5, 5, 5])).tolist() == [True, True, False]
    ties.end(first[:1])
    again = ties.add(1, np.array([7]), np.array([9]), 0, SEARCH)
    assert again.tolist() == first[:1].tolist() and not ties.tied(np.array([0]), np.array([5])).any()
    many = ties.add(1, np.arange(30), np.full(30, 50), 0, SEARCH)
    assert len(set(many.tolist())) == 30 and set(ties.slot[many].tolist()) == {50}
    assert (many // ties.room == 1).all() and len(ties.live()) == ties.begun - ties.ended == 32
    assert ties.done[ties.live()].max() == 2


def test_a_project_on_a_tie_that_ends_is_closed():
    ties = Ties(3, 4, 10, 4)
    at = ties.add(0, np.array([1, 2]), np.array([3, 4]), 0, SEARCH)
    ties.code[at[0]], ties.opened = ties.busy, 1
    alive = np.ones(10, bool)
    alive[3] = False
    ties.release(alive)
    assert ties.closed == 1 and ties.slot[ties.live()].tolist() == [4] and not ties.bits[3]


# -- worlds ----------------------------------------------------------------------------------------------------------
@cache
def nantong(policy: str = "none", quarters: int = 6) -> World:
    """The full city for a few quarters."""
    found = scenario.load(policy, CATALOGUE, registry())
    package = Package(policy, found.programmes, dict(found.overrides))
    world = World(registry().resolve(package.overrides), package, 1, quarters)
    world.seen = []
    for _ in range(quarters):
        world.step()
        opened = np.bincount(world.universities.region, world.opened_by_university, len(REGIONS))
        world.seen.append((world.record.series["ties"][world.quarter], opened))
    return world


def test_six_in_ten_above_scale_industrial_firms_are_tied_to_shanghai():
    assert nantong().record.initial["shanghai_tie_share_2020"] == pytest.approx(0.6, abs=0.02)


def test_the_base_opens_as_many_projects_with_southern_jiangsu_as_were_counted():
    world = nantong("status_quo")
    south = sum(opened[REGIONS.index("sunan")] for _, opened in world.seen[:5])  # support begins in 2022Q2
    assert south / 5 * 12 == pytest.approx(1007, rel=0.15)


def test_nothing_moves_in_the_first_year_that_no_policy_caused():
    world = nantong("status_quo")
    start = world.record.initial
    ties, active = world.record.series["ties"][:4], world.record.series["projects_active"][:4]
    assert ties == pytest.approx(start["ties"], rel=0.02)
    assert active.mean() == pytest.approx(start["projects_active"], rel=0.1)
    money = world.record.series["project_money"][:4]
    assert money[0] == pytest.approx(world.usual_links.fees, rel=0.06)


def test_the_base_quarter_has_the_rd_it_would_have_without_universities():
    world = nantong("status_quo", 1)
    assert abs(world.firms.project_extra.sum()) < 5e-4 * world.record.series["rd_real"][0]
    assert abs(np.log(world.usual_links.knowledge / world.universities.knowledge)).max() < 0.03
    start = worlds.build(LEVERS)
    start.rules.links.centres = start.numbers["place.transfer_centres"]
    assert not links.spin_off_odds(start, np.arange(start.cast.rows)).any()


@pytest.mark.parametrize("seed", [1, 2])
def test_ties_and_money_add_up_every_quarter(seed):
    # Hardly anybody leaves: the R&D of those who left is missing from the record.
    calm = {"exit.other_causes": 0, "exit.relocation_rate": 0, "exit.grace": 12, "exit.trade_credit": 2, "place.arrears_share": 0}
    world = worlds.build(LEVERS, seed=seed, quarters=12, overrides=calm if seed == 1 else {})
    for _ in range(12):
        ledger, close, flow = world.ledger, world.ledger.close, {}
        ledger.close = lambda: (flow.update(ledger.flow), close())  # noqa: B023 - called within this turn
        world.step()
        ledger.close = close
        ties, u, alive = world.ties, world.universities, world.firms.alive
        at = ties.live()
        assert not world.imbalances() and alive[ties.slot[at]].all()
        pairs = ties.slot[at] * 64 + ties.university[at]
        assert len(np.unique(pairs)) == len(at)
        assert (ties.held == np.bincount(ties.university[at], minlength=u.count)).all()
        paid = flow.get(("project", "firms", "universities"), 0.0)
        assert paid == u.income.sum() == world.record.series["project_money"][world.quarter]
        spent = sum(amount for (kind, _, _), amount in flow.items() if kind in ("rd", "project"))
        if not world.exits:
            assert spent == world.record.series["rd_real"][world.quarter]  # no yuan of R&D counted twice
        assert (u.taught <= u.known).all() and not u.cash.any()
        assert ((ties.left[ties.carrying()] > 0) & (ties.fee[ties.carrying()] > 0)).all()


def test_a_university_that_loses_a_payment_is_found(monkeypatch):
    world = worlds.build(quarters=4)
    plain = world.ledger._credit_rows

    def lose(kind, group, amount, rows):
        plain(kind, group, amount * (kind != "project"), rows)

    monkeypatch.setattr(world.ledger, "_credit_rows", lose)
    with pytest.raises(LedgerError):
        world.step()


def kill_without_release(world):
    at = world.ties.live()[0]
    world.firms.alive[world.ties.slot[at]] = False


def tie_twice(world):
    at = world.ties.live()[0]
    vacant = np.flatnonzero(world.ties.code == world.ties.free)[0]
    world.ties.code[vacant], world.ties.slot[vacant] = 0, world.ties.slot[at]


DAMAGE = {
    "ties of dead firms": kill_without_release,
    "pairs tied once": tie_twice,
    "ties begun and ended": lambda world: setattr(world.ties, "begun", world.ties.begun + 1),
    "ties of universities": lambda world: world.ties.held.__setitem__(0, -1),
    "projects opened and closed": lambda world: setattr(world.ties, "opened", world.ties.opened + 1),
    "project money": lambda world: setattr(world.universities, "paid", world.universities.paid + 1),
    "university cash": lambda world: world.universities.cash.__setitem__(0, 1.0),
    "knowledge beyond the pool": lambda world: world.universities.taught.__setitem__(0, 1e15),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_by_its_identity(name):
    world = worlds.run(steps=3)
    assert not links.imbalances(world)
    DAMAGE[name](world)
    assert name in links.imbalances(world)


def test_a_firm_that_cannot_pay_breaks_its_project_off():
    world = worlds.run(steps=2)
    ties, firms = world.ties, world.firms
    at = ties.carrying()
    ties.working = at
    firms.rd_real[:], firms.project_fee[:] = 0.0, 1.0
    before = ties.done[at].copy()
    projects.work(world)
    assert not len(ties.carrying()) and (ties.done[at] == before).all() and not world.universities.income.any()


def test_firms_look_after_their_contacts_in_their_own_quarter():
    world = worlds.run(LEVERS, steps=3)
    ties = world.ties
    at = ties.live()
    at = at[(ties.origin[at] == SEARCH) | (ties.origin[at] == INITIAL)]
    assert (at // ties.room == block_of(world.firms.identity[ties.slot[at]])).all()


def test_what_a_firm_finds_by_itself_does_not_depend_on_events():
    def found(policy):
        world = worlds.run(policy, steps=4, overrides={"university.event_projects": 0})
        at = world.ties.live()
        kept = at[world.ties.origin[at] == SEARCH]
        return set(zip(world.firms.identity[world.ties.slot[kept]].tolist(), world.ties.university[kept].tolist())), world

    (none, _), (some, world) = found(()), found({"university.events": {"events": 20, "appropriation": 1e8}})
    ties = world.ties
    events = ties.live()[ties.origin[ties.live()] == EVENT]
    met = set(zip(world.firms.identity[ties.slot[events]].tolist(), ties.university[events].tolist()))
    assert met and none >= some and none - some <= met  # only a pair that met before is not found


# -- levers and uncomfortable effects --------------------------------------------------------------------------------
PUSH = {"university.events": {"events": 40, "appropriation": 1e9}}


@cache
def pushed(*changes) -> World:
    return worlds.run(PUSH, quarters=16, overrides=dict(changes))


@cache
def plain(*changes) -> World:
    return worlds.run((), quarters=16, overrides=dict(changes))


def late(world, name) -> float:
    return float(world.record.series[name][-8:].mean())


def test_events_bring_ties_and_projects():
    assert late(pushed(), "ties") > 1.1 * late(plain(), "ties")
    assert late(pushed(), "projects_opened") > 1.1 * late(plain(), "projects_opened")
    assert late(pushed(), "matching_events") == 10 and not plain().record.series["event_ties"].any()


def test_when_all_is_ceremony_events_bring_ties_and_no_project():
    ceremony = (("university.ceremonial_share", 1.0), ("place.matching_events", 0))
    more, none = pushed(*ceremony), plain(*ceremony)
    assert late(more, "ties") > 1.1 * late(none, "ties")
    assert late(more, "projects_opened") <= 1.02 * late(none, "projects_opened")
    assert late(more, "ties_for_show") > 0 and not none.record.series["ties_for_show"].any()


def test_without_ceremony_no_tie_is_for_show():
    assert not pushed(("university.ceremonial_share", 0)).record.series["ties_for_show"].any()


def test_projects_that_replace_own_work_add_no_rd():
    replaced = pushed(("university.substitution", 1.0))
    assert not replaced.firms.project_extra.any() and (replaced.firms.project_fee > 0).any()
    extra = [pushed(("university.substitution", share)).firms.project_extra.sum() for share in (0.0, 0.5)]
    assert extra[0] > extra[1] > 0


def test_coordination_can_cost_more_than_is_learned():
    learned = [
        late(pushed(("university.coordination", cost)), "knowledge_from_ties") for cost in (0.0, 0.15, 1.0)
    ]
    assert learned[0] > learned[1] > 0 > learned[2]


def test_a_university_passes_on_no_more_than_its_limit():
    world = pushed(("university.transfer_limit", 1e-6))
    assert (world.universities.taught <= 1e-6 * world.universities.known + 1e-6).all()


def test_support_brings_projects_and_costs_money():
    terms = {"university.joint_projects": {"start": "2021Q1", "county_factor": 1, "appropriation": 1e9}}
    world = worlds.run(terms, quarters=16, overrides={"delivery.awareness": 1})
    assert late(world, "projects_opened") > 1.15 * late(plain(), "projects_opened")
    _, labels, paid = world.record.grouped["programme_paid"]
    assert paid[:, labels.index("university.joint_projects")].sum() > 0


def test_support_never_exceeds_the_cost_of_a_project():
    (programme,) = [CATALOGUE["university.joint_projects"](**worlds.numbers({"university.joint_projects": {}}).terms("university.joint_projects"))]
    world = worlds.run(steps=8)
    rows = np.flatnonzero(world.firms.project_offer > 0)
    promised = programme.prospect(world.firms, world.place, "joint_project", rows)
    assert len(rows) and (promised <= world.firms.project_offer[rows]).all()
    assert not promised[~world.place.urban[world.firms.district[rows]]].any()


def test_transfer_centres_tie_firms_of_their_district_only():
    world = worlds.run({"university.transfer_centres": {"centres": 200, "appropriation": 1e9}}, steps=8)
    at = world.ties.live()
    brought = world.ties.slot[at[world.ties.origin[at] == 3]]
    assert len(brought) and set(world.firms.district[brought].tolist()) == {world.place.districts.index("rugao")}


def test_spin_offs_come_with_a_tie_to_their_university():
    world = worlds.build(LEVERS, quarters=6, overrides={"place.spin_off_share": 0.4})
    seen = 0
    for _ in range(6):
        world.step()
        home = world.entered[world.firms.university[world.entered] >= 0]
        home = home[world.firms.alive[home]]
        assert world.ties.tied(world.firms.university[home], home).all()
        seen += len(home)
    assert seen > 3 and world.record.series["spin_offs"].sum() >= seen


def test_centres_and_knowledge_move_the_entry_of_spin_offs_and_of_nobody_else():
    world = worlds.run(steps=2, overrides={"place.spin_off_share": 0.5})
    rows = np.arange(world.cast.rows)
    founder, district = world.cast.university >= 0, world.cast.district == world.place.districts.index("rugao")
    world.rules.links.centres = 2 * world.numbers["place.transfer_centres"] + 1
    odds = links.spin_off_odds(world, rows)
    assert not odds[~founder].any() and (odds[founder & district] > 0.2).all()
    world.universities.knowledge *= 2
    assert (links.spin_off_odds(world, rows)[founder] > odds[founder] + 0.6).all()


def test_the_founders_of_a_seed_are_the_same_in_every_package():
    one, other = worlds.build("status_quo"), worlds.build("none")
    assert (one.cast.university == other.cast.university).all() and (one.cast.university >= 0).any()
    assert worlds.different(vars_of(one.ties), vars_of(other.ties)) == []


def vars_of(ties) -> dict[str, np.ndarray]:
    return {name: getattr(ties, name) for name in COLUMNS}


def test_an_institution_reads_its_own_numbers():
    world = worlds.run(steps=4)
    u = world.universities
    for actor in u.agents:
        assert actor.knowledge == u.knowledge[actor.number] and actor.graduates == u.graduates[actor.number]
        assert actor.name == u.names[actor.number] and actor.income == u.income[actor.number]
    assert sum(len(actor.partners) for actor in u.agents) == len(world.ties.live())


def test_graduates_and_distances_are_there_for_others():
    world = worlds.build(quarters=4)
    graduates = {name: world.numbers[f"place.university.{name}.graduates"] for name in world.universities.names}
    assert dict(zip(world.universities.names, world.universities.graduates)) == graduates
    assert world.universities.distance.shape == (len(world.place.districts), len(graduates))
    assert BLOCKS == 4 and world.record.micro["university_graduates"].sum() == sum(graduates.values())


def test_fewer_projects_than_usual_never_make_research_negative(monkeypatch):
    def owe(world, owe=projects.owe):
        owe(world)
        world.firms.project_extra[: world.firms.count] = -1e12

    monkeypatch.setattr(projects, "owe", owe)
    world = worlds.run("none", steps=2, quarters=2)
    assert (world.firms.rd_real[: world.firms.count] == 0).all() and (world.rd_plan == 0).all()
