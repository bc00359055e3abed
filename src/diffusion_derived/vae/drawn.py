"""Can one draw from it: samples of an autoencoder and of a VAE against real digits (chapter 7)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from diffusion_derived import devices, metrics
from diffusion_derived.data import Images
from diffusion_derived.estimates import Estimate
from diffusion_derived.vae.autoencoder import Autoencoder, normal_draws
from diffusion_derived.vae.model import VAE

SEED = 7


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures from one source, in levels, shape (1437, dims), and how they compare.

    `distance` is the Fréchet distance of chapter 7, `neighbour` the median distance to the
    nearest picture that was learned from; for the real ones, that of the held-out pictures.
    Chapter 7.
    """

    pictures: Tensor
    distance: metrics.FrechetDistance
    neighbour: Estimate


@torch.no_grad()
def samples(
    digits: Images, autoencoder: Autoencoder, vae: VAE, features: metrics.DigitFeatures
) -> dict[str, Drawn]:
    """As many pictures as were learned from, drawn in five ways, and the real ones.

    The autoencoder decodes the codes of real pictures, draws from the normal with the mean and
    the covariance of those codes, and draws from the standard normal, which was never its prior.
    The VAE draws z from its prior, and then shows the mean of every pixel, or draws the pixel
    from its law. Chapter 7.
    """
    n = len(digits.train)
    codes = autoencoder.encode(digits.train.to(devices.device()))
    z = vae.prior(n, devices.generator(SEED))
    found = {
        "autoencoder, real codes": autoencoder.decode(codes),
        "autoencoder, normal codes": autoencoder.decode(
            normal_draws(codes, n, devices.generator(SEED))
        ),
        "autoencoder, standard normal": autoencoder.decode(
            devices.normal(*codes.shape, generator=devices.generator(SEED), like=codes)
        ),
        "VAE, means": vae.mean(z),
        "VAE, draws": vae.likelihood.sample(vae.decode(z), devices.generator(SEED + 1)),
    }
    floor = metrics.frechet_distance(features(digits.train), features(digits.test))
    held_out = metrics.nearest_neighbours(digits.test, digits.train)
    rows = {name: _compared(x.cpu(), digits, features) for name, x in found.items()}
    return {"real": Drawn(digits.train, floor, held_out)} | rows


def _compared(x: Tensor, digits: Images, features: metrics.DigitFeatures) -> Drawn:
    distance = metrics.frechet_distance(features(x), features(digits.test))
    return Drawn(x, distance, metrics.nearest_neighbours(x, digits.train))
