"""Which latents a model uses, and how a slow start of the divergence keeps them (chapter 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from diffusion_derived import devices
from diffusion_derived.data import Images
from diffusion_derived.vae.model import VAE
from diffusion_derived.vae.recipes import SHORT, Evaluation, Recipe, evaluate, fit

ACTIVE = 0.1
"""Divergence from the prior, in nats, from which a latent counts as active."""

SEED = 7
"""Seed of the draws that evaluate."""


@dataclass(frozen=True, eq=False)
class Units:
    r"""How much each latent says about the pictures, arrays of shape (latents,).

    `kl` is the mean over pictures of $D_{\mathrm{KL}}(q(z_j \mid x) \,\|\, p(z_j))$ in nats,
    `spread` the variance over pictures of $\mu_j(x)$. A latent that does not say 0.1 nat has
    collapsed: its guess is nearly the prior, whatever the picture. Burda, Grosse and
    Salakhutdinov (2016) ask for a spread above 0.01 instead. Chapter 7.
    """

    kl: np.ndarray
    spread: np.ndarray

    @property
    def active(self) -> int:
        """How many latents are active. Chapter 7."""
        return int((self.kl > ACTIVE).sum())


@torch.no_grad()
def units(model: VAE, x: Tensor) -> Units:
    """The use of each latent on pictures of shape (n, dims), most used first. Chapter 7."""
    q = model.encode(x.to(devices.device()))
    order = q.kls().mean(0).argsort(descending=True)
    kl, spread = q.kls().mean(0)[order], q.mu.var(0)[order]
    return Units(kl.cpu().numpy(), spread.cpu().numpy())


@dataclass(frozen=True, eq=False)
class Start:
    """A model whose divergence was raised over a share of the steps: cost and latents."""

    cost: Evaluation
    units: Units


def starts(
    digits: Images, shares: Sequence[float] = (0.0, 0.6), recipe: Recipe | None = None
) -> dict[float, Start]:
    """Train with the divergence in full from the first step (share 0), and raised slowly.

    All else is one recipe, of sixteen latents. Evaluated on the held-out pictures. Chapter 7.
    """
    recipe, found = recipe or replace(SHORT, latents=16), {}
    for share in shares:
        model, _ = fit(replace(recipe, kl_warm_up=share), digits)
        cost = evaluate(model, digits.test, devices.generator(SEED), draws=100)
        found[share] = Start(cost, units(model, digits.test))
    return found
