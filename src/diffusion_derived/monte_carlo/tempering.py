r"""Evidence along a path from prior to posterior (chapter 3).

The path is $p_\tau(\theta) \propto p(\theta)\,p(D \mid \theta)^\tau$: at $\tau = 0$ it is the
prior, at $\tau = 1$ the posterior, and each stage is close to the last.
"""

from math import sqrt

import numpy as np

from diffusion_derived import checks
from diffusion_derived.checks import Number
from diffusion_derived.monte_carlo.diagnostics import correlated_average
from diffusion_derived.monte_carlo.evidence import Evidence, of_log
from diffusion_derived.monte_carlo.importance import log_mean_exp
from diffusion_derived.monte_carlo.problem import Problem


def powers(stages: int, power: Number = 4) -> np.ndarray:
    r"""Powers of the likelihood, $\tau_j = (j/J)^{\text{power}}$ for j = 0..J, J = `stages`.

    They crowd near 0, where the path leaves the prior fastest. Raises `ValueError` for fewer
    than one stage or a power not above 0. Chapter 3.
    """
    stages, power = checks.count("stages", stages, least=1), checks.positive("power", power)
    return np.linspace(0, 1, stages + 1) ** float(power)


def tempered_step(
    problem: Problem,
    theta: np.ndarray,
    log_likelihood: np.ndarray,
    tau: Number | np.ndarray,
    step: Number,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""One Metropolis step of each chain at its own $\tau$; one evaluation for each chain.

    `theta` has shape (chains, d), `log_likelihood` (chains,), `tau` is one number or has
    shape (chains,). Returns the new theta, its log likelihood and which steps were accepted.
    A step out of the prior's support is refused, as its gain is NaN or minus infinity. Chapter 3.
    """
    proposed = theta + float(step) * rng.standard_normal(theta.shape)
    proposed_likelihood = problem.log_likelihood(proposed)
    with np.errstate(invalid="ignore"):
        gain = tau * (proposed_likelihood - log_likelihood)
        gain = gain + problem.log_prior(proposed) - problem.log_prior(theta)
    accept = -rng.standard_exponential(gain.shape) < gain
    theta = np.where(accept[:, None], proposed, theta)
    return theta, np.where(accept, proposed_likelihood, log_likelihood), accept


def annealed_evidence(
    problem: Problem,
    runs: int,
    rng: np.random.Generator,
    *,
    stages: int = 50,
    step: Number | None = None,
) -> Evidence:
    r"""Annealed importance sampling: each run walks from prior to posterior and collects a weight.

    $$\log w = \sum_{j=1}^{J} (\tau_j - \tau_{j-1}) \log p(D \mid \theta_{j-1}), \qquad
    \hat Z = \frac1n \sum_{i=1}^n w_i$$

    $\theta_0$ is drawn from the prior, and $\theta_j$ is one Metropolis step at $\tau_j$ from
    $\theta_{j-1}$. Unbiased however short the walk; `runs` independent runs give the error,
    which is too small itself once a few weights outweigh the rest. `step` defaults to
    $0.35 / \sqrt d$. Raises `ValueError` for fewer than two runs, no stage, or a step not
    above 0. Chapter 3; Neal (2001).
    """
    tau, runs = powers(stages), checks.count("runs", runs, least=2)
    step = _step(step, problem.d)
    theta = problem.sample_prior(checks.generator("rng", rng), runs)
    level, log_weights = problem.log_likelihood(theta), np.zeros(runs)
    for before, now in zip(tau[:-1], tau[1:], strict=True):
        log_weights += (now - before) * level
        if now < 1:
            theta, level, _ = tempered_step(problem, theta, level, now, step, rng)
    mean = log_mean_exp(log_weights)
    return of_log(mean.value, mean.error, runs, runs * stages)


def thermodynamic_evidence(
    problem: Problem,
    draws: int,
    rng: np.random.Generator,
    *,
    stages: int = 20,
    chains: int = 4,
    step: Number | None = None,
) -> Evidence:
    r"""Thermodynamic integration over Metropolis walks at each power.

    $$\log Z = \int_0^1 \mathbb{E}_\tau[\log p(D \mid \theta)]\,d\tau$$

    The integrand's slope is the variance of $\log p(D \mid \theta)$ under $p_\tau$, so the
    trapezoid of each interval h is corrected by $-h^2/12$ times the change of that variance.
    At 20 stages that leaves a fault of 3e-5 nats a coin, where the plain trapezoid leaves 5e-3.
    At each $\tau_j$ `chains` walks of `draws` steps, after a fifth as many that are thrown
    away; the error adds up those of the correlated averages. In many dimensions
    short walks have not arrived, and the log evidence comes out too small. `step` defaults to
    $0.35 / \sqrt d$. Raises `ValueError` for fewer than 20 draws, no stage, fewer than one
    chain, or a step not above 0. Chapter 3; Friel, Hurn and Wyse (2014).
    """
    draws, chains = checks.count("draws", draws, least=20), checks.count("chains", chains, least=1)
    tau = powers(stages)
    walks, calls = _tempered_walks(problem, tau, chains, draws, _step(step, problem.d), rng)
    means = [correlated_average(walk) for walk in walks]
    widths, variances = np.diff(tau), walks.var(axis=(1, 2))
    weights = (np.append(widths, 0) + np.append(0, widths)) / 2
    log_value = weights @ [mean.value for mean in means]
    log_value -= (widths**2 @ np.diff(variances)) / 12
    log_error = sqrt(weights**2 @ np.array([mean.error for mean in means]) ** 2)
    return of_log(float(log_value), log_error, walks.size, calls)


def _tempered_walks(
    problem: Problem,
    tau: np.ndarray,
    chains: int,
    draws: int,
    step: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, int]:
    """Log likelihoods along all walks, shape (powers, chains, draws), and their cost."""
    tau_of = np.repeat(tau, chains)
    theta = problem.sample_prior(checks.generator("rng", rng), tau_of.size)
    level, discarded = problem.log_likelihood(theta), draws // 5
    levels = np.empty((draws, tau_of.size))
    for i in range(-discarded, draws):
        theta, level, _ = tempered_step(problem, theta, level, tau_of, step, rng)
        if i >= 0:
            levels[i] = level
    walks = levels.T.reshape(tau.size, chains, draws)
    return walks, tau_of.size * (1 + discarded + draws)


def _step(step: Number | None, d: int) -> float:
    """The step that was asked for, or one that suits posteriors as wide as the coin's."""
    return 0.35 / sqrt(d) if step is None else float(checks.positive("step", step))
