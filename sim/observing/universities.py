"""Ties, joint projects and what is learned from them, in the record of a run."""

from __future__ import annotations

import numpy as np

from sim.population.universities import REGIONS


def labels(world) -> dict[str, tuple[str, ...]]:
    """Names of the groups of this subject."""
    return {"university": world.universities.names, "region": REGIONS}


def start(world) -> None:
    """Stocks of the end of 2020, and room for the networks of every year."""
    record, place, count = world.record, world.place, world.universities.count
    years = (world.horizon + 3) // 4
    record.micro.update(
        ties_university_district=np.zeros((years, count, len(place.districts))),
        ties_university_sector=np.zeros((years, count, len(place.sectors))),
        shanghai_tie_share=np.full(years, np.nan), close_firms=np.full((years, len(place.districts)), np.nan),
        university_graduates=world.universities.graduates.copy(), university_distance=world.universities.distance.copy(),
    )  # fmt: skip
    hosts = np.flatnonzero(world.universities.hosts("shanghai")).astype(np.uint64)
    world.shanghai = np.bitwise_or.reduce(np.left_shift(np.uint64(1), hosts))  # their bits in `ties.bits`
    record.initial.update(_stocks(world))
    record.initial.update(shanghai_tie_share_2020=_shanghai(world))


def quarter(world) -> None:
    """The quarter that ends."""
    q, record, u = world.quarter, world.record, world.universities
    for name, value in _stocks(world).items():
        record.series[name][q] = value
    record.grouped["ties_by_university"][2][q] = world.ties.held
    record.grouped["projects_by_region"][2][q] = np.bincount(u.region, world.opened_by_university, len(REGIONS))
    if world.season == 3:
        _networks(world, q // 4)


def _stocks(world) -> dict[str, float]:
    ties = world.ties
    return {
        "ties": float(np.count_nonzero(ties.code != ties.free)),
        "ties_for_show": float(np.count_nonzero(ties.code == ties.show)),
        "tied_firms": float(np.count_nonzero(ties.bits[: world.firms.count])),
        "projects_active": float(np.count_nonzero(ties.code == ties.busy)),
    }


def _networks(world, year: int) -> None:
    firms, ties, micro, place = world.firms, world.ties, world.record.micro, world.place
    at, count = ties.live(), world.universities.count
    slot, shape = ties.slot.take(at), (count, len(place.districts), len(place.sectors))
    cell = ties.university.take(at) * (shape[1] * shape[2]) + ties.cell.take(slot)
    pairs = np.bincount(cell, minlength=np.prod(shape)).reshape(shape)
    micro["ties_university_district"][year] = pairs.sum(axis=2)
    micro["ties_university_sector"][year] = pairs.sum(axis=1)
    micro["shanghai_tie_share"][year] = _shanghai(world)
    # Close: a project under way or done before, not a contact alone.
    close = np.zeros(firms.count, bool)
    close[slot[(ties.code.take(at) == ties.busy) | (ties.done.take(at) > 0)]] = True
    micro["close_firms"][year] = np.bincount(firms.district[: firms.count][close], minlength=len(place.districts))


def _shanghai(world) -> float:
    """Share of above-scale industrial firms with a tie to Shanghai."""
    firms, n = world.firms, world.firms.count
    rows = firms.alive[:n] & world.place.manufacturing[firms.sector[:n]]
    rows &= np.maximum(firms.sales_1[:n], 0) >= world.numbers["rd.scale_threshold"]
    rows = np.flatnonzero(rows)
    return float((world.ties.bits[rows] & world.shanghai > 0).mean()) if len(rows) else np.nan
