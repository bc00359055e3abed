r"""Two unbiased gradients of the bound for a normal guess, draw by draw (chapter 6).

The guess is $q(z) = \prod_i \mathcal N(z_i; \mu_i, \sigma_i^2)$, its draws are
$z = \mu + \sigma\varepsilon$, and the derivatives are by $\mu_i$ and by $\log\sigma_i$, which may
take any value.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks

OnLine = Callable[[np.ndarray], np.ndarray]


def score_function_gradient(
    log_joint: OnLine, mu: ArrayLike, sigma: ArrayLike, eps: ArrayLike, *, baseline: bool = False
) -> np.ndarray:
    r"""One gradient for each standard normal draw in `eps`.

    $$\big(\log p(x, z) - \log q(z)\big)\,\nabla \log q(z), \qquad
    \nabla \log q(z) = \left(\frac{\varepsilon_i}{\sigma_i},\; \varepsilon_i^2 - 1\right)$$

    One unknown: `eps` has shape (draws,), the result (draws, 2). With d unknowns `eps` has shape
    (draws, d), the result (draws, 2, d). `log_joint` maps z, of the shape of `eps`, to shape
    (draws,); only its values are needed. With `baseline`, the mean of the other draws' first
    factor is subtracted from it, which leaves the expectation as it is; that needs two draws.
    Raises `ValueError` for a sigma not above 0 or other shapes. Chapter 6.
    """
    mu, sigma, eps = _checked(mu, sigma, eps)
    log_q = -0.5 * (np.log(2 * np.pi) + eps**2) - np.log(sigma)
    factor = _shaped("log_joint", log_joint(mu + sigma * eps), eps.shape[:1])
    factor = factor - log_q.reshape(len(eps), -1).sum(axis=1)
    if baseline:
        if len(eps) < 2:
            checks.refuse("draws", len(eps), "at least 2 for a baseline")
        factor = factor - (factor.sum() - factor) / (len(eps) - 1)
    score = np.stack([eps / sigma, eps**2 - 1], axis=1)
    return factor.reshape(-1, *[1] * eps.ndim) * score


def reparametrised_gradient(
    log_joint_slope: OnLine, mu: ArrayLike, sigma: ArrayLike, eps: ArrayLike
) -> np.ndarray:
    r"""One gradient for each standard normal draw in `eps`, of the shape of the other one.

    $$\left(\frac{\partial f}{\partial z_i},\;
    \sigma_i\varepsilon_i\,\frac{\partial f}{\partial z_i} + 1\right)_{z = \mu+\sigma\varepsilon},
    \qquad f(z) = \log p(x, z)$$

    It needs the slopes: `log_joint_slope` maps z to an array of its shape. The 1 is the
    derivative of the entropy, which is known. Raises `ValueError` for a sigma not above 0 or
    other shapes. Chapter 6.
    """
    mu, sigma, eps = _checked(mu, sigma, eps)
    z = mu + sigma * eps
    slope = _shaped("log_joint_slope", log_joint_slope(z), z.shape)
    return np.stack([slope, sigma * eps * slope + 1], axis=1)


def _checked(
    mu: ArrayLike, sigma: ArrayLike, eps: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mu, sigma, eps = (np.asarray(values, dtype=float) for values in (mu, sigma, eps))
    if eps.ndim not in (1, 2) or eps.size == 0 or not np.isfinite(eps).all():
        checks.refuse("eps", eps, "finite draws of the shape (draws,) or (draws, d)")
    for name, values in (("mu", mu), ("sigma", sigma)):
        if values.shape not in ((), eps.shape[1:]):
            checks.refuse(f"{name}.shape", values.shape, f"() or {eps.shape[1:]}")
        if not np.isfinite(values).all():
            checks.refuse(name, values, "finite numbers")
    if (sigma <= 0).any():
        checks.refuse("sigma", sigma, "numbers above 0")
    return mu, sigma, eps


def _shaped(name: str, values: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.shape != shape:
        checks.refuse(f"the shape of {name}(z)", values.shape, f"{shape}")
    return values
