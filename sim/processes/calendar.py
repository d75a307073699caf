"""The turn of the year: annual columns move back by one year."""

from __future__ import annotations

SHIFTS = (
    ("sales_3", "sales_2"), ("sales_2", "sales_1"), ("sales_1", "sales_year"),
    ("rd_3", "rd_2"), ("rd_2", "rd_1"), ("rd_1", "rd_year"), ("rd_real_1", "rd_real_year"),
    ("profit_1", "profit_year"), ("deduct_1", "deduct_year"),
)  # fmt: skip


def turn_year(world) -> None:
    """On the first quarter of every year but the first: last year is now complete."""
    if world.season != 0 or world.quarter == 0:
        return
    firms, n = world.firms, world.firms.count
    for target, source in SHIFTS:
        getattr(firms, target)[:n] = getattr(firms, source)[:n]
    for name in ("sales_year", "rd_year", "misused_year", "rd_real_year", "profit_year", "deduct_year"):
        getattr(firms, name)[:n] = 0
