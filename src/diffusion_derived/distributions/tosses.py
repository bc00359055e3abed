"""One toss and the heads in many: Bernoulli and binomial (chapter 3)."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.checks import Number
from diffusion_derived.distributions.shared import Mass, entropy_of, smallest, step_value


@dataclass(frozen=True)
class Bernoulli(Mass):
    r"""One toss: 1 with probability p, 0 with probability $1 - p$.

    $$P(X = k) = p^k (1-p)^{1-k} \quad (k = 0, 1)$$

    Mean and variance are fractions if `p` is exact. Raises `ValueError` for a p outside
    [0, 1]. Chapter 3.
    """

    p: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "p", checks.probability("p", self.p))

    @property
    def mean(self) -> Number:
        r"""$\mathbb{E}[X] = p$. Chapter 3."""
        return self.p

    @property
    def variance(self) -> Number:
        r"""$\operatorname{Var}[X] = p(1-p)$. Chapter 3."""
        return self.p * (1 - self.p)

    @property
    def entropy(self) -> float:
        r"""$-p\log p - (1-p)\log(1-p)$ in nats. Chapter 3."""
        return entropy_of(np.asarray(self.log_pmf([0, 1])))

    def pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""p at 1, $1 - p$ at 0, and 0 at any other whole number. Chapter 3."""
        k = checks.whole_floats("k", k)
        return checks.plain(np.select([k == 0, k == 1], [float(1 - self.p), float(self.p)], 0.0))

    def log_pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$k\log p + (1-k)\log(1-p)$ for k = 0, 1. Chapter 3."""
        k = checks.whole_floats("k", k)
        masses = [log_power_of_rest(self.p, 1), special.xlogy(1, float(self.p))]
        return checks.plain(np.select([k == 0, k == 1], masses, -np.inf))

    def cdf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le k)$: a step of $1 - p$ at 0, a step of p at 1. Chapter 3."""
        return checks.plain(step_value([float(1 - self.p), 1.0], k))

    def sf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X > k)$: p for $0 \le k < 1$. Chapter 3."""
        return checks.plain(step_value([float(self.p), 0.0], k, before=1.0))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""0 up to a share of $1 - p$, then 1; `ValueError` outside [0, 1]. Chapter 3."""
        share = checks.unit_floats("share", share)
        return checks.plain(np.where(share <= float(1 - self.p), 0.0, 1.0))


@dataclass(frozen=True)
class Binomial(Mass):
    r"""Heads in n tosses, each with probability p.

    $$P(X = k) = \binom{n}{k} p^k (1-p)^{n-k} \quad (k = 0, \dots, n)$$

    Mean and variance are fractions if `p` is exact. The log of the mass is right to about
    1e-14 n nats. Raises `ValueError` for a p outside [0, 1] or an n that is negative or not
    whole. Chapter 3.
    """

    n: int
    p: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", checks.count("n", self.n))
        object.__setattr__(self, "p", checks.probability("p", self.p))

    @property
    def mean(self) -> Number:
        r"""$\mathbb{E}[X] = np$. Chapter 3."""
        return self.n * self.p

    @property
    def variance(self) -> Number:
        r"""$\operatorname{Var}[X] = np(1-p)$. Chapter 3."""
        return self.n * self.p * (1 - self.p)

    @property
    def entropy(self) -> float:
        r"""$-\sum_k P(k) \log P(k)$ in nats; no shorter form is known.

        Terms further than 40 standard deviations and 1,000 from the mean are left out: by
        Bernstein's inequality they hold less probability than the smallest float. Chapter 3.
        """
        reach = 40 * self.sd + 1000
        low, high = max(0, floor(self.mean - reach)), min(self.n, ceil(self.mean + reach))
        return entropy_of(self.log_pmf(np.arange(low, high + 1)))

    def log_pmf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$\log\binom{n}{k} + k\log p + (n-k)\log(1-p)$ in nats. Chapter 3."""
        k = checks.whole_floats("k", k)
        inside = np.clip(k, 0, self.n)
        rest = self.n - inside
        log_choices = -np.log1p(self.n) - special.betaln(inside + 1, rest + 1)
        log_mass = log_choices + special.xlogy(inside, float(self.p))
        log_mass = log_mass + log_power_of_rest(self.p, rest)
        return checks.plain(np.where(k == inside, log_mass, -np.inf))

    def cdf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le k) = P(\Theta > p)$, an area of the density $\mathrm{Beta}(k + 1, n - k)$.

        It steps at whole numbers. Raises `ValueError` for NaN. Chapter 3.
        """
        k, inside = self._cut(k)
        area = beta_areas(inside + 1, self.n - inside, self.p)[1]
        return checks.plain(np.where(k < 0, 0.0, np.where(k >= self.n, 1.0, area)))

    def sf(self, k: ArrayLike) -> float | np.ndarray:
        r"""$P(X > k)$, exact where $1 -$ `cdf` is lost. Chapter 3."""
        k, inside = self._cut(k)
        area = beta_areas(inside + 1, self.n - inside, self.p)[0]
        return checks.plain(np.where(k < 0, 1.0, np.where(k >= self.n, 0.0, area)))

    def _cut(self, k: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """`k` rounded down, and the same cut to 0..n-1, where the Beta density exists."""
        k = np.floor(checks.real_floats("k", k))
        return k, np.clip(k, 0, max(self.n - 1, 0))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""The smallest k with $P(X \le k) \ge$ share; `ValueError` outside [0, 1]. Chapter 3."""
        return smallest(self.cdf, share, 0, self.n)


def log_power_of_rest(p: Number, tails: ArrayLike) -> np.ndarray:
    r"""$\log (1-p)^t$ for t tails, which keeps a tiny p and an exact p close to 1."""
    if p < 0.5:
        return special.xlog1py(tails, -float(p))
    return special.xlogy(tails, float(1 - p))


def beta_areas(a: np.ndarray, b: np.ndarray, p: Number) -> tuple[np.ndarray, np.ndarray]:
    """Areas of the density Beta(a, b) below and above p, from the nearer end of [0, 1]."""
    if p < 0.5:
        return special.betainc(a, b, float(p)), special.betaincc(a, b, float(p))
    return special.betaincc(b, a, float(1 - p)), special.betainc(b, a, float(1 - p))
