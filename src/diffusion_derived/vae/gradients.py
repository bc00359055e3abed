"""The two gradients of chapter 6 on a trained VAE: equal on average, not in spread (chapter 7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from diffusion_derived import checks, devices, elbo
from diffusion_derived.vae.model import VAE, standard_normal


@dataclass(frozen=True, eq=False)
class Slopes:
    r"""Single-draw gradients of one picture's bound by $\mu_j$: arrays of shape (latents,).

    `mean` over the draws, the variance of one draw's gradient, and the standard error of the
    mean. Chapter 7.
    """

    mean: np.ndarray
    variance: np.ndarray
    error: np.ndarray


def slopes(model: VAE, x: Tensor, draws: int, generator: torch.Generator) -> dict[str, Slopes]:
    """Three unbiased gradients for one picture of shape (dims,), each with the same draws.

    *score function*, *score function, baseline* (what the other draws have on average is
    subtracted), *reparametrised*. Raises `ValueError` for more than one picture or fewer than
    two draws. Chapter 7.
    """
    if x.ndim != 1:
        checks.refuse("x.shape", tuple(x.shape), "one picture, (dims,)")
    x = x.to(devices.device())
    with torch.no_grad():
        q = model.encode(x)
    mu, sigma = (t.cpu().double().numpy() for t in (q.mu, q.sigma))
    draws = checks.count("draws", draws, least=2)
    eps = devices.normal(draws, mu.size, generator=generator).double().numpy()

    def log_joint(z: np.ndarray) -> tuple[Tensor, Tensor]:
        z = torch.as_tensor(z, dtype=q.mu.dtype, device=q.mu.device).requires_grad_()
        value = model.likelihood.log_prob(model.decode(z), x) + standard_normal(z)
        return z, value

    def height(z: np.ndarray) -> np.ndarray:
        return log_joint(z)[1].detach().cpu().double().numpy()

    def slope(z: np.ndarray) -> np.ndarray:
        z, value = log_joint(z)
        return torch.autograd.grad(value.sum(), z)[0].cpu().double().numpy()

    score = elbo.score_function_gradient
    found = {
        "score function": score(height, mu, sigma, eps),
        "score function, baseline": score(height, mu, sigma, eps, baseline=True),
        "reparametrised": elbo.reparametrised_gradient(slope, mu, sigma, eps),
    }
    return {name: _summary(each[:, 0]) for name, each in found.items()}


def _summary(by_mean: np.ndarray) -> Slopes:
    variance = by_mean.var(axis=0, ddof=1)
    return Slopes(by_mean.mean(axis=0), variance, np.sqrt(variance / len(by_mean)))
