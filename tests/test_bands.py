"""Bands, quantiles and the first of many against NumPy's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.bands import band, first, quantile

NUMBERS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40)


@given(NUMBERS, st.lists(st.floats(-1e12, 1e12), max_size=5).map(sorted))
def test_a_band_is_where_a_search_would_put_the_value(values, edges):
    values = np.array(values)
    assert (band(values, edges) == np.searchsorted(edges, values, side="right")).all()


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values, share):
    ordered = np.sort(values)
    assert np.isclose(quantile(ordered, share), np.quantile(ordered, share), rtol=1e-9, atol=1e-3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=40), st.integers(-1, 45))
def test_the_first_of_many_are_those_of_a_full_order(pairs, number):
    values, ties = np.array(pairs, float).reshape(-1, 2).T
    assert first(number, values, ties).tolist() == np.lexsort((ties, values))[: max(number, 0)].tolist()
