"""Averages, weights, finite chains and walks: error bars that hold, against exact answers."""

from fractions import Fraction as F
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from diffusion_derived import monte_carlo as mc
from diffusion_derived.beta_coin import Beta
from diffusion_derived.monte_carlo import Estimate

RUNS = 1000
SHARE_THAT_HOLDS = (0.87, 0.93)
LOGIT_POSTERIOR = Beta(8, 4)


def share_covered(estimates, truth, level=0.9):
    estimates = list(estimates)
    assert len(estimates) == RUNS
    return np.mean([estimate.covers(truth, level) for estimate in estimates])


def is_kept(share):
    low, high = SHARE_THAT_HOLDS
    return low <= share <= high


# estimates ----------------------------------------------------------------------------------------


def test_an_average_by_hand():
    found = mc.average([1, 2, 6])
    assert found == Estimate(3.0, sqrt(7 / 3), 3)
    assert found.interval(0.9) == pytest.approx(stats.norm(3, sqrt(7 / 3)).interval(0.9), rel=1e-12)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_average_agrees_with_scipy(values, level):
    found = mc.average(values)
    assert found.value == pytest.approx(np.mean(values), abs=1e-9)
    assert found.error == pytest.approx(stats.sem(values), abs=1e-9)
    low, high = found.interval(level)
    reach = stats.norm.ppf((1 + level) / 2) * found.error
    assert [low, high] == pytest.approx([found.value - reach, found.value + reach])
    assert found.covers(found.value, level) and not found.covers(high + 1e-6 + reach, level)


def test_error_bars_of_averages_hold_as_often_as_they_say():
    rng = np.random.default_rng(21)
    draws = rng.exponential(2.0, (RUNS, 400))
    assert is_kept(share_covered(map(mc.average, draws), 2.0))
    for level in (0.5, 0.99):
        share = share_covered(map(mc.average, draws), 2.0, level)
        assert abs(share - level) < 4 * sqrt(level * (1 - level) / RUNS)


def test_an_error_quoted_without_the_root_of_n_is_found():
    """The control: the spread of one draw in place of the mean's, and a mean of copies."""
    draws = np.random.default_rng(22).exponential(2.0, (RUNS, 400))
    spread = [Estimate(d.mean(), d.std(ddof=1), 400) for d in draws]
    copies = [mc.average(np.repeat(d[:100], 4)) for d in draws]
    assert share_covered(spread, 2.0) == 1
    assert not is_kept(share_covered(copies, 2.0))


def test_the_error_falls_as_one_over_the_root_of_n():
    rng = np.random.default_rng(23)
    errors = [mc.average(rng.normal(size=n)).error for n in (10**3, 10**5)]
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.1)


# importance sampling ------------------------------------------------------------------------------


def weighted_runs(rng, sigma, n=400):
    """Draws of N(0, sigma^2) with their log weights towards N(0, 1), many runs."""
    x = rng.normal(0, sigma, (RUNS, n))
    return x, stats.norm(0, 1).logpdf(x) - stats.norm(0, sigma).logpdf(x)


def test_importance_by_hand():
    found = mc.importance([1.0, 3.0, 2.0], np.log([2.0, 0.5, 1.0]))
    products = [2.0, 1.5, 2.0]
    assert found.value == pytest.approx(np.mean(products))
    assert found.error == pytest.approx(stats.sem(products)) and found.draws == 3
    assert mc.effective_size(np.log([2.0, 0.5, 1.0])) == pytest.approx(3.5**2 / 5.25)
    ratio = mc.self_normalised([1.0, 3.0, 2.0], np.log([2.0, 0.5, 1.0]))
    assert ratio.value == pytest.approx(5.5 / 3.5)
    gaps = np.array([2.0, 0.5, 1.0]) * (np.array([1.0, 3.0, 2.0]) - 5.5 / 3.5)
    assert ratio.error == pytest.approx(sqrt(gaps @ gaps) / 3.5)


def test_weights_of_one_are_an_average():
    values = np.random.default_rng(1).normal(size=50)
    assert mc.importance(values, np.zeros(50)) == mc.average(values)
    assert mc.effective_size(np.zeros(50)) == 50
    assert mc.effective_size([0.0, -np.inf, -np.inf]) == 1


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=20), st.floats(-600, 600))
def test_a_factor_of_all_weights_scales_or_cancels(log_weights, shift):
    values, log_weights = np.arange(len(log_weights)) + 1.0, np.array(log_weights)
    plain, moved = (mc.importance(values, log_weights + s) for s in (0.0, shift))
    assert log(moved.value) == pytest.approx(log(plain.value) + shift, abs=1e-9)
    one, two = (mc.self_normalised(values, log_weights + s) for s in (0.0, shift))
    assert two.value == pytest.approx(one.value) and two.error == pytest.approx(one.error, abs=1e-9)
    assert mc.effective_size(log_weights + shift) == pytest.approx(mc.effective_size(log_weights))
    mean = mc.log_mean_exp(log_weights)
    expected = special.logsumexp(log_weights) - log(len(log_weights))
    assert mean.value == pytest.approx(expected, abs=1e-12)


def test_the_log_of_a_mean_far_below_the_smallest_float():
    found = mc.log_mean_exp([-3000.0, -3001.0])
    assert found.value == pytest.approx(-3000 + log((1 + exp(-1)) / 2))
    assert found.error == pytest.approx(stats.sem([1, exp(-1)]) / np.mean([1, exp(-1)]))


def test_error_bars_of_importance_sampling_hold_as_often_as_they_say():
    x, log_weights = weighted_runs(np.random.default_rng(24), sigma=1.5)
    runs = list(zip(x**2, log_weights, strict=True))
    assert is_kept(share_covered((mc.importance(*run) for run in runs), 1.0))
    assert is_kept(share_covered((mc.self_normalised(*run) for run in runs), 1.0))


def test_error_bars_of_weights_without_a_variance_do_not_hold():
    """The control: a proposal half as wide as the target, whose weights have no variance."""
    x, log_weights = weighted_runs(np.random.default_rng(25), sigma=0.5)
    runs = zip(x**2, log_weights, strict=True)
    assert share_covered((mc.importance(*run) for run in runs), 1.0) < 0.6


def test_importance_is_unbiased_and_its_variance_is_a_chi_square():
    """With f = 1 the variance is chi^2(p || q), here 1.5^2 / sqrt(2 * 1.5^2 - 1) - 1."""
    x, log_weights = weighted_runs(np.random.default_rng(26), sigma=1.5)
    chi_square = 1.5**2 / sqrt(2 * 1.5**2 - 1) - 1
    values = [mc.importance(np.ones(400), row) for row in log_weights]
    mean = mc.average([v.value for v in values])
    assert mean.covers(1.0, 0.999)
    assert mean.error**2 * RUNS * 400 == pytest.approx(chi_square, rel=0.15)
    sizes = [mc.effective_size(row) for row in log_weights]
    assert np.mean(sizes) == pytest.approx(400 / (1 + chi_square), rel=0.02)


# finite chains ------------------------------------------------------------------------------------

WEIGHTS = st.lists(st.integers(1, 9), min_size=2, max_size=5)


@st.composite
def chains(draw):
    """A target known up to a factor and a proposal that need not be symmetric."""
    target = draw(WEIGHTS)
    rows = [
        draw(st.lists(st.integers(1, 5), min_size=len(target), max_size=len(target)))
        for _ in target
    ]
    return target, [[F(entry, sum(row)) for entry in row] for row in rows]


@given(chains())
def test_metropolis_satisfies_detailed_balance_exactly(chain):
    target, proposal = chain
    p = np.array([F(w, sum(target)) for w in target])
    kernel = mc.metropolis_kernel(target, proposal)
    assert mc.is_detailed_balanced(kernel, p)
    assert mc.stationary(kernel).tolist() == p.tolist() == (p @ kernel).tolist()
    for i in range(len(p)):
        for j in range(len(p)):
            if i != j:
                ratio = p[j] * proposal[j][i] / (p[i] * proposal[i][j])
                assert kernel[i, j] == proposal[i][j] * min(1, ratio)


@given(chains(), st.integers(2, 9))
def test_the_normalising_constant_cancels(chain, factor):
    target, proposal = chain
    scaled = mc.metropolis_kernel([factor * w for w in target], proposal)
    assert scaled.tolist() == mc.metropolis_kernel(target, proposal).tolist()


@given(chains())
def test_the_stationary_distribution_is_numpys_eigenvector(chain):
    for kernel in (chain[1], mc.metropolis_kernel(*chain)):
        floats = np.array(kernel, dtype=float)
        values, vectors = np.linalg.eig(floats.T)
        vector = np.real(vectors[:, np.argmin(abs(values - 1))])
        np.testing.assert_allclose(mc.stationary(floats), vector / vector.sum(), atol=1e-9)
        np.testing.assert_allclose(mc.stationary(kernel).astype(float), mc.stationary(floats))


def test_a_chain_with_a_current_is_stationary_without_balance():
    around = [[0, F(3, 4), F(1, 4)], [F(1, 4), 0, F(3, 4)], [F(3, 4), F(1, 4), 0]]
    assert mc.stationary(around).tolist() == [F(1, 3)] * 3
    assert not mc.is_detailed_balanced(around, [F(1, 3)] * 3)
    assert mc.is_detailed_balanced([[F(1, 2)] * 2] * 2, [F(1, 2)] * 2)


@pytest.mark.parametrize("fault", ["no acceptance", "always the target", "refusals forgotten"])
def test_a_planted_fault_breaks_the_balance(fault):
    target, proposal = np.array([F(1, 7), F(2, 7), F(4, 7)]), np.full((3, 3), F(1, 3))
    proposal[0] = [F(1, 2), F(1, 4), F(1, 4)]
    kernel = mc.metropolis_kernel(target, proposal)
    assert mc.is_detailed_balanced(kernel, target)
    if fault == "no acceptance":
        kernel = proposal
    elif fault == "always the target":
        kernel = mc.metropolis_kernel([1, 1, 1], proposal)
    else:
        np.fill_diagonal(kernel, 0)
        kernel = kernel / kernel.sum(axis=1, keepdims=True)
    assert not mc.is_detailed_balanced(kernel, target)


def test_tiny_probabilities_keep_their_digits():
    target = np.array([1.0, 1e-20, 1e-200])
    kernel = mc.metropolis_kernel(target, np.full((3, 3), 1 / 3))
    np.testing.assert_allclose(mc.stationary(kernel), target, rtol=1e-12)


def test_a_long_ring_is_seen_to_be_connected():
    ring = np.roll(np.eye(33), 1, axis=1)
    assert mc.stationary(ring).tolist() == pytest.approx([1 / 33] * 33)
    with pytest.raises(ValueError, match="kernel = an array .* every state from every state"):
        mc.stationary(np.block([[ring, 0 * ring], [0 * ring, ring]]))


# walks --------------------------------------------------------------------------------------------


def logit_posterior(x):
    """Log density of the coin's posterior Beta(8, 4) on the line of x = logit(theta)."""
    return 8 * special.log_expit(x) + 4 * special.log_expit(-x)


def stationary_starts(rng, shape):
    return special.logit(LOGIT_POSTERIOR.sample(rng, shape))


@pytest.mark.parametrize("step", [0.3, 1.5, 4.0])
def test_a_walk_visits_the_posterior(step):
    rng = np.random.default_rng(31)
    walk = mc.metropolis(logit_posterior, stationary_starts(rng, 4000), step, 30, rng)
    last = special.expit(walk.draws[:, -1])
    assert stats.kstest(last, stats.beta(8, 4).cdf).pvalue > 1e-3
    assert np.allclose(walk.log_densities, logit_posterior(walk.draws))


def test_a_walk_that_accepts_everything_does_not():
    """The control: without refusals it is a random walk, which spreads."""
    rng = np.random.default_rng(32)
    walk = mc.metropolis(lambda x: 0 * x, stationary_starts(rng, 4000), 1.5, 30, rng)
    assert walk.acceptance.tolist() == [1] * 4000
    assert stats.kstest(special.expit(walk.draws[:, -1]), stats.beta(8, 4).cdf).pvalue < 1e-9


def test_the_shapes_of_walks():
    rng = np.random.default_rng(33)
    one = mc.metropolis(logit_posterior, 0.0, 1.0, 50, rng)
    assert one.draws.shape == one.log_densities.shape == (50,) and isinstance(one.acceptance, float)
    many = mc.metropolis(logit_posterior, np.zeros(3), 1.0, 50, rng)
    assert many.draws.shape == many.log_densities.shape == (3, 50) and many.acceptance.shape == (3,)
    plane = mc.metropolis(lambda x: -(x**2).sum(axis=-1), np.zeros((3, 2)), 1.0, 50, rng)
    assert plane.draws.shape == (3, 50, 2) and plane.log_densities.shape == (3, 50)
    single = mc.metropolis(lambda x: -(x**2).sum(axis=-1), np.zeros(2), [0.1, 1.0], 50, rng)
    assert single.draws.shape == (50, 2) and single.log_densities.shape == (50,)


def test_acceptance_is_the_share_of_steps_that_move():
    walk = mc.metropolis(logit_posterior, 0.5, 2.0, 500, np.random.default_rng(34))
    moves = np.diff(np.append(0.5, walk.draws)) != 0
    assert walk.acceptance == pytest.approx(moves.mean()) and 0.2 < walk.acceptance < 0.8


def test_a_walk_does_not_leave_the_support():
    log_density = lambda x: np.where((x >= 0) & (x <= 1), 0.0, -np.inf)  # noqa: E731
    walk = mc.metropolis(log_density, np.full(200, 0.5), 0.7, 200, np.random.default_rng(35))
    assert ((walk.draws >= 0) & (walk.draws <= 1)).all()
    assert stats.kstest(walk.draws[:, -1], "uniform").pvalue > 1e-3


def test_chains_of_one_walk_are_walked_apart():
    rng = np.random.default_rng(36)
    walk = mc.metropolis(logit_posterior, np.zeros(2), 1.0, 2000, rng)
    assert abs(np.corrcoef(walk.draws)[0, 1]) < 0.15


def test_a_walk_over_the_plane_follows_a_correlated_normal():
    covariance = np.array([[1.0, 0.8], [0.8, 2.0]])
    precision = np.linalg.inv(covariance)
    rng = np.random.default_rng(37)
    start = rng.multivariate_normal([0, 0], covariance, 5000)
    log_density = lambda x: -0.5 * np.einsum("...i,ij,...j", x, precision, x)  # noqa: E731
    last = mc.metropolis(log_density, start, 1.2, 20, rng).draws[:, -1]
    np.testing.assert_allclose(np.cov(last.T), covariance, atol=0.12)


def runs_of_walks(rng, chains=4, draws=1000, step=2.0):
    """Walks of many runs at once: shape (runs, chains, draws) of theta."""
    walk = mc.metropolis(logit_posterior, stationary_starts(rng, RUNS * chains), step, draws, rng)
    return special.expit(walk.draws).reshape(RUNS, chains, draws)


@pytest.mark.slow
def test_error_bars_of_correlated_draws_hold_as_often_as_they_say():
    runs = runs_of_walks(np.random.default_rng(38))
    assert is_kept(share_covered(map(mc.correlated_average, runs), 2 / 3))
    naive = (mc.average(run.ravel()) for run in runs)
    assert share_covered(naive, 2 / 3) < 0.75


def test_error_bars_of_short_walks_hold_and_those_of_counted_draws_do_not():
    """The control: correlated draws that are counted as if they were independent."""
    runs = runs_of_walks(np.random.default_rng(39), chains=4, draws=250)
    assert is_kept(share_covered(map(mc.correlated_average, runs), 2 / 3))
    assert share_covered((mc.average(run.ravel()) for run in runs), 2 / 3) < 0.75


# refusals -----------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
HALVES = [[0.5, 0.5], [0.5, 0.5]]
REFUSED = [
    (lambda: mc.average([1.0]), r"values = \[1\.0\]: expected at least two numbers"),
    (lambda: mc.average([[1.0, 2.0]]), r"values = .* in one row"),
    (lambda: mc.average([1.0, np.nan]), r"values = .* none of them NaN"),
    (lambda: mc.average([1.0, np.inf]), r"values = inf: expected finite numbers"),
    (lambda: mc.average(["1", "2"]), r"values = .* expected numbers"),
    (lambda: Estimate(0, 1, 2).interval(0), r"level = 0\.0: .* strictly between 0 and 1"),
    (lambda: Estimate(0, 1, 2).interval(90), r"level = 90: expected a probability"),
    (lambda: mc.importance([1, 2], [0]), r"log_weights\.shape = .* values, \(2,\)"),
    (lambda: mc.importance([1, 2], [-np.inf] * 2), r"log_weights = -inf: .* is finite"),
    (lambda: mc.importance([1, 2], [np.inf, 0]), r"log_weights = inf: .* is finite"),
    (lambda: mc.importance([1, 2], [800, 0]), r"log_weights = 800\.0: expected at most 700"),
    (lambda: mc.effective_size([np.nan, 0]), r"log_weights = .* none of them NaN"),
    (lambda: mc.log_mean_exp([1.0]), r"values = .* at least two"),
    (lambda: mc.stationary([[0.5, 0.6], [0.5, 0.5]]), r"kernel row = .* add up to 1"),
    (lambda: mc.stationary([[0.5, 0.5]]), r"kernel\.shape = .* as many rows as columns"),
    (lambda: mc.stationary([[1, 0], [0, 1]]), r"kernel = .* every state from every state"),
    (lambda: mc.stationary([[1, 0], [F(1, 2), F(1, 2)]]), r"kernel = .* every state"),
    (lambda: mc.is_detailed_balanced(HALVES, [1.0]), r"p\.shape = .* each of 2 states"),
    (lambda: mc.is_detailed_balanced(HALVES, [0.6, 0.6]), r"p = .* add up to 1"),
    (lambda: mc.metropolis_kernel([1, 0], HALVES), r"target = 0: expected a number above 0"),
    (lambda: mc.metropolis_kernel([1, 2, 3], HALVES), r"target\.shape = .* each of 2"),
    (lambda: mc.metropolis_kernel([1, 2], [[1, 1], [0, 1]]), r"proposal row = .* add up to 1"),
    (lambda: mc.metropolis(logit_posterior, 0.0, 0, 5, RNG), r"step = 0\.0: .* above 0"),
    (lambda: mc.metropolis(logit_posterior, np.nan, 1, 5, RNG), r"start = nan: expected numbers"),
    (lambda: mc.metropolis(logit_posterior, 0.0, 1, 0, RNG), r"draws = 0: expected a whole number"),
    (lambda: mc.metropolis(logit_posterior, 0.0, 1, 5, 7), r"rng = 7: expected a numpy"),
    (lambda: mc.metropolis(lambda x: x * 0 - np.inf, 0.0, 1, 5, RNG), r"start = 0\.0: .* above 0"),
    (lambda: mc.metropolis(lambda x: x * np.nan, 0.0, 1, 5, RNG), r"log_density = nan: expected"),
    (lambda: mc.metropolis(lambda x: x + np.inf, 0.0, 1, 5, RNG), r"log_density = inf: expected"),
    (lambda: mc.metropolis(lambda x: [0.0] * 3, 0.0, 1, 5, RNG), r"log_density\(start\)\.shape"),
]


@pytest.mark.parametrize("call, message", REFUSED)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
