"""Densities on the line: uniform, normal and logistic (chapter 3)."""

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.checks import Number
from diffusion_derived.distributions.shared import Density


@dataclass(frozen=True)
class Uniform(Density):
    r"""Any point of an interval, none more likely than another.

    $$p(x) = \frac{1}{\text{high} - \text{low}} \quad (\text{low} \le x \le \text{high})$$

    Mean and variance are fractions if the ends are exact, floats if not. Raises `ValueError`
    unless low < high. Chapter 3.
    """

    low: Number
    high: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", checks.number("low", self.low))
        object.__setattr__(self, "high", checks.number("high", self.high))
        if self.high <= self.low:
            checks.refuse("high", self.high, f"a number above low = {self.low}")
        checks.scale("high - low", self.width)

    @property
    def width(self) -> Number:
        r"""Length of the interval, high $-$ low."""
        return self.high - self.low

    @property
    def mean(self) -> Number:
        r"""The middle, $\mathbb{E}[X] = (\text{low} + \text{high}) / 2$. Chapter 3."""
        return self.low + checks.ratio(self.width, 2)

    @property
    def variance(self) -> Number:
        r"""$\operatorname{Var}[X] = (\text{high} - \text{low})^2 / 12$. Chapter 3."""
        return checks.ratio(self.width * self.width, 12)

    @property
    def entropy(self) -> float:
        r"""$\log(\text{high} - \text{low})$ in nats, negative for a short interval. Chapter 3."""
        return log(self.width)

    def log_pdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$-\log(\text{high} - \text{low})$ inside, $-\infty$ outside. Chapter 3."""
        x = checks.real_floats("x", x)
        inside = (float(self.low) <= x) & (x <= float(self.high))
        return checks.plain(np.where(inside, -self.entropy, -np.inf))

    def cdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le x) = (x - \text{low}) / (\text{high} - \text{low})$ inside. Chapter 3."""
        inside = np.clip(checks.real_floats("x", x), float(self.low), float(self.high))
        return checks.plain((inside - float(self.low)) / float(self.width))

    def sf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X > x) = (\text{high} - x) / (\text{high} - \text{low})$ inside. Chapter 3."""
        inside = np.clip(checks.real_floats("x", x), float(self.low), float(self.high))
        return checks.plain((float(self.high) - inside) / float(self.width))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""low + share $\cdot$ (high $-$ low); `ValueError` outside [0, 1]. Chapter 3."""
        share = checks.unit_floats("share", share)
        inside = float(self.low) + share * float(self.width)
        return checks.plain(np.minimum(inside, float(self.high)))


@dataclass(frozen=True)
class Normal(Density):
    r"""The normal density with mean `mu` and standard deviation `sigma`.

    $$\mathcal{N}(x; \mu, \sigma^2)
    = \frac{1}{\sqrt{2\pi}\,\sigma} \exp\Bigl(-\frac{(x-\mu)^2}{2\sigma^2}\Bigr)$$

    Raises `ValueError` for a mu that is not finite or a sigma not above 0. Chapter 3.
    """

    mu: Number
    sigma: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "mu", checks.number("mu", self.mu))
        object.__setattr__(self, "sigma", checks.scale("sigma", self.sigma))

    @property
    def mean(self) -> Number:
        r"""$\mathbb{E}[X] = \mu$. Chapter 3."""
        return self.mu

    @property
    def variance(self) -> Number:
        r"""$\operatorname{Var}[X] = \sigma^2$. Chapter 3."""
        return self.sigma * self.sigma

    @property
    def entropy(self) -> float:
        r"""$\tfrac12 \log(2\pi e) + \log \sigma$ in nats. Chapter 3."""
        return (1 + log(2 * pi)) / 2 + log(self.sigma)

    def log_pdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$-\tfrac12 \log(2\pi) - \log\sigma - \tfrac12 (x - \mu)^2 / \sigma^2$. Chapter 3."""
        z = standard("x", x, self.mu, self.sigma)
        with np.errstate(over="ignore"):
            return checks.plain(-z * z / 2 - (log(2 * pi) / 2 + log(self.sigma)))

    def cdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le x) = \Phi((x - \mu)/\sigma)$, the area below x.

        $\Phi(z) = \int_{-\infty}^z \mathcal{N}(t; 0, 1)\,dt$. Raises `ValueError` for NaN.
        Chapter 3.
        """
        return checks.plain(special.ndtr(standard("x", x, self.mu, self.sigma)))

    def sf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X > x) = \Phi(-(x - \mu)/\sigma)$, exact where $1 -$ `cdf` is lost. Chapter 3."""
        return checks.plain(special.ndtr(-standard("x", x, self.mu, self.sigma)))

    def log_cdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\log P(X \le x)$ in nats, exact far below the mean. Chapter 3."""
        return checks.plain(special.log_ndtr(standard("x", x, self.mu, self.sigma)))

    def log_sf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\log P(X > x)$ in nats, exact far above the mean. Chapter 3."""
        return checks.plain(special.log_ndtr(-standard("x", x, self.mu, self.sigma)))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""$\mu + \sigma\,\Phi^{-1}(\text{share})$; `ValueError` outside [0, 1]. Chapter 3."""
        share = checks.unit_floats("share", share)
        return checks.plain(float(self.mu) + float(self.sigma) * special.ndtri(share))


@dataclass(frozen=True)
class Logistic(Density):
    r"""The density whose CDF is the sigmoid, like a normal with heavier tails.

    $$p(x) = \frac{e^{-z}}{s\,(1 + e^{-z})^2}, \qquad z = \frac{x - \mu}{s}$$

    s is `scale`. Raises `ValueError` for a mu that is not finite or a scale not above 0.
    Chapter 3.
    """

    mu: Number
    scale: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "mu", checks.number("mu", self.mu))
        object.__setattr__(self, "scale", checks.scale("scale", self.scale))

    @property
    def mean(self) -> Number:
        r"""$\mathbb{E}[X] = \mu$. Chapter 3."""
        return self.mu

    @property
    def variance(self) -> float:
        r"""$\operatorname{Var}[X] = \pi^2 s^2 / 3$. Chapter 3."""
        return float(self.scale) * float(self.scale) * pi * pi / 3

    @property
    def entropy(self) -> float:
        r"""$2 + \log s$ in nats. Chapter 3."""
        return 2 + log(self.scale)

    def log_pdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$-\lvert z\rvert - 2\log(1 + e^{-\lvert z\rvert}) - \log s$, the density's logarithm.

        The density is even in z, so that no exponential overflows. Chapter 3.
        """
        z = np.abs(standard("x", x, self.mu, self.scale))
        return checks.plain(-z - 2 * np.log1p(np.exp(-z)) - log(self.scale))

    def cdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X \le x) = \operatorname{sigmoid}(z) = 1 / (1 + e^{-z})$. Chapter 3."""
        return checks.plain(special.expit(standard("x", x, self.mu, self.scale)))

    def sf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$P(X > x) = \operatorname{sigmoid}(-z)$, exact where $1 -$ `cdf` is lost. Chapter 3."""
        return checks.plain(special.expit(-standard("x", x, self.mu, self.scale)))

    def log_cdf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\log P(X \le x) = -\log(1 + e^{-z})$ in nats, exact in both tails. Chapter 3."""
        return checks.plain(special.log_expit(standard("x", x, self.mu, self.scale)))

    def log_sf(self, x: ArrayLike) -> float | np.ndarray:
        r"""$\log P(X > x) = -\log(1 + e^z)$ in nats, exact in both tails. Chapter 3."""
        return checks.plain(special.log_expit(-standard("x", x, self.mu, self.scale)))

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""$\mu + s \log\frac{u}{1-u}$ for a share u; `ValueError` outside [0, 1]. Chapter 3."""
        share = checks.unit_floats("share", share)
        return checks.plain(float(self.mu) + float(self.scale) * special.logit(share))


def standard(name: str, x: ArrayLike, mu: Number, scale: Number) -> np.ndarray:
    r"""Distance from mu in scales, $z = (x - \mu)/s$; raises `ValueError` for NaN."""
    with np.errstate(over="ignore"):
        return (checks.real_floats(name, x) - float(mu)) / float(scale)
