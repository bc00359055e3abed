r"""Estimators of an evidence that evaluate the likelihood at independent points (chapter 3).

The evidence is the likelihood averaged over the prior,
$Z = \int p(D \mid \theta)\,p(\theta)\,d\theta$. Sums stay in logarithms, so that a Z of 1e-21
is as exact as one of 1/11. Each estimate knows its cost: the evaluations of the likelihood.
"""

from dataclasses import dataclass
from math import exp
from typing import Protocol

import numpy as np

from diffusion_derived import checks
from diffusion_derived.estimates import Estimate
from diffusion_derived.monte_carlo.importance import log_mean_exp
from diffusion_derived.monte_carlo.problem import Problem

MOST_GRID_POINTS = 10**7
_CHUNK = 2**16


@dataclass(frozen=True)
class Evidence(Estimate):
    r"""An estimate of an evidence, its logarithm, and what it cost.

    `log` is the estimate of $\log Z$ in nats; its error is the relative error of `value`.
    `calls` counts the evaluations of the likelihood. Chapter 3.
    """

    log: Estimate
    calls: int


class Proposal(Protocol):
    """A density on the line that can be drawn from, such as `Beta`. Chapter 3."""

    def sample(self, rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
        """Draws of the given shape."""

    def log_pdf(self, x: np.ndarray) -> np.ndarray:
        """Log density in nats at each number."""


def of_log(log_value: float, log_error: float, draws: int, calls: int) -> Evidence:
    r"""The evidence $e^l$ of a log evidence l, with the error $e^l \cdot$ error(l). Chapter 3."""
    value = exp(log_value)
    return Evidence(value, value * log_error, draws, Estimate(log_value, log_error, draws), calls)


def grid_evidence(problem: Problem, points: int) -> Evidence:
    r"""The midpoint rule with `points` values of each coordinate, $m^d$ in all.

    $$Z \approx m^{-d} \sum_{\theta \in \text{grid}} p(D \mid \theta)\,p(\theta)$$

    Nothing is drawn; the error is no standard error but the rule's own: a third of the change
    from half as many points. The cost counts both grids. Raises `ValueError` for fewer than
    four points or more than $10^7$ in all, which is where d ends this method. Chapter 3.
    """
    points = checks.count("points", points, least=4)
    if points**problem.d > MOST_GRID_POINTS:
        checks.refuse(
            "points", points, f"at most {MOST_GRID_POINTS} in all, not {points}^{problem.d}"
        )
    fine, coarse = _log_midpoint(problem, points), _log_midpoint(problem, points // 2)
    calls = points**problem.d + (points // 2) ** problem.d
    return of_log(fine, abs(float(np.expm1(coarse - fine))) / 3, points**problem.d, calls)


def _log_midpoint(problem: Problem, points: int) -> float:
    """Log of the mean of likelihood times prior over the middles of equal cells."""
    shape, total = (points,) * problem.d, points**problem.d
    parts = []
    for first in range(0, total, _CHUNK):
        cells = np.unravel_index(np.arange(first, min(first + _CHUNK, total)), shape)
        theta = (np.stack(cells, axis=-1) + 0.5) / points
        parts.append(np.logaddexp.reduce(_log_joint(problem, theta)))
    return float(np.logaddexp.reduce(parts)) - float(np.log(total))


def prior_evidence(problem: Problem, draws: int, rng: np.random.Generator) -> Evidence:
    r"""The mean likelihood of draws from the prior.

    $$\hat Z = \frac1n \sum_i p(D \mid \theta_i), \qquad \theta_i \sim p(\theta)$$

    Unbiased; the relative error grows exponentially with d, as ever fewer draws meet the
    posterior. Raises `ValueError` for fewer than two draws. Chapter 3.
    """
    draws = checks.count("draws", draws, least=2)
    theta = problem.sample_prior(checks.generator("rng", rng), draws)
    return _from_terms(problem.log_likelihood(theta))


def importance_evidence(
    problem: Problem, proposal: Proposal, draws: int, rng: np.random.Generator
) -> Evidence:
    r"""Importance sampling: coordinates drawn from `proposal` q, each weighted by prior over q.

    $$\hat Z = \frac1n \sum_i \frac{p(D \mid \theta_i)\,p(\theta_i)}{q(\theta_i)}, \qquad
    \theta_i \sim q(\theta) = \prod_{j=1}^d q(\theta_j)$$

    With the posterior as q every term is Z and the error is 0. Raises `ValueError` for fewer
    than two draws. Chapter 3.
    """
    draws = checks.count("draws", draws, least=2)
    theta = proposal.sample(checks.generator("rng", rng), (draws, problem.d))
    log_q = np.sum(proposal.log_pdf(theta), axis=-1)
    return _from_terms(_log_joint(problem, theta) - log_q)


def harmonic_mean_evidence(problem: Problem, theta: np.ndarray) -> Evidence:
    r"""The harmonic mean of the likelihood over draws from the posterior: a trap.

    $$\frac1{\hat Z} = \frac1n \sum_i \frac1{p(D \mid \theta_i)}, \qquad
    \theta_i \sim p(\theta \mid D)$$

    The equation is true in expectation, but the terms have infinite variance, whether `theta`,
    of shape (n, d), holds perfect draws or a walk: the error bar is not to be trusted, and is
    here to be caught. Raises `ValueError` for fewer than two draws. Chapter 3.
    """
    inverse = log_mean_exp(-problem.log_likelihood(theta))
    return of_log(-inverse.value, inverse.error, inverse.draws, inverse.draws)


def _from_terms(log_terms: np.ndarray) -> Evidence:
    """The mean of independent terms that each cost one evaluation."""
    mean = log_mean_exp(log_terms)
    return of_log(mean.value, mean.error, mean.draws, mean.draws)


def _log_joint(problem: Problem, theta: np.ndarray) -> np.ndarray:
    """Log of likelihood times prior."""
    return problem.log_likelihood(theta) + problem.log_prior(theta)
