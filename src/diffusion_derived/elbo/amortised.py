r"""One map from the data to the guess, in place of one guess for each datum (chapter 6).

The data are the counts of heads in n tosses. The map is a polynomial in the share of heads: degree
0 does not look at its input, degree 1 is a linear map.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import beta_coin, checks
from diffusion_derived.elbo.black_box import Adam
from diffusion_derived.elbo.coin import CoinElbo


@dataclass(frozen=True)
class Encoder:
    r"""A guess $\mathcal N(\mu_k, \sigma_k^2)$ of the logit for each count k of heads in n tosses.

    $$\mu_k = \sum_j W_{0j}\,t_k^j, \qquad \log\sigma_k = \sum_j W_{1j}\,t_k^j, \qquad
    t_k = \frac{2k - n}{n}$$

    `weights` has shape (2, degree + 1). Raises `ValueError` for another shape or n below 1.
    Chapter 6.
    """

    weights: np.ndarray
    n: int

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, dtype=float)
        if weights.ndim != 2 or weights.shape[0] != 2 or weights.shape[1] == 0:
            checks.refuse("weights.shape", weights.shape, "(2, degree + 1)")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "n", checks.count("n", self.n, least=1))

    def features(self, heads: ArrayLike) -> np.ndarray:
        """Powers of the centred share of heads, shape (..., degree + 1). Chapter 6."""
        heads = np.asarray(heads)
        if not np.isin(heads, np.arange(self.n + 1)).all():
            checks.refuse("heads", heads, f"whole numbers from 0 to n = {self.n}")
        return np.vander((2 * heads.ravel() - self.n) / self.n, self.weights.shape[1], True)

    def guess(self, heads: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        r"""Mean and width of the guess for each count: two arrays of the shape (counts,).

        Raises `ValueError` for a count outside 0..n. Chapter 6.
        """
        mu, log_sigma = self.weights @ self.features(heads).T
        return mu, np.exp(log_sigma)


def fit_encoder(
    n: int, degree: int, *, steps: int, draws: int, rate: float, rng: np.random.Generator
) -> Iterator[Encoder]:
    r"""Yield the encoder at the start and after each step of Adam on the average bound.

    Under the uniform prior every count of 0..n is as probable, so each step uses all of them,
    with `draws` standard normal draws each, and the reparametrised gradient. The rate falls in a
    straight line to 0. Raises `ValueError` for a count or a rate that is too small. Chapter 6.
    """
    degree, steps = checks.count("degree", degree), checks.count("steps", steps, least=1)
    draws, rate = checks.count("draws", draws, least=1), checks.positive("rate", rate)
    rng, adam = checks.generator("rng", rng), Adam()
    encoder = Encoder(np.zeros((2, degree + 1)), n)
    heads = np.arange(n + 1)
    features = encoder.features(heads)
    yield encoder
    for step in range(steps):
        eps = rng.standard_normal((draws, n + 1))
        by_guess = _slopes(encoder, heads, eps)
        direction = adam.direction(by_guess @ features / (n + 1))
        encoder = Encoder(encoder.weights + rate * (1 - step / steps) * direction, n)
        yield encoder


def _slopes(encoder: Encoder, heads: np.ndarray, eps: np.ndarray) -> np.ndarray:
    """Reparametrised gradients by mean and log width of each count's guess, shape (2, counts)."""
    mu, sigma = encoder.guess(heads)
    slope = heads + 1 - (encoder.n + 2) * special.expit(mu + sigma * eps)
    return np.array([slope.mean(axis=0), 1 + (sigma * eps * slope).mean(axis=0)])


@dataclass(frozen=True)
class Gaps:
    r"""What a guess loses for each count 0..n, in nats; every array has shape (n + 1,).

    `family` is $\log p(k)$ minus the bound of the best normal guess, `amortisation` is what the
    encoder loses besides. Chapter 6.
    """

    family: np.ndarray
    amortisation: np.ndarray


def gaps(encoder: Encoder) -> Gaps:
    r"""The two gaps of an encoder under the uniform prior, by quadrature. Chapter 6."""
    heads = np.arange(encoder.n + 1)
    coins = [CoinElbo(int(k), encoder.n) for k in heads]
    best = np.array([coin.elbo(*coin.best()) for coin in coins])
    reached = np.array(
        [coin.elbo(mu, sigma) for coin, mu, sigma in zip(coins, *encoder.guess(heads), strict=True)]
    )
    exact = np.array([beta_coin.log_evidence(int(k), encoder.n) for k in heads])
    return Gaps(exact - best, best - reached)
