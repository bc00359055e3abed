"""What chapter 7 measures: each experiment in small, and the parts it is made of."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from diffusion_derived import data, devices, metrics, vae
from diffusion_derived.vae import Autoencoder, BinomialPixels, Recipe, decoders, slips, units
from diffusion_derived.vae.autoencoder import fit_autoencoder, normal_draws

DIGITS = data.digits()
BRIEF = Recipe(latents=3, hidden=32, steps=300, rate=5e-3, kl_warm_up=0.8)


def noise(seed=0):
    return devices.generator(seed)


@pytest.fixture(scope="module")
def brief():
    return vae.fit(BRIEF, DIGITS)[0]


# decoders -----------------------------------------------------------------------------------------


def test_six_decoders_seven_rows():
    rows = decoders(DIGITS, replace(BRIEF, steps=40))
    assert len(rows) == 7 and len({id(row.model) for row in rows.values()}) == 6
    comparable = [name for name, row in rows.items() if row.comparable]
    assert comparable == [
        "Beta-binomial", "binomial", "logistic", "categorical", "normal, within levels"
    ]  # fmt: skip
    for row in rows.values():
        assert np.isfinite(row.cost.elbo.value) and row.cost.iwae.value < row.cost.elbo.value
        assert row.numbers == row.model.likelihood.outputs and row.seconds > 0


def test_the_normal_learns_from_pictures_moved_anew_at_each_step(monkeypatch):
    moved = []

    def noted(x, generator):
        moved.append(vae.dequantised(x, generator))
        return moved[-1]

    monkeypatch.setattr("diffusion_derived.vae.decoder_costs.dequantised", noted)
    decoders(DIGITS, replace(BRIEF, steps=4))
    batches = [x for x in moved if len(x) == BRIEF.batch]
    assert len(batches) == 4 and len(moved) == 6  # and once those that it is judged by
    noises = [x - x.round() for x in batches]
    assert not torch.equal(noises[0], noises[1])


def test_within_levels_is_a_bound_for_the_cut_normal():
    """The mass that a normal density gives a level, against the mean of its log density there."""
    rows = decoders(DIGITS, replace(BRIEF, steps=40))
    model = rows["normal, within levels"].model
    z = model.prior(1, noise())
    mean, sigma = model.mean(z)[0].double(), float(model.likelihood.sigma.detach())
    normal = torch.distributions.Normal(mean, sigma)
    x = mean.round().clamp(0, 16).long().unsqueeze(0)
    mass = (normal.cdf(x + 0.5) - normal.cdf(x - 0.5)).log().sum()
    moved = vae.dequantised(x.expand(4000, 64), noise(1))
    with torch.no_grad():
        bound = model.likelihood.log_prob(model.decode(z), moved).mean()
    assert float(mass) - 1 < float(bound) < float(mass) + 0.1


# slips --------------------------------------------------------------------------------------------


def test_what_a_slip_reports_and_what_it_is_worth(brief):
    rows = slips(DIGITS, BRIEF, right=brief)
    right, pixels = rows["right"], rows["mean over pixels"]
    assert abs(right.reported.value - right.cost.elbo.value) < 0.01
    assert pixels.units.kl.sum() < 0.05 and pixels.units.active == 0
    assert pixels.cost.elbo.value > right.cost.elbo.value
    for name in ("KL averaged over latents", "z = mu, no KL"):
        assert rows[name].reported.value < rows[name].cost.iwae.value
    assert rows["KL averaged over latents"].units.kl.sum() > 1.2 * right.units.kl.sum()
    width = rows["log_var as width"]
    assert width.reported.value < width.cost.elbo.value - 0.1


def test_a_mean_over_pixels_is_a_weight_of_64(brief):
    """The gradient of the slip is that of the loss with beta = 64, divided by 64."""
    x, parameters = DIGITS.train[:20].to(devices.device()), list(brief.parameters())
    bound = brief.bound(x, noise())
    slip = (bound.kl - bound.reconstruction / 64).mean()
    first = torch.autograd.grad(slip, parameters, retain_graph=True)
    second = torch.autograd.grad(bound.loss(64.0) / 64, parameters)
    for one, two in zip(first, second, strict=True):
        torch.testing.assert_close(one, two, rtol=1e-3, atol=1e-6)


# latents ------------------------------------------------------------------------------------------


def test_units_are_sorted_and_counted(brief):
    found = units(brief, DIGITS.test)
    assert found.kl.shape == found.spread.shape == (3,)
    assert (np.diff(found.kl) <= 0).all() and found.active == (found.kl > 0.1).sum()
    with torch.no_grad():
        q = brief.encode(DIGITS.test.to(devices.device()))
    assert found.kl.sum() == pytest.approx(float(q.kl().mean()), rel=1e-4)


def test_a_dead_latent_is_not_active(brief):
    model = vae.VAE(3, vae.BetaBinomialPixels(), hidden=32)
    with torch.no_grad():
        last = model.encoder.layers[-1]
        last.weight[[0, 3]], last.bias[[0, 3]] = 0.0, 0.0  # mu and log_var of the first
    found = units(model, DIGITS.test)
    assert found.kl[-1] == 0 and found.spread[-1] == 0


def test_two_starts():
    rows = vae.starts(DIGITS, (0.0, 0.5), BRIEF)
    assert set(rows) == {0.0, 0.5}
    assert all(row.units.kl.shape == (3,) for row in rows.values())


# gradients ----------------------------------------------------------------------------------------


def test_three_gradients_one_mean(brief):
    found = vae.slopes(brief, DIGITS.test[0], 20_000, noise(3))
    exact = found["reparametrised"]
    for name in ("score function", "score function, baseline"):
        error = np.hypot(found[name].error, exact.error)
        assert (np.abs(found[name].mean - exact.mean) < 4.5 * error).all()
    plain, *others = (found[name].variance.mean() for name in found)
    assert all(plain > 100 * variance for variance in others)


def test_the_reparametrised_one_is_autograd_s(brief):
    """The slope of the mean bound over the same draws, by autograd through mu."""
    x, draws = DIGITS.test[0].to(devices.device()), 500
    with torch.no_grad():
        q = brief.encode(x)
    mu = q.mu.clone().requires_grad_()
    eps = devices.normal(draws, 3, generator=noise(3), like=mu)
    z = mu + q.sigma * eps
    prior = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(-1)
    height = brief.likelihood.log_prob(brief.decode(z), x) + prior
    (slope,) = torch.autograd.grad(height.mean(), mu)
    found = vae.slopes(brief, x, draws, noise(3))["reparametrised"]
    np.testing.assert_allclose(found.mean, slope.cpu(), rtol=2e-3, atol=2e-3)


# the autoencoder ----------------------------------------------------------------------------------


def test_an_autoencoder_learns_and_repeats():
    (one, steps), (two, _) = (fit_autoencoder(3, DIGITS, steps=100) for _ in range(2))
    x = DIGITS.test[:5].to(devices.device())
    assert torch.equal(one.encode(x), two.encode(x))
    assert len(steps) == 100 and steps[-1].loss < 0.7 * steps[0].loss
    error = (one.decode(one.encode(x)) - x).square().sum(-1).mean()
    torch.testing.assert_close(one.loss(x), error)


def test_normal_draws_have_the_moments_of_the_codes():
    codes = torch.randn(500, 3, generator=noise()) @ torch.tensor(
        [[1.0, 0.5, 0.0], [0.0, 1.0, 2.0], [0.0, 0.0, 0.3]]
    )
    drawn = normal_draws(codes + 4, 200_000, noise(1))
    torch.testing.assert_close(drawn.mean(0), codes.mean(0) + 4, rtol=0, atol=0.02)
    torch.testing.assert_close(torch.cov(drawn.T), torch.cov(codes.T), rtol=0.02, atol=0.02)


def test_samples_of_both(brief):
    torch.manual_seed(0)
    features = metrics.DigitFeatures()  # untrained: the distances mean nothing here
    found = vae.samples(DIGITS, Autoencoder(3, hidden=32), brief, features)
    assert list(found)[0] == "real" and len(found) == 6
    assert all(row.pictures.shape == (1437, 64) for row in found.values())
    assert found["VAE, draws"].pictures.dtype == torch.int64
    assert found["real"].neighbour.value == pytest.approx(2.1, abs=0.05)


# refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Autoencoder(0), "latents = 0"),
        (lambda: normal_draws(torch.zeros(1, 2), 3, noise()), "at least two codes"),
        (lambda: vae.slopes(Recipe(2, BinomialPixels).model(), DIGITS.test, 9, noise()),
         "one picture"),
        (lambda: vae.slopes(Recipe(2, BinomialPixels).model(), DIGITS.test[0], 1, noise()),
         "draws = 1"),
        (lambda: vae.evaluate(Recipe(2).model(), DIGITS.test[:1], noise()), "at least two"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_by_name(build, words):
    with pytest.raises(ValueError, match=words):
        build()
