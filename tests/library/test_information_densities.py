"""Chapter 4 on densities: closed forms against quadrature, torch, SciPy and mpmath."""

from math import inf, log

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.distributions import kl_divergence

from diffusion_derived import information as info
from diffusion_derived.distributions import Beta, Logistic, Normal, Uniform
from diffusion_derived.information import NormalMixture, Transformed

P, Q = Normal(0, 1), Normal(1, 0.5)
CENTRES, SPREADS = st.floats(-20, 20), st.floats(0.05, 20)
HILLS = NormalMixture((0.5, 0.5), (-2, 2), (0.5, 0.5))
DIMENSIONS = [1, 2, 3, 10]


def torch_normal(mu, sigma):
    return torch.distributions.Normal(
        *(torch.tensor(np.asarray(x, dtype=float)) for x in (mu, sigma))
    )


def sigmoid(base) -> Transformed:
    return Transformed(
        base,
        forward=lambda x: 1 / (1 + np.exp(-np.asarray(x))),
        inverse=lambda y: np.log(y) - np.log1p(-np.asarray(y)),
        log_slope=lambda x: -np.logaddexp(0, x) - np.logaddexp(0, -np.asarray(x)),
    )


def covariance(rng, size: int) -> np.ndarray:
    root = rng.normal(size=(size, size))
    return root @ root.T + 0.1 * np.eye(size)


# normals ------------------------------------------------------------------------------------------


def test_the_two_normals():
    assert info.kl_normal(1, 0.5, 0, 1) == pytest.approx(1 / 8 + log(2), abs=1e-15)
    assert info.kl_normal(0, 1, 1, 0.5) == pytest.approx(7 / 2 - log(2), abs=1e-15)


@given(CENTRES, SPREADS, CENTRES, SPREADS)
def test_one_dimension_against_quadrature_and_torch(mu_p, sigma_p, mu_q, sigma_q):
    found = info.kl_normal(mu_p, sigma_p, mu_q, sigma_q)
    by_quadrature = info.kl_quadrature(Normal(mu_p, sigma_p), Normal(mu_q, sigma_q))
    reference = kl_divergence(torch_normal(mu_p, sigma_p), torch_normal(mu_q, sigma_q))
    assert found >= 0
    assert found == pytest.approx(by_quadrature, rel=1e-9, abs=1e-9)
    assert found == pytest.approx(float(reference), rel=1e-6, abs=1e-6)


@given(st.floats(-1e8, 1e8), st.floats(1e-8, 1e8), st.floats(1e-8, 1e8))
def test_extreme_normals_against_fifty_digits(mu, sigma_p, sigma_q):
    with mpmath.workdps(50):
        mu_, s, t = map(mpmath.mpf, (mu, sigma_p, sigma_q))
        exact = mpmath.log(t / s) + (s**2 + mu_**2) / (2 * t**2) - mpmath.mpf(1) / 2
    found = info.kl_normal(mu, sigma_p, 0, sigma_q)
    assert found == pytest.approx(float(exact), rel=1e-12, abs=1e-14)


def test_nearly_equal_normals_keep_their_digits():
    small = 1e-9
    assert info.kl_normal(small, 1, 0, 1) == pytest.approx(small**2 / 2, rel=1e-12)
    assert info.kl_normal(3, 2, 3, 2) == 0
    assert info.kl_normal(0, 1e200, 0, 1e-200) == inf


@pytest.mark.parametrize("size", DIMENSIONS)
def test_arrays_broadcast_and_agree_with_torch(size):
    rng = np.random.default_rng(size)
    mu_p, mu_q = rng.normal(size=(2, 7, size))
    sigma_p, sigma_q = rng.uniform(0.1, 3, size=(2, 7, size))
    reference = kl_divergence(torch_normal(mu_p, sigma_p), torch_normal(mu_q, sigma_q))
    np.testing.assert_allclose(
        info.kl_normal(mu_p, sigma_p, mu_q, sigma_q), reference.numpy(), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(
        info.kl_to_standard_normal(mu_p, 2 * np.log(sigma_p)),
        info.kl_normal(mu_p, sigma_p, 0, 1).sum(axis=-1),
        rtol=1e-12,
    )


@pytest.mark.parametrize("size", DIMENSIONS)
def test_full_covariances_against_torch_and_the_textbook_formula(size):
    rng = np.random.default_rng(10 + size)
    mu_p, mu_q = rng.normal(size=(2, size))
    cov_p, cov_q = covariance(rng, size), covariance(rng, size)
    found = info.kl_normal_full(mu_p, cov_p, mu_q, cov_q)
    laws = [
        torch.distributions.MultivariateNormal(torch.tensor(mu), torch.tensor(cov))
        for mu, cov in ((mu_p, cov_p), (mu_q, cov_q))
    ]
    assert found == pytest.approx(float(kl_divergence(*laws)), rel=1e-6)
    inverse, gap = np.linalg.inv(cov_q), mu_p - mu_q
    logs = np.linalg.slogdet(cov_q)[1] - np.linalg.slogdet(cov_p)[1]
    textbook = (np.trace(inverse @ cov_p) + gap @ inverse @ gap - size + logs) / 2
    assert found == pytest.approx(textbook, rel=1e-9)
    assert info.kl_normal_full(mu_p, cov_p, mu_p, cov_p) == pytest.approx(0, abs=1e-12)


def test_a_diagonal_covariance_is_a_sum():
    mu, sigma = np.array([1.0, -2.0, 0.5]), np.array([0.5, 2.0, 1e-4])
    full = info.kl_normal_full(mu, np.diag(sigma**2), np.zeros(3), np.eye(3))
    assert full == pytest.approx(info.kl_normal(mu, sigma, 0, 1).sum(), rel=1e-12)
    assert full == pytest.approx(info.kl_to_standard_normal(mu, np.log(sigma**2)), rel=1e-12)


def test_a_badly_scaled_covariance():
    cov = np.diag([1e-12, 1e12])
    found = info.kl_normal_full([0, 0], cov, [0, 0], np.eye(2))
    assert found == pytest.approx((1e-12 + 1e12 - 2) / 2, rel=1e-12)


# quadrature, simulation ---------------------------------------------------------------------------


@pytest.mark.parametrize("shapes", [(8, 4, 1, 1), (1, 1, 8, 4), (100, 300, 2, 3), (2, 9, 30, 5)])
def test_betas_against_quadrature_and_torch(shapes):
    p, q = Beta(*shapes[:2]), Beta(*shapes[2:])
    reference = kl_divergence(
        *(
            torch.distributions.Beta(*torch.tensor(s, dtype=torch.float64))
            for s in (shapes[:2], shapes[2:])
        )
    )
    assert info.kl_beta(p, q) == pytest.approx(info.kl_quadrature(p, q), abs=1e-9)
    assert info.kl_beta(p, q) == pytest.approx(float(reference), abs=1e-6)


def test_quadrature_of_other_laws():
    assert info.kl_quadrature(Uniform(0, 1), Uniform(0, 2)) == pytest.approx(log(2), abs=1e-12)
    assert info.kl_quadrature(Uniform(0, 2), Uniform(0, 1)) == inf
    for law in (P, Q, Logistic(3, 0.2), Uniform(-1, 4), Beta(8, 4)):
        assert info.entropy_quadrature(law) == pytest.approx(law.entropy, abs=1e-9)
        assert info.kl_quadrature(law, law) == pytest.approx(0, abs=1e-12)


def test_quadrature_says_when_a_density_is_too_rough():
    comb = NormalMixture([0.25] * 4, [0, 1, 2, 1000], [1e-6] * 4)
    with pytest.raises(ValueError, match="whose area is found to be 1"):
        info.kl_quadrature(comb, P)


def test_mean_by_quadrature_of_moments():
    assert info.mean_by_quadrature(Q, lambda x: x) == pytest.approx(1, abs=1e-12)
    assert info.mean_by_quadrature(Q, lambda x: x**4) == pytest.approx(
        stats.norm(1, 0.5).moment(4), abs=1e-10
    )


def test_monte_carlo_covers_as_often_as_it_says():
    truth = info.kl_normal(1, 0.5, 0, 1)
    seeds = np.random.default_rng(4).spawn(1000)
    hits = sum(info.kl_monte_carlo(Q, P, 400, rng).covers(truth) for rng in seeds)
    assert 870 <= hits <= 930


def test_monte_carlo_needs_a_generator_and_two_draws():
    with pytest.raises(ValueError, match="^rng = "):
        info.kl_monte_carlo(Q, P, 100, 4)
    with pytest.raises(ValueError, match="^draws = 1"):
        info.kl_monte_carlo(Q, P, 1, np.random.default_rng(4))


# a change of variables ----------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(Q, P), (P, Q), (Logistic(0, 1), Normal(1, 2))])
def test_a_change_of_variables_leaves_the_divergence(first, second):
    moved = info.kl_quadrature(sigmoid(first), sigmoid(second))
    assert moved == pytest.approx(info.kl_quadrature(first, second), abs=1e-7)


def test_the_density_of_a_lognormal():
    pushed = Transformed(Normal(0.3, 0.8), np.exp, np.log, lambda x: x)
    known = stats.lognorm(0.8, scale=np.exp(0.3))
    y = np.linspace(0.05, 9, 50)
    np.testing.assert_allclose(pushed.pdf(y), known.pdf(y), rtol=1e-12)
    assert pushed.mean == pytest.approx(known.mean(), rel=1e-10)
    assert pushed.sd == pytest.approx(known.std(), rel=1e-9)
    assert pushed.ppf(0.3) == pytest.approx(known.ppf(0.3), rel=1e-12)
    draws = pushed.sample(np.random.default_rng(4), 20_000)
    assert stats.kstest(draws, known.cdf).pvalue > 1e-3


def test_the_entropy_of_a_lognormal_moves_by_the_mean_log_slope():
    base = Normal(0.3, 0.8)
    pushed = Transformed(base, np.exp, np.log, lambda x: x)
    moved = -info.mean_by_quadrature(base, lambda x: pushed.log_pdf(np.exp(x)))
    assert moved == pytest.approx(base.entropy + 0.3, abs=1e-10)
    assert moved == pytest.approx(float(stats.lognorm(0.8, scale=np.exp(0.3)).entropy()), abs=1e-9)


# fits ---------------------------------------------------------------------------------------------


def test_a_mixture_is_its_densities():
    mixture = NormalMixture((0.2, 0.5, 0.3), (-1, 0.5, 4), (0.3, 1, 2))
    x = np.linspace(-6, 10, 41)
    parts = zip(mixture.weights, mixture.means, mixture.sds, strict=True)
    density = sum(w * stats.norm(m, s).pdf(x) for w, m, s in parts)
    np.testing.assert_allclose(mixture.pdf(x), density, rtol=1e-12)
    step = 1e-6
    rise = (mixture.log_pdf(x + step) - mixture.log_pdf(x - step)) / (2 * step)
    np.testing.assert_allclose(mixture.slope(x), rise, rtol=1e-5, atol=1e-6)
    for power, moment in ((1, mixture.mean), (2, mixture.variance + mixture.mean**2)):
        found = info.mean_by_quadrature(mixture, lambda x, power=power: x**power)
        assert found == pytest.approx(moment, rel=1e-9)
    draws = mixture.sample(np.random.default_rng(4), 40_000)
    assert draws.mean() == pytest.approx(mixture.mean, abs=4 * mixture.sd / 200)
    assert draws.std() == pytest.approx(mixture.sd, rel=0.02)
    assert np.isfinite(mixture.log_pdf(1e6)) and NormalMixture((0, 1), (0, 1), (1, 1)).pdf(0) > 0


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (((0.5, 0.6), (0, 1), (1, 1)), "weights"),
        (((0.5, 0.5), (0, 1), (1, 0)), "sds"),
        (((0.5, 0.5), (0, 1, 2), (1, 1)), "sds"),
        (((0.5, 0.5), (0, float("nan")), (1, 1)), "means"),
    ],
)
def test_a_bad_mixture_is_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name} = "):
        NormalMixture(*arguments)


@given(st.floats(0.05, 0.95), st.floats(0, 5), st.floats(0.3, 2))
def test_no_normal_is_nearer_forward_than_the_one_with_the_same_moments(weight, apart, sd):
    p = NormalMixture((weight, 1 - weight), (0, apart), (sd, 1))
    best = info.fit_forward(p)
    least = info.kl_quadrature(p, best)
    for mu, stretch in ((0.05, 1), (-0.05, 1), (0, 1.05), (0, 0.95)):
        other = Normal(best.mu + mu * best.sigma, best.sigma * stretch)
        assert info.kl_quadrature(p, other) > least


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (Normal(1, 1), (1.9998, 0.5004)),
        (Normal(-1, 1), (-1.9998, 0.5004)),
        (Normal(0, 1), (0, 1.7364)),
    ],
)
def test_the_reverse_fit_goes_to_its_valley(start, expected):
    fit = info.fit_reverse(HILLS, start)
    assert (fit.mu, fit.sigma) == pytest.approx(expected, abs=1e-4)

    least = info.kl_quadrature(fit, HILLS)
    for shift, stretch in ((0.02, 1), (-0.02, 1), (0, 1.02), (0, 0.98)):
        other = Normal(fit.mu + shift, fit.sigma * stretch)
        assert info.kl_quadrature(other, HILLS) > least


@given(st.floats(-3, 3), st.floats(0.2, 3))
def test_either_fit_to_a_normal_is_that_normal(mu, sigma):
    law = NormalMixture((1.0,), (mu,), (sigma,))
    forward, reverse = info.fit_forward(law), info.fit_reverse(law, Normal(0, 1))
    assert (forward.mu, forward.sigma) == pytest.approx((mu, sigma), abs=1e-12)
    assert (reverse.mu, reverse.sigma) == pytest.approx((mu, sigma), abs=1e-5)


# bad input ----------------------------------------------------------------------------------------

BAD = [
    (lambda: info.kl_normal(0, 0, 0, 1), "sigma_p = 0"),
    (lambda: info.kl_normal(0, 1, 0, [1, -2]), "sigma_q = -2"),
    (lambda: info.kl_normal(inf, 1, 0, 1), "mu_p = inf"),
    (lambda: info.kl_normal("0", 1, 0, 1), "mu_p = '0'"),
    (lambda: info.kl_to_standard_normal(0, 0), "log_var = "),
    (lambda: info.kl_to_standard_normal([0, 0], [0]), "log_var = "),
    (lambda: info.kl_to_standard_normal([0.0], [np.nan]), "log_var = "),
    (lambda: info.kl_normal_full([0, 0], np.eye(3), [0, 0], np.eye(2)), "cov_p = "),
    (lambda: info.kl_normal_full([0, 0], np.eye(2), [0], np.eye(2)), "mu_q = "),
    (lambda: info.kl_normal_full([0, 0], [[1, 2], [0, 1]], [0, 0], np.eye(2)), "cov_p = "),
    (lambda: info.kl_normal_full([0, 0], np.eye(2), [0, 0], [[1, 2], [2, 1]]), "cov_q = "),
]


@pytest.mark.parametrize(("call", "words"), BAD, ids=[words for _, words in BAD])
def test_bad_input_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match="expected") as refused:
        call()
    assert str(refused.value).startswith(words)
