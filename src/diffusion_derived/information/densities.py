"""Divergence between densities on the line without a closed form (chapter 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy import integrate

from diffusion_derived import checks
from diffusion_derived.monte_carlo import Estimate, average

REACH = (0.5, 1, 2, 3, 5, 8, 12, 20, 40)
"""Where the line is cut for quadrature, in standard deviations of p from its mean."""


class LogDensity(Protocol):
    r"""A density on the line: $\log p(x)$, its mean and standard deviation, and draws."""

    mean: float
    sd: float

    def log_pdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\log p(x)$ in nats, for an array of any shape."""

    def sample(self, rng: np.random.Generator, size: int | None = None) -> float | np.ndarray:
        """Draws of x."""


def mean_by_quadrature(p: LogDensity, of: Callable[[np.ndarray], np.ndarray]) -> float:
    r"""$\mathbb{E}_{x\sim p}[f(x)] = \int p(x)\,f(x)\,dx$, to about 1e-12 for smooth f.

    The line is cut around the mean of p, and each piece is integrated by the tanh-sinh rule, up
    to forty standard deviations away or to the end of p's support. Raises `ValueError` if the
    area under p is not found to be 1, to 1e-9: then p is too rough for this. Chapter 4.
    """
    low, high = _pieces(p)
    weighted = (lambda x: np.exp(p.log_pdf(x)), lambda x: _weighted(np.exp(p.log_pdf(x)), of(x)))
    area, mean = (float(integrate.tanhsinh(f, low, high).integral.sum()) for f in weighted)
    if abs(area - 1) > 1e-9:
        checks.refuse("p", p, f"a density whose area is found to be 1, not {area}")
    return mean


def kl_quadrature(p: LogDensity, q: LogDensity) -> float:
    r"""Divergence $\mathrm{KL}(p \,\|\, q) = \int p(x)\log\frac{p(x)}{q(x)}\,dx$ in nats.

    Infinite if q is 0 where p is not. Raises what `mean_by_quadrature` raises. Chapter 4.
    """
    inner = np.linspace(*_pieces(p), 33)[1:-1]
    if np.any(np.isneginf(q.log_pdf(inner)) & (p.log_pdf(inner) > -700)):
        return float("inf")
    return mean_by_quadrature(p, lambda x: p.log_pdf(x) - q.log_pdf(x))


def entropy_quadrature(p: LogDensity) -> float:
    r"""Differential entropy $-\int p(x)\log p(x)\,dx$ in nats, which may be negative.

    Raises what `mean_by_quadrature` raises. Chapter 4.
    """
    return -mean_by_quadrature(p, p.log_pdf)


def kl_monte_carlo(p: LogDensity, q: LogDensity, draws: int, rng: np.random.Generator) -> Estimate:
    r"""Divergence of p from q in nats: the mean of $\log\frac{p(x)}{q(x)}$ over draws of p.

    The estimate carries its standard error. Single draws, and so the estimate, may be negative.
    Raises `ValueError` for fewer than two draws. Chapter 4.
    """
    x = p.sample(checks.generator("rng", rng), checks.count("draws", draws, least=2))
    return average(p.log_pdf(x) - q.log_pdf(x))


@dataclass(frozen=True)
class Transformed:
    r"""The density of $y = g(x)$ for x drawn from `base` and g smooth and strictly monotone.

    $$p_y(y) = \frac{p_x(x)}{\lvert g'(x)\rvert}, \qquad x = g^{-1}(y)$$

    `forward` is g, `inverse` undoes it, and `log_slope` gives $\log\lvert g'(x)\rvert$. Chapter 4.
    """

    base: LogDensity
    forward: Callable[[ArrayLike], np.ndarray]
    inverse: Callable[[ArrayLike], np.ndarray]
    log_slope: Callable[[ArrayLike], np.ndarray]

    def log_pdf(self, y: ArrayLike) -> float | np.ndarray:
        r"""$\log p_y(y)$ in nats, for an array of any shape in the range of g. Chapter 4."""
        x = self.inverse(y)
        return checks.plain(self.base.log_pdf(x) - self.log_slope(x))

    def pdf(self, y: ArrayLike) -> float | np.ndarray:
        """The density at y, for an array of any shape in the range of g. Chapter 4."""
        return checks.plain(np.exp(self.log_pdf(y)))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        """Quantile: g of the base's quantile, for an increasing g. Chapter 4."""
        return checks.plain(self.forward(self.base.ppf(share)))

    def sample(
        self, rng: np.random.Generator, size: int | tuple[int, ...] | None = None
    ) -> float | np.ndarray:
        """Draws of y: one float, or an array of shape `size`. Chapter 4."""
        return checks.plain(self.forward(self.base.sample(rng, size)))

    @property
    def mean(self) -> float:
        r"""$\mathbb{E}[g(x)]$, by quadrature over the base. Chapter 4."""
        return mean_by_quadrature(self.base, self.forward)

    @property
    def sd(self) -> float:
        """Standard deviation of y, by quadrature over the base. Chapter 4."""
        centre = self.mean
        return mean_by_quadrature(self.base, lambda x: (self.forward(x) - centre) ** 2) ** 0.5


def _pieces(p: LogDensity) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends of the pieces: inside p's support, if p knows it by its quantiles."""
    low, high = (float(p.ppf(end)) for end in (0, 1)) if hasattr(p, "ppf") else (-np.inf, np.inf)
    centre, sd = float(p.mean), float(p.sd)
    steps = sd * np.array(REACH)
    cuts = np.concatenate([centre - steps, [centre], centre + steps])
    inside = cuts[(low < cuts) & (cuts < high)]
    edges = np.unique([*inside, *(end for end in (low, high) if np.isfinite(end))])
    return edges[:-1], edges[1:]


def _weighted(weight: np.ndarray, values: np.ndarray) -> np.ndarray:
    """weight * value, which is 0 where the weight is, whatever the value there."""
    return np.where(weight > 0, weight * np.where(weight > 0, values, 0), 0)
