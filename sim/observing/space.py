"""Firms and R&D inside the belt. Only reads the world; nothing is read where no belt or corridor runs."""

from __future__ import annotations

import numpy as np

from sim.processes import belts


def quarter(world) -> None:
    """Write what the first quarter of the year shows; it stands for the year."""
    if not (world.rules.belt or world.rules.premises.sites):
        return
    firms, put, q, n = world.firms, world.record.series, world.quarter, world.firms.count
    if world.season and put["firms_belt"][q - 1]:
        put["firms_belt"][q], put["rd_belt"][q] = put["firms_belt"][q - 1], put["rd_belt"][q - 1]
        return
    inside = np.flatnonzero(belts.inside(world, slice(0, n)) & firms.alive[:n])
    put["firms_belt"][q] = len(inside)
    put["rd_belt"][q] = float(firms.rd_real[inside].sum()) / max(float(firms.rd_real[:n].sum()), 1.0)
