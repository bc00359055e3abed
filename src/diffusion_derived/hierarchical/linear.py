r"""A hierarchy of linear-Gaussian levels: its exact likelihood and its bound (chapter 8).

Every density here is normal, so what a deep hierarchy can only bound is known to rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.hierarchical.kernels import (
    LinearStep,
    Normal,
    entropy,
    log_det,
    rows,
    symmetric,
    trace_ratio,
    whiten,
)


@dataclass(frozen=True)
class HierarchyBound:
    r"""The bound on $\log p(x)$ for N data, in nats, and the two ways to cut it in levels.

    `reconstruction` is $\mathbb{E}_q[\log p(x \mid z_1)]$, shape (N,). Column t − 1 of `kl`,
    shape (N, T), is a divergence, read from the top down:

    $$\mathbb{E}_{q(z_{t+1} \mid x)}\,\mathrm{KL}\big(q(z_t \mid z_{t+1}, x) \,\|\,
    p(z_t \mid z_{t+1})\big), \qquad \text{the last } \mathrm{KL}(q(z_T \mid x) \,\|\, p(z_T))$$

    `log_ratio` has the same shape and, row by row, the same sum; it is read from the bottom up,
    $\mathbb{E}_q[\log q(z_t \mid z_{t-1}) - \log p(z_t \mid z_{t+1})]$. Only its last column is a
    divergence, and the others may be negative. Chapter 8.
    """

    reconstruction: np.ndarray
    kl: np.ndarray
    log_ratio: np.ndarray

    @property
    def elbo(self) -> np.ndarray:
        """Reconstruction minus the divergences of all levels, shape (N,). Chapter 8."""
        return self.reconstruction - self.kl.sum(axis=1)


@dataclass(frozen=True)
class LinearHierarchy:
    r"""Levels $z_T \to z_{T-1} \to \dots \to z_1 \to z_0 = x$, each a linear-Gaussian step.

    $$p(z_T) = \mathcal N(0, I), \qquad p(z_{t-1} \mid z_t) = \mathcal N(W_t z_t + b_t,\, S_t)$$

    `steps[t - 1]` is $p(z_{t-1} \mid z_t)$, so `steps[0]` draws the data. An encoder is a tuple of
    T steps, too: its entry t − 1 is $q(z_t \mid z_{t-1})$. Raises `ValueError` for steps whose
    sizes do not fit. Chapter 8.
    """

    steps: tuple[LinearStep, ...]

    def __post_init__(self) -> None:
        steps = tuple(self.steps)
        if not steps:
            checks.refuse("steps", "()", "at least one step")
        for t, (lower, upper) in enumerate(zip(steps, steps[1:], strict=False), start=1):
            if lower.weight.shape[1] != upper.weight.shape[0]:
                sizes = lower.weight.shape[1], upper.weight.shape[0]
                checks.refuse(f"sizes of level {t}", sizes, "one size for both of its steps")
        object.__setattr__(self, "steps", steps)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers in the data and in each level, T + 1 of them. Chapter 8."""
        return tuple(s.weight.shape[0] for s in self.steps) + (self.steps[-1].weight.shape[1],)

    @cached_property
    def marginals(self) -> tuple[Normal, ...]:
        r"""The density of each level, $p(z_0)$ to $p(z_T)$: T + 1 normals. Chapter 8."""
        top = self.sizes[-1]
        levels = [Normal(np.zeros(top), np.eye(top))]
        for step in reversed(self.steps):
            levels.append(step.push(levels[-1]))
        return tuple(reversed(levels))

    def log_likelihood(self, x: ArrayLike) -> np.ndarray:
        r"""$\log p(x)$ in nats, exact: shape (N, D) gives (N,). Chapter 8."""
        return self.marginals[0].log_prob(x)

    def posterior(self) -> tuple[LinearStep, ...]:
        r"""The exact encoder, $p(z_t \mid z_{t-1})$ for t = 1 to T, by Bayes' rule level by level.

        Given x, the levels form a Markov chain upwards, because they form one downwards.
        Chapter 8.
        """
        upper = self.marginals[1:]
        return tuple(step.reverse(level) for step, level in zip(self.steps, upper, strict=True))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """n draws of the data, shape (n, D), from the top level down. Chapter 8."""
        z = self.marginals[-1].sample(n, rng)
        for step in reversed(self.steps):
            z = step.sample(z, rng)
        return z

    def bound(self, x: ArrayLike, encoder: Sequence[LinearStep]) -> HierarchyBound:
        r"""The evidence lower bound of every x, with no random draw: x has shape (N, D).

        $$\mathbb{E}_q\Big[\log p(z_T) + \sum_{t=1}^T \log p(z_{t-1} \mid z_t)
        - \sum_{t=1}^T \log q(z_t \mid z_{t-1})\Big]$$

        Raises `ValueError` for an encoder whose steps do not fit the levels. Chapter 8.
        """
        encoder, means, spreads = self._path(x, encoder)
        log_p = self._expected_log_p(encoder, means, spreads)
        up = [-entropy(step.covariance) for step in encoder]
        down = [-entropy(back) for back in _given_above(encoder, spreads)]
        return HierarchyBound(log_p[:, 0], down - log_p[:, 1:], up - log_p[:, 1:])

    def gaps(self, x: ArrayLike, encoder: Sequence[LinearStep]) -> np.ndarray:
        r"""What each level's encoder loses, in nats: shape (N, T), and each entry at least 0.

        $$\mathbb{E}_{q(z_{t-1} \mid x)}\,\mathrm{KL}\big(q(z_t \mid z_{t-1}) \,\|\,
        p(z_t \mid z_{t-1})\big)$$

        Their sum over the levels is $\log p(x)$ minus the bound. Raises what `bound` raises.
        Chapter 8.
        """
        encoder, means, spreads = self._path(x, encoder)
        parts = zip(encoder, self.posterior(), means, spreads, strict=False)
        return np.stack([_kl_of_steps(*part) for part in parts], axis=1)

    def log_weights(
        self, x: ArrayLike, encoder: Sequence[LinearStep], draws: int, rng: np.random.Generator
    ) -> np.ndarray:
        r"""$\log p(x, z_{1:T}) - \log q(z_{1:T} \mid x)$ at draws of the encoder: (draws, N).

        Its mean over the draws estimates the bound, and the logarithm of the mean weight the
        importance-weighted one. Raises what `bound` raises. Chapter 8.
        """
        encoder, draws = self._encoder(encoder), checks.count("draws", draws, least=1)
        below = np.broadcast_to(rows("x", x, self.sizes[0]), (draws, *np.shape(x)))
        total = np.zeros(below.shape[:-1])
        for up, down in zip(encoder, self.steps, strict=True):
            above = up.sample(below, rng)
            total += down.log_prob(below, above) - up.log_prob(above, below)
            below = above
        return total + self.marginals[-1].log_prob(below)

    # ---- within --------------------------------------------------------------------------

    def _encoder(self, encoder: Sequence[LinearStep]) -> tuple[LinearStep, ...]:
        encoder = tuple(encoder)
        found = [step.weight.shape for step in encoder]
        wanted = list(zip(self.sizes[1:], self.sizes, strict=False))
        if found != wanted:
            checks.refuse("shapes of the encoder", found, f"{wanted}, one step a level")
        return encoder

    def _path(self, x: ArrayLike, encoder: Sequence[LinearStep]):
        """Means (N, D_t) and covariances of $q(z_t | x)$ for t = 0 to T, z_0 = x."""
        encoder, x = self._encoder(encoder), rows("x", x, self.sizes[0])
        if x.ndim != 2:
            checks.refuse("x.shape", x.shape, "(N, D)")
        means, spreads = [x], [np.zeros((self.sizes[0],) * 2)]
        for step in encoder:
            means.append(step.mean(means[-1]))
            spreads.append(step.weight @ spreads[-1] @ step.weight.T + step.covariance)
        return encoder, means, spreads

    def _expected_log_p(self, encoder, means, spreads) -> np.ndarray:
        r"""$\mathbb{E}_q[\log p(z_t \mid z_{t+1})]$ for t = 0 to T - 1, then of $\log p(z_T)$."""
        found = []
        for t, (up, down) in enumerate(zip(encoder, self.steps, strict=True)):
            # The distance z_t - W z_{t+1} - b, where z_{t+1} was drawn given z_t.
            kept = np.eye(self.sizes[t]) - down.weight @ up.weight
            spread = kept @ spreads[t] @ kept.T + down.weight @ up.covariance @ down.weight.T
            distance = means[t] - down.mean(means[t + 1])
            found.append(_expected_log_normal(distance, spread, down.covariance))
        top = _expected_log_normal(means[-1], spreads[-1], np.eye(self.sizes[-1]))
        return np.stack([*found, top], axis=1)


def _expected_log_normal(mean: np.ndarray, spread: np.ndarray, covariance: np.ndarray):
    r"""$\mathbb{E}[\log\mathcal N(r; 0, S)]$ for r with means (N, D) and one covariance."""
    square = (whiten(mean, covariance) ** 2).sum(axis=1) + trace_ratio(spread, covariance)
    return -0.5 * (square + log_det(2 * np.pi * covariance))


def _given_above(encoder: Sequence[LinearStep], spreads: Sequence[np.ndarray]) -> list[np.ndarray]:
    r"""Covariances of $q(z_t \mid z_{t+1}, x)$ for t = 1 to T - 1, and of $q(z_T \mid x)$."""
    inner = zip(encoder[1:], spreads[1:], strict=False)
    found = [step.reverse(Normal(np.zeros(len(s)), symmetric(s))).covariance for step, s in inner]
    return [*found, symmetric(spreads[-1])]


def _kl_of_steps(guess: LinearStep, exact: LinearStep, mean: np.ndarray, spread: np.ndarray):
    r"""Mean of $\mathrm{KL}(q(y \mid x) \,\|\, p(y \mid x))$ over x with means (N, D)."""
    shift = guess.mean(mean) - exact.mean(mean)
    tilt = guess.weight - exact.weight
    square = (whiten(shift, exact.covariance) ** 2).sum(axis=1)
    square = square + trace_ratio(tilt @ spread @ tilt.T + guess.covariance, exact.covariance)
    ratio = log_det(exact.covariance) - log_det(guess.covariance)
    return 0.5 * (square - guess.bias.size + ratio)
