"""Pictures of chapter 6: guesses and their bounds, climbs, importance weights, encoders."""

from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.figures.style import INK, MUTED, Picture, key, label, line
from diffusion_derived.roles import GROUND, ROLES

LOGIT = "logit of the bias"
DASHES = ("-", (0, (4, 2.5)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def guesses(
    z: ArrayLike,
    posterior: ArrayLike,
    curves: Mapping[str, ArrayLike],
    bounds: Mapping[str, float],
    log_evidence: float,
) -> Picture:
    """Guesses over the exact posterior, and for each its bound and the gap that is left.

    `posterior` and each of the `curves` have the shape (G,) of `z`; `bounds` has the names of
    `curves`, in nats. Chapter 6.
    """
    listed = ", ".join(f"{name} at {bound:.2f}" for name, bound in bounds.items())
    alt = (
        f"Left, the posterior of the {LOGIT} and the guesses {', '.join(curves)}. Right, a bar "
        f"for each guess that ends at its bound, {listed}; the rest up to {log_evidence:.2f}, "
        f"the log evidence, is the gap."
    )
    with style.picture(alt, height=3.0) as drawn:
        left, right = drawn.figure.subplots(1, 2, width_ratios=(1.35, 1))
        line(left, z, posterior, "posterior")
        for curve in curves.values():
            line(left, z, curve, "q")
        left.set(xlim=(z[0], z[-1]), ylim=(0, None), yticks=[], xlabel=LOGIT)
        left.spines.left.set_visible(False)
        named = [Curve(z, posterior, "posterior", "posterior")]
        name_curves(left, named + [Curve(z, c, name, "q") for name, c in curves.items()])
        _bars(right, bounds, log_evidence)
    return drawn


def _bars(axes, bounds, log_evidence) -> None:
    floor = np.floor(2 * min(bounds.values()) - 0.5) / 2
    for place, (name, bound) in enumerate(bounds.items()):
        axes.bar(place, bound - floor, bottom=floor, width=0.78, color=ROLES["q"].light, lw=0)
        axes.bar(
            place, log_evidence - bound, bottom=bound, width=0.78,
            facecolor="none", edgecolor=INK, hatch="////", lw=0.8,
        )  # fmt: skip
        label(axes, place, floor + 0.05, name, color=GROUND["paper"].light, weight=600, ha="center")
    axes.axhline(log_evidence, color=ROLES["evidence"].light, ls=ROLES["evidence"].linestyle)
    top = log_evidence + 0.07
    label(axes, -0.45, top, "log evidence", "evidence", va="bottom")
    axes.set(xticks=[], xlim=(-0.5, len(bounds) - 0.5), ylim=(floor, log_evidence + 0.4))
    axes.set_ylabel("bound, and gap (hatched), in nats")
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def landscape(
    mu: ArrayLike,
    sigma: ArrayLike,
    bound: ArrayLike,
    paths: Mapping[str, ArrayLike],
    best: tuple[float, float],
) -> Picture:
    """Lines of equal bound over mean and width, and the paths of noisy climbs.

    `bound` has shape (len(sigma), len(mu)), each path (steps, 2) with mean and width. Chapter 6.
    """
    bound = np.asarray(bound, dtype=float)
    below = bound.max() - bound
    alt = (
        f"Lines of equal bound over the mean and the width of the guess, closed around the best "
        f"one at {best[0]:.2f}, {best[1]:.2f}. The paths of {' and '.join(paths)} lead there."
    )
    with style.picture(alt, height=3.4) as drawn:
        panels = drawn.figure.subplots(1, len(paths), sharey=True)
        for axes, (name, path) in zip(np.atleast_1d(panels), paths.items(), strict=True):
            axes.contour(
                mu, sigma, below, levels=[0.02, 0.1, 0.3, 1, 2, 4], colors=MUTED, linewidths=0.8
            )
            axes.plot(*np.transpose(path), color=ROLES["q"].light, lw=1.1)
            axes.plot(*path[0], "o", color=ROLES["q"].light, ms=5)
            axes.plot(*best, "+", color=INK, ms=11, mew=2)
            axes.set_title(name, color=ROLES["q"].light, weight=600)
            axes.set(xlim=(mu[0], mu[-1]), ylim=(sigma[0], sigma[-1]), xlabel="mean")
        np.atleast_1d(panels)[0].set_ylabel("width")
    return drawn


def climbs(gaps: Mapping[str, ArrayLike]) -> Picture:
    """How far below the best bound each climb is, step by step: the median and eight in ten runs.

    Each entry has shape (runs, steps + 1), in thousandths of a nat. At most four. Chapter 6.
    """
    alt = (
        f"Distance from the best bound against the step, on a logarithmic axis, for "
        f"{', '.join(gaps)}: each a line with a band that holds eight in ten runs. All fall."
    )
    with style.picture(alt, height=2.8) as drawn:
        panels = drawn.figure.subplots(1, len(gaps), sharey=True)
        for axes, (name, runs) in zip(np.atleast_1d(panels), gaps.items(), strict=True):
            low, middle, high = np.quantile(runs, [0.1, 0.5, 0.9], axis=0)
            steps = np.arange(middle.size)
            axes.fill_between(steps, low, high, color=ROLES["q"].light, alpha=0.2, lw=0)
            line(axes, steps, middle, "q", linestyle="-", lw=1.2)
            axes.set(yscale="log", xlim=(0, steps[-1]), xlabel="step")
            axes.xaxis.set_major_locator(MaxNLocator(3))
            axes.set_title(name, color=ROLES["q"].light, weight=600)
        np.atleast_1d(panels)[0].set_ylabel("thousandths of a nat")
    return drawn


def importance_bounds(counts: ArrayLike, below: ArrayLike, errors: ArrayLike) -> Picture:
    """How far each bound lies below the log evidence against its number of weights.

    All three have one shape; `below` and its standard `errors` are in nats. Both axes are
    logarithmic, and a thin line falls as one over the number of weights. Chapter 6.
    """
    counts, below = np.asarray(counts, dtype=float), np.asarray(below, dtype=float)
    alt = (
        f"Distance of the bound below the log evidence against the number of weights, from "
        f"{counts[0]:g} to {counts[-1]:g}, both logarithmic. It falls along a line 1/K, with "
        f"bars of two standard errors that are wide at the right end."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        floor = below[below > 0].min() / 4
        bars = {"fmt": "o", "color": ROLES["q"].light, "ms": 4.5, "elinewidth": 1.4}
        axes.errorbar(counts, below, 2 * np.asarray(errors), **bars)
        middle = counts.size // 2
        slope = below[middle] * counts[middle] / counts
        axes.plot(counts, slope, color=MUTED, lw=0.9, ls=DASHES[1], zorder=0)
        label(axes, counts[2], 1.5 * slope[2], "slope of 1/K", ha="left", va="bottom")
        axes.set_xscale("log", base=2)
        axes.set_yscale("log", nonpositive="clip")
        axes.set_xticks(counts, [f"{count:,.0f}" for count in counts])
        axes.minorticks_off()
        axes.set(xlabel="weights in the mean", ylabel="nats below", ylim=(floor, 2.5 * below.max()))
    return drawn


def encoders(
    heads: ArrayLike,
    best: tuple[ArrayLike, ArrayLike],
    fits: Mapping[str, tuple[ArrayLike, ArrayLike]],
) -> Picture:
    """Mean and width of the guess for every count of heads: one by one, and by a common map.

    `best` and each of the `fits` hold means and widths of the shape of `heads`. Chapter 6.
    """
    alt = (
        f"Mean (left) and width (right) of the guess against the number of heads: dots for the "
        f"guesses found one by one, lines for {', '.join(fits)}."
    )
    with style.picture(alt, height=3.0) as drawn:
        panels = drawn.figure.subplots(1, 2)
        for part, (axes, name) in enumerate(zip(panels, ("mean", "width"), strict=True)):
            shown = "one by one" if part == 0 else None
            axes.plot(heads, best[part], "o", color=ROLES["data"].light, ms=5, label=shown)
            for dash, (fit, values) in zip(DASHES[1:], fits.items(), strict=False):
                look = {"linestyle": dash, "label": fit if part == 0 else None}
                line(axes, heads, values[part], "q", **look)
            axes.set(xlabel="heads in ten", title=name)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        key(drawn.figure, "upper center", columns=4)
    return drawn
