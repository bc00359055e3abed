"""One normal in place of a mixture, by either divergence (chapter 4)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from diffusion_derived import checks
from diffusion_derived.distributions import Normal

NODES = np.linspace(-9, 9, 1801)
WEIGHTS = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()
"""The trapezoidal rule under the standard normal: exact to rounding for smooth functions."""


@dataclass(frozen=True)
class NormalMixture:
    r"""A density with several bumps, $p(x) = \sum_k w_k\,\mathcal N(x; \mu_k, \sigma_k^2)$.

    `weights`, `means` and `sds` have shape (K,). Raises `ValueError` unless the weights are
    probabilities that add up to 1, and the standard deviations are above 0. Chapter 4.
    """

    weights: tuple[float, ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def __post_init__(self) -> None:
        weights = checks.distribution("weights", self.weights).astype(float)
        means = checks.numbers("means", self.means).astype(float)
        sds = checks.numbers("sds", self.sds).astype(float)
        if not weights.shape == means.shape == sds.shape:
            checks.refuse("sds", self.sds, f"as many means and sds as weights, {weights.size}")
        if not (sds > 0).all():
            checks.refuse("sds", self.sds, "standard deviations above 0")
        for name, values in (("weights", weights), ("means", means), ("sds", sds)):
            object.__setattr__(self, name, tuple(values.tolist()))

    @property
    def mean(self) -> float:
        r"""$m = \sum_k w_k\mu_k$. Chapter 4."""
        return float(np.dot(self.weights, self.means))

    @property
    def variance(self) -> float:
        r"""$\sum_k w_k\left(\sigma_k^2 + (\mu_k - m)^2\right)$. Chapter 4."""
        offsets = np.square(np.subtract(self.means, self.mean))
        return float(np.dot(self.weights, np.square(self.sds) + offsets))

    @property
    def sd(self) -> float:
        """Standard deviation. Chapter 4."""
        return self.variance**0.5

    def log_pdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\log p(x)$ in nats, for an array of any shape. Chapter 4."""
        return checks.plain(special.logsumexp(self._log_terms(x), axis=-1))

    def pdf(self, x: ArrayLike) -> float | np.ndarray:
        """The density at x, for an array of any shape. Chapter 4."""
        return checks.plain(np.exp(self.log_pdf(x)))

    def slope(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\frac{d}{dx}\log p(x)$, for an array of any shape. Chapter 4."""
        pulls = (self.means - np.asarray(x, dtype=float)[..., None]) / np.square(self.sds)
        return checks.plain(np.sum(special.softmax(self._log_terms(x), axis=-1) * pulls, axis=-1))

    def sample(
        self, rng: np.random.Generator, size: int | tuple[int, ...] | None = None
    ) -> float | np.ndarray:
        """Draws of x: one float, or an array of shape `size`. Chapter 4."""
        rng = checks.generator("rng", rng)
        chosen = rng.choice(len(self.weights), size=size, p=self.weights)
        return checks.plain(rng.normal(np.array(self.means)[chosen], np.array(self.sds)[chosen]))

    def _log_terms(self, x: ArrayLike) -> np.ndarray:
        x = np.asarray(x, dtype=float)[..., None]
        z = (x - self.means) / self.sds
        with np.errstate(divide="ignore"):
            return np.log(self.weights) - np.log(self.sds) - (z**2 + np.log(2 * np.pi)) / 2


def fit_forward(p: NormalMixture) -> Normal:
    r"""The normal q with the smallest $\mathrm{KL}(p \,\|\, q)$: it has p's mean and variance.

    Any p with a `mean` and an `sd` will do. Chapter 4.
    """
    return Normal(p.mean, p.sd)


def fit_reverse(p: NormalMixture, start: Normal) -> Normal:
    r"""A normal q at which $\mathrm{KL}(q \,\|\, p)$ is smallest among its neighbours.

    It goes downhill from `start`, so another start may lead into another valley. Raises
    `ValueError` if it arrives nowhere. Chapter 4.
    """
    answer = optimize.minimize(
        _reverse, (float(start.mean), np.log(float(start.sd))), p, "BFGS", jac=True,
        options={"gtol": 1e-9},
    )  # fmt: skip
    if np.abs(answer.jac).max() > 1e-6:
        checks.refuse("start", start, f"a start that leads to a level place: {answer.message}")
    return Normal(float(answer.x[0]), float(np.exp(answer.x[1])))


def _reverse(at: np.ndarray, p: NormalMixture) -> tuple[float, np.ndarray]:
    r"""KL(q || p) at $(\mu, \log\sigma)$ and its two slopes, with $x = \mu + \sigma z$."""
    mu, sigma = at[0], np.exp(at[1])
    x = mu + sigma * NODES
    slope = p.slope(x)
    value = -at[1] - (1 + np.log(2 * np.pi)) / 2 - WEIGHTS @ p.log_pdf(x)
    return value, np.array([-WEIGHTS @ slope, -1 - sigma * (WEIGHTS @ (slope * NODES))])
