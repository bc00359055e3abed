"""Digits and toys: the split, the scale, and densities against another route."""

import pytest
import torch
from scipy import integrate, stats
from sklearn.datasets import load_digits

from diffusion_derived import data
from diffusion_derived.data import Toy
from diffusion_derived.devices import generator

TOYS = [data.ring(), data.ring(3), data.moons()]


@pytest.fixture(scope="module")
def digits():
    return data.digits()


# digits ------------------------------------------------------------------------------------------


def test_digits_are_whole_numbers_in_17_levels_on_the_cpu(digits):
    assert digits.train.shape == (1437, 64) and digits.test.shape == (360, 64)
    assert digits.train.dtype == digits.test_labels.dtype == torch.int64
    both = torch.cat([digits.train, digits.test])
    assert (both.min(), both.max()) == (0, 16) and both.device.type == "cpu"
    assert (digits.levels, digits.side, digits.pixels) == (17, 8, 64)
    assert repr(digits) == ("digits: 8x8 pixels of 17 levels, 1437 to learn from, 360 held out")


def test_the_split_loses_no_picture_and_mixes_none(digits):
    rows = torch.cat([digits.train, digits.test]).tolist()
    assert sorted(rows) == sorted(load_digits().data.astype(int).tolist())
    labelled = {tuple(r): c for r, c in zip(*load_digits(return_X_y=True), strict=True)}
    for part, labels in ((digits.train, digits.train_labels), (digits.test, digits.test_labels)):
        assert [labelled[tuple(row)] for row in part.tolist()] == labels.tolist()


def test_each_digit_has_its_share_of_both_parts(digits):
    share = digits.test_labels.bincount() / (
        digits.test_labels.bincount() + digits.train_labels.bincount()
    )
    assert share.shape == (10,) and (share - 0.2).abs().max() < 0.005


def test_two_calls_give_the_same_split(digits):
    again = data.digits()
    assert torch.equal(again.train, digits.train) and again.train is not digits.train


def test_levels_are_centred_by_a_step_of_an_eighth():
    levels = torch.arange(17)
    assert torch.equal(data.centred(levels), levels / 8 - 1)
    assert data.centred(torch.tensor([0, 255]), levels=256).tolist() == [-1, 1]
    assert data.centred(levels.double()).dtype == torch.float64
    with pytest.raises(ValueError, match="levels = 1: expected a whole number, at least 2"):
        data.centred(levels, levels=1)


def test_pictures_are_loaded_by_name(digits):
    assert torch.equal(data.load("digits").test, digits.test)
    with pytest.raises(ValueError, match="name = 'faces': expected one of digits, mnist"):
        data.load("faces")


# toys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("toy", TOYS, ids=repr)
def test_the_log_density_is_that_of_scipy(toy):
    points = toy.sample(50, generator(1)).double()
    normals = [stats.multivariate_normal(m, toy.sigma**2) for m in toy.means.tolist()]
    parts = zip(toy.weights.tolist(), normals, strict=True)
    expected = sum(weight * normal.pdf(points) for weight, normal in parts)
    torch.testing.assert_close(toy.log_prob(points).exp(), torch.as_tensor(expected))


@pytest.mark.parametrize("toy", TOYS, ids=repr)
def test_the_density_integrates_to_one(toy):
    axis = torch.linspace(-4, 4, 401, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1)
    inner = integrate.simpson(toy.log_prob(grid).exp(), x=axis)
    assert integrate.simpson(inner, x=axis) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("toy", TOYS, ids=repr)
def test_samples_have_the_moments_of_the_mixture(toy):
    x, n = toy.sample(20_000, generator(2)).double(), 20_000
    mean = toy.weights @ toy.means
    spread = (toy.means - mean).T @ (toy.weights[:, None] * (toy.means - mean))
    covariance = spread + toy.sigma**2 * torch.eye(2, dtype=torch.float64)
    assert ((x.mean(0) - mean).abs() < 4 * (covariance.diagonal() / n).sqrt()).all()
    assert (torch.cov(x.T) - covariance).abs().max() < 0.03


def test_a_toy_draws_with_its_weights_and_from_its_generator_alone():
    ring = data.ring()
    x = ring.sample(8000, generator(3))
    nearest = torch.cdist(x, ring.means.float()).argmin(1).bincount() / len(x)
    assert (nearest - ring.weights).abs().max() < 0.015
    assert torch.equal(x, ring.sample(8000, generator(3)))
    with pytest.raises(ValueError, match="generator = None: expected a torch.Generator on the"):
        ring.sample(3, None)


def test_a_toy_stays_in_single_precision_with_a_batch_of_it():
    x = data.moons().sample(3, generator(0))
    assert x.dtype == data.moons().log_prob(x).dtype == torch.float32
    assert data.moons().log_prob(x[:, None]).shape == (3, 1)


@pytest.mark.parametrize(
    ("weights", "means", "sigma", "message"),
    [
        ([0.5, 0.6], [[0.0, 0.0], [1.0, 0.0]], 1.0, "weights = .*that add up to 1"),
        ([0.5, 0.5], [[0.0, 0.0]], 1.0, r"means.shape = \[1, 2\]: expected \(2, 2\)"),
        ([1.0], [[0.0, 0.0]], 0.0, "sigma = 0.0: expected a number above 0"),
    ],
)
def test_a_bad_toy_is_refused(weights, means, sigma, message):
    with pytest.raises(ValueError, match=message):
        Toy("bad", torch.tensor(weights, dtype=torch.float64), torch.tensor(means), sigma)


@pytest.mark.parametrize("call", [lambda: data.ring(1), lambda: data.moons(1)])
def test_a_toy_of_one_point_is_refused(call):
    with pytest.raises(ValueError, match="= 1: expected a whole number, at least 2"):
        call()


def test_points_that_are_not_in_the_plane_are_refused():
    with pytest.raises(ValueError, match=r"x.shape = \[5, 3\]: expected \(..., 2\)"):
        data.ring().log_prob(torch.zeros(5, 3))
