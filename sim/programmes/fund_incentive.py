"""股权投资激励政策12条: rebates on early rounds of private funds and a cover of early losses."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import DealIncentive


@dataclass(frozen=True)
class FundIncentive(Funded):
    """Part of the deal value back, part of an early loss made good, up to a cap a fund and year."""

    rate: float
    cap: float
    funds: float
    compensation: float

    id = "fund.incentive"
    facts = ("fund.rugao_equity_policy",)
    zh, en = "股权投资激励", "equity-investment incentives"
    channel = (
        "private funds lower their bar for early rounds by what the incentive is worth; gifts to deals made anyway"
    )

    def contribute(self, rules, numbers, quarter):
        if not self.dose:
            return
        rules.incentive = DealIncentive(
            agency=self.id,
            rate=min(self.dose * self.rate, 1.0),
            cap=self.dose * self.cap * self.funds,
            compensation=min(self.dose * self.compensation, 1.0),
        )
