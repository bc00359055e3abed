"""One throw of a die with given probabilities: the categorical distribution (chapter 3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.checks import Number
from diffusion_derived.distributions.shared import Mass, step_value


@dataclass(frozen=True)
class Categorical(Mass):
    r"""One of K outcomes, numbered 0 to K - 1, with the given probabilities.

    $$P(X = k) = p_k, \qquad \sum_{k=0}^{K-1} p_k = 1$$

    CDF, mean and variance read the number as a value; they mean something if the order does.
    Whether outcome k shows is `Bernoulli(p_k)`. Fractions stay exact. Raises `ValueError` for
    numbers outside [0, 1] or that do not add up to 1. Chapter 3.
    """

    probabilities: tuple[Number, ...]

    def __post_init__(self) -> None:
        table = checks.distribution("probabilities", self.probabilities)
        if table.ndim != 1:
            checks.refuse("probabilities", table, "one row of probabilities")
        object.__setattr__(self, "probabilities", tuple(table.tolist()))

    @property
    def mean(self) -> Number:
        r"""$\mathbb{E}[X] = \sum_k k\,p_k$. Chapter 3."""
        return sum(k * p for k, p in enumerate(self.probabilities))

    @property
    def variance(self) -> Number:
        r"""$\operatorname{Var}[X] = \sum_k (k - \mathbb{E}[X])^2\,p_k$. Chapter 3."""
        mean = self.mean
        return sum((k - mean) * (k - mean) * p for k, p in enumerate(self.probabilities))

    @property
    def entropy(self) -> float:
        r"""$-\sum_k p_k \log p_k$ in nats, with $0 \log 0 = 0$. Chapter 3."""
        return float(special.entr(self._floats()).sum())

    def pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$p_k$, and 0 for a whole number that is no outcome. Chapter 3."""
        k = checks.whole_floats("k", k)
        inside = np.clip(k, 0, len(self.probabilities) - 1).astype(int)
        return checks.plain(np.where(k == inside, self._floats()[inside], 0.0))

    def log_pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$\log p_k$ in nats, minus infinity where the mass is 0. Chapter 3."""
        with np.errstate(divide="ignore"):
            return checks.plain(np.log(self.pmf(k)))

    def cdf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le k) = \sum_{j \le k} p_j$. Chapter 3."""
        return checks.plain(step_value(self._steps(), k))

    def sf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X > k) = \sum_{j > k} p_j$. Chapter 3."""
        above = np.cumsum(self._floats()[::-1])[::-1]
        return checks.plain(step_value(np.append(above[1:], 0.0), k, before=1.0))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""The smallest k with $P(X \le k) \ge$ share; `ValueError` outside [0, 1]. Chapter 3."""
        share = checks.unit_floats("share", share)
        return checks.plain(np.searchsorted(self._steps(), share, side="left").astype(float))

    def _floats(self) -> np.ndarray:
        return np.array(self.probabilities, dtype=float)

    def _steps(self) -> np.ndarray:
        """The CDF at 0..K-1; rounding must not leave its end below 1."""
        steps = np.cumsum(self._floats())
        return steps / steps[-1]
