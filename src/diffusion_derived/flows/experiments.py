"""What chapter 8 measures on flows: a toy with a known density, and three mistakes made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import log

import numpy as np
import torch
from torch import Generator, Tensor

from diffusion_derived import checks, devices, metrics, training
from diffusion_derived.data import Images, Toy
from diffusion_derived.estimates import Estimate, average
from diffusion_derived.flows.coupling import AffineCoupling
from diffusion_derived.flows.dequantise import Evaluation, evaluate
from diffusion_derived.flows.flow import Flow, NormalBase, UniformBase
from diffusion_derived.flows.layers import Logit, Scaled, SplineMargins
from diffusion_derived.flows.recipes import POINTS, Recipe, fit, plane_masks, point_loss

Density = Callable[[Tensor], Tensor]
"""Log densities, shape (N,), of points, shape (N, 2)."""

__all__ = [
    "NoDeterminant",
    "NoiseWidth",
    "Slab",
    "ToyChecks",
    "density_grid",
    "jacobian_log_det",
    "noise_widths",
    "offsets",
    "slab",
    "toy_checks",
    "total_mass",
    "without_log_determinant",
]


# ---- a toy whose density is known ----


@dataclass(frozen=True)
class ToyChecks:
    """A flow in the plane against what is known of it.

    `integral` of its density over [-4, 4]²; the largest `inverse_error` in a coordinate and
    `log_det_error` in nats against autograd's Jacobian, on drawn points; `kl` of the toy from the
    flow in nats.
    """

    integral: float
    inverse_error: float
    log_det_error: float
    kl: Estimate


@torch.no_grad()
def toy_checks(flow: Flow, toy: Toy, *, seed: int = 1, points: int = 10_000) -> ToyChecks:
    """All four numbers, the last three on `points` points drawn from the toy."""
    x = toy.sample(points, devices.generator(seed))
    z, log_det = flow(x)
    return ToyChecks(
        integral=total_mass(flow.log_prob),
        inverse_error=(flow.inverse(z)[0].cpu() - x).abs().max().item(),
        log_det_error=(jacobian_log_det(flow, x) - log_det.cpu()).abs().max().item(),
        kl=average((toy.log_prob(x.double()) - flow.log_prob(x).cpu()).numpy()),
    )


def jacobian_log_det(flow: Flow, x: Tensor) -> Tensor:
    r"""$\log|\det \partial z/\partial x|$ at each point of `x`, (N, D), row by row by autograd."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        z, _ = flow(x)
        rows = [
            torch.autograd.grad(z[:, d].sum(), x, retain_graph=True)[0] for d in range(x.shape[1])
        ]
    return torch.linalg.slogdet(torch.stack(rows, dim=1).double()).logabsdet


@torch.no_grad()
def total_mass(log_prob: Density, *, reach: float = 4.0, cells: int = 400) -> float:
    """The integral of a density in the plane over [-reach, reach]², by the midpoint rule."""
    axis = (torch.arange(cells) + 0.5) * (2 * reach / cells) - reach
    grid = torch.cartesian_prod(axis, axis)
    parts = [log_prob(part).double().exp().sum().item() for part in grid.split(40_000)]
    return sum(parts) * (2 * reach / cells) ** 2


@torch.no_grad()
def density_grid(log_prob: Density, *, reach: float = 2.0, cells: int = 160) -> np.ndarray:
    """A density in the plane at the middles of cells of [-reach, reach]²: (rows of y, x)."""
    axis = (torch.arange(cells) + 0.5) * (2 * reach / cells) - reach
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    values = log_prob(torch.stack([x, y], dim=-1).reshape(-1, 2)).exp()
    return values.reshape(cells, cells).cpu().numpy()


# ---- mistake: the log-determinant is missing ----


@dataclass(frozen=True)
class NoDeterminant:
    """The same affine flow trained with the log-determinant and without it.

    `right` and `wrong` are mean log densities of new points in nats, as each training reports
    them; `right_integral` and `wrong_integral` are what these "densities" integrate to over
    [-4, 4]², and `wider_integral` the wrong one over [-8, 8]².
    """

    right: Estimate
    wrong: Estimate
    right_integral: float
    wrong_integral: float
    wider_integral: float


def without_log_determinant(toy: Toy, *, steps: int = 400, seed: int = 0) -> NoDeterminant:
    r"""Train twice; the wrong one sends every point to the mode of the base.

    So it reports $-\log 2\pi$ for whatever data. For a spline flow on a uniform base the same
    mistake leaves nothing: its loss is 0 for every flow, and so is its gradient.
    """
    right, wrong = (_trained(toy, loss, steps, seed) for loss in (point_loss, _loss_without))
    x = toy.sample(10_000, devices.generator(seed + 1))
    with torch.no_grad():
        scores = [average(f(x).cpu().numpy()) for f in (right.log_prob, partial(_claimed, wrong))]
    claims = partial(_claimed, wrong)
    return NoDeterminant(
        *scores, total_mass(right.log_prob), total_mass(claims), total_mass(claims, reach=8.0)
    )


def _trained(toy: Toy, loss, steps: int, seed: int) -> Flow:
    couplings = [
        AffineCoupling(mask, hidden=(32, 32), seed=at) for at, mask in enumerate(plane_masks(6))
    ]
    flow = Flow([Scaled(2), *couplings], NormalBase(2)).to(devices.device())
    points = toy.sample(POINTS, devices.generator(seed))
    training.last(training.train(flow, loss, points, steps=steps, batch=128, rate=5e-3, seed=seed))
    return flow


def _claimed(flow: Flow, x: Tensor, generator: Generator | None = None) -> Tensor:
    """What the flow's "log density" is without its log-determinant."""
    return flow.base.log_prob(flow(x, generator)[0])


def _loss_without(flow: Flow, x: Tensor, generator: Generator, progress: float) -> Tensor:
    return -_claimed(flow, x, generator).mean()


# ---- mistake: noise that does not fill its bin, or leaves it ----


@dataclass(frozen=True)
class NoiseWidth:
    r"""One pixel with noise uniform on `width` bins, and the best density for it.

    `reported` is the mean of $-\log_2$ of that density, where one bin is 1 wide; `true` is the
    same model's number, from the mass that the density has in each level's own bin; both in
    bits. A report claims $\exp E_u[\log p(k+u)]$ for each level: `claimed` is the sum over the
    levels, `excess` the largest claim in units of the mass that is really there.
    """

    width: float
    reported: float
    true: float
    claimed: float
    excess: float


def noise_widths(
    levels: Tensor, widths: tuple[float, ...] = (0.5, 1.0, 2.0), count: int = 17
) -> list[NoiseWidth]:
    """Exact, by sums over pieces of a bin, for the histogram of one pixel's `levels`, (N,)."""
    checks.count("number of levels", levels.numel(), 1)
    shares = torch.bincount(levels, minlength=count).double().numpy() / levels.numel()
    return [_noise_width(shares, width) for width in widths]


def _noise_width(shares: np.ndarray, width: float, pieces: int = 8) -> NoiseWidth:
    reach = round(pieces * checks.positive("width", width))
    if reach != pieces * width or not reach:
        checks.refuse("width", width, f"a multiple of 1/{pieces}")
    comb = np.zeros((len(shares), pieces))
    comb[:, 0] = shares
    kernel = np.full(reach, pieces / reach)
    density = np.convolve(comb.ravel(), kernel)
    mass = density[: comb.size].reshape(comb.shape).mean(axis=1)
    seen = shares > 0
    starts = np.flatnonzero(seen) * pieces
    logs = np.array([np.log(density[at : at + reach]).mean() for at in starts])
    q, own = shares[seen], mass[seen]
    reported, true = -(q @ logs) / log(2), -(q @ np.log(own)) / log(2)
    claims = np.exp(logs)
    numbers = (width, reported, true, claims.sum(), (claims / own).max())
    return NoiseWidth(*map(float, numbers))


# ---- mistake: another scale, the same offset ----


def offsets(log_prob: Tensor, *, dims: int = 64, count: int = 17) -> list[tuple[str, Estimate]]:
    r"""Bits per dimension of one and the same model: two right ways and four wrong ones.

    `log_prob` are log densities in nats of $x = (k + u)/L$ in $[0, 1]^D$, one a picture. In
    $2x - 1$ the same density is $2^{-D}$ times as high, and a bin is $2/L$ wide.
    """
    bits = partial(metrics.bits_per_dim, dims=dims)
    log_prob = torch.as_tensor(log_prob).detach().double()
    doubled = log_prob - dims * log(2)
    return [
        ("x in [0, 1], bins 1/17 wide", bits(log_prob, volume=1 / count)),
        ("x in [−1, 1], bins 2/17 wide", bits(doubled, volume=2 / count)),
        ("x in [−1, 1], the offset of [0, 1]", bits(doubled, volume=1 / count)),
        ("x in [0, 1], the offset of [−1, 1]", bits(log_prob, volume=2 / count)),
        ("x in [0, 1], 256 levels as in photographs", bits(log_prob, volume=1 / 256)),
        ("no offset: the density taken for a probability", bits(log_prob)),
    ]


# ---- why the affine flow loses ----


@dataclass(frozen=True)
class Slab:
    """The best fits to one dequantised pixel, and their bounds in bits on held-out pictures.

    `x` has shape (G,) in [0, 1]; the densities of the histogram, the spline and the affine flow
    there are arrays of the same shape. `least` is what the histogram itself costs.
    """

    pixel: int
    x: np.ndarray
    histogram: np.ndarray
    spline: np.ndarray
    affine: np.ndarray
    spline_bits: Evaluation
    affine_bits: Evaluation
    least: Estimate


def slab(images: Images, pixel: int = 41, *, steps: int = 600) -> Slab:
    """Fit one pixel by a spline, and by a normal distribution behind a logit with scale and shift.

    The background makes a slab with hard edges: level 0 fills the bin [0, 1/17] evenly.
    """
    one = replace(images, train=images.train[:, [pixel]], test=images.test[:, [pixel]], side=1)
    kinds = {
        "spline": lambda: Flow([SplineMargins(1, 17)], UniformBase(1)),
        "affine": lambda: Flow([Logit(0.02), Scaled(1)], NormalBase(1)),
    }
    fits = [
        fit(Recipe(name, build, steps=steps, batch=256, rate=0.02), one)[0]
        for name, build in kinds.items()
    ]
    x = (torch.arange(17 * 60) + 0.5) / (17 * 60)
    with torch.no_grad():
        curves = [f.log_prob(x[:, None]).exp().cpu().numpy() for f in fits]
    shares = torch.bincount(one.train[:, 0], minlength=17) / len(one.train)
    bits = [evaluate(f, one.test, devices.generator(1)) for f in fits]
    floor = metrics.bits_per_dim(metrics.histogram_log_prob(one.test, one.train), dims=1)
    histogram = 17 * shares.repeat_interleave(60).numpy()
    return Slab(pixel, x.numpy(), histogram, *curves, *bits, floor)
