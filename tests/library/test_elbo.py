"""Chapter 6: the coin's bound against scipy, mpmath and finite differences."""

from math import log, pi

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from diffusion_derived import elbo
from diffusion_derived.elbo import CoinElbo
from diffusion_derived.elbo.quadrature import line_nodes, normal_nodes

COIN = CoinElbo(7, 10)
MEANS = st.floats(-6, 6)
WIDTHS = st.floats(0.02, 8)
COINS = st.builds(
    lambda n, share, a, b: CoinElbo(round(share * n), n, a, b),
    st.integers(0, 60), st.floats(0, 1), st.floats(0.2, 20), st.floats(0.2, 20),
)  # fmt: skip


def joint_of_theta(coin, z):
    """log p(k, z) by the densities of theta and the derivative of theta by z: another route."""
    theta = special.expit(z)
    likelihood = stats.binom(coin.n, theta).logpmf(coin.heads)
    return likelihood + stats.beta(coin.a, coin.b).logpdf(theta) + np.log(theta * (1 - theta))


def mean_under_q(g, mu, sigma):
    value, _ = integrate.quad(
        lambda z: stats.norm(mu, sigma).pdf(z) * g(z), mu - 10 * sigma, mu + 10 * sigma,
        points=[mu], limit=300, epsabs=1e-12, epsrel=1e-12,
    )  # fmt: skip
    return value


# the densities on the logit line ------------------------------------------------------------------


@given(COINS, st.floats(-8, 8))
def test_the_joint_is_prior_times_likelihood_times_the_jacobian(coin, z):
    assert coin.log_joint(z) == pytest.approx(float(joint_of_theta(coin, z)), abs=1e-8)


@given(COINS, st.floats(-30, 30))
def test_bayes_rule_on_the_logit_line(coin, z):
    rule = coin.log_joint(z) - coin.log_evidence
    assert coin.log_posterior(z) == pytest.approx(rule, abs=1e-9)


@given(COINS, st.floats(-8, 8))
def test_the_slope_is_the_derivative(coin, z):
    by_steps = (coin.log_joint(z + 1e-5) - coin.log_joint(z - 1e-5)) / 2e-5
    assert coin.log_joint_slope(z) == pytest.approx(by_steps, abs=1e-6)


def test_seven_in_ten():
    assert COIN.log_evidence == pytest.approx(log(1 / 11), abs=1e-15)
    assert (COIN.posterior.a, COIN.posterior.b) == (8, 4)
    assert COIN.log_joint(0.0) == pytest.approx(log(120) - 12 * log(2), abs=1e-13)


def test_far_out_nothing_overflows():
    z = np.array([-1e6, -800, 800, 1e6])
    for values in (COIN.log_joint(z), COIN.log_posterior(z), COIN.log_joint_slope(z)):
        assert np.isfinite(values).all()
    assert COIN.log_joint(np.zeros((2, 3))).shape == (2, 3)


# bound, gap and evidence --------------------------------------------------------------------------


@given(MEANS, WIDTHS)
def test_bound_and_gap_add_up_to_log_one_eleventh(mu, sigma):
    total = COIN.elbo(mu, sigma) + COIN.kl(mu, sigma)
    scale = max(1, abs(COIN.elbo(mu, sigma)))
    assert abs(total - log(1 / 11)) <= 1e-12 * max(1, scale / 10)
    assert COIN.kl(mu, sigma) >= 0


def test_the_sum_is_constant_to_1e_12_where_the_widget_goes():
    totals = [
        COIN.elbo(mu, sigma) + COIN.kl(mu, sigma)
        for mu in np.linspace(-3, 3, 25)
        for sigma in np.geomspace(0.1, 3, 25)
    ]
    assert max(abs(np.array(totals) - log(1 / 11))) < 1e-12


@given(COINS, MEANS, st.floats(0.1, 4))
def test_the_sum_is_the_evidence_for_any_coin(coin, mu, sigma):
    total = coin.elbo(mu, sigma) + coin.kl(mu, sigma)
    assert total == pytest.approx(coin.log_evidence, rel=1e-11, abs=1e-11)


@given(COINS)
@settings(max_examples=40)
def test_evidence_by_quadrature_is_euler_s(coin):
    assert coin.evidence_by_quadrature() == pytest.approx(coin.log_evidence, abs=1e-11)


@pytest.mark.parametrize(("mu", "sigma"), [(0, 1), (0.75, 0.64), (3, 0.1), (-2, 3)])
def test_bound_and_gap_against_adaptive_quadrature(mu, sigma):
    q = stats.norm(mu, sigma)
    bound = mean_under_q(lambda z: joint_of_theta(COIN, z) - q.logpdf(z), mu, sigma)
    gap = mean_under_q(lambda z: q.logpdf(z) - COIN.log_posterior(z), mu, sigma)
    assert COIN.elbo(mu, sigma) == pytest.approx(bound, abs=1e-9)
    assert COIN.kl(mu, sigma) == pytest.approx(gap, abs=1e-9)


def test_the_bound_to_thirty_digits():
    with mpmath.workdps(30):
        inside = mpmath.quad(
            lambda e: mpmath.npdf(e) * mpmath.log(1 + mpmath.e ** (mpmath.mpf("0.7") + e / 2)),
            [-14, -4, 0, 4, 14],
        )
        exact = mpmath.log(120) + 8 * mpmath.mpf("0.7") - 12 * inside
        exact += mpmath.log(2 * mpmath.pi * mpmath.e / 4) / 2
    assert COIN.elbo(0.7, 0.5) == pytest.approx(float(exact), abs=1e-13)


@given(COINS, MEANS, st.floats(0.05, 5))
def test_the_slope_of_the_bound_by_steps(coin, mu, sigma):
    h = 1e-5
    by_mu = (coin.elbo(mu + h, sigma) - coin.elbo(mu - h, sigma)) / (2 * h)
    by_log_sigma = (
        coin.elbo(mu, sigma * np.exp(h)) - coin.elbo(mu, sigma * np.exp(-h))
    ) / (2 * h)  # fmt: skip
    np.testing.assert_allclose(coin.slope(mu, sigma), [by_mu, by_log_sigma], rtol=1e-5, atol=1e-5)


@given(COINS)
@settings(max_examples=30, deadline=None)
def test_the_best_guess_is_scipy_s(coin):
    found = optimize.minimize(
        lambda at: -coin.elbo(at[0], np.exp(at[1])), [0.0, 0.0], method="BFGS", tol=1e-9
    )
    mu, sigma = coin.best()
    assert coin.elbo(mu, sigma) >= -found.fun - 1e-9
    np.testing.assert_allclose([mu, sigma], [found.x[0], np.exp(found.x[1])], rtol=1e-3, atol=1e-3)
    assert abs(coin.slope(mu, sigma)).max() < 1e-9


@pytest.mark.parametrize("heads, n, a, b", [
    (0, 10**6, 1, 1), (10**6, 10**6, 1e-3, 1), (500_000, 10**6, 1, 1), (3, 10, 1e3, 1e-3),
    (0, 0, 0.01, 0.01), (0, 0, 1, 1),
])  # fmt: skip
def test_extreme_coins(heads, n, a, b):
    coin = CoinElbo(heads, n, a, b)
    mu, sigma = coin.best()
    assert np.isfinite([mu, sigma]).all() and 0 <= coin.kl(mu, sigma) < 0.1
    assert coin.evidence_by_quadrature() == pytest.approx(coin.log_evidence, abs=2e-9)


def test_a_planted_slip_breaks_the_sum():
    """Without theta (1 - theta) the parts no longer add up, and the bound is exceeded."""

    def slipped(mu, sigma):
        lost = mean_under_q(lambda z: np.log(special.expit(z) * special.expit(-z)), mu, sigma)
        return COIN.elbo(mu, sigma) - lost

    assert slipped(0.8, 0.6) + COIN.kl(0.8, 0.6) > log(1 / 11) + 1
    with pytest.raises(elbo.AboveEvidence, match="expected at most log p"):
        elbo.slack(slipped(0.8, 0.6), COIN.log_evidence)


# the nodes ----------------------------------------------------------------------------------------


@given(st.floats(1e-3, 30))
def test_nodes_give_the_moments_of_the_normal(sigma):
    eps, weights = normal_nodes(sigma)
    moments = [float(weights @ eps**power) for power in range(7)]
    np.testing.assert_allclose(moments, [1, 0, 1, 0, 3, 0, 15], atol=1e-11)


def test_nodes_are_shared_and_so_cannot_be_written():
    with pytest.raises(ValueError, match="read-only"):
        normal_nodes(1.0)[0][0] = 0


def test_line_nodes_integrate_a_beta_kernel():
    for a, b in [(8, 4), (0.5, 0.5), (1e-2, 3), (400, 2)]:
        z, weights = line_nodes(a, b)
        area = weights @ np.exp(a * special.log_expit(z) + b * special.log_expit(-z))
        assert area == pytest.approx(special.beta(a, b), rel=1e-11)


# bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("call", "words"), [
    (lambda: CoinElbo(11, 10), "heads = 11"),
    (lambda: CoinElbo(7, 10, a=0), "a = 0"),
    (lambda: COIN.elbo(0, 0), "sigma = 0"),
    (lambda: COIN.kl(0, -1), "sigma = -1"),
    (lambda: COIN.elbo(float("nan"), 1), "mu = nan"),
    (lambda: COIN.elbo(0, 1e9), "sigma = 1000000000"),
    (lambda: COIN.log_joint(float("inf")), "z = inf"),
    (lambda: CoinElbo(0, 0, 1e-9, 1).evidence_by_quadrature(), "tails"),
])  # fmt: skip
def test_bad_input_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# the two normals ----------------------------------------------------------------------------------


def test_the_two_normals_leave_the_gap_of_chapter_4():
    """Prior N(0, 2), likelihood N(x; z, 2), x = 0, and the guess N(1, 1/4)."""
    q = stats.norm(1, 0.5)
    bound = mean_under_q(
        lambda z: stats.norm(0, 2**0.5).logpdf(z) + stats.norm(z, 2**0.5).logpdf(0) - q.logpdf(z),
        1, 0.5,
    )  # fmt: skip
    gap = 1 / 8 + log(2)
    assert gap == pytest.approx(0.818, abs=5e-4)
    assert bound == pytest.approx(-0.5 * log(8 * pi) - gap, abs=1e-10)
