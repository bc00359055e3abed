"""Chapter 7's model: its two terms, its weights and its draws against other routes."""

import numpy as np
import pytest
import torch
from torch import distributions as oracle

from diffusion_derived import data, devices, vae
from diffusion_derived.vae import BetaBinomialPixels, BinomialPixels, Posterior, Recipe
from diffusion_derived.vae.model import standard_normal
from diffusion_derived.vae.networks import MLP, dropped

X = data.digits().test[:40].to(devices.device())


def small(latents=3, likelihood=None, seed=1):
    return vae.VAE(latents, likelihood or BinomialPixels(), hidden=24, seed=seed)


def noise(seed=0):
    return devices.generator(seed)


# the posterior ------------------------------------------------------------------------------------


def random_posterior(*shape):
    return Posterior(*(torch.randn(2, *shape, generator=noise(), dtype=torch.float64)))


def test_the_divergence_is_pytorch_s():
    q = random_posterior(50, 4)
    expected = oracle.kl_divergence(
        oracle.Normal(q.mu, (0.5 * q.log_var).exp()), oracle.Normal(0.0, 1.0)
    )
    torch.testing.assert_close(q.kls(), expected)
    torch.testing.assert_close(q.kl(), expected.sum(-1))


def test_the_density_is_pytorch_s():
    q = random_posterior(50, 4)
    z = torch.randn(7, 50, 4, generator=noise(), dtype=torch.float64)
    expected = oracle.Normal(q.mu, q.log_var.exp().sqrt()).log_prob(z).sum(-1)
    torch.testing.assert_close(q.log_prob(z), expected)
    prior = oracle.Normal(0.0, 1.0).log_prob(z).sum(-1)
    torch.testing.assert_close(standard_normal(z), prior)


def test_draws_have_the_mean_and_the_width():
    q = Posterior(torch.tensor([1.0]), torch.tensor([0.25]).log())
    z = q.sample(torch.randn(100_000, 1, generator=noise()))
    assert abs(float(z.mean()) - 1) < 0.01 and abs(float(z.std()) - 0.5) < 0.01


# the model ----------------------------------------------------------------------------------------


def test_both_terms_of_the_bound_by_hand():
    model, generator = small(), noise(3)
    bound = model.bound(X, generator)
    q = model.encode(X)
    eps = torch.randn(q.mu.shape, generator=noise(3)).to(q.mu.device)
    z = q.mu + (0.5 * q.log_var).exp() * eps
    logits = model.decoder(z)
    law = oracle.Binomial(16, logits=logits)
    torch.testing.assert_close(bound.reconstruction, law.log_prob(X.to(logits)).sum(-1))
    torch.testing.assert_close(bound.kl, q.kl())
    torch.testing.assert_close(bound.elbo, bound.reconstruction - bound.kl)
    torch.testing.assert_close(bound.loss(), -bound.elbo.mean())
    torch.testing.assert_close(bound.loss(4.0), (4 * bound.kl - bound.reconstruction).mean())


def test_log_weights_are_joint_minus_guess():
    model = small()
    weights = model.log_weights(X, 6, noise(5))
    with torch.no_grad():
        q = model.encode(X)
        z = q.sample(torch.randn(6, 40, 3, generator=noise(5)).to(q.mu.device))
        joint = model.likelihood.log_prob(model.decode(z), X) + standard_normal(z)
    torch.testing.assert_close(weights, joint - q.log_prob(z), rtol=1e-5, atol=1e-3)


def test_the_mean_weight_is_the_bound(monkeypatch):
    model = small()
    with torch.no_grad():
        parts = [model.bound(X, noise(seed)).elbo for seed in range(400)]
    from_bound = torch.stack(parts).mean(0)
    spread = torch.stack(parts).std(0) / 20
    weights = model.log_weights(X, 400, noise(1000))
    difference = (weights.mean(0) - from_bound).abs()
    assert bool((difference < 6 * (spread + weights.std(0) / 20)).all())


def test_one_latent_against_quadrature():
    """The log of the mean weight is log p(x), which one latent lets us add up on a grid."""
    recipe = Recipe(latents=1, hidden=32, steps=150, kl_warm_up=0.0)
    model, _ = vae.fit(recipe, data.digits())
    z = torch.linspace(-9, 9, 4001, device=X.device).unsqueeze(-1)
    with torch.no_grad():
        parameters = model.decode(z).unsqueeze(1)
        joint = model.likelihood.log_prob(parameters, X) + standard_normal(z).unsqueeze(-1)
    exact = torch.logsumexp(joint.double(), 0) + np.log(18 / 4000)
    weights = model.log_weights(X, 20_000, noise(2)).double()
    estimate = torch.logsumexp(weights, 0) - np.log(20_000)
    torch.testing.assert_close(estimate, exact, rtol=0, atol=0.1)
    assert bool((weights.mean(0) < exact + 0.05).all())


def test_parts_are_put_together_in_order(monkeypatch):
    model = small()
    # With one draw of nothing random, parts of any size give the same weights.
    monkeypatch.setattr("diffusion_derived.vae.model.AT_ONCE", 7)
    weights = model.log_weights(X, 1, noise(5))
    assert weights.shape == (1, 40)
    eps = torch.cat([torch.randn(1, len(part), 3, generator=g) for g in [noise(5)]
                     for part in X.split(7)], 1)  # fmt: skip
    with torch.no_grad():
        q = model.encode(X)
        z = q.sample(eps.to(q.mu.device))
        joint = model.likelihood.log_prob(model.decode(z), X) + standard_normal(z)
    torch.testing.assert_close(weights, joint - q.log_prob(z), rtol=1e-5, atol=1e-3)


def test_samples_are_levels_and_repeat():
    model = small(likelihood=BetaBinomialPixels())
    one, two = (model.sample(30, noise(4)) for _ in range(2))
    assert torch.equal(one, two) and one.shape == (30, 64)
    assert one.dtype == torch.int64 and 0 <= one.min() <= one.max() <= 16
    assert model.mean(model.prior(5, noise())).shape == (5, 64)


# networks -----------------------------------------------------------------------------------------


def test_first_weights_come_from_the_seed_alone():
    torch.manual_seed(0)
    one = MLP((4, 8, 2), seed=5)
    torch.manual_seed(1)
    state = torch.random.get_rng_state()
    two, other = MLP((4, 8, 2), seed=5), MLP((4, 8, 2), seed=6)
    assert torch.equal(state, torch.random.get_rng_state())
    pairs = list(zip(one.parameters(), two.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert not torch.equal(one.layers[0].weight, other.layers[0].weight)
    assert float(one.layers[0].weight.detach().abs().max()) <= 0.5


def test_encoder_and_decoder_start_differently():
    model = vae.VAE(64, BinomialPixels(), hidden=64)
    first, second = model.encoder.layers[0].weight, model.decoder.layers[0].weight
    assert first.shape == second.shape and not torch.equal(first, second)


def test_the_network_is_its_formula():
    network = MLP((3, 5, 2))
    x = torch.randn(7, 3, generator=noise())
    first, second = network.layers
    h = x @ first.weight.T + first.bias
    h = h / (1 + torch.exp(-h))
    torch.testing.assert_close(network(x), h @ second.weight.T + second.bias)


def test_dropout_keeps_the_mean_and_needs_a_generator():
    x = torch.ones(400, 500)
    kept = dropped(x, 0.2, noise())
    assert abs(float(kept.mean()) - 1) < 0.01
    assert sorted(kept.unique().tolist()) == pytest.approx([0, 1.25])
    assert dropped(x, 0.2, None) is x and dropped(x, 0.0, noise()) is x
    network = MLP((3, 50, 2), dropout=0.5)
    y = torch.ones(1, 3)
    assert torch.equal(network(y), network(y))
    assert not torch.equal(network(y, noise(1)), network(y, noise(2)))


def test_an_evaluated_model_drops_nothing():
    model = vae.VAE(2, BinomialPixels(), hidden=24, dropout=0.5)
    generator = noise(1)
    plain = model.bound(X, generator).elbo
    model.encoder.dropout = model.decoder.dropout = 0.0
    torch.testing.assert_close(plain, model.bound(X, noise(1)).elbo)


# recipes ------------------------------------------------------------------------------------------


def test_a_short_run_repeats_and_learns():
    recipe = Recipe(latents=2, hidden=32, steps=120)
    (one, steps), (two, _) = (vae.fit(recipe, data.digits()) for _ in range(2))
    assert torch.equal(one.decoder.layers[0].weight, two.decoder.layers[0].weight)
    assert len(steps) == 120 and steps[-1].loss < 0.8 * steps[0].loss
    found = vae.evaluate(one, X, noise(), draws=50)
    assert found.draws == 50 and found.iwae.value < found.elbo.value < 4.087


def test_the_weight_of_the_divergence_rises():
    recipe = Recipe(latents=2, hidden=16, kl_warm_up=0.5, beta=3.0)
    model = recipe.model()
    bound = model.bound(X, noise(), dropout=True)
    for progress, weight in [(0.0, 0.0), (0.25, 1.5), (0.5, 3.0), (1.0, 3.0)]:
        torch.testing.assert_close(recipe.loss(model, X, noise(), progress), bound.loss(weight))
    always = Recipe(latents=2, hidden=16, kl_warm_up=0.0)
    torch.testing.assert_close(always.loss(model, X, noise(), 0.0), bound.loss())


# refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: MLP((4,)), "at least two"),
        (lambda: MLP((4, 0)), "sizes = 0"),
        (lambda: MLP((4, 2), dropout=1), "dropout = 1"),
        (lambda: vae.VAE(0, BinomialPixels()), "latents = 0"),
        (lambda: small().log_weights(X, 0, noise()), "draws = 0"),
        (lambda: small().bound(X + 1, noise()), "levels from 0 to 16"),
        (lambda: vae.evaluate(small(), X, noise(), draws=0), "draws = 0"),
    ],
)
def test_bad_arguments_are_refused_by_name(build, words):
    with pytest.raises(ValueError, match=words):
        build()
