"""Chapter 7's likelihoods: each sums to one over its levels, and is SciPy's where it has it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from diffusion_derived import devices, distributions
from diffusion_derived.vae import (
    BernoulliPixels,
    BetaBinomialPixels,
    BinomialPixels,
    CategoricalPixels,
    GaussianPixels,
    LogisticPixels,
    binarised,
    dequantised,
)

MASSES = [
    BernoulliPixels(), BinomialPixels(), BetaBinomialPixels(), LogisticPixels(),
    CategoricalPixels(), BetaBinomialPixels(256), LogisticPixels(256),
]  # fmt: skip
by_name = pytest.mark.parametrize(
    "law", MASSES, ids=lambda law: f"{type(law).__name__}{law.levels}"
)


def numbers(law, *shape, spread=2.0, seed=0, dtype=torch.float32):
    """Random numbers of a network, of the shape (*shape, outputs)."""
    drawn = torch.randn(*shape, law.outputs, generator=devices.generator(seed))
    return (spread * drawn).to(dtype)


@by_name
@pytest.mark.parametrize("spread", [0.1, 2.0, 6.0])
def test_a_pixel_sums_to_one_over_its_levels(law, spread):
    total = law.log_pmf(numbers(law, 50, 64, spread=spread)).exp().sum(-1)
    assert float((total - 1).abs().max()) < 4e-6 * law.levels


@by_name
def test_in_double_precision_to_twelve_digits(law):
    total = law.log_pmf(numbers(law, 5, 64, dtype=torch.float64)).exp().sum(-1)
    # The table of binomial coefficients is kept in single precision.
    assert float((total - 1).abs().max()) < (1e-5 if hasattr(law, "log_choices") else 1e-12)


def test_a_b_of_nearly_nothing_keeps_its_digits():
    # b + 16 - 16 would lose four of them, and the highest level 3 parts in 10,000.
    law = BetaBinomialPixels()
    parameters = torch.tensor([[-3.0, -6.9]])
    exact = law.log_pmf(parameters.double())[0]
    np.testing.assert_allclose(law.log_pmf(parameters)[0], exact, atol=1e-5)


def test_a_likelihood_that_forgets_the_coefficient_is_seen():
    law = BinomialPixels()
    law.log_choices.zero_()
    total = law.log_pmf(numbers(law, 5, 64)).exp().sum(-1)
    assert float((total - 1).abs().max()) > 0.5


@by_name
def test_a_picture_is_the_sum_over_its_pixels(law):
    parameters = numbers(law, 20, 64)
    x = torch.randint(law.levels, (20, 64), generator=devices.generator(1))
    table = law.log_pmf(parameters).numpy()
    rows, pixels = np.ogrid[:20, :64]
    by_hand = table[rows, pixels, x.numpy()].sum(axis=1)
    np.testing.assert_allclose(law.log_prob(parameters, x), by_hand, rtol=3e-5)


@by_name
def test_many_draws_of_the_latents_meet_one_picture_each(law):
    parameters = numbers(law, 3, 20, 64)
    x = torch.randint(law.levels, (20, 64), generator=devices.generator(1))
    one_by_one = torch.stack([law.log_prob(row, x) for row in parameters])
    torch.testing.assert_close(law.log_prob(parameters, x), one_by_one)


@by_name
def test_one_picture_s_numbers_meet_many_pictures(law):
    parameters = numbers(law, 64)
    x = torch.randint(law.levels, (20, 64), generator=devices.generator(1))
    one_by_one = torch.stack([law.log_prob(parameters, row) for row in x])
    torch.testing.assert_close(law.log_prob(parameters, x), one_by_one)


@by_name
def test_the_mean_is_the_sum_of_levels_and_masses(law):
    parameters = numbers(law, 10, 64)
    pmf = law.log_pmf(parameters).exp().numpy()
    np.testing.assert_allclose(
        law.mean(parameters), pmf @ np.arange(law.levels), rtol=1e-3, atol=1e-3
    )


@by_name
def test_draws_have_the_shares_of_the_masses(law):
    parameters = numbers(law, 1, 3)
    drawn = law.sample(parameters.expand(20_000, 3, -1), devices.generator(2))
    assert drawn.shape == (20_000, 3) and int(drawn.min()) >= 0 and int(drawn.max()) < law.levels
    expected = law.mean(parameters)[0]
    spread = drawn.double().std(dim=0) / 20_000**0.5
    assert bool(((drawn.double().mean(dim=0) - expected).abs() < 4 * spread + 1e-3).all())


@by_name
def test_the_same_generator_gives_the_same_picture(law):
    parameters = numbers(law, 5, 64)
    one, two = (law.sample(parameters, devices.generator(7)) for _ in range(2))
    assert torch.equal(one, two)


@by_name
def test_far_out_the_slopes_are_finite(law):
    parameters = (1e3 * numbers(law, 8, 64)).requires_grad_()
    if isinstance(law, LogisticPixels):  # its second number is a logarithm
        parameters = (numbers(law, 8, 64) * torch.tensor([100.0, 3.0])).requires_grad_()
    x = torch.randint(law.levels, (8, 64), generator=devices.generator(1))
    value = law.log_prob(parameters, x).sum()
    (slope,) = torch.autograd.grad(value, parameters)
    assert bool(torch.isfinite(value)) and bool(torch.isfinite(slope).all())


# against SciPy and chapter 3 ----------------------------------------------------------------------


def test_bernoulli_is_scipy_s():
    law, logit = BernoulliPixels(), 0.7
    pmf = law.log_pmf(torch.tensor([[logit]], dtype=torch.float64))[0]
    np.testing.assert_allclose(pmf, stats.bernoulli(1 / (1 + np.exp(-logit))).logpmf([0, 1]))


@given(st.floats(-8, 8))
def test_binomial_is_scipy_s(logit):
    pmf = BinomialPixels().log_pmf(torch.tensor([[logit]], dtype=torch.float64))[0]
    expected = stats.binom(16, 1 / (1 + np.exp(-logit))).logpmf(np.arange(17))
    np.testing.assert_allclose(pmf, expected, rtol=1e-5, atol=1e-5)


@given(st.floats(-5, 60), st.floats(-5, 60))
def test_beta_binomial_is_scipy_s(first, second):
    law = BetaBinomialPixels()
    parameters = torch.tensor([[first, second]], dtype=torch.float64)
    a, b = (float(shape) for shape in law.shapes(parameters))
    expected = stats.betabinom(16, a, b).logpmf(np.arange(17))
    np.testing.assert_allclose(law.log_pmf(parameters)[0], expected, rtol=1e-5, atol=1e-5)
    in_single = law.log_pmf(parameters.float())[0]
    np.testing.assert_allclose(in_single, expected, rtol=1e-4, atol=1e-6 * (100 + a + b))


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_logistic_is_chapter_3_s(first, second):
    pmf = LogisticPixels().log_pmf(torch.tensor([[first, second]], dtype=torch.float64))[0]
    chapter_3 = distributions.DiscretisedLogistic(8 * (1 + first), np.exp(second), 17)
    np.testing.assert_allclose(pmf, chapter_3.log_pmf(np.arange(17)), rtol=1e-9, atol=1e-12)


def test_gaussian_is_scipy_s_and_its_mean_level_is_a_density():
    law = GaussianPixels(sigma=1.5)
    parameters = numbers(law, 4, 64)
    x = torch.randint(17, (4, 64), generator=devices.generator(1))
    expected = stats.norm(law.mean(parameters).numpy(), 1.5).logpdf(x.numpy()).sum(axis=1)
    np.testing.assert_allclose(law.log_prob(parameters, x), expected, rtol=1e-5)
    assert not any(p.requires_grad for p in law.parameters())


def test_a_narrow_gaussian_is_no_mass_over_levels():
    law = GaussianPixels(sigma=0.1)
    on_a_level = law.log_prob(torch.zeros(1, 1, 1), torch.tensor([[8]]))
    assert float(on_a_level) > 0  # more than probability one


def test_the_best_sigma_is_the_root_of_the_mean_squared_error():
    law = GaussianPixels()
    parameters, x = numbers(law, 200, 64), torch.randint(17, (200, 64))
    error = (x - law.mean(parameters)).square().mean().sqrt()
    with torch.no_grad():
        law.log_sigma.copy_(error.log())
    (slope,) = torch.autograd.grad(law.log_prob(parameters, x).mean(), law.log_sigma)
    assert abs(float(slope)) < 1e-3 and law.log_sigma.requires_grad


def test_noise_within_a_level_bounds_its_mass():
    law, x = GaussianPixels(sigma=1.0), torch.full((100_000, 1), 9)
    drawn = dequantised(x, devices.generator(3))
    assert bool(((drawn - x).abs() <= 0.5).all()) and abs(float((drawn - x).mean())) < 0.005
    bound = law.log_prob(torch.zeros(1, 1, 1), drawn).mean()
    mass = stats.norm(8, 1).cdf(9.5) - stats.norm(8, 1).cdf(8.5)
    assert np.log(mass) - 0.06 < float(bound) < np.log(mass)


def test_gaussian_draws():
    law = GaussianPixels(sigma=2.0)
    drawn = law.sample(torch.zeros(50_000, 1, 1), devices.generator(4))
    assert abs(float(drawn.mean()) - 8) < 0.04 and abs(float(drawn.std()) - 2) < 0.03


# refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (torch.full((2, 64), 17), "levels from 0 to 16"),
        (torch.full((2, 64), -1), "levels from 0 to 16"),
        (torch.full((2, 64), 0.5), "whole numbers"),
        (torch.zeros(2, 60, dtype=torch.int64), r"\(\.\.\., 60, 2\)"),
    ],
)
def test_pixels_that_are_no_levels_are_refused(x, words):
    law = BetaBinomialPixels()
    with pytest.raises(ValueError, match=words):
        law.log_prob(numbers(law, 2, 64), x)


def test_other_refusals():
    with pytest.raises(ValueError, match="levels = 1"):
        CategoricalPixels(1)
    with pytest.raises(ValueError, match="sigma = 0"):
        GaussianPixels(sigma=0)
    with pytest.raises(ValueError, match="whole numbers"):
        binarised(torch.tensor([0.5]))
    with pytest.raises(ValueError, match="expected"):
        BernoulliPixels().log_prob(torch.zeros(1, 4, 1), torch.full((1, 4), 3))


def test_ink_is_above_the_middle():
    assert binarised(torch.arange(17)).tolist() == [0] * 9 + [1] * 8
