r"""Two trained levels of latents over one picture, read upwards or downwards (chapter 8).

$$p(x, z_1, z_2) = p(z_2)\,p(z_1 \mid z_2)\,p(x \mid z_1), \qquad p(z_2) = \mathcal N(0, I)$$

All conditional densities are normal with networks for mean and width, except $p(x \mid z_1)$,
which is chapter 7's decoder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from diffusion_derived import checks, devices
from diffusion_derived.vae import MLP, VAE, PixelLikelihood, Posterior
from diffusion_derived.vae.model import standard_normal

Join = Callable[[Posterior, Posterior], Posterior]


@dataclass(frozen=True, eq=False)
class Levels:
    r"""One draw of both levels for each picture, and the three normals that belong to it.

    `q_1`, `q_2` are the encoder's beliefs from which `z_1` and `z_2` were drawn; `p_1` is the
    model's $p(z_1 \mid z_2)$ at the drawn `z_2`. Chapter 8.
    """

    z_1: Tensor
    z_2: Tensor
    q_1: Posterior
    q_2: Posterior
    p_1: Posterior

    def log_ratio(self) -> Tensor:
        r"""$\log p(z_1 \mid z_2) + \log p(z_2) - \log q(z_1, z_2 \mid x)$ in nats. Chapter 8."""
        log_p = self.p_1.log_prob(self.z_1) + standard_normal(self.z_2)
        return log_p - self.q_1.log_prob(self.z_1) - self.q_2.log_prob(self.z_2)

    def kls(self) -> Tensor:
        r"""$D_{\mathrm{KL}}$ of `q_1` from `p_1` for each unit of level one, in nats. Chapter 8."""
        log_var = self.q_1.log_var - self.p_1.log_var
        return Posterior((self.q_1.mu - self.p_1.mu) / self.p_1.sigma, log_var).kls()


@dataclass(frozen=True, eq=False)
class LevelsBound:
    r"""One draw's estimate of the bound's three terms, in nats a picture, each of shape (n,).

    `reconstruction` is $\log p(x \mid z_1)$, `lower` is $\log q(z_1 \mid \cdot) - \log
    p(z_1 \mid z_2)$, and `upper` is $D_{\mathrm{KL}}(q(z_2 \mid \cdot) \,\|\, p(z_2))$. Chapter 8.
    """

    reconstruction: Tensor
    lower: Tensor
    upper: Tensor

    @property
    def kl(self) -> Tensor:
        r"""Both levels' terms: on average $D_{\mathrm{KL}}(q(z_1, z_2 \mid x) \,\|\, p)$."""
        return self.lower + self.upper

    @property
    def elbo(self) -> Tensor:
        """Reconstruction minus both levels' terms. Chapter 8."""
        return self.reconstruction - self.kl

    def loss(self, lower: float = 1.0, upper: float = 1.0) -> Tensor:
        """Minus the bound with a weight on each level's term, averaged: one number. Chapter 8."""
        return (lower * self.lower + upper * self.upper - self.reconstruction).mean()


class TwoLevels(VAE):
    r"""A second level of `above` latents over the `latents` of a VAE.

    `middle` is the width of the two networks between the levels; the rest as for `VAE`.
    $p(z_1 \mid z_2)$ starts as the standard normal. How the encoder goes is left to `BottomUp`
    and `TopDown`. Raises `ValueError` for a size below 1. Chapter 8.
    """

    inputs_of_upper: int  # numbers that the upper encoder reads, for each latent of level one

    def __init__(
        self,
        latents: int,
        above: int,
        likelihood: PixelLikelihood,
        hidden: int = 256,
        middle: int = 64,
        dropout: float = 0.0,
        *,
        dims: int = 64,
        seed: int = 0,
    ) -> None:
        super().__init__(latents, likelihood, hidden, dropout, dims=dims, seed=seed)
        self.above = checks.count("above", above, least=1)
        inner, read = (middle, middle), latents * self.inputs_of_upper
        third, fourth = devices.seed_of(seed, 2), devices.seed_of(seed, 3)
        self.upper_encoder = MLP((read, *inner, 2 * above), dropout, seed=third)
        self.conditional_prior = MLP((above, *inner, 2 * latents), dropout, seed=fourth)
        for weights in self.conditional_prior.layers[-1].parameters():
            torch.nn.init.zeros_(weights)
        self.to(devices.device())

    def levels(
        self,
        x: Tensor,
        generator: torch.Generator,
        *,
        draws: int | None = None,
        masks: torch.Generator | None = None,
    ) -> Levels:
        """Draw both levels for pictures (n, dims): tensors (n, ...), or (draws, n, ...)."""
        raise NotImplementedError

    def above_one(self, z_2: Tensor, masks: torch.Generator | None = None) -> Posterior:
        r"""The model's $p(z_1 \mid z_2)$: (..., above) to two tensors (..., latents)."""
        return Posterior(*self.conditional_prior(z_2, masks).chunk(2, -1))

    def bound(self, x: Tensor, generator: torch.Generator, *, dropout: bool = False) -> LevelsBound:
        """One draw's estimate of the bound's three terms, each of shape (n,). Chapter 8."""
        masks = generator if dropout else None
        at = self.levels(x, generator, masks=masks)
        reconstruction = self.likelihood.log_prob(self.decode(at.z_1, masks), x)
        lower = at.q_1.log_prob(at.z_1) - at.p_1.log_prob(at.z_1)
        return LevelsBound(reconstruction, lower, at.q_2.kl())

    def _weights(self, x: Tensor, draws: int, generator: torch.Generator) -> Tensor:
        at = self.levels(x, generator, draws=draws)
        return self.likelihood.log_prob(self.decode(at.z_1), x) + at.log_ratio()

    def prior(self, n: int, generator: torch.Generator) -> Tensor:
        r"""n draws of $z_1$ from the model, by way of $z_2$: shape (n, latents). Chapter 8."""
        like = self.decoder.layers[0].weight
        z_2 = devices.normal(n, self.above, generator=generator, like=like)
        return _drawn(self.above_one(z_2), generator)


class BottomUp(TwoLevels):
    r"""The Markovian encoder: $q(z_1 \mid x)$, then $q(z_2 \mid z_1)$. Chapter 8."""

    inputs_of_upper = 1

    def levels(self, x, generator, *, draws=None, masks=None) -> Levels:
        q_1 = self.encode(x, masks)
        z_1 = _drawn(q_1, generator, draws)
        q_2 = Posterior(*self.upper_encoder(z_1, masks).chunk(2, -1))
        z_2 = _drawn(q_2, generator)
        return Levels(z_1, z_2, q_1, q_2, self.above_one(z_2, masks))


class TopDown(TwoLevels):
    r"""The encoder that goes up with a message and draws on its way down.

    $q(z_2 \mid x)$ first, then $q(z_1 \mid z_2, x)$, which `join` makes of what the picture says
    about $z_1$ and of the model's $p(z_1 \mid z_2)$: `merged` or `shifted`. Chapter 8.
    """

    inputs_of_upper = 2

    def __init__(self, *sizes, join: Join, **options) -> None:
        super().__init__(*sizes, **options)
        self.join = join

    def levels(self, x, generator, *, draws=None, masks=None) -> Levels:
        message = self.encode(x, masks)
        read = torch.cat([message.mu, message.log_var], -1)
        q_2 = Posterior(*self.upper_encoder(read, masks).chunk(2, -1))
        z_2 = _drawn(q_2, generator, draws)
        p_1 = self.above_one(z_2, masks)
        q_1 = self.join(message, p_1)
        return Levels(_drawn(q_1, generator), z_2, q_1, q_2, p_1)


def merged(message: Posterior, prior: Posterior) -> Posterior:
    r"""Two beliefs multiplied: precisions add, and means are weighted with them.

    $$\frac1{\sigma^2} = \frac1{v} + \frac1{s}, \qquad
    \mu = \sigma^2\left(\frac{m}{v} + \frac{p}{s}\right)$$

    for a message $\mathcal N(m, v)$ and a prior $\mathcal N(p, s)$. Agreement with the prior is
    reached only by $v \to \infty$, where the message's slopes vanish like $s/v$. Chapter 8;
    Sønderby et al. (2016).
    """
    share = torch.sigmoid(prior.log_var - message.log_var)  # s / (s + v), the message's part
    mu = prior.mu + share * (message.mu - prior.mu)
    return Posterior(mu, -torch.logaddexp(-message.log_var, -prior.log_var))


def shifted(message: Posterior, prior: Posterior) -> Posterior:
    r"""A shift and a stretch of the prior: $\mu = p + \sqrt{s}\,m$ and $\sigma^2 = s\,v$.

    Agreement with the prior is reached at $m = 0$, $v = 1$, where the message's slopes are as
    large as elsewhere. Chapter 8; Vahdat and Kautz (2020), section 3.2.
    """
    mu = prior.mu + prior.sigma * message.mu
    return Posterior(mu, prior.log_var + message.log_var)


def _drawn(q: Posterior, generator: torch.Generator, draws: int | None = None) -> Tensor:
    shape = q.mu.shape if draws is None else (draws, *q.mu.shape)
    return q.sample(devices.normal(*shape, generator=generator, like=q.mu))
