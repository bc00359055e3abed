"""A mixture of normals: its density, which component a point came from, and draws (chapter 5)."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks

LOG_TWO_PI = float(np.log(2 * np.pi))


def log_sum_exp(a: ArrayLike, axis: int = -1) -> float | np.ndarray:
    r"""$\log\sum_k e^{a_k}$ along an axis, for numbers of any size.

    $$\log\sum_k e^{a_k} = m + \log\sum_k e^{a_k - m}, \qquad m = \max_k a_k$$

    One term of the last sum is 1, so it neither underflows nor overflows. Minus infinity stands
    for a term that is 0. Raises `ValueError` for NaN or an empty axis. Chapter 5.
    """
    a = np.asarray(a, dtype=float)
    if a.ndim == 0 or a.shape[axis] == 0 or np.isnan(a).any():
        checks.refuse("a", a, "logarithms along an axis that is not empty")
    top = np.max(a, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(a - top), axis=axis))
    return checks.plain(total + np.squeeze(top, axis=axis))


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    r"""Points $x$ in $d$ dimensions from one of $K$ normals, which one is not seen.

    $$p(x) = \sum_{k=1}^{K}\pi_k\,\mathcal N(x;\mu_k,\Sigma_k)$$

    `weights` are $\pi_k$, shape (K,); `means` are $\mu_k$, shape (K, d); `covariances` are
    $\Sigma_k$, shape (K, d, d). Raises `ValueError` unless the weights are probabilities that add
    up to 1 and each covariance is symmetric and positive definite. Chapter 5.
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    roots: np.ndarray = field(init=False, repr=False)
    r"""Cholesky factors $L_k$ with $L_kL_k^\top = \Sigma_k$, shape (K, d, d)."""

    def __post_init__(self) -> None:
        weights = checks.distribution("weights", self.weights).astype(float)
        means = rows_of_numbers("means", self.means)
        if weights.shape != means.shape[:1]:
            checks.refuse("means", means, f"one row for each of {weights.size} weights")
        covariances = _covariances(self.covariances, *means.shape)
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "covariances", covariances)
        object.__setattr__(self, "roots", _roots(covariances))

    @property
    def components(self) -> int:
        """How many normals there are, $K$."""
        return self.weights.size

    @property
    def dimension(self) -> int:
        """How many numbers make a point, $d$."""
        return self.means.shape[1]

    def log_joint(self, x: ArrayLike) -> np.ndarray:
        r"""$\log p(x, z{=}k) = \log\pi_k + \log\mathcal N(x;\mu_k,\Sigma_k)$ in nats, shape (n, K).

        Raises `ValueError` unless x is of shape (n, d). Chapter 5.
        """
        x = rows_of_numbers("x", x, self.dimension)
        with np.errstate(divide="ignore"):
            log_weights = np.log(self.weights)
        return log_weights + _log_normals(x, self.means, self.roots)

    def log_pdf(self, x: ArrayLike) -> np.ndarray:
        r"""$\log p(x)$ in nats, shape (n,), for points of shape (n, d).

        The component is summed out: $\log\sum_k p(x, z{=}k)$. Raises what `log_joint` raises.
        Chapter 5.
        """
        return log_sum_exp(self.log_joint(x))

    def log_likelihood(self, x: ArrayLike) -> float:
        r"""$\sum_i \log p(x_i)$ in nats: how probable all the points are together. Chapter 5."""
        return float(self.log_pdf(x).sum())

    def responsibilities(self, x: ArrayLike) -> np.ndarray:
        r"""Which component a point came from, by Bayes' rule, shape (n, K); rows add up to 1.

        $$p(z{=}k\mid x) = \frac{\pi_k\,\mathcal N(x;\mu_k,\Sigma_k)}
        {\sum_j \pi_j\,\mathcal N(x;\mu_j,\Sigma_j)}$$

        Raises what `log_joint` raises. Chapter 5.
        """
        joint = self.log_joint(x)
        return np.exp(joint - log_sum_exp(joint)[:, None])

    def sample(self, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        r"""Draws $z_i$ from the weights, then $x_i \sim \mathcal N(\mu_{z_i}, \Sigma_{z_i})$.

        Returns the points, shape (n, d), and the components that they came from, shape (n,).
        Chapter 5.
        """
        n = checks.count("n", n)
        z = checks.generator("rng", rng).choice(self.components, size=n, p=self.weights)
        normal = rng.standard_normal((n, self.dimension))
        return self.means[z] + np.einsum("nij,nj->ni", self.roots[z], normal), z


def rows_of_numbers(name: str, values: ArrayLike, columns: int | None = None) -> np.ndarray:
    """`values` as finite floats of shape (n, d) with at least one row; d = `columns` if given."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        checks.refuse(name, repr(values), "numbers in rows of equal length")
    wanted = "(n, d)" if columns is None else f"(n, {columns})"
    if array.ndim != 2 or array.size == 0 or array.shape[1] != (columns or array.shape[1]):
        checks.refuse(name, array, f"an array of shape {wanted}, not {array.shape}")
    if not np.isfinite(array).all():
        checks.refuse(name, array[~np.isfinite(array)][0], "finite numbers")
    return array


def _log_normals(x: np.ndarray, means: np.ndarray, roots: np.ndarray) -> np.ndarray:
    r"""$\log\mathcal N(x_i;\mu_k,L_kL_k^\top)$, shape (n, K), with $u=L_k^{-1}(x_i-\mu_k)$."""
    u = np.linalg.solve(roots, x.T - means[:, :, None])
    squares = np.einsum("kdn,kdn->nk", u, u)
    if not np.isfinite(squares).all():
        checks.refuse("x", x, "points not so far out that squared distances overflow")
    log_roots = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * (squares + x.shape[1] * LOG_TWO_PI) - log_roots


def _covariances(values: ArrayLike, components: int, dimension: int) -> np.ndarray:
    """`values` as K symmetric matrices of finite numbers."""
    array = np.asarray(values, dtype=float)
    shape = (components, dimension, dimension)
    if array.shape != shape or not np.isfinite(array).all():
        checks.refuse("covariances", array, f"finite numbers of shape {shape}")
    if not np.allclose(array, array.swapaxes(1, 2), rtol=1e-9, atol=1e-12 * abs(array).max()):
        checks.refuse("covariances", array, "symmetric matrices")
    return array


def _roots(covariances: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.cholesky(covariances)
    except np.linalg.LinAlgError:
        checks.refuse("covariances", covariances, "positive definite matrices")
