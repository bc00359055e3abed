"""Two trained levels: bounds below a likelihood known by quadrature, merges by Bayes, recipes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from diffusion_derived import devices
from diffusion_derived.data import digits
from diffusion_derived.hierarchical import (
    BottomUp,
    TopDown,
    evaluate,
    fit,
    merged,
    recipes,
    shifted,
)
from diffusion_derived.hierarchical.experiments import (
    collapse,
    message_share,
    over_seeds,
    tie,
)
from diffusion_derived.hierarchical.recipes import ramped, share_of_message
from diffusion_derived.vae import VAE, BetaBinomialPixels, Posterior

RECIPES = [recipes.TWO_LEVELS, recipes.MERGED, recipes.SHIFTED]
SHORT = {"steps": 30, "batch": 16}


def small(kind, **options):
    """A stack of one number over one number over three pixels, with lively first weights."""
    model = kind(1, 1, BetaBinomialPixels(5), hidden=6, middle=5, dims=3, seed=2, **options)
    generator = devices.generator(7)
    with torch.no_grad():
        for weights in model.conditional_prior.layers[-1].parameters():
            weights.copy_(0.4 * torch.randn(weights.shape, generator=generator))
    return model


KINDS = {
    "bottom-up": lambda: small(BottomUp),
    "merged": lambda: small(TopDown, join=merged),
    "shifted": lambda: small(TopDown, join=shifted),
}
X = torch.tensor([[0, 2, 4], [3, 3, 1], [1, 0, 0]])


@pytest.fixture(params=KINDS)
def stack(request):
    return KINDS[request.param]().to(devices.device())


def grid(n=161, reach=7.0):
    z = torch.linspace(-reach, reach, n, device=devices.device())
    return z, float(z[1] - z[0])


@torch.no_grad()
def log_likelihood(model, x):
    """log p(x) by a sum over a fine grid of both levels."""
    z, width = grid()
    z_1, z_2 = z[:, None], z[:, None]
    log_x = model.likelihood.log_prob(model.decode(z_1)[:, None], x)  # (grid, n)
    p_1 = model.above_one(z_2)
    normal = Normal(p_1.mu, p_1.sigma)
    log_1 = normal.log_prob(z[None, :]) + Normal(0.0, 1.0).log_prob(z_2)  # (z_2, z_1)
    mass = torch.logsumexp(log_1, 0) + np.log(width)  # log p(z_1)
    return torch.logsumexp(log_x + mass[:, None], 0) + np.log(width)


def test_the_levels_of_probability_sum_to_one(stack):
    every = torch.cartesian_prod(*[torch.arange(5)] * 3).to(devices.device())
    assert float(log_likelihood(stack, every).exp().sum()) == pytest.approx(1, abs=1e-5)


def test_weights_average_to_the_likelihood(stack):
    x = X.to(devices.device())
    weights = stack.log_weights(x, 40_000, devices.generator(3))
    assert weights.shape == (40_000, 3)
    ratio = (weights - log_likelihood(stack, x)).exp()
    error = ratio.std(0) / np.sqrt(len(ratio))
    assert ((ratio.mean(0) - 1).abs() < 5 * error).all()
    assert (weights.mean(0) < log_likelihood(stack, x)).all()


def test_the_bound_is_the_mean_log_weight(stack):
    """Two routes to one number: three terms with a closed upper one, and weights."""
    x = X[:1].expand(20_000, -1).to(devices.device())
    with torch.no_grad():
        bound = stack.bound(x, devices.generator(1))
    weights = stack.log_weights(X[:1].to(devices.device()), 20_000, devices.generator(2))[:, 0]
    error = (bound.elbo.var() / 20_000 + weights.var() / 20_000).sqrt()
    assert (bound.elbo.mean() - weights.mean()).abs() < 5 * error
    torch.testing.assert_close(bound.kl, bound.lower + bound.upper)
    torch.testing.assert_close(-bound.loss(), bound.elbo.mean())
    weighted = (0.5 * bound.lower + 0.1 * bound.upper - bound.reconstruction).mean()
    torch.testing.assert_close(bound.loss(0.5, 0.1), weighted)


def test_a_bound_without_its_upper_level_is_refused():
    """The planted fault: level two is used and not paid for, and the number exceeds log p(x)."""
    model = small(BottomUp).to(devices.device())
    with torch.no_grad():
        up, down = model.upper_encoder.layers, model.conditional_prior.layers
        # Level two copies z_1 at no width to speak of, and gives it back.
        for layers, bias in ((up, [0.0, -6.0]), (down, [0.0, -2.0])):
            for layer in layers:
                layer.weight.zero_()
                layer.bias.zero_()
            layers[0].weight[:, 0], layers[0].bias[:] = 1e-3, 0
            layers[1].weight.fill_diagonal_(1)
            layers[2].weight[0] = 4 / 5 / 1e-3  # silu is half its input near 0, twice
            layers[2].bias.copy_(torch.tensor(bias))
        x = X.to(devices.device())
        truth = log_likelihood(model, x)
        bound = [model.bound(x, devices.generator(s)) for s in range(400)]
    right = torch.stack([b.elbo for b in bound]).mean(0)
    wrong = torch.stack([b.reconstruction - b.lower for b in bound]).mean(0)
    assert (right < truth).all()
    assert (wrong > truth).any()


def test_samples_have_the_models_frequencies(stack):
    drawn = stack.sample(40_000, devices.generator(4)).cpu()
    assert drawn.shape == (40_000, 3)
    for x in X:
        share = (drawn == x).all(1).double().mean()
        wanted = float(log_likelihood(stack, x[None].to(devices.device())).exp())
        assert abs(share - wanted) < 5 * np.sqrt(wanted / 40_000)


def two_normals(seed=0, shape=(4, 3)):
    generator = devices.generator(seed)
    numbers = [torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(4)]
    return Posterior(*numbers[:2]), Posterior(*numbers[2:])


def test_merged_is_the_product_of_two_beliefs():
    message, prior = two_normals()
    z = torch.linspace(-4, 4, 50, dtype=torch.float64)[:, None, None]
    both = Normal(message.mu, message.sigma).log_prob(z) + Normal(prior.mu, prior.sigma).log_prob(z)
    belief = merged(message, prior)
    left = both - Normal(belief.mu, belief.sigma).log_prob(z)
    torch.testing.assert_close(left, left[:1].expand_as(left))  # a constant, free of z
    assert (belief.log_var < torch.minimum(message.log_var, prior.log_var)).all()


def test_a_broad_message_has_no_say_and_no_slope():
    """Where the merge agrees with the prior, its slopes are 0; the shift's are not."""
    for log_var, part in ((0.0, 0.5), (10.0, 4.5e-5)):
        mu = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        message = Posterior(mu, torch.full((1,), log_var, dtype=torch.float64))
        prior = Posterior(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
        merged(message, prior).mu.backward()
        assert mu.grad.item() == pytest.approx(part, rel=0.02)
        mu.grad = None
        shifted(message, prior).mu.backward()
        assert mu.grad.item() == 1
    extreme = Posterior(torch.zeros(2), torch.tensor([200.0, -200.0]))
    belief = merged(extreme, Posterior(torch.zeros(2), torch.zeros(2)))
    torch.testing.assert_close(belief.log_var, torch.tensor([0.0, -200.0]))


def test_the_shift_keeps_the_divergence_whatever_the_prior_is():
    message, prior = two_normals()
    _, other = two_normals(1)
    wanted = message.kl()
    for p in (prior, other):
        q = shifted(message, p)
        found = kl_divergence(
            Independent(Normal(q.mu, q.sigma), 1), Independent(Normal(p.mu, p.sigma), 1)
        )
        torch.testing.assert_close(found, wanted)


def test_units_against_torch(stack):
    at = stack.levels(X.to(devices.device()), devices.generator(0), draws=5)
    q, p = (Normal(n.mu, n.sigma) for n in (at.q_1, at.p_1))
    torch.testing.assert_close(at.kls(), kl_divergence(q, p).expand_as(at.kls()))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: r.name)
def test_a_model_starts_with_a_standard_normal_over_level_one(recipe):
    model = recipe.build(BetaBinomialPixels(), 0.0, 0)
    p_1 = model.above_one(
        torch.randn(3, recipes.ABOVE, generator=devices.generator(0)).to(devices.device())
    )
    assert not p_1.mu.any() and not p_1.log_var.any()


@pytest.mark.parametrize("recipe", [recipes.ONE_LEVEL, *RECIPES], ids=lambda r: r.name)
def test_training_repeats_and_lowers_the_loss(recipe):
    short, data = replace(recipe, **SHORT), digits()
    one, two = (fit(short, data, seed=3).model for _ in range(2))
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(a, b)
    first = evaluate(short.build(BetaBinomialPixels(), 0.0, 3), data.test[:50], draws=4)
    after = evaluate(one, data.test[:50], draws=4)
    assert after.elbo.mean() > first.elbo.mean() + 10
    assert (after.weighted >= after.elbo).all()
    assert after.upper.shape == after.lower.shape == (50,) and after.units.shape == (16,)


def test_seeds_differ():
    data = digits()
    one, two = (fit(replace(recipes.TWO_LEVELS, **SHORT), data, seed=s) for s in (0, 1))
    assert not torch.equal(one.model.decoder.layers[0].weight, two.model.decoder.layers[0].weight)
    assert one.upper.shape == (30,) and not np.array_equal(one.upper, two.upper)


def test_all_bits_come_from_a_generator():
    """PyTorch's own generator is left as it was by making, training and scoring a stack."""
    before = torch.random.get_rng_state()
    run = fit(replace(recipes.MERGED, **SHORT), digits())
    evaluate(run.model, digits().test[:20], draws=3)
    assert torch.equal(before, torch.random.get_rng_state())


def test_ramps():
    assert [ramped(p, 0.5) for p in (0.0, 0.25, 0.5, 1.0)] == [0, 0.5, 1, 1]
    assert ramped(0.001, 0) == 1
    with pytest.raises(ValueError, match="share"):
        ramped(0.5, 2)


def test_experiments_hand_over_what_their_tables_need(monkeypatch):
    """With tiny trainings: the shapes, the pairing by seed, the names."""
    for name in ("ONE_LEVEL", "TWO_LEVELS"):
        monkeypatch.setattr(recipes, name, replace(getattr(recipes, name), **SHORT))
    data = digits()
    few = replace(data, test=data.test[:30], test_labels=data.test_labels[:30])
    found = tie(few, seeds=(0, 1))
    one, two = found.bits()
    assert found.difference().value == pytest.approx(two.value - one.value)
    assert found.upper().draws == 2 and found.runs[1].recipe.name == "two levels"
    outcomes = collapse(few, steps=20)
    assert [*outcomes] == [
        "merged, charged at once", "shifted, charged at once", "merged, charged slowly",
    ]  # fmt: skip
    run = outcomes["merged, charged at once"].run
    assert 0 < message_share(run, few) < 1 and run.upper.shape == (20,)
    with pytest.raises(ValueError, match="seeds"):
        tie(few, seeds=(0, 0))
    with pytest.raises(ValueError, match="model"):
        share_of_message(VAE(2, BetaBinomialPixels()), few.test)
    assert over_seeds([1.0, 2.0, 3.0]).value == 2


def test_the_naive_merge_dies_and_a_plain_level_does_not():
    """200 steps are enough to see it: every unit off, in both levels."""
    data = digits()
    dead = fit(replace(recipes.MERGED_AT_ONCE, steps=200), data)
    alive = fit(replace(recipes.SHIFTED_AT_ONCE, steps=200), data)
    score, control = (evaluate(run.model, data.test, draws=10) for run in (dead, alive))
    assert score.active() == 0 and score.upper.mean() < 0.01 and score.lower.mean() < 0.05
    assert control.active() >= 2 and control.bits().value < score.bits().value - 0.05
    assert message_share(dead, data) < 0.05
