"""What offices of districts spend their effort on, and how the zones stand in the province. Only reads the world."""

from __future__ import annotations

from sim.processes.scoring import TASKS


def quarter(world) -> None:
    """Write the quarter."""
    state, q, put = world.scores, world.quarter, world.record.series
    effort = state.usual if state.effort is None else state.share @ state.effort
    for name, value in zip(TASKS, effort):
        put[f"office_{name}"][q] = value
    for name, ranking in (("zone_rank", state.ranking), ("city_rank", state.city), ("plan_rank", state.plan)):
        if ranking.rank is not None:
            put[name][q] = float(ranking.rank.mean())
