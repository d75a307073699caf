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
class LossShares:
    """Who bears what part of a loss after collateral; the rest is the bank's. `guarantor` is the company's agency."""

    pool: float = 0.0
    guarantee: float = 0.0
    insurance: float = 0.0
    guarantor: str = ""

    @property
    def total(self) -> float:
        """Part of a loss that the bank does not bear."""
        return self.pool + self.guarantee + self.insurance


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
    district: str = "all"  # or the one district whose firms may have it
    list_size: int = 0  # firms on its list; 0 = open to all
    list_rule: str = "tier"  # tier, score or lot
    minimum_loan: float = 0.0  # RMB; smaller loans are not covered
    stretch: bool = False  # whether firms may ask for more than they need to reach that
    label_weight: float = 0.0  # part of annual sales that a certificate stands for among what can be pledged
    shares: LossShares | None = None  # several bear the loss, each its share
    information: float = 0.0  # part of the bank's error that owners' knowledge of a firm removes

    least: float = 0.0  # RMB; its smallest loan where that is not the usual one
    round_share: float = 0.0  # part of the equity of a recent round that may be borrowed; 0 = no round is asked for
    round_age: int = 0  # quarters within which a round is recent
    warrant: float = 0.0  # part of what is owed that the next round pays to the bank
    warrant_rate: float = 0.0  # share/year that the bank forgoes for it

    @property
    def for_all(self) -> bool:
        """Whether any firm of its tiers may count on it."""
        return self.district == "all" and not (self.list_size or self.label_weight or self.round_share)


@dataclass(frozen=True)
class Roadshow:
    """Talks where firms meet."""

    reach: float  # share of firms a year
    near: float  # weight of tenants and tied firms
    new: float  # weight of firms that know nothing
    quarters: int  # until it is forgotten


@dataclass(frozen=True)
class Assistants:
    """Staff who look after some firms."""

    firms: float
    help: float  # part of the cost of an application saved
    pushed: float  # share that files what is not worth it


@dataclass(frozen=True)
class Calls:
    """Officials who visit the largest firms."""

    firms: float
    grace: int  # further quarters in arrears


@dataclass
class Delivery:
    """Awareness and friction of every programme that is applied for; groups that are paid without application."""

    awareness: float
    hassle: float = 1.0
    automatic: set = field(default_factory=set)
    away: float = 0.0  # files a quarter that staff who are elsewhere do not read
    staff: float = 1.0  # multiple of the review capacity
    trust: float = 0.0  # part of the discount for late payment that a standing promise removes
    roadshow: Roadshow | None = None
    helpers: Assistants | None = None
    calls: Calls | None = None


@dataclass(frozen=True)
class Visits:
    """Calls of office and bank on firms, and on a share of incubators a year (over 1: some more than once)."""

    firms: float  # a quarter
    incubators: float
    information: float  # part of the lasting error in the bank's view that a visit removes
    quarters: int  # for which it lasts


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


@dataclass(frozen=True)
class School:
    """Places at vocational schools beyond the usual. `agency` is the programme that pays."""

    agency: str
    places: float  # a year
    match: float  # part in trades of the city's manufacturers
    delay: int  # quarters
    cost: float  # RMB a place and year


@dataclass(frozen=True)
class Apprentices:
    """School places with a host firm."""

    share: float  # of the places in trades of manufacturers
    firm_cost: float  # part of the cost of a place that the host pays beside it
    retention: float  # part of leaving, and of being hired away, that does not happen


@dataclass(frozen=True)
class Agents:
    """Agents between firms and universities, beyond the usual."""

    count: float
    quality: float  # chance that a contact they bring is as good as one with a project behind it
    fee: float  # RMB a contact, borne by the firm


@dataclass(frozen=True)
class Market:
    """A market of licences. `agency` is the programme that pays."""

    agency: str
    cut: float  # part of the usual cost of a deal that it saves
    refund: float  # of the price
    cap: float  # RMB a firm and quarter


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


@dataclass(frozen=True)
class BuildingSale:
    """Public carriers that are full are sold and new ones built. `agency` is the programme that sells and builds."""

    agency: str
    occupancy: float
    quarters: int  # for which it must have been reached
    recycled: float  # part of the price that goes into new space
    required: float  # net yield of the buyers, share/year
    build_cost: float  # RMB/m2
    build_quarters: int
    bearable: float  # rent over sales that tenants of sold carriers bear


@dataclass(frozen=True)
class TiedIncubators:
    """Incubators tied to institutes, whose founders come first. `agency` is the programme that pays."""

    agency: str
    linked: float  # share of incubators
    spin_offs: float  # most further founders of an institute a year
    push: float  # log-odds that they come
    rent_share: float
    grant: float  # RMB a tied incubator and year
    drain: float  # part of its institute's knowledge that a founder takes away


@dataclass(frozen=True)
class Site:
    """Space along a corridor. `agency` is the programme that builds it."""

    agency: str
    area: float  # m2 open by now
    cores: int
    core_share: float  # of the area


@dataclass(frozen=True)
class Belt:
    """A part of the city for which money and space are reserved. `agency` is the programme."""

    agency: str
    share: float  # of calls and of new space


@dataclass(frozen=True)
class Increment:
    """Money on the rise of head firms' R&D. `agency` is the programme that pays."""

    agency: str
    share: float  # of the rise
    cap: float  # RMB/firm/year
    least_sales: float  # of a head firm, RMB/year
    lumping: float  # share of firms that move R&D between years for it


@dataclass(frozen=True)
class Distinction:
    """A distinction for a few firms a year. `agency` is the programme that pays its award."""

    agency: str
    number: float  # a year
    bank: float  # log-odds of default that a bank takes off
    fund: float  # score
    quarters: int  # for which it is held
    files: float  # filed, over the number given
    cost: float  # RMB a file
    by_share: bool = False  # by the part of the sector's sales, or else by what productivity has gained
    least_rd: float = 0.0  # RMB/year
    intensity: float = 0.0  # least R&D over sales
    most_sales: float = float("inf")  # RMB/year


@dataclass(frozen=True)
class Sizes:
    """Calls whose money is split by the size of firms."""

    part: float  # of a call's money
    shares: tuple[float, float, float]  # small, above scale, leading
    above_scale: float  # least sales, RMB/year
    leader: float  # least sales, RMB/year


@dataclass(frozen=True)
class EnclaveForm:
    """Enclaves of one programme: their space, and what of a project stays outside when it lands."""

    agency: str
    space: float  # part of the enclave space of the start that is kept open
    area: float = 0.0  # m2 of enclave space added
    rd_outside: float = 0.0  # share of its R&D that a project leaves in the hub for good
    partners: int = 0  # universities of the hub; a tenant begins with a tie to one


@dataclass(frozen=True)
class PlantOffer:
    """Sites for plants of owners who go on creating elsewhere. `agency` is the programme that pays."""

    agency: str
    landing: float  # share of the owners asked who take a site at the usual package
    sites: float  # a year
    package: float  # RMB a plant
    term: int  # quarters that a plant promises to stay
    rd_outside: float  # share of R&D and knowledge that stays with the parent
    returns: float  # part of what the creation earns that is left in the plant


@dataclass
class Premises:
    """Carriers: who supports them, how well the links of the chain are joined, what space there is."""

    supports: list[CarrierSupport] = field(default_factory=list)
    handoff: float = 0.0  # added to the share of leaving tenants offered to the next link
    wait: float = 0.0  # quarters
    area: float = 0.0  # m2 added to incubators, accelerators and parks
    sale: BuildingSale | None = None
    institutes: TiedIncubators | None = None
    sites: list[Site] = field(default_factory=list)
    forms: list[EnclaveForm] = field(default_factory=list)
    plants: PlantOffer | None = None

    @property
    def enclaves(self) -> float:
        """Part of the enclave space of the start that is kept open."""
        return sum(form.space for form in self.forms)

    @property
    def enclave_area(self) -> float:
        """Enclave space added, m2."""
        return sum(form.area for form in self.forms)


@dataclass(frozen=True)
class Contest:
    """A yearly call for technical problems of firms. `agency` is the office that signs contracts and pays its share."""

    agency: str
    teams: int  # solvers that work on one problem at first
    prune: int  # quarters after which only the team in front goes on
    share: float  # of the contract
    cap: float  # RMB a contract


@dataclass(frozen=True)
class ClubSupport:
    """Research clubs of a sector's head firm with others. `agency` is the programme that pays."""

    agency: str
    clubs: int
    members: int  # firms invited to a club at most
    share: float  # of its R&D that a member pays in
    grant: float  # RMB a club and year


@dataclass(frozen=True)
class Founding:
    """Research institutes that a programme founds and keeps. `agency` is the programme that pays."""

    agency: str
    key: int  # of its luck: 64 institutes a key
    number: int
    a_year: int  # founded a year at most
    funding: float  # RMB an institute and year
    delay: int  # quarters from the founding to the first contract
    support: int  # quarters for which the purse pays; afterwards an institute lives from contracts or closes
    publishes: float  # part of its research that is published, and then no nearer to its neighbours than to others
    spin_offs: float  # founders that a grown institute lets go a year
    leader: str = ""  # "head": a large firm leads it; "project": it comes with an outside project that settled
    leader_share: float = 0.0  # what the leader pays over the public money
    priority: float = 0.0  # part of the work that is for the leader's own questions
    away: float = 0.0  # part of the research that stays with a parent elsewhere
    match: float = 1.0  # chance that its field is the one in which the city knows most


@dataclass(frozen=True)
class Scout:
    """One way to find outside projects; `agency` is the programme that pays for it."""

    agency: str
    key: int  # of its luck: every way sees projects with errors of its own
    leads: float  # projects a year
    sight: float  # correlation of what it sees of a project's quality with the quality
    ease: float  # weight of who lands easily, against quality, in whom it pursues
    packaged: bool = True  # its projects may get the landing reward
    hubs: bool = False  # only projects that sit in a hub with an institute or enclave
    round: float = 0.0  # RMB that a round of a fund on landing is worth to a project beyond its price
    premium: float = 0.0  # share by which that round is dearer than its worth; the programme's own fund pays it
    clause: int = 0  # quarters for which such a project is bound
    fee: float = 0.0  # RMB a landed project for an agent elsewhere
    bonus: float = 0.0  # RMB a landed project for the recruiters, paid by `bonus_from`
    bonus_from: str = ""
    taste: tuple[float, float, float] = (0.0, 0.0, 0.0)  # weights of large sales, much R&D, small sales


@dataclass(frozen=True)
class LandingReward:
    """Paid in equal parts to projects that settle and pass the review."""

    agency: str
    amount: float  # RMB/project
    quarters: int  # over which it is paid
    term: int  # quarters that a project promises to stay
    clawback: float  # share that a project owes back when it leaves before


@dataclass(frozen=True)
class Assessment:
    """How offices are judged: by the count of recognised projects (`target` a year) or by what became of them."""

    weight: float
    target: float
    quality_weight: float


@dataclass(frozen=True)
class Screen:
    """Criteria for the landing reward: high-tech share, R&D staff, growth to come, interest of a fund."""

    weights: tuple[float, float, float, float]
    cut: float  # quantile


@dataclass
class Attraction:
    """Who looks for outside projects, what they are offered, how the offices are judged."""

    scouts: list[Scout] = field(default_factory=list)
    reward: LandingReward | None = None
    assessment: Assessment | None = None
    screen: Screen | None = None
    effort: float = 1.0  # multiple of all leads
    skill: float = 0.0  # part of what is not seen that recruiters see
    haste: float = 0.0  # added weight of who lands easily


@dataclass(frozen=True)
class Envelope:
    """A decision on the city's purses of a year. Weights by family of programmes, or by how they pay firms."""

    families: dict[str, float] = field(default_factory=dict)
    groups: dict[str, float] = field(default_factory=dict)
    total: float | None = None  # sum over all purses, as a multiple of what it would be
    parts: dict[str, float] = field(default_factory=dict)  # family → its part of what these families had in sum
    way: float = 1.0  # how far the purses go towards these parts
    tax_share: float = float("inf")  # of last year's city tax: most that purses with a weight above one may get

    def weight(self, programme) -> float:
        """Multiple of the appropriation of one programme."""
        return self.families.get(programme.family, 1.0) * self.groups.get(programme.group, 1.0)


@dataclass(frozen=True)
class Meeting:
    """Meetings that move open money within the year. `agency` is the programme whose cost they are."""

    agency: str
    interval: float  # months
    share: float  # of the open money, a meeting
    foresight: float  # part of what last year's claims say is still to come that is left alone
    cost: float  # RMB a meeting
    time: float  # part of the quarter's review capacity that a meeting takes

    def held(self, quarter: int) -> int:
        """Meetings in a quarter."""
        return int((quarter + 1) * 3 // self.interval) - int(quarter * 3 // self.interval)


@dataclass(frozen=True)
class Commission:
    """One body above the departments that run calls. `agency` is the programme whose cost it is."""

    agency: str
    coordination: float  # part of duplicates struck, and of unspent money handed over
    cost: float  # RMB a quarter
    time: float  # part of the review capacity that its departments lack


@dataclass(frozen=True)
class Scheme:
    """How the districts of a city are scored. Weights of certified firms, reported R&D, growth, quality."""

    weights: tuple[float, float, float, float]
    gaming: float  # room for help that only makes reports look better, 0 to 1


@dataclass(frozen=True)
class Monitoring(Scheme):
    """Reports that rank the districts of a city. `agency` is the programme whose cost they are."""

    agency: str
    reports: float  # a year
    pressure: float  # part of its effort that the last district moves to what is scored
    cost: float  # RMB a report
    weight: float = 0.0  # part of its effort that every district moves, because its head answers for it at the year's end

    def held(self, quarter: int) -> int:
        """Reports in a quarter."""
        return int((quarter + 1) * self.reports // 4) - int(quarter * self.reports // 4)


@dataclass(frozen=True)
class Ranked(Scheme):
    """A yearly ranking with others elsewhere. `agency` is the programme."""

    agency: str
    rivals: float  # yearly growth of their log index
    field: int  # contestants in all
    first: float  # rank before the first year


@dataclass(frozen=True)
class Tournament(Ranked):
    """A ranking of zones with those of other cities, and what the province pays for a place gained."""

    per_place: float  # RMB


@dataclass(frozen=True)
class Target(Ranked):
    """A rank that a city is to reach."""

    rank: float
    pressure: float  # part of the effort of its offices that moves while it is not reached


@dataclass(frozen=True)
class ZonePlan(Ranked):
    """A rank that a zone is to reach, with parks that are counted with it."""

    wanted: float
    pressure: float
    parks: int


@dataclass(frozen=True)
class DealIncentive:
    """Public money for private funds that lead early rounds. `agency` is the programme that pays."""

    agency: str
    rate: float  # of the round
    cap: float  # RMB a year, all funds
    compensation: float  # of a loss


@dataclass(frozen=True)
class InvestmentGroup:
    """A public group with a fund, an incubation company, an institute and a talent unit. `agency` is the programme."""

    agency: str
    integrated: bool  # tenants first, and rescues of its own
    known: float  # part of the error in judging tenants that its fund does not make
    allowance: float  # RMB a year for S&T staff of its portfolio
    talent: float  # RMB a year for that


@dataclass(frozen=True)
class Environment:
    """Steps that government saves firms."""

    setup_saved: float  # RMB a start-up
    cost_saved: float  # part of sales
    weaker: float  # margin that founders lack who come only for it, share of sales


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
    visits: Visits | None = None
    contests: list[Contest] = field(default_factory=list)
    clubs: list[ClubSupport] = field(default_factory=list)
    agents: Agents | None = None
    market: Market | None = None
    school: School | None = None
    apprentices: Apprentices | None = None
    institutes: list[Founding] = field(default_factory=list)
    incentive: DealIncentive | None = None
    group: InvestmentGroup | None = None
    protection: float = 0.0  # of innovations, beyond what there is; 0 to 1
    attraction: Attraction = field(default_factory=Attraction)
    envelopes: list[Envelope] = field(default_factory=list)
    meeting: Meeting | None = None
    commission: Commission | None = None
    monitoring: Monitoring | None = None
    tournament: Tournament | None = None
    belt: Belt | None = None
    sizes: Sizes | None = None
    distinctions: list[Distinction] = field(default_factory=list)
    increment: Increment | None = None
    target: Target | None = None
    zone_plan: ZonePlan | None = None
    environment: Environment | None = None


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
    rules = Rules(
        national(numbers),
        Coaching(),
        Delivery(numbers["delivery.awareness"]),
        TalentRules(numbers["talent.permit_days"]),
    )
    for programme in programmes:
        if programme.runs(quarter):
            programme.contribute(rules, numbers, quarter)
    return rules
