"""How well a model predicts pictures it has not seen: nats a picture, bits a dimension."""

from math import log

import torch

from diffusion_derived import checks
from diffusion_derived.estimates import Estimate, average


def bits_per_dim(log_prob: torch.Tensor, *, dims: int, volume: float = 1.0) -> Estimate:
    r"""Mean number of bits that a code built on the model spends on one of D numbers.

    $$-\frac{\log p(x) + D \log v}{D \log 2}$$

    `log_prob` holds $\log p(x)$ in nats for each example, shape (n,); `dims` is D. A
    probability of levels has `volume` $v = 1$. A density over rescaled levels needs the width
    v that one level takes up there, since $P(k) \approx p(x) v^D$: for $x = k/8 - 1$ it is 1/8,
    for $(k+u)/17$ it is 1/17. The error bar is that of a mean over examples. Raises
    `ValueError` for fewer than two examples or one that is not finite. Chapter 7.
    """
    dims, volume = checks.count("dims", dims, least=1), checks.positive("volume", volume)
    nats = torch.as_tensor(log_prob).detach().double().cpu() + dims * log(volume)
    return average((-nats / (dims * log(2))).numpy())


def log_mean_exp(log_values: torch.Tensor, dim: int = 0) -> torch.Tensor:
    r"""Log of a mean along one axis, $\log \frac1K \sum_k e^{l_k}$, without overflow."""
    return torch.logsumexp(log_values, dim=dim) - log(log_values.shape[dim])


def importance_weighted_bound(log_weights: torch.Tensor) -> Estimate:
    r"""Lower bound on the mean log evidence from K draws an example, in nats.

    $$\mathcal L_K = \frac1n \sum_{i=1}^n \log \frac1K \sum_{k=1}^K w_{ki} \le
    \frac1n \sum_i \log p(x_i), \qquad w_{ki} = \frac{p(x_i, z_{ki})}{q(z_{ki} \mid x_i)}$$

    in expectation over the draws. `log_weights` holds $\log w_{ki}$, shape (K, n). K = 1 is the
    ELBO; the bound rises with K. The error bar is that of the mean over the n examples. Raises
    `ValueError` for another shape, fewer than two examples or a bound that is not finite.
    Chapter 7; Burda, Grosse and Salakhutdinov (2016), eq. 8.
    """
    if log_weights.ndim != 2:
        checks.refuse("log_weights.shape", tuple(log_weights.shape), "(draws, examples)")
    return average(log_mean_exp(log_weights.detach().double().cpu()).numpy())


def uniform_log_prob(x: torch.Tensor, levels: int = 17) -> torch.Tensor:
    """Log probability of pictures (n, D) if every level of every pixel is equally likely: nats."""
    return torch.full(x.shape[:1], -x.shape[1] * log(levels), dtype=torch.float64)


def histogram_log_prob(
    x: torch.Tensor, train: torch.Tensor, levels: int = 17, extra: float = 0.05
) -> torch.Tensor:
    r"""Log probability of pictures (n, D) if pixels are independent, with counted shares: nats.

    $$\log p(x) = \sum_d \log \frac{c_{d, x_d} + a}{n + aL}$$

    $c_{dk}$ counts the pictures of `train`, shape (n, D), whose pixel d has level k; `extra` is
    the a of chapter 2's prior counts, without which a new level would be impossible. Chapter 7.
    """
    checks.positive("extra", extra)
    counts = torch.nn.functional.one_hot(train, levels).sum(dim=0).double()
    log_shares = ((counts + extra) / (len(train) + extra * levels)).log()
    return log_shares[torch.arange(x.shape[1]), x].sum(dim=1)
