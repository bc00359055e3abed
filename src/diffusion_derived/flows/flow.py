"""Flows: invertible layers one after another, and the exact density that they carry (chapter 8)."""

from __future__ import annotations

from collections.abc import Iterable
from math import log, pi

import torch
from torch import Generator, Tensor, nn

from diffusion_derived import checks
from diffusion_derived.flows.spline import unit_interval

__all__ = ["Flow", "NormalBase", "UniformBase"]


class Flow(nn.Module):
    r"""$\log p(x) = \log p_{\mathrm{base}}(z) + \log|\det \partial z/\partial x|$, $z = f(x)$.

    `layers` lead from the data to the base, each with `.forward(x)` and `.inverse(z)` that give
    values (N, D) and log-determinants (N,); the log-determinants of the layers add up. Points may
    come from any device; they are moved to the flow's.
    Rippel and Adams (2013); Papamakarios and others, *Normalizing flows* (2021). Chapter 8.
    """

    def __init__(self, layers: Iterable[nn.Module], base: Base) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.base = base

    def forward(self, x: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        r"""$z = f(x)$, shape (N, D), and $\log|\det \partial z/\partial x|$, shape (N,), in nats.

        A `generator` switches dropout on.
        """
        x = self._checked("x", x)
        total = x.new_zeros(len(x))
        for layer in self.layers:
            x, log_det = layer(x, generator)
            total = total + log_det
        return x, total

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        r"""$x = f^{-1}(z)$, shape (N, D), and $\log|\det \partial x/\partial z|$, shape (N,)."""
        return self.path(z)[-1]

    def path(self, z: Tensor) -> list[tuple[Tensor, Tensor]]:
        r"""The way from the base to the data: points and $\log|\det|$ so far, at every stage.

        The first stage is `z` itself with 0, the last is what `inverse` gives.
        """
        z = self._checked("z", z)
        stages = [(z, z.new_zeros(len(z)))]
        for layer in reversed(self.layers):
            point, total = stages[-1]
            point, log_det = layer.inverse(point)
            stages.append((point, total + log_det))
        return stages

    def log_prob(self, x: Tensor, generator: Generator | None = None) -> Tensor:
        r"""$\log p(x)$ in nats, shape (N,), of the points `x`, shape (N, D).

        ValueError for another shape, for NaN, and for points where the flow is not defined.
        """
        z, log_det = self(x, generator)
        return self.base.log_prob(z) + log_det

    @torch.no_grad()
    def sample(self, n: int, generator: Generator) -> Tensor:
        """`n` points on the CPU, shape (n, D): drawn from the base, pushed back layer by layer."""
        z = self.base.sample(checks.count("n", n, 1), generator)
        return self.inverse(z.to(self.base.place))[0].cpu()

    def _checked(self, name: str, value: Tensor) -> Tensor:
        if value.ndim != 2 or value.shape[-1] != self.base.dims:
            checks.refuse(f"{name}'s shape", tuple(value.shape), f"(N, {self.base.dims})")
        if not torch.isfinite(value).all():
            checks.refuse(name, "values that are infinite or NaN", "finite numbers")
        return value.to(self.base.place.device)


class Base(nn.Module):
    """A distribution of independent coordinates, with a buffer that knows device and type."""

    def __init__(self, dims: int) -> None:
        super().__init__()
        self.dims = checks.count("dims", dims, 1)
        self.register_buffer("place", torch.zeros(()), persistent=False)

    def log_prob(self, z: Tensor) -> Tensor:
        r"""$\log p(z)$ in nats, shape (N,), of points of shape (N, D)."""
        raise NotImplementedError

    def sample(self, n: int, generator: Generator) -> Tensor:
        """`n` draws, shape (n, D), on the CPU."""
        raise NotImplementedError


class UniformBase(Base):
    r"""The uniform distribution on $[0,1]^D$: log density 0, so a flow's is its log-determinant."""

    def log_prob(self, z: Tensor) -> Tensor:
        return unit_interval("z", z).new_zeros(len(z))

    def sample(self, n: int, generator: Generator) -> Tensor:
        return torch.rand(n, self.dims, generator=generator)


class NormalBase(Base):
    r"""The standard normal distribution on $\mathbb{R}^D$."""

    def log_prob(self, z: Tensor) -> Tensor:
        return -0.5 * (z**2 + log(2 * pi)).sum(-1)

    def sample(self, n: int, generator: Generator) -> Tensor:
        return torch.randn(n, self.dims, generator=generator)
