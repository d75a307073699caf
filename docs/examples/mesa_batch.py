"""Mesa's own batch runner over policies and seeds; `sim.Ecosystem` is an ordinary Mesa model."""

import mesa
import pandas as pd

import sim


def main(quarters=24, seeds=(1, 2, 3, 4)):
    parameters = {"policy": ["status_quo", "none"], "quarters": quarters, "award__hnte__amount": [300_000, 600_000]}
    rows = mesa.batch_run(sim.Ecosystem, parameters, rng=list(seeds), max_steps=quarters, display_progress=False)
    return pd.DataFrame(rows).groupby(["policy", "award__hnte__amount"])["hnte_stock"].mean()


if __name__ == "__main__":
    print(main())
