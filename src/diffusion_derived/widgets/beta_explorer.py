"""Chapter 2: prior, likelihood and posterior of a coin."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from scipy import stats

from diffusion_derived.figures import style
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number


class BetaExplorer(Widget):
    r"""$\mathrm{Beta}(a + \text{heads},\, b + \text{tails})$ beside its prior and its likelihood.

    `a` and `b` are reals in [0.5, 20], `heads` and `tails` whole numbers from 0 to 50. BadTrait (a
    ValueError) for anything else. Chapter 2.
    """

    _esm = module("beta_explorer")
    question = traitlets.Unicode("Can you make the posterior narrower without moving its top?").tag(
        sync=True
    )
    heads = Number(7, 0, 50, whole=True).tag(sync=True)
    tails = Number(3, 0, 50, whole=True).tag(sync=True)
    a = Number(1, 0.5, 20).tag(sync=True)
    b = Number(1, 0.5, 20).tag(sync=True)

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        theta = np.linspace(0.002, 0.998, 499)
        curves = {
            "prior": (self.a, self.b),
            "posterior": (self.a + self.heads, self.b + self.tails),
            "likelihood": (self.heads + 1, self.tails + 1),
        }
        for role, (a, b) in curves.items():
            label = "likelihood, scaled to area 1" if role == "likelihood" else role
            style.line(axes, theta, stats.beta(a, b).pdf(theta), role, label=label)
        axes.set(xlim=(0, 1), ylim=(0, None), xlabel="probability of heads")
        style.key(figure, "upper center", columns=3)
