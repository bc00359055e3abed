"""Points in the plane whose density is known exactly: mixtures of round normals (chapter 8)."""

from dataclasses import dataclass
from math import log, pi

import torch

from diffusion_derived import checks, devices


@dataclass(frozen=True)
class Toy:
    r"""A mixture of round normals in the plane, as in chapter 5, with equal standard deviations.

    $$p(x) = \sum_k \pi_k \, \mathcal N(x; \mu_k, \sigma^2 I)$$

    `weights` $\pi_k$, shape (K,); `means` $\mu_k$, shape (K, 2); `sigma` $\sigma$. Double
    precision, on the CPU. Raises `ValueError` for other shapes, weights that do not add up to 1
    or a sigma that is not positive. Chapter 8.
    """

    name: str
    weights: torch.Tensor
    means: torch.Tensor
    sigma: float

    def __post_init__(self) -> None:
        checks.scale("sigma", self.sigma)
        checks.distribution("weights", self.weights.tolist())
        if self.means.shape != (len(self.weights), 2):
            checks.refuse("means.shape", tuple(self.means.shape), f"({len(self.weights)}, 2)")

    def __repr__(self) -> str:
        return f"{self.name}: {len(self.weights)} round normals, sigma = {self.sigma:g}"

    def log_prob(self, x: torch.Tensor) -> torch.Tensor:
        """Log density in nats at points of shape (..., 2), shape (...,), in the type of x."""
        if x.shape[-1:] != (2,):
            checks.refuse("x.shape", tuple(x.shape), "(..., 2)")
        means, weights = self.means.to(x), self.weights.to(x)
        squares = ((x[..., None, :] - means) ** 2).sum(-1) / self.sigma**2
        logs = weights.log() - squares / 2 - log(2 * pi * self.sigma**2)
        return torch.logsumexp(logs, dim=-1)

    def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
        """n independent points, shape (n, 2), single precision, on the CPU."""
        checks.count("n", n, least=1)
        devices.drawn_on_cpu("generator", generator)
        which = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        noise = devices.normal(n, 2, generator=generator)
        return self.means[which].float() + self.sigma * noise


def ring(modes: int = 8) -> Toy:
    """Round normals evenly on a circle of radius 1.3; every second one weighs twice as much."""
    checks.count("modes", modes, least=2)
    angles = torch.arange(modes, dtype=torch.float64) * (2 * pi / modes)
    weights = 1.0 + torch.arange(modes, dtype=torch.float64) % 2
    return Toy("ring", weights / weights.sum(), 1.3 * _circle(angles), 0.12)


def moons(points: int = 32) -> Toy:
    """Two half circles that hold each other, each drawn by `points` round normals."""
    checks.count("points", points, least=2)
    arc = _circle(torch.linspace(0, pi, points, dtype=torch.float64))
    means = torch.cat([arc, torch.tensor([1.0, 0.5], dtype=torch.float64) - arc])
    means = (means - means.mean(dim=0)) / means.std()
    weights = torch.full((2 * points,), 0.5 / points, dtype=torch.float64)
    return Toy("moons", weights, means, 0.08)


def _circle(angles: torch.Tensor) -> torch.Tensor:
    return torch.stack([angles.cos(), angles.sin()], dim=-1)
