"""The firm table: every column, its type, its unit and its meaning.

A firm is known by its identity, which is the same in every scenario of a seed and never re-used. It sits in a slot of
the table while it lives; the slot of a dead firm is taken again two quarters later, so that arrays stay short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEVER = -32768
MONEY, SHARE, FLAG, INDEX = "f8", "f8", "?", "i2"
CODE = "i8"  # codes that index other arrays all the time: NumPy would convert a smaller type on every use


@dataclass(frozen=True)
class Column:
    """`fixed` columns are set before the run and never written again."""

    dtype: str
    unit: str
    meaning: str
    fixed: bool = False
    fill: float = 0


COLUMNS: dict[str, Column] = {
    # who the row is; the same in every scenario of a seed
    "identity": Column(CODE, "index", "permanent number of the firm: key of its luck and of its twin", True, -1),
    "lot": Column(SHARE, "rank", "order among equals, uniform", True),
    "bank": Column(CODE, "index", "bank of the firm", True),
    "kind": Column("i1", "code", "0 incumbent, 1 would-be founder, 2 outside project, 3 riser to above-scale", True),
    "district": Column(CODE, "index", "district of the place; changes only when the firm moves inside the city"),
    "sector": Column(CODE, "index", "sector of the place", True),
    "arrival": Column(INDEX, "quarter", "quarter in which the row may enter; -1 for incumbents", True),
    "hightech": Column(SHARE, "share of sales", "high-tech revenue", True),
    "rd_staff": Column(SHARE, "share of staff", "R&D staff", True),
    "margin": Column(SHARE, "share of sales", "margin before R&D, interest and tax", True),
    "local_share": Column(SHARE, "share of sales", "sales made inside the city when the firm starts", True),
    "leverage": Column(SHARE, "share of annual sales", "desired debt; 0 = wants none", True),
    "frailty": Column(SHARE, "multiple", "multiplier of the exit hazard, mean one", True),
    "compliance": Column(SHARE, "rank", "rank of honesty with grants, uniform", True),
    "awareness": Column(SHARE, "rank", "rank in knowing of programmes, uniform", True),
    "tax_awareness": Column(SHARE, "rank", "rank in using the super-deduction, uniform", True),
    "hassle": Column(SHARE, "multiple", "multiplier of application costs", True),
    "relabel_cost": Column(SHARE, "multiple", "multiplier of the cost of relabelling", True),
    "patenting": Column(SHARE, "multiple", "multiplier of patents, mean one", True),
    "opacity": Column(SHARE, "sd", "lasting error in the bank's view of the firm, standard normal", True),
    "merit": Column(SHARE, "sd", "quality that reviewers see, standard normal", True),
    "outside_option": Column(SHARE, "rank", "rank of the outside option of an entrant, uniform", True),
    "desired_intensity": Column(SHARE, "share of sales", "R&D wanted at the user cost of the base rules", True),
    "base_user_cost": Column(SHARE, "RMB per RMB", "user cost of R&D under the rules of 2020", True),
    "prestige": Column(SHARE, "share of sales/year", "worth of a certificate to its holder beyond tax and awards", True),
    "university": Column(CODE, "index", "university from which the founder came; -1 = none", True, -1),
    "contract": Column(SHARE, "multiple", "cost of the firm's joint projects against the median", True),
    "size_anchor": Column(SHARE, "log RMB", "mean log annual sales of the sector at the start", True),
    "openness": Column(SHARE, "rank", "rank in taking outside owners, uniform", True),
    "exit_luck": Column(SHARE, "rank", "rank of the price when funds sell their stakes, uniform", True),
    "exit_clock": Column(SHARE, "rank", "rank of the time from the first round to that sale, uniform", True),
    # state
    "margin_luck": Column(SHARE, "share of sales", "lasting luck in the margin"),
    "alive": Column(FLAG, "flag", "trades in the city"),
    "birth": Column(INDEX, "quarter", "quarter of birth (negative before 2021Q1)", fill=NEVER),
    "sales": Column(MONEY, "RMB/quarter", "sales of the last quarter"),
    "sales_local": Column(MONEY, "RMB/quarter", "part of these sales made inside the city"),
    "costs": Column(MONEY, "RMB/quarter", "operating costs of the last quarter"),
    "sales_year": Column(MONEY, "RMB", "sales of the year so far"),
    "sales_1": Column(MONEY, "RMB/year", "sales of last year"),
    "sales_2": Column(MONEY, "RMB/year", "sales two years ago"),
    "sales_3": Column(MONEY, "RMB/year", "sales three years ago"),
    "intensity": Column(SHARE, "share of sales", "R&D intensity the firm has adjusted to"),
    "plan_extra": Column(SHARE, "share of sales", "real R&D added this year to reach the threshold"),
    "plan_relabel": Column(SHARE, "share of sales", "cost to be relabelled this year to reach the threshold"),
    "aims": Column(FLAG, "flag", "finds a certificate worth its cost this year"),
    "considers": Column(FLAG, "flag", "has begun to consider certification"),
    "rd_real": Column(MONEY, "RMB/quarter", "real R&D of the last quarter"),
    "rd_reported": Column(MONEY, "RMB/quarter", "reported R&D of the last quarter"),
    "rd_real_year": Column(MONEY, "RMB", "real R&D of the year so far"),
    "rd_real_1": Column(MONEY, "RMB/year", "real R&D of last year"),
    "rd_year": Column(MONEY, "RMB", "reported R&D of the year so far"),
    "misused_year": Column(MONEY, "RMB", "misused grants reported as R&D in the year so far"),
    "rd_1": Column(MONEY, "RMB/year", "reported R&D of last year"),
    "rd_2": Column(MONEY, "RMB/year", "reported R&D two years ago"),
    "rd_3": Column(MONEY, "RMB/year", "reported R&D three years ago"),
    "claims": Column(FLAG, "flag", "claims the super-deduction"),
    "grant_left": Column(MONEY, "RMB", "grant money still to be spent on R&D"),
    "grant_quarter": Column(MONEY, "RMB/quarter", "part of the grant money spent a quarter"),
    "productivity": Column(SHARE, "log", "log productivity against the sector at the start"),
    "knowledge": Column(MONEY, "RMB", "knowledge stock"),
    "patents": Column("f8", "patents", "invention patents granted since the start"),
    "employment": Column("f8", "persons", "staff"),
    "other_staff": Column("f8", "persons", "staff that is not S&T staff"),
    "other_share": Column(SHARE, "share of staff", "usual part of the staff that is not S&T staff"),
    "posts": Column("f8", "persons", "desired S&T posts"),
    "st_staff": Column("f8", "persons", "filled S&T posts"),
    "st_skill": Column(SHARE, "log", "mean skill of the S&T staff against the usual, shrunk for small teams"),
    "cash": Column(MONEY, "RMB", "deposits less overdue bills"),
    "funded": Column(SHARE, "share", "part of the desired investment that found money"),
    "below": Column("i1", "quarters", "quarters in a row with negative cash"),
    "profit_year": Column(MONEY, "RMB", "profit before tax of the year so far"),
    "profit_1": Column(MONEY, "RMB/year", "profit before tax of last year"),
    "deduct_year": Column(MONEY, "RMB", "super-deduction earned in the year so far"),
    "deduct_1": Column(MONEY, "RMB/year", "super-deduction earned last year"),
    "loss_carried": Column(MONEY, "RMB", "tax losses carried forward"),
    "cert_year": Column(INDEX, "year", "year of the certificate; 0 = none or expired"),
    "cert_first": Column(INDEX, "year", "year of the first certificate; 0 = never"),
    "registered": Column(FLAG, "flag", "registered as a sci-tech SME this year"),
    "pan_tech": Column(FLAG, "flag", "in the city's library of technology firms"),
    "pool_since": Column(INDEX, "quarter", "quarter of entry into the cultivation pool", fill=NEVER),
    "rd_org": Column(FLAG, "flag", "has a recognised R&D unit"),
    "rd_paper": Column(FLAG, "flag", "has a recognised R&D unit in name only"),
    "keylab": Column(FLAG, "flag", "hosts a provincial key laboratory"),
    "fledgling_until": Column(INDEX, "year", "last year of the fledgling label", fill=0),
    "gazelle_until": Column(INDEX, "year", "last year of the gazelle label", fill=0),
    "unicorn_until": Column(INDEX, "year", "last year of the unicorn-cultivation label", fill=0),
    "outreach": Column(SHARE, "RMB^x", "weight of the firm in finding university partners"),
    "project_offer": Column(MONEY, "RMB", "cost of the last joint project that the firm considered"),
    "project_fee": Column(MONEY, "RMB/quarter", "owed for joint projects this quarter"),
    "project_extra": Column(MONEY, "RMB/quarter", "R&D that joint projects beyond the usual add to the plan"),
    "tier": Column(CODE, "code", "exclusive tier, see metrics.TIERS"),
    "carrier": Column(CODE, "index", "carrier that the firm is a tenant of, -1 = none", fill=-1),
    "hub": Column(CODE, "index", "hub of an enclave tenant, -1 = at home", fill=-1),
    "tenant_since": Column(INDEX, "quarter", "first quarter of the tenancy", fill=NEVER),
    "space": Column(MONEY, "m2 or desks", "space let to the firm"),
    "awaits": Column("i1", "kind", "next link of the chain that the firm is offered; 0 = none"),
    "waited": Column("i1", "quarters", "quarters spent waiting for it"),
    "hazard_debt": Column(SHARE, "hazard", "exit hazard avoided in tenure that is still to come back"),
    "scale": Column(SHARE, "share", "business in an enclave over the plan of the project", fill=1),
    "departing": Column(FLAG, "flag", "leaves the city this quarter instead of landing"),
    "backed": Column(FLAG, "flag", "a fund holds a stake"),
    "price": Column(SHARE, "RMB per RMB", "value at the last round over a year of sales and knowledge; 0 = no round"),
    "equity_left": Column(MONEY, "RMB", "equity money still to be spent on R&D beyond the plan"),
    "equity_quarter": Column(MONEY, "RMB/quarter", "part of it spent a quarter"),
    "last_round": Column(INDEX, "quarter", "quarter of the last round", fill=NEVER),
    "round_stage": Column("i1", "code", "stage of the last round: 0 seed, 1 early, 2 growth; -1 = none", fill=-1),
    "exit_at": Column(INDEX, "quarter", "quarter in which funds sell their stakes", fill=NEVER),
    "equity_raised": Column(MONEY, "RMB", "equity raised from funds over the run"),
    # what a run remembers of a firm for the comparison with its twin in another scenario
    "received": Column(MONEY, "RMB", "programme money received over the run"),
    "rd_total": Column(MONEY, "RMB", "real R&D over the run"),
    "sales_total": Column(MONEY, "RMB", "sales over the run"),
    "supported": Column(MONEY, "RMB", "enclave support over the run, base of a claw-back"),
}


# What is zero as soon as a firm is gone and stays so; the last of them are all that a newcomer brings of these.
CLEARED = (
    "sales_year", "costs", "sales_2", "sales_3", "rd_real", "rd_reported", "rd_real_year",
    "rd_real_1", "rd_year", "misused_year", "rd_1", "rd_2", "rd_3", "plan_extra", "plan_relabel", "aims", "considers",
    "claims", "grant_left", "grant_quarter", "posts", "st_staff", "st_skill",
    "below", "profit_year", "profit_1",
    "deduct_year", "deduct_1", "loss_carried", "registered", "rd_org", "rd_paper", "keylab", "fledgling_until",
    "gazelle_until", "unicorn_until", "tier", "cert_year", "outreach", "project_offer", "project_fee", "project_extra",
    "backed", "price", "equity_left", "equity_quarter",
)  # fmt: skip
BROUGHT = (
    "sales", "sales_local", "sales_1", "intensity", "knowledge", "employment", "other_staff", "funded", "pan_tech",
)  # fmt: skip

# Columns of one type lie together as lines of one block, so that a firm is seated or cleared by one assignment a type:
# first what outlives a firm, then what is cleared and brought, then what is cleared and stays so until it is earned.
LINES: dict[str, list[str]] = {}
for _name in sorted(COLUMNS, key=lambda name: 2 * (name in CLEARED) + (name in BROUGHT)):
    LINES.setdefault(COLUMNS[_name].dtype, []).append(_name)
LASTING = {dtype: sum(name not in CLEARED + BROUGHT for name in names) for dtype, names in LINES.items()}
SEATED = {dtype: sum(name not in CLEARED for name in names) for dtype, names in LINES.items()}


class Firms:
    """The table as attributes, one array of `rows` a column. Slots below `count` have been used; `known` identities
    have arrived so far, whether they entered or not."""

    def __init__(self, rows: int):
        self.rows = rows
        self.count = self.known = 0
        self.vacant = self.left = np.empty(0, np.int64)
        self.blocks = {}
        for dtype in LINES:
            self._hold(dtype)

    def _hold(self, dtype: str) -> None:
        """An empty block for the columns of a type. Zeros are given by the system without touching them."""
        self.blocks[dtype] = np.zeros((len(LINES[dtype]), self.rows), dtype)
        for values, name in zip(self.blocks[dtype], LINES[dtype]):
            setattr(self, name, values)
            if COLUMNS[name].fill:
                values[:] = COLUMNS[name].fill

    def __deepcopy__(self, memo) -> Firms:
        """A table of its own, not locked; slots never used need no copying."""
        other = Firms(self.rows)
        other.count, other.known = self.count, self.known
        other.vacant, other.left = self.vacant.copy(), self.left.copy()
        for dtype, block in self.blocks.items():
            other.blocks[dtype][:, : self.count] = block[:, : self.count]
        return other

    def set_apart(self, first: int) -> Firms:
        """Move the rows from `first` on into a table of their own: those who may still come. Their slots fall empty."""
        cast = Firms(self.rows - first)
        cast.count = cast.rows
        for dtype, names in LINES.items():
            block = self.blocks[dtype]
            self._hold(dtype)  # a new one: slots that were never touched need no memory
            self.blocks[dtype][:, :first] = block[:, :first]
            for coming, name in zip(block[:, first:], names):
                fill = COLUMNS[name].fill
                if (coming != fill if fill else coming).any():
                    if name in CLEARED:
                        raise ValueError(f"a newcomer brings {name}, which is not among what is brought")
                    getattr(cast, name)[:] = coming
        self.count = self.known = first
        return cast

    def seats(self, number: int) -> np.ndarray:
        """Slots for entrants: those of firms that left two quarters ago or before, then new ones.

        A slot rests for a quarter because what a firm did in its last quarter is still read in the next.
        """
        again, self.vacant = self.vacant[:number], np.concatenate([self.vacant[number:], self.left])
        self.left = self.left[:0]
        first, self.count = self.count, self.count + number - len(again)
        return np.concatenate([again, np.arange(first, self.count)])

    def leave(self, slots: np.ndarray) -> None:
        """These firms are gone; their slots will be free after a quarter of rest."""
        self.alive[slots] = False
        self.left = slots

    def seat(self, slots: np.ndarray, cast: Firms, rows: np.ndarray) -> None:
        """Put rows of the cast into slots: all that they bring, also columns that nobody else may write."""
        for dtype, block in self.blocks.items():
            block[: SEATED[dtype], slots] = cast.blocks[dtype][: SEATED[dtype]].take(rows, axis=1, mode="clip")

    def clear(self, slots: np.ndarray) -> None:
        """Nothing in these slots counts any more."""
        for dtype, block in self.blocks.items():
            block[LASTING[dtype] :, slots] = 0

    def lock(self) -> None:
        """Make the fixed columns unwritable."""
        for name, column in COLUMNS.items():
            if column.fixed:
                getattr(self, name).flags.writeable = False

    def columns(self) -> dict[str, np.ndarray]:
        """All columns by name (views)."""
        return {name: getattr(self, name) for name in COLUMNS}
