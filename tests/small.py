"""Small cities for the tests of the economics: Nantong cut down, with whatever a test does not ask about switched off."""

from types import SimpleNamespace

import numpy as np

from sim import observe
from sim.parameters import registry
from sim.parameters.registry import Numbers
from sim.processes import calendar
from sim.programmes import CATALOGUE
from sim.world import World

EVERYTHING = tuple(CATALOGUE)
NATIONAL = ("tax.incentives",)

# What grows with the number of firms: a city of half the size has half of each.
EXTENSIVE = (
    "place.hnte", "place.hnte_revenue", "place.scitech_sme", "place.pool", "place.pan_tech", "place.untiered",
    "place.enterprise_rd", "place.above_scale_revenue", "place.rd_org", "place.founders_per_quarter",
    "place.outside_projects_per_quarter", "place.risers_per_quarter", "place.fledgling_start", "place.gazelle_start",
    "place.unicorn_start", "place.city_opening_cash", "place.scitech_loans", "place.guaranteed_loans",
    "ladder.small_to_hnte.capacity", "ladder.small_to_hnte.appropriation", "award.hnte.appropriation",
    "award.library.appropriation", "award.keylab.appropriation", "policy30.appropriation", "loan.sukedai.quota",
    "loan.sukedai.appropriation", "loan.tongkedai.quota", "loan.tongkedai.appropriation", "loan.kechuangdai.quota",
    "loan.kechuangdai.appropriation", "guarantee.citycompany.capital", "guarantee.citycompany.appropriation",
    "hnte.reserve.places", "hnte.reserve.appropriation", "hnte.review.capacity", "hnte.review.appropriation",
    "growth.labels.appropriation",
    "delivery.review_capacity", "place.talent.foreign", "talent.jianghai.places", "talent.jianghai.appropriation",
    "talent.youth_grants.places", "talent.youth_grants.appropriation", "talent.permits.appropriation",
    "talent.permits.running_cost_year", "place.carrier.maker.count", "place.carrier.incubator.count",
    "place.carrier.accelerator.count", "place.carrier.park.count", "place.hub.shanghai.enclaves",
    "place.hub.shanghai.area", "enclave.incubator.expansion", "enclave.incubator.appropriation",
    "enclave.research.expansion", "enclave.research.appropriation", "enclave.manufacture.sites",
    "enclave.manufacture.appropriation",
    "carrier.incubators.appropriation", "carrier.chain.appropriation", "carrier.chain.running_cost_year",
    "place.joint_projects", "place.matching_events", "place.transfer_centres",
    "university.events.events", "university.events.appropriation", "university.transfer_centres.centres",
    "university.transfer_centres.appropriation", "university.joint_projects.appropriation",
    "place.private_equity", "place.public_equity", "fund.suketou.appropriation",
    "fund.of_funds.appropriation", "fund.angel.appropriation", "fund.haimen.appropriation",
    "fund.group.appropriation", "fund.incentive.appropriation", "fund.incentive.funds",
    "whitelist.risk_share.size", "whitelist.risk_share.appropriation", "loan.hnte_express.quota",
    "loan.inclusive.quota", "loan.inclusive.appropriation", "finance.bundle.quota", "finance.bundle.appropriation",
    "finance.visits.firms", "finance.visits.fair_cost", "finance.visits.appropriation",
    "finance.five_in_one.quota", "finance.five_in_one.capital", "finance.five_in_one.appropriation",
    "attraction.modes.appropriation", "attraction.recognition.target",
)  # fmt: skip
COUNTS = {"firms", "carriers", "persons", "projects", "firms/year", "files/quarter", "persons/year"}

NO_ENTRY = dict.fromkeys(
    ("place.founders_per_quarter", "place.outside_projects_per_quarter", "place.risers_per_quarter"), 0
)
# Nobody closes or moves; rich and steady firms do not fail either.
NO_EXIT = {
    "exit.other_causes": 0, "exit.relocation_rate": 0, "enclave.leaving": 0, "exit.grace": 12, "exit.trade_credit": 2,
    "credit.cash_target": 2, "credit.cash_sd": 0, "credit.surplus_payout": 0, "credit.borrower_share": 0,
    "place.arrears_share": 0, "place.margin_sd": 0, "sales.margin_luck": 0, "sales.margin_shock": 0, "tax.vat_rate": 0,
    **{f"place.tier.{tier}.margin": 0.2 for tier in ("untiered", "pan_tech", "scitech_sme", "cultivation", "hnte")},
}  # fmt: skip
STEADY_MARKET = {
    "economy.market_growth": 0.0, "economy.lockdown_loss": 0, "sales.displacement": False,
    **{f"place.sector.{name}.growth_gap": 0 for name in
       ("electronics", "equipment", "materials", "biomedicine", "traditional", "services")},
}  # fmt: skip
# Growth is luck alone: no reversion, no youth, no credit, no displacement, no productivity.
GIBRAT = STEADY_MARKET | {"sales.youth_growth": 0, "sales.credit_growth_effect": 0, "sales.risk_taking": 0}


def numbers(changes=None, size=1.0, draw=None, force=None) -> Numbers:
    """Numbers of a city of `size` times Nantong; `changes` as a scenario writes them, `force` even outside a range."""
    known = registry("nantong")
    scaled = {}
    for name in EXTENSIVE if size != 1 else ():
        value = size * known[name].default
        scaled[name] = max(round(value), 1) if known[name].unit in COUNTS else value
    found = known.resolve(scaled | dict(changes or {}), draw_seed=draw)
    return Numbers({**found, **force}) if force else found


def city(programmes=NATIONAL, changes=None, *, size=1.0, seed=1, quarters=8, draw=None, force=None) -> World:
    """A world at the end of 2020."""
    package = SimpleNamespace(name="test", programmes=tuple(programmes))
    return World(numbers(changes, size, draw, force), package, seed, quarters)


def run(world: World, quarters=None) -> World:
    """Step so many quarters, or to the horizon and close the record."""
    for _ in range(world.horizon - 1 - world.quarter if quarters is None else quarters):
        world.step()
    if world.quarter + 1 == world.horizon:
        observe.finish(world)
    return world


def only(world: World, *processes, quarters=1) -> World:
    """So many quarters in which nothing happens but these processes."""
    for _ in range(quarters):
        world._begin_quarter()
        calendar.turn_year(world)
        for process in processes:
            process(world)
        world.ledger.close()
    return world


def put(world: World, **columns) -> None:
    """Write columns of the incumbents by hand, fixed ones too."""
    for name, values in columns.items():
        column = getattr(world.firms, name)
        locked = not column.flags.writeable
        column.flags.writeable = True
        column[: world.firms.count] = values
        column.flags.writeable = not locked


def resize(world: World, quarterly) -> None:
    """Give the incumbents these sales a quarter, of which the local share stays in the city."""
    sales = np.rint(quarterly * np.ones(world.firms.count))
    put(world, sales=sales, sales_local=np.rint(sales * world.firms.local_share[: world.firms.count]))


def living(*worlds) -> np.ndarray:
    """Slots in which the same firm lives in all of these worlds."""
    n, first = min(world.firms.count for world in worlds), worlds[0].firms
    same = [world.firms.alive[:n] & (world.firms.identity[:n] == first.identity[:n]) for world in worlds]
    return np.flatnonzero(np.logical_and.reduce(same))
