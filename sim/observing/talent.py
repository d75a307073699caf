"""Reading the talent of a world: stocks, flows by place, the market, grants, and what became of every person."""

from __future__ import annotations

import numpy as np

from sim.population.people import KINDS


def labels(world) -> dict[str, tuple[str, ...]]:
    """Names along the dims of the grouped metrics."""
    return {"talent_kind": KINDS, "talent_place": ("local", *world.labour.hubs, "abroad")}


def stocks(world) -> dict[str, float]:
    """Stocks and rates that have a value at the start too."""
    labour, firms, people = world.labour, world.firms, world.talent
    stock = float(labour.stock.sum())
    employed = float(firms.st_staff[: firms.count].sum())
    return {
        "talent_stock": stock,
        "talent_employed": employed,
        "talent_searching": stock - employed,
        "talent_vacancy_rate": labour.vacancies / max(labour.vacancies + employed, 1.0),
        "talent_wage": float(np.exp(labour.wage)),
        "talent_founders_stock": float(np.exp(labour.founder_gap)),
        "talent_subsidised": float(np.count_nonzero(people.subsidy_end[people.granted] > world.quarter)),
    }


def quarter(world) -> None:
    """Write the metrics of the quarter that ends."""
    labour, series, grouped, q = world.labour, world.record.series, world.record.grouped, world.quarter
    for name, value in stocks(world).items():
        series[name][q] = value
    series["talent_arrivals"][q], series["talent_leavings"][q] = labour.arrived.sum(), labour.left.sum()
    series["talent_fill_rate"][q] = labour.fill_rate
    series["talent_founders"][q] = labour.founders
    series["talent_grants"][q] = world.ledger.total("talent_grant")
    series["talent_subsidy_over"][q] = labour.subsidy_over
    series["talent_left_after_subsidy"][q] = labour.left_after_subsidy
    series["talent_beyond_reach"][q] = labour.beyond_reach
    grouped["talent_by_kind"][2][q] = labour.stock
    grouped["talent_arrivals_from"][2][q] = labour.arrived_from
    grouped["talent_leavings_to"][2][q] = labour.left_to


def fates(world) -> dict[str, np.ndarray]:
    """What every person became, by identity, for the comparison with the twin."""
    people = world.talent
    stays = np.zeros(len(people.came), bool)
    stays[people.identity[: people.count][people.alive()]] = True
    return {"talent_came": people.came, "talent_stays": stays, "talent_paid": people.paid}
