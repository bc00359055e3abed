"""The flows of chapter 8, each with what it takes to train it again: a fixed number of steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
import torch
from torch import Generator, Tensor

from diffusion_derived import checks, devices, training
from diffusion_derived.data import Images, Toy
from diffusion_derived.flows.coupling import AffineCoupling, SplineCoupling
from diffusion_derived.flows.dequantise import dequantise
from diffusion_derived.flows.flow import Flow, NormalBase, UniformBase
from diffusion_derived.flows.layers import Logit, Scaled, Sigmoid, SplineMargins

__all__ = ["AFFINE", "DIGITS", "RING", "Recipe", "fit", "image_masks", "plane_masks"]

POINTS = 20_000
"""Points drawn from a toy to train on."""


@dataclass(frozen=True)
class Recipe:
    """A flow before it is trained and the settings of its training; `seed` decides the rest."""

    name: str
    build: Callable[[], Flow]
    steps: int
    batch: int = 64
    rate: float = 2e-3
    weight_decay: float = 0.0
    decay: float = 0.998
    clip: float = 50.0
    seed: int = 0


def fit(recipe: Recipe, data: Images | Toy) -> tuple[Flow, np.ndarray]:
    """The trained flow, with averaged weights, and the loss in nats at each step.

    Pictures are dequantised anew in every step; a toy gives 20,000 points to learn from.
    """
    flow = recipe.build().to(devices.device())
    average = training.ExponentialAverage(flow, recipe.decay)
    toy = isinstance(data, Toy)
    examples = data.sample(POINTS, devices.generator(recipe.seed)) if toy else data.train
    steps = training.train(
        flow,
        point_loss if toy else level_loss(data.levels),
        examples,
        steps=recipe.steps,
        batch=recipe.batch,
        rate=recipe.rate,
        weight_decay=recipe.weight_decay,
        clip=recipe.clip,
        average=average,
        seed=recipe.seed,
    )
    losses = training.losses(training.watch(steps, recipe.steps))
    average.copy_to(flow)
    return flow, losses


def point_loss(flow: Flow, x: Tensor, generator: Generator, progress: float) -> Tensor:
    """Minus the mean log density of points, in nats; dropout on."""
    return -flow.log_prob(x, generator).mean()


def level_loss(count: int) -> Callable[..., Tensor]:
    """Minus the mean one-draw bound of pictures of `count` levels, in nats; dropout on."""

    def loss(flow: Flow, x: Tensor, generator: Generator, progress: float) -> Tensor:
        noisy = dequantise(x, generator, count)
        return x.shape[-1] * log(count) - flow.log_prob(noisy, generator).mean()

    return loss


def plane_masks(layers: int) -> list[Tensor]:
    """In the plane the first coordinate passes, then the second, and so on."""
    checks.count("layers", layers, 1)
    return [torch.tensor([at % 2 == 0, at % 2 == 1]) for at in range(layers)]


def image_masks(layers: int, side: int, generator: Generator) -> list[Tensor]:
    """A chessboard, its complement, then a random half of the pixels and its complement, in turns.

    Each has shape (side²,); true: the pixel passes.
    """
    board = (torch.arange(side)[:, None] + torch.arange(side)).flatten() % 2 == 1
    masks: list[Tensor] = []
    while len(masks) < checks.count("layers", layers, 1):
        first = board if len(masks) % 4 == 0 else _half(side**2, generator)
        masks += [first, ~first]
    return masks[:layers]


def _half(count: int, generator: Generator) -> Tensor:
    mask = torch.zeros(count, dtype=torch.bool)
    mask[torch.randperm(count, generator=generator)[: count // 2]] = True
    return mask


def _ring() -> Flow:
    couplings = [
        SplineCoupling(mask, bins=8, hidden=(32, 32), seed=at)
        for at, mask in enumerate(plane_masks(6))
    ]
    return Flow([Sigmoid(0.6), *couplings], UniformBase(2))


def _digits() -> Flow:
    masks = image_masks(4, 8, devices.generator(1))
    couplings = [
        SplineCoupling(mask, bins=8, hidden=(256, 256), dropout=0.3, seed=at)
        for at, mask in enumerate(masks)
    ]
    return Flow([SplineMargins(64, 17), *couplings], UniformBase(64))


def _affine() -> Flow:
    masks = image_masks(8, 8, devices.generator(1))
    couplings = [
        AffineCoupling(mask, hidden=(256, 256), dropout=0.1, seed=at)
        for at, mask in enumerate(masks)
    ]
    return Flow([Logit(0.02), Scaled(64), *couplings], NormalBase(64))


RING = Recipe("ring", _ring, steps=1000, batch=256, rate=5e-3)
DIGITS = Recipe("digits", _digits, steps=3000, weight_decay=0.3)
AFFINE = Recipe("affine", _affine, steps=700, weight_decay=0.05)
