"""Pictures of chapter 8's flows: grids that are pushed, splines, densities and a slab."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike
from PIL import Image

from diffusion_derived.figures import style
from diffusion_derived.figures.style import HAIRLINE, INK, MUTED, Picture, line
from diffusion_derived.roles import ROLES

P, DATA = ROLES["p"].light, ROLES["data"].light
DENSITY = LinearSegmentedColormap.from_list("density", [(P, 0.0), (P, 1.0)])
"""The colour of a density, from nothing to full."""


def pushed_grid(flow: Any, points: ArrayLike, stages: Sequence[int] = (0, 1, 4, 7)) -> Picture:
    """Points and the grid of a flow's base, after some layers from the data on.

    `flow` has `.path(z)` and `.inverse`, two coordinates and a uniform base; `points` has shape
    (N, 2); `stages` counts layers done: 0 is the data, the last is the base. Every cell holds the
    same probability, and is the darker the smaller it is. Chapter 8.
    """
    ways = _stages(flow, _cells(12).reshape(-1, 2))
    seen = _stages(flow, _forward(flow, points))
    alt = (
        f"{len(stages)} panels: points and a grid after {_words(stages)} layers. At the data the "
        "grid is dense where the points are; layer by layer it straightens into a square of equal "
        "cells, in which the points are spread evenly."
    )
    with style.picture(alt, height=1.75) as drawn:
        panels = drawn.figure.subplots(1, len(stages))
        for axes, stage in zip(panels, stages, strict=True):
            _shaded(axes, ways[-1 - stage].reshape(len(ways[0]) // 40, 40, 2))
            axes.plot(*seen[-1 - stage].T, "o", color=DATA, ms=1.1, mew=0)
            low, high = (-2.1, 2.1) if stage == 0 else (-0.02, 1.02)
            axes.set(xlim=(low, high), ylim=(low, high))
            _square(axes, _title(stage, stages))
    drawn.png = _few_colours(drawn.png)
    return drawn


def spline_curve(
    x: ArrayLike, y: ArrayLike, slope: ArrayLike, knots: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> Picture:
    """A rational-quadratic spline with its knots and the slopes there, and its slope beside it.

    `x`, `y` and `slope` have shape (G,); `knots` are places, heights and slopes, (K + 1,) each.
    """
    knots = [np.asarray(part, dtype=float).ravel() for part in knots]
    alt = (
        f"Left, a rising curve from (0, 0) to (1, 1) through {len(knots[0])} knots, each with a "
        "short piece of its slope. Right, the slope of the curve, above 0 everywhere, through the "
        "slopes asked for at the knots."
    )
    with style.picture(alt) as drawn:
        curve, rise = drawn.figure.subplots(1, 2)
        line(curve, x, y, "q", linestyle="-")
        for at, height, steep in zip(*knots, strict=True):
            across = 0.07 / np.hypot(1, steep)
            step = np.array([-across, across])
            curve.plot(at + step, height + steep * step, color=INK, lw=1.5)
        curve.plot(knots[0], knots[1], "o", color=INK, ms=4)
        line(rise, x, slope, "q", linestyle="-")
        rise.plot(knots[0], knots[2], "o", color=INK, ms=4)
        for axes, name in ((curve, "y"), (rise, "dy/dx")):
            axes.set(xlim=(-0.03, 1.03), xlabel="x", xticks=[0, 0.5, 1])
            axes.set_ylabel(name)
        curve.set(ylim=(-0.05, 1.05), yticks=[0, 0.5, 1])
        rise.set_ylim(bottom=0)
    return drawn


def densities(grids: Mapping[str, ArrayLike], reach: float = 2.0) -> Picture:
    """Densities in the plane side by side at one scale of shade.

    Each grid has shape (rows, columns), the first row lowest, over [-reach, reach]². Chapter 8.
    """
    top = max(float(np.max(grid)) for grid in grids.values())
    alt = f"{len(grids)} panels of the same square, darker where the density is high: "
    alt += "; ".join(grids) + "."
    with style.picture(alt, height=5.6 / len(grids) * 0.98) as drawn:
        for axes, (name, grid) in zip(
            np.atleast_1d(drawn.figure.subplots(1, len(grids))), grids.items(), strict=True
        ):
            box = (-reach, reach, -reach, reach)
            axes.imshow(grid, cmap=DENSITY, vmin=0, vmax=top, origin="lower", extent=box)
            _square(axes, name)
    return drawn


def slab(result: Any) -> Picture:
    """One dequantised pixel: what the histogram is, and what a spline and an affine flow draw.

    `result` has `.x`, `.histogram`, `.spline` and `.affine` of shape (G,), and `.pixel`.
    """
    alt = (
        "The density of one pixel, made continuous. The data have a slab: high and level from 0 to "
        "1/17, then low. The spline follows it, edge and all; the affine flow gives a slope that "
        "starts too low and is too high behind the edge."
    )
    with style.picture(alt) as drawn:
        panels = drawn.figure.subplots(1, 2, width_ratios=(1.1, 1))
        for axes in panels:
            axes.fill_between(result.x, result.histogram, color=DATA, alpha=0.18, lw=0)
            axes.plot(result.x, result.histogram, color=DATA, lw=1, label="the data")
            line(axes, result.x, result.spline, "q", linestyle="-", label="spline")
            line(axes, result.x, result.affine, "p", linestyle=(0, (4, 2)), label="affine flow")
            axes.set(xlabel="x = (k + u) / 17")
        low, rest = result.x < 3 / 17, result.x > 1.2 / 17
        panels[0].set(xlim=(-0.002, 3 / 17), ylim=(0, 1.1 * result.spline[low].max()))
        panels[0].set_xticks([0, 1 / 17, 2 / 17, 3 / 17], ["0", "1/17", "2/17", "3/17"])
        panels[1].set(xlim=(1 / 17, 1), ylim=(0, 1.6 * result.histogram[rest].max()))
        panels[1].set_xticks([5 / 17, 9 / 17, 13 / 17, 1], ["5/17", "9/17", "13/17", "1"])
        panels[0].set_ylabel("density")
        handles, names = panels[0].get_legend_handles_labels()
        drawn.figure.legend(
            handles, names, loc="outside upper center", ncols=3, labelcolor="linecolor",
            handlelength=2.6, prop={"weight": 600},
        )  # fmt: skip
    return drawn


# ---- pieces --------------------------------------------------------------------------------------


def _forward(flow: Any, points: ArrayLike) -> Any:
    """The points at the base."""
    import torch

    device = next(flow.parameters()).device
    with torch.no_grad():
        return flow(torch.as_tensor(np.asarray(points), dtype=torch.float32, device=device))[0]


def _stages(flow: Any, z: Any) -> list[np.ndarray]:
    """Places at every stage from the base to the data."""
    import torch

    device = next(flow.parameters()).device
    with torch.no_grad():
        stages = flow.path(torch.as_tensor(z, dtype=torch.float32, device=device))
    return [points.cpu().numpy() for points, _ in stages]


def _cells(count: int, steps: int = 10) -> np.ndarray:
    """The outlines of count² equal cells of the unit square: (count², 4 steps, 2)."""
    side = np.arange(steps) / steps
    zero, one = np.zeros(steps), np.ones(steps)
    outline = np.column_stack([
        np.concatenate([side, one, 1 - side, zero]), np.concatenate([zero, side, one, 1 - side])
    ])  # fmt: skip
    corners = np.stack(np.meshgrid(*2 * [np.arange(count)]), axis=-1).reshape(-1, 1, 2)
    return ((corners + outline) / count).clip(1e-4, 1 - 1e-4)


def _shaded(axes: Axes, cells: np.ndarray) -> None:
    """Cells of equal probability, in eight shades: the smaller a cell, the darker."""
    x, y = np.moveaxis(cells, -1, 0)
    area = 0.5 * np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(1))
    share = np.ceil(7 * np.clip(np.quantile(area, 0.1) / area, 0, 1)) / 8
    widths = 0.35 * np.clip(np.sqrt(area / np.median(area)), 0.15, 1)
    for cell, alpha, width in zip(cells, 0.7 * share, widths, strict=True):
        axes.fill(*cell.T, facecolor=(P, alpha), edgecolor=MUTED, lw=width)


def _few_colours(png: bytes) -> bytes:
    """The picture with 128 colours: a third of the bytes where many thin lines run."""
    image = Image.open(io.BytesIO(png)).quantize(128, method=Image.Quantize.FASTOCTREE)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _square(axes: Axes, title: str) -> None:
    axes.set_title(title, color=INK, fontsize=10)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set(visible=True, color=HAIRLINE)


def _title(stage: int, stages: Sequence[int]) -> str:
    if stage == 0:
        return "the data"
    return "the base" if stage == max(stages) else f"after layer {stage}"


def _words(stages: Sequence[int]) -> str:
    return f"{', '.join(map(str, stages[:-1]))} and {stages[-1]}"
