"""Chapter 6: gradients against autograd, weights against tables, mean field against scipy."""

import itertools
from math import log

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from diffusion_derived import elbo
from diffusion_derived.elbo import CoinElbo
from diffusion_derived.monte_carlo import Estimate

COIN = CoinElbo(7, 10)
MEANS, WIDTHS = st.floats(-2, 2), st.floats(0.2, 2)
SEEDS = st.integers(0, 2**32 - 1)


def draws(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def torch_joint(z):
    return log(120) + 8 * z - 12 * torch.nn.functional.softplus(z)


# gradients ----------------------------------------------------------------------------------------


@given(MEANS, WIDTHS, SEEDS)
@settings(deadline=None)
def test_the_reparametrised_gradient_is_autograd_s(mu, sigma, seed):
    eps = draws(seed, 5)
    found = elbo.reparametrised_gradient(COIN.log_joint_slope, mu, sigma, eps)
    for row, e in zip(found, eps, strict=True):
        at = torch.tensor([mu, log(sigma)], dtype=torch.float64, requires_grad=True)
        value = torch_joint(at[0] + torch.exp(at[1]) * e) + at[1]  # the entropy, up to a constant
        (expected,) = torch.autograd.grad(value, at)
        np.testing.assert_allclose(row, expected.numpy(), rtol=1e-9, atol=1e-9)


@given(MEANS, WIDTHS, SEEDS)
@settings(deadline=None)
def test_the_score_function_gradient_is_autograd_s(mu, sigma, seed):
    eps = draws(seed, 5)
    found = elbo.score_function_gradient(COIN.log_joint, mu, sigma, eps)
    for row, e in zip(found, eps, strict=True):
        at = torch.tensor([mu, log(sigma)], dtype=torch.float64, requires_grad=True)
        z = torch.tensor(mu + sigma * e, dtype=torch.float64)
        log_q = torch.distributions.Normal(at[0], torch.exp(at[1])).log_prob(z)
        value = (torch_joint(z) - log_q).detach() * log_q
        (expected,) = torch.autograd.grad(value, at)
        np.testing.assert_allclose(row, expected.numpy(), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("baseline", [False, True])
@pytest.mark.parametrize(("mu", "sigma"), [(0, 1), (0.75, 0.64), (-1, 0.4)])
def test_both_gradients_are_unbiased(mu, sigma, baseline):
    eps = draws(6, 200_000)
    score = elbo.score_function_gradient(COIN.log_joint, mu, sigma, eps, baseline=baseline)
    moved = elbo.reparametrised_gradient(COIN.log_joint_slope, mu, sigma, eps)
    for found in (score, moved):
        error = found.std(axis=0) / len(found) ** 0.5
        assert (abs(found.mean(axis=0) - COIN.slope(mu, sigma)) < 4.5 * error).all()


def test_a_baseline_keeps_the_mean_and_cuts_the_variance():
    runs = [draws(seed, 10) for seed in range(1500)]
    plain, centred = (
        np.array([
            elbo.score_function_gradient(COIN.log_joint, 0, 1, eps, baseline=b).mean(axis=0)
            for eps in runs
        ])
        for b in (False, True)
    )  # fmt: skip
    error = centred.std(axis=0) / len(runs) ** 0.5
    assert (abs(centred.mean(axis=0) - COIN.slope(0, 1)) < 4.5 * error).all()
    assert (centred.var(axis=0) < 0.75 * plain.var(axis=0)).all()


def test_many_unknowns_at_once():
    """Independent coins: the reparametrised gradient of one is as if it were alone."""
    eps, mu = draws(6, 50, 3), np.array([0.0, 0.5, -1.0])
    moved = elbo.reparametrised_gradient(COIN.log_joint_slope, mu, np.ones(3), eps)
    score = elbo.score_function_gradient(
        lambda z: COIN.log_joint(z).sum(axis=1), mu, np.ones(3), eps
    )
    assert moved.shape == score.shape == (50, 2, 3)
    alone = elbo.reparametrised_gradient(COIN.log_joint_slope, 0.5, 1, eps[:, 1])
    np.testing.assert_allclose(moved[:, :, 1], alone)
    factors = COIN.log_joint(mu + eps).sum(axis=1) - stats.norm.logpdf(eps).sum(axis=1)
    np.testing.assert_allclose(score[:, 0, 2], factors * eps[:, 2])
    np.testing.assert_allclose(score[:, 1, 0], factors * (eps[:, 0] ** 2 - 1))


def test_the_variance_of_one_case_solved_by_hand():
    """log p(z) = -z^2/2, q = N(mu, sigma^2): the reparametrised slope by mu is -z."""
    moved = elbo.reparametrised_gradient(lambda z: -z, 1, 0.5, draws(3, 200_000))
    assert moved[:, 0].var() == pytest.approx(0.25, rel=0.02)
    assert moved[:, 0].mean() == pytest.approx(-1, abs=0.01)


def test_an_exact_guess_gives_a_score_gradient_without_noise():
    """With q equal to the posterior the first factor is log p(x), and a baseline removes it."""
    found = elbo.score_function_gradient(
        lambda z: stats.norm(0.3, 0.7).logpdf(z) - 2.4, 0.3, 0.7, draws(3, 50), baseline=True
    )
    np.testing.assert_allclose(found, 0, atol=1e-12)


@pytest.mark.parametrize(("call", "words"), [
    (lambda f: f(0, 0, [0.1]), "sigma = 0"),
    (lambda f: f(0, 1, []), "eps"),
    (lambda f: f(0, 1, np.zeros((2, 2, 2))), "eps"),
    (lambda f: f(float("nan"), 1, [0.1]), "mu = nan"),
    (lambda f: f([0, 0], 1, [0.1]), "mu.shape"),
])  # fmt: skip
def test_bad_draws_are_refused_by_name(call, words):
    for gradient, function in (
        (elbo.score_function_gradient, COIN.log_joint),
        (elbo.reparametrised_gradient, COIN.log_joint_slope),
    ):
        with pytest.raises(ValueError, match=words):
            call(lambda *args, g=gradient, f=function: g(f, *args))


def test_a_function_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="shape of log_joint"):
        elbo.score_function_gradient(COIN.log_joint, 0, 1, np.zeros((4, 2)))
    with pytest.raises(ValueError, match="draws = 1"):
        elbo.score_function_gradient(COIN.log_joint, 0, 1, [0.1], baseline=True)


# the climb ----------------------------------------------------------------------------------------


def climb(seed, steps=400, **change):
    def gradient(mu, sigma, eps):
        return elbo.reparametrised_gradient(COIN.log_joint_slope, mu, sigma, eps)

    options = dict(steps=steps, draws=10, rate=0.05, rng=np.random.default_rng(seed)) | change
    return list(elbo.fit_black_box(gradient, (0, 1), **options))


def test_the_climb_reaches_the_best_guess():
    best = COIN.elbo(*COIN.best())
    ends = [climb(seed)[-1] for seed in range(5)]
    for end in ends:
        assert 0 <= best - COIN.elbo(end.mu, end.sigma) < 0.01
    assert climb(1)[-1].mu == climb(1)[-1].mu != climb(2)[-1].mu


def test_the_records_of_a_climb():
    records = climb(3, steps=20)
    assert [record.step for record in records] == list(range(21))
    assert (records[0].mu, records[0].sigma) == (0, 1) and not records[0].gradient.any()
    assert all(record.sigma > 0 for record in records)


@pytest.mark.slow
def test_adam_is_torch_s():
    at = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    theirs, ours, mine = torch.optim.Adam([at], lr=0.1, maximize=True), elbo.Adam(), np.zeros(3)
    for gradient in draws(6, 30, 3):
        at.grad = torch.tensor(gradient)
        theirs.step()
        mine = mine + 0.1 * ours.direction(gradient)
    np.testing.assert_allclose(mine, at.detach().numpy(), rtol=1e-10)


@pytest.mark.parametrize(("change", "words"), [
    ({"steps": 0}, "steps = 0"), ({"draws": 0}, "draws = 0"), ({"rate": 0}, "rate = 0"),
    ({"rng": 3}, "rng = 3"),
])  # fmt: skip
def test_a_climb_with_bad_numbers_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        climb(1, **change)


def test_a_gradient_that_is_not_finite_is_refused():
    bad = elbo.fit_black_box(
        lambda mu, sigma, eps: np.full((1, 2), np.nan), (0, 1), steps=3, draws=1, rate=0.1,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    with pytest.raises(ValueError, match="gradient.*step 1"):
        list(bad)


# weights ------------------------------------------------------------------------------------------


def exact_bounds(q, joint, most):
    """E[log mean of K weights] on a finite table, by enumerating all K-tuples of states."""
    w = joint / q
    return [
        sum(
            np.prod(q[list(states)]) * np.log(w[list(states)].mean())
            for states in itertools.product(range(q.size), repeat=k)
        )
        for k in range(1, most + 1)
    ]


TABLES = st.lists(st.floats(0.05, 1), min_size=3, max_size=3).map(np.array)


@given(TABLES, TABLES)
@settings(max_examples=40, deadline=None)
def test_the_bound_tightens_with_every_weight_on_tables(q, joint):
    q, joint = q / q.sum(), joint / (2 * joint.sum())
    bounds = exact_bounds(q, joint, 4)
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(bounds))
    assert bounds[-1] <= log(0.5) + 1e-12
    elbo_on_table = np.sum(q * np.log(joint / q))
    assert bounds[0] == pytest.approx(elbo_on_table)


def test_the_estimate_agrees_with_the_table():
    q, joint = np.array([0.5, 0.3, 0.2]), np.array([0.05, 0.25, 0.1])
    states = np.random.default_rng(6).choice(3, p=q, size=(60_000, 3))
    weights = np.log(joint / q)[states]
    for k, exact in enumerate(exact_bounds(q, joint, 3), start=1):
        found = elbo.importance_weighted_bound(weights[:, :k])
        assert abs(found.value - exact) < 4 * found.error


def test_the_error_bar_holds_as_often_as_it_says():
    q, joint = np.array([0.5, 0.3, 0.2]), np.array([0.05, 0.25, 0.1])
    exact = exact_bounds(q, joint, 2)[1]
    states = np.random.default_rng(6).choice(3, p=q, size=(1000, 400, 2))
    runs = [elbo.importance_weighted_bound(np.log(joint / q)[some]) for some in states]
    assert 0.87 <= np.mean([run.covers(exact) for run in runs]) <= 0.93


def test_one_weight_is_the_bound_and_many_are_the_evidence():
    eps = draws(6, 3000, 200)
    weights = elbo.log_weights(COIN.log_joint, 0, 1, eps)
    one, many = (elbo.importance_weighted_bound(weights[:, :k]) for k in (1, 200))
    assert abs(one.value - COIN.elbo(0, 1)) < 4 * one.error
    assert abs(many.value - COIN.log_evidence) < 0.005
    z = 0.5 * eps + 1
    expected = COIN.log_joint(z) - stats.norm(1, 0.5).logpdf(z)
    np.testing.assert_allclose(elbo.log_weights(COIN.log_joint, 1, 0.5, eps), expected)


def test_weights_that_would_underflow():
    found = elbo.importance_weighted_bound(np.full((5, 4), -1e6))
    assert found.value == pytest.approx(-1e6) and found.error == 0
    partly = elbo.importance_weighted_bound([[0.0, -np.inf], [0.0, -np.inf]])
    assert partly.value == pytest.approx(-log(2))


@pytest.mark.parametrize("weights", [np.zeros(3), np.zeros((0, 2)), [[np.nan]], [[np.inf, 0]]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        elbo.importance_weighted_bound(weights)


# the check ----------------------------------------------------------------------------------------


def test_a_bound_above_the_evidence_is_refused():
    assert elbo.slack(COIN.elbo(0, 1), COIN.log_evidence) == pytest.approx(COIN.kl(0, 1))
    assert elbo.slack(COIN.log_evidence + 1e-10, COIN.log_evidence) < 0
    with pytest.raises(elbo.AboveEvidence, match="bound = -2.397"):
        elbo.slack(COIN.log_evidence + 1e-3, COIN.log_evidence)
    turned = COIN.elbo(0.7, 0.01) - 2 * stats.norm(0, 0.01).entropy()
    with pytest.raises(elbo.AboveEvidence):
        elbo.slack(turned, COIN.log_evidence)


def test_chance_may_lift_an_estimate_but_not_by_more_than_four_errors():
    assert elbo.slack(Estimate(-2.3, 0.03, 100), COIN.log_evidence) < 0
    with pytest.raises(elbo.AboveEvidence, match="standard error 0.02"):
        elbo.slack(Estimate(-2.3, 0.02, 100), COIN.log_evidence)
    with pytest.raises(ValueError, match="bound = nan"):
        elbo.slack(float("nan"), COIN.log_evidence)


# mean field ---------------------------------------------------------------------------------------


def covariances(size):
    entries = st.lists(st.floats(-1, 1), min_size=size * size, max_size=size * size)
    return entries.map(lambda v: (m := np.reshape(v, (size, size))) @ m.T + 0.3 * np.eye(size))


@given(st.integers(2, 4).flatmap(covariances))
@settings(max_examples=40, deadline=None)
def test_mean_field_has_right_means_and_variances_too_small(covariance):
    mean = np.arange(len(covariance)) - 1.0
    found = elbo.mean_field(mean, covariance)
    np.testing.assert_allclose(found.mean, mean)
    np.testing.assert_allclose(found.variances, 1 / np.diag(np.linalg.inv(covariance)), rtol=1e-8)
    assert (found.variances <= np.diag(covariance) * (1 + 1e-9)).all() and found.kl >= -1e-12


@given(st.floats(-0.95, 0.95), st.floats(0.3, 3), st.floats(0.3, 3))
def test_the_exact_formula_in_the_plane(rho, one, two):
    covariance = [[one**2, rho * one * two], [rho * one * two, two**2]]
    found = elbo.mean_field([1, -2], covariance)
    expected = np.array([one**2, two**2]) * (1 - rho**2)
    np.testing.assert_allclose(found.variances, expected, rtol=1e-9)
    assert found.kl == pytest.approx(-0.5 * np.log1p(-(rho**2)), abs=1e-9)


def divergence(m, v, mean, covariance):
    p = torch.distributions.MultivariateNormal(torch.tensor(mean), torch.tensor(covariance))
    q = torch.distributions.MultivariateNormal(torch.tensor(m), torch.diag(torch.tensor(v)))
    return float(torch.distributions.kl_divergence(q, p))


@pytest.mark.slow
def test_the_divergence_is_torch_s_and_the_optimum_scipy_s():
    mean, covariance = np.array([1.0, -1.0]), np.array([[1.0, 0.8], [0.8, 1.5]])
    records = list(elbo.coordinate_ascent(mean, covariance, [-2, 2], [3, 0.1], 12))
    for record in records:
        exact = divergence(record.mean, record.variances, mean, covariance)
        assert record.kl == pytest.approx(exact, rel=1e-10)
    found = optimize.minimize(
        lambda at: divergence(at[:2], np.exp(at[2:]), mean, covariance), np.zeros(4), tol=1e-10
    )
    best = elbo.mean_field(mean, covariance)
    np.testing.assert_allclose(best.mean, found.x[:2], atol=1e-4)
    np.testing.assert_allclose(best.variances, np.exp(found.x[2:]), rtol=1e-3)
    np.testing.assert_allclose(records[-1].mean, best.mean, atol=1e-3)


@pytest.mark.slow
@given(st.integers(2, 4).flatmap(covariances), SEEDS)
@settings(max_examples=40, deadline=None)
def test_no_update_of_one_factor_raises_the_divergence(covariance, seed):
    size = len(covariance)
    start, spread = draws(seed, size), np.exp(draws(seed + 1, size))
    records = list(elbo.coordinate_ascent(np.zeros(size), covariance, start, spread, 3))
    kls = [record.kl for record in records]
    assert all(b <= a + 1e-9 * max(1, abs(a)) for a, b in itertools.pairwise(kls))
    assert [r.coordinate for r in records[1:]] == 3 * list(range(size))
    assert records[0].coordinate is None and len(records) == 3 * size + 1
    np.testing.assert_array_equal(records[0].mean, start)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: elbo.mean_field([0, 0], [[1, 2], [2, 1]]), "positive definite"),
    (lambda: elbo.mean_field([0, 0], [[1, 0.1], [0.2, 1]]), "symmetric"),
    (lambda: elbo.mean_field([0, 0], [[1]]), "covariance.shape"),
    (lambda: elbo.mean_field([[0]], [[1]]), "mean.shape"),
    (lambda: next(elbo.coordinate_ascent([0], [[1]], [0, 1], [1], 1)), "start.shape"),
    (lambda: next(elbo.coordinate_ascent([0], [[1]], [0], [0], 1)), "variances"),
    (lambda: list(elbo.coordinate_ascent([0], [[1]], [0], [1], -1)), "sweeps"),
])  # fmt: skip
def test_bad_normals_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# amortised ----------------------------------------------------------------------------------------


def encoder(degree, seed=1, steps=1500):
    rng = np.random.default_rng(seed)
    *_, last = elbo.fit_encoder(10, degree, steps=steps, draws=4, rate=0.05, rng=rng)
    return last


def best_average(degree):
    """The highest average bound of any encoder of this degree, by scipy."""
    coins = [CoinElbo(k, 10) for k in range(11)]

    def loss(flat):
        mu, sigma = elbo.Encoder(flat.reshape(2, -1), 10).guess(np.arange(11))
        return -np.mean([c.elbo(m, s) for c, m, s in zip(coins, mu, sigma, strict=True)])

    return -optimize.minimize(loss, np.zeros(2 * degree + 2), method="BFGS").fun


@pytest.mark.parametrize("degree", [0, 1, 3])
def test_the_encoder_is_as_good_as_scipy_s(degree):
    gaps = elbo.gaps(encoder(degree))
    best = np.mean([log(1 / 11) - family for family in gaps.family])
    lost = best - best_average(degree)
    assert gaps.amortisation.mean() == pytest.approx(lost, abs=2e-3)


def test_the_gaps_add_up_to_what_is_lost():
    linear = encoder(1, steps=200)
    gaps = elbo.gaps(linear)
    mu, sigma = linear.guess(np.arange(11))
    for k in range(11):
        lost = CoinElbo(k, 10).kl(mu[k], sigma[k])
        assert gaps.family[k] + gaps.amortisation[k] == pytest.approx(lost, abs=1e-10)
    assert (gaps.family > 0).all() and (gaps.amortisation > -1e-9).all()


def test_an_encoder_that_does_not_look_loses_more():
    blind, linear, cubic = (elbo.gaps(encoder(d)).amortisation.mean() for d in (0, 1, 3))
    assert blind > 20 * linear > 100 * cubic > 0


def test_an_encoder_s_guess():
    linear = elbo.Encoder([[0.5, 2], [-1, 0]], 4)
    mu, sigma = linear.guess([0, 2, 4])
    np.testing.assert_allclose(mu, [-1.5, 0.5, 2.5])
    np.testing.assert_allclose(sigma, np.exp(-1))
    assert special.expit(mu[1]) > 0.5


@pytest.mark.parametrize(("call", "words"), [
    (lambda: elbo.Encoder([1, 2], 4), "weights.shape"),
    (lambda: elbo.Encoder([[1], [2]], 0), "n = 0"),
    (lambda: elbo.Encoder([[1], [2]], 4).guess([5]), "heads"),
    (lambda: elbo.Encoder([[1], [2]], 4).guess([0.5]), "heads"),
    (lambda: encoder(-1), "degree = -1"),
    (lambda: encoder(1, steps=0), "steps = 0"),
])  # fmt: skip
def test_bad_encoders_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
