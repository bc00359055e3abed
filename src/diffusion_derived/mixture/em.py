"""EM: guess which component each point came from, refit the components, repeat (chapter 5)."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from diffusion_derived import checks
from diffusion_derived.mixture.gaussians import GaussianMixture, rows_of_numbers

COLLAPSED = 1e-12
"""A component has collapsed when its least variance is below this share of the data's largest."""


class CollapsedComponent(ValueError):
    """A component holds no points, or has no width in some direction: its density is unbounded."""


class Record(NamedTuple):
    """A mixture after some steps of EM, and the log-likelihood of the points under it in nats."""

    step: int
    mixture: GaussianMixture
    log_likelihood: float


def e_step(mixture: GaussianMixture, x: ArrayLike) -> np.ndarray:
    r"""The exact $q(z{=}k\mid x_i) = r_{ik}$ for each point, shape (n, K).

    Raises what `GaussianMixture.responsibilities` raises. Chapter 5.
    """
    return mixture.responsibilities(x)


def m_step(x: ArrayLike, r: ArrayLike, floor: float | None = None) -> GaussianMixture:
    r"""The mixture with the highest expected log joint, given responsibilities of shape (n, K).

    $$R_k=\sum_i r_{ik},\quad \hat\pi_k=\frac{R_k}{n},\quad
    \hat\mu_k=\frac{1}{R_k}\sum_i r_{ik}x_i,\quad
    \hat\Sigma_k=\frac{1}{R_k}\sum_i r_{ik}(x_i-\hat\mu_k)(x_i-\hat\mu_k)^\top$$

    With a `floor`, eigenvalues of each covariance below it are raised to it: the best mixture
    that has no variance below the floor. Raises `CollapsedComponent` if some $R_k$ is 0 or, without
    a floor, if a covariance is singular; `ValueError` for any other bad input. Chapter 5.
    """
    x = rows_of_numbers("x", x)
    r = _shares("r", r, len(x))
    total = _nobody_empty(r.sum(axis=0))
    means = r.T @ x / total[:, None]
    offsets = x.T - means[:, :, None]
    shares = (r / total).T[:, None, :]
    covariances = (shares * offsets) @ offsets.swapaxes(1, 2)
    covariances = _wide_enough(covariances, _narrow(x), floor)
    return GaussianMixture(total / len(x), means, covariances)


def fit(
    x: ArrayLike, start: GaussianMixture, steps: int, floor: float | None = None
) -> Iterator[Record]:
    r"""EM from a start: yields the start as step 0, then one record after each E and M.

    $\log p$ of all points never falls from one record to the next, with a floor neither if the
    start respects it. Raises what `m_step` raises, when it happens. Chapter 5.
    """
    x, steps = rows_of_numbers("x", x, start.dimension), checks.count("steps", steps)
    mixture = start
    for step in range(steps + 1):
        yield Record(step, mixture, mixture.log_likelihood(x))
        if step < steps:
            mixture = m_step(x, e_step(mixture, x), floor)


def lower_bound(mixture: GaussianMixture, x: ArrayLike, q: ArrayLike) -> float:
    r"""A lower bound on $\sum_i\log p(x_i)$ in nats for any $q$, shape (n, K), rows that add to 1.

    $$\sum_i\sum_k q_{ik}\,\log\frac{\pi_k\,\mathcal N(x_i;\mu_k,\Sigma_k)}{q_{ik}}$$

    It equals the log-likelihood if q are the responsibilities. Raises `ValueError` if q are no
    distributions. Chapter 5.
    """
    joint = mixture.log_joint(x)
    q = _shares("q", q, len(joint))
    if q.shape != joint.shape:
        checks.refuse("q", q, f"an array of shape {joint.shape}, not {q.shape}")
    energy = np.where(q > 0, q * np.where(q > 0, joint, 0.0), 0.0)
    return float(energy.sum() - xlogy(q, q).sum())


def _nobody_empty(total: np.ndarray) -> np.ndarray:
    if np.any(total == 0):
        raise CollapsedComponent(f"component {np.argmin(total)}: no point belongs to it")
    return total


def _narrow(x: np.ndarray) -> float:
    """The variance below which a component has no width: a share of the data's, or rounding."""
    rounding = 16 * np.finfo(float).eps * np.abs(x).max()
    return COLLAPSED * x.var(axis=0).max() + rounding**2


def _wide_enough(covariances: np.ndarray, narrow: float, floor: float | None) -> np.ndarray:
    """The covariances themselves, or raised to the floor; `CollapsedComponent` without one."""
    covariances = (covariances + covariances.swapaxes(1, 2)) / 2
    values, directions = np.linalg.eigh(covariances)
    if floor is None:
        flat = values[:, 0] <= narrow
        if flat.any():
            k = int(np.argmax(flat))
            raise CollapsedComponent(
                f"component {k}: least variance {values[k, 0]:.3g}, so its density is unbounded; "
                "start elsewhere, use fewer components, or give a floor"
            )
        return covariances
    floor = float(checks.positive("floor", floor))
    raised = np.maximum(values, floor)[:, None, :]
    wide = (values[:, 0] >= floor)[:, None, None]
    return np.where(wide, covariances, (directions * raised) @ directions.swapaxes(1, 2))


def _shares(name: str, values: ArrayLike, rows: int) -> np.ndarray:
    """`values` as one distribution over the components for each of `rows` points."""
    array = rows_of_numbers(name, values)
    if len(array) != rows:
        checks.refuse(name, array, f"one row for each of {rows} points, not {len(array)}")
    if np.any(array < 0) or np.any(abs(array.sum(axis=1) - 1) > 1e-9):
        checks.refuse(name, array, "rows of probabilities that add up to 1")
    return array
