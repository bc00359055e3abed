"""A monotone curve of [0, 1] onto itself whose slope and inverse have closed forms (chapter 8).

Between two knots the curve is a ratio of quadratics: Gregory and Delbourgo, *Piecewise rational
quadratic interpolation to monotonic data* (1982); in flows, Durkan and others, *Neural spline
flows* (2019), section 3.
"""

from __future__ import annotations

from math import e, log
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from diffusion_derived import checks

__all__ = ["Spline", "spline", "unit_interval"]

SLOPE_OF_ONE = log(e - 1)
"""Where softplus is 1."""
ROUNDING = 1e-5
"""A value this far outside [0, 1] is rounding, and is put on the end; farther out is refused."""


class Spline(NamedTuple):
    r"""Rational-quadratic splines with $K$ bins: knots $(x_k, y_k)$ and slopes $\delta_k > 0$.

    Each of the three has shape (..., K + 1, D): the axis before the last counts the knots, and D
    curves stand side by side (in this order the arithmetic is several times faster). Both knots
    rise from 0 to 1. With $\xi = (x-x_k)/w_k$, where $w_k = x_{k+1}-x_k$ and
    $s_k = (y_{k+1}-y_k)/w_k$, $$y = y_k + \frac{(y_{k+1}-y_k)(s_k\xi^2+\delta_k\xi(1-\xi))}
    {s_k+(\delta_{k+1}+\delta_k-2s_k)\,\xi(1-\xi)}.$$ Chapter 8.
    """

    x: Tensor
    y: Tensor
    slope: Tensor

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        r"""$y$ and $\log dy/dx$ at `x` in [0, 1], all three of shape (..., D).

        ValueError for a value outside [0, 1], and for NaN.
        """
        x = unit_interval("x", x)
        at = self._bin(self.x, x)
        xi = ((x - at.left) / at.width).clamp(0, 1)
        share = (at.mean * xi**2 + at.first * xi * (1 - xi)) / at.blend(xi)
        return at.floor + at.height * share, at.log_slope(xi)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        r"""$x$ and $\log dx/dy$ at `y` in [0, 1], all three of shape (..., D).

        The root in [0, 1] of $a\xi^2 + b\xi + c = 0$, in the form in which nothing cancels.
        ValueError for a value outside [0, 1], and for NaN.
        """
        y = unit_interval("y", y)
        at = self._bin(self.y, y)
        rise = (y - at.floor).clamp_min(0)
        a = at.height * (at.mean - at.first) + rise * at.bend
        b = at.height * at.first - rise * at.bend
        c = -at.mean * rise
        root = (b**2 - 4 * a * c).clamp_min(0).sqrt()
        top = torch.where(b < 0, root - b, -2 * c)
        xi = (top / torch.where(b < 0, 2 * a, b + root)).clamp(0, 1)
        return at.left + at.width * xi, -at.log_slope(xi)

    def _bin(self, knots: Tensor, value: Tensor) -> _Bin:
        """The bin of each value: its corner, its size and the slopes at its two ends."""
        left = (value[..., None, :] >= knots[..., 1:-1, :]).sum(-2, keepdim=True)
        table = torch.stack(torch.broadcast_tensors(*self), dim=-3)
        table = table.expand(*value.shape[:-1], *table.shape[-3:])
        places = torch.cat([left, left + 1], dim=-2)[..., None, :, :]
        ends = table.gather(-2, places.expand(*table.shape[:-2], *places.shape[-2:]))
        (x0, x1), (y0, y1), (first, last) = (part.unbind(-2) for part in ends.unbind(-3))
        return _Bin(x0, x1 - x0, y0, y1 - y0, first, last)


class _Bin(NamedTuple):
    r"""A bin: corner, size, and slopes $\delta_k$, $\delta_{k+1}$ at its ends."""

    left: Tensor
    width: Tensor
    floor: Tensor
    height: Tensor
    first: Tensor
    last: Tensor

    @property
    def mean(self) -> Tensor:
        """The mean slope, height over width."""
        return self.height / self.width

    @property
    def bend(self) -> Tensor:
        r"""$\delta_{k+1}+\delta_k-2s_k$: 0 for a straight piece."""
        return self.first + self.last - 2 * self.mean

    def blend(self, xi: Tensor) -> Tensor:
        """The denominator of the curve: above 0 wherever all three slopes are."""
        return self.mean + self.bend * xi * (1 - xi)

    def log_slope(self, xi: Tensor) -> Tensor:
        r"""$\log dy/dx$ at $\xi$."""
        top = self.last * xi**2 + 2 * self.mean * xi * (1 - xi) + self.first * (1 - xi) ** 2
        return 2 * self.mean.log() + top.log() - 2 * self.blend(xi).log()


def spline(parameters: Tensor, bins: int, *, least: float = 1e-3) -> Spline:
    r"""Splines from $3K+1$ real numbers each: widths and heights by softmax, slopes by softplus.

    `parameters` has shape (..., 3K + 1, D). No slope is below `least`, no width and no height
    below `least` over K, and zeros give the identity.

    ValueError if `bins` is below 1, if `least` is outside [0, 1), or for another shape.
    """
    bins = checks.count("bins", bins, 1)
    if parameters.ndim < 2 or parameters.shape[-2] != 3 * bins + 1:
        checks.refuse("parameters' shape", tuple(parameters.shape), f"(..., {3 * bins + 1}, D)")
    if not 0 <= least < 1:
        checks.refuse("least", least, "a number in [0, 1)")
    widths, heights, slopes = parameters.split([bins, bins, bins + 1], dim=-2)
    slope = least + (1 - least) * functional.softplus(slopes + SLOPE_OF_ONE)
    return Spline(_rising(widths, least), _rising(heights, least), slope)


def _rising(sizes: Tensor, least: float) -> Tensor:
    """Knots from 0 to 1 whose gaps are a softmax, mixed with equal gaps."""
    gaps = least / sizes.shape[-2] + (1 - least) * sizes.softmax(-2)
    end = gaps[..., :1, :] * 0
    return torch.cat([end, gaps.cumsum(-2)[..., :-1, :], end + 1], dim=-2)


def unit_interval(name: str, value: Tensor) -> Tensor:
    """The values, all in [0, 1]: rounding beyond an end is put on it, anything else is refused."""
    low, high = (float(end) for end in value.detach().aminmax()) if value.numel() else (0.0, 1.0)
    if not (low >= -ROUNDING and high <= 1 + ROUNDING):
        worst = high if high > 1 + ROUNDING else low
        checks.refuse(name, worst, "values in [0, 1]")
    return value.clamp(0, 1)
