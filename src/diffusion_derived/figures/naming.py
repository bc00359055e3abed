"""Names beside curves: each is put where it touches no curve and no other name."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike

from diffusion_derived.figures.style import label

GAP, CLEAR = 9.0, 45.0
"""Pixels between a name and its curve, and from others: beyond CLEAR more is no gain."""


class Curve(NamedTuple):
    """A curve to be named: its points, the text and the role that colours it."""

    x: ArrayLike
    y: ArrayLike
    name: str
    role: str


def name_curves(axes: Axes, curves: Sequence[Curve]) -> None:
    """Write each curve's name near it, clear of all the curves and names.

    Call it last: it needs the final limits. A name prefers the upper part of its curve.
    """
    axes.figure.draw_without_rendering()
    paths = [_dense(axes, curve) for curve in curves]
    taken: list[Bbox] = []
    for number, curve in enumerate(curves):
        text = label(axes, 0, 0, curve.name, curve.role, va="bottom", transform=axes.transAxes)
        size = text.get_window_extent().size
        others = np.concatenate(paths[:number] + paths[number + 1 :] + [np.empty((0, 2))])
        boxes = _candidates(axes.bbox, paths[number], size)
        best = max(boxes, key=lambda box: _merit(box, paths[number], others, taken))
        taken.append(best)
        text.set_position(axes.transAxes.inverted().transform(best.p0))


def _dense(axes: Axes, curve: Curve) -> np.ndarray:
    """Points of a curve in pixels, close together, those outside the picture left out."""
    corners = axes.transData.transform(np.column_stack([curve.x, curve.y]).astype(float))
    walked = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    along = np.arange(0, walked[-1] + 1, 3.0)
    points = np.column_stack([np.interp(along, walked, corner) for corner in corners.T])
    inside = (points >= axes.bbox.p0 - 1).all(axis=1) & (points <= axes.bbox.p1 + 1).all(axis=1)
    return points[inside]


def _candidates(frame: Bbox, path: np.ndarray, size: np.ndarray) -> Iterator[Bbox]:
    """Boxes of this size on the eight sides of points of the path, near and far, in the frame."""
    sides = np.array([(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)])
    shifts = [sides * (size / 2 + gap) - size / 2 for gap in (GAP, 3 * GAP, 6 * GAP)]
    for point in path[:: max(1, len(path) // 50)]:
        for corner in np.clip(point + np.concatenate(shifts), frame.p0 + GAP, frame.p1 - size):
            yield Bbox.from_bounds(*corner, *size)


def _merit(box: Bbox, own: np.ndarray, others: np.ndarray, taken: list[Bbox]) -> float:
    """How well a name sits in a box: touching nothing, far from others, near its own, high up."""
    clear = min(_distance(box, others), *(_between(box, other) for other in taken), CLEAR)
    near = _distance(box, own)
    touches = 1000 * (clear < GAP / 2 or near < GAP / 3)
    return clear - near - touches + 0.05 * box.y0


def _distance(box: Bbox, points: np.ndarray) -> float:
    """From a box to the nearest point in pixels; 0 if a point lies inside."""
    if not len(points):
        return CLEAR
    outside = np.maximum(np.maximum(box.p0 - points, points - box.p1), 0)
    return float(np.hypot(*outside.T).min())


def _between(box: Bbox, other: Bbox) -> float:
    gaps = np.maximum(np.maximum(box.p0 - other.p1, other.p0 - box.p1), 0)
    return float(np.hypot(*gaps))
