"""Chapter 5: a mixture of normals in the plane, fitted by hand with turns of E and M."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Ellipse, Wedge
from scipy import stats

from diffusion_derived.figures import style
from diffusion_derived.roles import GROUND, ROLES
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number, Points

# fmt: off
POINTS = [
    [2.6, 1.8], [3.6, 2.4], [4.2, 2.9], [3.1, 2.8], [2.2, 1.1], [4.6, 3.4], [3.3, 1.7], [1.9, 1.6],
    [4.0, 2.0], [5.0, 3.1], [2.8, 2.5], [3.9, 3.6], [1.4, 0.9], [6.2, 4.2], [7.1, 3.5], [5.6, 4.6],
    [7.9, 3.2], [6.8, 4.4], [6.5, 3.6], [5.3, 4.0], [8.4, 2.6], [7.4, 4.1], [6.0, 5.1], [4.7, 4.9],
]
START = [[5.0, 5.5], [5.0, 1.0], [8.5, 5.0]]
# fmt: on
WIDE, HIGH = 10, 6.4
FLOOR = 0.1


class EmStepper(Widget):
    r"""E and M by turns: a bound that touches $\log p(x)$ after E and is raised by M.

    `points` are 3 to 60 places in [0, 10] by [0, 6.4], `components` is 2 or 3, `start` holds three
    means (the first two or all are used, with weights equal and covariances $I$), `moves` from 0 to
    80 counts the turns taken: odd ones are E, even ones M. No component gets narrower than a
    standard deviation of 0.1. BadTrait (a ValueError) for anything else. In nats. Chapter 5.
    """

    _esm = module("em_stepper")
    question = traitlets.Unicode(
        "After which of the two moves does the bound touch the log-likelihood?"
    ).tag(sync=True)
    points = Points(POINTS, WIDE, HIGH, 3, 60).tag(sync=True)
    components = Number(2, 2, 3, whole=True).tag(sync=True)
    moves = Number(0, 0, 80, whole=True).tag(sync=True)
    start = Points(START, WIDE, HIGH, 3, 3).tag(sync=True)

    def __repr__(self) -> str:
        """The settings, without the points and the start where they are the widget's own."""
        own = {"points": POINTS, "start": START}
        values = {name: getattr(self, name) for name in self.settings()}
        shown = [f"{name}={value!r}" for name, value in values.items() if value != own.get(name)]
        return f"EmStepper({', '.join(shown)})"

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        weights, means, covariances, q = self._fitted()
        colour, paper = ROLES["latent"].light, GROUND["paper"].light
        for weight, mean, covariance in zip(weights, means, covariances, strict=True):
            if weight > 0:
                axes.add_patch(_ellipse(mean, covariance, edgecolor=colour))
        fills = (colour, paper, colour + "50")
        for place, shares in zip(self.points, q, strict=True):
            ends = 90 - 360 * np.append(0, np.cumsum(shares))
            for fill, high, low in zip(fills, ends[:-1], ends[1:], strict=False):
                axes.add_patch(Wedge(place, 0.14, low, high, facecolor=fill, linewidth=0, zorder=2))
            axes.add_patch(Circle(place, 0.14, fill=False, edgecolor=colour, zorder=3))
        for k, (x, y) in enumerate(means, 1):
            axes.add_patch(Circle((x, y), 0.22, facecolor=paper, edgecolor=colour, zorder=4))
            centred = {"ha": "center", "va": "center_baseline", "zorder": 5}
            style.label(axes, x, y, str(k), "latent", **centred)
        axes.set(xlim=(0, WIDE), ylim=(0, HIGH), aspect="equal")
        style.bare(axes)

    def _fitted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Weights, means, covariances and shares after all moves, as the page computes them."""
        x, k = np.array(self.points, float), self.components
        weights, means = np.full(k, 1 / k), np.array(self.start[:k], float)
        covariances, q = np.tile(np.eye(2), (k, 1, 1)), np.full((len(x), k), 1 / k)
        for move in range(1, self.moves + 1):
            if move % 2:
                q = _shares(x, weights, means, covariances)
            else:
                weights, means, covariances = _refit(x, q, means, covariances)
        return weights, means, covariances, q


def _shares(x, weights, means, covariances) -> np.ndarray:
    """Posterior probability of each component (column) for each point (row)."""
    with np.errstate(divide="ignore"):
        terms = np.log(weights) + np.transpose(
            [
                stats.multivariate_normal(*part).logpdf(x)
                for part in zip(means, covariances, strict=True)
            ]
        )
    terms = np.exp(terms - terms.max(axis=1, keepdims=True))
    return terms / terms.sum(axis=1, keepdims=True)


def _refit(x, q, means, covariances) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, means and floored covariances; an empty component keeps its place."""
    counts, means, covariances = q.sum(axis=0), means.copy(), covariances.copy()
    for k in np.flatnonzero(counts > 1e-200):
        means[k] = q[:, k] @ x / counts[k]
        scatter = (q[:, k, None] * (x - means[k])).T @ (x - means[k]) / counts[k]
        values, vectors = np.linalg.eigh(scatter)
        covariances[k] = vectors * np.maximum(values, FLOOR**2) @ vectors.T
    return counts / len(x), means, covariances


def _ellipse(mean, covariance, **look) -> Ellipse:
    """Two standard deviations around a mean."""
    values, vectors = np.linalg.eigh(covariance)
    angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
    width, height = 4 * np.sqrt(values[::-1])
    return Ellipse(mean, width, height, angle=angle, fill=False, linewidth=1.2, **look)
