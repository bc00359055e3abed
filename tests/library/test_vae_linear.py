"""Probabilistic PCA against SciPy and scikit-learn, and the linear VAE against both."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.decomposition import PCA

from diffusion_derived import data
from diffusion_derived.mixture import principal_plane
from diffusion_derived.vae import LinearVAE, ProbabilisticPCA, fit_linear, linear_vae_of
from diffusion_derived.vae.linear import representatives

X = data.centred(data.digits().train).double().numpy()
PCA_8 = ProbabilisticPCA.fit(X, 8)


def some_model(latents=3, seed=0):
    rng = np.random.default_rng(seed)
    return ProbabilisticPCA(rng.normal(size=5), rng.normal(size=(5, latents)), 0.7)


def bound_of(model, x):
    return linear_vae_of(model).bound(torch.as_tensor(x)).elbo.detach().numpy()


# probabilistic PCA --------------------------------------------------------------------------------


def test_the_evidence_is_scipy_s():
    model, x = some_model(), np.random.default_rng(1).normal(size=(20, 5))
    expected = stats.multivariate_normal(model.mean, model.covariance).logpdf(x)
    np.testing.assert_allclose(model.log_evidence(x), expected, rtol=1e-12)


@pytest.mark.parametrize("latents", [1, 2, 8, 16])
def test_the_fit_is_scikit_learn_s(latents):
    """scikit-learn divides by n - 1: its covariance is ours times n/(n - 1)."""
    ours, theirs = ProbabilisticPCA.fit(X, latents), PCA(latents).fit(X)
    n = len(X)
    np.testing.assert_allclose(
        ours.covariance, theirs.get_covariance() * (n - 1) / n, rtol=1e-8, atol=1e-10
    )
    covariance = theirs.get_covariance() * (n - 1) / n
    expected = stats.multivariate_normal(theirs.mean_, covariance).logpdf(X).mean()
    assert ours.log_evidence(X).mean() == pytest.approx(expected, abs=1e-9)
    assert ours.log_evidence(X).mean() == pytest.approx(theirs.score(X), abs=0.03)


def test_no_neighbour_is_better():
    best, rng = PCA_8.log_evidence(X).mean(), np.random.default_rng(2)
    for _ in range(20):
        mean = PCA_8.mean + 0.01 * rng.normal(size=64)
        weights = PCA_8.weights + 0.01 * rng.normal(size=(64, 8))
        other = ProbabilisticPCA(mean, weights, PCA_8.variance * np.exp(0.05 * rng.normal()))
        assert other.log_evidence(X).mean() < best


def test_with_a_given_variance_weak_directions_are_switched_off():
    variances = principal_plane(X, 16).variances
    model = ProbabilisticPCA.fit(X, 16, variance=0.5)
    lengths = (model.weights**2).sum(axis=0)
    np.testing.assert_allclose(lengths, np.maximum(variances - 0.5, 0), atol=1e-12)
    assert (lengths > 0).sum() == (variances > 0.5).sum() < 16


def test_the_posterior_by_conditioning_the_joint_normal():
    model, x = some_model(), np.random.default_rng(1).normal(size=(4, 5))
    gain = model.weights.T @ np.linalg.inv(model.covariance)
    mean, covariance = model.posterior(x)
    np.testing.assert_allclose(mean, (x - model.mean) @ gain.T, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(covariance, np.eye(3) - gain @ model.weights, atol=1e-12)


# the bound ----------------------------------------------------------------------------------------


def test_the_bound_is_tight_where_the_columns_are_perpendicular():
    gap = PCA_8.log_evidence(X) - bound_of(PCA_8, X)
    assert np.abs(gap).max() < 1e-9


def test_turned_latents_have_the_same_evidence_and_a_lower_bound():
    turned = PCA_8.turned(seed=1)
    np.testing.assert_allclose(turned.log_evidence(X), PCA_8.log_evidence(X), atol=1e-9)
    assert 0.1 < (turned.log_evidence(X) - bound_of(turned, X)).mean() < 1


@pytest.mark.parametrize("seed", range(4))
def test_the_gap_is_the_divergence_from_the_exact_posterior(seed):
    model, x = some_model(seed=seed), np.random.default_rng(9).normal(size=(6, 5))
    vae = linear_vae_of(model)
    mean, covariance = model.posterior(x)
    guess = vae.encode(torch.as_tensor(x))
    s2 = guess.log_var[0].exp().detach().numpy()
    shift = guess.mu.detach().numpy() - mean
    inverse = np.linalg.inv(covariance)
    kl = 0.5 * (
        np.trace(inverse @ np.diag(s2)) - 3 + np.linalg.slogdet(covariance)[1] - np.log(s2).sum()
        + np.einsum("ni,ij,nj->n", shift, inverse, shift)
    )  # fmt: skip
    np.testing.assert_allclose(model.log_evidence(x) - bound_of(model, x), kl, atol=1e-10)


def test_the_closed_form_is_the_mean_over_draws():
    model, rng = some_model(), np.random.default_rng(3)
    vae, x = linear_vae_of(model), np.ones((1, 5))
    with torch.no_grad():
        vae.encoder.mul_(0.7)  # a poor guess, so that both terms are at work
        vae.log_s.add_(0.3)
        bound = vae.bound(torch.as_tensor(x))
        q = vae.encode(torch.as_tensor(x))
    z = q.mu.numpy() + q.sigma.numpy() * rng.normal(size=(200_000, 3))
    drawn = stats.norm(z @ model.weights.T + model.mean, model.variance**0.5).logpdf(x).sum(axis=1)
    error = drawn.std() / len(drawn) ** 0.5
    assert abs(drawn.mean() - bound.reconstruction.item()) < 4 * error
    in_nats = stats.norm(q.mu.numpy(), q.sigma.numpy()).logpdf(z) - stats.norm.logpdf(z)
    assert abs(in_nats.sum(axis=1).mean() - bound.kl.item()) < 0.02


def test_few_points_stand_for_many():
    points = representatives(X)
    assert points.shape == (128, 64)
    np.testing.assert_allclose(points.mean(axis=0), X.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(np.cov(points.T, ddof=0), np.cov(X.T, ddof=0), atol=1e-12)
    np.testing.assert_allclose(bound_of(PCA_8, points).mean(), bound_of(PCA_8, X).mean(), rtol=1e-9)


# training -----------------------------------------------------------------------------------------


def test_trained_from_a_random_start_the_bound_becomes_tight():
    vae, path = fit_linear(X, 8)
    bound = float(vae.bound(torch.as_tensor(X)).elbo.mean())
    assert 0 <= vae.model().log_evidence(X).mean() - bound < 1e-3
    assert 0 <= PCA_8.log_evidence(X).mean() - bound < 1e-3
    assert len(path) == 2000 and path[-1] - path[0] > 40


@pytest.mark.parametrize("beta", [16, 64])
def test_what_survives_a_weight_on_the_divergence(beta):
    vae, _ = fit_linear(X, 16, sigma=0.2, beta=beta, steps=1500)
    expected = np.maximum(principal_plane(X, 16).variances - 0.04 * beta, 0)
    lengths = np.sort((vae.weights**2).sum(0).detach().numpy())[::-1]
    np.testing.assert_allclose(lengths, expected, atol=0.02)
    kls = vae.encode(torch.as_tensor(X)).kls().mean(0)
    assert int((kls > 0.01).sum()) == (expected > 0).sum()


# refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: ProbabilisticPCA(np.zeros(3), np.zeros((4, 2)), 1), r"\(3, latents\)"),
        (lambda: ProbabilisticPCA(np.zeros(3), np.zeros((3, 2)), 0), "variance = 0"),
        (lambda: ProbabilisticPCA.fit(X, 64), "1 to 63"),
        (lambda: ProbabilisticPCA.fit(X, 0), "latents = 0"),
        (lambda: ProbabilisticPCA.fit(X, 2, variance=-1), "variance = -1"),
        (lambda: LinearVAE(5, 0), "latents = 0"),
        (lambda: LinearVAE(5, 2, sigma=0), "sigma = 0"),
        (lambda: fit_linear(X, 2, beta=0), "beta = 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(build, words):
    with pytest.raises(ValueError, match=words):
        build()
