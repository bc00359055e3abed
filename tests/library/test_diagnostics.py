"""Effective sample size and split R-hat equal ArviZ's; autocorrelation equals its definition."""

import numpy as np
import pytest
from arviz_stats.base import array_stats
from hypothesis import example, given
from hypothesis import strategies as st

from diffusion_derived import monte_carlo as mc


def autoregression(rng, chains, draws, rho, drift=0.0):
    """Chains x_t = rho x_(t-1) + noise of variance 1 - rho^2, which keeps the variance at 1."""
    x = np.empty((chains, draws))
    x[:, 0] = rng.normal(size=chains)
    for t in range(1, draws):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * rng.normal(size=chains)
    return x + drift * np.arange(chains)[:, None]


CHAINS = st.tuples(
    st.integers(1, 5), st.integers(4, 120), st.floats(-0.95, 0.999), st.integers(0, 2**32 - 1)
)


@given(CHAINS, st.floats(0, 2))
def test_diagnostics_equal_arviz(shape, drift):
    chains, draws, rho, seed = shape
    x = autoregression(np.random.default_rng(seed), chains, draws, rho, drift)
    found = mc.effective_sample_size(x)
    assert found == pytest.approx(array_stats.ess(x, method="mean"), rel=1e-9)
    if chains > 1:
        assert mc.split_rhat(x) == pytest.approx(array_stats.rhat(x, method="split"), rel=1e-9)
    error = mc.correlated_average(x).error
    assert error == pytest.approx(array_stats.mcse(x, method="mean"), rel=1e-9)


@given(st.integers(1, 5), st.integers(20, 400), st.floats(0.05, 20), st.integers(0, 2**32 - 1))
@example(1, 20, 7.0, 1)  # the sum of pairs reaches the end of the walk
def test_diagnostics_of_a_walk_equal_arviz(chains, draws, step, seed):
    """Refused steps repeat a draw; long steps are refused for most of the walk."""
    rng = np.random.default_rng(seed)
    x = mc.metropolis(lambda x: -x * x / 2, rng.normal(size=chains), step, draws, rng).draws
    if np.ptp(x) > 0:
        expected = array_stats.ess(x, method="mean")
        assert mc.effective_sample_size(x) == pytest.approx(expected, rel=1e-9)
    if np.ptp(x) > 0 and chains > 1:
        expected = array_stats.rhat(x, method="split")
        assert mc.split_rhat(x) == pytest.approx(expected, rel=1e-9)


@given(st.integers(1, 4), st.integers(4, 40), st.integers(1, 4), st.integers(0, 2**32 - 1))
@example(3, 16, 1, 864857)
def test_diagnostics_of_a_few_whole_numbers_equal_arviz(chains, draws, values, seed):
    x = np.random.default_rng(seed).integers(0, values + 1, (chains, draws)).astype(float)
    if np.ptp(x) > 0:
        expected = array_stats.ess(x, method="mean")
        assert mc.effective_sample_size(x) == pytest.approx(expected, rel=1e-9)


def test_one_chain_may_be_given_as_a_row():
    x = autoregression(np.random.default_rng(4), 1, 200, 0.5)
    assert mc.effective_sample_size(x[0]) == mc.effective_sample_size(x)
    assert mc.split_rhat(x[0]) == mc.split_rhat(x)
    assert mc.correlated_average(x[0]) == mc.correlated_average(x)


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.5, 0.9])
def test_the_size_of_an_autoregression_is_known(rho):
    """Its correlations are rho^t, so n draws are worth n (1 - rho)/(1 + rho)."""
    x = autoregression(np.random.default_rng(5), 4, 20_000, rho)
    exact = x.size * (1 - rho) / (1 + rho)
    assert mc.effective_sample_size(x) == pytest.approx(exact, rel=0.1)
    np.testing.assert_allclose(mc.autocorrelation(x)[:, :6].mean(0), rho ** np.arange(6), atol=0.03)


def test_the_error_of_an_autoregression_is_that_of_its_mean():
    x = autoregression(np.random.default_rng(6), 4000, 400, 0.8)
    spread = x.reshape(1000, 4, 400).mean(axis=(1, 2)).std(ddof=1)
    errors = [mc.correlated_average(run).error for run in x.reshape(1000, 4, 400)]
    assert np.mean(errors) == pytest.approx(spread, rel=0.08)


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=30).filter(lambda x: len(set(x)) > 1))
def test_autocorrelation_is_its_sum_term_by_term(x):
    x, n = np.array(x, dtype=float), len(x)
    centred = x - x.mean()
    covariance = [centred[: n - t] @ centred[t:] / n for t in range(n)]
    np.testing.assert_allclose(mc.autocovariance(x), covariance, atol=1e-9)
    np.testing.assert_allclose(mc.autocorrelation(x), np.array(covariance) / x.var(), atol=1e-9)
    np.testing.assert_allclose(mc.autocovariance([x, 2 * x])[1], 4 * mc.autocovariance(x))


def test_chains_that_disagree_are_found():
    x = autoregression(np.random.default_rng(7), 4, 500, 0.3)
    assert mc.split_rhat(x) < 1.01 < 1.5 < mc.split_rhat(x + np.arange(4)[:, None])
    assert mc.effective_sample_size(x + np.arange(4)[:, None]) < 10


def test_a_drift_within_each_chain_is_found_by_its_halves():
    x = autoregression(np.random.default_rng(8), 4, 500, 0.3) + np.linspace(0, 3, 500)
    assert mc.split_rhat(x) > 1.2


def test_chains_that_sit_still_at_different_places_disagree_without_end():
    still = np.repeat([[1.0], [2.0]], 50, axis=1)
    assert mc.split_rhat(still) == np.inf and mc.effective_sample_size(still) < 5


REFUSED = [
    (lambda: mc.effective_sample_size([1.0, 2, 3]), r"chains = .* four draws or more"),
    (lambda: mc.effective_sample_size(np.zeros((2, 3, 9))), r"chains = .* four draws or more"),
    (lambda: mc.effective_sample_size(np.ones(50)), r"chains = .* expected chains that move"),
    (lambda: mc.split_rhat(np.ones((2, 50))), r"chains = .* expected chains that move"),
    (lambda: mc.split_rhat([1, 2, np.nan, 4]), r"chains = .* none of them NaN"),
    (lambda: mc.correlated_average([1, 2, np.inf, 4]), r"chains = inf: expected finite"),
    (lambda: mc.correlated_average([[1, 2], [3, 4]]), r"chains = .* four draws or more"),
    (lambda: mc.autocorrelation(np.ones(9)), r"x = .* expected a chain that moves"),
    (lambda: mc.autocorrelation([[1, 2], [3, 3]]), r"x = .* expected a chain that moves"),
    (lambda: mc.autocovariance(1.0), r"x = 1\.0: expected at least two draws"),
]


@pytest.mark.parametrize("call, message", REFUSED)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
