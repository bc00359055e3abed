"""How much a correlated walk is worth, and whether its chains agree (chapter 3).

Chains have shape (chains, draws), or (draws,) for one. Formulas of Vehtari, Gelman, Simpson,
Carpenter and Bürkner (2021), without their ranks.
"""

from math import inf, log10, sqrt

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.estimates import Estimate


def autocovariance(x: ArrayLike) -> np.ndarray:
    r"""Covariance of a chain with itself t steps later, along the last axis.

    $$c_t = \frac1n \sum_{i=1}^{n-t} (x_i - \bar x)(x_{i+t} - \bar x)$$

    Shape (..., n), t from 0 to n - 1. All of them at once by the Fourier transform, padded so
    that the end does not meet the start. Raises `ValueError` for fewer than two draws or one
    that is not finite. Chapter 3.
    """
    x = checks.finite_floats("x", x)
    if x.ndim == 0 or x.shape[-1] < 2:
        checks.refuse("x", x, "at least two draws")
    n = x.shape[-1]
    spectrum = np.fft.rfft(x - x.mean(axis=-1, keepdims=True), n=2 * n)
    return np.fft.irfft(abs(spectrum) ** 2, n=2 * n)[..., :n] / n


def autocorrelation(x: ArrayLike) -> np.ndarray:
    r"""Correlation of a chain with itself t steps later, $\rho_t = c_t / c_0$, shape (..., n).

    Raises what `autocovariance` raises, and `ValueError` for a chain that never moves.
    Chapter 3.
    """
    covariance = autocovariance(x)
    if np.any(np.ptp(x, axis=-1) == 0):
        checks.refuse("x", np.asarray(x), "a chain that moves")
    return covariance / covariance[..., :1]


def effective_sample_size(chains: ArrayLike) -> float:
    r"""How many independent draws would give a mean as exact.

    $$\text{ESS} = \frac{mn}{1 + 2 \sum_{t \ge 1} \rho_t}$$

    Each chain is split in halves, so that a drift counts against it. Noise would swamp the
    sum: it is cut at the first negative pair $\rho_{2k} + \rho_{2k+1}$, and later pairs may
    not exceed earlier ones (Geyer, 1992). Raises `ValueError` for fewer than four draws a
    chain or for chains that never move. Chapter 3; equal to ArviZ's `ess(method="mean")`.
    """
    halves = _halves(chains)
    correlations = _correlations(halves)
    time = max(_correlation_time(correlations), 1 / log10(halves.size))
    return halves.size / time


def split_rhat(chains: ArrayLike) -> float:
    r"""How far the chains disagree: 1 if their halves look like draws of one distribution.

    $$\hat R = \sqrt{\frac{n-1}{n} + \frac{B}{W}}$$

    W is the mean variance within half chains of n draws, B the variance of their means. Above
    1.01 the walk is too short. Infinite if each half sits still at another place. Raises what
    `effective_sample_size` raises. Chapter 3; equal to ArviZ's `rhat(method="split")`.
    """
    halves = _halves(chains)
    n = halves.shape[1]
    between, within = halves.mean(axis=1).var(ddof=1), halves.var(axis=1, ddof=1).mean()
    return sqrt((n - 1) / n + between / within) if within > 0 else inf


def correlated_average(chains: ArrayLike) -> Estimate:
    r"""The mean of a walk with the error of correlated draws, $s / \sqrt{\text{ESS}}$.

    s is the standard deviation of all draws. Raises what `effective_sample_size` raises.
    Chapter 3.
    """
    chains = checks.finite_floats("chains", chains)
    error = float(chains.std(ddof=1)) / sqrt(effective_sample_size(chains))
    return Estimate(float(chains.mean()), error, chains.size)


def _halves(chains: ArrayLike) -> np.ndarray:
    """First and last halves of all chains, one below the other; an odd middle draw is left out."""
    chains = checks.finite_floats("chains", chains)
    if chains.ndim not in (1, 2) or chains.shape[-1] < 4:
        checks.refuse("chains", chains, "shape (chains, draws) or (draws,), four draws or more")
    if np.ptp(chains) == 0:
        checks.refuse("chains", chains, "chains that move")
    chains, half = np.atleast_2d(chains), chains.shape[-1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _correlations(halves: np.ndarray) -> np.ndarray:
    r"""$\rho_t = 1 - (W - c_t) / V$: what differs between the chains counts as correlation."""
    n = halves.shape[1]
    covariance = autocovariance(halves).mean(axis=0)
    within = covariance[0] * n / (n - 1)
    total = covariance[0] + halves.mean(axis=1).var(ddof=1)
    correlations = 1 - (within - covariance) / total
    correlations[0] = 1
    return correlations


def _correlation_time(correlations: np.ndarray) -> float:
    """1 + 2 (sum of the correlations), by Geyer's pairs; may come out below what is allowed."""
    n = len(correlations)
    pairs = correlations[0 : n - n % 2 : 2] + correlations[1::2]
    last = max((n - 1) // 2 - 1, 0)
    negative = np.flatnonzero(pairs[: last + 1] <= 0)
    cut = int(negative[0]) if negative.size else last
    kept, even = np.minimum.accumulate(pairs[:cut]), float(correlations[2 * cut])
    return -1 + 2 * float(kept.sum()) + (max(even, 0.0) if pairs[cut] < 0 else even)
