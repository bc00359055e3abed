"""Importance sampling: draws of one distribution stand for another (chapter 3)."""

from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.estimates import Estimate, sample_of

# The exponential of a larger number is no float.
LARGEST_LOG = 700


def importance(values: ArrayLike, log_weights: ArrayLike) -> Estimate:
    r"""Unbiased estimate of an expectation under p from draws of q.

    $$\mathbb{E}_p[f] = \mathbb{E}_q[w f] \approx \frac1n \sum_i w_i f(x_i), \qquad
    w_i = \frac{p(x_i)}{q(x_i)}, \quad x_i \sim q$$

    `values` holds $f(x_i)$, `log_weights` $\log w_i$ in nats, both of shape (n,); a log
    weight may be minus infinity. The error is that of `average`, on $w_i f(x_i)$: honest only
    if the weights have a variance, so look at `effective_size` too. p must be normalised.
    Raises `ValueError` for shapes that differ, fewer than two draws, weights that are all 0, or
    a weight above the largest float. Chapter 3.
    """
    values, weights, log_scale = _scaled(values, log_weights)
    if log_scale > LARGEST_LOG:
        checks.refuse("log_weights", log_scale, f"at most {LARGEST_LOG}, or log_mean_exp")
    products = weights * values
    scale, n = exp(log_scale), values.size
    error = scale * float(products.std(ddof=1)) / sqrt(n)
    return Estimate(scale * float(products.mean()), error, n)


def self_normalised(values: ArrayLike, log_weights: ArrayLike) -> Estimate:
    r"""The same expectation if weights are known only up to a factor.

    $$\mathbb{E}_p[f] \approx \hat f = \frac{\sum_i w_i f(x_i)}{\sum_i w_i}, \qquad
    \text{error}^2 = \frac{\sum_i w_i^2 (f(x_i) - \hat f)^2}{(\sum_i w_i)^2}$$

    The ratio is biased by about 1/n; the error is the delta method's. Shapes and errors are
    those of `importance`. Chapter 3; Owen, Monte Carlo theory, methods and examples, ch. 9.
    """
    values, weights, _ = _scaled(values, log_weights)
    shares = weights / weights.sum()
    value = float(shares @ values)
    return Estimate(value, float(np.linalg.norm(shares * (values - value))), values.size)


def effective_size(log_weights: ArrayLike) -> float:
    r"""How many equal weights would do as well: $(\sum_i w_i)^2 / \sum_i w_i^2$, from 1 to n.

    Its expectation is near $n / (1 + \chi^2(p \,\|\, q))$. A small size is a warning; a large
    one is none if the draws have missed a region where p is large. Raises what `importance`
    raises. Chapter 3.
    """
    _, weights, _ = _scaled(np.ones(np.shape(log_weights)), log_weights)
    return float(weights.sum() ** 2 / (weights @ weights))


def log_mean_exp(log_values: ArrayLike) -> Estimate:
    r"""Log of the mean of $e^{l_i}$ for independent $l_i$, without leaving the logarithms.

    $$\log \frac1n \sum_i e^{l_i} = m + \log \frac1n \sum_i e^{l_i - m}, \qquad m = \max_i l_i$$

    The error is the mean's relative error, $s / (\bar f \sqrt n)$. `log_values` has shape
    (n,). Raises what `importance` raises. Chapter 3.
    """
    _, scaled, log_scale = _scaled(np.ones(np.shape(log_values)), log_values)
    mean = float(scaled.mean())
    error = float(scaled.std(ddof=1)) / mean / sqrt(scaled.size)
    return Estimate(log_scale + float(np.log(mean)), error, scaled.size)


def _scaled(values: ArrayLike, log_weights: ArrayLike) -> tuple[np.ndarray, np.ndarray, float]:
    """Values, weights over the largest weight, and the log of the largest weight."""
    values = sample_of("values", values)
    log_weights = checks.real_floats("log_weights", log_weights)
    if log_weights.shape != values.shape:
        checks.refuse("log_weights.shape", log_weights.shape, f"that of values, {values.shape}")
    largest = float(log_weights.max())
    if not np.isfinite(largest):
        checks.refuse("log_weights", largest, "a largest log weight that is finite")
    return values, np.exp(log_weights - largest), largest
