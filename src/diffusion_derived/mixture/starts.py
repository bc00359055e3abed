"""Where EM starts, and k-means, its limit for narrow components (chapter 5)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.mixture.gaussians import GaussianMixture, rows_of_numbers


class Clusters(NamedTuple):
    r"""Centres, shape (K, d); the centre nearest to each point, shape (n,); and the total cost.

    The cost is $\sum_i \lVert x_i - c_{z_i}\rVert^2$.
    """

    centres: np.ndarray
    labels: np.ndarray
    cost: float


def start_from_points(x: ArrayLike, components: int, rng: np.random.Generator) -> GaussianMixture:
    """Equal weights, means at different points chosen at random, the data's own covariance.

    Raises `ValueError` if fewer different points are there than components, or if the data have
    no width in some direction. Chapter 5.
    """
    x, components = rows_of_numbers("x", x), checks.count("components", components, least=1)
    different = np.unique(x, axis=0)
    if len(different) < components:
        checks.refuse("components", components, f"at most {len(different)}, one for each point")
    chosen = checks.generator("rng", rng).choice(len(different), components, replace=False)
    spread = np.atleast_2d(np.cov(x.T, bias=True))
    return GaussianMixture(
        np.full(components, 1 / components), different[chosen], np.tile(spread, (components, 1, 1))
    )


def k_means(x: ArrayLike, centres: ArrayLike, steps: int = 100) -> Clusters:
    """Give each point to its nearest centre, move each centre to the mean of its points, repeat.

    `x` has shape (n, d), the first `centres` shape (K, d). Stops when no point changes its
    centre; a centre without points stays. Raises `ValueError` for other shapes. Chapter 5.
    """
    x = rows_of_numbers("x", x)
    centres, labels = rows_of_numbers("centres", centres, x.shape[1]).copy(), None
    for _ in range(checks.count("steps", steps, least=1)):
        nearest = _squares(x, centres).argmin(axis=1)
        if labels is not None and (nearest == labels).all():
            break
        labels = nearest
        for k in np.unique(labels):
            centres[k] = x[labels == k].mean(axis=0)
    squares = _squares(x, centres)
    labels = squares.argmin(axis=1)
    return Clusters(centres, labels, float(squares.min(axis=1).sum()))


def _squares(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Squared distances, shape (n, K)."""
    return np.square(x[:, None, :] - centres).sum(axis=-1)
