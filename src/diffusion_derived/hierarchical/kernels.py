r"""Normals and linear-Gaussian steps between them, in closed form (chapter 8)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_solve, solve_triangular

from diffusion_derived import checks


@dataclass(frozen=True)
class Normal:
    r"""The density $\mathcal N(\mu, \Sigma)$ with `mean` (D,) and `covariance` (D, D).

    Raises `ValueError` unless the covariance is symmetric with positive eigenvalues. Chapter 8.
    """

    mean: np.ndarray
    covariance: np.ndarray

    def __post_init__(self) -> None:
        mean = checks.finite_floats("mean", self.mean)
        if mean.ndim != 1 or mean.size == 0:
            checks.refuse("mean.shape", mean.shape, "one axis, not empty")
        object.__setattr__(self, "mean", mean)
        object.__setattr__(self, "covariance", _covariance(self.covariance, mean.size))

    def log_prob(self, x: ArrayLike) -> np.ndarray:
        r"""$\log \mathcal N(x; \mu, \Sigma)$ in nats: shape (..., D) gives (...). Chapter 8."""
        return log_normal(rows("x", x, self.mean.size) - self.mean, self.covariance)

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n independent draws, shape (n, D). Chapter 8."""
        eps = checks.generator("rng", rng).standard_normal((checks.count("n", n), self.mean.size))
        return self.mean + eps @ np.linalg.cholesky(self.covariance).T


@dataclass(frozen=True)
class LinearStep:
    r"""A step $p(y \mid x) = \mathcal N(y; Wx + b, S)$ from D numbers to E.

    `weight` is $W$ (E, D), `bias` is $b$ (E,), `covariance` is $S$ (E, E). Raises `ValueError`
    for shapes that do not fit, or an S without positive eigenvalues. Chapter 8.
    """

    weight: np.ndarray
    bias: np.ndarray
    covariance: np.ndarray

    def __post_init__(self) -> None:
        weight = checks.finite_floats("weight", self.weight)
        if weight.ndim != 2 or 0 in weight.shape:
            checks.refuse("weight.shape", weight.shape, "two axes (outputs, inputs), not empty")
        bias = checks.finite_floats("bias", self.bias)
        if bias.shape != weight.shape[:1]:
            checks.refuse("bias.shape", bias.shape, f"{weight.shape[:1]}, one number an output")
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "bias", bias)
        object.__setattr__(self, "covariance", _covariance(self.covariance, bias.size))

    def mean(self, x: ArrayLike) -> np.ndarray:
        r"""$Wx + b$: shape (..., D) gives (..., E). Chapter 8."""
        return rows("x", x, self.weight.shape[1]) @ self.weight.T + self.bias

    def log_prob(self, y: ArrayLike, x: ArrayLike) -> np.ndarray:
        r"""$\log p(y \mid x)$ in nats: shapes (..., E) and (..., D) give (...). Chapter 8."""
        return log_normal(rows("y", y, self.bias.size) - self.mean(x), self.covariance)

    def sample(self, x: ArrayLike, rng: np.random.Generator) -> np.ndarray:
        """One draw of y for each x: shape (..., D) gives (..., E). Chapter 8."""
        mean = self.mean(x)
        eps = checks.generator("rng", rng).standard_normal(mean.shape)
        return mean + eps @ np.linalg.cholesky(self.covariance).T

    def push(self, x: Normal) -> Normal:
        r"""The density of y when x is normal.

        $$\mathcal N(W\mu + b,\; W\Sigma W^\top + S)$$

        Chapter 8.
        """
        spread = self.weight @ x.covariance @ self.weight.T
        return Normal(self.mean(x.mean), symmetric(spread + self.covariance))

    def reverse(self, x: Normal) -> "LinearStep":
        r"""Bayes' rule: the step $p(x \mid y)$ back, when x is normal.

        $$G = \Sigma W^\top (W\Sigma W^\top + S)^{-1}, \qquad
        p(x \mid y) = \mathcal N\big(\mu + G(y - W\mu - b),\; (I - GW)\Sigma\big)$$

        Chapter 8.
        """
        y = self.push(x)
        gain = np.linalg.solve(y.covariance, self.weight @ x.covariance).T
        kept = np.eye(x.mean.size) - gain @ self.weight
        # The symmetric form keeps every eigenvalue positive in floating point.
        left = kept @ x.covariance @ kept.T + gain @ self.covariance @ gain.T
        return LinearStep(gain, x.mean - gain @ y.mean, symmetric(left))


def log_normal(distance: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    r"""$\log\mathcal N(r; 0, S)$ for distances r of shape (..., D)."""
    scaled = whiten(distance, covariance)
    return -0.5 * ((scaled**2).sum(axis=-1) + log_det(2 * np.pi * covariance))


def whiten(distance: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    r"""$L^{-1} r$ with $S = LL^\top$, whose squares add up to $r^\top S^{-1} r$; same shape."""
    flat = np.reshape(distance, (-1, covariance.shape[0])).T
    root = np.linalg.cholesky(covariance)
    return solve_triangular(root, flat, lower=True).T.reshape(np.shape(distance))


def trace_ratio(spread: np.ndarray, covariance: np.ndarray) -> float:
    r"""$\operatorname{tr}(S^{-1}A)$ for a spread A."""
    return float(np.trace(cho_solve((np.linalg.cholesky(covariance), True), spread)))


def log_det(covariance: np.ndarray) -> float:
    r"""$\log\det S$ from the triangle of S."""
    return 2 * float(np.log(np.diag(np.linalg.cholesky(covariance))).sum())


def entropy(covariance: np.ndarray) -> float:
    r"""$\tfrac12\log\det(2\pi e\,S)$, the entropy of a normal in nats."""
    return 0.5 * log_det(2 * np.pi * np.e * covariance)


def symmetric(matrix: np.ndarray) -> np.ndarray:
    """A matrix that is symmetric but for rounding, made so."""
    return (matrix + matrix.T) / 2


def rows(name: str, values: ArrayLike, size: int) -> np.ndarray:
    """Finite floats with `size` numbers on the last axis; `ValueError` for others."""
    values = checks.finite_floats(name, values)
    if values.ndim == 0 or values.shape[-1] != size:
        checks.refuse(f"{name}.shape", values.shape, f"{size} numbers on the last axis")
    return values


def _covariance(values: ArrayLike, size: int) -> np.ndarray:
    covariance = checks.finite_floats("covariance", values)
    if covariance.shape != (size, size):
        checks.refuse("covariance.shape", covariance.shape, f"({size}, {size})")
    symmetric_enough = np.allclose(covariance, covariance.T, rtol=1e-9, atol=0)
    if not symmetric_enough or np.linalg.eigvalsh(covariance).min() <= 0:
        checks.refuse("covariance", covariance, "a symmetric matrix with positive eigenvalues")
    return covariance
