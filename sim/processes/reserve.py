"""The reserve for certificates: young firms and projects are pre-reviewed and enter the pool in their first year."""

from __future__ import annotations

import numpy as np

from sim.population.columns import NEVER
from sim.population.reserve import YEAR, in_reserve


def fill(world) -> None:
    """Second quarter: the best of the newcomers, as the pre-review sees them; then, where a target counts, the others."""
    firms, p, n, coaching = world.firms, world.numbers, world.firms.count, world.rules.coaching
    if coaching.reserve <= 0:
        return
    alive = firms.alive[:n]
    room = int(coaching.reserve) - int(np.count_nonzero(alive & in_reserve(firms, slice(0, n))))
    new = alive & (world.quarter - firms.birth[:n].astype(np.int64) <= YEAR) & (firms.pool_since[:n] == NEVER)
    rows = np.flatnonzero(new & (firms.cert_year[:n] == 0))
    seen = firms.merit[rows] + p["reserve.noise"] * world.luck.normal("prescreen", rows)
    good = (firms.hightech[rows] >= p["hnte.min_hightech_share"]) & (seen >= coaching.prescreen)
    if not coaching.fill:
        rows, seen, good = rows[good], seen[good], good[good]
    rows = rows[np.lexsort((firms.lot[rows], -seen, ~good))[: max(room, 0)]]
    firms.pool_since[rows] = world.quarter
    firms.pan_tech[rows] = True
    # The county puts its reserve forward for the provincial library like any other pool firm.
    world.event("pool_entry", np.sort(rows))
