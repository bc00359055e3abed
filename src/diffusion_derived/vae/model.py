r"""The variational autoencoder: a model of pictures that brings its own inference (chapter 7).

$$p_\theta(x, z) = \mathcal N(z; 0, I)\,p_\theta(x \mid z), \qquad
q_\phi(z \mid x) = \prod_j \mathcal N(z_j;\; \mu_j(x), \sigma_j^2(x))$$
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor, nn

from diffusion_derived import checks, devices
from diffusion_derived.data import centred
from diffusion_derived.vae.likelihoods import PixelLikelihood
from diffusion_derived.vae.networks import MLP

AT_ONCE = 20_000
"""Decoded pictures that are held in memory at a time while weights are computed."""


@dataclass(frozen=True, eq=False)
class Posterior:
    r"""The encoder's answer: $\mathcal N(z;\, \mu, \sigma^2)$ for each picture and each latent.

    `mu` and `log_var` $= \log\sigma^2$ have shape (..., latents). Chapter 7.
    """

    mu: Tensor
    log_var: Tensor

    @property
    def sigma(self) -> Tensor:
        r"""$\sigma = e^{\frac12 \log\sigma^2}$: not `log_var` itself. Chapter 7."""
        return torch.exp(0.5 * self.log_var)

    def sample(self, eps: Tensor) -> Tensor:
        r"""$z = \mu + \sigma\varepsilon$ for standard normal `eps`, broadcast. Chapter 7."""
        return self.mu + self.sigma * eps

    def kls(self) -> Tensor:
        r"""$\frac12(\mu_j^2 + \sigma_j^2 - 1 - \log\sigma_j^2)$ for each latent, in nats.

        The divergence of $q(z_j \mid x)$ from the standard normal prior. Chapter 7.
        """
        square, variance = self.mu.square(), self.log_var.exp()
        return 0.5 * (square + variance - 1 - self.log_var)

    def kl(self) -> Tensor:
        r"""$D_{\mathrm{KL}}(q(z \mid x) \,\|\, p(z))$: the sum over the latents, shape (...)."""
        return self.kls().sum(-1)

    def log_prob(self, z: Tensor) -> Tensor:
        r"""$\log q(z \mid x)$ in nats, shape (...) of `z` and the pictures. Chapter 7."""
        return standard_normal((z - self.mu) / self.sigma) - 0.5 * self.log_var.sum(-1)


@dataclass(frozen=True, eq=False)
class Bound:
    """The two terms of the evidence lower bound, in nats a picture, shape (n,). Chapter 7."""

    reconstruction: Tensor
    kl: Tensor

    @property
    def elbo(self) -> Tensor:
        """Reconstruction minus divergence: at most log p(x), on average over draws. Chapter 7."""
        return self.reconstruction - self.kl

    def loss(self, beta: float = 1.0) -> Tensor:
        r"""$-\text{reconstruction} + \beta\,\mathrm{KL}$, averaged over pictures: one number.

        With beta = 1 it is minus the bound. Chapter 7.
        """
        return (beta * self.kl - self.reconstruction).mean()


class VAE(nn.Module):
    """An encoder, a prior and a decoder, two networks of two hidden layers each.

    `latents` is the length of z, `likelihood` says what the decoder's numbers mean, `hidden` is
    the width of the layers, `dims` the number of pixels; `dropout` is used in training alone;
    the first weights come from `seed`. The model is made on `devices.device()`. Raises
    `ValueError` for a size below 1. Chapter 7.
    """

    def __init__(
        self,
        latents: int,
        likelihood: PixelLikelihood,
        hidden: int = 256,
        dropout: float = 0.0,
        *,
        dims: int = 64,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.latents = checks.count("latents", latents, least=1)
        self.dims, self.likelihood = checks.count("dims", dims, least=1), likelihood
        inner, out = (hidden, hidden), dims * likelihood.outputs
        first, second = devices.seed_of(seed, 0), devices.seed_of(seed, 1)
        self.encoder = MLP((dims, *inner, 2 * latents), dropout, seed=first)
        self.decoder = MLP((latents, *inner, out), dropout, seed=second)
        self.to(devices.device())

    def encode(self, x: Tensor, generator: torch.Generator | None = None) -> Posterior:
        """The belief about z for pictures of levels, shape (..., dims). Chapter 7."""
        seen = centred(x, self.likelihood.levels)
        mu, log_var = self.encoder(seen, generator).chunk(2, -1)
        return Posterior(mu, log_var)

    def decode(self, z: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """The likelihood's numbers, (..., latents) to (..., dims, outputs). Chapter 7."""
        return self.decoder(z, generator).unflatten(-1, (self.dims, self.likelihood.outputs))

    def bound(self, x: Tensor, generator: torch.Generator, *, dropout: bool = False) -> Bound:
        r"""One draw's estimate of the bound's two terms for pictures of shape (n, dims).

        $$\log p_\theta(x \mid z)\big|_{z = \mu + \sigma\varepsilon}, \qquad
        D_{\mathrm{KL}}\left(q_\phi(z \mid x) \,\|\, p(z)\right)$$

        `dropout` is for training: an evaluated model drops nothing. Raises `ValueError` for
        pixels that are no levels of the likelihood. Chapter 7.
        """
        masks = generator if dropout else None
        q = self.encode(x, masks)
        eps = devices.normal(*q.mu.shape, generator=generator, like=q.mu)
        z = q.sample(eps)
        reconstruction = self.likelihood.log_prob(self.decode(z, masks), x)
        return Bound(reconstruction, q.kl())

    @torch.no_grad()
    def log_weights(self, x: Tensor, draws: int, generator: torch.Generator) -> Tensor:
        r"""$\log p_\theta(x, z) - \log q_\phi(z \mid x)$ for draws of z from q.

        Shape (draws, n), in nats. The mean of a row over the draws estimates the bound, and the
        logarithm of the mean weight the evidence. Raises `ValueError` for fewer than one draw.
        Chapter 7.
        """
        draws = checks.count("draws", draws, least=1)
        at_once = max(1, AT_ONCE // draws)
        return torch.cat([self._weights(part, draws, generator) for part in x.split(at_once)], 1)

    def _weights(self, x: Tensor, draws: int, generator: torch.Generator) -> Tensor:
        q = self.encode(x)
        eps = devices.normal(draws, *q.mu.shape, generator=generator, like=q.mu)
        z = q.sample(eps)
        # log q(z | x), written with eps: nothing is subtracted that was just added.
        log_q = standard_normal(eps) - 0.5 * q.log_var.sum(-1)
        return self.likelihood.log_prob(self.decode(z), x) + standard_normal(z) - log_q

    def prior(self, n: int, generator: torch.Generator) -> Tensor:
        """n draws of z from the prior, shape (n, latents), on the model's device. Chapter 7."""
        weights = self.decoder.layers[0].weight
        return devices.normal(n, self.latents, generator=generator, like=weights)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """n pictures: z from the prior, then every pixel from its law. (n, dims). Chapter 7."""
        return self.likelihood.sample(self.decode(self.prior(n, generator)), generator)

    @torch.no_grad()
    def mean(self, z: Tensor) -> Tensor:
        """The mean of each pixel in levels: (..., latents) to (..., dims). Chapter 7."""
        return self.likelihood.mean(self.decode(z))


def standard_normal(z: Tensor) -> Tensor:
    r"""$\log \mathcal N(z; 0, I)$ in nats, summed over the last axis. Chapter 3."""
    return -0.5 * z.square().sum(-1) - z.shape[-1] * 0.5 * log(2 * pi)
