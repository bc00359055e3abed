"""An estimate is a number with its error bar: averages of independent draws (chapter 3)."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks

__all__ = ["Estimate", "average", "sample_of"]


@dataclass(frozen=True)
class Estimate:
    r"""A value, its standard error, and the number of draws behind them.

    Over repeated runs the values scatter around the truth with a standard deviation of about
    `error`. Chapter 3.
    """

    value: float
    error: float
    draws: int

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        r"""Value $\pm\, z \cdot$ error, which holds the truth in a share `level` of all runs.

        z is the normal quantile of $(1 + \text{level})/2$, 1.645 for 90 %: right for many
        draws, by the central limit theorem. Raises `ValueError` for a level outside (0, 1).
        Chapter 3.
        """
        level = float(checks.probability("level", level))
        if level in (0, 1):
            checks.refuse("level", level, "a level strictly between 0 and 1")
        reach = float(special.ndtri((1 + level) / 2)) * self.error
        return self.value - reach, self.value + reach

    def covers(self, truth: float, level: float = 0.9) -> bool:
        """Whether the interval of this level holds `truth`. Chapter 3."""
        low, high = self.interval(level)
        return bool(low <= truth <= high)


def average(values: ArrayLike) -> Estimate:
    r"""The mean of n independent draws, with its standard error.

    $$\bar f = \frac1n \sum_{i=1}^n f_i, \qquad
    \text{error} = \frac{s}{\sqrt n}, \quad s^2 = \frac{1}{n-1} \sum_i (f_i - \bar f)^2$$

    `values` has shape (n,). Draws that depend on each other need `correlated_average`. Raises
    `ValueError` for fewer than two draws or one that is not finite. Chapter 3.
    """
    values = sample_of("values", values)
    error = float(values.std(ddof=1)) / sqrt(values.size)
    return Estimate(float(values.mean()), error, values.size)


def sample_of(name: str, values: ArrayLike) -> np.ndarray:
    """`values` as at least two finite floats of shape (n,); raises `ValueError` for any other."""
    values = checks.finite_floats(name, values)
    if values.ndim != 1 or values.size < 2:
        checks.refuse(name, values, "at least two numbers in one row")
    return values
