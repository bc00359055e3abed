"""Chapter 1: Bayes' rule as areas of the unit square, or as a thousand people."""

import traitlets
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from diffusion_derived.figures import style
from diffusion_derived.roles import GROUND, ROLES
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import OneOf, Probability


class AreaPicture(Widget):
    r"""Posterior $P(M\mid C)$ as a ratio of areas, with sliders for the prior and both rates.

    `prior` is $P(M)$, `rate_men` is $P(C\mid M)$, `rate_women` is $P(C\mid W)$, all in [0, 1];
    `view` is "area" or "people". BadTrait (a ValueError) for anything else. Chapter 1.
    """

    _esm = module("area")
    question = traitlets.Unicode(
        "Leave both rates alone. How few men must there be before a colour-blind person "
        "is more likely a woman?"
    ).tag(sync=True)
    prior = Probability(0.4).tag(sync=True)
    rate_men = Probability(0.07).tag(sync=True)
    rate_women = Probability(0.01).tag(sync=True)
    view = OneOf("area", "people").tag(sync=True)

    def draw(self, figure: Figure) -> None:
        men = self.prior * self.rate_men
        women = (1 - self.prior) * self.rate_women
        square, bar = figure.subplots(1, 2, width_ratios=(3, 2))
        square.add_patch(_box(0, 0, 1, 1, facecolor=GROUND["wash"].light))
        square.add_patch(_men(0, 0, self.prior, self.rate_men))
        square.add_patch(_women(self.prior, 0, 1 - self.prior, self.rate_women))
        style.line(square, [self.prior] * 2, [0, 1], "prior")
        square.set_title(f"everyone: {100 * self.prior:.3g} % men")
        if men + women == 0:
            bar.text(0.5, 0.5, "undefined:\nnobody is colour-blind", ha="center", va="center")
        else:
            share = men / (men + women)
            bar.add_patch(_men(0, 0, 1, share))
            bar.add_patch(_women(0, share, 1, 1 - share))
            bar.set_title(f"the colour-blind: {100 * share:.3g} % men")
        for axes in (square, bar):
            axes.set(xlim=(0, 1), ylim=(0, 1))
            style.bare(axes)
        square.set_aspect("equal")


def _box(x: float, y: float, width: float, height: float, **style: object) -> Rectangle:
    return Rectangle((x, y), width, height, linewidth=0, **style)


def _men(*box: float) -> Rectangle:
    return _box(*box, facecolor=ROLES["posterior"].light)


def _women(*box: float) -> Rectangle:
    colour = ROLES["posterior"].light
    return _box(*box, facecolor=colour + "28", edgecolor=colour, hatch="////")
