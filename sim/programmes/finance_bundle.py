"""区域科技金融联盟: banks of a zone lend to firms that funds have just backed, for a part of their next round."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.programmes.loans import PoolLoan


@dataclass(frozen=True)
class FinanceBundle(PoolLoan):
    """The loan follows the equity; a warrant stands in for a higher rate."""

    share: float
    window: float
    warrant: float
    next_round: float
    district: str

    id = "finance.bundle"
    facts = ("htz.finance_alliance",)
    zh, en = "投贷联动", "loan that follows equity"
    lends = "bundle"
    channel = "bank loans to firms after a round, without collateral; part of the next round"

    def contribute(self, rules, numbers, quarter):
        if self.share:
            super().contribute(rules, numbers, quarter)

    def terms(self, numbers, quarter):
        return replace(
            super().terms(numbers, quarter),
            district=self.district,
            round_share=self.share,
            round_age=int(self.window),
            warrant=self.warrant,
            warrant_rate=self.warrant * self.next_round,
        )
