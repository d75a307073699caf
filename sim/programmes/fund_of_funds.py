"""科创母基金: the fund of funds of the Nantong high-tech zone and its specialist sub-funds."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.fund import FundProgramme


@dataclass(frozen=True)
class FundOfFunds(FundProgramme):
    """Sub-funds with private partners, each for one sector of priority; part of the money leaves the city."""

    sub_funds: float

    id = "fund.of_funds"
    facts = ("fund.mother_fund", "fund.sub_funds", "fund.one_industry_one_fund")
    zh, en = "科创母基金", "fund of funds"

    @property
    def sub_funds_a_year(self):
        return int(self.sub_funds)
