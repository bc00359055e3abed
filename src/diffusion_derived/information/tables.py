"""Entropy, cross-entropy and divergence of finite distributions (chapter 4)."""

from math import log

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from diffusion_derived import checks


def surprise(p: ArrayLike) -> float | np.ndarray:
    r"""Surprise $-\log p$ in nats at events of probability `p`, for an array of any shape.

    It is infinite where p = 0. Raises `ValueError` for a p outside [0, 1]. Chapter 4.
    """
    with np.errstate(divide="ignore"):
        return checks.plain(-np.log(checks.unit_floats("p", p)) + 0.0)


def in_bits(nats: ArrayLike) -> float | np.ndarray:
    r"""The same amount in bits, $\text{nats} / \log 2$, for an array of any shape. Chapter 4."""
    return checks.plain(np.asarray(nats, dtype=float) / log(2))


def entropy(p: ArrayLike) -> float:
    r"""Expected surprise $\mathrm{H}(p) = -\sum_x p(x)\log p(x)$ in nats, with $0\log 0 = 0$.

    `p` has any shape: a table (X, Z) is one distribution on pairs. Raises `ValueError` unless
    its entries are probabilities that add up to 1. Chapter 4.
    """
    return float(special.entr(_table("p", p)).sum())


def cross_entropy(p: ArrayLike, q: ArrayLike) -> float:
    r"""Expected surprise of who believes q, $\mathrm{H}(p, q) = -\sum_x p(x)\log q(x)$, in nats.

    It is infinite if some x is possible under p and impossible under q. Raises `ValueError`
    unless both are distributions of one shape. Chapter 4.
    """
    p, q = _tables(p, q)
    return float(-special.xlogy(p, q).sum() + 0.0)


def kl(p: ArrayLike, q: ArrayLike) -> float:
    r"""Divergence $\mathrm{KL}(p \,\|\, q) = \sum_x p(x)\log\frac{p(x)}{q(x)}$ in nats.

    The terms are added as $p\log(p/q) - p + q$, each of which is at least 0, so that rounding
    cannot make it negative. Infinite if some x is possible under p and impossible under q.
    Raises `ValueError` unless both are distributions of one shape. Chapter 4.
    """
    return float(special.kl_div(*_tables(p, q)).sum())


def mutual_information(joint: ArrayLike) -> float:
    r"""What z tells about x, $\mathrm{KL}(p(x, z) \,\|\, p(x)\,p(z))$ in nats.

    `joint` has shape (X, Z). Raises `ValueError` unless it is a table of probabilities that
    add up to 1. Chapter 4.
    """
    joint = _table("joint", joint)
    if joint.ndim != 2:
        checks.refuse("joint", joint, "a table with two axes")
    return kl(joint, np.outer(joint.sum(axis=1), joint.sum(axis=0)))


def _table(name: str, values: ArrayLike) -> np.ndarray:
    return checks.distribution(name, values).astype(float)


def _tables(p: ArrayLike, q: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    p, q = _table("p", p), _table("q", q)
    if p.shape != q.shape:
        checks.refuse("q", q, f"a distribution of the shape of p, {p.shape}")
    return p, q
