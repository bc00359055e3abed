"""How far generated pictures are from real ones as two normal distributions of features."""

from dataclasses import dataclass

import torch

from diffusion_derived import checks, devices
from diffusion_derived.estimates import Estimate
from diffusion_derived.metrics.features import Features

# The definition: so many generated pictures against so many held-out ones.
SIZES = (1437, 360)


@dataclass(frozen=True)
class FrechetDistance(Estimate):
    """A distance that knows what it may be compared with: `draws` are the generated pictures."""

    maker: str
    held_out: int

    def __sub__(self, other: "FrechetDistance") -> Estimate:
        """This distance minus another of the same sizes and features, from independent draws.

        Raises `ValueError` if they are not: such numbers say nothing about each other.
        """
        for name in ("maker", "draws", "held_out"):
            if getattr(self, name) != getattr(other, name):
                checks.refuse(name, getattr(other, name), f"{getattr(self, name)}, as the first")
        error = (self.error**2 + other.error**2) ** 0.5
        return Estimate(self.value - other.value, error, self.draws)


def frechet_distance(
    a: Features,
    b: Features,
    *,
    sizes: tuple[int, int] = SIZES,
    resamples: int = 100,
    seed: int = 0,
) -> FrechetDistance:
    r"""100 times the Fréchet distance of two sets of features, taken for normal distributions.

    $$100 \left( \lVert m_a - m_b \rVert^2 +
    \operatorname{tr}\bigl(C_a + C_b - 2 (C_a C_b)^{1/2}\bigr) \right)$$

    m and C are means and covariances. The distance depends on the number of pictures, so `a`,
    the generated ones, must be 1,437 and `b`, the held-out ones, 360; other `sizes` must be asked
    for and compare with their own kind alone. It depends on the network that makes the features,
    so both must be of one maker, and the floor, `Images.train` against `Images.test`, is measured
    beside each number: it lay between 0.36 and 0.50 for five classifiers. The error bar is the
    standard deviation over bootstrap resamples of `a`, with `b` as it is: how the number moves
    when the model draws again. Raises `ValueError` for other
    sizes or makers. Chapter 7; Heusel et al. (2017).
    """
    _check(a, b, sizes)
    value = _distance(a.values, b.values)
    generator, n = devices.generator(seed), len(a)
    draws = [torch.randint(n, (n,), generator=generator) for _ in range(resamples)]
    spread = torch.tensor([_distance(a.values[rows], b.values) for rows in draws]).std()
    return FrechetDistance(value, float(spread), n, a.maker, len(b))


def _check(a: Features, b: Features, sizes: tuple[int, int]) -> None:
    if (len(a), len(b)) != tuple(sizes):
        checks.refuse("sizes", (len(a), len(b)), f"{sizes}: other sizes give other distances")
    if a.maker != b.maker:
        checks.refuse("b.maker", b.maker, f"that of a, {a.maker}")


def _distance(a: torch.Tensor, b: torch.Tensor) -> float:
    """The trace of the root from the symmetric matrix that has the same eigenvalues."""
    shift = (a.mean(dim=0) - b.mean(dim=0)).square().sum()
    first, second = torch.cov(a.T), torch.cov(b.T)
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ second @ root).clamp_min(0).sqrt().sum()
    return 100 * float(shift + first.trace() + second.trace() - 2 * shared)
