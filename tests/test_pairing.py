"""A firm and its twin: the counts of a comparison add up, and what would have happened anyway counts as nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from small import EVERYTHING, city, run

from sim.analysis.pairing import OUTCOMES, compare

ROWS = 30
flags = hnp.arrays(bool, ROWS)
# Whole yuan, as the ledger has them: sums are exact.
money = hnp.arrays(np.int64, ROWS, elements=st.integers(0, 10**12)).map(lambda values: values.astype(float))
received = money | st.just(np.zeros(ROWS))
firms = st.fixed_dictionaries(
    {"received": received, "rd_total": money, "sales_total": money, "hnte": flags, "alive": flags}
)


@given(firms, firms)
@settings(max_examples=50, deadline=None)
def test_recipients_are_deadweight_additional_none_or_undone(with_, without):
    found = compare(with_, without)
    for name in OUTCOMES:
        parts = (found[f"{name}_{part}"] for part in ("deadweight", "additional", "none", "undone"))
        assert found["recipients"] == sum(parts)


@given(firms, firms)
@settings(max_examples=50, deadline=None)
def test_net_is_additional_and_spill_less_displaced_and_undone_and_the_difference_of_totals(with_, without):
    found = compare(with_, without)
    for name in OUTCOMES:
        gained = found[f"{name}_additional"] + found[f"{name}_spill"]
        lost = found[f"{name}_displaced"] + found[f"{name}_undone"]
        assert found[f"{name}_net"] == gained - lost
        assert found[f"{name}_net"] == int(with_[name].sum()) - int(without[name].sum())


@given(firms, firms)
@settings(max_examples=50, deadline=None)
def test_money_of_recipients_and_others_adds_up_to_the_difference_of_totals(with_, without):
    found = compare(with_, without)
    for name in ("rd_total", "sales_total"):
        assert found[f"{name}_recipients"] + found[f"{name}_others"] == with_[name].sum() - without[name].sum()
    assert found["received"] == with_["received"].sum() - without["received"].sum()


@given(firms)
@settings(max_examples=50, deadline=None)
def test_a_run_compared_with_itself_gives_zeros(one):
    assert set(compare(one, one).values()) == {0.0}


@given(firms, st.integers(1, 10**6))
@settings(max_examples=50, deadline=None)
def test_a_package_that_only_pays_for_what_happens_anyway_is_all_deadweight(without, award):
    with_ = without | {"received": without["received"] + award * without["hnte"]}
    found = compare(with_, without)
    assert found["recipients"] == found["hnte_deadweight"] == without["hnte"].sum()
    assert found["received"] == found["received_recipients"]
    given_ = ("recipients", "received", "received_recipients")
    effects = [found[name] for name in found if name not in given_ and not name.endswith(("_deadweight", "_none"))]
    assert effects == [0.0] * len(effects)


def test_the_parts_of_one_small_example():
    """Rows: deadweight, additional, none, undone; displaced and spill among firms that receive nothing."""
    with_ = np.array([1, 1, 0, 0, 0, 1], bool)
    without = np.array([1, 0, 0, 1, 1, 0], bool)
    same = {"rd_total": np.zeros(6), "sales_total": np.zeros(6), "alive": np.ones(6, bool)}
    paid = np.array([5, 5, 5, 5, 0, 0.0])
    found = compare(same | {"hnte": with_, "received": paid}, same | {"hnte": without, "received": np.zeros(6)})
    parts = ("deadweight", "additional", "none", "undone", "displaced", "spill")
    assert [found[f"hnte_{part}"] for part in parts] == [1] * 6
    assert (found["recipients"], found["received"], found["hnte_net"]) == (4, 20, 0)


@pytest.fixture(scope="module")
def twice():
    return [run(city(EVERYTHING, size=0.1, seed=3)).record.firms for _ in range(2)]


def test_two_runs_of_one_seed_and_package_compare_to_zero(twice):
    assert set(compare(*twice).values()) == {0.0}


def test_awards_that_nobody_knew_of_change_nothing_until_they_are_paid():
    """Recipients did not expect the money, so what it is paid for happened without it; nor does it save a firm here."""
    unseen = {"delivery.awareness": 0, "delivery.automatic_cost": 0, "exit.grace": 12, "exit.trade_credit": 2}
    programmes = ("tax.incentives", "no_application", "award.hnte")
    with_, without = (run(city(package, unseen, quarters=6)).record.firms for package in (programmes, programmes[:2]))
    found = compare(with_, without)
    assert found["hnte_deadweight"] > 50 and found["hnte_additional"] == 0
    assert found["hnte_net"] == found["alive_net"] == found["rd_total_recipients"] == found["sales_total_others"] == 0
