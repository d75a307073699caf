"""Outside projects that offices brought: counts of the quarter and what the projects are now. Only reads the world."""

from __future__ import annotations

FLOWS = {"attract_leads": "leads", "attract_landed": "landed", "attract_anyway": "anyway", "attract_recognised": "recognised",
         "attract_shells": "shells", "attract_left": "left", "attract_clawback_due": "due",
         "attract_clawback_paid": "paid_back", "attract_pressure": "pressure"}  # fmt: skip


def start(world) -> None:
    """Nobody has come yet."""
    world.record.initial.update(attract_firms=0.0, attract_rd=0.0)


def quarter(world) -> None:
    """Write the quarter."""
    state, firms, q, put = world.attraction, world.firms, world.quarter, world.record.series
    for name, flow in FLOWS.items():
        put[name][q] = state.flows[flow]
    brought = state.flows["landed"] + state.flows["shells"]
    # In a quarter in which nobody came it is that of the last who did; an average project has 0.
    last = put["attract_quality"][q - 1] if q else 0.0
    put["attract_quality"][q] = state.flows["quality_sum"] / brought if brought else last
    if state.members.shape[1]:
        slots, identity = state.members
        here = slots[firms.alive[slots] & (firms.identity[slots] == identity)]
        put["attract_firms"][q] = len(here)
        put["attract_rd"][q] = float(firms.rd_real[here].sum())
    put["attract_rewards"][q] = world.ledger.total("landing_reward") + world.ledger.total("commission")
