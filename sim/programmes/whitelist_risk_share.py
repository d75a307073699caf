"""科技型企业白名单与融资风险分担: the county bears a share of the loss on large new loans to listed firms."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import LoanProduct


@dataclass(frozen=True)
class WhitelistRiskShare(Funded):
    """A list of technology firms; only loans of the threshold and above are covered, whole."""

    threshold: float
    cover: float
    cap: float
    size: float
    rule: str
    district: str
    minimum_tier: float
    bunching: bool
    stop_loss: float

    id = "whitelist.risk_share"
    facts = ("whitelist.risk_share",)
    zh, en = "白名单风险分担", "white-list risk sharing"
    lends = "listed"
    channel = "bank's approval of large loans to listed firms; firms ask for more to reach the threshold"

    def contribute(self, rules, numbers, quarter):
        if not self.dose:  # or old loans would still be covered
            return
        rules.products.append(
            LoanProduct(
                agency=self.id,
                cover=self.cover,
                rate_cap=numbers["credit.rate_cap"],  # no cap is documented: the banks' own
                cap=self.cap,
                quota=float("inf"),
                minimum_tier=int(self.minimum_tier),
                stop_loss=self.stop_loss,
                district=self.district,
                list_size=max(round(self.dose * self.size), 1),
                list_rule=self.rule,
                minimum_loan=self.threshold,
                stretch=bool(self.bunching),
            )
        )
