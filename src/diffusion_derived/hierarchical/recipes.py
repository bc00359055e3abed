"""Recipes for one level and for two of the digits, and what a trained model reaches (chapter 8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
import torch
from torch import nn

from diffusion_derived import checks, devices, training
from diffusion_derived.data import Images
from diffusion_derived.estimates import Estimate, average
from diffusion_derived.hierarchical.stacks import BottomUp, TopDown, merged, shifted
from diffusion_derived.metrics import log_mean_exp
from diffusion_derived.vae import ACTIVE, VAE, BetaBinomialPixels

LATENTS, ABOVE = 16, 8
"""Numbers in the first level and in the second."""


@dataclass(frozen=True)
class Recipe:
    """How a model is made and trained.

    `build(likelihood, dropout, seed)` gives the model. The levels' divergences are charged little
    by little: that of level one in full after the share `ramp` of the steps, that of level two
    after `upper_ramp`; a share of 0 charges all at once. Chapter 8.
    """

    name: str
    build: Callable[..., VAE]
    ramp: float = 0.3
    upper_ramp: float = 0.4
    steps: int = 2_400
    batch: int = 32
    rate: float = 3e-3
    weight_decay: float = 0.05
    dropout: float = 0.03


def _one_level(likelihood, dropout, seed):
    return VAE(LATENTS, likelihood, dropout=dropout, seed=seed)


def _bottom_up(likelihood, dropout, seed):
    return BottomUp(LATENTS, ABOVE, likelihood, dropout=dropout, seed=seed)


def _merged(likelihood, dropout, seed):
    return TopDown(LATENTS, ABOVE, likelihood, join=merged, dropout=dropout, seed=seed)


def _shifted(likelihood, dropout, seed):
    return TopDown(LATENTS, ABOVE, likelihood, join=shifted, dropout=dropout, seed=seed)


ONE_LEVEL = Recipe("one level", _one_level)
TWO_LEVELS = Recipe("two levels", _bottom_up)
MERGED_AT_ONCE = Recipe("merged, charged at once", _merged, ramp=0, upper_ramp=0)
MERGED = Recipe("merged, charged slowly", _merged, upper_ramp=0.6)
SHIFTED_AT_ONCE = Recipe("shifted, charged at once", _shifted, ramp=0, upper_ramp=0)
SHIFTED = Recipe("shifted, charged slowly", _shifted, upper_ramp=0.6)


@dataclass(frozen=True, eq=False)
class Run:
    """A trained model, and the divergence of its second level in nats at each step, (steps,)."""

    recipe: Recipe
    model: VAE
    upper: np.ndarray


def fit(recipe: Recipe, digits: Images, seed: int = 0) -> Run:
    """Train a recipe's model on the training digits: a fixed number of steps. Chapter 8."""
    model = recipe.build(BetaBinomialPixels(digits.levels), recipe.dropout, seed)
    upper: list[float] = []

    def loss(model, x, generator, progress):
        bound = model.bound(x, generator, dropout=True)
        lower = ramped(progress, recipe.ramp)
        if isinstance(model, (BottomUp, TopDown)):
            upper.append(bound.upper.mean().item())
            return bound.loss(lower, lower * ramped(progress, recipe.upper_ramp))
        return bound.loss(lower)

    steps = training.train(
        model, loss, digits.train, steps=recipe.steps, batch=recipe.batch, rate=recipe.rate,
        weight_decay=recipe.weight_decay, seed=seed,
    )  # fmt: skip
    training.last(training.watch(steps, recipe.steps))
    return Run(recipe, model.eval(), np.array(upper))


def ramped(progress: float, share: float) -> float:
    """A weight that rises in a straight line from 0 to 1 over the first `share` of a run."""
    return min(1.0, progress / share) if checks.probability("share", share) else 1.0


@dataclass(frozen=True, eq=False)
class Score:
    """What a model says about each of n pictures, in nats; every array has shape (n,).

    `weighted` is the importance-weighted bound with all the draws; `lower` and `upper` are the
    two levels' terms of the bound, `upper` being 0 for a model of one level. `units` holds the
    mean divergence of each unit of level one from its prior. Chapter 8.
    """

    elbo: np.ndarray
    weighted: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    units: np.ndarray

    def bits(self, name: str = "elbo", dims: int = 64) -> Estimate:
        """A bound in bits a pixel, with its error bar over the pictures. Chapter 8."""
        return average(-getattr(self, name) / (dims * log(2)))

    def active(self) -> int:
        """Units of level one that say more than chapter 7's `ACTIVE`, 0.1 nat. Chapter 8."""
        return int((self.units > ACTIVE).sum())


@torch.no_grad()
def evaluate(model: nn.Module, x: torch.Tensor, draws: int = 100, seed: int = 1) -> Score:
    """Both bounds and the levels' terms of held-out pictures (n, dims), from `draws` draws.

    Nothing is dropped. Raises `ValueError` for fewer than one draw. Chapter 8.
    """
    x, generator = x.to(devices.device()), devices.generator(seed)
    weights = model.log_weights(x, draws, generator).double()
    lower, upper, units = _terms(model, x, generator)
    arrays = (weights.mean(0), log_mean_exp(weights), lower, upper, units)
    return Score(*(array.double().cpu().numpy() for array in arrays))


def _terms(model, x, generator, draws: int = 20):
    if not isinstance(model, (BottomUp, TopDown)):
        kls = model.encode(x).kls()
        return kls.sum(-1), torch.zeros(len(x)), kls.mean(0)
    at = model.levels(x, generator, draws=draws)
    lower = at.q_1.log_prob(at.z_1) - at.p_1.log_prob(at.z_1)
    upper = at.q_2.kl().expand_as(lower)
    return lower.mean(0), upper.mean(0), at.kls().mean((0, 1))


@torch.no_grad()
def share_of_message(model: nn.Module, x: torch.Tensor, seed: int = 1) -> float:
    r"""The median of $s/(s+v)$ over pictures and units, for a model that merges. Chapter 8."""
    if not isinstance(model, TopDown) or model.join is not merged:
        checks.refuse("model", type(model).__name__, "a TopDown model that merges")
    x, generator = x.to(devices.device()), devices.generator(seed)
    message, prior = model.encode(x), model.levels(x, generator).p_1
    return float(torch.sigmoid(prior.log_var - message.log_var).median())
