"""Chapter 4: one normal fitted to two hills by either divergence."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from scipy import stats

from diffusion_derived.figures import style
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number


class FitByKL(Widget):
    r"""$q = \mathcal N(\mu, \sigma^2)$ against a mixture $p$ of two normals.

    $p = w\,\mathcal N(-s/2, \tfrac14) + (1-w)\,\mathcal N(s/2, \tfrac14)$ with `separation` $s$ in
    [0, 6] and `weight` $w$ in [0.05, 0.95]; `mu` lies in [-5, 5] and `sigma` in [0.125, 4]. Two
    buttons fit q: forward takes the mean and standard deviation of p, which minimise KL(p‖q);
    reverse goes downhill on KL(q‖p) from where q stands. BadTrait (a ValueError) for other values.
    Chapter 4.
    """

    _esm = module("fit_by_kl")
    question = traitlets.Unicode(
        "One normal cannot be two hills. Which of its faults does each fit accept?"
    ).tag(sync=True)
    separation = Number(4, 0, 6).tag(sync=True)
    weight = Number(0.5, 0.05, 0.95).tag(sync=True)
    mu = Number(0, -5, 5).tag(sync=True)
    sigma = Number(1, 0.125, 4).tag(sync=True)

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        x = np.linspace(-6, 6, 601)
        left, right = (stats.norm(side * self.separation / 2, 0.5).pdf(x) for side in (-1, 1))
        p = self.weight * left + (1 - self.weight) * right
        axes.fill_between(x, p, color=style.ROLES["p"].light, alpha=0.1, lw=0)
        style.line(axes, x, p, "p", label="p")
        style.line(axes, x, stats.norm(self.mu, self.sigma).pdf(x), "q", label="q")
        axes.set(xlim=(-6, 6), ylim=(0, None), xlabel="x")
        style.key(figure, "upper center", columns=2)
