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


@dataclass
class Links:
    """Where firms and universities are brought together."""

    events: float = 0.0  # matching events a year
    centres: float = 0.0  # transfer centres of universities


@dataclass
class Rules:
    """Everything above, for one quarter."""

    tax: TaxRules
    coaching: Coaching
    delivery: Delivery
    links: Links = field(default_factory=Links)
    products: list[LoanProduct] = field(default_factory=list)


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
    rules = Rules(national(numbers), Coaching(), Delivery(numbers["delivery.awareness"]))
    for programme in programmes:
        if programme.runs(quarter):
            programme.contribute(rules, numbers, quarter)
    return rules
