"""Chapter 3: a Metropolis walk on the posterior of the coin."""

import math

import numpy as np
import traitlets
from matplotlib.figure import Figure
from scipy import special, stats

from diffusion_derived.figures import style
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.seeded import Generator
from diffusion_derived.widgets.traits import Number

LOGITS = (-2.6, 4.0)


def log_density(logit: float) -> float:
    """log density of logit θ for θ ~ Beta(8, 4), up to a constant; in nats."""
    return 8 * logit - 12 * float(np.logaddexp(0, logit))


def walk(seed: int, step: float, draws: int) -> np.ndarray:
    """The walk that `metropolis.js` makes: `draws` values of logit θ after the start at 0."""
    random = Generator(seed, [0])
    here, found = 0.0, []
    for _ in range(draws):
        proposal = here + step * float(random.normal()[0])
        if math.log(random.uniform()[0]) < log_density(proposal) - log_density(here):
            here = proposal
        found.append(here)
    return np.array(found)


class MetropolisWalker(Widget):
    r"""Metropolis' walk on $\log\frac{\theta}{1-\theta}$ with $\theta \sim \mathrm{Beta}(8, 4)$.

    It starts at θ = 1/2; `step` in [0.02, 20] is the standard deviation of its proposals, `draws`
    (a whole number from 0 to 5,000) how many draws are shown, `seed` (1 to 9,999) names the luck:
    the same seed gives the same walk in every browser. BadTrait (a ValueError) for anything else.
    Chapter 3.
    """

    _esm = module("metropolis")
    question = traitlets.Unicode("Which step gets the most out of a thousand draws?").tag(sync=True)
    step = Number(0.6, 0.02, 20).tag(sync=True)
    seed = Number(3, 1, 9999, whole=True).tag(sync=True)
    draws = Number(1000, 0, 5000, whole=True).tag(sync=True)

    def draw(self, figure: Figure) -> None:
        logits = walk(self.seed, self.step, self.draws)
        trace, bars = figure.subplots(1, 2, sharey=True, width_ratios=[3, 1])
        colour = style.ROLES["data"].light
        trace.plot(np.r_[0, logits], color=colour, lw=0.35, antialiased=False)
        if self.draws:
            edges = np.arange(LOGITS[0], LOGITS[1] + 0.1, 0.2)
            weights = np.full(self.draws, 1 / (0.2 * self.draws))
            bars.hist(
                logits, edges, weights=weights, orientation="horizontal", color=colour, alpha=0.3
            )
        y = np.linspace(*LOGITS, 200)
        theta = special.expit(y)
        density = stats.beta(8, 4).pdf(theta) * theta * (1 - theta)
        style.line(bars, density, y, "posterior", label="exact posterior")
        ticks = np.array([0.1, 0.3, 0.5, 0.7, 0.9])
        trace.set(
            xlim=(0, max(60, self.draws)), ylim=LOGITS, xlabel="draw", ylabel="probability of heads"
        )
        trace.set_yticks(special.logit(ticks), [f"{tick:g}" for tick in ticks])
        bars.set(xlim=(0, 0.95), xticks=[])
        style.key(figure, "upper center", columns=2)
