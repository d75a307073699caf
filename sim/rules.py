"""The rules of a quarter: what the running programmes change, in terms of channels. Processes read this and never ask
which programme is behind it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class TaxRules:
    """Corporate income tax. Deductions are extra shares of claimed R&D, by class of firm."""

    rate: float
    small_rate: float
    small_limit: float
    small_staff: float
    hnte_rate: float
    manufacturing: float = 0.0
    sme: float = 0.0
    other: float = 0.0


@dataclass
class Coaching:
    """The cultivation pool and its counselling."""

    capacity: float = 0.0  # firms a year
    reach: float = 1.0  # least R&D ratio over the threshold
    pool_years: float = 0.0
    counselling: float = 0.0  # share of pool firms a year
    pass_bonus: float = 0.0  # log-odds
    cost_cut: float = 0.0  # share of the application cost
    reserve: float = 0.0  # places for firms in their first year
    prescreen: float = 0.0  # least quality that a pre-review wants to see, sd
    fill: bool = False  # whether places left are given to the others


@dataclass
class Vetting:
    """Levels that read an application for a certificate before it is filed."""

    levels: int = 0
    share: float = 0.0  # of the firms, by lot
    files: float = 0.0  # that pass all levels in time, a year: see `files_in_time`
    catch: float = 0.0  # chance that a level finds a plain flaw
    plain: float = 1.0  # relabelled share of reported R&D that is plain to see
    capture: float = 0.0  # part of its finds that the level paid by the applicant keeps to itself
    bonus: float = 0.0  # log-odds a level
    fee: float = 0.0  # RMB a file, borne by the applicant
    largest_first: bool = False


def files_in_time(capacity: float, season: float, levels: int, delay: float) -> float:
    """Files a year that pass all levels before the season closes: the last to be taken in still needs every level."""
    return capacity * max(season - levels * delay, 0.0)


@dataclass
class Labels:
    """What others read into a growth label, and the trade in labels."""

    bank: float = 0.0  # log-odds of default
    fund: float = 0.0  # score
    tickets: float = 0.0  # share of firms without a label that are offered one, a year
    price: float = 0.0  # RMB


@dataclass(frozen=True)
class LoanProduct:
    """A loan with public cover. `agency` is the programme that bears the covered loss; quota in RMB this quarter."""

    agency: str
    cover: float
    rate_cap: float
    cap: float
    quota: float
    minimum_tier: int
    subsidy: float = 0.0
    stop_loss: float = 1.0
    fee: float = 0.0
    guarantor: bool = False


@dataclass
class Delivery:
    """Awareness and friction of every programme that is applied for; groups that are paid without application."""

    awareness: float
    hassle: float = 1.0
    automatic: set = field(default_factory=set)


@dataclass(frozen=True)
class TalentAward:
    """Grants to the best of those who come from elsewhere, paid while they stay. `agency` is the programme that pays."""

    agency: str
    places: float  # persons a year
    grant: float  # RMB/person over all quarters
    quarters: int
    min_skill: float  # log

    @property
    def instalment(self) -> float:
        """Whole RMB a quarter."""
        return float(round(self.grant / self.quarters))

    def chance(self, eligible: float) -> float:
        """Chance of being chosen when so many compete in a quarter."""
        return min(self.places / 4 / max(eligible, 1.0), 1.0)


@dataclass(frozen=True)
class YouthCall:
    """A yearly call for projects of young staff."""

    agency: str
    places: int
    grant: float
    age_limit: float  # years
    gain: float  # log skill of those who use the money well
    misuse: float  # share of grantees
    bond: int  # quarters


@dataclass
class TalentRules:
    """What programmes change for persons."""

    permit_days: float
    award: TalentAward | None = None
    youth: YouthCall | None = None


@dataclass
class Links:
    """Where firms and universities are brought together."""

    events: float = 0.0  # matching events a year
    centres: float = 0.0  # transfer centres of universities


@dataclass(frozen=True)
class CarrierSupport:
    """Public money for carriers of some kinds and their tenants; `agency` is the programme that pays."""

    agency: str
    kinds: tuple[str, ...]
    rent_share: float = 0.0  # of the tenants' rent
    rent_area: float = float("inf")  # units a tenant, whose rent is supported
    awards: tuple[tuple[float, float], ...] = ()  # (share of carriers, RMB a year), the best first
    fee: float = 0.0  # RMB for a tenant handed on
    vacancy: bool = False  # also the rent of space that stands empty
    package: float = 0.0  # RMB for a project that lands
    clawback: float = 0.0  # share of the support that a leaving project owes


@dataclass
class Premises:
    """Carriers: who supports them, how well the links of the chain are joined, what space there is."""

    supports: list[CarrierSupport] = field(default_factory=list)
    handoff: float = 0.0  # added to the share of leaving tenants offered to the next link
    wait: float = 0.0  # quarters
    area: float = 0.0  # m2 added to incubators, accelerators and parks
    enclaves: float = 0.0  # part of the enclave space of the start that is kept open
    enclave_area: float = 0.0  # m2 of enclave space added


@dataclass
class Rules:
    """Everything above, for one quarter."""

    tax: TaxRules
    coaching: Coaching
    delivery: Delivery
    talent: TalentRules
    links: Links = field(default_factory=Links)
    products: list[LoanProduct] = field(default_factory=list)
    vetting: Vetting = field(default_factory=Vetting)
    labels: Labels = field(default_factory=Labels)
    premises: Premises = field(default_factory=Premises)


def national(numbers) -> TaxRules:
    """Tax law without any relief for innovation."""
    return TaxRules(
        numbers["tax.cit_rate"],
        numbers["tax.cit_rate_small"],
        numbers["tax.small_profit_limit"],
        numbers["tax.small_staff_limit"],
        numbers["tax.cit_rate"],
    )


def of_quarter(numbers, programmes, quarter: int) -> Rules:
    """Let every running programme contribute, in catalogue order."""
    rules = Rules(national(numbers), Coaching(), Delivery(numbers["delivery.awareness"]), TalentRules(numbers["talent.permit_days"]))
    for programme in programmes:
        if programme.runs(quarter):
            programme.contribute(rules, numbers, quarter)
    return rules
