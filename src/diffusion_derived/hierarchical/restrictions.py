r"""Three restrictions that turn a hierarchy into a diffusion model (chapter 8).

1. Every level has the size of the data.
2. The encoder is fixed: $q(z_t \mid z_{t-1}) = \mathcal N(\sqrt{1-\beta_t}\,z_{t-1}, \beta_t I)$.
3. The last level is standard normal, whatever the data were.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks
from diffusion_derived.hierarchical.kernels import LinearStep, Normal
from diffusion_derived.hierarchical.linear import LinearHierarchy
from diffusion_derived.information import kl_normal_full

CLOSE = 1e-9
"""How far apart two numbers may be that count as one."""


def fixed_encoder(beta: ArrayLike, size: int) -> tuple[LinearStep, ...]:
    r"""The steps $q(z_t \mid z_{t-1}) = \mathcal N(\sqrt{1-\beta_t}\,z_{t-1}, \beta_t I)$.

    `beta` has T + 1 places, with `beta[0] = 0` for the data themselves, so that `beta[t]` is
    $\beta_t$. All levels have `size` numbers. Raises `ValueError` for another first place, or a
    $\beta_t$ outside (0, 1). Chapter 8.
    """
    beta, size = _table(beta), checks.count("size", size, least=1)
    one, none = np.eye(size), np.zeros(size)
    return tuple(LinearStep(np.sqrt(1 - b) * one, none, b * one) for b in beta[1:])


def diffusion_hierarchy(data: Normal, beta: ArrayLike) -> LinearHierarchy:
    r"""The hierarchy that walks the fixed encoder's levels back, for normal data.

    Its steps down are the exact reverse of the steps up, and its top is $\mathcal N(0, I)$ in
    place of the encoder's last level. Raises what `fixed_encoder` raises. Chapter 8.
    """
    size = data.mean.size  # 1. one size for all levels
    encoder = fixed_encoder(beta, size)  # 2. nothing in the encoder is trained
    levels = walk(data, encoder)
    steps = (up.reverse(level) for up, level in zip(encoder, levels, strict=False))
    return LinearHierarchy(tuple(steps))  # 3. its p(z_T) is standard normal


def walk(data: Normal, encoder: Sequence[LinearStep]) -> tuple[Normal, ...]:
    r"""The encoder's levels $q(z_0)$ to $q(z_T)$ when the data are normal. Chapter 8."""
    levels = [data]
    for step in encoder:
        levels.append(step.push(levels[-1]))
    return tuple(levels)


@dataclass(frozen=True)
class Restrictions:
    r"""Which of the three restrictions hold.

    `last_kl` is $\mathrm{KL}(q(z_T) \,\|\, \mathcal N(0, I))$ in nats over the data: the third
    restriction holds as far as it is small. Chapter 8.
    """

    same_size: bool
    fixed_encoder: bool
    last_kl: float

    def hold(self, at_most: float = 0.01) -> bool:
        """Whether all three hold, the third to `at_most` nats. Chapter 8."""
        return self.same_size and self.fixed_encoder and self.last_kl <= at_most


def restrictions(encoder: Sequence[LinearStep], data: Normal) -> Restrictions:
    """Check an encoder of normal data against the three restrictions.

    Raises `ValueError` for steps whose sizes do not fit. Chapter 8.
    """
    last = walk(data, encoder)[-1]
    size = last.mean.size
    return Restrictions(
        same_size=all(step.weight.shape == (data.mean.size,) * 2 for step in encoder),
        fixed_encoder=all(_keeps_the_variance(step) for step in encoder),
        last_kl=kl_normal_full(last.mean, last.covariance, np.zeros(size), np.eye(size)),
    )


def _keeps_the_variance(step: LinearStep) -> bool:
    r"""Whether a step is $\mathcal N(\sqrt{1-\beta}\,z, \beta I)$ for some $\beta$ in (0, 1)."""
    if step.weight.shape[0] != step.weight.shape[1]:
        return False
    kept, one = step.weight[0, 0], np.eye(step.bias.size)
    wanted = (kept * one, 0 * step.bias, (1 - kept**2) * one)
    found = (step.weight, step.bias, step.covariance)
    pairs = zip(found, wanted, strict=True)
    return 0 < kept < 1 and all(np.allclose(a, b, rtol=0, atol=CLOSE) for a, b in pairs)


def _table(beta: ArrayLike) -> np.ndarray:
    beta = checks.finite_floats("beta", beta)
    if beta.ndim != 1 or beta.size < 2:
        checks.refuse("beta.shape", beta.shape, "(T + 1,) with T at least 1")
    if beta[0] != 0:
        checks.refuse("beta[0]", beta[0], "0, since level 0 is the data")
    if not ((beta[1:] > 0) & (beta[1:] < 1)).all():
        checks.refuse("beta[1:]", beta[1:], "numbers between 0 and 1")
    return beta
