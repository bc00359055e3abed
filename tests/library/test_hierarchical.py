"""Linear hierarchies against SciPy's joint normal, by quadrature, and with planted faults."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from diffusion_derived.elbo import AboveEvidence, slack
from diffusion_derived.hierarchical import LinearHierarchy, LinearStep, Normal
from diffusion_derived.hierarchical.exact import (
    by_depth,
    compare_encoders,
    last_levels,
    narrowed,
    random_hierarchy,
    switched_off,
    without_covariances,
)
from diffusion_derived.hierarchical.restrictions import (
    diffusion_hierarchy,
    fixed_encoder,
    restrictions,
    walk,
)

SIZES = [(2, 1), (3, 2, 2), (5, 4, 3, 2), (2, 3, 1, 4, 2)]


@pytest.fixture(params=SIZES, ids=str)
def hierarchy(request):
    return random_hierarchy(request.param, np.random.default_rng(8))


@pytest.fixture
def x(hierarchy):
    return hierarchy.sample(7, np.random.default_rng(1))


def off_encoder(hierarchy, seed=3):
    """An encoder that is wrong in weight, bias and covariance."""
    rng = np.random.default_rng(seed)
    return tuple(
        LinearStep(
            step.weight + 0.2 * rng.normal(size=step.weight.shape),
            step.bias + 0.2 * rng.normal(size=step.bias.shape),
            0.7 * step.covariance,
        )
        for step in hierarchy.posterior()
    )


def joint(hierarchy):
    """The joint normal of all levels and the data, built as one big linear map of noise."""
    sizes = hierarchy.sizes
    noise = sum(sizes)
    means, maps = [np.zeros(sizes[-1])], [np.eye(sizes[-1], noise)]
    used = sizes[-1]
    for step in reversed(hierarchy.steps):
        own = np.zeros((len(step.bias), noise))
        own[:, used : used + len(step.bias)] = np.linalg.cholesky(step.covariance)
        used += len(step.bias)
        maps.append(step.weight @ maps[-1] + own)
        means.append(step.weight @ means[-1] + step.bias)
    mean, root = np.concatenate(means[::-1]), np.concatenate(maps[::-1])
    return mean, root @ root.T


def test_log_likelihood_is_the_marginal_of_the_joint_normal(hierarchy, x):
    mean, covariance = joint(hierarchy)
    d = hierarchy.sizes[0]
    oracle = stats.multivariate_normal(mean[:d], covariance[:d, :d])
    np.testing.assert_allclose(hierarchy.log_likelihood(x), oracle.logpdf(x), rtol=1e-10)


def test_posterior_is_the_conditional_of_the_joint_normal(hierarchy, x):
    """All levels drawn from the exact encoder have the moments of the conditional joint."""
    mean, covariance = joint(hierarchy)
    d = hierarchy.sizes[0]
    gain = np.linalg.solve(covariance[:d, :d], covariance[:d, d:]).T
    wanted_mean = mean[d:] + gain @ (x[0] - mean[:d])
    wanted = covariance[d:, d:] - gain @ covariance[:d, d:]
    means, spread, at = [], np.zeros((0, 0)), x[0]
    for step in hierarchy.posterior():
        at = step.mean(at)
        means.append(at)
        last = spread[:, -step.weight.shape[1] :] if spread.size else np.zeros((0, 0))
        cross = last @ step.weight.T if spread.size else np.zeros((0, len(step.bias)))
        below = spread[-step.weight.shape[1] :, -step.weight.shape[1] :] if spread.size else None
        own = step.covariance if below is None else (
            step.weight @ below @ step.weight.T + step.covariance
        )  # fmt: skip
        spread = np.block([[spread, cross], [cross.T, own]]) if spread.size else own
    np.testing.assert_allclose(np.concatenate(means), wanted_mean, atol=1e-10)
    np.testing.assert_allclose(spread, wanted, atol=1e-10)


def test_the_bound_is_tight_with_the_exact_encoder(hierarchy, x):
    exact = hierarchy.posterior()
    bound = hierarchy.bound(x, exact)
    np.testing.assert_allclose(bound.elbo, hierarchy.log_likelihood(x), atol=1e-10)
    np.testing.assert_allclose(hierarchy.gaps(x, exact), 0, atol=1e-12)


def test_the_gap_is_the_sum_of_the_levels_divergences(hierarchy, x):
    encoder = off_encoder(hierarchy)
    gaps = hierarchy.gaps(x, encoder)
    below = hierarchy.log_likelihood(x) - hierarchy.bound(x, encoder).elbo
    assert (gaps > 0.001).all()
    np.testing.assert_allclose(gaps.sum(axis=1), below, atol=1e-10)


def test_both_cuts_of_the_bound_have_one_sum_and_only_one_is_positive(hierarchy, x):
    for encoder in (hierarchy.posterior(), off_encoder(hierarchy)):
        bound = hierarchy.bound(x, encoder)
        np.testing.assert_allclose(bound.kl.sum(1), bound.log_ratio.sum(1), atol=1e-10)
        assert (bound.kl >= 0).all()
        assert (bound.log_ratio[:, -1] >= 0).all()


def test_the_bottom_up_terms_are_no_divergences():
    """z_2 ~ N(0, 1), z_1 ~ N(z_2, 1), x ~ N(z_1, 2), x = 0: the first term is -1/8."""
    one, none = np.ones((1, 1)), np.zeros(1)
    two = LinearHierarchy((LinearStep(one, none, 2 * one), LinearStep(one, none, one)))
    bound = two.bound([[0.0]], two.posterior())
    assert bound.log_ratio[0, 0] == pytest.approx(-1 / 8, abs=1e-12)
    assert bound.elbo[0] == pytest.approx(stats.norm(0, 2).logpdf(0), abs=1e-12)
    # The same term as a sum over a fine grid of both levels.
    z_1, z_2 = np.meshgrid(np.linspace(-8, 8, 321), np.linspace(-8, 8, 321), indexing="ij")
    mass = stats.norm.pdf(z_1) * stats.norm.pdf(z_2, z_1 / 2, np.sqrt(0.5)) * 0.05**2
    ratio = stats.norm.logpdf(z_1) - stats.norm.logpdf(z_1, z_2, 1)
    assert (mass * ratio).sum() == pytest.approx(-1 / 8, abs=1e-9)


def test_bound_and_its_terms_against_draws(hierarchy, x):
    encoder = off_encoder(hierarchy)
    weights = hierarchy.log_weights(x, encoder, 40_000, np.random.default_rng(5))
    error = weights.std(axis=0) / np.sqrt(len(weights))
    assert (np.abs(weights.mean(axis=0) - hierarchy.bound(x, encoder).elbo) < 5 * error).all()


def test_mean_weight_is_the_likelihood(hierarchy, x):
    encoder = narrowed(hierarchy.posterior(), 0.9)
    weights = hierarchy.log_weights(x, encoder, 40_000, np.random.default_rng(6))
    ratio = np.exp(weights - hierarchy.log_likelihood(x))
    error = ratio.std(axis=0) / np.sqrt(len(ratio))
    assert (np.abs(ratio.mean(axis=0) - 1) < 5 * error).all()


def test_a_level_left_out_of_the_bound_is_refused(hierarchy, x):
    """The planted fault: the reconstruction minus the first level's divergence alone."""
    if len(hierarchy.steps) == 1:
        return
    bound = hierarchy.bound(x, hierarchy.posterior())
    wrong = float((bound.reconstruction - bound.kl[:, 1:].sum(axis=1)).mean())
    truth = float(hierarchy.log_likelihood(x).mean())
    assert slack(float(bound.elbo.mean()), truth) < 1e-9
    with pytest.raises(AboveEvidence):
        slack(wrong, truth)


def test_sample_has_the_marginal_moments(hierarchy):
    drawn = hierarchy.sample(40_000, np.random.default_rng(2))
    level = hierarchy.marginals[0]
    error = np.sqrt(np.diag(level.covariance) / len(drawn))
    assert (np.abs(drawn.mean(axis=0) - level.mean) < 5 * error).all()
    scale = np.sqrt(np.outer(np.diag(level.covariance), np.diag(level.covariance)))
    assert (np.abs(np.cov(drawn.T) - level.covariance) < 0.05 * scale).all()


def test_step_and_its_reverse_give_one_joint():
    rng = np.random.default_rng(4)
    hierarchy = random_hierarchy((3, 2), rng)
    step, x = hierarchy.steps[0], Normal([0.3, -1.0], [[1.0, 0.4], [0.4, 2.0]])
    a, b = rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    there = x.log_prob(a) + step.log_prob(b, a)
    back = step.push(x).log_prob(b) + step.reverse(x).log_prob(a, b)
    np.testing.assert_allclose(there, back, atol=1e-12)
    oracle = stats.multivariate_normal(step.mean(a[0]), step.covariance).logpdf(b[0])
    assert step.log_prob(b[0], a[0]) == pytest.approx(oracle, abs=1e-12)


def test_encoders_are_compared_with_the_truth_above_them_all():
    rng = np.random.default_rng(8)
    hierarchy = random_hierarchy((5, 4, 3, 2), rng)
    truth, guesses = compare_encoders(hierarchy, hierarchy.sample(20, rng), rng)
    assert [g.name for g in guesses][0] == "exact"
    for guess in guesses:
        assert guess.bound + guess.gaps.sum() == pytest.approx(truth, abs=1e-10)
        assert abs(guess.by_draws.value - guess.bound) < 5 * guess.by_draws.error + 1e-9
        assert guess.by_draws.value <= guess.weighted.value + 1e-9
        assert guess.weighted.value <= truth + 5 * guess.weighted.error + 1e-9
    assert guesses[0].bound == pytest.approx(truth, abs=1e-10)
    assert max(g.bound for g in guesses[1:]) < truth - 0.1


def test_each_slip_of_an_encoder_costs_where_it_is_made():
    hierarchy = random_hierarchy((5, 4, 3, 2), np.random.default_rng(8))
    x, exact = hierarchy.sample(4, np.random.default_rng(1)), hierarchy.posterior()
    gaps = hierarchy.gaps(x, switched_off(exact))
    np.testing.assert_allclose(gaps[:, :-1], 0, atol=1e-12)
    assert (gaps[:, -1] > 0.1).all()
    each = 0.5 * (0.25 - 1) - np.log(0.5)  # a normal half as wide, for each number
    wanted = each * np.array(hierarchy.sizes[1:])
    np.testing.assert_allclose(hierarchy.gaps(x, narrowed(exact, 0.5)), [wanted] * 4, atol=1e-10)
    # No other widths of a product of normals lose less (chapter 6's mean field).
    best = hierarchy.gaps(x, without_covariances(exact))[0, 0]
    wider = replace(exact[0], covariance=np.diag(np.diag(exact[0].covariance)))
    assert 0 < best < hierarchy.gaps(x, (wider, *exact[1:]))[0, 0]


def test_the_gap_of_narrow_encoders_grows_with_the_depth():
    rows = by_depth(range(1, 6), np.random.default_rng(0), n=20)
    each = 3 * (0.5 * (0.64 - 1) - np.log(0.8))
    for depth, exact, tight, loose, gap in rows:
        assert tight == pytest.approx(exact, abs=1e-10)
        assert exact - loose == pytest.approx(gap, abs=1e-10) == pytest.approx(depth * each)


# ---- the three restrictions ---------------------------------------------------------------

TWO = Normal([1.0], [[0.25]])


def test_the_fixed_encoder_keeps_a_unit_variance():
    encoder = fixed_encoder(np.r_[0, np.linspace(0.05, 0.5, 10)], 3)
    for level in walk(Normal(np.zeros(3), np.eye(3)), encoder):
        np.testing.assert_allclose(level.covariance, np.eye(3), atol=1e-12)


def test_last_levels_against_the_closed_form():
    found = last_levels(TWO, (1, 5, 50), 0.1)
    for depth, kl in zip((1, 5, 50), found, strict=True):
        kept = 0.9**depth
        mean, variance = np.sqrt(kept), 0.25 * kept + 1 - kept
        wanted = 0.5 * (mean**2 + variance - 1 - np.log(variance))
        assert kl == pytest.approx(wanted, abs=1e-12)


def test_the_mean_bound_lacks_exactly_the_last_levels_divergence():
    beta = np.r_[0, np.linspace(0.02, 0.2, 12)]
    data = Normal([1.0, -0.5], [[0.25, 0.1], [0.1, 0.5]])
    encoder = fixed_encoder(beta, 2)
    hierarchy = diffusion_hierarchy(data, beta)
    # Quadratic in x, so three points an axis and one corner fix its mean: use Gauss-Hermite.
    nodes, weights = np.polynomial.hermite_e.hermegauss(3)
    root = np.linalg.cholesky(data.covariance)
    eps = np.stack(np.meshgrid(nodes, nodes), -1).reshape(-1, 2)
    mass = np.outer(weights, weights).ravel() / (2 * np.pi)
    mean_bound = mass @ hierarchy.bound(data.mean + eps @ root.T, encoder).elbo
    entropy = stats.multivariate_normal(data.mean, data.covariance).entropy()
    wanted = -entropy - restrictions(encoder, data).last_kl
    assert mean_bound == pytest.approx(wanted, abs=1e-10)


def test_only_the_diffusion_encoder_keeps_all_three():
    beta = np.r_[0, np.full(60, 0.1)]
    found = restrictions(fixed_encoder(beta, 1), TWO)
    assert found.same_size and found.fixed_encoder and found.hold()
    assert not restrictions(fixed_encoder(beta[:5], 1), TWO).hold()
    hierarchy = random_hierarchy((4, 3, 2), np.random.default_rng(0))
    free = restrictions(hierarchy.posterior(), hierarchy.marginals[0])
    assert not free.same_size and not free.fixed_encoder
    # An exact encoder always ends at the prior, so the third restriction alone says little.
    assert free.last_kl == pytest.approx(0, abs=1e-12)
    step = LinearStep(0.9 * np.eye(1), np.zeros(1), np.array([[0.3]]))
    assert not restrictions((step,), TWO).fixed_encoder


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: LinearHierarchy(()), "steps"),
        (lambda: random_hierarchy([3], np.random.default_rng(0)), "sizes"),
        (lambda: Normal([0.0], [[-1.0]]), "covariance"),
        (lambda: Normal([0.0, 0.0], [[1.0, 0.5], [0.0, 1.0]]), "covariance"),
        (lambda: LinearStep([[1.0]], [0.0, 1.0], [[1.0]]), "bias.shape"),
        (lambda: LinearStep([1.0], [0.0], [[1.0]]), "weight.shape"),
        (lambda: fixed_encoder([0.1, 0.2], 1), "beta\\[0\\]"),
        (lambda: fixed_encoder([0, 1.0], 1), "beta\\[1:\\]"),
        (lambda: fixed_encoder([0.0], 1), "beta.shape"),
        (lambda: TWO.log_prob([[1.0, 2.0]]), "x.shape"),
        (lambda: TWO.sample(3, None), "rng"),
    ],
)
def test_bad_input_is_refused_by_name(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def test_an_encoder_of_other_sizes_is_refused():
    hierarchy = random_hierarchy((4, 3, 2), np.random.default_rng(0))
    x = hierarchy.sample(3, np.random.default_rng(0))
    with pytest.raises(ValueError, match="shapes of the encoder"):
        hierarchy.bound(x, hierarchy.posterior()[:1])
    with pytest.raises(ValueError, match="x.shape"):
        hierarchy.bound(x[0], hierarchy.posterior())
    steps = hierarchy.steps[0], hierarchy.steps[0]
    with pytest.raises(ValueError, match="sizes of level 1"):
        LinearHierarchy(steps)
