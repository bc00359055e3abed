r"""Levels made continuous by noise within their own bin, and what a density then says of them.

With $x = (k + u)/L$, $u$ uniform on $[0,1)^D$, the density $p$ of a flow gives
$$\log P(k) = \log \int_{[0,1)^D} p\!\left(\tfrac{k+u}{L}\right) L^{-D}\,du \ge
\mathbb{E}_u\left[\log p\!\left(\tfrac{k+u}{L}\right)\right] - D \log L,$$
by Jensen's inequality. Theis, van den Oord and Bethge (2016), section 3.1. Chapter 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from diffusion_derived import checks, devices, metrics
from diffusion_derived.estimates import Estimate

if TYPE_CHECKING:
    from diffusion_derived.flows.flow import Flow

__all__ = ["Evaluation", "dequantise", "evaluate", "levels_of", "log_bound", "log_weights"]

EDGE = 2.0**-14
"""The noise keeps this far from the edges of its bin: rounding never carries it over."""


def dequantise(levels: Tensor, generator: Generator, count: int = 17) -> Tensor:
    r"""$x = (k + u)/L$ in (0, 1), with $u$ uniform on (0, 1) and L = `count` levels.

    `levels` has whole numbers from 0 to L - 1, in any shape. ValueError for others.
    """
    _check_levels(levels, checks.count("count", count, 2))
    u = devices.uniform(*levels.shape, generator=generator).to(levels.device)
    return (levels + u.clamp(EDGE, 1 - EDGE)) / count


def levels_of(x: Tensor, count: int = 17) -> Tensor:
    r"""The level $\lfloor L x \rfloor$ whose bin holds each number of [0, 1]; 1 is in the last."""
    return (x * count).floor().long().clamp(0, count - 1)


def log_bound(
    flow: Flow, levels: Tensor, generator: Generator, *, count: int = 17, x: Tensor | None = None
) -> Tensor:
    r"""$\log p(x) - D\log L$ of each picture, shape (N,), in nats, at one draw of the noise.

    Its mean over draws is a lower bound of $\log P(k)$. A given `x` takes the draw's place.
    ValueError if `x` does not lie in the bins of `levels`, (N, D): the bound would not hold.
    """
    x = dequantise(levels, generator, count) if x is None else x
    if not torch.equal(levels_of(x, count), levels):
        checks.refuse("x", "noise that leaves the bin of its level", "floor(count * x) == levels")
    return flow.log_prob(x) - levels.shape[-1] * log(count)


@torch.no_grad()
def log_weights(
    flow: Flow, levels: Tensor, draws: int, generator: Generator, count: int = 17
) -> Tensor:
    r"""`log_bound` for many draws, shape (draws, N), on the CPU: the log of their mean is tighter.

    $\frac1S\sum_s e^{\ell_s}$ is an unbiased estimate of $P(k)$, so the logs go to
    `metrics.importance_weighted_bound`.
    """
    draws = checks.count("draws", draws, 1)
    bounds = (log_bound(flow, levels, generator, count=count) for _ in range(draws))
    return torch.stack([bound.cpu() for bound in bounds])


@dataclass(frozen=True)
class Evaluation:
    """A flow on held-out pictures, in bits per dimension: less is better.

    `bound` is the one-draw bound, averaged over all draws; `tight` takes the log of the mean
    over `draws` draws. Error bars over pictures.
    """

    bound: Estimate
    tight: Estimate
    draws: int


def evaluate(
    flow: Flow, levels: Tensor, generator: Generator, *, draws: int = 200, count: int = 17
) -> Evaluation:
    """Both bounds for the pictures `levels`, shape (N, D)."""
    logs, dims = log_weights(flow, levels, draws, generator, count), levels.shape[-1]
    bits = [metrics.bits_per_dim(x, dims=dims) for x in (logs.mean(0), metrics.log_mean_exp(logs))]
    return Evaluation(*bits, draws)


def _check_levels(levels: Tensor, count: int) -> None:
    if levels.is_floating_point() or levels.is_complex() or levels.dtype == torch.bool:
        checks.refuse("levels", levels.dtype, "whole numbers")
    low, high = (int(end) for end in levels.aminmax())
    if low < 0 or high >= count:
        checks.refuse("levels", low if low < 0 else high, f"whole numbers from 0 to {count - 1}")
