"""What each of six decoders costs on the digits: the same networks, the same steps (chapter 7)."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from torch import Tensor

from diffusion_derived import devices
from diffusion_derived.data import Images
from diffusion_derived.estimates import Estimate
from diffusion_derived.vae.cut_densities import GaussianPixels, LogisticPixels, dequantised
from diffusion_derived.vae.likelihoods import (
    BernoulliPixels,
    BinomialPixels,
    CategoricalPixels,
    binarised,
)
from diffusion_derived.vae.model import VAE
from diffusion_derived.vae.recipes import SHORT, Evaluation, Recipe, evaluate, fit

SEED = 7
"""Seed of the draws that evaluate; those that train come from the recipe."""


@dataclass(frozen=True, eq=False)
class DecoderCost:
    """One likelihood with the same two networks and the same steps.

    `cost` is in bits per dimension of the held-out pictures, `learned` the bound on those that
    were learned from; `of` says of what, and only rows with `comparable` are codes for the 17
    levels. `numbers` is how many the network gives for a pixel, `seconds` the processor time of
    the training here. Chapter 7.
    """

    model: VAE
    cost: Evaluation
    learned: Estimate
    of: str
    comparable: bool
    numbers: int
    seconds: float


def decoders(digits: Images, recipe: Recipe = SHORT) -> dict[str, DecoderCost]:
    r"""Train six decoders by one recipe, and give what each costs on held-out pictures.

    Beta-binomial, binomial, logistic and categorical pixels are masses over 17 levels. Bernoulli
    pixels learn pictures of two levels. The normal density learns $x + u$ with u uniform within
    a level, which makes its cost a bound for the levels too; at the bare levels the same model
    gives a number that bounds nothing. Chapter 7.
    """
    found = {"Beta-binomial": _cost(digits, recipe)}
    for name, law in (("binomial", BinomialPixels), ("logistic", LogisticPixels),
                      ("categorical", CategoricalPixels)):  # fmt: skip
        found[name] = _cost(digits, replace(recipe, likelihood=law))
    two_levels = replace(
        digits, train=binarised(digits.train), test=binarised(digits.test), levels=2
    )
    bernoulli = _cost(two_levels, replace(recipe, likelihood=BernoulliPixels))
    found["Bernoulli"] = replace(bernoulli, of="2 levels", comparable=False)
    return found | _normal_costs(digits, replace(recipe, likelihood=GaussianPixels))


def _cost(digits: Images, recipe: Recipe, judged_on: Images | None = None) -> DecoderCost:
    start = time.process_time()
    model, _ = fit(recipe, digits)
    seconds = time.process_time() - start
    judged_on = judged_on or digits
    cost, learned = _held_out(model, judged_on.test), _learned(model, judged_on.train)
    return DecoderCost(model, cost, learned, "17 levels", True, model.likelihood.outputs, seconds)


def _held_out(model: VAE, x: Tensor) -> Evaluation:
    return evaluate(model, x, devices.generator(SEED), draws=100)


def _learned(model: VAE, x: Tensor) -> Estimate:
    return evaluate(model, x, devices.generator(SEED), draws=1).elbo


class _WithinLevels(Recipe):
    """A recipe whose examples are moved within their levels, anew at each step."""

    def loss(self, model, x, generator, progress):
        return super().loss(model, dequantised(x, generator), generator, progress)


def _normal_costs(digits: Images, recipe: Recipe) -> dict[str, DecoderCost]:
    generator = devices.generator(SEED)
    learned, new = (dequantised(x, generator) for x in (digits.train, digits.test))
    moved = replace(digits, train=learned, test=new)
    within = _cost(digits, _WithinLevels(**vars(recipe)), judged_on=moved)
    bare = replace(
        within, cost=_held_out(within.model, digits.test),
        learned=_learned(within.model, digits.train), of="a density", comparable=False,
    )  # fmt: skip
    within = replace(within, of="17 levels, bound")
    return {"normal, within levels": within, "normal, at levels": bare}
