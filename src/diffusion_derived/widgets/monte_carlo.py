"""Chapter 3: the evidence of the coin by Monte Carlo, and how often its error bars are right."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from scipy import stats

from diffusion_derived.figures import style
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.seeded import Generator
from diffusion_derived.widgets.traits import Number

SHOWN = 100
NINETY = stats.norm.ppf(0.95)


def estimates(seed: int, n: int, repetitions: int) -> tuple[np.ndarray, np.ndarray]:
    """Averages of n likelihoods and their standard errors, as `monte_carlo.js` draws them."""
    random = Generator(seed, list(range(1, repetitions + 1)))
    total, square = np.zeros(repetitions), np.zeros(repetitions)
    for _ in range(n):
        theta = random.uniform()
        likelihood = 120 * theta**7 * (1 - theta) ** 3
        total += likelihood
        square += likelihood**2
    average = total / n
    return average, np.sqrt((square / n - average**2) / (n - 1))


class MonteCarloError(Widget):
    r"""The evidence 1/11 of seven heads in ten tosses as an average of n likelihoods.

    $\frac1n\sum_{i=1}^n \binom{10}{7}\theta_i^7(1-\theta_i)^3$ with $\theta_i$ uniform on (0, 1):
    200 repetitions and their 90 % error bars. `n` is a whole number from 10 to 100,000, `seed`
    (1 to 9,999) names the luck: the same seed gives the same draws in every browser. BadTrait (a
    ValueError) for anything else. Chapter 3.
    """

    _esm = module("monte_carlo")
    question = traitlets.Unicode("How many more draws does one more digit cost?").tag(sync=True)
    n = Number(100, 10, 100_000, whole=True).tag(sync=True)
    seed = Number(1, 1, 9999, whole=True).tag(sync=True)

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        value, error = estimates(self.seed, self.n, SHOWN)
        miss = np.abs(value - 1 / 11) > NINETY * error
        colour = style.ROLES["data"].light
        for which, width in ((~miss, 0.8), (miss, 2.2)):
            low, high = value - NINETY * error, value + NINETY * error
            axes.vlines(np.arange(SHOWN)[which], low[which], high[which], color=colour, lw=width)
        role = style.ROLES["evidence"]
        axes.axhline(1 / 11, color=role.light, linestyle=role.linestyle, label="1/11")
        axes.set(xticks=[], xlim=(-1, SHOWN), ylabel="evidence")
        axes.set_xlabel(f"90 % bars of {SHOWN} repetitions with n = {self.n:,}, heavy if they miss")
        style.key(figure, "upper center", columns=1)
