"""Pictures of chapter 5: unseen causes, what EM makes of them, and how far to trust it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.figures.style import HAIRLINE, INK, MUTED, Picture, bare, key, label, line
from diffusion_derived.roles import ROLES

Normals = tuple[ArrayLike, ArrayLike]  # means, shape (K, 2), and covariances, shape (K, 2, 2)

LATENT, DATA = ROLES["latent"].light, ROLES["data"].light
MARKS = ("o", "s", "^")
FILLS = ((LATENT, 1.0), ("none", 1.0), (LATENT, 0.35))


def wall(x: ArrayLike, z: ArrayLike) -> Picture:
    """Points as they are seen, and the same points with the component each came from.

    `x` has shape (n, 2), `z` holds up to three components, shape (n,). Chapter 5.
    """
    x, z = np.asarray(x), np.asarray(z)
    alt = (
        f"Two panels with the same {len(x)} points. Left, what is seen: points of one kind. "
        f"Right, what happened: each point with the mark of one of {z.max() + 1} causes."
    )
    with style.picture(alt) as drawn:
        seen, causes = drawn.figure.subplots(1, 2)
        _points(seen, x)
        for k in range(z.max() + 1):
            _marks(causes, x[z == k], k)
        for axes, title in ((seen, "the wall: x"), (causes, "what happened: x and z")):
            axes.set_title(title, color=INK)
            _frame(axes, x)
    return drawn


def two_normals(x: ArrayLike, parts: ArrayLike, share: ArrayLike, names: Sequence[str]) -> Picture:
    """Two weighted densities and their sum, above the second one's share of the sum.

    `x` and `share` have shape (G,), `parts` has shape (2, G). Chapter 5.
    """
    parts, top = np.asarray(parts), np.sum(parts, axis=0)
    alt = (
        f"Above, the weighted densities of {names[0]} and {names[1]}, and their sum, which has one "
        f"top. Below, the share of {names[1]} in the sum: up to {np.max(share):.2f}, and nearly 0 "
        "far out on both sides."
    )
    with style.picture(alt, height=3.5) as drawn:
        above, below = drawn.figure.subplots(2, 1, sharex=True, height_ratios=(1.5, 1))
        for part, dash in zip(parts, ((0, (4, 2.5)), "-"), strict=True):
            line(above, x, part, "latent", linestyle=dash)
        line(above, x, top, "evidence")
        line(below, x, share, "posterior")
        above.set(xlim=(x[0], x[-1]), ylim=(0, 1.18 * top.max()), yticks=[0, 0.2, 0.4])
        below.set(ylim=(0, 1.02), yticks=[0, 0.5, 1], xlabel="the number that was written down")
        label(below, x[-1], 0.86, f"p({names[1]} | x)", "posterior", ha="right")
        curves = [Curve(x, top, "p(x), their sum", "evidence")]
        curves += [Curve(x, part, name, "latent") for part, name in zip(parts, names, strict=True)]
        name_curves(above, curves)
    return drawn


def touching(
    at: ArrayLike, log_likelihood: ArrayLike, bounds: Sequence[tuple[float, ArrayLike, float]]
) -> Picture:
    """The log-likelihood against one parameter, and lower bounds that touch it.

    `at` and `log_likelihood` have shape (G,); a bound is (where it touches, its curve of shape
    (G,), where its top is). Chapter 5.
    """
    at, log_likelihood = np.asarray(at), np.asarray(log_likelihood)
    alt = (
        f"The log-likelihood against one mean, and {len(bounds)} bounds below it. Each touches it "
        "at one mean, has its own top further on, and the next one touches there."
    )
    with style.picture(alt) as drawn:
        axes = drawn.figure.subplots()
        line(axes, at, log_likelihood, "evidence")
        room = 0.12 * np.ptp(log_likelihood)
        for number, (start, bound, top) in enumerate(bounds):
            line(axes, at, bound, "q")
            touch = np.interp(start, at, log_likelihood)
            axes.plot(start, touch, "o", color=INK, ms=5)
            label(axes, start, touch + 0.3 * room, str(number), color=INK, ha="right", va="bottom")
            axes.plot(top, np.interp(top, at, bound), "v", color=ROLES["q"].light, ms=6)
        heights = (log_likelihood.min() - room, log_likelihood.max() + room)
        axes.set(xlim=(at[0], at[-1]), ylim=heights, ylabel="nats")
        axes.set_xlabel("mean of the second component")
        label(axes, 0.98, 0.9, "log-likelihood", "evidence", ha="right", transform=axes.transAxes)
        label(axes, 0.98, 0.79, "bounds", "q", ha="right", transform=axes.transAxes)
    return drawn


def climb(x: ArrayLike, fits: Mapping[str, Normals], path: ArrayLike) -> Picture:
    """Components after some steps of EM over the points, and the log-likelihood step by step.

    `x` has shape (n, 2), `path` shape (steps + 1,); at most three fits. Chapter 5.
    """
    path = np.asarray(path)
    alt = (
        f"Above, the points with ellipses of the components at {_listed(fits)}. Below, the "
        f"log-likelihood over {len(path) - 1} steps: it rises at each, and stands still for a "
        "while on the way."
    )
    with style.picture(alt, height=3.9) as drawn:
        grid = drawn.figure.add_gridspec(2, len(fits), height_ratios=(1.25, 1))
        for number, (name, normals) in enumerate(fits.items()):
            axes = drawn.figure.add_subplot(grid[0, number])
            _points(axes, np.asarray(x), size=1.6)
            _ellipses(axes, *normals)
            axes.set_title(name, color=INK)
            _frame(axes, np.asarray(x))
        axes = drawn.figure.add_subplot(grid[1, :])
        line(axes, np.arange(len(path)), path, "evidence", linestyle="-", marker="o", ms=2.5)
        axes.set(xlim=(-0.5, len(path) - 0.5), xlabel="step", ylabel="log-likelihood, nats")
        axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    return drawn


def starts(x: ArrayLike, ends: Mapping[str, ArrayLike], fits: Mapping[str, Normals]) -> Picture:
    """Where EM ends from many starts, and how often; and the components of some ends.

    `x` has shape (n, 2); `ends` maps a kind of start to log-likelihoods in nats. Chapter 5.
    """
    alt = (
        f"Left, the final log-likelihoods from {_listed(ends)}, as discs with the number of runs: "
        f"most at the highest value. Right, the points with the ellipses of {_listed(fits)}."
    )
    with style.picture(alt) as drawn:
        panels = drawn.figure.subplots(1, 1 + len(fits), width_ratios=(1.1, *[1] * len(fits)))
        for number, values in enumerate(ends.values()):
            for level, count in _heaps(np.sort(np.asarray(values, dtype=float))):
                look = {"color": ROLES["evidence"].light, "ms": 1.3 * count**0.5, "mew": 0}
                panels[0].plot(number, level, "o", **look)
                label(panels[0], number + 0.25, level, f"{count}", "evidence", va="center")
        panels[0].set(xlim=(-0.5, len(ends) - 0.3), ylabel="final log-likelihood, nats")
        panels[0].margins(y=0.12)
        panels[0].yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        panels[0].set_xticks(range(len(ends)), [name.replace(" ", "\n") for name in ends])
        for axes, (name, normals) in zip(panels[1:], fits.items(), strict=True):
            _points(axes, np.asarray(x), size=1.6)
            _ellipses(axes, *normals)
            axes.set_title(name, color=INK)
            _frame(axes, np.asarray(x))
    return drawn


def held_out(
    components: Sequence[int],
    panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike]]],
    truth: float | None = None,
) -> Picture:
    """Log-likelihood a point against the number of components: fitted points and new ones.

    Each panel maps a name (with "new" in it or not) to means and standard errors, both of the
    shape of `components`. `truth` is a level drawn in the last panel. Chapter 5.
    """
    alt = (
        f"Log-likelihood a point against the number of components, for {_listed(panels)}. "
        "For the points that were fitted it rises all the way; for new points it has a top."
    )
    with style.picture(alt) as drawn:
        axes_list = np.atleast_1d(drawn.figure.subplots(1, len(panels)))
        for axes, (title, curves) in zip(axes_list, panels.items(), strict=True):
            for name, (mean, error) in curves.items():
                colour, dash, mark = (
                    (ROLES["p"].light, "-", "o") if "new" in name else (DATA, (0, (4, 2.5)), "s")
                )
                axes.errorbar(components, mean, error, color=colour, ls="none", capsize=2)
                axes.plot(components, mean, mark, color=colour, ls=dash, ms=3.5, lw=1.5,
                          label=name if axes is axes_list[0] else None)  # fmt: skip
            axes.set_xscale("log")
            axes.set_xticks(components, [str(k) for k in components])
            axes.minorticks_off()
            axes.set_title(title, color=INK)
            axes.set(xlabel="components")
            axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        if truth is not None:
            look = {"color": MUTED, "lw": 1.2, "ls": (0, (1, 1.5)), "label": "the truth"}
            axes_list[-1].axhline(truth, **look)
        axes_list[0].set_ylabel("nats a point")
        key(drawn.figure, "upper center", columns=3)
    return drawn


def pictures(rows: Mapping[str, ArrayLike]) -> Picture:
    """Rows of small pictures, dark where the value is high, each row with its name.

    Each row has shape (n, h, w) with values in [0, 1]; values outside are cut. Chapter 5.
    """
    columns = max(map(len, rows.values()))
    alt = (
        f"{len(rows)} rows of up to {columns} small pictures, from top to bottom: {_listed(rows)}."
    )
    with style.picture(alt, height=0.45 * len(rows)) as drawn:
        drawn.figure.get_layout_engine().set(w_pad=0.015, h_pad=0.015, wspace=0, hspace=0)
        panels = drawn.figure.subplots(len(rows), columns + 3, squeeze=False)
        for line_of, (name, images) in zip(panels, rows.items(), strict=True):
            for axes in line_of:
                bare(axes)
            label(line_of[0], 0, 0.5, name, color=INK, va="center", transform=line_of[0].transAxes)
            for axes, image in zip(line_of[3:], np.asarray(images, dtype=float), strict=False):
                axes.imshow(inked(image), interpolation="nearest")
    return drawn


# ---- pieces --------------------------------------------------------------------------------------


def _points(axes: Axes, x: np.ndarray, size: float = 2.4) -> None:
    axes.plot(*x.T, "o", color=DATA, ms=size, mew=0, alpha=0.6)


def _heaps(values: np.ndarray, apart: float = 1.0) -> list[tuple[float, int]]:
    """Sorted values gathered where none is `apart` from its neighbour: their mean and number."""
    heaps = np.split(values, np.flatnonzero(np.diff(values) > apart) + 1)
    return [(float(heap.mean()), heap.size) for heap in heaps]


def inked(image: np.ndarray) -> np.ndarray:
    """Values as the strength of the ink of the data: shape (h, w) to (h, w, 4)."""
    ink = [int(DATA[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return np.dstack([np.broadcast_to(ink, (*image.shape, 3)), np.clip(image, 0, 1)])


def _marks(axes: Axes, x: np.ndarray, k: int) -> None:
    """Points in the mark of one component: full, open or pale, and of its own shape."""
    face, alpha = FILLS[k]
    look = {"mfc": (face, alpha) if face != "none" else "none", "mec": LATENT, "mew": 0.7}
    axes.plot(*x.T, MARKS[k], ms=3.4, ls="none", **look)


def _ellipses(axes: Axes, means: ArrayLike, covariances: ArrayLike) -> None:
    """For each normal its mean, and the ellipse two standard deviations out."""
    turn = np.linspace(0, 2 * np.pi, 121)
    circle = 2 * np.array([np.cos(turn), np.sin(turn)])
    for mean, root in zip(np.asarray(means), np.linalg.cholesky(covariances), strict=True):
        axes.plot(*(mean[:, None] + root @ circle), color=LATENT, lw=1.5)
        axes.plot(*mean, "+", color=LATENT, ms=7, mew=1.6)


def _frame(axes: Axes, x: np.ndarray) -> None:
    """Equal scales around the points, without ticks."""
    low, high = x.min(axis=0), x.max(axis=0)
    pad = 0.08 * (high - low).max()
    axes.set(xlim=(low[0] - pad, high[0] + pad), ylim=(low[1] - pad, high[1] + pad))
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set(visible=True, color=HAIRLINE)


def _listed(names) -> str:
    return "; ".join(map(str, names))
