"""Figures of merit: their values by another route, and error bars that hold."""

from math import exp, log, sqrt

import numpy as np
import pytest
import torch
from scipy import linalg, stats

from diffusion_derived import data, devices, metrics
from diffusion_derived.metrics import Features, FrechetDistance, frechet_distance

DIGITS = data.digits()
RUNS = 1000


def normal(*shape, seed=0):
    return torch.randn(shape, generator=devices.generator(seed), dtype=torch.float64)


def share_covered(estimates, truth):
    held = [estimate.covers(truth) for estimate in estimates]
    return sum(held) / len(held)


# bits --------------------------------------------------------------------------------------------


def test_a_uniform_guess_costs_the_bits_of_a_level():
    found = metrics.bits_per_dim(metrics.uniform_log_prob(DIGITS.test), dims=64)
    assert found.value == pytest.approx(np.log2(17), rel=1e-12) and found.error < 1e-9
    assert found.draws == 360


def test_bits_are_an_average_over_examples_with_its_error():
    nats = normal(50) * 3 - 100
    found = metrics.bits_per_dim(nats, dims=64)
    bits = -nats.numpy() / (64 * log(2))
    assert found.value == pytest.approx(bits.mean(), rel=1e-12)
    assert found.error == pytest.approx(stats.sem(bits), rel=1e-12)


@pytest.mark.parametrize(("scale", "shift"), [(1 / 8, -1.0), (1 / 17, 0.5 / 17), (1.0, 0.0)])
def test_a_density_of_rescaled_levels_costs_what_its_levels_cost(scale, shift):
    """A normal so wide that density times width is the probability of a level."""
    levels = torch.arange(17.0, dtype=torch.float64)[:, None]
    wide = torch.distributions.Normal(shift + 9 * scale, 40 * scale)
    density = wide.log_prob(shift + scale * levels).sum(dim=1)
    edges = shift + scale * (torch.cat([levels - 0.5, levels[-1:] + 0.5]))
    exact = wide.cdf(edges).diff(dim=0).log().sum(dim=1)
    found = metrics.bits_per_dim(density, dims=1, volume=scale)
    assert found.value == pytest.approx(metrics.bits_per_dim(exact, dims=1).value, abs=1e-4)
    forgotten = metrics.bits_per_dim(density, dims=1)
    assert forgotten.value - found.value == pytest.approx(np.log2(scale), abs=1e-9)


def test_the_error_bar_of_the_bits_holds_the_truth():
    truth = 2.0
    draws = (metrics.bits_per_dim(-64 * log(2) * (truth + 0.3 * normal(100, seed=i)), dims=64)
             for i in range(RUNS))  # fmt: skip
    assert 0.87 < share_covered(draws, truth) < 0.93


@pytest.mark.parametrize(
    ("nats", "options", "message"),
    [
        ([-1.0], {"dims": 64}, "values = .*at least two numbers"),
        ([-1.0, float("nan")], {"dims": 64}, "values = .*none of them NaN"),
        ([-1.0, float("-inf")], {"dims": 64}, "expected finite numbers"),
        ([[-1.0, -2.0]], {"dims": 64}, "at least two numbers in one row"),
        ([-1.0, -2.0], {"dims": 0}, "dims = 0: expected a whole number, at least 1"),
        ([-1.0, -2.0], {"dims": 2, "volume": 0}, "volume = 0: expected a number above 0"),
    ],
)
def test_bits_of_nonsense_are_refused(nats, options, message):
    with pytest.raises(ValueError, match=message):
        metrics.bits_per_dim(torch.tensor(nats), **options)


# floors ------------------------------------------------------------------------------------------


def test_pixel_histograms_are_counted_shares_and_predict_2_433_bits():
    found = metrics.histogram_log_prob(DIGITS.test, DIGITS.train)
    expected = [
        sum(
            log(((DIGITS.train[:, d] == k).sum().item() + 0.05) / (1437 + 17 * 0.05))
            for d, k in enumerate(picture)
        )
        for picture in DIGITS.test[:3].tolist()
    ]
    assert found[:3].tolist() == pytest.approx(expected, rel=1e-12)
    assert metrics.bits_per_dim(found, dims=64).value == pytest.approx(2.433, abs=5e-4)


def test_the_shares_of_a_pixel_add_up_to_one():
    every_level = torch.arange(17)[:, None].expand(17, 64)
    one_pixel = [every_level[:, :1], DIGITS.train[:, 20:21]]
    assert metrics.histogram_log_prob(*one_pixel).exp().sum() == pytest.approx(1, rel=1e-12)


def test_a_level_never_seen_is_possible_and_extra_counts_must_be_positive():
    corner = metrics.histogram_log_prob(torch.tensor([[16]]), DIGITS.train[:, :1])
    assert corner.item() == pytest.approx(log(0.05 / (1437 + 0.85)), rel=1e-12)
    with pytest.raises(ValueError, match="extra = 0: expected a number above 0"):
        metrics.histogram_log_prob(DIGITS.test, DIGITS.train, extra=0)


# bounds from weights -----------------------------------------------------------------------------


def test_a_log_mean_exp_neither_overflows_nor_underflows():
    values = torch.tensor([[1000.0, -1000.0], [1001.0, -1001.0]])
    expected = [1001 + log((1 + exp(-1)) / 2), -1000 + log((1 + exp(-1)) / 2)]
    assert metrics.log_mean_exp(values).tolist() == pytest.approx(expected, rel=1e-7)
    assert metrics.log_mean_exp(values.T, dim=1).tolist() == pytest.approx(expected, rel=1e-7)


def test_one_draw_gives_the_elbo_and_more_draws_a_higher_bound():
    weights = normal(1000, 200)
    found = [metrics.importance_weighted_bound(weights[:k]).value for k in (1, 10, 100, 1000)]
    assert found[0] == pytest.approx(weights[0].mean().item(), rel=1e-12)
    assert found == sorted(found) and found[-1] == pytest.approx(0.5, abs=0.02)


def test_the_bound_of_many_draws_is_the_log_evidence_of_two_normals():
    """p(z) = N(0, 1), p(x|z) = N(z, 1), x = 1, drawn from N(1, 1): log N(1; 0, 2) in nats."""
    z = 1 + normal(4000, 100)
    log_p = stats.norm.logpdf(z) + stats.norm.logpdf(1.0, loc=z)
    weights = torch.as_tensor(log_p - stats.norm.logpdf(z, loc=1.0))
    found = metrics.importance_weighted_bound(weights)
    assert abs(found.value - stats.norm.logpdf(1, scale=sqrt(2))) < 4 * found.error + 1e-4


def test_the_error_bar_of_a_bound_holds_its_mean():
    weights = [normal(10, 100, seed=i) + 2 * normal(100, seed=RUNS + i) for i in range(RUNS)]
    estimates = [metrics.importance_weighted_bound(each) for each in weights]
    truth = metrics.importance_weighted_bound(normal(10, 200_000, seed=5)).value
    assert 0.87 < share_covered(estimates, truth) < 0.93


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"log_weights.shape = \[5\]: expected \(draws, examples"):
        metrics.importance_weighted_bound(torch.zeros(5))


# Fréchet distance --------------------------------------------------------------------------------


def features(n, d=4, seed=0, scale=1.0, shift=0.0, maker="a test"):
    return Features(shift + scale * normal(n, d, seed=seed), maker)


def by_a_matrix_root(a, b):
    """The formula as it is written, with the root of the product by scipy."""
    a, b = a.values.numpy(), b.values.numpy()
    first, second = np.cov(a.T), np.cov(b.T)
    root = linalg.sqrtm(first @ second).real
    shift = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return 100 * (shift + np.trace(first) + np.trace(second) - 2 * np.trace(root))


@pytest.mark.parametrize("d", [2, 4, 32])
def test_the_distance_is_that_of_the_matrix_root(d):
    mixing = normal(d, d, seed=9)
    a = Features(features(1437, d, seed=1).values @ mixing, "a test")
    b = features(360, d, seed=2, scale=1.5, shift=0.3)
    found = frechet_distance(a, b, resamples=2)
    assert found.value == pytest.approx(by_a_matrix_root(a, b), rel=1e-8)


def test_features_without_spread_in_one_direction_are_no_obstacle():
    """A ReLU that never fires: the distance is that of the other features."""
    a, b = features(1437), features(360, seed=1)
    rest = [Features(each.values[:, 1:].clone(), each.maker) for each in (a, b)]
    a.values[:, 0] = b.values[:, 0] = 0
    assert frechet_distance(a, b).value == pytest.approx(by_a_matrix_root(*rest), rel=1e-8)


def test_a_set_has_no_distance_from_itself():
    same = features(360)
    found = frechet_distance(same, same, sizes=(360, 360))
    assert found.value == pytest.approx(0, abs=1e-10)


@pytest.mark.parametrize("sizes", [(1436, 360), (1437, 359), (360, 1437), (10000, 10000)])
def test_other_sizes_are_refused_unless_asked_for(sizes):
    a, b = features(sizes[0]), features(sizes[1], seed=1)
    with pytest.raises(ValueError, match=r"sizes = .*: expected \(1437, 360\): other sizes give"):
        frechet_distance(a, b)
    assert frechet_distance(a, b, sizes=sizes, resamples=2).value > 0


def test_features_of_another_maker_are_refused():
    with pytest.raises(ValueError, match="b.maker = another: expected that of a, a test"):
        frechet_distance(features(1437), features(360, maker="another"))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("maker", FrechetDistance(1.0, 0.1, 1437, "another", 360)),
        ("draws", FrechetDistance(1.0, 0.1, 5000, "a test", 360)),
        ("held_out", FrechetDistance(1.0, 0.1, 1437, "a test", 300)),
    ],
)
def test_distances_of_different_kinds_are_not_subtracted(name, other):
    first = FrechetDistance(2.0, 0.2, 1437, "a test", 360)
    with pytest.raises(ValueError, match=f"{name} = .*, as the first"):
        first - other
    with pytest.raises(ValueError, match=f"{name} = .*, as the first"):
        other - first


def test_distances_of_one_kind_are():
    first = FrechetDistance(2.0, 0.3, 1437, "a test", 360)
    found = first - FrechetDistance(1.5, 0.4, 1437, "a test", 360)
    assert (found.value, found.error) == (pytest.approx(0.5), pytest.approx(0.5))


def test_fewer_pictures_look_farther_away():
    """Why sizes are fixed: the same two distributions, another number."""
    few = [frechet_distance(features(100, seed=i), features(100, seed=i + 50), sizes=(100, 100),
                            resamples=2).value for i in range(20)]  # fmt: skip
    many = [frechet_distance(features(1437, seed=i), features(360, seed=i + 50),
                             resamples=2).value for i in range(20)]  # fmt: skip
    assert np.mean(few) > 2 * np.mean(many)


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 0.0), (1.3, 0.2)])
def test_the_error_bar_of_the_distance_holds_its_mean(scale, shift):
    """The pictures held out stay; the model draws again and again."""
    held_out = features(360, seed=1)
    estimates = [
        frechet_distance(
            features(1437, seed=100 + i, scale=scale, shift=shift), held_out, resamples=50, seed=i
        )
        for i in range(100)
    ]
    values = [estimate.value for estimate in estimates]
    assert 0.82 < share_covered(estimates, np.mean(values)) < 0.98
    assert np.mean([e.error for e in estimates]) == pytest.approx(np.std(values), rel=0.25)


# the classifier ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classifier():
    return metrics.DigitFeatures.fit(DIGITS)


@pytest.mark.slow
def test_the_classifier_reads_held_out_digits(classifier):
    right = classifier.classify(DIGITS.test) == DIGITS.test_labels
    assert right.double().mean() > 0.98
    wrong = classifier.classify(DIGITS.test.flip(1)) == DIGITS.test_labels
    assert wrong.double().mean() < 0.7


@pytest.mark.slow
def test_its_features_are_centred_and_their_covariance_has_trace_one(classifier):
    found = classifier(DIGITS.train)
    assert found.values.shape == (1437, 32) and found.values.dtype == torch.float64
    assert found.values.mean(dim=0).abs().max() < 1e-6
    assert np.cov(found.values.T, bias=True).trace() == pytest.approx(1, rel=1e-5)
    assert found.maker == "digit classifier, seed 0, 30 epochs"


@pytest.mark.slow
def test_pictures_are_clipped_and_rounded_before_they_are_judged(classifier):
    x = DIGITS.test.double()
    assert torch.equal(classifier(x + 0.4).values, classifier(x).values)
    outside = torch.where(x == 16, x + 9.0, torch.where(x == 0, x - 9.0, x))
    assert torch.equal(classifier(outside).values, classifier(x).values)
    with pytest.raises(ValueError, match=r"x.shape = \[360, 8, 8\]: expected \(pictures, 64\)"):
        classifier(x.reshape(-1, 8, 8))


@pytest.mark.slow
def test_worse_pictures_are_farther_from_the_held_out_ones(classifier):
    held_out = classifier(DIGITS.test)
    noise = normal(1437, 64)
    distances = [
        frechet_distance(classifier(DIGITS.train + sigma * noise), held_out).value
        for sigma in (0, 2, 4, 8)
    ]
    assert distances == sorted(distances) and distances[-1] > 10 * distances[0]
    assert 0.3 < distances[0] < 0.7  # the floor: real pictures against real ones
    columns = [DIGITS.train[torch.randperm(1437, generator=devices.generator(d)), d]
               for d in range(64)]  # fmt: skip
    shuffled = frechet_distance(classifier(torch.stack(columns, dim=1)), held_out)
    assert shuffled.value > 10 * distances[0]


# neighbours --------------------------------------------------------------------------------------


def test_held_out_digits_lie_farther_away_than_copies_do():
    found = metrics.nearest_neighbours(DIGITS.test, DIGITS.train)
    by_hand = np.sqrt(
        ((DIGITS.test.numpy()[:, None] - DIGITS.train.numpy()[None]) ** 2).sum(2).min(1)
    )
    assert found.value == pytest.approx(np.median(by_hand) / 8, rel=1e-5)
    assert found.value == pytest.approx(2.1, abs=0.02)
    assert metrics.nearest_neighbours(DIGITS.train, DIGITS.train).value == 0
    nearly = DIGITS.train + 0.3 * normal(1437, 64).clamp(-1, 1)
    assert metrics.nearest_neighbours(nearly, DIGITS.train).value == 0


def test_fewer_than_fifty_pictures_have_no_median_to_speak_of():
    with pytest.raises(ValueError, match=r"len\(x\) = 49: expected at least 50 pictures"):
        metrics.nearest_neighbours(DIGITS.test[:49], DIGITS.train)


@pytest.mark.parametrize(
    ("n", "shape"), [(50, torch.asinh), (100, torch.asinh), (361, torch.asinh), (361, torch.exp)]
)
def test_the_error_bar_of_a_median_holds_it(n, shape):
    estimates = [metrics.median(shape(normal(n, seed=i))) for i in range(RUNS)]
    assert 0.85 < share_covered(estimates, shape(torch.zeros(()))) < 0.95
    assert estimates[0].value == pytest.approx(np.median(shape(normal(n))), rel=1e-12)
