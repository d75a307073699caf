"""Bands and quantiles against NumPy's own."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.bands import band, quantile

NUMBERS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=40)


@given(NUMBERS, st.lists(st.floats(-1e12, 1e12), max_size=5).map(sorted))
def test_a_band_is_where_a_search_would_put_the_value(values, edges):
    values = np.array(values)
    assert (band(values, edges) == np.searchsorted(edges, values, side="right")).all()


@given(NUMBERS, st.floats(0, 1))
def test_a_quantile_is_that_of_numpy(values, share):
    ordered = np.sort(values)
    assert np.isclose(quantile(ordered, share), np.quantile(ordered, share), rtol=1e-9, atol=1e-3)
