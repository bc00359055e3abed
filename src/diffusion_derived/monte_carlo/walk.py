"""Metropolis walks over the line or over R^d, many chains at once (chapter 3)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks


@dataclass(frozen=True)
class Walk:
    """What a Metropolis walk visited, one draw a step; a refused step repeats the point.

    `draws` has shape (chains, draws), or (chains, draws, d) for points of R^d, without the
    first axis for a single chain; `log_densities` has shape (chains, draws). `acceptance` is
    the share of accepted proposals, one for each chain. Chapter 3.
    """

    draws: np.ndarray
    log_densities: np.ndarray
    acceptance: float | np.ndarray


def metropolis(
    log_density: Callable[[np.ndarray], ArrayLike],
    start: ArrayLike,
    step: ArrayLike,
    draws: int,
    rng: np.random.Generator,
) -> Walk:
    r"""Draws from a density known up to a factor, by normal steps that are accepted or refused.

    $$x' = x + \text{step} \cdot \varepsilon, \quad \varepsilon \sim \mathcal{N}(0, I), \qquad
    P(\text{accept}) = \min\Bigl(1, \frac{p(x')}{p(x)}\Bigr)$$

    `start` is one number, or has shape (chains,) for points of the line, or (chains, d) for
    points of R^d. `log_density` takes an array of that shape and returns one number in nats
    for each chain, minus infinity where the density is 0. Raises `ValueError` for a start of
    density 0, a step not above 0, or a log density that is NaN or plus infinity. Chapter 3.
    """
    point = checks.finite_floats("start", start)
    step, rng = _positive_floats("step", step), checks.generator("rng", rng)
    draws = checks.count("draws", draws, least=1)
    level = _levels(log_density, point)
    if not np.isfinite(level).all():
        checks.refuse("start", point, "points where the density is above 0")
    points = np.empty((draws, *point.shape))
    levels, accepted = np.empty((draws, *level.shape)), np.zeros(level.shape)
    for i in range(draws):
        proposed = point + step * rng.standard_normal(point.shape)
        proposed_level = _levels(log_density, proposed)
        accept = -rng.standard_exponential(level.shape) < proposed_level - level
        accepted += accept
        point = np.where(accept if point.ndim == level.ndim else accept[..., None], proposed, point)
        level = np.where(accept, proposed_level, level)
        points[i], levels[i] = point, level
    chains_first = level.ndim
    return Walk(
        np.moveaxis(points, 0, chains_first),
        np.moveaxis(levels, 0, chains_first),
        checks.plain(accepted / draws),
    )


def _levels(log_density: Callable[[np.ndarray], ArrayLike], point: np.ndarray) -> np.ndarray:
    """The log density of each chain's point, one number for each chain."""
    level = np.asarray(log_density(point), dtype=float)
    if level.shape not in (point.shape, point.shape[:-1]):
        checks.refuse("log_density(start).shape", level.shape, "one number for each chain")
    if np.isnan(level).any() or np.any(level == np.inf):
        checks.refuse("log_density", level, "numbers in nats, or minus infinity")
    return level


def _positive_floats(name: str, values: ArrayLike) -> np.ndarray:
    values = checks.finite_floats(name, values)
    if not (values > 0).all():
        checks.refuse(name, values, "numbers above 0")
    return values
