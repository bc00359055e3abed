r"""The autoencoder: the same two networks without a probability model (chapter 7)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from diffusion_derived import checks, devices, training
from diffusion_derived.data import Images, centred
from diffusion_derived.vae.networks import MLP


class Autoencoder(nn.Module):
    r"""Pictures to codes and back, with as small a squared error as it can.

    `latents` is the length of a code, `hidden` the width of two layers on each side, `dims` the
    number of pixels; the first weights come from `seed`. It has no prior: nothing says which
    codes are codes of pictures. Made on `devices.device()`. Raises `ValueError` for a size below
    1. Chapter 7.
    """

    def __init__(
        self, latents: int, hidden: int = 256, *, dims: int = 64, levels: int = 17, seed: int = 0
    ) -> None:
        super().__init__()
        latents = checks.count("latents", latents, least=1)
        self.levels = checks.count("levels", levels, least=2)
        first, second = devices.seed_of(seed, 0), devices.seed_of(seed, 1)
        self.encoder = MLP((dims, hidden, hidden, latents), seed=first)
        self.decoder = MLP((latents, hidden, hidden, dims), seed=second)
        self.to(devices.device())

    def encode(self, x: Tensor) -> Tensor:
        """The code of each picture of levels: (n, dims) to (n, latents). Chapter 7."""
        return self.encoder(centred(x, self.levels))

    def decode(self, z: Tensor) -> Tensor:
        """The picture of each code, in levels, which it may leave: (n, latents) to (n, dims)."""
        return (self.levels - 1) / 2 * (1 + self.decoder(z))

    def loss(self, x: Tensor) -> Tensor:
        r"""$\lVert \hat x - x\rVert^2$ in squared levels, summed over pixels, mean over pictures.

        Chapter 7.
        """
        return (self.decode(self.encode(x)) - x).square().sum(-1).mean()


def fit_autoencoder(
    latents: int, digits: Images, *, steps: int = 2000, rate: float = 2e-3, seed: int = 0
) -> tuple[Autoencoder, list[training.Step]]:
    """Train an autoencoder on `digits.train`; its steps are records. Chapter 7."""
    model = Autoencoder(latents, dims=digits.pixels, levels=digits.levels, seed=seed)
    run = training.train(
        model, lambda model, x, *_: model.loss(x), digits.train, steps=steps, rate=rate, seed=seed
    )
    return model, list(training.watch(run, steps))


def normal_draws(codes: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """n draws from the normal with the mean and the covariance of codes (m, latents).

    What one may try where there is no prior: shape (n, latents). Raises `ValueError` for fewer
    than two codes. Chapter 7.
    """
    if len(codes) < 2:
        checks.refuse("len(codes)", len(codes), "at least two codes")
    root = torch.linalg.cholesky(torch.cov(codes.T).double()).to(codes)
    eps = devices.normal(n, codes.shape[1], generator=generator, like=codes)
    return codes.mean(0) + eps @ root.T
