"""Coupling layers: some coordinates pass, the others are moved by a curve that those choose.

Dinh, Krueger and Bengio, *NICE* (2015); Dinh, Sohl-Dickstein and Bengio, *Density estimation
using Real NVP* (2017), section 3; Durkan and others, *Neural spline flows* (2019). Chapter 8.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator, Tensor, nn

from diffusion_derived import checks
from diffusion_derived.flows.spline import spline
from diffusion_derived.vae.networks import MLP

__all__ = ["AffineCoupling", "Coupling", "SplineCoupling"]


class Coupling(nn.Module):
    r"""$y_A = x_A$ and $y_{b} = f(x_b;\, \mathrm{net}(x_A)_b)$ for each $b$ outside $A$.

    Its Jacobian is triangular up to the order of the coordinates, so $\log|\det J| =
    \sum_b \log \partial y_b/\partial x_b$. `passes` has shape (D,) and is true on $A$; `numbers`
    are what the network gives for each coordinate that moves; its first weights come from `seed`.
    A child says what $f$ is.

    ValueError if no coordinate passes, or if all do. Chapter 8.
    """

    def __init__(
        self, passes: Tensor, numbers: int, *, hidden: Sequence[int], dropout: float, seed: int
    ) -> None:
        super().__init__()
        passes = torch.as_tensor(passes)
        if passes.dtype != torch.bool or passes.ndim != 1 or not 0 < passes.sum() < len(passes):
            checks.refuse("passes", passes.tolist(), "a row of true and false, some of each")
        self.register_buffer("passed", passes.nonzero()[:, 0])
        self.register_buffer("moved", (~passes).nonzero()[:, 0])
        self.register_buffer("order", torch.cat([self.passed, self.moved]).argsort())
        self.numbers = numbers
        sizes = (len(self.passed), *hidden, len(self.moved) * numbers)
        self.net = near_zero(MLP(sizes, dropout, seed=seed))

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        r"""$y$ of shape (N, D) and $\log|\det \partial y/\partial x|$ of shape (N,), in nats.

        A `generator` switches dropout on.
        """
        kept, rest = x[:, self.passed], x[:, self.moved]
        rest, log_slope = self.curve(rest, self._chosen(kept, generator))
        return self._joined(kept, rest), log_slope.sum(-1)

    def inverse(self, y: Tensor) -> tuple[Tensor, Tensor]:
        r"""$x$ of shape (N, D) and $\log|\det \partial x/\partial y|$ of shape (N,), in nats."""
        kept, rest = y[:, self.passed], y[:, self.moved]
        rest, log_slope = self.curve_back(rest, self._chosen(kept, None))
        return self._joined(kept, rest), log_slope.sum(-1)

    def curve(self, value: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """Each value, moved, and the log of the slope there; parameters: (N, numbers, M)."""
        raise NotImplementedError

    def curve_back(self, value: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """The inverse of `curve`, and the log of its slope."""
        raise NotImplementedError

    def seen(self, kept: Tensor) -> Tensor:
        """What the network sees of the coordinates that pass."""
        return kept

    def _chosen(self, kept: Tensor, generator: Generator | None) -> Tensor:
        flat = self.net(self.seen(kept), generator)
        return flat.unflatten(-1, (self.numbers, len(self.moved)))

    def _joined(self, kept: Tensor, rest: Tensor) -> Tensor:
        return torch.cat([kept, rest], dim=-1)[:, self.order]


class SplineCoupling(Coupling):
    r"""A coupling on $[0,1]^D$ whose curves are rational-quadratic splines with `bins` bins."""

    def __init__(
        self,
        passes: Tensor,
        *,
        bins: int = 8,
        hidden: Sequence[int] = (64, 64),
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        bins = checks.count("bins", bins, 1)
        super().__init__(passes, 3 * bins + 1, hidden=hidden, dropout=dropout, seed=seed)
        self.bins = bins

    def seen(self, kept: Tensor) -> Tensor:
        return 2 * kept - 1

    def curve(self, value: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        return spline(parameters, self.bins).forward(value)

    def curve_back(self, value: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        return spline(parameters, self.bins).inverse(value)


class AffineCoupling(Coupling):
    r"""A coupling on $\mathbb{R}^D$: $y_b = e^{s} x_b + t$, with $s = 2\tanh(\cdot)$ in (-2, 2)."""

    def __init__(
        self,
        passes: Tensor,
        *,
        hidden: Sequence[int] = (64, 64),
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(passes, 2, hidden=hidden, dropout=dropout, seed=seed)

    def curve(self, value: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        log_scale, shift = _affine(parameters)
        return value * log_scale.exp() + shift, log_scale

    def curve_back(self, value: Tensor, parameters: Tensor) -> tuple[Tensor, Tensor]:
        log_scale, shift = _affine(parameters)
        return (value - shift) * (-log_scale).exp(), -log_scale


def _affine(parameters: Tensor) -> tuple[Tensor, Tensor]:
    raw, shift = parameters.unbind(-2)
    return 2 * torch.tanh(raw / 2), shift


def near_zero(net: MLP) -> MLP:
    """The same network with a last layer that gives almost 0: a flow starts near the identity."""
    last = net.layers[-1]
    with torch.no_grad():
        last.weight.mul_(0.01)
        last.bias.zero_()
    return net
