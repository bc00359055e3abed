"""Black-box variational inference: climb the bound by noisy gradients (chapter 6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks

Gradient = Callable[[float, float, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Record:
    r"""Where the climb stands: the guess $\mathcal N(\mu, \sigma^2)$ after `step` steps.

    `gradient` is the noisy one that led here, by mu and log sigma, shape (2,); it is 0 at the
    start. Chapter 6.
    """

    step: int
    mu: float
    sigma: float
    gradient: np.ndarray


def fit_black_box(
    gradient: Gradient,
    start: tuple[float, float],
    *,
    steps: int,
    draws: int,
    rate: float,
    rng: np.random.Generator,
) -> Iterator[Record]:
    r"""Yield the start and the guess after each step of Adam, which climbs.

    `gradient(mu, sigma, eps)` gives one gradient a draw, by $\mu$ and $\log\sigma$, shape
    (draws, 2); their mean is the step's. The rate falls in a straight line to 0, so that the
    noise dies out. Raises `ValueError` for counts below 1, a rate or width not above 0, or a
    gradient that is not finite. Chapter 6.
    """
    mu, sigma = checks.number("start", start[0]), checks.positive("start", start[1])
    steps, draws = checks.count("steps", steps, least=1), checks.count("draws", draws, least=1)
    rate, rng = checks.positive("rate", rate), checks.generator("rng", rng)
    at, adam = np.array([mu, np.log(sigma)]), Adam()
    yield Record(0, float(mu), float(sigma), np.zeros(2))
    for step in range(1, steps + 1):
        found = gradient(at[0], float(np.exp(at[1])), rng.standard_normal(draws)).mean(axis=0)
        if not np.isfinite(found).all():
            checks.refuse("gradient", found, f"finite numbers at step {step}")
        at = at + rate * (1 - (step - 1) / steps) * adam.direction(found)
        yield Record(step, float(at[0]), float(np.exp(at[1])), found)


class Adam:
    r"""Steps of about one unit, from running means of a gradient and of its square.

    $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2,
    \quad \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + 10^{-8}}$$

    With $\beta_1 = 0.9$ and $\beta_2 = 0.999$ (Kingma and Ba 2015). Chapter 6.
    """

    def __init__(self) -> None:
        self.first, self.second, self.count = 0.0, 0.0, 0

    def direction(self, gradient: ArrayLike) -> np.ndarray:
        """Where to go after one more gradient, of the gradient's shape. Chapter 6."""
        gradient = np.asarray(gradient, dtype=float)
        self.count += 1
        self.first = 0.9 * self.first + 0.1 * gradient
        self.second = 0.999 * self.second + 0.001 * gradient**2
        mean = self.first / (1 - 0.9**self.count)
        return mean / (np.sqrt(self.second / (1 - 0.999**self.count)) + 1e-8)
