"""Chapter 6: a guess of the coin's posterior splits its log evidence into ELBO and KL."""

import math

import numpy as np
import traitlets
from matplotlib.figure import Figure
from scipy import special, stats

from diffusion_derived.figures import style
from diffusion_derived.roles import ROLES
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number, OneOf

LOG_EVIDENCE = -math.log(11)


class ElboBars(Widget):
    r"""$\log p(D) = \mathrm{ELBO} + \mathrm{KL}(q\,\|\,p(\theta\mid D))$, 7 heads in 10 tosses.

    The prior is uniform and $q$ is normal on the line of $z = \log\frac{\theta}{1-\theta}$: `mean`
    in [-2, 3], `width` (its standard deviation) in [0.1, 3]. `axis` is "logit" or "theta". BadTrait
    (a ValueError) for anything else. In nats. Chapter 6.
    """

    _esm = module("elbo_bars")
    question = traitlets.Unicode(
        "Move q until the bound is as high as it can be. Does it reach the log evidence?"
    ).tag(sync=True)
    mean = Number(0, -2, 3).tag(sync=True)
    width = Number(1, 0.1, 3).tag(sync=True)
    axis = OneOf("logit", "theta").tag(sync=True)

    def draw(self, figure: Figure) -> None:
        curves, bars = figure.subplots(2, 1, height_ratios=(4, 1))
        theta = special.expit(np.linspace(-5, 6, 600))
        logit = special.logit(theta)
        on_theta = self.axis == "theta"
        slope = 1 / (theta * (1 - theta)) if on_theta else 1
        x = theta if on_theta else logit
        q = stats.norm(self.mean, self.width).pdf(logit)
        posterior = stats.beta(8, 4).pdf(theta) * theta * (1 - theta)
        style.line(curves, x, posterior * slope, "posterior", label="exact posterior")
        style.line(curves, x, q * slope, "q", label="your guess q")
        name = r"bias of the coin, $\theta$" if on_theta else "logit of the bias, $z$"
        curves.set(ylim=(0, None), xlim=(0, 1) if on_theta else (-5, 6), xlabel=name)
        bound, colour = self._elbo(), ROLES["q"].light
        low = min(-4, bound - 1)
        bars.barh(0, bound - low, left=low, color=colour, height=0.8)
        gap = {"color": colour + "28", "edgecolor": colour, "hatch": "////", "linewidth": 0}
        bars.barh(0, LOG_EVIDENCE - bound, left=bound, height=0.8, **gap)
        style.line(bars, [LOG_EVIDENCE] * 2, [-0.7, 0.7], "evidence", label="log evidence")
        bars.set(xlim=(low, -2), yticks=[], xlabel=f"ELBO {bound:.3f} and KL, in nats")
        bars.spines["left"].set_visible(False)
        style.key(figure, "upper center", columns=3)

    def _elbo(self) -> float:
        z, weight = np.polynomial.hermite_e.hermegauss(100)
        logit = self.mean + self.width * z
        log_joint = math.log(120) + 8 * special.log_expit(logit) + 4 * special.log_expit(-logit)
        expected = weight @ log_joint / weight.sum()
        return float(expected + stats.norm(self.mean, self.width).entropy())
