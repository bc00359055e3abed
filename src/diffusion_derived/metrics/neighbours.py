"""Whether generated pictures are copies: how near they lie to those learned from."""

from math import floor, sqrt

import torch

from diffusion_derived import checks
from diffusion_derived.data import centred
from diffusion_derived.estimates import Estimate

NINETY = 1.645  # the normal quantile of 95 %: nine tenths of all runs lie within it


def nearest_neighbours(x: torch.Tensor, train: torch.Tensor, levels: int = 17) -> Estimate:
    r"""Median Euclidean distance from pictures to the nearest one learned from.

    `x` (n, D) and `train` (m, D) in levels, `x` clipped and rounded to them; the distance is
    taken after `centred`, so from -1 to 1 in each pixel. Copies lie nearer than held-out
    pictures do. The error bar is that of `median`. Raises `ValueError` for fewer than 50
    pictures. Chapter 7.
    """
    if len(x) < 50:
        checks.refuse("len(x)", len(x), "at least 50 pictures")
    x, train = x.double().clamp(0, levels - 1).round(), train.double()
    distances = torch.cdist(centred(x, levels), centred(train, levels))
    return median(distances.min(dim=1).values)


def median(values: torch.Tensor) -> Estimate:
    r"""The median of n independent numbers, with an error bar from those beside it.

    With z = 1.645 the numbers of rank $n/2 - z \sqrt n / 2$ from below and from above hold the
    true median between them in 90 % of all runs (92 % for n = 50); the error is their distance
    over 2z. `values` has shape (n,). Chapter 7.
    """
    values, n = values.sort().values, len(values)
    rank = max(1, floor(n / 2 - NINETY * sqrt(n) / 2))
    between = values[n - rank] - values[rank - 1]
    return Estimate(float(values.quantile(0.5)), float(between) / 2 / NINETY, n)
