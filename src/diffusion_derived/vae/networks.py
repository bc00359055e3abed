"""The network of this chapter: a few layers whose every number comes from a seed (chapter 7)."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from diffusion_derived import checks, devices


class MLP(nn.Module):
    r"""Linear maps with a bend between them: $h \mapsto \mathrm{silu}(Wh + b)$, the last one bare.

    `sizes` are the lengths of the vectors on the way, first to last. While a `generator` is
    handed to `forward`, each number between the layers is dropped with probability `dropout`,
    and what stays is divided by 1 - `dropout`, which keeps its mean. The first weights come from
    `seed`. Raises `ValueError` for fewer than two sizes, one below 1, or a dropout outside
    [0, 1). Chapter 7.
    """

    def __init__(self, sizes: Sequence[int], dropout: float = 0.0, *, seed: int = 0) -> None:
        super().__init__()
        sizes = [checks.count("sizes", size, least=1) for size in sizes]
        if len(sizes) < 2:
            checks.refuse("sizes", sizes, "at least two: what comes in, what goes out")
        self.dropout = float(checks.probability("dropout", dropout))
        if self.dropout == 1:
            checks.refuse("dropout", dropout, "a share below 1")
        generator = devices.generator(seed)
        pairs = zip(sizes[:-1], sizes[1:], strict=True)
        self.layers = nn.ModuleList(linear(n, m, generator) for n, m in pairs)

    def forward(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """(..., first size) to (..., last size); without a generator nothing is dropped."""
        *inner, final = self.layers
        for layer in inner:
            x = dropped(functional.silu(layer(x)), self.dropout, generator)
        return final(x)


def linear(inputs: int, outputs: int, generator: torch.Generator) -> nn.Linear:
    r"""A linear map whose weights and biases are uniform on $\pm 1/\sqrt{\text{inputs}}$.

    They are drawn from `generator`, so that no other random numbers change them. Chapter 7.
    """
    layer = nn.utils.skip_init(nn.Linear, inputs, outputs)
    reach = 1 / sqrt(inputs)
    with torch.no_grad():
        for weights in (layer.weight, layer.bias):
            weights.uniform_(-reach, reach, generator=generator)
    return layer


def dropped(x: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """`x` with a random `share` of its entries put to 0, the others divided by 1 - share.

    Without a generator, or for a share of 0, `x` itself. Chapter 7.
    """
    if generator is None or share == 0:
        return x
    kept = devices.uniform(*x.shape, generator=generator, like=x) >= share
    return x * kept / (1 - share)
