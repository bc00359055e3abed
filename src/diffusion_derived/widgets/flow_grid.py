"""Chapter 8: a grid that is pushed through a flow in the plane, layer by layer."""

import numpy as np
import traitlets
from matplotlib.figure import Figure

from diffusion_derived.figures import style
from diffusion_derived.roles import ROLES
from diffusion_derived.widgets.base import Widget, module
from diffusion_derived.widgets.traits import Float32, Number, Numbers, OneOf, refuse

HIDDEN, BINS, LEAST = 32, 8, 1e-3
NUMBERS = 3 * BINS + 1
SIZE = HIDDEN * (HIDDEN + 3) + NUMBERS * (HIDDEN + 1)
"""Weights of one coupling layer."""
COUPLINGS = 6
EDGE = 1e-4
"""A cell of the base keeps this far from the edge, which lies at infinity in the data."""
REACH = 2.1
"""The plane is shown from -2.1 to 2.1 in both coordinates."""


class FlowGrid(Widget):
    r"""A grid on its way through a flow in the plane, with $\log|\det|$ at a place that moves.

    $$\log p(x) = \sum_{\ell} \log\lvert\det \partial y_\ell/\partial y_{\ell-1}\rvert$$

    The flow is a sigmoid of x / `scale` and six spline couplings onto a uniform square, as
    `flows.recipes.RING` builds it; `weights` are their numbers, layer after layer
    (`flows.page_weights(flow)` gives both), all 0 for layers that move nothing. `layers` from 0
    (the data) to 7 (the base) have been done. `grid` is "data", squares of equal size, or "base",
    cells of equal probability; a cell is the darker the more probability an area it has. `place`
    is a point of the data, two numbers in [-2.1, 2.1].
    BadTrait (a ValueError) for anything else. In nats. Chapter 8.
    """

    _esm = module("flow_grid")
    question = traitlets.Unicode(
        "Where does the flow stretch the plane, and where does it shrink it?"
    ).tag(sync=True)
    layers = Number(0, 0, COUPLINGS + 1, whole=True).tag(sync=True)
    grid = OneOf("data", "base").tag(sync=True)
    place = Numbers([1.3, 0], Number(0, -REACH, REACH)).tag(sync=True)
    scale = Number(0.6, 0.1, 10).tag(sync=True)
    weights = Float32().tag(sync=True)

    @traitlets.default("weights")
    def _no_weights(self) -> bytes:
        return bytes(4 * COUPLINGS * SIZE)

    @traitlets.validate("weights")
    def _whole_layers(self, proposal: dict) -> bytes:
        if len(proposal["value"]) != 4 * COUPLINGS * SIZE:
            found = f"{len(proposal['value']) // 4} numbers"
            raise refuse(self, "weights", found, f"{COUPLINGS * SIZE} numbers: 6 couplings")
        return proposal["value"]

    def __repr__(self) -> str:
        """The settings, without the weights, which are thousands of numbers."""
        values = ((name, getattr(self, name)) for name in self.settings() if name != "weights")
        return f"FlowGrid({', '.join(f'{name}={value!r}' for name, value in values)})"

    def way(self, place: np.ndarray, stage: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
        r"""Places (N, 2) and $\log|\det|$ so far (N,) at every stage; `place` is at `stage`."""
        at = np.asarray(place, float)
        for layer in reversed(range(stage)):
            at, _ = self._step(layer, at, back=True)
        stages = [(at, np.zeros(len(at)))]
        for layer in range(COUPLINGS + 1):
            at, log = self._step(layer, at)
            stages.append((at, stages[-1][1] + log))
        return stages

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots()
        outlines = _outlines(16).reshape(-1, 2)
        start = (2 * outlines - 1) * REACH if self.grid == "data" else outlines.clip(EDGE, 1 - EDGE)
        stages = self.way(start, 0 if self.grid == "data" else COUPLINGS + 1)
        at = stages[self.layers][0].reshape(256, -1, 2)
        density = np.exp(stages[-1][1] - stages[self.layers][1]).reshape(256, -1).mean(axis=1)
        for cell, p in zip(at, density, strict=True):
            face = (ROLES["p"].light, 0.75 * p / (1 + p))
            axes.fill(*cell.T, facecolor=face, edgecolor=style.MUTED, lw=0.3)
        mark = self.way(np.array([self.place]))[self.layers][0][0]
        axes.plot(*mark, "o", ms=9, mfc="none", mec=style.INK, mew=1.5)
        low, high = (-REACH, REACH) if self.layers == 0 else (-0.02, 1.02)
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", xticks=[], yticks=[])
        name = {0: "the data", COUPLINGS + 1: "the base"}.get(self.layers)
        axes.set_title(name or f"after layer {self.layers} of {COUPLINGS + 1}")

    def _step(self, layer: int, at: np.ndarray, back=False) -> tuple[np.ndarray, np.ndarray]:
        """One layer, or its inverse: places and their log-determinants."""
        if layer == 0:
            return _unsquash(at, self.scale) if back else _squash(at, self.scale)
        passes, moves = (layer - 1) % 2, layer % 2
        start = (layer - 1) * SIZE
        numbers = _network(np.frombuffer(self.weights, "<f4")[start : start + SIZE], at[:, passes])
        at = at.copy()
        at[:, moves], log = (_spline_back if back else _spline)(numbers, at[:, moves])
        return at, log


def _squash(x: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """The sigmoid of x / scale."""
    y = x / scale
    logs = -np.logaddexp(0, y) - np.logaddexp(0, -y) - np.log(scale)
    return 1 / (1 + np.exp(-y)), logs.sum(axis=1)


def _unsquash(y: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Its inverse."""
    inside = y.clip(1e-7, 1 - 1e-7)
    x = scale * np.log(inside / (1 - inside))
    return x, -_squash(x, scale)[1]


def _network(weights: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The numbers of each place's spline: (N,) to (N, 25)."""
    h, start = (2 * value - 1)[:, None], 0
    for size in (HIDDEN, HIDDEN, NUMBERS):
        end = start + size * h.shape[1]
        h = h @ weights[start:end].reshape(size, -1).T.astype(float) + weights[end : end + size]
        start = end + size
        h = h / (1 + np.exp(-h)) if size == HIDDEN else h
    return h


def _spline(numbers: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each number on its own spline, and the log of the slope there."""
    x0, width, y0, height, d0, d1 = _bin(numbers, x, 0)
    s, xi = height / width, np.clip((x - x0) / width, 0, 1)
    share = (s * xi**2 + d0 * xi * (1 - xi)) / (s + (d0 + d1 - 2 * s) * xi * (1 - xi))
    return y0 + height * share, _log_slope(s, d0, d1, xi)


def _spline_back(numbers: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverse, and the log of its slope."""
    x0, width, y0, height, d0, d1 = _bin(numbers, y, 1)
    s, rise = height / width, np.maximum(y - y0, 0)
    a, b = height * (s - d0) + rise * (d0 + d1 - 2 * s), height * d0 - rise * (d0 + d1 - 2 * s)
    root = np.sqrt(np.maximum(b**2 + 4 * a * s * rise, 0))
    top, below = np.where(b < 0, root - b, 2 * s * rise), np.where(b < 0, 2 * a, b + root)
    xi = np.clip(top / below, 0, 1)
    return x0 + width * xi, -_log_slope(s, d0, d1, xi)


def _bin(numbers: np.ndarray, value: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """Corner, size and end slopes of the bin of each value, found on the knots of one axis."""
    knots = [_rising(numbers[:, at : at + BINS]) for at in (0, BINS)]
    slopes = LEAST + (1 - LEAST) * np.logaddexp(0, numbers[:, 2 * BINS :] + np.log(np.e - 1))
    k = (value[:, None] >= knots[axis][:, 1:-1]).sum(axis=1)[:, None]
    (x0, x1), (y0, y1), (d0, d1) = (
        np.take_along_axis(part, np.hstack([k, k + 1]), axis=1).T for part in (*knots, slopes)
    )
    return x0, x1 - x0, y0, y1 - y0, d0, d1


def _log_slope(s: np.ndarray, d0: np.ndarray, d1: np.ndarray, xi: np.ndarray) -> np.ndarray:
    """The log of the slope at a share of the bin."""
    rest = xi * (1 - xi)
    top = d1 * xi**2 + 2 * s * rest + d0 * (1 - xi) ** 2
    return 2 * np.log(s) + np.log(top) - 2 * np.log(s + (d0 + d1 - 2 * s) * rest)


def _rising(sizes: np.ndarray) -> np.ndarray:
    """Knots from 0 to 1 whose gaps are a softmax, mixed with equal gaps."""
    parts = np.exp(sizes - sizes.max(axis=1, keepdims=True))
    gaps = LEAST / BINS + (1 - LEAST) * parts / parts.sum(axis=1, keepdims=True)
    ends = np.zeros((len(sizes), 1))
    return np.hstack([ends, gaps.cumsum(axis=1)[:, :-1], ends + 1])


def _outlines(cells: int, steps: int = 6) -> np.ndarray:
    """Outlines of equal squares of the unit square: (cells², 4 steps, 2)."""
    side = np.arange(steps) / steps
    one, zero = np.ones(steps), np.zeros(steps)
    outline = np.column_stack([
        np.concatenate([side, one, 1 - side, zero]), np.concatenate([zero, side, one, 1 - side])
    ])  # fmt: skip
    corners = np.stack(np.meshgrid(*2 * [np.arange(cells)]), axis=-1).reshape(-1, 1, 2)
    return (corners + outline) / cells
