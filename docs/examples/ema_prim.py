"""When does the status quo add few certified firms? EMA Workbench 3 drives `sim.study`; PRIM finds the box."""

from ema_workbench import Model, RealParameter, ScalarOutcome, SequentialEvaluator
from ema_workbench.analysis import prim

import sim


def effect(seeds=2, quarters=24, **numbers):
    named = {name.replace("__", "."): value for name, value in numbers.items()}
    results = sim.study("nantong", ["status_quo", "none"], seeds, quarters, workers=1, overrides=named)
    return {"certified": float(results.effect("hnte_stock", against="none", over="end").mean().sel(scenario="status_quo"))}


def main(n=100, **fixed):
    model = Model("innosim", function=lambda **numbers: effect(**fixed, **numbers))
    model.uncertainties = [RealParameter("award__hnte__amount", 100_000, 900_000), RealParameter("credit__rate_cap", 0.05, 0.1)]
    model.outcomes = [ScalarOutcome("certified")]
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(n)
    few = outcomes["certified"] < sorted(outcomes["certified"])[n // 4]
    return experiments, outcomes, prim.Prim(experiments, few).find_box()


if __name__ == "__main__":
    main()[2].inspect()
