"""Experiments with coins: do the intervals hold, and is the model wrong? (chapter 2)"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diffusion_derived import checks
from diffusion_derived.beta_coin.beta import Beta
from diffusion_derived.checks import Number


@dataclass(frozen=True)
class Coverage:
    """Credible intervals of many coins beside the coins' true biases, arrays of shape (coins,)."""

    theta: np.ndarray
    heads: np.ndarray
    low: np.ndarray
    high: np.ndarray
    level: float

    @property
    def covered(self) -> np.ndarray:
        """Whether each interval holds its coin's bias, shape (coins,)."""
        return (self.low <= self.theta) & (self.theta <= self.high)

    @property
    def share(self) -> float:
        """Share of the intervals that hold the bias; `level` is what was promised."""
        return float(self.covered.mean())

    @property
    def error(self) -> float:
        r"""Binomial standard error of the share if the promise is kept, $\sqrt{l(1-l)/n}$."""
        return float(np.sqrt(self.level * (1 - self.level) / self.theta.size))


def coverage(
    rng: np.random.Generator,
    n_coins: int,
    n_tosses: int,
    level: float = 0.9,
    prior: Beta | None = None,
    coins: Beta | None = None,
) -> Coverage:
    r"""Intervals of `n_coins` coins, each drawn, tossed `n_tosses` times and then estimated.

    The biases come from `coins`, the posteriors from `prior` (uniform unless given). If the
    two are the same, a share `level` of the intervals holds the bias; `coins` defaults to
    `prior`. Raises `ValueError` for counts below 1 or a level outside (0, 1). Chapter 2.
    """
    n_coins = checks.count("n_coins", n_coins, least=1)
    n_tosses = checks.count("n_tosses", n_tosses, least=1)
    level = float(checks.probability("level", level))
    if level in (0, 1):
        checks.refuse("level", level, "a level strictly between 0 and 1")
    prior = prior or Beta(1, 1)
    theta = (coins or prior).sample(rng, n_coins)
    heads = rng.binomial(n_tosses, theta)
    seen, coin = np.unique(heads, return_inverse=True)
    ends = np.array([prior.update(k, n_tosses - k).interval(level) for k in seen])
    return Coverage(theta, heads, ends[coin, 0], ends[coin, 1], level)


def drifting_tosses(n: int, start: Number, end: Number, rng: np.random.Generator) -> np.ndarray:
    r"""Tosses, 1 for heads, of a coin whose bias moves in a straight line, shape (n,).

    $\theta_i$ goes from `start` at the first toss to `end` at the last. With `start` = `end`
    it is the coin that the model assumes. Raises `ValueError` for a bias outside [0, 1] or n
    below 1. Chapter 2.
    """
    start, end = checks.probability("start", start), checks.probability("end", end)
    theta = np.linspace(float(start), float(end), checks.count("n", n, least=1))
    return (checks.generator("rng", rng).random(theta.size) < theta).astype(int)


def halves_difference(tosses: np.ndarray) -> np.ndarray:
    """Distance between the shares of heads in the two halves, shape (..., n) to (...)."""
    middle = tosses.shape[-1] // 2
    first, second = tosses[..., :middle], tosses[..., middle:]
    return abs(second.mean(axis=-1) - first.mean(axis=-1))


def switches(tosses: np.ndarray) -> np.ndarray:
    """How often a toss differs from the one before, shape (..., n) to (...)."""
    return (tosses[..., 1:] != tosses[..., :-1]).sum(axis=-1)


@dataclass(frozen=True)
class PredictiveCheck:
    """A statistic of the observed tosses beside its values in tosses replicated by the model."""

    observed: float
    replicated: np.ndarray

    @property
    def p_value(self) -> float:
        r"""Chance that the model's tosses show a statistic at least as large.

        $(1 + \#\{T_r \ge T\}) / (1 + R)$, which counts the observed tosses among the
        replicates and so is never 0. Near 1 is as strange as near 0: the statistic is too small.
        """
        larger = np.count_nonzero(self.replicated >= self.observed)
        return (1 + larger) / (1 + self.replicated.size)


def posterior_predictive_check(
    tosses: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    a: Number = 1,
    b: Number = 1,
    replicates: int = 2000,
) -> PredictiveCheck:
    r"""Compare a statistic of the tosses with what the fitted model would show.

    Each replicate draws $\theta$ from the posterior, then n tosses of that one coin.
    `statistic` maps tosses of shape (..., n) to (...). Raises `ValueError` for tosses other
    than 0 and 1, fewer than two of them, or fewer than one replicate. Chapter 2.
    """
    tosses = np.asarray(tosses)
    if tosses.ndim != 1 or tosses.size < 2 or not np.isin(tosses, (0, 1)).all():
        checks.refuse("tosses", tosses, "at least two tosses, each 0 or 1")
    replicates = checks.count("replicates", replicates, least=1)
    heads = int(tosses.sum())
    belief = Beta(a, b).update(heads, tosses.size - heads)
    theta = belief.sample(rng, (replicates, 1))
    replicated = (rng.random((replicates, tosses.size)) < theta).astype(int)
    return PredictiveCheck(float(statistic(tosses)), statistic(replicated))
