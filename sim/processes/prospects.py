"""What offices, reviewers and funds see of outside projects: lasting views with errors of their own, in standard deviations."""

from __future__ import annotations

import numpy as np

from sim.laws import NORMAL
from sim.population.place import column

KEYS = 8  # more than there are ways to look at projects: luck is hashed of (project, way)
OWN, FUND, REVIEW = 7, 6, 5  # keys of what offices see of interest, of a fund's view, of the review
CLOSED = -2.0  # sd: a fund's view of who takes no outside owners


def blend(truth, noise, sight):
    """What is seen of a standard normal quality (rows,): correlation `sight` with it, unit variance."""
    return sight * truth + np.sqrt(1 - sight**2) * noise


def noise(world, key, rows=slice(None)):
    """Lasting standard normal error of one way to look at projects (rows,)."""
    return NORMAL.of(world.luck.streams.sparse("lead", 0, KEYS * world.cast.identity[rows] + key))


def view(world, name) -> np.ndarray:
    """A lasting view of all projects of the cast (cast.rows,), built when first asked: standard normal or nearly so for
    outside projects, by the laws they are drawn from, so that it does not depend on who else is in the cast."""
    views = world.attraction.views
    if name not in views:
        if isinstance(name, int):
            views[name] = noise(world, name)  # of one way to look, which looks again at who passed by
        elif isinstance(name, tuple):
            views[name] = _criteria(world, name)
        else:
            views[name] = VIEWS[name](world, world.cast, world.numbers)
    return views[name]


def _growth(world, cast, p):
    """Growth to come: productivity beyond what the size stands for, which sales will follow."""
    response = p["sales.response_to_productivity"]
    slope = p["sales.mean_reversion"] / response if response else 0.0
    usual = slope * (np.log(np.maximum(cast.sales_1, 1.0)) - cast.size_anchor)
    return (cast.productivity - usual) / max(p["population.productivity_noise"], 1e-9)


def _depth(world, cast, p):
    """R&D against the usual of a sci-tech SME."""
    usual, sd = p["place.tier.scitech_sme.rd_intensity"], p["place.tier.scitech_sme.rd_intensity_sd"]
    return np.log(np.maximum(cast.desired_intensity, 1e-6) / usual) / max(sd, 1e-9)


def _size(world, cast, p):
    """Sales against those of the usual outside project."""
    usual = p["population.outside_size"] * p["entry.sales_median"]
    return np.log(np.maximum(cast.sales_1, 1.0) / usual) / max(p["entry.sales_sd"], 1e-9)


def _quality(world, cast, p):
    """What makes a firm good later: growth, R&D, merit and a low hazard, in equal parts."""
    low_hazard = np.sqrt(p["exit.frailty_shape"]) * (1 - cast.frailty)
    return (view(world, "growth") + view(world, "depth") + cast.merit + low_hazard) / 2


def _fund(world, cast, p):
    """What a private fund sees; owners who take no partners never show a fund's interest."""
    seen = blend(view(world, "quality"), noise(world, FUND), p["attraction.sight.funds"])
    return np.where(cast.openness < p["equity.willing"], seen, CLOSED)


def _share(values, least, mean, concentration):
    """A share above a floor, whose excess is Beta with this mean and concentration, in standard deviations."""
    sd = (1 - least) * np.sqrt(mean * (1 - mean) / (concentration + 1))
    return (values - least - (1 - least) * mean) / max(sd, 1e-9)


def _criteria(world, weights):
    """The four criteria of a screen: high-tech share and R&D staff as they are, growth as reviewers see it, a fund's view."""
    cast, p = world.cast, world.numbers
    mean = column(p, "sector", world.place.sectors, "hightech_share").mean()
    tech = _share(cast.hightech, p["hnte.min_hightech_share"], mean, p["population.hightech_concentration"])
    staff = _share(
        cast.rd_staff, p["hnte.min_staff_share"], p["population.rd_staff_mean"], p["population.rd_staff_concentration"]
    )
    growth = blend(view(world, "growth"), noise(world, REVIEW), p["attraction.review_sight"])
    return sum(weight * seen for weight, seen in zip(weights, (tech, staff, growth, view(world, "fund"))))


VIEWS = {
    "growth": _growth,
    "depth": _depth,
    "size": _size,
    "quality": _quality,
    "fund": _fund,
    # How near the city comes to what the project has elsewhere, and what offices see of that.
    "interest": lambda world, cast, p: NORMAL.of(1 - cast.outside_option),
    "interest seen": lambda world, cast, p: blend(view(world, "interest"), noise(world, OWN), p["attraction.insight"]),
    "review": lambda world, cast, p: blend(view(world, "quality"), noise(world, REVIEW), p["attraction.review_sight"]),
}
