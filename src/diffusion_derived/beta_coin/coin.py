"""Tosses of one coin: likelihood, evidence, posterior, prediction (chapter 2).

The prior is Beta(a, b); a = b = 1, the default, is the uniform prior.
"""

from fractions import Fraction
from math import comb, exp, log1p, prod

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.beta_coin.beta import Beta
from diffusion_derived.checks import Number


def likelihood(theta: Number | ArrayLike, heads: int, n: int) -> Number | np.ndarray:
    r"""Probability of `heads` in `n` tosses of a coin with bias `theta`.

    $$p(k \mid \theta) = \binom{n}{k}\,\theta^k (1-\theta)^{n-k}$$

    Exact for a fraction, floats for an array of any shape. As a function of theta it is no
    density: its area is the evidence. Raises `ValueError` for a theta outside [0, 1] or
    heads outside 0..n. Chapter 2.
    """
    if checks.is_exact(theta):
        theta, heads = checks.probability("theta", theta), check_heads(heads, n)
        return comb(n, heads) * Fraction(theta) ** heads * (1 - Fraction(theta)) ** (n - heads)
    return checks.plain(np.exp(log_likelihood(theta, heads, n)))


def log_likelihood(theta: ArrayLike, heads: int, n: int) -> float | np.ndarray:
    r"""$\log p(k \mid \theta)$ in nats, for an array of any shape and n up to a million.

    Minus infinity where the tosses are impossible. Raises what `likelihood` raises. Chapter 2.
    """
    heads, theta = check_heads(heads, n), checks.unit_floats("theta", theta)
    log_choices = -log1p(n) - special.betaln(heads + 1, n - heads + 1)
    return checks.plain(
        log_choices + special.xlogy(heads, theta) + special.xlog1py(n - heads, -theta)
    )


def evidence(heads: int, n: int, a: Number = 1, b: Number = 1) -> Number:
    r"""Probability of `heads` in `n` tosses before anything is known about the coin.

    $$p(k) = \int_0^1 p(k \mid \theta)\,\mathrm{Beta}(\theta; a, b)\,d\theta
    = \binom{a+k-1}{k}\binom{b+n-k-1}{n-k} \Big/ \binom{a+b+n-1}{n}$$

    A fraction if `a` and `b` are exact: $1/(n+1)$ for every count under the uniform prior.
    Raises `ValueError` for heads outside 0..n, or a or b not above 0. Chapter 2.
    """
    heads, prior = check_heads(heads, n), Beta(a, b)
    if not checks.is_exact(prior.a, prior.b):
        return exp(log_evidence(heads, n, a, b))
    ways = multichoose(prior.a, heads) * multichoose(prior.b, n - heads)
    return Fraction(ways, multichoose(prior.a + prior.b, n))


def log_evidence(heads: int, n: int, a: Number = 1, b: Number = 1) -> float:
    r"""Log of the evidence in nats, for real `a` and `b` and n up to a million.

    $$\log p(k) = \log\binom{n}{k} + \log \mathrm{B}(a+k, b+n-k) - \log \mathrm{B}(a, b)$$

    Raises what `evidence` raises. Chapter 2.
    """
    heads, prior = check_heads(heads, n), Beta(a, b)
    a, b = float(prior.a), float(prior.b)
    log_choices = -log1p(n) - special.betaln(heads + 1, n - heads + 1)
    return float(log_choices + special.betaln(a + heads, b + (n - heads)) - special.betaln(a, b))


def posterior(heads: int, tails: int, a: Number = 1, b: Number = 1) -> Beta:
    r"""Belief after the tosses: $\mathrm{Beta}(a + \text{heads}, b + \text{tails})$.

    Raises `ValueError` for a count that is negative or not whole, or a or b not above 0.
    Chapter 2.
    """
    return Beta(a, b).update(heads, tails)


def predictive(heads: int, tails: int, a: Number = 1, b: Number = 1) -> Number:
    r"""Probability that the next toss is heads, $(a + \text{heads}) / (a + b + n)$.

    Under the uniform prior it is Laplace's rule, $(\text{heads} + 1) / (n + 2)$. A fraction if
    `a` and `b` are exact. Raises what `posterior` raises. Chapter 2.
    """
    return posterior(heads, tails, a, b).mean


def weight_of_prior(n: int, a: Number = 1, b: Number = 1) -> Number:
    r"""Share $w = (a+b)/(a+b+n)$ that the prior keeps in the posterior mean.

    The posterior mean is $w$ times the prior mean plus $1 - w$ times heads/n. Raises
    `ValueError` for a negative n, or a or b not above 0. Chapter 2.
    """
    strength = checks.positive("a", a) + checks.positive("b", b)
    return checks.ratio(strength, strength + checks.count("n", n))


def maximum_likelihood(heads: int, n: int) -> Fraction:
    r"""The one theta under which the tosses are most probable, $\text{heads}/n$.

    Raises `ValueError` for heads outside 0..n, or n = 0, where every theta is as good. Chapter 2.
    """
    return Fraction(check_heads(heads, checks.count("n", n, least=1)), n)


def grid_posterior(theta: ArrayLike, prior: ArrayLike, heads: int, tails: int) -> np.ndarray:
    r"""Posterior over a finite list of biases, $p_i \propto \text{prior}_i\,p(k \mid \theta_i)$.

    `theta` and `prior` have shape (G,), as has the result; both add up to 1. Where the prior
    is 0 the posterior stays 0. Raises `ValueError` for shapes that differ, numbers outside
    [0, 1], a prior that does not add up to 1, or tosses that no allowed bias can give. Chapter 2.
    """
    theta, prior = (
        checks.unit_floats("theta", theta),
        checks.distribution("prior", prior).astype(float),
    )
    if theta.shape != prior.shape or theta.ndim != 1:
        checks.refuse("prior.shape", prior.shape, f"one probability for each theta, {theta.shape}")
    heads, tails = checks.count("heads", heads), checks.count("tails", tails)
    with np.errstate(divide="ignore"):
        log_joint = np.log(prior) + log_likelihood(theta, heads, heads + tails)
    if log_joint.max() == -np.inf:
        checks.refuse("evidence", 0, "a number above 0: no theta allows these tosses")
    weights = np.exp(log_joint - log_joint.max())
    return weights / weights.sum()


def check_heads(heads: int, n: int) -> int:
    """`heads` as a whole number in 0..n; raises `ValueError` for any other."""
    n, heads = checks.count("n", n), checks.count("heads", heads)
    if heads > n:
        checks.refuse("heads", heads, f"at most n = {n}")
    return heads


def multichoose(x: Number, k: int) -> int | Fraction:
    r"""$\binom{x+k-1}{k} = x(x+1)\cdots(x+k-1)/k!$, exact for an integer or a fraction."""
    if isinstance(x, int):
        return comb(x + k - 1, k)
    return prod((Fraction(x + i, i + 1) for i in range(k)), start=Fraction(1))
