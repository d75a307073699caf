"""三级审查: files for a certificate are read by an agency, by town and city, and by experts before they are filed."""

from __future__ import annotations

from dataclasses import dataclass

from sim.programmes.base import Funded
from sim.rules import Vetting, files_in_time


@dataclass(frozen=True)
class HnteReview(Funded):
    """Sends relabelled and weak files back, improves the others and costs time. A dose below one reads that share of
    the files; above one it only brings more readers."""

    levels: float
    catch: float
    plain: float
    capture: float
    delay: float
    season: float
    capacity: float
    pass_bonus: float
    fee: float
    unit_cost: float
    largest_first: bool

    id = "hnte.review"
    facts = ("rugao.three_level_review",)
    zh, en = "高企申报三级审查", "three-level review of HNTE applications"
    channel = "relabelling that firms dare, which files are filed and when, chance of passing"

    def files(self) -> float:
        """Files a year that can be read in time."""
        return files_in_time(self.dose * self.capacity, self.season, int(self.levels), self.delay)

    def contribute(self, rules, numbers, quarter):
        if self.dose > 0:
            rules.vetting = Vetting(
                int(self.levels), min(self.dose, 1.0), self.files(), self.catch, self.plain, self.capture, self.pass_bonus,
                self.fee, self.largest_first,
            )  # fmt: skip

    def running_cost(self, firms, quarter):
        # The applicant pays the first level; the readers of the others are there whether files come or not.
        return (int(self.levels) - 1) * self.unit_cost / 4 * self.files()
