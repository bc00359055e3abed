"""Chapter 3's distributions against scipy.stats, 50-digit arithmetic and quadrature."""

from fractions import Fraction as F
from math import isfinite, log

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from diffusion_derived.distributions import (
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Dirichlet,
    DiscretisedLogistic,
    Logistic,
    Normal,
    Uniform,
)
from diffusion_derived.distributions.shared import open_unit, smallest

MEAN, SCALE = st.floats(-1e3, 1e3), st.floats(1e-3, 1e3)
SHARE = st.floats(0, 1)
SHARES = np.array([1e-300, 1e-12, 0.01, 0.3, 0.5, 0.9, 1 - 1e-12])
STEPS_OUT = np.array([-1e4, -700, -40, -3, -0.5, 0, 1e-9, 0.1, 2, 40, 700, 1e4])
RANDOM = st.integers(0, 2**32 - 1)
FAIR_RNG = np.random.default_rng(12)

EXAMPLES = [
    Bernoulli(0.3),
    Bernoulli(1e-300),
    Binomial(10, 0.7),
    Binomial(10**6, 0.37),
    Binomial(10**6, 1e-300),
    Binomial(0, 0.5),
    Categorical((0.2, 0.0, 0.5, 0.3, 0.0)),
    DiscretisedLogistic(100.3, 4.0),
    DiscretisedLogistic(-1e4, 1.0),
    Uniform(-2, 5),
    Normal(1, F(1, 2)),
    Normal(1e6, 1e-6),
    Logistic(-3, 2),
    Logistic(0, 1e-9),
    Beta(8, 4),
    Beta(1e-3, 1e3),
]
REFERENCES = [
    stats.bernoulli(0.3),
    stats.bernoulli(1e-300),
    stats.binom(10, 0.7),
    stats.binom(10**6, 0.37),
    stats.binom(10**6, 1e-300),
    stats.binom(0, 0.5),
    stats.rv_discrete(values=(range(5), (0.2, 0.0, 0.5, 0.3, 0.0))),
    None,
    None,
    stats.uniform(-2, 7),
    stats.norm(1, 0.5),
    stats.norm(1e6, 1e-6),
    stats.logistic(-3, 2),
    stats.logistic(0, 1e-9),
    stats.beta(8, 4),
    stats.beta(1e-3, 1e3),
]
BY_NAME = [
    pytest.param(own, reference, id=repr(own).replace(" ", ""))
    for own, reference in zip(EXAMPLES, REFERENCES, strict=True)
]
WITH_REFERENCE = [pair for pair in BY_NAME if pair.values[1] is not None]


def is_discrete(distribution):
    return hasattr(distribution, "pmf")


def points_of(distribution):
    """Points of the support, and beyond its ends where there is a beyond."""
    if isinstance(distribution, Beta):
        return np.array([0, 1e-300, 1e-6, 0.2, 0.9, 1 - 1e-12, 1])
    if is_discrete(distribution):
        at = float(distribution.mean) + np.arange(-4, 5) * max(1.0, distribution.sd)
        return np.unique(np.floor(np.append(at, [-1, 0, 1, 255, 256])))
    return float(distribution.mean) + STEPS_OUT * distribution.sd


# every distribution -------------------------------------------------------------------------------


@pytest.mark.parametrize("own, reference", WITH_REFERENCE)
def test_moments_and_entropy_agree_with_scipy(own, reference):
    assert float(own.mean) == pytest.approx(float(reference.mean()), rel=1e-9, abs=1e-300)
    assert float(own.variance) == pytest.approx(float(reference.var()), rel=1e-9, abs=1e-300)
    assert own.sd == pytest.approx(float(reference.std()), rel=1e-9, abs=1e-300)
    assert own.entropy == pytest.approx(float(reference.entropy()), rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("own, reference", WITH_REFERENCE)
def test_density_or_mass_agrees_with_scipy(own, reference):
    x = points_of(own)
    if is_discrete(own):
        found, expected = own.log_pmf(x), reference.logpmf(x)
        plain = own.pmf(x)
    else:
        found, expected = own.log_pdf(x), reference.logpdf(x)
        plain = own.pdf(x)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-8)
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(plain, np.exp(expected), rtol=1e-7, atol=1e-300)


@pytest.mark.parametrize("own, reference", WITH_REFERENCE)
def test_cdf_and_survival_agree_with_scipy(own, reference):
    x = points_of(own)
    np.testing.assert_allclose(own.cdf(x), reference.cdf(x), rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(own.sf(x), reference.sf(x), rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(own.cdf(x) + own.sf(x), 1, rtol=1e-12)


@pytest.mark.parametrize("own, reference", BY_NAME)
def test_quantiles_are_the_smallest_points_with_enough_probability(own, reference):
    x = own.ppf(SHARES)
    assert not np.isnan(x).any() and (np.diff(x) >= 0).all()
    if is_discrete(own):
        assert (own.cdf(x) >= SHARES).all()
        assert (own.cdf(x - 1) < SHARES).all()
    else:
        tails = (x > 1e-300) & (x < 1) if isinstance(own, Beta) else abs(x) < np.inf
        # A float near 1e6 has steps of 1e-10, which are 1e-4 of the narrow normal's sigma.
        tolerance = 1e-3 if own == Normal(1e6, 1e-6) else 1e-6
        np.testing.assert_allclose(own.cdf(x)[tails], SHARES[tails], rtol=tolerance, atol=1e-15)


@pytest.mark.parametrize("own, reference", BY_NAME)
def test_no_overflow_no_nan_anywhere(own, reference):
    """Runtime warnings are errors here, so an overflow on the way is found, too."""
    x = points_of(own) if isinstance(own, Beta) else np.append(points_of(own), [-(1e300), 1e300])
    logs = own.log_pmf(x) if is_discrete(own) else own.log_pdf(x)
    for values in (logs, own.cdf(x), own.sf(x), own.ppf(np.linspace(0, 1, 11))):
        assert not np.isnan(values).any()
    if not isinstance(own, Beta):
        ends = [-np.inf, np.inf]
        assert own.cdf(ends).tolist() == [0, 1] and own.sf(ends).tolist() == [1, 0]
    assert all(isfinite(v) for v in (own.mean, own.variance, own.sd, own.entropy))


@pytest.mark.parametrize("own, reference", BY_NAME)
def test_draws_follow_the_cdf(own, reference):
    draws = own.sample(np.random.default_rng(7), 4_000)
    assert draws.shape == (4_000,) and isinstance(own.sample(np.random.default_rng(7)), float)
    assert own.sample(np.random.default_rng(7), (2, 3)).shape == (2, 3)
    for x in np.unique(own.ppf([0.1, 0.37, 0.5, 0.8])):
        share = float(own.cdf(x))
        error = np.sqrt(share * (1 - share) / draws.size)
        assert abs((draws <= x).mean() - share) <= 4.5 * error


@pytest.mark.parametrize("own", [e for e in EXAMPLES if not isinstance(e, Beta)], ids=repr)
def test_a_draw_is_the_quantile_of_a_uniform_draw(own):
    shares = open_unit(np.random.default_rng(5), 50)
    assert own.sample(np.random.default_rng(5), 50).tolist() == own.ppf(shares).tolist()


def test_uniform_draws_never_reach_the_ends():
    class Ends(np.random.Generator):
        def integers(self, high, size=None):
            return np.array([0, high - 1])

    ends = open_unit(Ends(np.random.PCG64(0)))
    assert ends[0] > 0 and ends[1] < 1 and ends.tolist() == [2**-53, 1 - 2**-53]
    assert np.isfinite(Normal(0, 1).ppf(ends)).all() and np.isfinite(Logistic(0, 1).ppf(ends)).all()


# the line -----------------------------------------------------------------------------------------


@given(MEAN, SCALE, RANDOM)
def test_normal_agrees_with_scipy(mu, sigma, seed):
    own, reference = Normal(mu, sigma), stats.norm(mu, sigma)
    x = mu + sigma * np.random.default_rng(seed).normal(0, 10, 20)
    np.testing.assert_allclose(own.log_pdf(x), reference.logpdf(x), rtol=1e-9, atol=1e-9)
    for name in ("cdf", "sf", "log_cdf", "log_sf"):
        expected = getattr(reference, name.replace("_", ""))(x)
        np.testing.assert_allclose(getattr(own, name)(x), expected, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(own.ppf(SHARES), reference.ppf(SHARES), rtol=1e-9, atol=1e-9)
    assert own.entropy == pytest.approx(float(reference.entropy()), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("z", [40, 1e4, 1e150])
def test_normal_forty_sigma_out_in_many_digits(z):
    own = Normal(0, 1)
    with mpmath.workdps(40):
        density = -(mpmath.mpf(z) ** 2) / 2 - mpmath.log(2 * mpmath.pi) / 2
        # The continued fraction's first terms; beyond 40 sigma they are right to 1e-6 and better.
        tail = density - mpmath.log(z) + mpmath.log1p(-1 / mpmath.mpf(z) ** 2)
        if z == 40:
            tail = mpmath.log(mpmath.erfc(z / mpmath.sqrt(2)) / 2)
    assert own.log_pdf(z) == own.log_pdf(-z) == pytest.approx(float(density), rel=1e-14)
    assert own.log_sf(z) == own.log_cdf(-z) == pytest.approx(float(tail), rel=1e-12)
    assert own.pdf(z) == 0 and own.sf(z) == pytest.approx(float(mpmath.exp(tail)), abs=5e-324)


def test_normal_beyond_the_largest_float_is_minus_infinity():
    assert Normal(0, 1).log_pdf(1e200) == -np.inf == Normal(-1e308, 1).log_pdf(1e308)
    assert Normal(-1e308, 1).sf(1e308) == 0 and Normal(0, 1e-150).log_sf(1e300) == -np.inf


@given(MEAN, SCALE, RANDOM)
def test_logistic_agrees_with_scipy(mu, scale, seed):
    own, reference = Logistic(mu, scale), stats.logistic(mu, scale)
    x = mu + scale * np.random.default_rng(seed).normal(0, 30, 20)
    np.testing.assert_allclose(own.log_pdf(x), reference.logpdf(x), rtol=1e-9, atol=1e-9)
    for name in ("cdf", "sf", "log_cdf", "log_sf"):
        expected = getattr(reference, name.replace("_", ""))(x)
        np.testing.assert_allclose(getattr(own, name)(x), expected, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(own.ppf(SHARES), reference.ppf(SHARES), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("z", [1e-3, 1, 37, 745, 1e4])
def test_logistic_ten_thousand_scales_out_in_many_digits(z):
    with mpmath.workdps(40):
        above = -mpmath.log1p(mpmath.exp(z))
        below = -mpmath.log1p(mpmath.exp(-z))
        density = above + below - mpmath.log(mpmath.mpf(0.25))
    own = Logistic(-3, 0.25)
    x = -3 + 0.25 * z
    assert own.log_sf(x) == pytest.approx(float(above), rel=1e-12)
    assert own.log_cdf(x) == pytest.approx(float(below), rel=1e-9, abs=1e-300)
    assert own.log_pdf(x) == own.log_pdf(-6 - x) == pytest.approx(float(density), rel=1e-12)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), SHARE)
def test_uniform_agrees_with_scipy(low, width, share):
    own, reference = Uniform(low, low + width), stats.uniform(low, (low + width) - low)
    x = own.ppf(share)
    assert low <= x <= own.high
    for point in (x, low, own.high, low - 1, own.high + 1):
        assert own.pdf(point) == pytest.approx(float(reference.pdf(point)), rel=1e-9)
        assert own.cdf(point) == pytest.approx(float(reference.cdf(point)), abs=1e-9)
        assert own.sf(point) == pytest.approx(float(reference.sf(point)), abs=1e-9)


@pytest.mark.parametrize(
    "own", [Normal(0.3, 0.7), Logistic(0.3, 0.7), Uniform(-1, 2.5), Beta(2.5, 1.5)], ids=repr
)
def test_area_mean_variance_and_entropy_by_quadrature(own):
    ends = (0, 1) if isinstance(own, Beta) else (-1, 2.5) if isinstance(own, Uniform) else (-60, 60)

    def expected(f):
        points = [own.mean] if isfinite(ends[0]) else None
        return integrate.quad(lambda x: f(x) * own.pdf(x), *ends, points=points, limit=200)[0]

    mean = float(own.mean)
    assert expected(lambda x: 1) == pytest.approx(1, abs=1e-9)
    assert expected(lambda x: x) == pytest.approx(mean, abs=1e-8)
    assert expected(lambda x: (x - mean) ** 2) == pytest.approx(float(own.variance), rel=1e-7)
    below = integrate.quad(own.pdf, ends[0], mean)[0]
    assert own.cdf(mean) == pytest.approx(below, abs=1e-9)
    surprise = expected(lambda x: -own.log_pdf(x) if own.pdf(x) > 0 else 0)
    assert own.entropy == pytest.approx(surprise, abs=1e-7)


def test_exact_parameters_have_exact_moments():
    assert Uniform(0, 1).variance == F(1, 12) and Uniform(F(1, 3), 1).mean == F(2, 3)
    assert Normal(1, F(1, 2)).variance == F(1, 4) and isinstance(Normal(1, 0.5).variance, float)
    assert Bernoulli(F(1, 3)).variance == F(2, 9) and Binomial(10, F(7, 10)).variance == F(21, 10)
    die = Categorical([F(1, 6)] * 6)
    assert die.mean == F(5, 2) and die.variance == F(35, 12)


# counts -------------------------------------------------------------------------------------------


@given(st.integers(1, 60), st.floats(0, 1), SHARE)
def test_binomial_agrees_with_scipy(n, p, share):
    own, reference, k = Binomial(n, p), stats.binom(n, p), np.arange(-1, n + 2)
    np.testing.assert_allclose(own.pmf(k), reference.pmf(k), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(own.cdf(k), reference.cdf(k), rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(own.sf(k), reference.sf(k), rtol=1e-9, atol=1e-13)
    assert own.pmf(k).sum() == pytest.approx(1)
    assert own.entropy == pytest.approx(float(reference.entropy()), rel=1e-9, abs=1e-12)
    quantile = own.ppf(share)
    assert 0 <= quantile <= n and own.cdf(quantile) >= share


@pytest.mark.parametrize("p", [1e-300, 1e-9, 0.37, 0.5, 1 - 1e-9, 1 - F(1, 10**30)])
@pytest.mark.parametrize("n", [10, 10**6])
def test_a_million_tosses_in_many_digits(n, p):
    own = Binomial(n, p)
    middle = round(float(own.mean))
    counts = sorted({0, 1, middle, min(middle + 3, n), n - 1, n})
    with mpmath.workdps(60):
        chance = mpmath.mpf(p.numerator) / p.denominator if isinstance(p, F) else mpmath.mpf(p)
        exact = [
            mpmath.log(mpmath.binomial(n, k))
            + k * mpmath.log(chance)
            + (n - k) * mpmath.log1p(-chance)
            for k in counts
        ]
    found = own.log_pmf(counts)
    np.testing.assert_allclose(found, np.array(exact, dtype=float), rtol=1e-12, atol=1e-14 * n)
    assert isfinite(own.entropy) and own.entropy >= 0


def test_what_a_rare_event_leaves():
    """With p = 1e-300 nothing is lost that a float can hold."""
    own, rare = Binomial(10**6, 1e-300), Bernoulli(1e-300)
    assert own.sf(0) == pytest.approx(1e-294, rel=1e-12, abs=0)
    assert own.pmf(1) == pytest.approx(1e-294, rel=1e-9, abs=0)
    assert own.log_pmf(0) == pytest.approx(-1e-294, rel=1e-9, abs=0)
    assert own.entropy == pytest.approx(1e-294 * (1 - log(1e-294)), rel=1e-9, abs=0)
    assert rare.entropy == pytest.approx(1e-300 * (1 - log(1e-300)), rel=1e-12, abs=0)
    assert rare.log_pmf([0, 1]).tolist() == pytest.approx([-1e-300, log(1e-300)], abs=0)
    assert Bernoulli(1 - F(1, 10**300)).log_pmf(0) == pytest.approx(log(1e-300))
    assert Binomial(10, 1 - F(1, 10**300)).cdf(9) == pytest.approx(1e-299, rel=1e-9, abs=0)


def test_the_entropy_of_many_tosses_leaves_nothing_out():
    k = np.arange(10**5 + 1)
    for p in (0.5, 0.003):
        logs = stats.binom(10**5, p).logpmf(k)
        assert Binomial(10**5, p).entropy == pytest.approx(-(np.exp(logs) @ logs), rel=1e-9)


def test_certain_and_impossible_tosses():
    assert Binomial(5, 0).pmf([0, 1]).tolist() == [1, 0] and Binomial(5, 1).pmf(5) == 1
    assert Binomial(5, 1).cdf([4, 5]).tolist() == [0, 1] and Binomial(5, 0).sf(0) == 0
    assert Binomial(5, 1).ppf([0, 0.5, 1]).tolist() == [0, 5, 5]
    assert Binomial(0, 0.3).pmf([-1, 0, 1]).tolist() == [0, 1, 0]
    assert Bernoulli(1).sample(np.random.default_rng(0)) == 1 == Bernoulli(1).pmf(1)
    assert Bernoulli(1).entropy == 0 == Bernoulli(0).entropy == Binomial(5, 0).entropy
    assert Bernoulli(0.07).pmf([0, 1, 2]).tolist() == [0.9299999999999999, 0.07, 0]


def test_one_toss_is_a_binomial_and_a_categorical():
    for p in (0.0, 0.2, 1.0, F(1, 3)):
        k = np.array([-1, 0, 0.5, 1, 2])
        one, many, table = Bernoulli(p), Binomial(1, p), Categorical((1 - p, p))
        for other in (many, table):
            np.testing.assert_allclose(one.cdf(k), other.cdf(k), atol=1e-15)
            np.testing.assert_allclose(one.sf(k), other.sf(k), atol=1e-15)
            np.testing.assert_allclose(one.pmf([0, 1]), other.pmf([0, 1]), atol=1e-15)
            assert one.entropy == pytest.approx(other.entropy, abs=1e-15)
            assert one.variance == pytest.approx(other.variance)
            assert one.ppf([0, 0.1, 0.9, 1]).tolist() == other.ppf([0, 0.1, 0.9, 1]).tolist()


TABLE = st.lists(st.integers(0, 9), min_size=1, max_size=9).filter(sum)


@given(TABLE, RANDOM)
def test_categorical_agrees_with_scipy(weights, seed):
    p = tuple(F(w, sum(weights)) for w in weights)
    own = Categorical(p)
    reference = stats.rv_discrete(values=(range(len(p)), [float(x) for x in p]))
    k = np.arange(-1, len(p) + 1)
    np.testing.assert_allclose(own.pmf(k), reference.pmf(k), atol=1e-15)
    np.testing.assert_allclose(own.cdf(k), reference.cdf(k), atol=1e-12)
    np.testing.assert_allclose(own.cdf(k) + own.sf(k), 1, atol=1e-12)
    assert float(own.mean) == pytest.approx(float(reference.mean()), abs=1e-12)
    assert float(own.variance) == pytest.approx(float(reference.var()), abs=1e-9)
    assert own.entropy == pytest.approx(float(reference.entropy()), abs=1e-12)
    draws = own.sample(np.random.default_rng(seed), 200).astype(int)
    assert all(weights[draw] > 0 for draw in draws)


def test_an_outcome_of_probability_zero_is_never_drawn():
    own = Categorical((0.0, 0.1, 0.0, 0.2, 0.7, 0.0))
    draws = own.sample(np.random.default_rng(1), 10_000)
    assert set(draws) == {1, 3, 4}
    assert own.ppf([1e-300, 1.0]).tolist() == [1, 4]


def test_rounding_leaves_no_room_after_the_last_outcome():
    """Ten times 0.1 add up to 0.9999999999999999 in floats."""
    own = Categorical([0.1] * 10)
    assert own.cdf(9) == 1 and own.ppf(1.0) == 9 == own.ppf(np.nextafter(1, 0))
    assert Uniform(-5.0, -1.8).ppf(1.0) == -1.8 < -5.0 + (-1.8 + 5.0)


@given(st.lists(SHARE, min_size=1, max_size=5), RANDOM)
def test_bisection_finds_what_a_search_of_the_table_finds(shares, seed):
    table = np.append(np.sort(np.random.default_rng(seed).random(20)), 1.0)
    found = smallest(lambda k: table[k.astype(int)], shares, 0, 20)
    assert found.tolist() == np.searchsorted(table, shares, side="left").tolist()


# pixels -------------------------------------------------------------------------------------------


@given(st.floats(-600, 900), st.floats(1e-3, 1e3), st.sampled_from([2, 17, 256]))
def test_pixel_masses_add_up_to_one_and_agree_with_many_digits(mu, scale, levels):
    own, k = DiscretisedLogistic(mu, scale, levels), np.arange(levels)
    assert own.pmf(k).sum() == pytest.approx(1, abs=1e-12)
    for level in (0, levels // 2, levels - 1):
        exact = exact_log_pixel(level, mu, scale, levels)
        assert own.log_pmf(level) == pytest.approx(exact, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(own.cdf(k), np.cumsum(own.pmf(k)), atol=1e-12)
    np.testing.assert_allclose(
        own.sf(k), np.append(np.cumsum(own.pmf(k)[:0:-1])[::-1], 0), atol=1e-12
    )
    assert own.log_pmf([-1, levels]).tolist() == [-np.inf, -np.inf]


def exact_log_pixel(k, mu, scale, levels):
    """Log mass of a level by the hyperbolic form of the difference, with 50 digits."""
    with mpmath.workdps(50):
        low, high = ((k + mpmath.mpf(side) - mu) / (2 * mpmath.mpf(scale)) for side in (-0.5, 0.5))
        if k == 0:
            return float(-mpmath.log1p(mpmath.exp(-2 * high)))
        if k == levels - 1:
            return float(-mpmath.log1p(mpmath.exp(2 * low)))
        height = mpmath.sinh(high - low) / (2 * mpmath.cosh(low) * mpmath.cosh(high))
        return float(mpmath.log(height))


def test_the_hyperbolic_form_is_the_difference_of_two_sigmoids():
    for mu, scale in [(100.2, 3.0), (90, 0.5)]:
        difference = np.diff(stats.logistic(mu, scale).cdf([99.5, 100.5]))[0]
        assert exact_log_pixel(100, mu, scale, 256) == pytest.approx(log(difference), rel=1e-6)


@pytest.mark.parametrize("mu, scale", [(-1e4, 1.0), (1e4, 1.0), (128, 1e-4), (128, 1e9)])
def test_pixels_ten_thousand_scales_out(mu, scale):
    own = DiscretisedLogistic(mu, scale)
    logs = own.log_pmf(np.arange(256))
    assert np.isfinite(logs).all()
    for level in (0, 1, 100, 254, 255):
        if scale >= 1:
            assert logs[level] == pytest.approx(exact_log_pixel(level, mu, scale, 256), rel=1e-9)
    if mu == -1e4:
        assert logs[255] == pytest.approx(-(254.5 + 1e4)) and own.mean == pytest.approx(
            0, abs=1e-99
        )
    if mu == 1e4:
        assert own.mean == 255 and own.entropy == pytest.approx(0, abs=1e-99)


def test_pixel_moments_by_their_sums():
    own = DiscretisedLogistic(3.2, 1.7, 16)
    mass = [np.exp(exact_log_pixel(k, 3.2, 1.7, 16)) for k in range(16)]
    reference = stats.rv_discrete(values=(range(16), mass))
    assert own.mean == pytest.approx(float(reference.mean()))
    assert own.variance == pytest.approx(float(reference.var()))
    assert own.entropy == pytest.approx(float(reference.entropy()))


def test_a_density_at_the_level_is_no_mass_when_the_scale_is_short():
    """What a difference of CDFs is for: the density exceeds 1, the mass does not."""
    assert Logistic(100, 0.1).pdf(100) == pytest.approx(2.5)
    assert DiscretisedLogistic(100, 0.1).pmf(100) == pytest.approx(np.tanh(2.5))


# Beta and Dirichlet -------------------------------------------------------------------------------


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_entropy_of_a_beta_in_many_digits(a, b):
    with mpmath.workdps(50):
        x, y = mpmath.mpf(a), mpmath.mpf(b)
        exact = mpmath.log(mpmath.beta(x, y)) - (x - 1) * mpmath.psi(0, x)
        exact += (x + y - 2) * mpmath.psi(0, x + y) - (y - 1) * mpmath.psi(0, y)
    assert Beta(a, b).entropy == pytest.approx(float(exact), rel=1e-11, abs=1e-11)


def test_entropies_by_hand():
    assert Beta(1, 1).entropy == 0 > Beta(8, 4).entropy
    assert Dirichlet((1, 1, 1)).entropy == pytest.approx(-log(2))
    assert Uniform(0, 2).entropy == pytest.approx(log(2)) and Logistic(0, 1).entropy == 2
    assert Bernoulli(0.5).entropy == pytest.approx(log(2))


@given(st.lists(st.floats(1e-2, 1e3), min_size=2, max_size=5))
def test_entropy_of_a_dirichlet_agrees_with_scipy(a):
    reference = float(stats.dirichlet(a).entropy())
    assert Dirichlet(a).entropy == pytest.approx(reference, rel=1e-9, abs=1e-9)
    if len(a) == 2:
        assert Dirichlet(a).entropy == pytest.approx(Beta(*a).entropy, rel=1e-9, abs=1e-9)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0, 1))
@settings(max_examples=50)
def test_the_upper_tail_of_a_beta(a, b, theta):
    assert Beta(a, b).sf(theta) == pytest.approx(float(stats.beta(a, b).sf(theta)), rel=1e-7)
    assert Beta(2, 30).sf(0.999) == pytest.approx(30 * 0.999 * 0.001**30, rel=0.02)


# refusals -----------------------------------------------------------------------------------------

REFUSED = [
    (lambda: Bernoulli(1.2), r"p = 1\.2: expected a probability"),
    (lambda: Bernoulli("0.5"), r"p = '0\.5': expected a number"),
    (lambda: Bernoulli(0.5).pmf(0.5), r"k = 0\.5: expected whole numbers"),
    (lambda: Binomial(-1, 0.5), r"n = -1: expected a whole number, at least 0"),
    (lambda: Binomial(2.5, 0.5), r"n = 2\.5: expected a whole number"),
    (lambda: Binomial(10, float("nan")), r"p = nan: expected a finite number"),
    (lambda: Binomial(10, 0.5).pmf([1, 2.5]), r"k = 2\.5: expected whole numbers"),
    (lambda: Binomial(10, 0.5).cdf(np.nan), r"k = nan: expected numbers, none of them NaN"),
    (lambda: Binomial(10, 0.5).ppf(1.5), r"share = 1\.5: expected numbers in \[0, 1\]"),
    (lambda: Categorical((0.5, 0.6)), r"probabilities = .* add up to 1, not 1\.1"),
    (lambda: Categorical((1.5, -0.5)), r"probabilities = 1\.5: expected a probability"),
    (lambda: Categorical(()), r"probabilities = .* not empty"),
    (lambda: Categorical([[0.5, 0.5]]), r"probabilities = .* one row"),
    (lambda: Categorical((1,)).pmf("0"), r"k = '0': expected numbers"),
    (lambda: Uniform(1, 1), r"high = 1: expected a number above low = 1"),
    (lambda: Uniform(2, 1), r"high = 1: expected a number above low = 2"),
    (lambda: Uniform(-1e308, 1e308), r"high - low = inf: expected a finite number"),
    (lambda: Uniform(0, 1).pdf(float("nan")), r"x = nan: expected numbers, none of them NaN"),
    (lambda: Uniform(0, 1).ppf(-0.1), r"share = -0\.1: expected"),
    (lambda: Normal(0, 0), r"sigma = 0: expected a number above 0"),
    (lambda: Normal(0, -1), r"sigma = -1: expected a number above 0"),
    (lambda: Normal(0, 1e-200), r"sigma = 1e-200: expected a scale between 1e-150 and 1e150"),
    (lambda: Normal(np.inf, 1), r"mu = inf: expected a finite number"),
    (lambda: Normal(0, 1).log_pdf([0, np.nan]), r"x = \[0\.0, nan\]: expected numbers, none"),
    (lambda: Normal(0, 1).cdf("0"), r"x = '0': expected numbers"),
    (lambda: Normal(0, 1).sample(3), r"rng = 3: expected a numpy\.random\.Generator"),
    (lambda: Logistic(0, 0), r"scale = 0: expected a number above 0"),
    (lambda: Logistic(0, 1).ppf(np.nan), r"share = nan: expected"),
    (lambda: DiscretisedLogistic(0, 1, 1), r"levels = 1: expected a whole number, at least 2"),
    (lambda: DiscretisedLogistic(0, 1, 2.5), r"levels = 2\.5: expected a whole number"),
    (lambda: DiscretisedLogistic(0, 1).pmf(0.5), r"k = 0\.5: expected whole numbers"),
    (lambda: DiscretisedLogistic(0, 1).pmf(np.inf), r"k = inf: expected finite numbers"),
    (lambda: Beta(2, 3).sf(1.2), r"theta = 1\.2: expected numbers in"),
]


@pytest.mark.parametrize("call, message", REFUSED)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("own", EXAMPLES, ids=repr)
def test_a_distribution_is_a_value_that_does_not_change(own):
    with pytest.raises(AttributeError):
        own.mu = 3
    assert own == type(own)(**vars(own)) and hash(own) == hash(type(own)(**vars(own)))
