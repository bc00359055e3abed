r"""What a decoder's numbers say about a pixel: laws that sum to one over its levels (chapter 7).

A network gives `outputs` numbers for each of D pixels, an array of shape (..., D, outputs). A
likelihood turns them into a probability mass over the levels 0 to `levels` - 1 of each pixel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from diffusion_derived import checks

SMALLEST = 1e-3
"""Least a and b of a Beta-binomial pixel, so that no pixel is ever called impossible."""


class PixelLikelihood(nn.Module):
    r"""A law $p(x \mid z) = \prod_{i=1}^{D} P_i(x_i)$ over pictures of whole numbers.

    `levels` is the number of levels of a pixel, `outputs` how many numbers the network gives for
    it. A likelihood says what `log_pmf` is; the rest follows. Chapter 7.
    """

    levels: int
    outputs: int

    def log_pmf(self, parameters: Tensor) -> Tensor:
        r"""$\log P_i(k)$ in nats: (..., D, outputs) to (..., D, levels). Chapter 7."""
        raise NotImplementedError

    def log_prob(self, parameters: Tensor, x: Tensor) -> Tensor:
        r"""$\log p(x \mid z) = \sum_i \log P_i(x_i)$ in nats a picture.

        `x` holds whole numbers, shape (..., D); the result has the shape (...) of both, broadcast
        together. Raises `ValueError` for a level outside 0..levels - 1 or another number of
        pixels. Chapter 7.
        """
        x = self._checked(parameters, x)
        table = self.log_pmf(parameters)
        shape = torch.broadcast_shapes(table.shape[:-1], x.shape)
        table, x = table.expand(*shape, -1), x.expand(shape)
        return table.gather(-1, x.unsqueeze(-1)).squeeze(-1).sum(-1)

    def mean(self, parameters: Tensor) -> Tensor:
        r"""$\mathbb{E}[X_i] = \sum_k k\,P_i(k)$ in levels, shape (..., D). Chapter 7."""
        return self.log_pmf(parameters).exp() @ self._levels(parameters)

    @torch.no_grad()
    def sample(self, parameters: Tensor, generator: torch.Generator) -> Tensor:
        r"""Pixels drawn by the inverse of their CDF, whole numbers of shape (..., D).

        The uniform numbers are drawn on the CPU, so every device gives the same picture, as far
        as its sums agree. Chapter 7.
        """
        cdf = self.log_pmf(parameters).exp().cumsum(-1)
        u = torch.rand(cdf.shape[:-1], generator=generator).to(cdf.device)
        return (u.unsqueeze(-1) > cdf[..., :-1]).sum(-1)

    def _levels(self, like: Tensor) -> Tensor:
        return torch.arange(self.levels, dtype=like.dtype, device=like.device)

    def _checked(self, parameters: Tensor, x: Tensor) -> Tensor:
        """`x` as whole numbers, after a look at its shape and its range."""
        if parameters.shape[-1] != self.outputs or parameters.shape[-2] != x.shape[-1]:
            expected = f"(..., {x.shape[-1]}, {self.outputs})"
            checks.refuse("parameters.shape", tuple(parameters.shape), expected)
        return whole_levels("x", x, self.levels)


class BernoulliPixels(PixelLikelihood):
    r"""Ink or no ink: $P(1) = \operatorname{sigmoid}(o)$, for pictures of two levels.

    The digits have 17 levels; `binarised` makes two of them. A mean of x/16 put in place of x
    gives a number that is no probability of anything. Chapter 7.
    """

    levels, outputs = 2, 1

    def log_pmf(self, parameters: Tensor) -> Tensor:
        """Log probabilities of no ink and of ink, shape (..., D, 2). Chapter 7."""
        logit = parameters[..., 0]
        return torch.stack([-functional.softplus(logit), -functional.softplus(-logit)], -1)


class BinomialPixels(PixelLikelihood):
    r"""Heads in $n$ tosses of one coin: $\binom{n}{k} p^k (1-p)^{n-k}$ with one logit a pixel.

    Its variance is tied to its mean, at most $n/4$. Raises `ValueError` for levels = n + 1 below
    2. Chapter 7.
    """

    outputs = 1

    def __init__(self, levels: int = 17) -> None:
        super().__init__()
        self.levels = checks.count("levels", levels, least=2)
        self.register_buffer("log_choices", log_choices(self.levels - 1))

    def log_pmf(self, parameters: Tensor) -> Tensor:
        r"""$\log\binom nk + k\log p + (n-k)\log(1-p)$, shape (..., D, levels). Chapter 7."""
        k, n = self._levels(parameters), self.levels - 1
        logit = parameters  # shape (..., D, 1), against k
        tails = (n - k) * functional.softplus(logit)
        return self.log_choices - k * functional.softplus(-logit) - tails

    def log_prob(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Nats a picture, by the formula at x alone. Chapter 7."""
        x, logit = self._checked(parameters, x), parameters[..., 0]
        # The exponent of e in p^k (1-p)^(n-k) is k times the logit, less n softplus(logit).
        kernel = x * logit - (self.levels - 1) * functional.softplus(logit)
        return (self.log_choices[x] + kernel).sum(-1)


class BetaBinomialPixels(PixelLikelihood):
    r"""Heads in $n$ tosses of a coin whose bias is drawn from $\mathrm{Beta}(a, b)$ (chapter 2).

    $$P(k) = \binom nk\,\frac{\mathrm B(a + k,\; b + n - k)}{\mathrm B(a, b)}$$

    Mean and width are free of each other: from all mass on the two ends to a binomial. $a$ and
    $b$ are softplus of the network's two numbers, and at least 0.001. The log-gamma functions
    of single precision are right to about 1e-6 times $a + b$, in nats. Raises `ValueError` for
    levels below 2. Chapter 7.
    """

    outputs = 2

    def __init__(self, levels: int = 17) -> None:
        super().__init__()
        self.levels = checks.count("levels", levels, least=2)
        self.register_buffer("log_choices", log_choices(self.levels - 1))

    def shapes(self, parameters: Tensor) -> tuple[Tensor, Tensor]:
        """$a$ and $b$ of each pixel's Beta density, each of shape (..., D). Chapter 7."""
        a, b = (functional.softplus(parameters) + SMALLEST).unbind(-1)
        return a, b

    def log_pmf(self, parameters: Tensor) -> Tensor:
        """Log masses, shape (..., D, levels). Chapter 7."""
        a, b = (shape.unsqueeze(-1) for shape in self.shapes(parameters))
        return self.log_choices + self._log_ratio(a, b, self._levels(parameters))

    def log_prob(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Nats a picture, by the formula at x alone. Chapter 7."""
        x = self._checked(parameters, x)
        return (self.log_choices[x] + self._log_ratio(*self.shapes(parameters), x)).sum(-1)

    def mean(self, parameters: Tensor) -> Tensor:
        r"""$n\,a/(a + b)$ in levels, shape (..., D). Chapter 7."""
        a, b = self.shapes(parameters)
        return (self.levels - 1) * a / (a + b)

    def _log_ratio(self, a: Tensor, b: Tensor, k: Tensor) -> Tensor:
        n = self.levels - 1
        # n - k first: a small b would lose its digits in b + n.
        return log_beta(a + k, b + (n - k)) - log_beta(a, b)


class CategoricalPixels(PixelLikelihood):
    r"""A probability of its own for every level: $P(k) = e^{o_k} / \sum_j e^{o_j}$.

    It can be any law over the levels, and does not know that 7 is next to 8. Raises `ValueError`
    for levels below 2. Chapter 7.
    """

    def __init__(self, levels: int = 17) -> None:
        super().__init__()
        self.levels = self.outputs = checks.count("levels", levels, least=2)

    def log_pmf(self, parameters: Tensor) -> Tensor:
        """Log masses, of the shape of the parameters. Chapter 7."""
        return parameters.log_softmax(-1)


def log_beta(a: Tensor, b: Tensor) -> Tensor:
    r"""$\log\mathrm B(a, b) = \log\Gamma(a) + \log\Gamma(b) - \log\Gamma(a + b)$. Chapter 2."""
    return torch.lgamma(a) + torch.lgamma(b) - torch.lgamma(a + b)


def log_choices(n: int) -> Tensor:
    r"""$\log\binom nk$ for k = 0..n, shape (n + 1,). Chapter 2."""
    k = torch.arange(n + 1, dtype=torch.float64)
    choices = torch.lgamma(k + 1) + torch.lgamma(n - k + 1)
    return (torch.lgamma(torch.tensor(n + 1.0, dtype=torch.float64)) - choices).float()


def binarised(x: Tensor, levels: int = 17) -> Tensor:
    """1 where a pixel is above the middle level, else 0: whole numbers of the shape of `x`.

    Raises `ValueError` for a level outside 0..levels - 1. Chapter 7.
    """
    return (2 * whole_levels("x", x, levels) > levels - 1).long()


def whole_levels(name: str, x: Tensor, levels: int) -> Tensor:
    """`x` as it is if it holds whole numbers from 0 to levels - 1; else raises `ValueError`."""
    if x.is_floating_point() or x.dtype == torch.bool or x.is_complex():
        checks.refuse(f"{name}.dtype", x.dtype, "whole numbers, such as torch.int64")
    if x.numel() and not (int(x.min()) >= 0 and int(x.max()) < levels):
        found = f"levels {int(x.min())} to {int(x.max())}"
        checks.refuse(name, found, f"levels from 0 to {levels - 1}")
    return x.long()
