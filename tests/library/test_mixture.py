"""Chapter 5 against scikit-learn, scipy, direct Bayes in 50 digits, and the promises of EM."""

import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture as Sklearn

from diffusion_derived import mixture as mix
from diffusion_derived.mixture import CollapsedComponent, GaussianMixture

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.tuples(st.integers(1, 4), st.integers(1, 3))  # components, dimension


def any_mixture(seed, components, dimension):
    """A mixture of no particular shape."""
    rng = np.random.default_rng(seed)
    roots = rng.normal(size=(components, dimension, dimension))
    covariances = roots @ roots.swapaxes(1, 2) + 0.1 * np.eye(dimension)
    weights = rng.dirichlet(np.ones(components))
    return GaussianMixture(weights, 3 * rng.normal(size=(components, dimension)), covariances)


def points(seed, n, dimension):
    return 3 * np.random.default_rng(seed).normal(size=(n, dimension))


def three_blobs(n=300):
    truth = GaussianMixture(
        [0.5, 0.3, 0.2],
        [[0, 0], [4, 1], [1, 4]],
        [np.eye(2), [[2, -0.8], [-0.8, 0.5]], 0.4 * np.eye(2)],
    )
    return truth, truth.sample(np.random.default_rng(5), n)[0]


def exact_joint(mixture, x):
    """pi_k N(x; mu_k, Sigma_k) for each k, from the formula of the density, in 50 digits."""
    joint = []
    for weight, mean, covariance in zip(
        mixture.weights, mixture.means, mixture.covariances, strict=True
    ):
        sigma = mpmath.matrix(covariance.tolist())
        offset = mpmath.matrix((np.array(x) - mean).tolist())
        square = (offset.T * sigma**-1 * offset)[0]
        area = mpmath.sqrt((2 * mpmath.pi) ** len(mean) * mpmath.det(sigma))
        joint.append(mpmath.mpf(weight) * mpmath.exp(-square / 2) / area)
    return joint


# log of a sum of exponentials ---------------------------------------------------------------------


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=6))
def test_log_sum_exp_agrees_with_scipy(a):
    assert mix.log_sum_exp(a) == pytest.approx(special.logsumexp(a), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("far", [-1e4, 1e4, -1e300, 1e300])
def test_log_sum_exp_far_out_neither_underflows_nor_overflows(far):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert mix.log_sum_exp([far, far]) == pytest.approx(far + np.log(2), rel=1e-15)
    with np.errstate(all="ignore"):
        assert not np.isfinite(np.log(np.sum(np.exp([far, far]))))


def test_log_sum_exp_of_nothing_at_all_and_along_an_axis():
    assert mix.log_sum_exp([-np.inf, -np.inf]) == -np.inf
    assert mix.log_sum_exp([-np.inf, 2.0]) == 2.0
    rows = mix.log_sum_exp([[0.0, 0.0], [1.0, -np.inf]])
    np.testing.assert_allclose(rows, [np.log(2), 1.0], rtol=1e-15)
    np.testing.assert_allclose(mix.log_sum_exp([[0.0], [0.0]], axis=0), [np.log(2)], rtol=1e-15)


@pytest.mark.parametrize("a", [[], 1.0, [np.nan], [[1.0, np.nan]]])
def test_log_sum_exp_refuses(a):
    with pytest.raises(ValueError, match="^a = "):
        mix.log_sum_exp(a)


# the mixture --------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(SEEDS, SIZES)
def test_density_is_the_weighted_sum_of_scipy_s_normals(seed, sizes):
    mixture, x = any_mixture(seed, *sizes), points(seed, 7, sizes[1])
    normals = [
        weight * stats.multivariate_normal(mean, covariance).pdf(x)
        for weight, mean, covariance in zip(
            mixture.weights, mixture.means, mixture.covariances, strict=True
        )
    ]
    np.testing.assert_allclose(np.exp(mixture.log_pdf(x)), np.sum(normals, axis=0), rtol=1e-8)
    assert mixture.log_likelihood(x) == pytest.approx(mixture.log_pdf(x).sum())
    assert (mixture.components, mixture.dimension) == sizes


def test_density_of_one_dimension_has_area_one():
    mixture = any_mixture(3, 3, 1)
    x = np.linspace(-40, 40, 80_001)[:, None]
    assert np.trapezoid(np.exp(mixture.log_pdf(x)), x[:, 0]) == pytest.approx(1, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(SEEDS, SIZES, st.sampled_from([1.0, 1e2, 1e4]))
def test_responsibilities_are_direct_bayes_in_fifty_digits(seed, sizes, scale):
    mixture, [x] = any_mixture(seed, *sizes), scale * points(seed + 1, 1, sizes[1])
    with mpmath.workdps(50):
        joint = exact_joint(mixture, x)
        exact = [float(part / mpmath.fsum(joint)) for part in joint]
        log_evidence = float(mpmath.log(mpmath.fsum(joint)))
    np.testing.assert_allclose(mixture.responsibilities([x])[0], exact, rtol=1e-5, atol=1e-12)
    assert mixture.log_pdf([x])[0] == pytest.approx(log_evidence, rel=1e-9)


def test_far_out_the_responsibilities_still_add_up_to_one():
    mixture = GaussianMixture([0.5, 0.5], [[0.0], [1.0]], [[[1.0]], [[0.25]]])
    far = np.array([[1e4], [-1e4], [1e8]])
    r = mixture.responsibilities(far)
    np.testing.assert_allclose(r, [[1, 0]] * 3, atol=1e-300)
    assert np.isfinite(mixture.log_pdf(far)).all()
    with np.errstate(under="ignore"):
        assert (np.exp(mixture.log_joint(far)) == 0).all()


def test_a_number_from_one_of_the_two_normals():
    mixture = GaussianMixture([0.5, 0.5], [[0.0], [1.0]], [[[1.0]], [[0.25]]])
    peaks = np.array([stats.norm(0, 1).pdf(1), stats.norm(1, 0.5).pdf(1)])
    np.testing.assert_allclose(mixture.responsibilities([[1.0]])[0], peaks / peaks.sum())


def test_samples_come_from_the_mixture_and_say_from_where():
    truth, _ = three_blobs()
    x, z = truth.sample(np.random.default_rng(1), 40_000)
    assert x.shape == (40_000, 2) and z.shape == (40_000,)
    share = np.bincount(z, minlength=3) / z.size
    np.testing.assert_allclose(share, truth.weights, atol=4 * (0.25 / z.size) ** 0.5)
    for k in range(3):
        own = x[z == k]
        np.testing.assert_allclose(own.mean(axis=0), truth.means[k], atol=0.06)
        np.testing.assert_allclose(np.cov(own.T), truth.covariances[k], atol=0.1)
    line = GaussianMixture([0.3, 0.7], [[-1.0], [2.0]], [[[0.25]], [[4.0]]])
    drawn = line.sample(np.random.default_rng(2), 4000)[0][:, 0]

    def cdf(v):
        return 0.3 * stats.norm(-1, 0.5).cdf(v) + 0.7 * stats.norm(2, 2).cdf(v)

    assert stats.kstest(drawn, cdf).pvalue > 1e-3
    assert stats.kstest(drawn, stats.norm(drawn.mean(), drawn.std()).cdf).pvalue < 1e-3


ONE = ([1.0], [[0.0]], [[[1.0]]])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([0.5, 0.6], [[0.0], [1.0]], [[[1.0]], [[1.0]]]), "weights"),
        (([-0.5, 1.5], [[0.0], [1.0]], [[[1.0]], [[1.0]]]), "weights"),
        (([1.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]]), "means"),
        (([1.0], [0.0], [[[1.0]]]), "means"),
        (([1.0], [[np.nan]], [[[1.0]]]), "means"),
        (([1.0], [["a"]], [[[1.0]]]), "means"),
        (([1.0], [[0.0]], [[1.0]]), "covariances"),
        (([1.0], [[0.0]], [[[0.0]]]), "covariances"),
        (([1.0], [[0.0]], [[[np.inf]]]), "covariances"),
        (([1.0], [[0.0, 0.0]], [[[1.0, 2.0], [2.0, 1.0]]]), "covariances"),
        (([1.0], [[0.0, 0.0]], [[[1.0, 0.5], [0.0, 1.0]]]), "covariances"),
    ],
)
def test_a_mixture_refuses_by_name(arguments, name):
    with pytest.raises(ValueError, match=f"^{name} = "):
        GaussianMixture(*arguments)


@pytest.mark.parametrize("x", [[1.0], [[1.0, 2.0]], [[np.nan]], [], [["a"]], "abc"])
def test_points_of_another_shape_are_refused(x):
    for method in ("log_joint", "log_pdf", "responsibilities", "log_likelihood"):
        with pytest.raises(ValueError, match="^x = "):
            getattr(GaussianMixture(*ONE), method)(x)


def test_points_too_far_for_floats_are_refused_and_not_turned_into_nan():
    with pytest.raises(ValueError, match="^x = .*overflow"):
        GaussianMixture(*ONE).responsibilities([[1e200]])


def test_sampling_refuses_by_name():
    with pytest.raises(ValueError, match="^n = "):
        GaussianMixture(*ONE).sample(np.random.default_rng(1), -1)
    with pytest.raises(ValueError, match="^rng = "):
        GaussianMixture(*ONE).sample(np.random, 3)


# EM -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 7, 40])
@pytest.mark.parametrize("components", [1, 2, 3, 5])
def test_em_is_scikit_learn_s_from_the_same_start(steps, components):
    _, x = three_blobs()
    start = mix.start_from_points(x, components, np.random.default_rng(7))
    [*_, last] = mix.fit(x, start, steps)
    theirs = Sklearn(
        components,
        tol=0,
        reg_covar=0,
        max_iter=steps,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
        init_params="random_from_data",
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(x)
    assert last.step == theirs.n_iter_ == steps
    assert last.log_likelihood == pytest.approx(theirs.score(x) * len(x), abs=1e-6)
    np.testing.assert_allclose(last.mixture.means, theirs.means_, atol=1e-6)
    np.testing.assert_allclose(last.mixture.covariances, theirs.covariances_, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 4), st.integers(1, 3), st.integers(2, 40))
def test_the_log_likelihood_never_falls(seed, components, dimension, n):
    x = points(seed, max(n, components), dimension)
    floor = 1e-3
    start = any_mixture(seed + 1, components, dimension)
    path = [record.log_likelihood for record in mix.fit(x, start, 15, floor)]
    assert len(path) == 16
    assert (np.diff(path) >= -1e-9 * (1 + np.abs(path[:-1]))).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS, SIZES)
def test_any_q_gives_a_lower_bound_and_the_responsibilities_touch(seed, sizes):
    mixture, x = any_mixture(seed, *sizes), points(seed, 9, sizes[1])
    rng = np.random.default_rng(seed)
    q = rng.dirichlet(np.ones(sizes[0]), size=9)
    top, r = mixture.log_likelihood(x), mix.e_step(mixture, x)
    log_r = mixture.log_joint(x) - mixture.log_pdf(x)[:, None]  # r itself may underflow
    divergence = np.sum(special.xlogy(q, q) - q * log_r)
    assert mix.lower_bound(mixture, x, q) <= top + 1e-9
    assert mix.lower_bound(mixture, x, q) + divergence == pytest.approx(top, abs=1e-7)
    assert mix.lower_bound(mixture, x, r) == pytest.approx(top, abs=1e-8)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(2, 4), st.integers(1, 3))
def test_the_m_step_is_the_top_of_the_bound(seed, components, dimension):
    x, rng = points(seed, 20, dimension), np.random.default_rng(seed)
    r = rng.dirichlet(np.ones(components), size=20)
    best = mix.m_step(x, r)
    for size in (1e-3, 0.3):
        nudge = size * rng.normal(size=(components, dimension, dimension))
        root = best.roots + nudge
        weights = best.weights * np.exp(size * rng.normal(size=components))
        other = GaussianMixture(
            weights / weights.sum(),
            best.means + size * rng.normal(size=best.means.shape),
            root @ root.swapaxes(1, 2),
        )
        assert mix.lower_bound(other, x, r) <= mix.lower_bound(best, x, r) + 1e-9


def test_with_a_floor_the_m_step_is_the_best_above_the_floor():
    x, rng, floor = points(4, 30, 2) * [1, 0.01], np.random.default_rng(4), 0.2
    r = rng.dirichlet(np.ones(2), size=30)
    best = mix.m_step(x, r, floor)
    assert np.linalg.eigvalsh(best.covariances).min() == pytest.approx(floor)
    for _ in range(200):
        root = best.roots + 0.1 * rng.normal(size=(2, 2, 2))
        values, directions = np.linalg.eigh(root @ root.swapaxes(1, 2))
        kept = (directions * np.maximum(values, floor)[:, None, :]) @ directions.swapaxes(1, 2)
        other = GaussianMixture(best.weights, best.means, (kept + kept.swapaxes(1, 2)) / 2)
        assert mix.lower_bound(other, x, r) <= mix.lower_bound(best, x, r) + 1e-9


def test_a_floor_below_every_variance_changes_nothing():
    _, x = three_blobs()
    r = np.random.default_rng(1).dirichlet(np.ones(3), size=len(x))
    free, floored = mix.m_step(x, r), mix.m_step(x, r, 1e-9)
    assert (free.covariances == floored.covariances).all()


def test_the_m_step_of_known_labels_is_the_plain_average():
    truth, _ = three_blobs()
    x, z = truth.sample(np.random.default_rng(3), 500)
    best = mix.m_step(x, np.eye(3)[z])
    for k in range(3):
        np.testing.assert_allclose(best.means[k], x[z == k].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(
            best.covariances[k], np.cov(x[z == k].T, bias=True), rtol=1e-9, atol=1e-12
        )


def test_em_finds_the_truth_where_it_is_plain():
    truth, _ = three_blobs()
    x, _ = truth.sample(np.random.default_rng(11), 4000)
    [*_, last] = mix.fit(x, mix.start_from_points(x, 3, np.random.default_rng(2)), 200)
    order = np.argsort(-last.mixture.weights)
    np.testing.assert_allclose(last.mixture.weights[order], truth.weights, atol=0.03)
    np.testing.assert_allclose(last.mixture.means[order], truth.means, atol=0.15)
    assert last.log_likelihood >= truth.log_likelihood(x)


# collapse -----------------------------------------------------------------------------------------


def on_a_point(width=0.1):
    """Ten points, and a narrow component that sits on one of them."""
    x = points(8, 10, 2)
    wide, narrow = 10 * np.eye(2), width**2 * np.eye(2)
    return x, GaussianMixture([0.5, 0.5], [[0.0, 0.0], x[0]], [wide, narrow])


def test_a_component_on_a_point_has_a_likelihood_without_bound():
    path = []
    for width in 10.0 ** -np.arange(1, 8):
        x, start = on_a_point(width)
        path.append(start.log_likelihood(x))
    np.testing.assert_allclose(np.diff(path)[2:], 2 * np.log(10), rtol=1e-6)


def test_a_component_on_a_point_is_caught_or_held_by_a_floor():
    x, start = on_a_point()
    with pytest.raises(CollapsedComponent, match="component 1: least variance"):
        list(mix.fit(x, start, 50))
    path = [record.log_likelihood for record in mix.fit(x, start, 50, floor=1e-2)]
    assert np.isfinite(path).all() and (np.diff(path) >= -1e-9).all()


def test_the_records_before_the_collapse_are_there():
    x, start = on_a_point()
    seen = []
    with pytest.raises(CollapsedComponent):
        seen.extend(mix.fit(x, start, 50))  # extend keeps what came before the error
    assert [record.step for record in seen] == list(range(len(seen))) and len(seen) >= 1


@pytest.mark.parametrize("place", [0.0, 0.1, 3.0, 1e5 / 3])
@pytest.mark.parametrize("n", [1, 7])
def test_identical_points_and_one_point(n, place):
    x = np.full((n, 2), place)
    start = GaussianMixture([0.5, 0.5], x[:1] + [[0.0], [1.0]], [np.eye(2)] * 2)
    with pytest.raises(CollapsedComponent):
        list(mix.fit(x, start, 1))
    [*_, last] = mix.fit(x, start, 3, floor=0.5)
    np.testing.assert_allclose(last.mixture.means, [[place] * 2] * 2, rtol=1e-12)
    np.testing.assert_allclose(last.mixture.covariances, [0.5 * np.eye(2)] * 2, atol=1e-12)


def test_points_on_a_line_collapse_in_the_plane():
    x = np.outer(np.linspace(-1, 1, 20), [1.0, 2.0])
    with pytest.raises(CollapsedComponent, match="component 0"):
        mix.m_step(x, np.ones((20, 1)))
    floored = mix.m_step(x, np.ones((20, 1)), floor=0.01)
    assert np.linalg.eigvalsh(floored.covariances[0])[0] == pytest.approx(0.01)


def test_points_nearly_on_a_line_collapse_too():
    x = np.outer(np.linspace(-1, 1, 20), [1.0, 2.0])
    noise = np.random.default_rng(1).normal(size=x.shape)
    with pytest.raises(CollapsedComponent, match="component 0"):
        mix.m_step(x + 1e-8 * noise, np.ones((20, 1)))
    assert mix.m_step(x + 1e-4 * noise, np.ones((20, 1))).components == 1


@pytest.mark.parametrize("floor", [None, 0.1])
def test_an_empty_component_is_refused_with_or_without_a_floor(floor):
    r = np.zeros((10, 3))
    r[:, 1] = 1
    with pytest.raises(CollapsedComponent, match="component 0: no point"):
        mix.m_step(points(1, 10, 2), r, floor)
    empty = GaussianMixture([1.0, 0.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    with pytest.raises(CollapsedComponent, match="component 1: no point"):
        list(mix.fit([[0.0], [1.0]], empty, 1, floor))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: mix.m_step([[1.0]], [[0.5, 0.6]]), "r"),
        (lambda: mix.m_step([[1.0]], [[1.5, -0.5]]), "r"),
        (lambda: mix.m_step([[1.0]], [[1.0], [1.0]]), "r"),
        (lambda: mix.m_step([1.0], [[1.0]]), "x"),
        (lambda: mix.m_step([[1.0], [2.0]], [[1.0], [1.0]], floor=0), "floor"),
        (lambda: mix.m_step([[1.0], [2.0]], [[1.0], [1.0]], floor=np.nan), "floor"),
        (lambda: mix.lower_bound(GaussianMixture(*ONE), [[1.0]], [[0.5, 0.5]]), "q"),
        (lambda: mix.lower_bound(GaussianMixture(*ONE), [[1.0]], [[0.5]]), "q"),
        (lambda: list(mix.fit([[1.0]], GaussianMixture(*ONE), -1)), "steps"),
        (lambda: list(mix.fit([[1.0, 2.0]], GaussianMixture(*ONE), 1)), "x"),
        (lambda: mix.k_means([[1.0]], [[1.0, 2.0]]), "centres"),
        (lambda: mix.k_means([[1.0]], [[1.0]], steps=0), "steps"),
        (lambda: mix.start_from_points([[1.0]], 0, np.random.default_rng(1)), "components"),
        (lambda: mix.start_from_points([[1.0]] * 3, 2, np.random.default_rng(1)), "components"),
        (lambda: mix.start_from_points([[1.0], [2.0]], 1, None), "rng"),
        (lambda: mix.principal_plane([[1.0, 2.0]], 2), "dimension"),
        (lambda: mix.principal_plane([[1.0, 2.0], [3.0, 4.0]], 1).lift([[1.0, 2.0]]), "coord.*"),
    ],
)
def test_bad_input_is_refused_by_name(call, name):
    with pytest.raises(ValueError, match=f"^{name} = "):
        call()


# starts, k-means, the plane -----------------------------------------------------------------------


def test_a_start_has_its_means_on_different_points():
    x = np.repeat(points(2, 5, 2), 4, axis=0)
    start = mix.start_from_points(x, 5, np.random.default_rng(1))
    assert {tuple(mean) for mean in start.means} == {tuple(point) for point in x}
    np.testing.assert_allclose(start.covariances, [np.cov(x.T, bias=True)] * 5)
    assert start.weights.tolist() == [0.2] * 5


@pytest.mark.parametrize("seed", range(5))
def test_k_means_is_scikit_learn_s_from_the_same_start(seed):
    _, x = three_blobs()
    centres = x[np.random.default_rng(seed).choice(len(x), 3, replace=False)]
    ours = mix.k_means(x, centres)
    theirs = KMeans(3, init=centres, n_init=1, tol=0, algorithm="lloyd").fit(x)
    assert ours.cost == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_allclose(ours.centres, theirs.cluster_centers_, atol=1e-9)
    assert (ours.labels == theirs.labels_).all()


def test_k_means_is_em_with_narrow_components():
    _, x = three_blobs()
    centres = x[[0, 1, 2]]
    narrow = 1e-6 * np.array([np.eye(2)] * 3)
    for _ in range(20):
        r = GaussianMixture([0.2, 0.3, 0.5], centres, narrow).responsibilities(x)
        centres = r.T @ x / r.sum(axis=0)[:, None]
    np.testing.assert_allclose(centres, mix.k_means(x, x[[0, 1, 2]]).centres, atol=1e-9)


def test_a_centre_without_points_stays():
    found = mix.k_means([[0.0], [1.0]], [[0.5], [9.0]])
    assert found.centres.tolist() == [[0.5], [9.0]] and found.labels.tolist() == [0, 0]
    assert found.cost == pytest.approx(0.5)


@pytest.mark.parametrize("dimension", [1, 3, 6])
def test_the_plane_is_scikit_learn_s(dimension):
    x = np.random.default_rng(6).normal(size=(40, 6)) * np.arange(1, 7) + 5
    plane, theirs = mix.principal_plane(x, dimension), PCA(dimension).fit(x)
    signs = np.sign(np.sum(plane.directions * theirs.components_, axis=1))
    np.testing.assert_allclose(plane.directions, signs[:, None] * theirs.components_, atol=1e-9)
    np.testing.assert_allclose(plane.project(x), signs * theirs.transform(x), atol=1e-9)
    assert plane.share == pytest.approx(theirs.explained_variance_ratio_.sum())
    np.testing.assert_allclose(plane.variances, plane.project(x).var(axis=0))
    again = plane.project(plane.lift(plane.project(x)))
    np.testing.assert_allclose(again, plane.project(x), atol=1e-9)
