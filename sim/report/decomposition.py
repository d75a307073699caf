"""A package taken apart (`study=decompose`): what each programme gives, with intervals over paired worlds.

`taken(reading)` for figure, page and tables; every quantity is the package less the same package without the programme.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.analysis import decompose
from sim.analysis.decompose import COMMON, Judged
from sim.metrics import METRICS
from sim.report.reading import Reading
from sim.report.spread import Spread, each, ratio

COSTS = ("public_cost_city", "public_cost_all")
NETS = {"net_city": ("tax_city", "public_cost_city"), "net_all": ("tax_all_governments", "public_cost_all")}
BURDENS = ("npl_ratio", "exits", "rd_relabelled", "misused_grants")
GROUPS = ("gains", "money", "counts")
OF_RECIPIENTS = ("certificates", "persons")  # told from who got money

@dataclass(frozen=True)
class Part:
    """A programme (None: all together): `gains` by metric (flows a year), `money` by name (RMB a year), `counts` by name
    (over the horizon) and (mean, low, high) of cost per unit of the first outcome; None where a ratio has no meaning."""

    programme: str | None
    scenario: str
    worlds: int
    judged: tuple[Judged, ...]
    gains: dict[str, Spread]
    money: dict[str, Spread]
    kind: str
    counts: dict[str, Spread]
    anyway: tuple[float, float, float] | None
    per_unit: tuple[float, float, float] | None

    def verdict(self) -> str:
        """What the first outcome says of the sign that the register expects."""
        first = self.judged[0]
        x = self.gains[first.outcome]
        return decompose.as_expected(x.mean, x.decided, first.sign)


@dataclass(frozen=True)
class Taken:
    """`parts` by programme in the order of the catalogue, `whole` for all together, and for each of `COMMON` and the costs
    (sum of the single effects, all less that sum)."""

    package: str
    parts: tuple[Part, ...]
    whole: Part
    together: dict[str, tuple[Spread, Spread]]


def taken(r: Reading) -> Taken | None:
    """None for a study that takes no package apart, or has no pair of worlds for it."""
    about = r.results.left_out if hasattr(r.results, "left_out") else None
    if not about or not r.done(about["package"]):
        return None
    return r.once(_taken)


def _taken(r: Reading) -> Taken:
    about = r.results.left_out
    package = about["package"]
    done = {programme: s for programme, s in about["without"].items() if r.done(s)}
    raw = [_raw(r, package, programme, s) for programme, s in (*done.items(), (None, about["off"]))]
    sums = {m: decompose.interaction(raw[-1]["gains"][m], [one["gains"][m] for one in raw[:-1]]) for m in (*COMMON, *COSTS)}
    # All spreads at once: named arrays cost the same for one as for hundreds.
    flat = [x for one in raw for group in GROUPS for x in one[group].values()] + [x for pair in sums.values() for x in pair]
    spreads = iter(each(flat, r.crossing))
    parts = [_part(r, one, {group: {name: next(spreads) for name in one[group]} for group in GROUPS}) for one in raw]
    return Taken(package, tuple(parts[:-1]), parts[-1], {m: (next(spreads), next(spreads)) for m in sums})


def _raw(r: Reading, package: str, programme: str | None, without: str) -> dict:
    """Differences (worlds,) of the package less the package without the programme: gains, money, counts."""
    years = len(r.quarters) / 4
    judged = tuple(x for x in decompose.judged(programme) if r.has(x.outcome)) if programme else ()

    def gain(metric: str) -> np.ndarray:
        return r.whole(metric, r.difference(metric, package, without))

    def total(metric: str) -> np.ndarray:
        return r.difference(metric, package, without).sum(axis=1)

    pair = _columns(r, package, without)
    kind = decompose.thing(programme)
    things = decompose.things(kind, pair, total)
    paid = _paid(r, package, programme)
    received = np.nan_to_num(pair("received_recipients")) / years + np.nan_to_num(pair("talent_paid")) / years
    known = 1.0 if decompose.own(paid, received) else np.nan
    told = known if kind in OF_RECIPIENTS else 1.0
    wanted = dict.fromkeys((*COMMON, *COSTS, *(x.outcome for x in judged)))
    return {
        "programme": programme, "scenario": without, "judged": judged, "kind": kind, "years": years,
        "gains": {metric: gain(metric) for metric in wanted},
        "money": {"paid": paid, "own_rd": known * pair("rd_total_recipients") / years, "others_rd": known * pair("rd_total_others") / years,
                  "invested_outside": gain("equity_invested_outside"),
                  **{name: gain(tax) - gain(cost) for name, (tax, cost) in NETS.items()}},
        "counts": {name: told * getattr(things, name) for name in ("paid", "anyway", "additional", "displaced", "gone")},
    }  # fmt: skip


def _part(r: Reading, raw: dict, spreads: dict[str, dict[str, Spread]]) -> Part:
    counts = raw["counts"]
    return Part(
        raw["programme"], raw["scenario"], int(np.isfinite(raw["gains"][COMMON[0]]).sum()), raw["judged"], spreads["gains"],
        spreads["money"], raw["kind"], spreads["counts"], _share(counts["anyway"], counts["paid"], r.crossing), _per_unit(r, raw),
    )  # fmt: skip


def _paid(r: Reading, package: str, programme: str | None) -> np.ndarray:
    """What the programme (None: all) pays to firms and persons in the package, by its own books: RMB a year, (worlds,)."""
    books, names = r.values("programme_paid")[r.at(package)], r.groups("programme_paid")
    mine = books if programme is None else books[..., [names.index(programme)] if programme in names else []]
    return mine.sum(axis=(1, 2)) * 4 / len(r.quarters)


def _columns(r: Reading, package: str, without: str) -> Callable[[str], np.ndarray]:
    """Column of the firm-by-firm comparison → (worlds,) in the order of the study; NaN where there is none."""
    pairs, seeds = r.paired, list(r.data["seed"].values)
    rows = pairs[(pairs["scenario"] == package) & (pairs["against"] == without)]
    at = [seeds.index(seed) for seed in rows["seed"]]

    def column(name: str) -> np.ndarray:
        values = np.full(len(seeds), np.nan)
        if name in rows:
            values[at] = rows[name].to_numpy(float)
        return values

    return column


def _share(part, whole, crossing) -> tuple[float, float, float] | None:
    """Part of the whole; None where there is hardly a whole."""
    return ratio(part, whole, crossing) if np.nanmean(np.append(whole, 0.0)) >= 1 else None


def _per_unit(r: Reading, raw: dict) -> tuple[float, float, float] | None:
    """All governments' cost over the horizon for one more unit (a point of an index or share) of the first outcome.

    One less of a burden; none for a programme of which more of a burden is expected: that is no aim."""
    first, gains = raw["judged"][0] if raw["judged"] else None, raw["gains"]
    if first is None or (first.outcome in BURDENS and first.sign != "-"):
        return None
    about = METRICS[first.outcome]
    size = (raw["years"] if about.annual == "sum" else 1.0) / (0.01 if about.unit in ("index", "share") else 1.0)
    units = gains[first.outcome] * size * (-1.0 if first.outcome in BURDENS else 1.0)
    if not np.nanmean(np.append(units, 0.0)) > 0:  # a price of less than nothing is none
        return None
    return ratio(gains["public_cost_all"] * raw["years"], units, r.crossing)
