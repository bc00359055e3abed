"""Problems whose evidence is known: d coins, tossed apart, in d dimensions (chapter 3)."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.beta_coin import Beta, log_evidence, log_likelihood, posterior
from diffusion_derived.beta_coin.coin import check_heads


class Problem(Protocol):
    r"""A likelihood and a prior: all that an estimator of the evidence may use.

    `theta` has shape (..., d), logarithms have shape (...) and are in nats. The prior is 0
    outside the cube $[0, 1]^d$. Chapter 3.
    """

    d: int

    def log_likelihood(self, theta: np.ndarray) -> np.ndarray:
        r"""$\log p(D \mid \theta)$, minus infinity where the data are impossible."""

    def log_prior(self, theta: np.ndarray) -> np.ndarray:
        r"""$\log p(\theta)$, normalised, minus infinity outside the cube."""

    def sample_prior(self, rng: np.random.Generator, n: int) -> np.ndarray:
        r"""Draws $\theta \sim p(\theta)$, shape (n, d)."""


@dataclass(frozen=True)
class Coins:
    r"""d coins, each with a uniform prior, each tossed n times with the same number of heads.

    $$p(D) = \prod_{i=1}^d \int_0^1 \binom{n}{k} \theta_i^k (1-\theta_i)^{n-k}\,d\theta_i
    = (n+1)^{-d}$$

    With 7 heads in 10 tosses it is $11^{-d}$. The estimators are not told that it is a
    product. Raises `ValueError` for a d below 1 or heads outside 0..n. Chapter 3.
    """

    d: int = 1
    heads: int = 7
    n: int = 10

    def __post_init__(self) -> None:
        checks.count("d", self.d, least=1)
        check_heads(self.heads, self.n)

    @property
    def log_evidence(self) -> float:
        r"""The exact $\log p(D) = -d \log(n+1)$ in nats. Chapter 3."""
        return self.d * log_evidence(self.heads, self.n)

    @property
    def posterior(self) -> Beta:
        r"""Belief about each coin, $\mathrm{Beta}(1 + k, 1 + n - k)$. Chapter 3."""
        return posterior(self.heads, self.n - self.heads)

    def log_likelihood(self, theta: ArrayLike) -> np.ndarray:
        r"""$\sum_i \log p(k \mid \theta_i)$ in nats, shape (..., d) to (...).

        Minus infinity outside the cube. Raises `ValueError` for another last axis. Chapter 3.
        """
        theta, inside = self._coins(theta)
        one = log_likelihood(np.clip(theta, 0, 1), self.heads, self.n)
        return np.where(inside, np.sum(one, axis=-1), -np.inf)

    def log_prior(self, theta: ArrayLike) -> np.ndarray:
        r"""0 inside the cube, minus infinity outside, shape (..., d) to (...). Chapter 3."""
        return np.where(self._coins(theta)[1], 0.0, -np.inf)

    def sample_prior(self, rng: np.random.Generator, n: int) -> np.ndarray:
        r"""Uniform draws of the biases, shape (n, d). Chapter 3."""
        return checks.generator("rng", rng).random((checks.count("n", n, least=1), self.d))

    def sample_posterior(self, rng: np.random.Generator, n: int) -> np.ndarray:
        r"""Independent draws of the biases given the tosses, shape (n, d). Chapter 3."""
        return self.posterior.sample(rng, (checks.count("n", n, least=1), self.d))

    def _coins(self, theta: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Biases of shape (..., d), and whether each point is in the cube."""
        theta = checks.real_floats("theta", theta)
        if theta.shape[-1:] != (self.d,):
            checks.refuse("theta.shape", theta.shape, f"(..., {self.d}), one bias for each coin")
        return theta, ((theta >= 0) & (theta <= 1)).all(axis=-1)
