"""The Dirichlet distribution: what is believed about a die with K faces (chapter 2).

Everything here is the coin's algebra with K counts in place of two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, prod

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.beta_coin.beta import Beta
from diffusion_derived.beta_coin.coin import multichoose
from diffusion_derived.checks import Number


@dataclass(frozen=True)
class Dirichlet:
    r"""Belief about the K probabilities of a die, a density on the simplex.

    $$\mathrm{Dir}(\theta; a) = \frac{\Gamma(\sum_k a_k)}{\prod_k \Gamma(a_k)}
    \prod_k \theta_k^{a_k - 1}$$

    The density counts area in the first K - 1 coordinates. Means and variances are fractions
    if every $a_k$ is exact. Raises `ValueError` for fewer than two faces or an $a_k$ not
    above 0. Chapter 2.
    """

    a: tuple[Number, ...]

    def __post_init__(self) -> None:
        if np.ndim(self.a) != 1 or len(self.a) < 2:
            checks.refuse("a", self.a, "at least two numbers above 0")
        object.__setattr__(self, "a", tuple(checks.positive("a", value) for value in self.a))

    def __repr__(self) -> str:
        return f"Dirichlet({', '.join(map(str, self.a))})"

    @property
    def total(self) -> Number:
        r"""$a_1 + \dots + a_K$, the weight of the belief in tosses."""
        return sum(self.a)

    def update(self, counts: Sequence[int]) -> "Dirichlet":
        r"""Posterior after `counts` of each face, $\mathrm{Dir}(a + \text{counts})$.

        Raises `ValueError` for a count that is negative or not whole, or not K of them.
        Chapter 2.
        """
        counts = check_counts(counts, self.a)
        return Dirichlet(tuple(a + n for a, n in zip(self.a, counts, strict=True)))

    @property
    def mean(self) -> np.ndarray:
        r"""$\mathbb{E}[\theta_k] = a_k / \sum_j a_j$, shape (K,). Chapter 2."""
        return checks.numbers("mean", [checks.ratio(a, self.total) for a in self.a])

    @property
    def variance(self) -> np.ndarray:
        r"""$\operatorname{Var}[\theta_k] = m_k (1 - m_k) / (\sum_j a_j + 1)$, shape (K,)."""
        return self.mean * (1 - self.mean) / (self.total + 1)

    @property
    def entropy(self) -> float:
        r"""$-\mathbb{E}[\log \mathrm{Dir}(\theta; a)]$ in nats; chapter 4 derives what it is.

        $$\sum_k \log\Gamma(a_k) - \log\Gamma(A) - \sum_k (a_k - 1)\,(\psi(a_k) - \psi(A)),
        \qquad A = \sum_k a_k$$

        Here $\psi$ is the derivative of $\log\Gamma$. Rounding leaves an error of about
        1e-15 A. Chapter 2.
        """
        a, total = np.array(self.a, dtype=float), float(self.total)
        log_scale = special.gammaln(a).sum() - special.gammaln(total)
        gaps = special.digamma(a) - special.digamma(total)
        return float(log_scale - ((a - 1) * gaps).sum())

    def marginal(self, face: int) -> Beta:
        r"""Belief about one face alone, $\mathrm{Beta}(a_k, \sum_j a_j - a_k)$.

        `face` counts from 0. Raises `ValueError` if there is no such face. Chapter 2.
        """
        if checks.count("face", face) >= len(self.a):
            checks.refuse("face", face, f"a face between 0 and {len(self.a) - 1}")
        return Beta(self.a[face], sum(self.a[:face] + self.a[face + 1 :]))

    def log_pdf(self, theta: ArrayLike) -> float | np.ndarray:
        r"""$\log \mathrm{Dir}(\theta; a)$ in nats; `theta` has shape (..., K), the result (...).

        On the rim it may be infinite. Raises `ValueError` for a theta that is no distribution
        over K faces, or a point of the rim where the density has no limit. Chapter 2.
        """
        theta, a = check_simplex(theta, len(self.a)), np.array(self.a, dtype=float)
        with np.errstate(invalid="ignore"):
            log_kernel = special.xlogy(a - 1, theta).sum(axis=-1)
        if np.isnan(log_kernel).any():
            checks.refuse("theta", theta, "a point where the density has a limit")
        return checks.plain(log_kernel - special.gammaln(a).sum() + special.gammaln(a.sum()))

    def pdf(self, theta: ArrayLike) -> float | np.ndarray:
        r"""Density $\mathrm{Dir}(\theta; a)$; shapes and errors as for `log_pdf`. Chapter 2."""
        with np.errstate(over="ignore"):
            return checks.plain(np.exp(self.log_pdf(theta)))

    def sample(self, rng: np.random.Generator, size: int | None = None) -> np.ndarray:
        r"""Draws $\theta \sim \mathrm{Dir}(a)$, shape (K,) or (size, K). Chapter 2."""
        return checks.generator("rng", rng).dirichlet(np.array(self.a, dtype=float), size)


def die_posterior(counts: Sequence[int], a: Sequence[Number]) -> Dirichlet:
    r"""Belief after the rolls: $\mathrm{Dir}(a + \text{counts})$.

    Raises what `Dirichlet` and its `update` raise. Chapter 2.
    """
    return Dirichlet(a).update(counts)


def die_predictive(counts: Sequence[int], a: Sequence[Number]) -> np.ndarray:
    r"""Probability of each face at the next roll, $(a_k + n_k) / \sum_j (a_j + n_j)$, shape (K,).

    Raises what `die_posterior` raises. Chapter 2.
    """
    return die_posterior(counts, a).mean


def die_evidence(counts: Sequence[int], a: Sequence[Number]) -> Number:
    r"""Probability of the counts before anything is known about the die (Dirichlet-multinomial).

    $$p(n_1, \dots, n_K) = \prod_k \binom{a_k + n_k - 1}{n_k} \Big/ \binom{A + n - 1}{n},
    \qquad A = \sum_k a_k$$

    A fraction if every $a_k$ is exact. Raises what `die_posterior` raises. Chapter 2.
    """
    prior = Dirichlet(a)
    counts = check_counts(counts, prior.a)
    if not checks.is_exact(*prior.a):
        return exp(die_log_evidence(counts, a))
    ways = prod(multichoose(a_k, n_k) for a_k, n_k in zip(prior.a, counts, strict=True))
    return Fraction(ways, multichoose(prior.total, sum(counts)))


def die_log_evidence(counts: Sequence[int], a: Sequence[Number]) -> float:
    r"""Log of `die_evidence` in nats, for real $a_k$ and up to a million rolls. Chapter 2."""
    prior = Dirichlet(a)
    counts = np.array(check_counts(counts, prior.a), dtype=float)
    ways = _log_multichoose(np.array(prior.a, dtype=float), counts).sum()
    return float(ways - _log_multichoose(float(prior.total), counts.sum()))


def check_counts(counts: Sequence[int], a: Sequence[Number]) -> tuple[int, ...]:
    """`counts` as whole numbers, one for each face; raises `ValueError` for any other."""
    counts = tuple(checks.count("counts", value) for value in counts)
    if len(counts) != len(a):
        checks.refuse("counts", counts, f"{len(a)} numbers, one for each face")
    return counts


def check_simplex(theta: ArrayLike, faces: int) -> np.ndarray:
    """`theta` as floats of shape (..., K) that add up to 1 along the last axis."""
    theta = checks.unit_floats("theta", theta)
    if theta.shape[-1:] != (faces,) or np.any(abs(theta.sum(axis=-1) - 1) > 1e-9):
        checks.refuse("theta", theta, f"{faces} probabilities that add up to 1 in the last axis")
    return theta


def _log_multichoose(x: ArrayLike, k: ArrayLike) -> np.ndarray:
    return special.gammaln(x + k) - special.gammaln(x) - special.gammaln(k + 1)
