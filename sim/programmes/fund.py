"""Terms and channel shared by programmes that put public money into funds."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded


@dataclass(frozen=True)
class FundProgramme(Funded):
    """The yearly budget is pledged to funds that open then; partners, mandate and what comes back stand in the terms."""

    public_share: float
    reinvestment: float
    giveaway: float
    tolerance: float
    latest_stage: float

    invests = True
    channel = "equity for firms: R&D beyond the plan, growth that lenders refuse, outside projects that settle"

    error_cut = 0.0  # part of the error in judging firms that the manager does not make
    late_weight = 0.0  # shift of money from seed to growth rounds, 0 to 1

    @property
    def leniency(self) -> float:
        """By how much its funds lower their bar."""
        return self.tolerance

    @property
    def sub_funds_a_year(self) -> int:
        """Funds below a fund of funds; 0: the programme's money goes into funds of its own."""
        return 0
