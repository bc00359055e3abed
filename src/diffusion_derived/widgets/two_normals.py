"""Chapter 4: two normal densities and the two divergences between them."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from scipy import stats

from diffusion_derived.figures import style
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number


class TwoNormals(Widget):
    r"""$q = \mathcal N(\mu_q, \sigma_q^2)$ and $p = \mathcal N(\mu_p, \sigma_p^2)$, and both KLs.

    KL(q‖p) and KL(p‖q) are shown in nats, by closed form and as the areas under their integrands.
    Means lie in [-3, 3], standard deviations in [0.125, 4]. BadTrait (a ValueError) for anything
    else. Chapter 4.
    """

    _esm = module("two_normals")
    question = traitlets.Unicode(
        "Make q narrower. Which divergence grows without bound, and from where on the line?"
    ).tag(sync=True)
    mu_q = Number(1, -3, 3).tag(sync=True)
    sigma_q = Number(0.5, 0.125, 4).tag(sync=True)
    mu_p = Number(0, -3, 3).tag(sync=True)
    sigma_p = Number(1, 0.125, 4).tag(sync=True)

    def draw(self, figure: Figure) -> None:
        x = np.linspace(-5, 5, 501)
        q, p = stats.norm(self.mu_q, self.sigma_q), stats.norm(self.mu_p, self.sigma_p)
        densities, integrands = figure.subplots(2, sharex=True)
        for role, first, second in (("q", q, p), ("p", p, q)):
            style.line(densities, x, first.pdf(x), role, label=role)
            height = first.pdf(x) * (first.logpdf(x) - second.logpdf(x))
            style.line(integrands, x, height, role)
            integrands.fill_between(x, height, color=style.ROLES[role].light, alpha=0.12, lw=0)
        densities.set(ylim=(0, None))
        integrands.set(xlim=(-5, 5), xlabel="x", ylabel="integrands")
        style.key(figure, "upper center", columns=2)
