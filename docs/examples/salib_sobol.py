"""Which number moves the effect of an award push? Sobol indices by SALib over a study with a list of draws."""

import numpy as np
from SALib.analyze import sobol as indices
from SALib.sample import sobol

import sim

RANGES = {"credit.rate_cap": [0.05, 0.1], "award.hnte.amount": [200_000, 700_000], "exit.other_causes": [0.005, 0.03]}


def main(n=64, seeds=4, quarters=24, **options):
    problem = {"num_vars": len(RANGES), "names": list(RANGES), "bounds": list(RANGES.values())}
    points = sobol.sample(problem, n, calc_second_order=False, seed=1)
    vary = {name: column.tolist() for name, column in zip(RANGES, points.T)}
    results = sim.study("nantong", ["status_quo", "none"], seeds, quarters, method="list", vary=vary, **options)
    effect = results.effect("hnte_stock", against="none", over="end").by_draw().sel(scenario="status_quo").mean("luck")
    return indices.analyze(problem, np.asarray(effect), calc_second_order=False, seed=1)


if __name__ == "__main__":
    print(main().to_df())
