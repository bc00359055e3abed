"""A likelihood for integer pixels: a logistic density cut into levels (chapter 3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.checks import Number
from diffusion_derived.distributions.shared import Mass, entropy_of, step_value


@dataclass(frozen=True)
class DiscretisedLogistic(Mass):
    r"""Probability of the levels 0 to L - 1: differences of a logistic CDF at the half levels.

    $$P(X = k) = \operatorname{sigmoid}\Bigl(\frac{k + \frac12 - \mu}{s}\Bigr)
    - \operatorname{sigmoid}\Bigl(\frac{k - \frac12 - \mu}{s}\Bigr)$$

    Level 0 also has everything below it and level L - 1 everything above, so the masses add
    up to 1. `mu` and `scale` are in levels; `mu` may lie outside of them. Raises `ValueError`
    for a mu that is not finite, a scale not above 0 or fewer than two levels. Chapter 3.
    """

    mu: Number
    scale: Number
    levels: int = 256

    def __post_init__(self) -> None:
        object.__setattr__(self, "mu", checks.number("mu", self.mu))
        object.__setattr__(self, "scale", checks.scale("scale", self.scale))
        object.__setattr__(self, "levels", checks.count("levels", self.levels, least=2))

    @property
    def mean(self) -> float:
        r"""$\mathbb{E}[X] = \sum_k k\,P(X = k)$, which lies within the levels. Chapter 3."""
        k = np.arange(self.levels)
        return float(self.pmf(k) @ k)

    @property
    def variance(self) -> float:
        r"""$\operatorname{Var}[X] = \sum_k (k - \mathbb{E}[X])^2\,P(X = k)$. Chapter 3."""
        k = np.arange(self.levels)
        return float(self.pmf(k) @ (k - self.mean) ** 2)

    @property
    def entropy(self) -> float:
        r"""$-\sum_k P(X = k) \log P(X = k)$ in nats. Chapter 3."""
        return entropy_of(self.log_pmf(np.arange(self.levels)))

    def log_pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""Log of the mass in nats, exact however far k is from mu.

        For the edges $a < b$ of a level in scales, the difference is a product, in which
        nothing cancels: $\operatorname{sigmoid}(b) - \operatorname{sigmoid}(a)
        = \operatorname{sigmoid}(b)\,\operatorname{sigmoid}(-a)\,(1 - e^{a-b})$. Raises
        `ValueError` for a k that is not whole. Chapter 3.
        """
        k = checks.whole_floats("k", k)
        a, b = self._edge(k - 1), self._edge(k)
        inner = (k > 0) & (k < self.levels - 1)
        log_gap = np.where(inner, np.log(-np.expm1(-1 / float(self.scale))), 0.0)
        log_mass = special.log_expit(b) + special.log_expit(-a) + log_gap
        return checks.plain(np.where((k >= 0) & (k < self.levels), log_mass, -np.inf))

    def _edge(self, k: np.ndarray) -> np.ndarray:
        """Upper edge of each level in scales from mu, infinite at both ends."""
        with np.errstate(over="ignore"):
            edge = (k + 0.5 - float(self.mu)) / float(self.scale)
        return np.where(k < 0, -np.inf, np.where(k >= self.levels - 1, np.inf, edge))

    def cdf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le k) = \operatorname{sigmoid}((k + \frac12 - \mu)/s)$ up to L - 2, then 1.

        A k between two levels counts as the lower one. Chapter 3.
        """
        return checks.plain(step_value(special.expit(self._edges()), k))

    def sf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X > k)$, exact where $1 -$ `cdf` is lost. Chapter 3."""
        return checks.plain(step_value(special.expit(-self._edges()), k, before=1.0))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""The smallest k with $P(X \le k) \ge$ share; `ValueError` outside [0, 1]. Chapter 3."""
        share = checks.unit_floats("share", share)
        steps = special.expit(self._edges())
        return checks.plain(np.searchsorted(steps, share, side="left").astype(float))

    def _edges(self) -> np.ndarray:
        """The upper edges of all levels."""
        return self._edge(np.arange(self.levels))
