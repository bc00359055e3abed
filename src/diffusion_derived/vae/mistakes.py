r"""Mistakes of VAE code, run: what each reports, and what its model is worth (chapter 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from diffusion_derived import devices
from diffusion_derived.data import Images
from diffusion_derived.estimates import Estimate, average
from diffusion_derived.vae.latents import Units, units
from diffusion_derived.vae.model import VAE, Bound
from diffusion_derived.vae.recipes import SHORT, Evaluation, Recipe, evaluate, fit

DRAWS, SEED = 100, 7


@dataclass(frozen=True, eq=False)
class Slip:
    """What the code with a mistake reports, and the bound of its model computed right.

    Both are in bits per dimension of the held-out pictures. A report below the cost by `iwae`
    claims more than the model's bound can show. Chapter 7.
    """

    reported: Estimate
    cost: Evaluation
    units: Units


class _WidthIsLogVar(Recipe):
    """A recipe that draws with the logarithm of the variance as its standard deviation."""

    def loss(self, model, x, generator, progress):
        return _log_var_as_width(model, x, generator).loss(self.weight(progress))


def slips(digits: Images, recipe: Recipe = SHORT, right: VAE | None = None) -> dict[str, Slip]:
    r"""Train the right loss and three wrong ones, and let each report its own number.

    *mean over pixels*: the reconstruction is averaged over the D pixels and the divergence is
    not, which weighs the divergence by D. *KL averaged over latents*: it is divided by their
    number. *log_var as width*: $z = \mu + \log\sigma^2\,\varepsilon$. Last, the right model with
    *z = mu* and no divergence: a report of the reconstruction. `right` may be handed in if the
    recipe was run before. Chapter 7.
    """
    dims, latents = digits.pixels, recipe.latents
    right = right or fit(recipe, digits)[0]
    by_pixel, _ = fit(replace(recipe, beta=recipe.beta * dims), digits)
    by_latent, _ = fit(replace(recipe, beta=recipe.beta / latents), digits)
    by_width, _ = fit(_WidthIsLogVar(**vars(recipe)), digits)
    x = digits.test.to(devices.device())
    reports = {
        "right": (right, _reported(right, x, VAE.bound)),
        "mean over pixels": (by_pixel, _reported(by_pixel, x, VAE.bound, dims)),
        "KL averaged over latents": (by_latent, _reported(by_latent, x, VAE.bound, 1 / latents)),
        "log_var as width": (by_width, _reported(by_width, x, _log_var_as_width)),
        "z = mu, no KL": (right, _reported(right, x, _at_the_mean, 0.0)),
    }
    return {name: _honest(model, x, reported) for name, (model, reported) in reports.items()}


def _honest(model: VAE, x: Tensor, reported: Estimate) -> Slip:
    cost = evaluate(model, x, devices.generator(SEED), draws=DRAWS)
    return Slip(reported, cost, units(model, x))


@torch.no_grad()
def _reported(model: VAE, x: Tensor, bound, kl_weight: float = 1.0) -> Estimate:
    """Minus reconstruction plus weighted divergence, in bits per dimension."""
    generator, total = devices.generator(SEED), 0.0
    for _ in range(DRAWS):
        terms = bound(model, x, generator)
        total = total + kl_weight * terms.kl - terms.reconstruction
    return average((total / (DRAWS * model.dims * np.log(2))).double().cpu().numpy())


def _log_var_as_width(model: VAE, x: Tensor, generator: torch.Generator) -> Bound:
    q = model.encode(x)
    eps = devices.normal(*q.mu.shape, generator=generator, like=q.mu)
    return Bound(model.likelihood.log_prob(model.decode(q.mu + q.log_var * eps), x), q.kl())


def _at_the_mean(model: VAE, x: Tensor, generator: torch.Generator) -> Bound:
    q = model.encode(x)
    return Bound(model.likelihood.log_prob(model.decode(q.mu), x), q.kl())
