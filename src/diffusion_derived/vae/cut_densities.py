r"""Likelihoods of pixels that come from a density on the line (chapter 7).

A logistic density is cut into levels and is then a mass. A normal density is left as it is, as most
code has it, and its number is one about points, not about levels.
"""

from __future__ import annotations

from math import log, pi

import torch
from torch import Tensor, nn
from torch.nn import functional

from diffusion_derived import checks
from diffusion_derived.vae.likelihoods import PixelLikelihood


class LogisticPixels(PixelLikelihood):
    r"""A logistic density cut at the half levels, with a centre and a scale for each pixel.

    $$P(k) = \operatorname{sigmoid}\Bigl(\frac{k + \frac12 - \mu}{s}\Bigr)
    - \operatorname{sigmoid}\Bigl(\frac{k - \frac12 - \mu}{s}\Bigr)$$

    The lowest level has everything below it, the highest everything above (chapter 3). With the
    network's numbers $o_1, o_2$, in levels: $\mu = \frac{L-1}{2}(1 + o_1)$ and $s = e^{o_2}$.
    Raises `ValueError` for fewer than two levels. Chapter 7.
    """

    outputs = 2

    def __init__(self, levels: int = 17) -> None:
        super().__init__()
        self.levels = checks.count("levels", levels, least=2)

    def log_pmf(self, parameters: Tensor) -> Tensor:
        """Log masses, shape (..., D, levels). Chapter 7."""
        return self._log_mass(parameters.unsqueeze(-2), self._levels(parameters))

    def log_prob(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Nats a picture, by the formula at x alone. Chapter 7."""
        return self._log_mass(parameters, self._checked(parameters, x)).sum(-1)

    def _log_mass(self, parameters: Tensor, k: Tensor) -> Tensor:
        """A product in which nothing cancels: sigmoid(b) sigmoid(-a) (1 - exp(-1/s))."""
        centre = (self.levels - 1) / 2 * (1 + parameters[..., 0])
        sharpness = torch.exp(-parameters[..., 1])
        below = functional.softplus((k - 0.5 - centre) * sharpness)
        above = functional.softplus(-(k + 0.5 - centre) * sharpness)
        first, last = k == 0, k == self.levels - 1
        inner = torch.log(-torch.expm1(-sharpness))
        inner = torch.where(first | last, 0.0, inner)
        return inner - torch.where(first, 0.0, below) - torch.where(last, 0.0, above)


class GaussianPixels(nn.Module):
    r"""A normal density for every pixel, $\mathcal N(x_i;\; \mu_i, \sigma^2)$, in levels.

    $$\log p(x \mid z) = -\frac{\lVert x - \mu\rVert^2}{2\sigma^2} - \frac D2\log(2\pi\sigma^2)$$

    One `sigma` for all pixels: a number that is given, or one that is learned (None), and then
    ends at the root of the mean squared error. With the network's number o the mean is
    $\mu = \frac{L-1}{2}(1 + o)$. This is a density: it does not sum to one over the levels. Its
    value at $x + u$, with u uniform on $(-\frac12, \frac12)$, is on average a lower bound for the
    log mass of the level. Raises `ValueError` for a sigma that is not above 0 or fewer than two
    levels. Chapter 7.
    """

    outputs = 1

    def __init__(self, sigma: float | None = None, levels: int = 17) -> None:
        super().__init__()
        self.levels = checks.count("levels", levels, least=2)
        start = 0.0 if sigma is None else log(checks.positive("sigma", sigma))
        self.log_sigma = nn.Parameter(torch.tensor(start), requires_grad=sigma is None)

    @property
    def sigma(self) -> Tensor:
        """The standard deviation of a pixel, in levels. Chapter 7."""
        return self.log_sigma.exp()

    def log_prob(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Log density in nats a picture, of any numbers `x` of shape (..., D). Chapter 7."""
        if parameters.shape[-1] != 1 or parameters.shape[-2] != x.shape[-1]:
            checks.refuse("parameters.shape", tuple(parameters.shape), f"(..., {x.shape[-1]}, 1)")
        error = ((x - self.mean(parameters)) / self.sigma).square().sum(-1)
        return -0.5 * error - x.shape[-1] * (self.log_sigma + 0.5 * log(2 * pi))

    def mean(self, parameters: Tensor) -> Tensor:
        r"""$\mu$ in levels, shape (..., D); it may lie outside of them. Chapter 7."""
        return (self.levels - 1) / 2 * (1 + parameters[..., 0])

    @torch.no_grad()
    def sample(self, parameters: Tensor, generator: torch.Generator) -> Tensor:
        r"""$\mu + \sigma\varepsilon$, floats of shape (..., D): not levels. Chapter 7."""
        mean = self.mean(parameters)
        eps = torch.randn(mean.shape, generator=generator).to(mean.device)
        return mean + self.sigma * eps


def dequantised(x: Tensor, generator: torch.Generator) -> Tensor:
    r"""$x + u$ with u uniform on $(-\frac12, \frac12)$ for every pixel: floats. Chapter 7."""
    return x + torch.rand(x.shape, generator=generator).to(x.device) - 0.5
