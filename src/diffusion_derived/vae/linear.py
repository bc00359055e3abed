r"""The VAE whose evidence is known: linear maps, normal noise, probabilistic PCA (chapter 7).

$$z \sim \mathcal N(0, I_d), \qquad x \mid z \sim \mathcal N(Wz + m,\; v I_D), \qquad
x \sim \mathcal N(m,\; WW^\top + vI)$$
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from diffusion_derived import checks, devices, training
from diffusion_derived.mixture import principal_plane
from diffusion_derived.vae.model import Bound, Posterior


@dataclass(frozen=True, eq=False)
class ProbabilisticPCA:
    r"""The model above: `mean` m, shape (D,), `weights` W, shape (D, d), and `variance` v.

    Raises `ValueError` for other shapes or a variance not above 0. Chapter 7; Tipping and Bishop
    (1999).
    """

    mean: np.ndarray
    weights: np.ndarray
    variance: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", checks.finite_floats("mean", self.mean))
        object.__setattr__(self, "weights", checks.finite_floats("weights", self.weights))
        object.__setattr__(self, "variance", float(checks.positive("variance", self.variance)))
        if self.weights.ndim != 2 or self.mean.shape != self.weights.shape[:1]:
            checks.refuse("weights.shape", self.weights.shape, f"({self.mean.size}, latents)")

    @classmethod
    def fit(cls, x: ArrayLike, latents: int, variance: float | None = None) -> ProbabilisticPCA:
        r"""The most probable model of this size for points of shape (n, D), in closed form.

        With $\lambda_j$ the variances of the data along the principal directions $u_j$ of chapter
        5, column j of W is $u_j \sqrt{\lambda_j - v}$, or 0 where $\lambda_j \le v$; v is the mean
        of the variances that are left, unless it is given. Raises `ValueError` for as many
        latents as D. Chapter 7.
        """
        x = checks.finite_floats("x", x)
        if x.ndim != 2 or not 1 <= checks.count("latents", latents) < min(x.shape):
            checks.refuse("latents", latents, f"1 to {min(x.shape) - 1} for x of shape {x.shape}")
        plane = principal_plane(x, min(x.shape))
        rest = plane.variances[latents:].sum() / (x.shape[1] - latents)
        v = float(rest if variance is None else checks.positive("variance", variance))
        lengths = np.sqrt(np.maximum(plane.variances[:latents] - v, 0))
        return cls(plane.mean, plane.directions[:latents].T * lengths, v)

    @property
    def covariance(self) -> np.ndarray:
        r"""$WW^\top + vI$, shape (D, D). Chapter 7."""
        return self.weights @ self.weights.T + self.variance * np.eye(self.mean.size)

    def log_evidence(self, x: ArrayLike) -> np.ndarray:
        r"""$\log\mathcal N(x;\, m, WW^\top + vI)$ in nats: (n, D) to (n,). Chapter 7."""
        root = np.linalg.cholesky(self.covariance)
        white = np.linalg.solve(root, (np.asarray(x, dtype=float) - self.mean).T)
        log_det = 2 * np.log(np.diag(root)).sum()
        return -0.5 * ((white**2).sum(axis=0) + log_det + self.mean.size * log(2 * pi))

    def posterior(self, x: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        r"""Mean, shape (n, d), and covariance, shape (d, d), of $p(z \mid x)$.

        $$\mathbb E[z \mid x] = M^{-1}W^\top(x - m), \quad \operatorname{Cov}[z \mid x] = vM^{-1},
        \quad M = W^\top W + vI$$

        The covariance is the same for every x. Chapter 7.
        """
        inner = self.weights.T @ self.weights + self.variance * np.eye(self.weights.shape[1])
        centred = np.asarray(x, dtype=float) - self.mean
        return np.linalg.solve(inner, self.weights.T @ centred.T).T, (
            self.variance * np.linalg.inv(inner)
        )

    def turned(self, seed: int) -> ProbabilisticPCA:
        """The same density of x, its latents turned by a random rotation from `seed`.

        The evidence cannot tell the two apart; a guess with independent parts can. Chapter 7.
        """
        d = self.weights.shape[1]
        drawn = torch.randn(d, d, generator=devices.generator(seed), dtype=torch.float64)
        rotation = torch.linalg.qr(drawn).Q.numpy()
        return ProbabilisticPCA(self.mean, self.weights @ rotation, self.variance)


class LinearVAE(nn.Module):
    r"""A VAE of two linear maps, whose bound needs no draws.

    $$p(x \mid z) = \mathcal N(Wz + m,\, vI), \qquad
    q(z \mid x) = \prod_{j=1}^d \mathcal N\big(z_j;\; (A(x - m))_j,\, s_j^2\big)$$

    The s do not depend on x. With `sigma` the noise $v = \sigma^2$ is given, without it is
    learned. Double precision, on the CPU. Raises `ValueError` for a size below 1 or a sigma not
    above 0. Chapter 7.
    """

    def __init__(
        self, dims: int, latents: int, sigma: float | None = None, *, seed: int = 0
    ) -> None:
        super().__init__()
        dims, latents = checks.count("dims", dims, 1), checks.count("latents", latents, 1)
        generator, kind = devices.generator(seed), torch.float64
        start = 0.0 if sigma is None else log(checks.positive("sigma", sigma))
        drawn = torch.randn(dims, latents, generator=generator, dtype=kind)
        self.mean = nn.Parameter(torch.zeros(dims, dtype=kind))
        self.weights = nn.Parameter(drawn / sqrt(dims))
        self.encoder = nn.Parameter(drawn.T.contiguous() / sqrt(dims))
        self.log_s = nn.Parameter(torch.zeros(latents, dtype=kind))
        self.log_sigma = nn.Parameter(torch.tensor(start, dtype=kind), sigma is None)

    def encode(self, x: Tensor) -> Posterior:
        """The guess for points of shape (n, D). Chapter 7."""
        mu = (x - self.mean) @ self.encoder.T
        return Posterior(mu, (2 * self.log_s).expand_as(mu))

    def bound(self, x: Tensor) -> Bound:
        r"""The exact bound of each point, shape (n,), in nats.

        $$\mathbb E_q[\log p(x \mid z)] = -\frac{1}{2v}\Big(\lVert x - m - W\mu\rVert^2
        + \sum_j s_j^2 \lVert w_j\rVert^2\Big) - \frac D2\log(2\pi v)$$

        with $w_j$ the columns of W and $\mu = A(x - m)$. Chapter 7.
        """
        q = self.encode(x)
        error = (x - self.mean - q.mu @ self.weights.T).square().sum(-1)
        spread = ((2 * self.log_s).exp() * self.weights.square().sum(0)).sum()
        constant = x.shape[-1] * (self.log_sigma + 0.5 * log(2 * pi))
        return Bound(-0.5 * (error + spread) * torch.exp(-2 * self.log_sigma) - constant, q.kl())

    def model(self) -> ProbabilisticPCA:
        """Its decoder, of which the evidence is known. Chapter 7."""
        numbers = (self.mean, self.weights, (2 * self.log_sigma).exp())
        mean, weights, variance = (t.detach().cpu().numpy() for t in numbers)
        return ProbabilisticPCA(mean, weights, float(variance))


def linear_vae_of(model: ProbabilisticPCA) -> LinearVAE:
    r"""The linear VAE with this decoder and the best encoder that it can have.

    $A = M^{-1}W^\top$ is the exact posterior mean. The best independent parts have the variances
    $s_j^2 = v/M_{jj}$ (chapter 6). Chapter 7.
    """
    d = model.weights.shape[1]
    vae = LinearVAE(model.mean.size, d, sqrt(model.variance))
    inner = model.weights.T @ model.weights + model.variance * np.eye(d)
    found = {
        "mean": model.mean,
        "weights": model.weights,
        "encoder": np.linalg.solve(inner, model.weights.T),
        "log_s": 0.5 * np.log(model.variance / np.diag(inner)),
    }
    with torch.no_grad():
        for name, value in found.items():
            getattr(vae, name).copy_(torch.from_numpy(np.array(value)))
    return vae


def fit_linear(
    x: ArrayLike,
    latents: int,
    *,
    sigma: float | None = None,
    beta: float = 1.0,
    steps: int = 2000,
    rate: float = 0.03,
    seed: int = 0,
) -> tuple[LinearVAE, np.ndarray]:
    r"""Train both maps from a random start; the bound of each step, shape (steps,), comes with it.

    What is climbed is the mean over the points x, shape (n, D), of $\text{reconstruction} -
    \beta\,\mathrm{KL}$, without draws and with all points in each step. m starts at their
    mean. Points of unit size, such as centred pixels, are what the rate is made for. Raises
    `ValueError` for a beta not above 0. Chapter 7.
    """
    beta = float(checks.positive("beta", beta))
    points = torch.from_numpy(representatives(x))
    vae = LinearVAE(points.shape[1], latents, sigma, seed=seed)
    with torch.no_grad():
        vae.mean.copy_(points.mean(0))
    run = training.train(
        vae, lambda model, *_: model.bound(points).loss(beta), points,
        steps=steps, batch=1, rate=rate, warm_up=0, seed=seed,
    )  # fmt: skip
    return vae, -training.losses(run)


def representatives(x: ArrayLike) -> np.ndarray:
    r"""2D points with the mean and the covariance of n points: shape (n, D) to (2D, D).

    They are $\bar x \pm \sqrt{D\lambda_j}\,u_j$ along the principal directions of chapter 5.
    The mean of anything quadratic, such as the linear bound, is the same over both. Raises
    `ValueError` for fewer points than D. Chapter 7.
    """
    dims = np.shape(x)[-1]
    plane = principal_plane(x, dims)
    reach = plane.directions * np.sqrt(dims * plane.variances)[:, None]
    return np.concatenate([plane.mean + reach, plane.mean - reach])
