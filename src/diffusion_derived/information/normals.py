"""Divergence between normal distributions, in closed form (chapter 4)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from diffusion_derived import checks


def kl_normal(
    mu_p: ArrayLike, sigma_p: ArrayLike, mu_q: ArrayLike, sigma_q: ArrayLike
) -> float | np.ndarray:
    r"""Divergence of one normal from another in nats, entry by entry; shapes broadcast.

    $$\mathrm{KL}(p \,\|\, q) = \log\frac{\sigma_q}{\sigma_p}
    + \frac{\sigma_p^2 + (\mu_p - \mu_q)^2}{2\sigma_q^2} - \frac12$$

    `sigma_p` and `sigma_q` are standard deviations. Independent coordinates add up: take the
    sum over the last axis. Raises `ValueError` unless both are above 0. Chapter 4.
    """
    mu_p = checks.finite_floats("mu_p", mu_p)
    mu_q = checks.finite_floats("mu_q", mu_q)
    sigma_p = _positive("sigma_p", sigma_p)
    sigma_q = _positive("sigma_q", sigma_q)
    t = np.log(sigma_p) - np.log(sigma_q)
    with np.errstate(over="ignore"):
        distance = (mu_p - mu_q) / sigma_q
        twice = np.expm1(2 * t) - 2 * t + distance**2
    return checks.plain(twice / 2)


def kl_to_standard_normal(mu: ArrayLike, log_var: ArrayLike) -> float | np.ndarray:
    r"""Divergence of a diagonal normal from $\mathcal N(0, I)$ in nats.

    $$\tfrac12\sum_j\left(\mu_j^2 + \sigma_j^2 - \log\sigma_j^2 - 1\right)$$

    The sum runs over the last axis, the coordinates: shapes (..., D) give (...). `log_var` is
    $\log\sigma^2$, a logarithm of variances. Raises `ValueError` for what is not finite or has
    no axis, and for unlike shapes. Chapter 4.
    """
    mu, log_var = checks.finite_floats("mu", mu), checks.finite_floats("log_var", log_var)
    if mu.ndim == 0 or mu.shape != log_var.shape:
        checks.refuse("log_var", log_var, f"the shape (..., D) of mu, here {mu.shape}")
    return checks.plain((mu**2 + np.expm1(log_var) - log_var).sum(axis=-1) / 2)


def kl_normal_full(mu_p: ArrayLike, cov_p: ArrayLike, mu_q: ArrayLike, cov_q: ArrayLike) -> float:
    r"""Divergence of $\mathcal N(\mu_p, \Sigma_p)$ from $\mathcal N(\mu_q, \Sigma_q)$ in nats.

    $$\tfrac12\left(\operatorname{tr}(\Sigma_q^{-1}\Sigma_p)
    + (\mu_p-\mu_q)^\top\Sigma_q^{-1}(\mu_p-\mu_q) - D + \log\frac{\det\Sigma_q}{\det\Sigma_p}
    \right)$$

    With $\Sigma = LL^\top$ no matrix is inverted: the trace is the sum of the squares of
    $L_q^{-1}L_p$, and its diagonal gives the determinants. Means have shape (D,), covariances
    (D, D). Raises `ValueError` unless these are symmetric with positive eigenvalues. Chapter 4.
    """
    mu_p, mu_q = checks.finite_floats("mu_p", mu_p), checks.finite_floats("mu_q", mu_q)
    if mu_p.ndim != 1 or mu_p.shape != mu_q.shape:
        checks.refuse("mu_q", mu_q, f"a vector like mu_p, which has the shape {mu_p.shape}")
    root_p, root_q = (
        _root(name, cov, mu_p.size) for name, cov in (("cov_p", cov_p), ("cov_q", cov_q))
    )
    spread = solve_triangular(root_q, root_p, lower=True)
    distance = solve_triangular(root_q, mu_p - mu_q, lower=True)
    own, beside = np.diag(spread), np.tril(spread, -1)
    widths = (own - 1) * (own + 1) - 2 * np.log(own)
    return float((widths.sum() + np.sum(beside**2) + distance @ distance) / 2)


def _root(name: str, covariance: ArrayLike, size: int) -> np.ndarray:
    """The lower triangle L of a covariance, Sigma = L L^T."""
    covariance = checks.finite_floats(name, covariance)
    if covariance.shape != (size, size):
        checks.refuse(name, covariance, f"a covariance of shape ({size}, {size})")
    if not np.allclose(covariance, covariance.T, rtol=1e-9, atol=0):
        checks.refuse(name, covariance, "a symmetric matrix")
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        checks.refuse(name, covariance, "a covariance with positive eigenvalues")


def _positive(name: str, values: ArrayLike) -> np.ndarray:
    array = checks.finite_floats(name, values)
    if not (array > 0).all():
        checks.refuse(name, array[array <= 0].flat[0], "standard deviations above 0")
    return array
