"""Firms and R&D inside the belt. Only reads the world; nothing is read where no belt or corridor runs."""

from __future__ import annotations

import numpy as np

from sim.processes import belts


def quarter(world) -> None:
    """Write the quarter."""
    if not (world.rules.belt or world.rules.premises.sites):
        return
    firms, put, q = world.firms, world.record.series, world.quarter
    n = firms.count
    inside = belts.inside(world, slice(0, n)) & firms.alive[:n]
    put["firms_belt"][q] = np.count_nonzero(inside)
    put["rd_belt"][q] = float(firms.rd_real[np.flatnonzero(inside)].sum())
