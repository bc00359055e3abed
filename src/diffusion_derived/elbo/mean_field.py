r"""Mean field for a correlated normal: one coordinate at a time (chapter 6)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.information import kl_normal_full


@dataclass(frozen=True)
class MeanField:
    r"""The guess $q(z) = \prod_i \mathcal N(z_i; m_i, v_i)$ and its distance from the truth.

    `mean` and `variances` have shape (d,); `kl` is $\mathrm{KL}(q \,\|\, p)$ in nats. `step`
    counts updates, `coordinate` is the one that was moved last (none at the start). Chapter 6.
    """

    mean: np.ndarray
    variances: np.ndarray
    kl: float
    step: int = 0
    coordinate: int | None = None


def mean_field(mean: ArrayLike, covariance: ArrayLike) -> MeanField:
    r"""The independent normals nearest to $p = \mathcal N(\text{mean}, \Sigma)$ in KL(q‖p).

    $$m_i = \mu_i, \qquad v_i = 1 / (\Sigma^{-1})_{ii}$$

    Raises `ValueError` unless `mean` has shape (d,) and `covariance` is a symmetric, positive
    definite (d, d) matrix. Chapter 6.
    """
    mean, covariance, precision = normal("mean", mean, "covariance", covariance)
    variances = 1 / np.diag(precision)
    kl = kl_normal_full(mean, np.diag(variances), mean, covariance)
    return MeanField(mean, variances, kl)


def coordinate_ascent(
    mean: ArrayLike, covariance: ArrayLike, start: ArrayLike, variances: ArrayLike, sweeps: int
) -> Iterator[MeanField]:
    r"""Yield the start, then the guess after each update of one factor, `sweeps` times d updates.

    $$m_i \leftarrow \mu_i - \frac{1}{\Lambda_{ii}} \sum_{j \ne i} \Lambda_{ij}\,(m_j - \mu_j),
    \qquad v_i \leftarrow \frac{1}{\Lambda_{ii}}, \qquad \Lambda = \Sigma^{-1}$$

    No update raises the divergence. `start` and `variances` have shape (d,). Raises what
    `mean_field` raises, and `ValueError` for variances not above 0. Chapter 6.
    """
    mean, covariance, precision = normal("mean", mean, "covariance", covariance)
    now = _vector("start", start, mean.size)
    spread = _vector("variances", variances, mean.size)
    if (spread <= 0).any():
        checks.refuse("variances", spread, "numbers above 0")
    yield MeanField(now, spread, kl_normal_full(now, np.diag(spread), mean, covariance))
    for step in range(checks.count("sweeps", sweeps) * mean.size):
        i = step % mean.size
        now, spread = now.copy(), spread.copy()
        now[i] -= precision[i] @ (now - mean) / precision[i, i]
        spread[i] = 1 / precision[i, i]
        kl = kl_normal_full(now, np.diag(spread), mean, covariance)
        yield MeanField(now, spread, kl, step + 1, i)


def normal(
    name: str, mean: ArrayLike, of: str, covariance: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, covariance and its inverse, checked; raises `ValueError` by name."""
    mean = np.asarray(checks.numbers(name, mean), dtype=float)
    covariance = np.asarray(checks.numbers(of, covariance), dtype=float)
    if mean.ndim != 1:
        checks.refuse(f"{name}.shape", mean.shape, "one axis")
    if covariance.shape != 2 * mean.shape:
        checks.refuse(f"{of}.shape", covariance.shape, f"{2 * mean.shape}, as the mean has it")
    symmetric = np.allclose(covariance, covariance.T, rtol=1e-9, atol=0)
    if not symmetric or np.linalg.eigvalsh(covariance).min() <= 0:
        checks.refuse(of, covariance, "a symmetric, positive definite matrix")
    return mean, covariance, np.linalg.inv(covariance)


def _vector(name: str, values: ArrayLike, size: int) -> np.ndarray:
    values = np.asarray(checks.numbers(name, values), dtype=float)
    if values.shape != (size,):
        checks.refuse(f"{name}.shape", values.shape, f"({size},), one number a coordinate")
    return values
