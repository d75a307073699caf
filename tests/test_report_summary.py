"""The console's summary speaks of money as the report does."""

from __future__ import annotations

import pytest
from fake_results import FakeResults

from sim import summary
from sim.report import text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_console_counts_money_in_the_unit_of_the_report(lang):
    results = FakeResults(2, 4)
    data = results.to_xarray()
    data["public_cost_all"].attrs = {"units": "RMB", "long_name": "cost", "long_name_zh": "成本"}
    results.to_xarray = lambda: data
    years = {"public_cost_all": {2021: 2.5e9}}
    scale, unit = text.money(lang)
    head, row = summary.table(results, years, lang)
    assert head.split() == ["2021"] and f"({unit})" in row and float(row.split()[-1]) == 2.5e9 / scale
    assert summary.MONEY[lang] == (scale, unit)
