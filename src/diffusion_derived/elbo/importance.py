r"""The importance-weighted bound: the logarithm of a mean of K weights (chapter 6)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks
from diffusion_derived.monte_carlo import Estimate, average

ERRORS = 4.0
"""Standard errors by which chance alone may lift an estimate of a bound."""


class AboveEvidence(ValueError):
    """A number that is called a lower bound on log p(x) and exceeds it."""


def log_weights(
    log_joint: Callable[[np.ndarray], np.ndarray], mu: float, sigma: float, eps: ArrayLike
) -> np.ndarray:
    r"""$\log p(x, z) - \log \mathcal N(z; \mu, \sigma^2)$ at $z = \mu + \sigma\varepsilon$.

    `eps` holds standard normal draws, in any shape; the result has the same. Raises `ValueError`
    unless sigma is above 0. Chapter 6.
    """
    eps, sigma = np.asarray(eps, dtype=float), checks.positive("sigma", sigma)
    log_q = -0.5 * (np.log(2 * np.pi) + eps**2) - np.log(sigma)
    return np.asarray(log_joint(checks.number("mu", mu) + sigma * eps)) - log_q


def importance_weighted_bound(weights: ArrayLike) -> Estimate:
    r"""Estimate of $\mathbb{E}\big[\log \frac1K \sum_{k=1}^K w_k\big]$ with its standard error.

    `weights` are the logarithms $\log w_k$, shape (draws, K), each row drawn on its own. With
    K = 1 this is the evidence lower bound. Raises `ValueError` for another shape, or a weight
    that is NaN or infinite above. Chapter 6.
    """
    weights = np.asarray(weights, dtype=float)
    if weights.ndim != 2 or 0 in weights.shape:
        checks.refuse("weights.shape", weights.shape, "(draws, K), neither of them 0")
    if np.isnan(weights).any() or weights.max() == np.inf:
        checks.refuse("weights", weights, "logarithms of finite weights")
    return average(special.logsumexp(weights, axis=1) - np.log(weights.shape[1]))


def slack(bound: Estimate | float, log_evidence: float) -> float:
    r"""How far a bound lies below $\log p(x)$, in nats.

    A number may exceed it by rounding (1e-9), an estimate by four of its standard errors. One
    that exceeds it by more bounds nothing: raises `AboveEvidence`, a `ValueError`. Chapter 6.
    """
    value, error = (
        (bound.value, bound.error) if isinstance(bound, Estimate) else (float(bound), 0.0)
    )
    below = float(checks.number("log_evidence", log_evidence)) - value
    if not below >= -max(ERRORS * error, 1e-9):
        known = f" with standard error {error:.2g}" if error else ""
        raise AboveEvidence(
            f"bound = {value:.4g}{known}: expected at most log p(x) = {log_evidence:.4g}"
        )
    return below
