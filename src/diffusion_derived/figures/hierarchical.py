"""Pictures of chapter 8's stacks: ladders, levels in use, the last level."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from diffusion_derived.figures import style
from diffusion_derived.figures.naming import Curve, name_curves
from diffusion_derived.figures.style import MUTED, Picture, bare, label, line
from diffusion_derived.roles import GROUND, ROLES

RADII = {"full": 0.3, "small": 0.23, "smaller": 0.17}


def ladders() -> Picture:
    """Three models as columns of circles: one level, two levels, and a chain of equal levels.

    Solid arrows go down (the model), dashed ones up (the encoder): in teal if it is learned,
    in grey if it is fixed. Chapter 8.
    """
    alt = (
        "Three columns of circles, data below. One level: x and a smaller z. Two levels: x, "
        "z one, z two, each smaller. Diffusion: four circles of one size, and its arrows up are "
        "grey, since they are fixed."
    )
    with style.picture(alt, height=3.4) as drawn:
        panels = drawn.figure.subplots(1, 3)
        _ladder(panels[0], "one level", ["x", "z"], ["full", "small"], "q")
        names = ["x", _below("z", 1), _below("z", 2)]
        _ladder(panels[1], "two levels", names, ["full", "small", "smaller"], "q")
        names = [_below("x", place) for place in (0, 1, 2, "T")]
        _ladder(panels[2], "diffusion", names, ["full"] * 4, "noise")
    return drawn


def _below(name: str, place: int | str) -> str:
    """A name with a subscript, in the book's own font."""
    return rf"$\mathregular{{{name}_{{{place}}}}}$"


def _ladder(axes: Axes, title: str, names: Sequence[str], sizes: Sequence[str], up: str) -> None:
    paper = GROUND["paper"].light
    for place, (name, size) in enumerate(zip(names, sizes, strict=True)):
        role = "latent" if place else "data"
        colour = ROLES[role].light
        axes.add_patch(Circle((0, place), RADII[size], fc=paper, ec=colour, lw=1.6, zorder=3))
        label(axes, 0, place, name, role, ha="center", va="center", zorder=4)
    for below in range(len(names) - 1):
        skipped = len(names) == 4 and below == 2
        _arrow(axes, (0.42, below + 0.75), (0.42, below + 0.25), "p", skipped)
        _arrow(axes, (-0.42, below + 0.25), (-0.42, below + 0.75), up, skipped)
    word = "fixed" if up == "noise" else "q"
    label(axes, -0.56, 0.5, word, up, ha="right", va="center")
    label(axes, 0.56, 0.5, "p", "p", ha="left", va="center")
    axes.set(xlim=(-1.35, 1.35), ylim=(-0.45, 3.45), aspect="equal")
    axes.set_title(title, color=MUTED)
    bare(axes)


def _arrow(axes: Axes, start, end, role: str, dotted: bool) -> None:
    colour = ROLES[role].light
    dash = (0, (1, 1.5)) if dotted else ("-" if role == "p" else (0, (4, 2.5)))
    look = {"arrowstyle": "-|>", "color": colour, "lw": 1.4, "ls": dash, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=look)


def levels_in_use(runs: Mapping[str, ArrayLike], window: int = 40) -> Picture:
    """The divergence of the second level against the step, smoothed over `window` steps.

    Each run has shape (steps,), in nats; at most four. Chapter 8.
    """
    smooth = {name: _smoothed(values, window) for name, values in runs.items()}
    ends = ", ".join(f"{name} at {values[-1]:.2f}" for name, values in smooth.items())
    alt = f"Divergence of the second level against the step of training. At the end: {ends}."
    with style.picture(alt, height=2.8) as drawn:
        axes = drawn.figure.subplots()
        dashes = ("-", (0, (4, 2.5)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
        for dash, values in zip(dashes, smooth.values(), strict=False):
            line(axes, np.arange(values.size) + window, values, "latent", linestyle=dash)
        top = max(values.max() for values in smooth.values())
        last = max(values.size for values in smooth.values()) + window
        axes.set(xlim=(0, last), ylim=(-0.06 * top, 1.12 * top))
        axes.set(xlabel="step", ylabel="nats in level two")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        name_curves(
            axes,
            [Curve(np.arange(v.size) + window, v, name, "latent") for name, v in smooth.items()],
        )
    return drawn


def _smoothed(values: ArrayLike, window: int) -> np.ndarray:
    return np.convolve(np.asarray(values, dtype=float), np.full(window, 1 / window), "valid")


def last_level(steps: ArrayLike, kl: ArrayLike, start: float) -> Picture:
    """Divergence of the last level from the standard normal, against the number of steps.

    `steps` and `kl` have one shape, in nats; `start` is that of the data. Chapter 8.
    """
    steps, kl = np.asarray(steps), np.asarray(kl, dtype=float)
    alt = (
        f"Divergence of the last level from the standard normal against the number of steps, "
        f"on a logarithmic axis: from {start:.2f} nats for the data down to {kl[-1]:.1g}."
    )
    with style.picture(alt, height=2.8) as drawn:
        axes = drawn.figure.subplots()
        axes.axhline(start, color=ROLES["data"].light, lw=1.2)
        line(axes, steps, kl, "noise", linestyle="-", marker="o", ms=4.5)
        axes.set(yscale="log", xlabel="steps of the fixed encoder", ylabel="nats")
        axes.set(xlim=(0, 1.05 * steps[-1]), ylim=(kl[-1] / 4, 8 * start))
        axes.minorticks_off()
        ticks = [float(f"1e-{k}") for k in range(1 - int(np.floor(np.log10(kl[-1]))))]
        axes.set_yticks(ticks, [np.format_float_positional(tick, trim="-") for tick in ticks])
        label(axes, steps[-1], 1.5 * start, "the data themselves", "data", ha="right", va="bottom")
        label(axes, steps[len(steps) // 2], kl[len(steps) // 2] * 3, "last level", "noise")
    return drawn
