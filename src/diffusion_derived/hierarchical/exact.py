r"""Experiments with linear hierarchies, where every bound is held against the truth (chapter 8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from diffusion_derived import checks
from diffusion_derived.elbo import importance_weighted_bound
from diffusion_derived.estimates import Estimate
from diffusion_derived.hierarchical.kernels import LinearStep, Normal
from diffusion_derived.hierarchical.linear import LinearHierarchy
from diffusion_derived.hierarchical.restrictions import fixed_encoder, restrictions


def random_hierarchy(sizes: Sequence[int], rng: np.random.Generator) -> LinearHierarchy:
    """A linear hierarchy with random steps: `sizes` runs from the data up to the last level.

    Raises `ValueError` for fewer than two sizes, or one below 1. Chapter 8.
    """
    sizes = [checks.count("sizes", size, least=1) for size in sizes]
    if len(sizes) < 2:
        checks.refuse("sizes", sizes, "at least two: the data and one level")
    rng = checks.generator("rng", rng)
    pairs = zip(sizes[:-1], sizes[1:], strict=True)
    return LinearHierarchy(tuple(_random_step(below, above, rng) for below, above in pairs))


def _random_step(below: int, above: int, rng: np.random.Generator) -> LinearStep:
    weight = rng.normal(size=(below, above)) / np.sqrt(above)
    root = rng.normal(size=(below, below)) / np.sqrt(below)
    spread = 0.5 * np.eye(below) + 0.5 * root @ root.T
    return LinearStep(weight, rng.normal(size=below), spread)


def without_covariances(encoder: Sequence[LinearStep]) -> tuple[LinearStep, ...]:
    r"""The encoder with every covariance put to 0, as networks of chapter 7 do.

    The widths are those of the best such guess, $1/(S^{-1})_{jj}$, chapter 6. Chapter 8.
    """
    return tuple(
        replace(step, covariance=np.diag(1 / np.diag(np.linalg.inv(step.covariance))))
        for step in encoder
    )


def narrowed(encoder: Sequence[LinearStep], factor: float) -> tuple[LinearStep, ...]:
    """The encoder with every standard deviation multiplied by `factor`. Chapter 8."""
    factor = checks.positive("factor", factor)
    return tuple(replace(step, covariance=factor**2 * step.covariance) for step in encoder)


def switched_off(encoder: Sequence[LinearStep]) -> tuple[LinearStep, ...]:
    """The encoder whose last step says nothing: N(0, I), whatever is below. Chapter 8."""
    *lower, last = encoder
    nothing = LinearStep(0 * last.weight, 0 * last.bias, np.eye(last.bias.size))
    return (*lower, nothing)


@dataclass(frozen=True)
class Guess:
    """One encoder on the data of a linear hierarchy, in nats, averaged over the data.

    `gaps` has one entry a level; `by_draws` is the bound from draws and `weighted` the
    importance-weighted one, each with its standard error. Chapter 8.
    """

    name: str
    bound: float
    gaps: np.ndarray
    by_draws: Estimate
    weighted: Estimate


def compare_encoders(
    hierarchy: LinearHierarchy,
    x: np.ndarray,
    rng: np.random.Generator,
    *,
    draws: int = 2_000,
    weights: int = 20,
) -> tuple[float, list[Guess]]:
    """The exact mean log-likelihood of the data, and four encoders: exact and in three ways off.

    The importance-weighted bound averages `weights` of the `draws` inside its logarithm. Raises
    what `LinearHierarchy.bound` raises. Chapter 8.
    """
    exact = hierarchy.posterior()
    encoders = {
        "exact": exact,
        "no covariances": without_covariances(exact),
        "half as wide": narrowed(exact, 0.5),
        "last level off": switched_off(exact),
    }
    found = [
        _guess(name, hierarchy, x, encoder, rng, draws, weights)
        for name, encoder in encoders.items()
    ]
    return float(hierarchy.log_likelihood(x).mean()), found


def _guess(name, hierarchy, x, encoder, rng, draws, weights) -> Guess:
    log_weights = hierarchy.log_weights(x, encoder, draws, rng)
    return Guess(
        name,
        float(hierarchy.bound(x, encoder).elbo.mean()),
        hierarchy.gaps(x, encoder).mean(axis=0),
        _over_data(log_weights, 1),
        _over_data(log_weights, weights),
    )


def _over_data(log_weights: np.ndarray, weights: int) -> Estimate:
    """The bound with `weights` weights, averaged over given data: errors from the draws alone."""
    draws, n = log_weights.shape
    each = [
        importance_weighted_bound(column.reshape(draws // weights, weights))
        for column in log_weights.T
    ]
    error = float(np.sqrt(sum(e.error**2 for e in each))) / n
    return Estimate(float(np.mean([e.value for e in each])), error, draws * n)


def by_depth(
    depths: Sequence[int], rng: np.random.Generator, *, n: int = 200, factor: float = 0.8
) -> list[tuple[int, float, float, float, float]]:
    """For each number of levels: exact log-likelihood, exact encoder's bound, a narrow one's, gaps.

    Each row holds T, then means over `n` data in nats: $\\log p(x)$, the bound with the exact
    encoder, the bound with one `factor` as wide, and the sum of that encoder's gaps. Chapter 8.
    """
    rows = []
    for depth in depths:
        hierarchy = random_hierarchy([4] + [3] * checks.count("depths", depth, least=1), rng)
        x, exact = hierarchy.sample(n, rng), hierarchy.posterior()
        off = narrowed(exact, factor)
        arrays = (
            hierarchy.log_likelihood(x),
            hierarchy.bound(x, exact).elbo,
            hierarchy.bound(x, off).elbo,
            hierarchy.gaps(x, off).sum(axis=1),
        )
        rows.append((depth, *(float(array.mean()) for array in arrays)))
    return rows


def last_levels(data: Normal, depths: Sequence[int], beta: float) -> list[float]:
    r"""$\mathrm{KL}(q(z_T) \,\|\, \mathcal N(0, I))$ in nats for each number T of equal steps.

    It is all that a mean bound loses when the steps down reverse the steps up exactly. Raises
    `ValueError` for a number of steps below 1 or a beta outside (0, 1). Chapter 8.
    """
    tables = (np.r_[0, np.full(checks.count("depths", d, least=1), beta)] for d in depths)
    return [restrictions(fixed_encoder(t, data.mean.size), data).last_kl for t in tables]
