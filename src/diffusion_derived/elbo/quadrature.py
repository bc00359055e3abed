r"""Integrals over the whole line by equal steps, which converge faster than any power (chapter 6).

The sum of equal steps misses an integral of an analytic function by about $e^{-2\pi d/h}$, where d
is the distance of its nearest singularity from the line and h is the step (Trefethen and Weideman
2014). Here the singularities are those of $\log(1 + e^z)$, at $z = \pm i\pi$.
"""

from functools import lru_cache

import numpy as np

from diffusion_derived import checks

ENDS = 9.0
"""Standard deviations beyond which a normal weight is below 1e-18."""

MOST = 200_000
"""More nodes than this are refused."""


@lru_cache(maxsize=64)
def normal_nodes(sigma: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Nodes $\varepsilon_i$ and weights for $\mathbb{E}[g(\mu + \sigma\varepsilon)]$.

    The step is 1/8 or, for a wide sigma, so small that $e^{-2\pi d/h}$ is 1e-17. The weights add
    up to 1. Raises `ValueError` for a sigma that would need more than 200,000 nodes. Chapter 6.
    """
    step = min(1 / 8, np.pi**2 / (20 * sigma))
    half = int(np.ceil(ENDS / step))
    if 2 * half + 1 > MOST:
        checks.refuse("sigma", sigma, "a width that a quadrature of the line can resolve")
    eps = step * np.arange(-half, half + 1)
    weights = np.exp(-(eps**2) / 2)
    return _fixed(eps), _fixed(weights / weights.sum())


def line_nodes(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Nodes and equal weights for $\int \theta^a (1-\theta)^b\,dz$ over $z = \operatorname{logit}
    \theta$, from where the left tail $e^{az}$ has died to where the right tail $e^{-bz}$ has.

    Raises `ValueError` for tails too long for 200,000 nodes. Chapter 6.
    """
    top, width = np.log(a / b), np.sqrt(1 / a + 1 / b)
    low, high = top - 12 * width - 45 / a, top + 12 * width + 45 / b
    step = min(width / 8, np.pi**2 / 20)
    if (high - low) / step > MOST:
        checks.refuse("a, b", (a, b), "tails that a quadrature of the line can resolve")
    z = np.arange(low, high + step, step)
    return z, np.full(z.shape, step)


def _fixed(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values
