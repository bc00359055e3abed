r"""The coin with a logit-normal guess: its evidence lower bound, exact to rounding (chapter 6).

The latent variable is the logit of the bias, $z = \log(\theta / (1-\theta))$, which runs over the
whole line, and the guess is $q(z) = \mathcal N(z; \mu, \sigma^2)$.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import beta_coin, checks
from diffusion_derived.beta_coin.coin import check_heads
from diffusion_derived.checks import Number
from diffusion_derived.elbo.quadrature import line_nodes, normal_nodes

CLOSE = 1e-11
"""A slope of the bound, in nats, that counts as 0."""


@dataclass(frozen=True)
class CoinElbo:
    r"""The bound on $\log p(k)$ of `heads` in `n` tosses under the prior Beta(a, b).

    $$\mathrm{ELBO}(\mu, \sigma) = \mathbb{E}_{q(z)}[\log p(k, z) - \log q(z)]$$

    The bound, the gap and the evidence come from three integrals of their own, so that their
    agreement says something. All in nats. Raises `ValueError` for heads outside 0..n, or a or b
    not above 0. Chapter 6.
    """

    heads: int
    n: int
    a: Number = 1
    b: Number = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "heads", check_heads(self.heads, self.n))
        object.__setattr__(self, "n", checks.count("n", self.n))
        object.__setattr__(self, "a", checks.positive("a", self.a))
        object.__setattr__(self, "b", checks.positive("b", self.b))

    @property
    def posterior(self) -> beta_coin.Beta:
        r"""What is to be approximated, as a density of the bias. Chapter 6."""
        return beta_coin.posterior(self.heads, self.n - self.heads, self.a, self.b)

    @property
    def log_evidence(self) -> float:
        r"""$\log p(k)$ by Euler's integral: what the bound cannot exceed. Chapter 6."""
        return beta_coin.log_evidence(self.heads, self.n, self.a, self.b)

    def log_joint(self, z: ArrayLike) -> float | np.ndarray:
        r"""$\log p(k, z)$ on the logit line, for an array of any shape.

        $$\log p(k, z) = \log\binom nk - \log\mathrm{B}(a, b)
        + (a + k)\,z - (a + b + n)\log(1 + e^z)$$

        The factor $\theta(1-\theta)$ of the change from $\theta$ to $z$ is inside. Raises
        `ValueError` for a z that is not finite. Chapter 6.
        """
        return self._log_constant + self._log_kernel(_line("z", z))

    def log_posterior(self, z: ArrayLike) -> float | np.ndarray:
        r"""$\log p(z \mid k)$ on the logit line, for an array of any shape. Chapter 6."""
        area = special.betaln(float(self.posterior.a), float(self.posterior.b))
        return self._log_kernel(_line("z", z)) - float(area)

    def log_joint_slope(self, z: ArrayLike) -> float | np.ndarray:
        r"""$\frac{d}{dz}\log p(k, z) = (a + k) - (a + b + n)\,\theta$. Chapter 6."""
        a, b = float(self.posterior.a), float(self.posterior.b)
        return checks.plain(a - (a + b) * special.expit(_line("z", z)))

    def elbo(self, mu: float, sigma: float) -> float:
        r"""$\mathbb{E}_{q(z)}[\log p(k, z) - \log q(z)]$ in nats, by quadrature.

        Raises `ValueError` unless mu is finite and sigma above 0. Chapter 6.
        """
        eps, weights = normal_nodes(checks.positive("sigma", sigma))
        z = checks.number("mu", mu) + sigma * eps
        log_q = log_normal(eps) - np.log(sigma)
        return float(weights @ (self.log_joint(z) - log_q))

    def kl(self, mu: float, sigma: float) -> float:
        r"""The gap $\mathrm{KL}(q(z) \,\|\, p(z \mid k))$ in nats, by quadrature.

        Raises what `elbo` raises. Chapter 6.
        """
        eps, weights = normal_nodes(checks.positive("sigma", sigma))
        z = checks.number("mu", mu) + sigma * eps
        log_q = log_normal(eps) - np.log(sigma)
        return float(weights @ (log_q - self.log_posterior(z)))

    def evidence_by_quadrature(self) -> float:
        r"""$\log \int p(k, z)\,dz$ in nats, with no formula of Euler's. Chapter 6."""
        z, weights = line_nodes(float(self.posterior.a), float(self.posterior.b))
        log_joint = self.log_joint(z)
        top = log_joint.max()
        return float(top + np.log(weights @ np.exp(log_joint - top)))

    def slope(self, mu: float, sigma: float) -> np.ndarray:
        r"""Derivatives of the bound by $\mu$ and by $\log\sigma$, by quadrature, shape (2,).

        $$\Big(\mathbb{E}[f'(z)],\; 1 + \mathbb{E}[\sigma\varepsilon f'(z)]\Big),\quad
        f(z) = \log p(k, z),\; z = \mu + \sigma\varepsilon$$

        Raises what `elbo` raises. Chapter 6.
        """
        eps, weights = normal_nodes(checks.positive("sigma", sigma))
        slope = weights * self.log_joint_slope(checks.number("mu", mu) + sigma * eps)
        return np.array([slope.sum(), 1 + sigma * slope @ eps])

    def best(self) -> tuple[float, float]:
        r"""The mean and width of the guess with the highest bound. Chapter 6.

        Newton's method: the bound is concave in $(\mu, \sigma)$ because $\log p(k, z)$ is
        concave in z, so the highest point is the only one with slope 0.
        """
        a, b = float(self.posterior.a), float(self.posterior.b)
        mu = float(special.digamma(a) - special.digamma(b))
        sigma = float(np.sqrt(special.polygamma(1, a) + special.polygamma(1, b)))
        for _ in range(100):
            slope, curvature = self._newton(mu, sigma)
            step = np.linalg.solve(curvature, slope)
            step *= min(1.0, 0.5 * sigma / max(abs(step[1]), 1e-300))
            mu, sigma = float(mu - step[0]), float(sigma - step[1])
            if np.abs(slope).max() * sigma < CLOSE:
                break
        return mu, sigma

    # ---- within --------------------------------------------------------------------------

    @property
    def _log_constant(self) -> float:
        log_choices = -np.log1p(self.n) - special.betaln(self.heads + 1, self.n - self.heads + 1)
        return float(log_choices - special.betaln(float(self.a), float(self.b)))

    def _log_kernel(self, z: np.ndarray) -> float | np.ndarray:
        a, b = float(self.posterior.a), float(self.posterior.b)
        return checks.plain(a * special.log_expit(z) + b * special.log_expit(-z))

    def _newton(self, mu: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
        """Slope and curvature of the bound in (mu, sigma)."""
        eps, weights = normal_nodes(sigma)
        theta = special.expit(mu + sigma * eps)
        a, b = float(self.posterior.a), float(self.posterior.b)
        first, second = weights * (a - (a + b) * theta), -weights * (a + b) * theta * (1 - theta)
        slope = np.array([first.sum(), first @ eps + 1 / sigma])
        mixed = second @ eps
        return slope, np.array([[second.sum(), mixed], [mixed, second @ eps**2 - 1 / sigma**2]])


def log_normal(eps: ArrayLike) -> float | np.ndarray:
    r"""$\log \mathcal N(\varepsilon; 0, 1)$ in nats, for an array of any shape. Chapter 6."""
    eps = np.asarray(eps, dtype=float)
    return checks.plain(-0.5 * (np.log(2 * np.pi) + eps**2))


def _line(name: str, values: ArrayLike) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        checks.refuse(name, values, "finite numbers")
    return values
