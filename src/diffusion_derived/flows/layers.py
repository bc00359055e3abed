"""Layers that move each coordinate by itself: their log-determinant is a sum (chapter 8)."""

from __future__ import annotations

from math import log

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from diffusion_derived import checks
from diffusion_derived.flows.spline import spline, unit_interval

__all__ = ["Logit", "Scaled", "Sigmoid", "SplineMargins"]


class Pointwise(nn.Module):
    """A layer that moves every coordinate by a rising curve."""

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        r"""$y$, shape (N, D), and $\log|\det \partial y/\partial x|$, shape (N,), in nats."""
        raise NotImplementedError

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        r"""$x$, shape (N, D), and $\log|\det \partial x/\partial y|$, shape (N,), in nats."""
        raise NotImplementedError


class Sigmoid(Pointwise):
    r"""$y = \operatorname{sigmoid}(x/s)$ in each coordinate: the whole line onto (0, 1)."""

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = float(checks.scale("scale", scale))

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        y = x / self.scale
        slopes = functional.logsigmoid(y) + functional.logsigmoid(-y) - log(self.scale)
        return y.sigmoid(), slopes.sum(-1)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        inside = unit_interval("y", y).clamp(1e-7, 1 - 1e-7)
        slopes = -inside.log() - (-inside).log1p() + log(self.scale)
        return self.scale * inside.logit(), slopes.sum(-1)


class Logit(Pointwise):
    r"""$y = \operatorname{logit}(\tfrac a2 + (1-a)x)$: [0, 1] into the line; $a$ is the margin.

    Into, not onto: what the base has beyond the images of 0 and 1 is lost, so that the density on
    $[0, 1]^D$ adds up to less than 1. Bounds stay bounds. Dinh and others (2017), section 4.1.
    """

    def __init__(self, margin: float = 0.02) -> None:
        super().__init__()
        if not 0 < checks.probability("margin", margin) < 1:
            checks.refuse("margin", margin, "a number between 0 and 1")
        self.margin = float(margin)

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        inside = self.margin / 2 + (1 - self.margin) * unit_interval("x", x)
        slopes = log(1 - self.margin) - inside.log() - (-inside).log1p()
        return inside.logit(), slopes.sum(-1)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        slopes = functional.logsigmoid(y) + functional.logsigmoid(-y) - log(1 - self.margin)
        return (y.sigmoid() - self.margin / 2) / (1 - self.margin), slopes.sum(-1)


class SplineMargins(Pointwise):
    """One spline of its own for each coordinate of $[0,1]^D$: what no other coordinate decides.

    The weights are kept in tenths, so that weight decay, which is there for the networks, hardly
    holds them.
    """

    def __init__(self, dims: int, bins: int) -> None:
        super().__init__()
        self.bins = checks.count("bins", bins, 1)
        self.tenths = nn.Parameter(torch.zeros(3 * bins + 1, checks.count("dims", dims, 1)))

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        y, slopes = spline(10 * self.tenths, self.bins).forward(x)
        return y, slopes.sum(-1)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        x, slopes = spline(10 * self.tenths, self.bins).inverse(y)
        return x, slopes.sum(-1)


class Scaled(Pointwise):
    r"""$y_d = e^{a_d}(x_d - b_d)$: the mean and the width of each coordinate of $\mathbb{R}^D$."""

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.centre = nn.Parameter(torch.zeros(checks.count("dims", dims, 1)))
        self.log_scale = nn.Parameter(torch.zeros(dims))

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        y = (x - self.centre) * self.log_scale.exp()
        return y, self.log_scale.sum().expand(len(x))

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        x = y * (-self.log_scale).exp() + self.centre
        return x, -self.log_scale.sum().expand(len(y))
