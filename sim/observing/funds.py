"""Funds: pledges, calls, stakes and returns of a quarter, and what a run remembers of them. Only reads the world."""

from __future__ import annotations

import numpy as np

from sim.institutions.funds import MULTIPLES
from sim.processes.stakes import MEETING, MOTHER, PRIVATE, PUBLIC

AGES = 80  # quarters of a fund's life that the J-curve can show
GROUPS = (PRIVATE, PUBLIC)  # rows of the J-curve


def stocks(world) -> dict[str, float]:
    """What is known at the end of any quarter and at the start."""
    funds, firms, n = world.funds, world.firms, world.firms.count
    mine = funds.opened & (funds.kind != MOTHER)
    of_programmes = funds.opened & (funds.kind == PUBLIC)
    called = float((funds.called_public + funds.called_private)[of_programmes].sum())
    back = float((funds.to_public + funds.to_private)[of_programmes].sum())
    nav = float(funds.nav[of_programmes].sum())
    raised = of_programmes & (funds.public < 1)
    sold = float(funds.realised.sum())
    return {
        "fund_pledged": float((funds.pledged_public + funds.pledged_private)[mine].sum()),
        "fund_uncalled": float((funds.uncalled_public + funds.uncalled_private)[mine].sum()),
        "fund_nav": float(funds.nav.sum()),
        "fund_public_nav": float(sum(agency.worth for agency in world.fund_agencies)),
        "fund_dpi": back / called if called else 0.0,
        "fund_tvpi": (back + nav) / called if called else 0.0,
        "fund_raised_share": _ratio(funds.pledged_public + funds.pledged_private, funds.target, raised),
        "firms_backed": float(np.count_nonzero(firms.backed[:n])),
        "deals_below_cost": float(funds.realised[MULTIPLES[:-1] < 1].sum()) / sold if sold else 0.0,
    }


def _ratio(over, under, rows) -> float:
    total = float(under[rows].sum())
    return float(over[rows].sum()) / total if total else 0.0


FLOWS = {"equity_deals": "deals", "equity_invested": "invested", "equity_invested_public": "invested_public",
         "equity_invested_outside": "invested_outside", "equity_coinvested": "coinvested", "equity_crowded_out": "moved",
         "fund_called": "called", "fund_distributed": "distributed", "fund_fees": "fees", "fund_carry": "carried",
         "equity_exits": "exits", "equity_bought_back": "bought_back", "fund_public_outlay": "called_public",
         "fund_public_returned": "returned_public"}  # fmt: skip
REBATES = {"equity_rebates": "rebates", "equity_rebates_anyway": "anyway", "equity_loss_cover": "cover"}


def start(world) -> None:
    """Sums of the J-curve: net cash of partners and pledges, by kind of fund and age; funds of the run only."""
    world.record.micro["fund_jcurve"] = np.full((len(GROUPS), AGES), np.nan)
    world.fund_curve = np.zeros((2, len(GROUPS), AGES))
    world.record.initial.update(stocks(world))


def quarter(world, put) -> None:
    """Write the quarter's metrics."""
    funds, q = world.funds, world.quarter
    for name, value in stocks(world).items():
        put[name][q] = value
    for name, flow in FLOWS.items():
        put[name][q] = funds.flows[flow]
    for name, flow in REBATES.items():
        put[name][q] = world.rebates.flows[flow]
    put["equity_rescued"][q] = world.group.rescued * (world.season % MEETING == 0)
    put["fund_public_net_cost"][q] = sum(agency.net_cost() for agency in world.fund_agencies)
    age = q - funds.opens
    net = funds.to_public + funds.to_private - funds.called_public - funds.called_private
    pledged = funds.pledged_public + funds.pledged_private - funds.moved
    for group, kind in enumerate(GROUPS):
        rows = np.flatnonzero(funds.opened & (funds.kind == kind) & (funds.opens >= 0) & (age < AGES))
        for k, values in enumerate((net, pledged)):
            world.fund_curve[k, group] += np.bincount(age[rows], values[rows], AGES)


def finish(world) -> None:
    """Realised multiples, routes, tail and J-curve of the run."""
    funds, micro = world.funds, world.record.micro
    net, pledged = world.fund_curve
    micro["fund_jcurve"] = np.divide(net, pledged, out=np.full(net.shape, np.nan), where=pledged > 0)
    micro["deal_multiples"], micro["deal_routes"] = funds.realised, funds.routes
    micro["deal_holding"] = np.array([funds.held_quarters / max(funds.held_stakes, 1) / 4])
    tail = funds.largest[funds.largest >= 2]
    micro["deal_tail"] = np.array([1 / np.log(tail / 2).mean() if len(tail) >= 5 else np.nan])
