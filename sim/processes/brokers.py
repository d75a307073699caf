"""Agents of science and technology services: they bring firms without a tie together with universities for a fee, and polish the
reports of their clients, for whom relabelling gets cheaper."""

from __future__ import annotations

import numpy as np

from sim.population.ties import SEARCH
from sim.processes.lessons import note
from sim.processes.links import choose, digits


def reach(agents, clients, firms) -> float:
    """Part of the firms that are somebody's client."""
    return min(agents * clients / max(firms, 1), 1.0)


def bring(world) -> None:
    """Untied firms of this quarter that reach out find a partner through an agent, and pay for it."""
    agents = world.rules.agents
    if agents is None:
        return
    firms, ties, p, n = world.firms, world.ties, world.numbers, world.firms.count
    rows = np.flatnonzero(firms.alive[:n] & (ties.turn[:n] == world.season) & (ties.bits[:n] == 0))
    rows = rows[(firms.outreach[rows] > 0) & (firms.cash[rows] > agents.fee)]
    weight = firms.outreach[rows]
    wanted = agents.count * p["brokers.contacts"] / 4 / max(float(weight.sum()), 1e-9)
    luck = world.luck.uniform("broker", rows)
    came = np.flatnonzero(luck < np.minimum(wanted * weight, 1.0))
    rows = rows[came]
    again = world.luck.uniform("broker_match", rows)
    university = choose(again, ties.cell[rows], world.usual_links.partners)
    # A good match starts as a tie with a project behind it.
    code = (digits(again) < agents.quality).astype(np.int64)
    world.ledger.from_firms("costs_local", np.full(len(rows), np.rint(agents.fee)), "households", rows)
    ties.add(world.season, university, rows, code, SEARCH)
    note(world, broker_ties=len(rows))


def polish(world, rows):
    """Factor on the cost of relabelling: less for clients of agents (rows,); 1.0 without any."""
    agents = world.rules.agents
    if agents is None:
        return 1.0
    firms, p = world.firms, world.numbers
    part = reach(agents.count, p["brokers.clients"], int(np.count_nonzero(firms.tier[: firms.count] > 0)))
    client = world.streams.sparse("client", 0, firms.identity[rows]) < part
    return np.where(client, 1 - p["brokers.polish"], 1.0)
