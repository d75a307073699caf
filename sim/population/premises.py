"""Maker spaces, incubators, accelerators, parks and enclave incubators as a table of arrays: where they are, how large,
what they cost, who owns them. Who sits in them stands in the firm columns `carrier`, `hub`, `space`, `tenant_since`."""

from __future__ import annotations

import numpy as np

from sim.bands import band
from sim.population.columns import NEVER
from sim.population.initial import OUTSIDE
from sim.population.place import EARTH_RADIUS, column, keys

KINDS = ("maker", "incubator", "accelerator", "park", "enclave")
MAKER, INCUBATOR, ACCELERATOR, PARK, ENCLAVE = range(len(KINDS))
FLOWS = (
    "admissions", "graduations", "expired", "handoffs", "handoff_failed", "moved_out", "enclave_admitted",
    "enclave_landed", "enclave_left", "enclave_returned", "clawback_due", "clawback_paid", "clawback_lapsed",
    "operator_deficit", "sold", "sale_money", "priced_out", "institute_seats",
)  # fmt: skip


def largest_remainder(total: int, shares: np.ndarray, least: int = 0) -> np.ndarray:
    """Whole parts of a total by shares, each at least `least` as far as the total goes."""
    parts = np.full(len(shares), least if least * len(shares) <= total else 0)
    exact = shares / shares.sum() * (total - parts.sum())
    parts += np.floor(exact).astype(int)
    order = np.argsort(-(exact - np.floor(exact)), kind="stable")
    parts[order[: total - parts.sum()]] += 1
    return parts


def patience(luck, yearly):
    """Quarters until something that happens with this chance a year (rows,): geometric, `luck` standard exponential.

    The chance that it has happened by quarter t is 1 − (1 − h)^(t/4).
    """
    if yearly <= 0:
        return np.full(len(luck), np.inf)
    return np.ceil(4 * luck / -np.log1p(-min(yearly, 1 - 1e-12)))


def distances(numbers, place_names, hubs) -> np.ndarray:
    """Mean distance of each hub from the districts of the place, km (hubs,)."""
    def radians(group, names, field):
        return np.radians(column(numbers, group, names, field).astype(float))

    north, east = radians("district", place_names, "latitude"), radians("district", place_names, "longitude")
    lat, lon = radians("hub", hubs, "latitude")[:, None], radians("hub", hubs, "longitude")[:, None]
    half = np.sin((lat - north) / 2) ** 2 + np.cos(lat) * np.cos(north) * np.sin((lon - east) / 2) ** 2
    return (2 * EARTH_RADIUS * np.arcsin(np.sqrt(half))).mean(axis=1)


class Traits:
    """Luck of firms with carriers, by identity and the same in every package: each decision falls once in a life."""

    def __init__(self, numbers, draw, firms, cast):
        rows = firms.count + cast.rows
        for name in ("maker_wish", "carrier_wish", "enclave_wish", "handed", "lands"):
            setattr(self, name, draw(f"carrier {name}").random(rows))  # ranks, uniform
        self.pitch = draw("carrier pitch").standard_normal(rows)  # how a project looks beyond its merit
        luck = draw("carrier patience").standard_exponential(rows)
        self.patience = patience(luck, numbers["carrier.move_out"])  # tenure at which a tenant leaves early, quarters
        # Year, counted from 2021, in which a certified firm would send its R&D to a hub.
        luck = draw("carrier research").standard_exponential(rows)
        self.sends_research = (patience(luck, numbers["enclave.local_rate"]) - 1) // 4
        self.seeks_age = (draw("carrier seeks").random(rows) * (int(numbers["carrier.seek_within"]) + 1)).astype("i2")
        # Hub that an outside project is in; -1 = elsewhere, or of the city.
        edges = np.cumsum(column(numbers, "hub", keys(numbers, "hub"), "project_share").astype(float))
        found = band(draw("carrier hub").random(rows), edges).astype(np.int64)
        outside = np.concatenate([np.zeros(firms.count, bool), cast.kind == OUTSIDE])
        self.hub_home = np.where(outside & (found < len(edges)), found, -1).astype("i2")


class Premises:
    """One row a carrier, ordered by kind. Space in m², in maker spaces in desks; rents in RMB a unit and quarter."""

    def __init__(self, numbers, place, streams, firms, cast):
        p, draw = numbers, streams.trait
        self.traits = Traits(numbers, draw, firms, cast)
        self.hubs = keys(p, "hub")
        self.hub_distance = distances(p, place.districts, self.hubs)
        self.hub_rd, self.hub_wage = (column(p, "hub", self.hubs, x).astype(float) for x in ("rd", "wage"))
        local = KINDS[:ENCLAVE]
        counts = [int(p[f"place.carrier.{kind}.count"]) for kind in local]
        shares = column(p, "district", place.districts, "firm_share").astype(float)
        # The documents say that every district has its carriers.
        districts = [np.repeat(np.arange(len(shares)), largest_remainder(n, shares, 1)) for n in counts]
        # The enclaves of the start, and one row a hub for those that may open later.
        enclaves = column(p, "hub", self.hubs, "enclaves").astype(int)
        hub = np.concatenate([np.repeat(np.arange(len(self.hubs)), enclaves), np.arange(len(self.hubs))])
        self.kind = np.repeat(np.arange(len(KINDS)), [*counts, len(hub)])
        self.rows = len(self.kind)
        self.district = np.concatenate([*districts, np.full(len(hub), -1)])
        self.hub = np.concatenate([np.full(sum(counts), -1), hub])
        self.later = (self.kind == ENCLAVE) & (np.arange(self.rows) >= self.rows - len(self.hubs))
        enclave = self.kind == ENCLAVE
        special = (draw("carrier sector").random(self.rows) < p["carrier.specialised_share"]) & (self.kind == INCUBATOR)
        weight = column(p, "sector", place.sectors, "hnte_share").astype(float)
        pick = np.searchsorted(np.cumsum(weight / weight.sum()), draw("carrier speciality").random(self.rows))
        self.sector = np.where(special, np.minimum(pick, len(weight) - 1), -1)
        self.public = enclave | (draw("carrier owner").random(self.rows) < p["carrier.public_share"])
        spread = p["carrier.quality_spread"]
        self.quality = np.exp(spread * draw("carrier quality").standard_normal(self.rows) - spread**2 / 2)
        spread = p["carrier.size_spread"]
        size = np.exp(spread * draw("carrier size").standard_normal(self.rows) - spread**2 / 2)
        mean = np.array([*(p[f"place.carrier.{kind}.size"] for kind in local), 0.0])
        area = column(p, "hub", self.hubs, "area").astype(float) / np.maximum(enclaves, 1)
        self.base = np.rint(np.where(enclave, np.where(self.later, 0.0, area[self.hub]), mean[self.kind] * size))
        # National incubators are the large ones.
        incubators = np.flatnonzero(self.kind == INCUBATOR)
        national = np.argsort(-self.base[incubators], kind="stable")[: round(p["place.carrier.incubator.national"] * len(incubators))]
        self.quality[incubators[national]] *= p["carrier.national_quality"]
        rent = np.array([*(p[f"place.carrier.{kind}.rent"] for kind in local), 0.0])
        hub_rent = column(p, "hub", self.hubs, "rent").astype(float)
        self.rent = 3 * np.where(enclave, hub_rent[self.hub], rent[self.kind])
        cost = np.where(self.kind == MAKER, p["carrier.desk_cost"], p["carrier.running_cost"]) / 4
        self.cost = np.where(enclave, self.rent, cost)  # an enclave is leased from a landlord in the hub
        support = np.array([*(p[f"place.carrier.{kind}.support"] for kind in local), 1.0])
        self.support = support[self.kind]
        # an incubator's longest stay goes by sector
        stay = [p[f"place.carrier.{kind}.stay"] if kind != "incubator" else 0 for kind in local]
        self.stay = np.array([*stay, p["enclave.stay"]]).astype(int)
        self.sector_stay = column(p, "sector", place.sectors, "incubation").astype(int)
        # rows by kind, by who leases, and by whose they are
        ends = np.cumsum(np.bincount(self.kind, minlength=len(KINDS))).tolist()
        self.of_kind = [slice(first, last) for first, last in zip([0, *ends], ends)]
        self.abroad, self.local = np.flatnonzero(enclave), np.flatnonzero(~enclave)
        self.sold = np.zeros(self.rows, bool)  # to investors elsewhere
        self.belong()
        self.least_stay = min(int(self.stay.min(where=np.arange(len(KINDS)) != INCUBATOR, initial=10**6)), int(self.sector_stay.min()))
        self.usual_rent = self.rent.copy()
        self.tie_lot = draw("carrier institute").random(self.rows)  # order in which incubators are tied to institutes
        # state
        self.extra = np.zeros(self.rows)  # space built since the start by owners
        self.coming: list[tuple[int, np.ndarray]] = []  # quarter in which more opens, and where
        self.full = np.zeros(self.rows, np.int64)  # quarters in a row that it could have been sold
        self.offered = self.base.copy()  # space that may be let
        self.capacity = self.base.copy()  # space there is: never less than what is let
        self.index = np.ones(self.rows)  # rent against its start
        self.service = np.ones(self.rows)  # part of full mentoring that is paid for
        self.cell = np.zeros(firms.rows, np.int64)  # class of age and size of each firm
        self.seats = self.at = self.kinds = np.empty(0, np.int64)  # tenants, their carriers and kinds
        self.stale = self.begun = True  # whether a tenancy has begun or ended, or begun, since the last count
        self.occupied = np.zeros(self.rows)
        self.tenants = np.zeros(self.rows)
        self.graduates_year = np.zeros(self.rows)
        self.cash = np.rint(p["carrier.reserve"] * 4 * self.cost * self.base) * ~enclave
        self.receivable = np.zeros(int(p["enclave.lapse"]))  # claw-back by age in quarters
        self.owed = 0.0
        self.reset()

    def belong(self) -> None:
        """Rows by whose they are."""
        self.citys, self.others = np.flatnonzero(self.public), np.flatnonzero(~self.public & ~self.sold)
        self.investors = np.flatnonzero(self.sold)

    def reset(self) -> None:
        """Open a quarter."""
        self.flows = dict.fromkeys(FLOWS, 0.0)
        self.owed = float(self.receivable.sum())

    def price(self) -> np.ndarray:
        """Rent of the quarter a unit (rows,)."""
        return self.rent * self.index

    def count(self, firms) -> None:
        """Tenants from the firm columns, if anything has changed; the space they let is booked as they come and go."""
        if not self.stale:
            return
        if self.begun:
            rows = np.flatnonzero(firms.carrier[: firms.count] >= 0)
        else:  # nobody new
            rows = self.seats.compress(firms.carrier.take(self.seats, mode="clip") >= 0)
        self.stale = self.begun = False
        self.seats = rows
        self.at = at = firms.carrier.take(rows, mode="clip")
        self.kinds = self.kind.take(at, mode="clip")
        self.tenants = np.bincount(at, minlength=self.rows).astype(float)
        self.capacity = np.maximum(self.offered, self.occupied)

    def in_hubs(self, firms) -> np.ndarray:
        """Firms that sit in an enclave now (tenants,)."""
        self.count(firms)
        return self.seats.compress(self.kinds == ENCLAVE)

    def free(self) -> np.ndarray:
        """Space to let (rows,)."""
        return np.maximum(self.offered - self.occupied, 0.0)

    def release(self, firms, rows: np.ndarray) -> None:
        """Tenancies of these firms end: they are gone or have moved out."""
        if not len(rows):
            return
        tenants = rows[firms.carrier[rows] >= 0]
        if len(tenants):
            self.stale = True
            self.occupied -= np.bincount(firms.carrier[tenants], firms.space[tenants], self.rows)
        firms.carrier[rows] = firms.hub[rows] = -1
        firms.space[rows] = firms.awaits[rows] = firms.waited[rows] = 0
        firms.departing[rows] = False

    def leave(self, firms, rows: np.ndarray) -> None:
        """These firms are gone from the city."""
        self.release(firms, rows)
        firms.tenant_since[rows] = NEVER
        firms.hazard_debt[rows] = 0
        firms.scale[rows] = 1
        self.count(firms)

    def imbalances(self, firms) -> dict[str, float]:
        """Occupancy against firm columns, capacity, and the claw-back account."""
        n = firms.count
        rows = np.flatnonzero(firms.carrier[:n] >= 0)
        at = firms.carrier.take(rows, mode="clip")
        errors = {}
        let = np.bincount(at, firms.space.take(rows, mode="clip"), self.rows)
        if gap := float(np.abs(let - self.occupied).sum()) + abs(float(self.tenants.sum()) - len(rows)):
            errors["carrier space let"] = gap
        if over := float(np.maximum(let - self.capacity, 0.0).sum()):
            errors["carrier capacity"] = over
        if idle := int(np.count_nonzero(~firms.alive.take(rows, mode="clip"))):
            errors["tenants that are gone"] = idle
        if strays := int(np.count_nonzero(firms.hub.take(rows, mode="clip") != self.hub.take(at, mode="clip"))):
            errors["hub of tenants"] = strays
        f = self.flows
        gap = float(self.receivable.sum()) - (self.owed + f["clawback_due"] - f["clawback_paid"] - f["clawback_lapsed"])
        if gap:
            errors["claw-back"] = abs(gap)
        return errors
