"""What all distributions share: the standard deviation, and drawing by the inverse CDF (chapter 3).

A distribution has either a density (`pdf`, `log_pdf`) or a mass (`pmf`, `log_pmf`). Each has a
CDF, its quantiles (`ppf`), a mean, a variance and an entropy, which is in nats.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.checks import Number

Size = int | tuple[int, ...] | None


class Distribution(ABC):
    """A distribution over numbers that is drawn from by its inverse CDF."""

    @property
    @abstractmethod
    def mean(self) -> Number:
        r"""$\mathbb{E}[X]$, the values weighted by their probabilities. Chapter 3."""

    @property
    @abstractmethod
    def variance(self) -> Number:
        r"""$\operatorname{Var}[X] = \mathbb{E}[X^2] - \mathbb{E}[X]^2$. Chapter 3."""

    @property
    @abstractmethod
    def entropy(self) -> float:
        r"""$\mathbb{E}[-\log p(X)]$ in nats; chapter 4 says what it is. Chapter 3."""

    @abstractmethod
    def cdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$F(x) = P(X \le x)$, from 0 to 1, for an array of any shape. Chapter 3."""

    @abstractmethod
    def sf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X > x) = 1 - F(x)$, exact where that difference is lost. Chapter 3."""

    @abstractmethod
    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""Quantile: the smallest x with $P(X \le x) \ge$ `share`. Chapter 3."""

    @property
    def sd(self) -> float:
        """Standard deviation, the root of the variance, a float. Chapter 3."""
        return sqrt(self.variance)

    def sample(self, rng: np.random.Generator, size: Size = None) -> float | np.ndarray:
        r"""Draws $x = F^{-1}(u)$ with u uniform on (0, 1): one float, or an array of shape `size`.

        Raises `ValueError` if `rng` is no NumPy generator. Chapter 3.
        """
        return self.ppf(open_unit(rng, size))


class Density(Distribution):
    """A distribution over the line: a probability is an area under its density."""

    @abstractmethod
    def log_pdf(self, x: ArrayLike) -> float | np.ndarray:
        """Log of the density in nats, minus infinity where the density is 0. Chapter 3."""

    def pdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""Density, which may exceed 1, for an array of any shape.

        Far out it is below the smallest float and 0; `log_pdf` is exact there. Raises
        `ValueError` for NaN. Chapter 3.
        """
        return checks.plain(np.exp(self.log_pdf(x)))


class Mass(Distribution):
    """A distribution over whole numbers: a probability is a sum of masses."""

    @abstractmethod
    def log_pmf(self, k: ArrayLike) -> float | np.ndarray:
        """Log of the mass in nats, minus infinity where the mass is 0. Chapter 3."""

    def pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""Probability $P(X = k)$ for an array of whole numbers of any shape, 0 off the support.

        Raises `ValueError` for a k that is not whole. Chapter 3.
        """
        return checks.plain(np.exp(self.log_pmf(k)))


def open_unit(rng: np.random.Generator, size: Size = None) -> float | np.ndarray:
    r"""Uniform draws from the middles of $2^{52}$ equal parts of [0, 1]: never 0, never 1.

    A quantile of 0 or 1 may be infinite. Raises `ValueError` if `rng` is no NumPy generator.
    Chapter 3.
    """
    return (checks.generator("rng", rng).integers(2**52, size=size) + 0.5) / 2**52


def smallest(
    cdf: Callable[[np.ndarray], np.ndarray], share: ArrayLike, lowest: int, highest: int
) -> float | np.ndarray:
    r"""The smallest whole number k in lowest..highest with cdf(k) $\ge$ `share`, by bisection.

    It is `lowest` for a share of 0. The CDF must be 1 at `highest`. Raises `ValueError` for a
    share outside [0, 1]. Chapter 3.
    """
    share = checks.unit_floats("share", share)
    low, high = np.full(share.shape, float(lowest)), np.full(share.shape, float(highest))
    while np.any(low < high):
        middle = np.floor((low + high) / 2)
        enough = cdf(middle) >= share
        low = np.where(enough, low, middle + 1)
        high = np.where(enough, middle, high)
    return checks.plain(low)


def step_value(steps: ArrayLike, k: ArrayLike, before: float = 0.0) -> np.ndarray:
    """Value at `k` of a function that is `before` below 0 and jumps to `steps[j]` at j."""
    k = np.clip(np.floor(checks.real_floats("k", k)), -1, len(steps) - 1).astype(int)
    return np.append(before, steps)[k + 1]


def entropy_of(log_masses: np.ndarray) -> float:
    r"""$-\sum_k e^{l_k} l_k$ in nats for log masses $l_k$; a mass of 0 adds nothing."""
    seen = log_masses[log_masses > -np.inf]
    return float(-(np.exp(seen) * seen).sum())
