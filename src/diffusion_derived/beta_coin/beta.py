"""The Beta distribution: what is believed about one coin (chapter 2)."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.checks import Number


@dataclass(frozen=True)
class Beta:
    r"""Belief about the probability of heads, a density on [0, 1].

    $$\mathrm{Beta}(\theta; a, b) = \frac{\theta^{a-1}(1-\theta)^{b-1}}{\mathrm{B}(a, b)}$$

    Mean, mode and variance are fractions if `a` and `b` are exact, floats if not.
    Raises `ValueError` unless a > 0 and b > 0. Chapter 2.
    """

    a: Number
    b: Number

    def __post_init__(self) -> None:
        object.__setattr__(self, "a", checks.positive("a", self.a))
        object.__setattr__(self, "b", checks.positive("b", self.b))

    def __repr__(self) -> str:
        return f"Beta({self.a}, {self.b})"

    def update(self, heads: int, tails: int) -> "Beta":
        r"""Posterior after more tosses, $\mathrm{Beta}(a + \text{heads}, b + \text{tails})$.

        Raises `ValueError` for a count that is negative or not whole. Chapter 2.
        """
        return Beta(self.a + checks.count("heads", heads), self.b + checks.count("tails", tails))

    @property
    def mean(self) -> Number:
        r"""$\mathbb{E}[\theta] = a / (a + b)$. Chapter 2."""
        return checks.ratio(self.a, self.a + self.b)

    @property
    def variance(self) -> Number:
        r"""$\operatorname{Var}[\theta] = ab / ((a+b)^2 (a+b+1))$. Chapter 2."""
        return self.mean * checks.ratio(self.b, self.a + self.b) / (self.a + self.b + 1)

    @property
    def sd(self) -> float:
        """Standard deviation, a float. Chapter 2."""
        return sqrt(self.variance)

    @property
    def mode(self) -> Number:
        r"""Where the density is highest: $(a - 1) / (a + b - 2)$ if a and b exceed 1.

        With a <= 1 <= b it is 0, with b <= 1 <= a it is 1. Raises `ValueError` if there is no
        single highest point: a = b = 1, or both below 1. Chapter 2.
        """
        a, b = self.a, self.b
        if a == b == 1 or (a < 1 and b < 1):
            checks.refuse("a, b", (a, b), "a density with one highest point")
        return checks.ratio(a - 1, a + b - 2) if a > 1 and b > 1 else int(a > b)

    @property
    def entropy(self) -> float:
        r"""$-\mathbb{E}[\log \mathrm{Beta}(\theta; a, b)]$ in nats; chapter 4 derives what it is.

        $$\log \mathrm{B}(a, b) - (a-1)\,\psi(a) - (b-1)\,\psi(b) + (a+b-2)\,\psi(a+b)$$

        Here $\psi$ is the derivative of $\log\Gamma$. It is 0 for the uniform density and
        negative for any other. Rounding leaves an error of about 1e-15 (a + b). Chapter 2.
        """
        a, b = float(self.a), float(self.b)
        psi_a, psi_b, psi_sum = special.digamma([a, b, a + b])
        log_scale = float(special.betaln(a, b))
        return float(log_scale - (a - 1) * (psi_a - psi_sum) - (b - 1) * (psi_b - psi_sum))

    def log_pdf(self, theta: ArrayLike) -> float | np.ndarray:
        r"""$\log \mathrm{Beta}(\theta; a, b)$ in nats, for an array of any shape.

        It is infinite at 0 and 1 where the density is 0 or unbounded. Raises `ValueError` for
        a theta outside [0, 1]. Chapter 2.
        """
        theta = checks.unit_floats("theta", theta)
        a, b = float(self.a), float(self.b)
        log_kernel = special.xlogy(a - 1, theta) + special.xlog1py(b - 1, -theta)
        return checks.plain(log_kernel - special.betaln(a, b))

    def pdf(self, theta: ArrayLike) -> float | np.ndarray:
        r"""Density $\mathrm{Beta}(\theta; a, b)$, which may exceed 1, for an array of any shape.

        It is infinite where it is unbounded or above the largest float. Raises `ValueError`
        for a theta outside [0, 1]. Chapter 2.
        """
        with np.errstate(over="ignore"):
            return checks.plain(np.exp(self.log_pdf(theta)))

    def cdf(self, theta: ArrayLike) -> float | np.ndarray:
        r"""Probability $P(\Theta \le \theta)$, for an array of any shape.

        Raises `ValueError` for a theta outside [0, 1]. Chapter 2.
        """
        return checks.plain(
            special.betainc(float(self.a), float(self.b), checks.unit_floats("theta", theta))
        )

    def sf(self, theta: ArrayLike) -> float | np.ndarray:
        r"""Probability $P(\Theta > \theta)$, exact where $1 -$ `cdf` is lost.

        Raises `ValueError` for a theta outside [0, 1]. Chapter 2.
        """
        return checks.plain(
            special.betaincc(float(self.a), float(self.b), checks.unit_floats("theta", theta))
        )

    def ppf(self, share: ArrayLike) -> float | np.ndarray:
        r"""Quantile: the $\theta$ with $P(\Theta \le \theta) =$ `share`, for an array of any shape.

        Raises `ValueError` for a share outside [0, 1]. Chapter 2.
        """
        return checks.plain(
            special.betaincinv(float(self.a), float(self.b), checks.unit_floats("share", share))
        )

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        r"""Credible interval that holds $\theta$ with probability `level`, equal tails outside.

        Raises `ValueError` for a level outside [0, 1]. Chapter 2.
        """
        tail = (1 - float(checks.probability("level", level))) / 2
        return self.ppf(tail), self.ppf(1 - tail)

    def sample(
        self, rng: np.random.Generator, size: int | tuple[int, ...] | None = None
    ) -> float | np.ndarray:
        r"""Draws of $\theta$: one float, or an array of shape `size`. Chapter 2."""
        return checks.generator("rng", rng).beta(float(self.a), float(self.b), size)


def kl_beta(p: Beta, q: Beta) -> float:
    r"""Divergence of `p` from `q` in nats; chapter 4 derives it.

    $$\mathrm{KL}(p \,\|\, q) = \log\frac{\mathrm{B}(a_q, b_q)}{\mathrm{B}(a_p, b_p)}
    + (a_p - a_q)\,\psi(a_p) + (b_p - b_q)\,\psi(b_p)
    - (a_p - a_q + b_p - b_q)\,\psi(a_p + b_p)$$

    Here $\psi$ is the derivative of $\log\Gamma$. Rounding leaves an error of about
    1e-15 (a + b), so a tiny divergence of two very narrow densities is lost in it. Chapter 2.
    """
    a_p, b_p, a_q, b_q = float(p.a), float(p.b), float(q.a), float(q.b)
    psi_a, psi_b, psi_sum = special.digamma([a_p, b_p, a_p + b_p])
    return float(
        special.betaln(a_q, b_q)
        - special.betaln(a_p, b_p)
        + (a_p - a_q) * (psi_a - psi_sum)
        + (b_p - b_q) * (psi_b - psi_sum)
    )
