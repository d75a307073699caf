"""The tables of quantiles against the laws themselves, far into the tails."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from sim.laws import LAPLACE_QUARTER, NORMAL

TAILS = (1e-12, 1e-9, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.4, 0.49)


@pytest.mark.parametrize("tail", TAILS)
def test_the_table_of_the_normal_law_is_the_normal_law(tail):
    assert NORMAL.of(np.array([tail])) == pytest.approx(special.ndtri(tail), abs=3e-5)


@pytest.mark.parametrize("tail", TAILS)
def test_the_table_of_a_quarter_is_a_normal_variate_with_a_gamma_variance(tail):
    """P(X > x) = E[Φ(−x/√(2G))] with G ~ Gamma(1/4), here integrated over G = s⁴."""
    x = -LAPLACE_QUARTER.of(np.array([tail]))[0]

    def above(s):
        return 4 * np.exp(-(s**4)) / special.gamma(0.25) * special.ndtr(-x / (np.sqrt(2) * s * s)) if s else 0.0

    assert integrate.quad(above, 0, 3.5, epsabs=0, epsrel=1e-10, limit=500)[0] == pytest.approx(tail, rel=3e-4)


@pytest.mark.parametrize("law", [NORMAL, LAPLACE_QUARTER])
def test_a_law_is_symmetric_rises_and_is_finite_at_the_ends(law):
    ranks = np.arange(1, 2**16) / 2**16
    values = law.of(ranks)
    assert (np.diff(values) > 0).all() and (values == -values[::-1]).all()
    assert np.isfinite(law.of(np.array([0.0, 0.5, 1 - 2.0**-53]))).all()


def test_moments_of_the_tables():
    ranks = (np.arange(10**6) + 0.5) / 10**6
    for law, variance, kurtosis in ((NORMAL, 1.0, 0.0), (LAPLACE_QUARTER, 0.5, 12.0)):
        values = law.of(ranks)
        assert values.var() == pytest.approx(variance, rel=1e-4)
        # Ranks in the middle of a millionth part cut the outermost tails a little.
        assert stats.kurtosis(values) == pytest.approx(kurtosis, abs=0.05)
