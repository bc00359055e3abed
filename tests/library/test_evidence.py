"""Six estimators of an evidence that is known: the coins' 11^-d, and a problem of another kind."""

from math import exp, inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from diffusion_derived import beta_coin
from diffusion_derived import monte_carlo as mc
from diffusion_derived.beta_coin import Beta
from diffusion_derived.monte_carlo import Coins, Estimate
from diffusion_derived.monte_carlo.evidence import of_log
from diffusion_derived.monte_carlo.tempering import tempered_step

RUNS = 1000
COIN = Coins()


class Counted:
    """A problem that counts the points at which its likelihood is evaluated."""

    def __init__(self, problem):
        self.problem, self.d, self.calls = problem, problem.d, 0
        self.log_prior, self.sample_prior = problem.log_prior, problem.sample_prior

    def log_likelihood(self, theta):
        self.calls += np.size(theta) // self.d
        return self.problem.log_likelihood(theta)


class Slope:
    """A prior that is no constant, 2 theta in [0, 1], under the likelihood theta^3: Z = 2/5."""

    d = 1
    log_evidence = log(2 / 5)

    def log_likelihood(self, theta):
        inside = self.log_prior(theta) > -inf
        return np.where(inside, 3 * np.log(np.clip(theta[..., 0], 1e-300, 1)), -inf)

    def log_prior(self, theta):
        x = theta[..., 0]
        return np.where((x > 0) & (x <= 1), np.log(2 * np.clip(x, 1e-300, 1)), -inf)

    def sample_prior(self, rng, n):
        return np.sqrt(rng.random((n, 1)))


def is_kept(estimates, truth):
    """Whether the 90 % error bars hold in 87 to 93 % of the runs."""
    covered = [estimate.covers(truth) for estimate in estimates]
    assert len(covered) == RUNS
    return 0.87 <= np.mean(covered) <= 0.93


def z_score(estimate, truth):
    return (estimate.value - truth) / estimate.error


# problems -----------------------------------------------------------------------------------------


@given(st.integers(1, 20), st.integers(0, 12), st.integers(0, 12))
def test_the_evidence_of_coins_is_a_power(d, heads, tails):
    coins = Coins(d, heads, heads + tails)
    assert coins.log_evidence == pytest.approx(-d * log(heads + tails + 1), rel=1e-12, abs=1e-12)
    assert coins.posterior == Beta(1 + heads, 1 + tails)


def test_the_likelihood_of_coins_is_the_product_of_chapter_two():
    theta = np.random.default_rng(0).random((4, 5, 3))
    expected = beta_coin.log_likelihood(theta, 7, 10).sum(axis=-1)
    np.testing.assert_allclose(Coins(3).log_likelihood(theta), expected)
    assert Coins(3).log_prior(theta).tolist() == np.zeros((4, 5)).tolist()
    outside = np.array([[0.5, 0.5, 1.1], [0.5, -0.1, 0.5], [0.0, 0.5, 0.5]])
    assert Coins(3).log_likelihood(outside).tolist() == [-inf] * 3
    assert Coins(3).log_prior(outside).tolist() == [-inf, -inf, 0]


def test_draws_of_coins_follow_prior_and_posterior():
    rng = np.random.default_rng(1)
    assert Coins(3).sample_prior(rng, 7).shape == (7, 3) == Coins(3).sample_posterior(rng, 7).shape
    assert stats.kstest(COIN.sample_prior(rng, 2000)[:, 0], "uniform").pvalue > 1e-3
    posterior = COIN.sample_posterior(rng, 2000)[:, 0]
    assert stats.kstest(posterior, stats.beta(8, 4).cdf).pvalue > 1e-3


def test_the_other_problem_has_the_evidence_that_it_says():
    area, _ = integrate.quad(lambda x: 2 * x * x**3, 0, 1)
    assert Slope.log_evidence == pytest.approx(log(area))


# every estimator ----------------------------------------------------------------------------------

ESTIMATORS = {
    "grid": lambda problem, rng: mc.grid_evidence(problem, 40),
    "prior": lambda problem, rng: mc.prior_evidence(problem, 4000, rng),
    "importance": lambda problem, rng: mc.importance_evidence(problem, Beta(1.2, 1.2), 4000, rng),
    "annealed": lambda problem, rng: mc.annealed_evidence(problem, 300, rng, stages=40),
    "thermodynamic": lambda problem, rng: mc.thermodynamic_evidence(problem, 800, rng),
}


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    "problem",
    [COIN, Coins(3), Coins(2, 0, 4), Slope()],
    ids=["one coin", "three coins", "only tails", "a slope"],
)
def test_an_estimator_finds_the_evidence_and_counts_its_cost(name, problem):
    counted = Counted(problem)
    found = ESTIMATORS[name](counted, np.random.default_rng(41))
    assert found.calls == counted.calls
    assert abs(z_score(found.log, problem.log_evidence)) < 4 and found.log.error < 0.2
    assert found.value == pytest.approx(exp(found.log.value))
    assert found.error == pytest.approx(found.value * found.log.error)
    assert found.draws == found.log.draws and isinstance(found, Estimate)


def test_the_costs_are_what_the_docstrings_say():
    """A start, a fifth that is thrown away, and the draws; one evaluation for each stage."""
    rng = np.random.default_rng(40)
    walks = mc.thermodynamic_evidence(COIN, 100, rng, stages=3, chains=2)
    assert walks.calls == 4 * 2 * (1 + 20 + 100) and walks.draws == 4 * 2 * 100
    assert mc.annealed_evidence(COIN, 30, rng, stages=7).calls == 30 * 7


def test_a_seed_fixes_the_estimate():
    for estimator in ESTIMATORS.values():
        one, two = (estimator(Coins(2), np.random.default_rng(9)) for _ in range(2))
        assert one == two


def test_a_log_evidence_below_the_smallest_float_keeps_its_digits():
    found = of_log(-2000.0, 0.1, 10, 20)
    assert found.value == 0 and found.log == Estimate(-2000.0, 0.1, 10)
    assert found.log.covers(-2000.1) and not found.log.covers(-2001.0)


# grid ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("d, points", [(1, 10), (1, 100), (2, 20), (3, 11), (4, 16)])
def test_the_grid_is_the_power_of_one_axis_and_its_error_is_honest(d, points):
    middles = (np.arange(points) + 0.5) / points
    one = stats.binom(10, middles).pmf(7).mean()
    found, truth = mc.grid_evidence(Coins(d), points), 11.0**-d
    assert found.value == pytest.approx(one**d, rel=1e-12)
    assert found.draws == points**d and found.calls == points**d + (points // 2) ** d
    assert abs(found.value - truth) < 2 * found.error


def test_the_grid_ends_where_the_cube_has_too_many_cells():
    assert mc.grid_evidence(Coins(7), 4).draws == 4**7
    for d in (12, 20):
        with pytest.raises(ValueError, match=rf"points = 4: expected .* not 4\^{d}"):
            mc.grid_evidence(Coins(d), 4)


# prior and importance sampling --------------------------------------------------------------------


def test_error_bars_of_prior_and_importance_sampling_hold_as_often_as_they_say():
    rng, truth = np.random.default_rng(42), 1 / 11
    assert is_kept([mc.prior_evidence(COIN, 300, rng) for _ in range(RUNS)], truth)
    assert is_kept(
        [mc.importance_evidence(Coins(3), Beta(6, 3), 300, rng) for _ in range(RUNS)], truth**3
    )


def test_the_posterior_as_proposal_leaves_no_error():
    found = mc.importance_evidence(Coins(20), Beta(8, 4), 50, np.random.default_rng(43))
    assert found.log.value == pytest.approx(-20 * log(11), abs=1e-9) and found.log.error < 1e-12


def test_the_relative_error_of_prior_sampling_grows_as_a_power_of_the_dimension():
    """One draw's relative variance is (E[L^2] / Z^2)^d - 1, computed here by quadrature."""
    square, _ = integrate.quad(lambda t: stats.binom(10, t).pmf(7) ** 2, 0, 1)
    for d in (1, 2, 3):
        runs = [mc.prior_evidence(Coins(d), 5000, np.random.default_rng(s)) for s in range(30)]
        expected = sqrt(((121 * square) ** d - 1) / 5000)
        assert np.mean([run.log.error for run in runs]) == pytest.approx(expected, rel=0.1)


def test_prior_sampling_is_lost_in_twenty_dimensions_and_says_nothing():
    """Its bar is short where its draws have missed the posterior: most runs fall below it."""
    rng, coins = np.random.default_rng(44), Coins(20)
    runs = [mc.prior_evidence(coins, 1000, rng) for _ in range(60)]
    assert np.mean([run.log.covers(coins.log_evidence) for run in runs]) < 0.5
    assert np.mean([run.log.value < coins.log_evidence for run in runs]) > 0.8


def test_points_outside_the_prior_weigh_nothing():
    class Wide:
        sample = staticmethod(lambda rng, size: rng.normal(0.5, 0.5, size))
        log_pdf = staticmethod(stats.norm(0.5, 0.5).logpdf)

    found = mc.importance_evidence(COIN, Wide, 20_000, np.random.default_rng(45))
    assert abs(z_score(found, 1 / 11)) < 4


# the harmonic mean --------------------------------------------------------------------------------


def test_the_harmonic_mean_is_the_harmonic_mean():
    theta = COIN.sample_posterior(np.random.default_rng(46), 50)
    found = mc.harmonic_mean_evidence(COIN, theta)
    likelihood = stats.binom(10, theta[:, 0]).pmf(7)
    assert found.value == pytest.approx(stats.hmean(likelihood)) and found.calls == 50
    assert found.log.error == pytest.approx(stats.sem(1 / likelihood) / np.mean(1 / likelihood))


def test_the_harmonic_mean_is_a_trap():
    """Perfect draws, and yet: too large in most runs, by far more than its own error bar says."""
    rng = np.random.default_rng(47)
    runs = [mc.harmonic_mean_evidence(COIN, COIN.sample_posterior(rng, 1000)) for _ in range(RUNS)]
    assert not is_kept(runs, 1 / 11)
    assert np.mean([run.covers(1 / 11) for run in runs]) < 0.5
    assert np.mean([run.value > 1 / 11 for run in runs]) > 0.8


# along the path -----------------------------------------------------------------------------------


def test_powers_go_from_prior_to_posterior():
    assert mc.powers(4, 1).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert mc.powers(2, 2).tolist() == [0, 0.25, 1] and mc.powers(1).tolist() == [0, 1]


@pytest.mark.parametrize("tau", [0.0, 0.3, 1.0])
def test_a_tempered_step_leaves_its_density_as_it_is(tau):
    """Under p_tau, which is Beta(1 + 7 tau, 1 + 3 tau), before and after."""
    rng, density = np.random.default_rng(48), stats.beta(1 + 7 * tau, 1 + 3 * tau)
    theta = density.rvs((4000, 1), random_state=rng)
    level = COIN.log_likelihood(theta)
    for _ in range(5):
        theta, level, accepted = tempered_step(COIN, theta, level, tau, 0.4, rng)
    np.testing.assert_array_equal(level, COIN.log_likelihood(theta))
    assert stats.kstest(theta[:, 0], density.cdf).pvalue > 1e-3 and 0.2 < accepted.mean() < 0.95


def test_one_stage_of_annealing_is_prior_sampling():
    rngs = (np.random.default_rng(49) for _ in range(2))
    assert mc.annealed_evidence(COIN, 200, next(rngs), stages=1) == mc.prior_evidence(
        COIN, 200, next(rngs)
    )


@pytest.mark.slow
def test_error_bars_of_annealing_hold_as_often_as_they_say():
    rng = np.random.default_rng(50)
    runs = [mc.annealed_evidence(Coins(2), 100, rng, stages=15) for _ in range(RUNS)]
    assert is_kept(runs, 1 / 121)


def test_annealing_is_unbiased_though_its_walks_are_too_short():
    """Ten stages, one short step each: no walk arrives, and the mean of the runs is right."""
    rng = np.random.default_rng(51)
    runs = [mc.annealed_evidence(COIN, 50, rng, stages=10, step=0.02).value for _ in range(RUNS)]
    assert mc.average(runs).covers(1 / 11, 0.999)


@pytest.mark.slow
def test_error_bars_of_thermodynamic_integration_hold_as_often_as_they_say():
    rng, runs = np.random.default_rng(52), []
    for _ in range(RUNS):
        runs.append(mc.thermodynamic_evidence(COIN, 150, rng, stages=10).log)
    assert is_kept(runs, COIN.log_evidence)


def test_few_stages_do_because_the_trapezoid_is_corrected():
    """At five stages the plain rule is wrong by 0.080 nats, and the corrected one by 0.008."""
    found = mc.thermodynamic_evidence(COIN, 4000, np.random.default_rng(54), stages=5, chains=8)
    assert found.log.error < 0.01
    assert found.log.value == pytest.approx(-log(11) + 0.0085, abs=3 * found.log.error)


@pytest.mark.slow
@pytest.mark.parametrize("d", [5, 10, 20])
def test_what_works_in_twenty_dimensions(d):
    rng, coins = np.random.default_rng(53), Coins(d)
    path = mc.thermodynamic_evidence(coins, 2000, rng)
    assert abs(z_score(path.log, coins.log_evidence)) < 4 and path.log.error < 0.4
    annealed = mc.annealed_evidence(coins, 400, rng, stages=1000)
    assert annealed.log.value == pytest.approx(coins.log_evidence, abs=1.0)
    near = mc.importance_evidence(coins, Beta(7, 4), 5000, rng)
    assert abs(z_score(near.log, coins.log_evidence)) < 4


def test_the_path_integral_is_the_log_evidence():
    """The identity behind thermodynamic integration, by quadrature for one coin."""

    def expected_log_likelihood(tau):
        heads, tails, both = special.digamma([1 + 7 * tau, 1 + 3 * tau, 2 + 10 * tau])
        return log(120) + 7 * (heads - both) + 3 * (tails - both)

    area, _ = integrate.quad(expected_log_likelihood, 0, 1)
    assert area == pytest.approx(-log(11), abs=1e-9)


# refusals -----------------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
REFUSED = [
    (lambda: Coins(0), r"d = 0: expected a whole number, at least 1"),
    (lambda: Coins(1, 11, 10), r"heads = 11: expected at most n = 10"),
    (lambda: Coins(2).log_likelihood([0.5]), r"theta\.shape = .* one bias for each coin"),
    (lambda: Coins(2).log_prior(0.5), r"theta\.shape = .* one bias for each coin"),
    (lambda: COIN.log_likelihood([np.nan]), r"theta = .* none of them NaN"),
    (lambda: COIN.sample_prior(1, 5), r"rng = 1: expected a numpy"),
    (lambda: COIN.sample_posterior(RNG, 0), r"n = 0: expected a whole number, at least 1"),
    (lambda: mc.grid_evidence(COIN, 3), r"points = 3: expected a whole number, at least 4"),
    (lambda: mc.grid_evidence(Coins(20), 10), r"points = 10: expected at most 10000000 in all"),
    (lambda: mc.prior_evidence(COIN, 1, RNG), r"draws = 1: expected a whole number, at least 2"),
    (lambda: mc.prior_evidence(COIN, 10, 1), r"rng = 1: expected a numpy"),
    (lambda: mc.importance_evidence(COIN, Beta(1, 1), 1, RNG), r"draws = 1: expected"),
    (lambda: mc.harmonic_mean_evidence(COIN, [[0.5]]), r"values = .* at least two"),
    (lambda: mc.harmonic_mean_evidence(COIN, [[0.5], [0.0]]), r"log_weights = inf"),
    (lambda: mc.annealed_evidence(COIN, 1, RNG), r"runs = 1: expected a whole number, at least 2"),
    (lambda: mc.annealed_evidence(COIN, 9, RNG, stages=0), r"stages = 0: expected"),
    (lambda: mc.annealed_evidence(COIN, 9, RNG, step=0), r"step = 0: expected a number above 0"),
    (lambda: mc.thermodynamic_evidence(COIN, 19, RNG), r"draws = 19: .* at least 20"),
    (lambda: mc.thermodynamic_evidence(COIN, 20, RNG, chains=0), r"chains = 0: expected"),
    (lambda: mc.powers(3, 0), r"power = 0: expected a number above 0"),
]


@pytest.mark.parametrize("call, message", REFUSED)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
