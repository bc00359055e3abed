"""Chapter 2: the posterior of a three-sided die on the triangle of its probabilities."""

import math

import numpy as np
import traitlets
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy import stats

from diffusion_derived.figures import style
from diffusion_derived.roles import GROUND, ROLES
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number, Numbers, refuse


class DirichletTriangle(Widget):
    r"""Density of $\mathrm{Dirichlet}(\text{counts} + \text{concentration})$ for three faces.

    `counts` are three whole numbers from 0 to 50, `concentration` is the parameter of the symmetric
    prior in [0.5, 20]; `probe` is a point of the open triangle (three positive numbers of sum 1) at
    which the log density is shown in nats. BadTrait (a ValueError) otherwise. Chapter 2.
    """

    _esm = module("dirichlet")
    question = traitlets.Unicode(
        "How many throws does it take before the prior hardly matters?"
    ).tag(sync=True)
    counts = Numbers([6, 3, 1], Number(0, 0, 50, whole=True)).tag(sync=True)
    concentration = Number(1, 0.5, 20).tag(sync=True)
    probe = Numbers([0.25, 0.5, 0.25], Number(0.333, 0.001, 0.998)).tag(sync=True)

    @traitlets.validate("probe")
    def _on_triangle(self, proposal: dict) -> list[float]:
        if not math.isclose(sum(proposal["value"]), 1, abs_tol=1e-9):
            raise refuse(self, "probe", proposal["value"], "three positive numbers of sum 1")
        return proposal["value"]

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        alpha = np.array(self.counts) + self.concentration
        right, top = np.meshgrid(np.linspace(0.002, 0.996, 300), np.linspace(0.002, 0.996, 300))
        inside = right + top < 0.998
        theta = np.array([1 - right - top, right, top])[:, inside]
        colours = LinearSegmentedColormap.from_list(
            "posterior", [GROUND["paper"].light, ROLES["posterior"].light]
        )
        density = stats.dirichlet(alpha).pdf(theta / theta.sum(axis=0))
        x, y = right[inside] + top[inside] / 2, top[inside] * math.sqrt(3) / 2
        axes.scatter(x, y, c=density, cmap=colours, vmin=0, s=1.2, marker="s", linewidths=0)
        corner = math.sqrt(3) / 2
        axes.plot([0, 1, 0.5, 0], [0, 0, corner, 0], color=GROUND["ink-2"].light, lw=0.7)
        for face, (at, height) in enumerate([(0, -0.08), (1, -0.08), (0.5, corner + 0.03)], 1):
            style.label(axes, at, height, f"face {face}", ha="center")
        axes.set(aspect="equal", xlim=(-0.1, 1.1), ylim=(-0.1, 1))
        axes.set_axis_off()
