"""Pictures of chapter 2: beliefs about a coin, what narrows them, and how they go wrong."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.figures.style import INK, MUTED, Picture, bare, key, label, line
from diffusion_derived.roles import GROUND, ROLES

THETA = "probability of heads"
DASHES = ("-", (0, (4, 2.5)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D")


def belief(
    theta: ArrayLike,
    prior: ArrayLike,
    likelihood: ArrayLike,
    posterior: ArrayLike,
    areas: Mapping[str, str] = MappingProxyType({}),
) -> Picture:
    """Prior, likelihood and posterior of a coin over its bias, all four of shape (G,).

    `areas` adds words to the names, such as {"likelihood": "area 1/11"}. Chapter 2.
    """
    curves = {"prior": prior, "likelihood": likelihood, "posterior": posterior}
    tops = {role: np.asarray(theta)[np.argmax(curve)] for role, curve in curves.items()}
    alt = (
        f"Prior, likelihood and posterior over the {THETA}. The likelihood is highest at "
        f"{tops['likelihood']:.2f}, the posterior at {tops['posterior']:.2f}."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        highest = max(np.max(curve) for curve in curves.values())
        for role in ("prior", "posterior", "likelihood"):
            line(axes, theta, curves[role], role)
        axes.set(xlim=(0, 1), ylim=(0, 1.08 * highest), xlabel=THETA)
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        words = {role: f"{role}, {areas[role]}" if role in areas else role for role in curves}
        name_curves(axes, [Curve(theta, curves[role], words[role], role) for role in curves])
    return drawn


def narrowing(
    theta: ArrayLike, densities: Mapping[int, ArrayLike], n: ArrayLike, variance: ArrayLike
) -> Picture:
    """Posteriors after more and more tosses, and their variance against the number of tosses.

    `densities` maps a number of tosses to a curve of shape (G,) over `theta`; `n` and
    `variance` have one shape. Chapter 2.
    """
    n, variance = np.asarray(n, dtype=float), np.asarray(variance, dtype=float)
    rate = f"{variance[-1] * n[-1]:.2g}/n"
    alt = (
        f"Left, posteriors over the {THETA} after {_listed(densities)} tosses, each narrower and "
        f"taller. Right, the variance against tosses, both logarithmic, along a line {rate}."
    )
    with style.picture(alt) as drawn:
        curves, spread = drawn.figure.subplots(1, 2, width_ratios=(1.2, 1))
        for density in densities.values():
            line(curves, theta, density, "posterior")
        curves.set(xlim=(0, 1), ylim=(0, None), xlabel=THETA)
        spread.loglog(n, variance, "o", color=ROLES["posterior"].light, ms=4.5)
        spread.loglog(n, variance[-1] * n[-1] / n, color=MUTED, lw=1, ls=DASHES[1], zorder=0)
        label(spread, n[-1], 9 * variance[-1], rate, ha="right", va="bottom")
        label(spread, n[0], variance[-1], "variance", "posterior", va="bottom")
        spread.set(xlabel="tosses")
        named = {f"{n:,} tosses": density for n, density in densities.items()}
        name_curves(curves, [Curve(theta, named[name], name, "posterior") for name in named])
    return drawn


def coverage(theta: ArrayLike, low: ArrayLike, high: ArrayLike, level: float) -> Picture:
    """The credible interval of each coin over the coin's true bias; misses do not cross the line.

    `theta`, `low` and `high` have shape (coins,). Chapter 2.
    """
    theta, low, high = (np.asarray(values, dtype=float) for values in (theta, low, high))
    hit = (low <= theta) & (theta <= high)
    alt = (
        f"{theta.size} credible intervals of {100 * level:g} %, each over the bias of its coin. "
        f"{hit.sum()} cross the diagonal, where the bias is; {np.sum(~hit)} miss it."
    )
    with style.picture(alt, height=3.2) as drawn:
        axes = drawn.figure.subplots()
        axes.plot([0, 1], [0, 1], color=ROLES["data"].light, lw=1, ls=DASHES[1])
        axes.vlines(
            theta[hit], low[hit], high[hit], color=ROLES["posterior"].light, lw=0.9, alpha=0.75
        )
        axes.vlines(theta[~hit], low[~hit], high[~hit], color=INK, lw=1.8)
        axes.plot(theta[~hit], theta[~hit], "x", color=INK, ms=6, mew=1.6)
        label(
            axes,
            0.03,
            0.97,
            f"{hit.sum()} intervals hold the true bias",
            "posterior",
            va="top",
        )
        label(axes, 0.03, 0.87, f"× {np.sum(~hit)} miss it", color=INK, weight=600, va="top")
        label(axes, 0.98, 0.04, "dashed: the true bias", "data", ha="right")
        axes.set(
            xlim=(0, 1), ylim=(0, 1), xlabel="true " + THETA, ylabel=f"{100 * level:g} % interval"
        )
    return drawn


def convergence(n: ArrayLike, divergences: Mapping[str, ArrayLike]) -> Picture:
    """Divergence between posteriors of different priors against the number of tosses.

    `divergences` maps a name to KL in nats, each of the shape of `n`, at most four. Both axes
    are logarithmic, so values must be above 0. Chapter 2.
    """
    n = np.asarray(n, dtype=float)
    alt = (
        f"KL divergence in nats against the number of tosses, both logarithmic, for "
        f"{_listed(divergences)}. A thin line falls as 1/n."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        for (name, values), dash, marker in zip(divergences.items(), DASHES, MARKERS, strict=False):
            look = {"linestyle": dash, "marker": marker, "ms": 4.5, "label": name}
            line(axes, n, values, "posterior", **look)
        start = 0.3 * min(values[0] for values in divergences.values())
        axes.plot(n, start * n[0] / n, color=MUTED, lw=0.9, zorder=0, label="slope of 1/n")
        axes.set(xscale="log", yscale="log", xlabel="tosses", ylabel="KL in nats")
        key(drawn.figure, "right upper")
    return drawn


def grid_beliefs(
    theta: ArrayLike, prior: ArrayLike, posteriors: Mapping[str, ArrayLike], truth: float
) -> Picture:
    """A belief over a few biases before and after the tosses, with the true bias marked.

    `theta`, `prior` and each posterior have shape (G,); at most three posteriors. Chapter 2.
    """
    alt = (
        f"Stems over a list of biases: the prior, then the posterior for {_listed(posteriors)}. "
        f"The true bias, {truth:g}, is marked; where the prior is 0 every posterior is 0."
    )
    with style.picture(alt) as drawn:
        panels = drawn.figure.subplots(1, 1 + len(posteriors), sharey=True)
        beliefs = {"prior": prior} | dict(posteriors)
        for number, (axes, (name, weights)) in enumerate(zip(panels, beliefs.items(), strict=True)):
            role = "posterior" if number else "prior"
            axes.vlines(theta, 0, weights, color=ROLES[role].light, lw=3)
            axes.axvline(truth, color=ROLES["data"].light, lw=1, ls=DASHES[2], zorder=0)
            axes.plot(truth, 0, "D", color=ROLES["data"].light, ms=5, clip_on=False)
            axes.set_title(name, color=ROLES[role].light, weight=600)
            axes.set(xlim=(0, 1), ylim=(0, 1.02))
            axes.set_xticks([0, truth, 1], ["0", f"{truth:g}", "1"])
        panels[0].set_ylabel("probability")
        label(panels[-1], truth + 0.04, 0.5, "truth", "data")
        drawn.figure.supxlabel(THETA, color=INK, size=11)
    return drawn


def drifting_coin(
    bias: ArrayLike, tosses: ArrayLike, interval: tuple[float, float], blocks: int = 20
) -> Picture:
    """A coin whose bias moves, its tosses in blocks, and the narrow belief in one constant bias.

    `bias` and `tosses` have shape (n,). Chapter 2.
    """
    bias, tosses = np.asarray(bias, dtype=float), np.asarray(tosses, dtype=float)
    order = np.arange(1, tosses.size + 1)
    shares = [part.mean() for part in np.array_split(tosses, blocks)]
    middles = [part.mean() for part in np.array_split(order, blocks)]
    alt = (
        f"The true bias moves from {bias[0]:g} to {bias[-1]:g}, and the shares of heads follow it. "
        f"The posterior believes in one bias between {interval[0]:.2f} and {interval[1]:.2f}."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        axes.axhspan(*interval, color=ROLES["posterior"].light, alpha=0.3, lw=0)
        for end, name in zip(interval, (None, "posterior of one bias"), strict=True):
            axes.axhline(end, color=ROLES["posterior"].light, lw=1, label=name)
        axes.plot(order, bias, color=ROLES["data"].light, lw=1.2, ls=DASHES[1], label="true bias")
        axes.plot(middles, shares, "o", color=ROLES["data"].light, ms=5, label="share of heads")
        key(drawn.figure, "upper center", columns=3)
        axes.set(xlim=(0, order[-1]), ylim=(0, 1), xlabel="toss", ylabel=THETA)
    return drawn


def predictive_check(
    observed: float, replicated: ArrayLike, statistic: str = "difference between the halves"
) -> Picture:
    """Histogram of a statistic in tosses that the model replicates, and the observed one.

    `replicated` has shape (replicates,). Chapter 2.
    """
    replicated = np.asarray(replicated, dtype=float)
    share = np.mean(replicated >= observed)
    alt = (
        f"Histogram of the {statistic} in {replicated.size:,} replications by the model. "
        f"The observed value, {observed:.3g}, is reached by {100 * share:.2g} % of them."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        heights, edges, _ = axes.hist(
            replicated, _bins(replicated), color=ROLES["p"].light, alpha=0.4, rwidth=0.9
        )
        axes.plot([observed] * 2, [0, heights.max()], "D-", color=ROLES["data"].light, lw=1.8, ms=7,
                  markevery=[0], clip_on=False)  # fmt: skip
        left = observed > np.median(replicated)
        label(axes, observed, heights.max(), "observed  " if left else "  observed", "data",
              ha="right" if left else "left", va="top")  # fmt: skip
        label(axes, edges[0], 1.04 * heights.max(), "replicated by the model", "p")
        axes.set(xlabel=statistic, yticks=[], ylim=(0, 1.15 * heights.max()))
        axes.spines.left.set_visible(False)
    return drawn


def _bins(values: np.ndarray, most: int = 30) -> np.ndarray:
    """Edges of at most about `most` bins, each with equally many of the values a count can take."""
    seen = np.unique(values.round(12))
    step = np.diff(seen).min() if seen.size > 1 else 1.0
    width = step * np.ceil((seen[-1] - seen[0] + step) / (most * step))
    return np.arange(seen[0] - step / 2, seen[-1] + width, width)


def simplex_grid(steps: int = 80) -> np.ndarray:
    """Points (i, j, k)/steps inside the triangle, none of them 0: shape (points, 3)."""
    i, j = np.meshgrid(np.arange(1, steps), np.arange(1, steps), indexing="ij")
    inside = i + j < steps
    i, j = i[inside], j[inside]
    return np.column_stack([i, j, steps - i - j]) / steps


def triangles(
    points: ArrayLike,
    densities: Mapping[str, ArrayLike],
    truth: ArrayLike | None = None,
    faces: tuple[str, str, str] = ("1", "2", "3"),
) -> Picture:
    """Densities over the triangle of dice with three faces, the first one the prior.

    `points` has shape (N, 3) as `simplex_grid` makes them, each density (N,). A corner is a die
    that always shows that face; `truth`, shape (3,), is marked. Chapter 2.
    """
    alt = (
        f"Triangles whose corners are the three faces of a die, shaded by how much each die is "
        f"believed in: {_listed(densities)}. The shaded part shrinks from one to the next."
    )
    with style.picture(alt, height=min(2.8, 0.5 + 5.4 / len(densities))) as drawn:
        panels = np.atleast_1d(drawn.figure.subplots(1, len(densities)))
        for number, (axes, (name, density)) in enumerate(
            zip(panels, densities.items(), strict=True)
        ):
            role = "posterior" if number else "prior"
            _shade(axes, _flat(points), np.asarray(density), ROLES[role].light)
            _frame(axes, faces)
            if truth is not None:
                axes.plot(
                    *_flat(truth), "D", color=ROLES["data"].light, mec=GROUND["paper"].light, ms=6
                )
            axes.set_title(name, color=ROLES[role].light, weight=600)
    return drawn


def _shade(axes: Axes, flat: np.ndarray, density: np.ndarray, colour: str) -> None:
    levels = density.max() * np.array([0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01])
    if np.ptp(density) < 1e-9 * density.max():
        levels = density.max() * np.array([0.5, 1.5])
    shades = [(*_rgb(colour), alpha) for alpha in np.linspace(0.12, 0.9, len(levels) - 1)]
    axes.tricontourf(*flat, density, levels=levels, colors=shades)


def _frame(axes: Axes, faces: tuple[str, str, str]) -> None:
    corners = _flat(np.eye(3))
    axes.fill(*corners, facecolor="none", edgecolor=MUTED, lw=0.7)
    for x, y, name, side in zip(*corners, faces, ("left", "right", "center"), strict=True):
        above = side == "center"
        lift, va = (0.03, "bottom") if above else (-0.03, "top")
        label(axes, x, y + lift, name, color=INK, ha=side, va=va)
    bare(axes)
    axes.set(aspect="equal", xlim=(-0.02, 1.02), ylim=(-0.14, 1))


def _flat(points: ArrayLike) -> np.ndarray:
    """Points of the simplex in the plane: shape (..., 3) to x and y in a shape (2, ...)."""
    points = np.asarray(points, dtype=float)
    return np.array([points[..., 1] + points[..., 2] / 2, points[..., 2] * np.sqrt(3) / 2])


def _rgb(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


def _listed(names) -> str:
    return "; ".join(map(str, names))
