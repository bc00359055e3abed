"""Chapter 6: a normal with correlation and the best guess without one, for either KL."""

import numpy as np
import traitlets
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from diffusion_derived.figures import style
from diffusion_derived.roles import ROLES
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Number, Numbers, OneOf


class MeanFieldEllipse(Widget):
    r"""$q(z_1)\,q(z_2)$ beside $p = \mathcal N(0, \Sigma)$, updated one coordinate at a time.

    `rho` in [-0.99, 0.99] is the correlation, `sigma_1` and `sigma_2` in [0.25, 2] are the standard
    deviations. With `direction` "reverse" each update lowers KL(q‖p), best with variances
    $1/\Lambda_{ii}$; with "forward" it lowers KL(p‖q), best with $\Sigma_{ii}$. `start` is the
    first mean of q, whose first widths are 0.5; `steps` from 0 to 40 counts the updates. BadTrait
    (a ValueError) for anything else. In nats. Chapter 6.
    """

    _esm = module("mean_field")
    question = traitlets.Unicode(
        "Raise the correlation. What becomes of the width of q, and of the steps it takes?"
    ).tag(sync=True)
    rho = Number(0.8, -0.99, 0.99).tag(sync=True)
    sigma_1 = Number(1, 0.25, 2).tag(sync=True)
    sigma_2 = Number(1, 0.25, 2).tag(sync=True)
    direction = OneOf("reverse", "forward").tag(sync=True)
    start = Numbers([-2.4, 2], Number(0, -4, 4)).tag(sync=True)
    steps = Number(0, 0, 40, whole=True).tag(sync=True)

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        cross = self.rho * self.sigma_1 * self.sigma_2
        cov = np.array([[self.sigma_1**2, cross], [cross, self.sigma_2**2]])
        walk, widths = self._walk(cov)
        values, vectors = np.linalg.eigh(cov)
        angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
        for reach in (1, 2):
            _ellipse(axes, (0, 0), reach * np.sqrt(values[::-1]), "p", angle=angle)
            _ellipse(axes, walk[-1], reach * widths, "q")
        axes.plot(*walk.T, "o-", color=ROLES["q"].light, markersize=3, linewidth=1)
        for x, role, name in ((-2, "p", "p, correlated"), (2, "q", "q, independent")):
            style.label(axes, x, 4.1, name, role, ha="center", va="bottom")
        axes.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal", xlabel="$z_1$", ylabel="$z_2$")

    def _walk(self, cov: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means of q from the start on, and its widths after all steps."""
        walk, widths = [np.array(self.start, float)], np.array([0.5, 0.5])
        reverse, precision = self.direction == "reverse", np.linalg.inv(cov)
        for step in range(self.steps):
            i, mean = step % 2, walk[-1].copy()
            mean[i] = -precision[0, 1] / precision[i, i] * mean[1 - i] if reverse else 0
            widths[i] = np.sqrt(1 / precision[i, i] if reverse else cov[i, i])
            walk.append(mean)
        return np.array(walk), widths


def _ellipse(axes, mean, radii, role: str, angle: float = 0) -> None:
    look = {"edgecolor": ROLES[role].light, "linestyle": ROLES[role].linestyle, "fill": False}
    axes.add_patch(Ellipse(mean, *(2 * np.asarray(radii)), angle=angle, linewidth=1.5, **look))
