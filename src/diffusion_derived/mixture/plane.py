"""Few numbers in place of many: the directions in which data vary most (chapter 5)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.mixture.gaussians import rows_of_numbers


@dataclass(frozen=True, eq=False)
class PrincipalPlane:
    """The plane through the mean, shape (D,), along d directions, shape (d, D), of unit length.

    `variances`, shape (d,), are the data's along each direction, and `share` is the part of the
    whole variance that they hold.
    """

    mean: np.ndarray
    directions: np.ndarray
    variances: np.ndarray
    share: float

    def project(self, x: ArrayLike) -> np.ndarray:
        """Coordinates in the plane, shape (n, d), of points of shape (n, D). Chapter 5."""
        return (rows_of_numbers("x", x, self.mean.size) - self.mean) @ self.directions.T

    def lift(self, coordinates: ArrayLike) -> np.ndarray:
        """Points of the plane, shape (n, D), from coordinates of shape (n, d). Chapter 5."""
        rows = rows_of_numbers("coordinates", coordinates, len(self.directions))
        return self.mean + rows @ self.directions


def principal_plane(x: ArrayLike, dimension: int) -> PrincipalPlane:
    r"""The plane of `dimension` directions in which points of shape (n, D) vary most.

    They are the first right singular vectors of the centred data, $x - \bar x = USV^\top$, signed
    so that each direction's largest entry is positive; the variances are $s_j^2/n$. Raises
    `ValueError` for more dimensions than the data have. Chapter 5.
    """
    x = rows_of_numbers("x", x)
    d = checks.count("dimension", dimension, least=1)
    if d > min(x.shape):
        checks.refuse("dimension", d, f"at most {min(x.shape)}")
    mean = x.mean(axis=0)
    _, s, directions = np.linalg.svd(x - mean, full_matrices=False)
    top = np.abs(directions).argmax(axis=1)[:, None]
    directions *= np.sign(np.take_along_axis(directions, top, axis=1))
    variances = s**2 / len(x)
    share = float(variances[:d].sum() / variances.sum())
    return PrincipalPlane(mean, directions[:d], variances[:d], share)
