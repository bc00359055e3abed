"""Whether generated pictures are copies: how near they lie to those learned from."""

from math import floor, sqrt

import torch

from diffusion_derived import checks
from diffusion_derived.data import centred
from diffusion_derived.estimates import Estimate


def nearest_neighbours(x: torch.Tensor, train: torch.Tensor, levels: int = 17) -> Estimate:
    r"""Median Euclidean distance from pictures to the nearest one learned from.

    `x` (n, D) and `train` (m, D) in levels, `x` clipped and rounded to them; the distance is
    taken after `centred`, so from -1 to 1 in each pixel. Copies lie nearer than held-out
    pictures do. The error bar is half the distance between the order statistics
    $n/2 \pm \sqrt n / 2$, which hold the true median in 68 % of all runs. Raises `ValueError`
    for fewer than ten pictures. Chapter 7.
    """
    if len(x) < 10:
        checks.refuse("len(x)", len(x), "at least ten pictures")
    x = centred(x.clamp(0, levels - 1).round(), levels)
    near = torch.cdist(x, centred(train, levels)).min(dim=1).values.double()
    return median(near)


def median(values: torch.Tensor) -> Estimate:
    r"""The median of n independent numbers with the error bar of its order statistics."""
    values, n = values.sort().values, len(values)
    low, high = floor(n / 2 - sqrt(n) / 2), min(n - 1, floor(n / 2 + sqrt(n) / 2))
    error = float(values[high] - values[low]) / 2
    return Estimate(float(values.quantile(0.5)), error, n)
