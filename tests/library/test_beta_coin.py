"""Chapter 2 against enumeration, quadrature, scipy.stats and 50-digit arithmetic."""

import itertools
from fractions import Fraction as F
from math import comb, exp, factorial, isfinite, log

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from diffusion_derived import bayes
from diffusion_derived import beta_coin as coin
from diffusion_derived.beta_coin import Beta, Dirichlet

SHAPES = st.floats(1e-3, 1e3)
WHOLE = st.integers(1, 8)
TOSSES = st.integers(0, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
EXTREME = [(1e-3, 1e-3), (1e-3, 1e3), (1e3, 1e-3), (1e3, 1e3), (1, 1), (0.5, 0.5)]
GRID = np.linspace(0, 1, 1001)


def area_of_monomial(k: int, m: int) -> F:
    """Exact area under theta^k (1 - theta)^m, by the binomial theorem."""
    return sum(F(comb(m, j) * (-1) ** j, k + j + 1) for j in range(m + 1))


def exact_log_evidence(heads, n, a, b):
    with mpmath.workdps(50):
        beta = mpmath.beta(mpmath.mpf(a) + heads, mpmath.mpf(b) + n - heads)
        return float(mpmath.log(mpmath.binomial(n, heads) * beta / mpmath.beta(a, b)))


# the coin -----------------------------------------------------------------------------------------


def test_seven_in_ten():
    assert coin.evidence(7, 10) == F(1, 11) == comb(10, 7) * area_of_monomial(7, 3)
    assert coin.posterior(7, 3) == Beta(8, 4)
    assert coin.predictive(7, 3) == F(2, 3) and coin.maximum_likelihood(7, 10) == F(7, 10)
    assert repr(coin.posterior(7, 3)) == "Beta(8, 4)"


@pytest.mark.parametrize("n", [0, 1, 10, 57])
def test_every_count_is_as_probable_under_the_uniform_prior(n):
    assert {coin.evidence(heads, n) for heads in range(n + 1)} == {F(1, n + 1)}


@given(TOSSES, WHOLE, WHOLE)
def test_evidence_is_the_area_of_prior_times_likelihood(tosses, a, b):
    heads, n = tosses
    area = area_of_monomial(a + heads - 1, b + n - heads - 1) / area_of_monomial(a - 1, b - 1)
    assert coin.evidence(heads, n, a, b) == comb(n, heads) * area


@given(TOSSES, st.fractions(F(1, 9), 5), st.fractions(F(1, 9), 5))
def test_evidence_of_fractions_adds_up_to_one_and_agrees_with_scipy(tosses, a, b):
    heads, n = tosses
    exact = coin.evidence(heads, n, a, b)
    assert sum(coin.evidence(k, n, a, b) for k in range(n + 1)) == 1
    reference = stats.betabinom(n, float(a), float(b)).pmf(heads)
    assert float(exact) == pytest.approx(reference, rel=1e-9)
    assert coin.evidence(heads, n, float(a), float(b)) == pytest.approx(float(exact), rel=1e-9)


@pytest.mark.parametrize("a, b", EXTREME)
@pytest.mark.parametrize(
    "heads, n", [(0, 0), (3, 10), (0, 10**6), (10**6, 10**6), (7 * 10**5, 10**6)]
)
def test_log_evidence_of_a_million_tosses(heads, n, a, b):
    assert coin.log_evidence(heads, n, a, b) == pytest.approx(
        exact_log_evidence(heads, n, a, b), rel=1e-9, abs=2e-8
    )


def test_exact_evidence_of_a_million_tosses():
    assert coin.evidence(7 * 10**5, 10**6) == F(1, 10**6 + 1)


@given(TOSSES, st.fractions(0, 1))
def test_likelihood_by_enumerating_the_tosses(tosses, theta):
    heads, n = tosses[0] % 8, min(tosses[1], 7)
    heads = min(heads, n)
    total = F(0)
    for outcome in itertools.product([0, 1], repeat=n):
        if sum(outcome) == heads:
            total += theta**heads * (1 - theta) ** (n - heads)
    assert coin.likelihood(theta, heads, n) == total
    assert coin.likelihood(float(theta), heads, n) == pytest.approx(float(total), abs=1e-12)


def test_likelihood_of_arrays_agrees_with_scipy():
    reference = stats.binom(10, GRID).pmf(7)
    np.testing.assert_allclose(coin.likelihood(GRID, 7, 10), reference, atol=1e-14)
    logs = coin.log_likelihood(GRID[1:-1], 700_000, 10**6)
    np.testing.assert_allclose(
        logs, stats.binom(10**6, GRID[1:-1]).logpmf(700_000), rtol=1e-9, atol=1e-6
    )
    assert coin.log_likelihood(0.0, 1, 1) == -np.inf and coin.likelihood([0, 1], 1, 1).tolist() == [
        0,
        1,
    ]


@given(TOSSES, SHAPES, SHAPES)
def test_posterior_density_is_prior_times_likelihood_over_evidence(tosses, a, b):
    heads, n = tosses
    theta = np.linspace(0.01, 0.99, 25)
    rule = (
        Beta(a, b).log_pdf(theta)
        + coin.log_likelihood(theta, heads, n)
        - coin.log_evidence(heads, n, a, b)
    )
    np.testing.assert_allclose(
        coin.posterior(heads, n - heads, a, b).log_pdf(theta), rule, rtol=1e-8, atol=1e-8
    )


@given(st.lists(st.integers(0, 1), max_size=12), st.fractions(F(1, 5), 4), st.randoms())
def test_one_toss_at_a_time_equals_all_at_once_in_any_order(tosses, a, random):
    at_once = coin.posterior(sum(tosses), len(tosses) - sum(tosses), a, 2)
    random.shuffle(tosses)
    belief, evidence = Beta(a, 2), F(1)
    for toss in tosses:
        evidence *= belief.mean if toss else 1 - belief.mean
        belief = belief.update(toss, 1 - toss)
    assert belief == at_once
    ways = comb(len(tosses), sum(tosses))
    assert ways * evidence == coin.evidence(sum(tosses), len(tosses), a, 2)


@given(TOSSES, st.fractions(F(1, 5), 9), st.fractions(F(1, 5), 9))
def test_posterior_mean_is_a_weighted_average(tosses, a, b):
    heads, n = tosses
    weight, mean = coin.weight_of_prior(n, a, b), coin.predictive(heads, n - heads, a, b)
    assert 0 < weight <= 1
    if n:
        frequency = coin.maximum_likelihood(heads, n)
        assert mean == weight * Beta(a, b).mean + (1 - weight) * frequency
    else:
        assert mean == Beta(a, b).mean and weight == 1


def test_predictive_is_the_expected_bias():
    area, _ = integrate.quad(lambda t: t * Beta(2.5, 3).update(7, 3).pdf(t), 0, 1)
    assert coin.predictive(7, 3, 2.5, 3) == pytest.approx(area, rel=1e-9)


def test_maximum_likelihood_is_the_top_of_the_likelihood():
    for heads in range(1, 10):
        top = GRID[np.argmax(coin.likelihood(GRID, heads, 10))]
        assert float(coin.maximum_likelihood(heads, 10)) == pytest.approx(top)
    assert coin.maximum_likelihood(3, 3) == 1


# the Beta distribution ----------------------------------------------------------------------------


@given(SHAPES, SHAPES)
def test_moments_agree_with_scipy(a, b):
    mean, variance = stats.beta(a, b).stats()
    assert Beta(a, b).mean == pytest.approx(float(mean), rel=1e-12)
    assert Beta(a, b).variance == pytest.approx(float(variance), rel=1e-9)
    assert Beta(a, b).sd == pytest.approx(float(variance) ** 0.5, rel=1e-9)


@given(WHOLE, WHOLE)
def test_exact_moments_by_integration(a, b):
    total = area_of_monomial(a - 1, b - 1)
    first, second = area_of_monomial(a, b - 1) / total, area_of_monomial(a + 1, b - 1) / total
    assert Beta(a, b).mean == first and Beta(a, b).variance == second - first**2


@given(st.floats(1.05, 40), st.floats(1.05, 40))
def test_mode_is_the_highest_point(a, b):
    grid = np.linspace(0, 1, 20_001)
    assert Beta(a, b).mode == pytest.approx(grid[np.argmax(Beta(a, b).pdf(grid))], abs=1e-4)


def test_modes_at_the_ends():
    assert Beta(8, 4).mode == F(7, 10)
    assert [Beta(*ab).mode for ab in [(0.5, 1), (1, 3), (0.5, 3), (1, 0.5), (3, 1)]] == [
        0,
        0,
        0,
        1,
        1,
    ]
    assert Beta(1, 3).pdf(0) == pytest.approx(3) == max(Beta(1, 3).pdf(GRID))


@given(SHAPES, SHAPES)
def test_density_and_distribution_agree_with_scipy(a, b):
    belief, reference = Beta(a, b), stats.beta(a, b)
    theta = np.linspace(0.001, 0.999, 41)
    np.testing.assert_allclose(belief.log_pdf(theta), reference.logpdf(theta), rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(belief.cdf(theta), reference.cdf(theta), rtol=1e-7, atol=1e-12)
    low, high = belief.interval(0.9)
    assert 0 <= low <= high <= 1
    assert (
        belief.cdf(high) - belief.cdf(low) == pytest.approx(0.9, abs=0.05)
        or low < 1e-300
        or high == 1
    )


@given(st.floats(0.3, 50), st.floats(0.3, 50), st.floats(0.01, 0.99))
def test_quantiles_invert_the_distribution(a, b, share):
    assert Beta(a, b).cdf(Beta(a, b).ppf(share)) == pytest.approx(share, rel=1e-6)


@given(st.floats(1, 60), st.floats(1, 60))
@settings(max_examples=30)
def test_density_has_area_one_and_cdf_is_its_area(a, b):
    belief = Beta(a, b)
    points = [float(belief.mean)]
    area, _ = integrate.quad(belief.pdf, 0, 1, points=points, epsabs=1e-11)
    below, _ = integrate.quad(belief.pdf, 0, points[0], epsabs=1e-11)
    assert area == pytest.approx(1, abs=1e-8)
    assert belief.cdf(points[0]) == pytest.approx(below, abs=1e-8)


def test_chance_that_the_coin_favours_heads():
    """An integer Beta's CDF is a binomial tail: 227 of 256."""
    tail = F(sum(comb(11, k) for k in range(8)), 2**11)
    assert tail == F(227, 256)
    assert 1 - coin.posterior(7, 3).cdf(0.5) == pytest.approx(float(tail), abs=1e-14)


@pytest.mark.parametrize("a, b", EXTREME)
@pytest.mark.parametrize("heads, tails", [(0, 0), (0, 10**6), (10**6, 0), (500_000, 500_000)])
def test_extreme_beliefs_stay_finite(a, b, heads, tails):
    belief = coin.posterior(heads, tails, a, b)
    assert all(isfinite(value) for value in (belief.mean, belief.variance, belief.sd))
    inside = np.linspace(0.001, 0.999, 999)
    assert np.isfinite(belief.log_pdf(inside)).all() and np.isfinite(belief.pdf(inside)).all()
    for values in (belief.log_pdf(GRID), belief.pdf(GRID), belief.cdf(GRID), belief.ppf(GRID)):
        assert not np.isnan(values).any()
    assert 0 <= belief.interval()[0] <= belief.interval()[1] <= 1
    draws = belief.sample(np.random.default_rng(0), 1000)
    assert ((draws >= 0) & (draws <= 1)).all()
    assert isfinite(coin.kl_beta(belief, Beta(a, b))) and isfinite(coin.kl_beta(Beta(a, b), belief))
    assert coin.kl_beta(belief, belief) == 0


def test_density_beyond_the_largest_float_is_infinite_not_an_error():
    assert Beta(1e-3, 1).pdf(5e-324) == np.inf and Beta(1e-3, 1).pdf(0) == np.inf
    assert isfinite(Beta(1e-3, 1).log_pdf(5e-324))


def test_samples_follow_the_density():
    draws = Beta(8, 4).sample(np.random.default_rng(3), 20_000)
    assert stats.kstest(draws, stats.beta(8, 4).cdf).pvalue > 1e-3
    assert isinstance(Beta(8, 4).sample(np.random.default_rng(3)), float)


def test_variance_falls_as_one_over_n():
    for n in (10**3, 10**6):
        variance = coin.posterior(7 * n // 10, 3 * n // 10).variance
        assert float(n * variance) == pytest.approx(0.21, rel=10 / n)


@pytest.mark.parametrize("a, b", [(1, 1), (0.5, 0.5), (1e-3, 1e3), (20, 80)])
def test_every_prior_positive_near_the_truth_goes_to_the_frequency(a, b):
    belief = coin.posterior(700_000, 300_000, a, b)
    assert belief.cdf(0.71) - belief.cdf(0.69) > 1 - 1e-9


# KL -----------------------------------------------------------------------------------------------


@given(st.floats(0.5, 30), st.floats(0.5, 30), st.floats(0.5, 30), st.floats(0.5, 30))
@settings(max_examples=40)
def test_kl_is_the_integral_of_its_definition(a, b, c, d):
    p, q = Beta(a, b), Beta(c, d)
    mean = float(p.mean)
    area, error = integrate.quad(
        lambda t: p.pdf(t) * (p.log_pdf(t) - q.log_pdf(t)), 0, 1, points=[mean], limit=200
    )
    assert coin.kl_beta(p, q) == pytest.approx(area, abs=1e-6 + 10 * error)


@given(SHAPES, SHAPES, SHAPES, SHAPES)
def test_kl_is_never_negative_beyond_its_stated_rounding(a, b, c, d):
    size = abs(coin.kl_beta(Beta(a, b), Beta(c, d)))
    assert coin.kl_beta(Beta(a, b), Beta(c, d)) >= -1e-9 - 1e-12 * size


def test_kl_of_narrow_posteriors_in_many_digits():
    p, q = coin.posterior(700_000, 300_000), coin.posterior(700_000, 300_000, 10, 10)
    with mpmath.workdps(60):
        a, b, c, d = map(mpmath.mpf, (p.a, p.b, q.a, q.b))
        exact = mpmath.log(mpmath.beta(c, d) / mpmath.beta(a, b))
        exact += (a - c) * mpmath.psi(0, a) + (b - d) * mpmath.psi(0, b)
        exact += (c - a + d - b) * mpmath.psi(0, a + b)
    assert coin.kl_beta(p, q) == pytest.approx(float(exact), abs=1e-8)
    assert float(exact) > 1e-5


def test_posteriors_of_three_priors_converge_as_one_over_n():
    def gap(n, a, b):
        return coin.kl_beta(
            coin.posterior(7 * n // 10, 3 * n // 10, a, b), coin.posterior(7 * n // 10, 3 * n // 10)
        )

    for a, b in [(8, 2), (10, 10), (0.5, 0.5)]:
        assert gap(10**4, a, b) / gap(10**5, a, b) == pytest.approx(10, rel=0.05)


# a finite list of biases --------------------------------------------------------------------------


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9).filter(sum), TOSSES)
def test_grid_posterior_is_bayes_rule_on_a_list(weights, tosses):
    heads, n = tosses
    theta, prior = [F(k, 10) for k in range(1, 10)], [F(w, sum(weights)) for w in weights]
    exact = bayes.posterior(
        prior, [comb(n, heads) * t**heads * (1 - t) ** (n - heads) for t in theta]
    )
    found = coin.grid_posterior(theta, prior, heads, n - heads)
    np.testing.assert_allclose(found, exact.astype(float), atol=1e-12)


def test_a_prior_of_zero_at_the_truth_never_recovers():
    theta = np.arange(1, 10) / 10
    prior = np.where(theta == 0.7, 0, 1 / 8)
    for n in (10, 10**3, 10**6):
        belief = coin.grid_posterior(theta, prior, 7 * n // 10, 3 * n // 10)
        assert belief[6] == 0 and belief.sum() == pytest.approx(1)
    assert belief[5] == pytest.approx(1) or belief[7] == pytest.approx(1)
    allowed = coin.grid_posterior(theta, np.full(9, 1 / 9), 700_000, 300_000)
    assert allowed[6] == pytest.approx(1)


# experiments --------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.5, 0.9])
@pytest.mark.parametrize("prior", [Beta(1, 1), Beta(2, 5), Beta(0.5, 0.5)])
def test_intervals_hold_as_often_as_they_promise(level, prior):
    rng = np.random.default_rng(11)
    result = coin.coverage(rng, 20_000, 30, level, prior)
    assert result.error == pytest.approx((level * (1 - level) / 20_000) ** 0.5)
    assert abs(result.share - level) < 4 * result.error


def test_intervals_of_a_wrong_prior_do_not_hold():
    result = coin.coverage(np.random.default_rng(11), 5000, 10, 0.9, Beta(20, 20), coins=Beta(1, 1))
    assert result.share < 0.9 - 20 * result.error


def test_each_interval_is_that_of_its_own_coin():
    result = coin.coverage(np.random.default_rng(5), 50, 12, 0.8, Beta(2, 3))
    for heads, low, high in zip(result.heads, result.low, result.high, strict=True):
        ends = stats.beta(2 + heads, 3 + 12 - heads).ppf([0.1, 0.9])
        assert [low, high] == pytest.approx(ends, rel=1e-9)


def test_statistics_by_hand():
    tosses = np.array([[0, 0, 1, 1], [1, 0, 1, 0]])
    assert coin.halves_difference(tosses).tolist() == [1, 0]
    assert coin.switches(tosses).tolist() == [1, 3]
    assert coin.switches(tosses[0]) == sum(x != y for x, y in itertools.pairwise(tosses[0]))


def test_drifting_tosses_follow_their_bias():
    rng = np.random.default_rng(2)
    runs = np.array([coin.drifting_tosses(50, 0.1, 0.9, rng) for _ in range(4000)])
    errors = (runs.mean(axis=0) - np.linspace(0.1, 0.9, 50)) / np.sqrt(0.25 / 4000)
    assert set(np.unique(runs)) == {0, 1} and np.abs(errors).max() < 4.5


def test_a_drifting_coin_is_found_though_its_posterior_is_narrow():
    rng = np.random.default_rng(4)
    tosses = coin.drifting_tosses(400, 0.3, 0.8, rng)
    heads = int(tosses.sum())
    assert coin.posterior(heads, 400 - heads).sd < 0.03
    check = coin.posterior_predictive_check(tosses, coin.halves_difference, rng)
    assert check.p_value == pytest.approx(1 / 2001) and check.replicated.shape == (2000,)


def test_a_constant_coin_passes_the_check_about_as_often_as_it_should():
    rng = np.random.default_rng(6)
    values = [
        coin.posterior_predictive_check(
            coin.drifting_tosses(100, 0.6, 0.6, rng), coin.halves_difference, rng, replicates=200
        ).p_value
        for _ in range(200)
    ]
    assert np.mean(np.array(values) < 0.05) < 0.11
    assert np.mean(np.array(values) < 0.5) > 0.3


def test_predictive_p_value_by_enumerating_every_replicate():
    """The chance that two tosses of the fitted model switch at least once, after 0, 1."""
    tosses = np.array([0, 1])
    exact = sum(float(coin.evidence(k, 2, 2, 2)) for k in range(3) if k == 1)
    check = coin.posterior_predictive_check(
        tosses, coin.switches, np.random.default_rng(8), replicates=40_000
    )
    assert check.observed == 1
    assert check.p_value == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 40_000) ** 0.5)


# the die ------------------------------------------------------------------------------------------


def compositions(n, faces):
    """Every way to write n as a sum of counts."""
    return [c for c in itertools.product(range(n + 1), repeat=faces) if sum(c) == n]


@given(TOSSES, st.fractions(F(1, 5), 5), st.fractions(F(1, 5), 5))
def test_a_die_with_two_faces_is_a_coin(tosses, a, b):
    heads, n = tosses
    counts = (heads, n - heads)
    assert coin.die_evidence(counts, (a, b)) == coin.evidence(heads, n, a, b)
    assert coin.die_predictive(counts, (a, b))[0] == coin.predictive(heads, n - heads, a, b)
    assert coin.die_posterior(counts, (a, b)).marginal(0) == coin.posterior(heads, n - heads, a, b)
    assert coin.die_log_evidence(counts, (a, b)) == pytest.approx(coin.log_evidence(heads, n, a, b))
    theta = np.array([[0.3, 0.7], [0.9, 0.1]])
    np.testing.assert_allclose(Dirichlet((a, b)).pdf(theta), Beta(a, b).pdf(theta[:, 0]), rtol=1e-9)


@pytest.mark.parametrize("a", [(1, 1, 1), (2, 1, 3), (F(1, 2), F(1, 3), 2)])
def test_die_evidence_adds_up_to_one_over_every_count(a):
    every = [coin.die_evidence(counts, a) for counts in compositions(6, 3)]
    assert sum(every) == 1
    if a == (1, 1, 1):
        assert set(every) == {F(1, comb(8, 2))}


@given(
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.lists(st.floats(0.1, 9), min_size=3, max_size=3),
)
def test_die_evidence_agrees_with_scipy(counts, a):
    reference = stats.dirichlet_multinomial(a, sum(counts)).logpmf(counts)
    assert coin.die_log_evidence(counts, a) == pytest.approx(float(reference), abs=1e-9)
    assert coin.die_evidence(counts, a) == pytest.approx(exp(float(reference)), rel=1e-8)


@given(st.lists(WHOLE, min_size=3, max_size=3), st.lists(st.integers(0, 6), min_size=3, max_size=3))
def test_die_evidence_by_rolling_one_at_a_time(a, counts):
    belief, chance = Dirichlet(a), F(1)
    for face, count in enumerate(counts):
        for _ in range(count):
            chance *= belief.mean[face]
            belief = belief.update([int(k == face) for k in range(3)])
    ways = F(factorial(sum(counts)), np.prod([factorial(c) for c in counts], dtype=object))
    assert coin.die_evidence(counts, a) == ways * chance
    assert belief == coin.die_posterior(counts, a)


@given(st.lists(SHAPES, min_size=4, max_size=4), st.integers(0, 99))
def test_dirichlet_agrees_with_scipy(a, seed):
    theta = np.random.default_rng(seed).dirichlet(np.ones(4), 5)
    belief, reference = Dirichlet(a), stats.dirichlet(a)
    logs = [reference.logpdf(point / point.sum()) for point in theta]
    np.testing.assert_allclose(belief.log_pdf(theta), logs, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(belief.mean, reference.mean(), rtol=1e-12)
    np.testing.assert_allclose(belief.variance, reference.var(), rtol=1e-9)


def test_dirichlet_density_has_volume_one_and_its_marginal_is_a_beta():
    belief = Dirichlet((2, 3, 1.5))
    edge = 1e-12

    def slice_area(x):
        inner = lambda y: belief.pdf([x, y, 1 - x - y])  # noqa: E731
        return integrate.quad(inner, 0, 1 - x - edge)[0]

    assert slice_area(0.3) == pytest.approx(belief.marginal(0).pdf(0.3), rel=1e-6)
    assert integrate.quad(slice_area, 0, 1 - edge)[0] == pytest.approx(1, abs=1e-6)


def test_dirichlet_samples_have_the_marginals():
    draws = Dirichlet((4, 3, 2)).sample(np.random.default_rng(9), 20_000)
    assert draws.shape == (20_000, 3)
    np.testing.assert_allclose(draws.sum(axis=1), 1)
    for face, b in [(0, 5), (1, 6), (2, 7)]:
        assert Dirichlet((4, 3, 2)).marginal(face) == Beta(9 - b, b)
        assert stats.kstest(draws[:, face], stats.beta(9 - b, b).cdf).pvalue > 1e-3


@pytest.mark.parametrize("a", [(1e-3, 1e3, 1), (1e-3,) * 3, (1e3,) * 3])
@pytest.mark.parametrize("counts", [(0, 0, 0), (10**6, 0, 0), (400_000, 300_000, 300_000)])
def test_extreme_dice_stay_finite(a, counts):
    belief = coin.die_posterior(counts, a)
    assert isfinite(coin.die_log_evidence(counts, a)) and np.isfinite(belief.variance).all()
    assert np.isfinite(belief.log_pdf([0.2, 0.3, 0.5]))
    draws = belief.sample(np.random.default_rng(0), 100)
    assert not np.isnan(draws).any()
    with mpmath.workdps(50):
        gap = [
            mpmath.loggamma(mpmath.mpf(x) + k) - mpmath.loggamma(x) - mpmath.loggamma(k + 1)
            for x, k in zip(a, counts, strict=True)
        ]
        total, n = mpmath.fsum(a), sum(counts)
        exact = mpmath.fsum(gap) - (
            mpmath.loggamma(total + n) - mpmath.loggamma(total) - mpmath.loggamma(n + 1)
        )
    assert coin.die_log_evidence(counts, a) == pytest.approx(float(exact), rel=1e-9, abs=5e-8)


def test_dirichlet_on_the_rim():
    assert Dirichlet((2, 2, 2)).pdf([0, 0.5, 0.5]) == 0
    assert Dirichlet((0.5, 2, 2)).pdf([0, 0.5, 0.5]) == np.inf
    assert Dirichlet((1, 1, 1)).log_pdf([0, 0, 1]) == pytest.approx(log(2))
    assert repr(Dirichlet((F(1, 2), 1))) == "Dirichlet(1/2, 1)"


# refusals -----------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
REFUSED = [
    (lambda: Beta(0, 1), r"a = 0: expected a number above 0"),
    (lambda: Beta(1, -2.5), r"b = -2\.5: expected a number above 0"),
    (lambda: Beta("1", 1), r"a = '1': expected a number"),
    (lambda: Beta(float("inf"), 1), r"a = inf: expected a finite number"),
    (lambda: Beta(1, 1).mode, r"a, b = \[1, 1\]: .* one highest point"),
    (lambda: Beta(0.5, 0.5).mode, r"a, b = .* one highest point"),
    (lambda: Beta(1, 1).pdf(1.2), r"theta = 1\.2: expected numbers in \[0, 1\]"),
    (lambda: Beta(1, 1).cdf([0.5, -0.1]), r"theta = -0\.1: expected"),
    (lambda: Beta(1, 1).pdf(float("nan")), r"theta = nan: expected"),
    (lambda: Beta(1, 1).pdf("0.5"), r"theta = '0\.5': expected"),
    (lambda: Beta(1, 1).ppf(2), r"share = 2\.0: expected"),
    (lambda: Beta(1, 1).interval(1.5), r"level = 1\.5: expected a probability"),
    (lambda: Beta(1, 1).sample(1), r"rng = 1: expected a numpy\.random\.Generator"),
    (lambda: Beta(1, 1).update(1, 2.5), r"tails = 2\.5: expected a whole number"),
    (lambda: coin.likelihood(1.2, 7, 10), r"theta = 1\.2: expected numbers in"),
    (lambda: coin.likelihood(F(6, 5), 7, 10), r"theta = 6/5: expected a probability"),
    (lambda: coin.likelihood(0.5, 11, 10), r"heads = 11: expected at most n = 10"),
    (lambda: coin.evidence(-1, 10), r"heads = -1: expected a whole number, at least 0"),
    (lambda: coin.evidence(1, -10), r"n = -10: expected a whole number"),
    (lambda: coin.evidence(True, 10), r"heads = True: expected a number"),
    (lambda: coin.log_evidence(1, 2, 0, 1), r"a = 0: expected"),
    (lambda: coin.posterior(-7, 3), r"heads = -7: expected a whole number"),
    (lambda: coin.predictive(7, -3), r"tails = -3: expected a whole number"),
    (lambda: coin.weight_of_prior(-1), r"n = -1: expected a whole number"),
    (lambda: coin.maximum_likelihood(0, 0), r"n = 0: expected a whole number, at least 1"),
    (lambda: coin.grid_posterior([0.1, 0.2], [1], 1, 1), r"prior\.shape = .* each theta, \(2,\)"),
    (lambda: coin.grid_posterior([0.1, 0.2], [1, 1], 1, 1), r"prior = .* add up to 1, not 2"),
    (lambda: coin.grid_posterior([0, 1.0], [0.5, 0.5], 1, 1), r"evidence = 0: expected"),
    (lambda: coin.coverage(RNG, 0, 10), r"n_coins = 0: expected a whole number, at least 1"),
    (lambda: coin.coverage(RNG, 10, 0), r"n_tosses = 0: expected"),
    (lambda: coin.coverage(RNG, 10, 10, 1), r"level = 1\.0: .* strictly between"),
    (lambda: coin.coverage(3, 10, 10), r"rng = 3: expected"),
    (lambda: coin.drifting_tosses(10, 0.1, 1.1, RNG), r"end = 1\.1: expected a probability"),
    (lambda: coin.drifting_tosses(0, 0.1, 0.2, RNG), r"n = 0: expected"),
    (lambda: coin.posterior_predictive_check([0, 2], coin.switches, RNG), r"tosses = \[0, 2\]"),
    (lambda: coin.posterior_predictive_check([0], coin.switches, RNG), r"tosses = \[0\]"),
    (
        lambda: coin.posterior_predictive_check([0, 1], coin.switches, RNG, replicates=0),
        r"replicates = 0",
    ),
    (lambda: Dirichlet((1,)), r"a = \[1\]: expected at least two"),
    (lambda: Dirichlet(3), r"a = 3: expected at least two"),
    (lambda: Dirichlet((1, 0)), r"a = 0: expected a number above 0"),
    (lambda: Dirichlet((1, 1)).marginal(2), r"face = 2: expected a face between 0 and 1"),
    (lambda: Dirichlet((1, 1)).update([1]), r"counts = \[1\]: expected 2 numbers"),
    (lambda: coin.die_evidence([1, -1], (1, 1)), r"counts = -1: expected a whole number"),
    (lambda: Dirichlet((1, 1)).log_pdf([0.5, 0.6]), r"theta = .* 2 probabilities that add up"),
    (lambda: Dirichlet((1, 1)).log_pdf([1.0]), r"theta = .* 2 probabilities"),
    (lambda: Dirichlet((0.5, 2, 2)).log_pdf([0, 0, 1]), r"theta = .* density has a limit"),
]


@pytest.mark.parametrize("call, message", REFUSED)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
