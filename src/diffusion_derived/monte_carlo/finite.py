"""Chains on finitely many states, where every claim can be checked (chapter 3).

A kernel is a table of shape (K, K): entry (i, j) is the probability of the step from i to j.
Fractions go in, fractions come out; floats go in, floats come out.
"""

import numpy as np
from numpy.typing import ArrayLike

from diffusion_derived import checks


def stationary(kernel: ArrayLike) -> np.ndarray:
    r"""The distribution that a step of the chain leaves as it is.

    $$\sum_i p_i\,K_{ij} = p_j$$

    Shape (K,). States are removed one by one, and no difference is ever taken, so that small
    probabilities are as exact as large ones (Grassmann, Taksar and Heyman, 1985). Raises
    `ValueError` for a table that is no kernel, or if some state is never reached from some
    other. Chapter 3.
    """
    table = _kernel(kernel).copy()
    if not _all_reached(table):
        checks.refuse("kernel", table, "a chain that reaches every state from every state")
    for last in range(len(table) - 1, 0, -1):
        table[:last, last] /= table[last, :last].sum()
        table[:last, :last] += np.outer(table[:last, last], table[last, :last])
    weights = np.ones(len(table), dtype=table.dtype) * table.dtype.type(1)
    for state in range(1, len(table)):
        weights[state] = weights[:state] @ table[:state, state]
    return weights / weights.sum()


def is_detailed_balanced(kernel: ArrayLike, p: ArrayLike, tolerance: float = 1e-12) -> bool:
    r"""Whether as much flows from i to j as back, $p_i\,K_{ij} = p_j\,K_{ji}$ for all i, j.

    If it does, p is stationary; a chain may have p stationary without it. Fractions must agree
    exactly, floats to `tolerance`. Raises `ValueError` for a table that is no kernel, or a p
    that is no distribution over its states. Chapter 3.
    """
    kernel, p = _kernel(kernel), checks.distribution("p", p)
    if p.shape != kernel.shape[:1]:
        checks.refuse("p.shape", p.shape, f"one probability for each of {len(kernel)} states")
    flow = p[:, None] * kernel
    gap = abs(flow - flow.T).max()
    return bool(gap <= (0 if flow.dtype == object else tolerance))


def metropolis_kernel(target: ArrayLike, proposal: ArrayLike) -> np.ndarray:
    r"""The chain that proposes by any kernel q and accepts so that `target` is stationary.

    $$K_{ij} = q_{ij} \min\Bigl(1, \frac{p_j\,q_{ji}}{p_i\,q_{ij}}\Bigr) \quad (j \ne i)$$

    What is refused stays at i. `target` has shape (K,) and numbers above 0; they need not add
    up to 1, their sum cancels. `proposal` and the result have shape (K, K). Raises
    `ValueError` for shapes that do not fit, a proposal that is no kernel or a target not
    above 0. Chapter 3; Metropolis et al. (1953), Hastings (1970).
    """
    proposal, target = _kernel(proposal, "proposal"), checks.numbers("target", target)
    if target.shape != proposal.shape[:1]:
        checks.refuse("target.shape", target.shape, f"one number for each of {len(proposal)}")
    for weight in target.flat:
        checks.positive("target", weight)
    # p_i K_ij is the smaller of the two proposed flows, so it is the same in both directions.
    proposed = target[:, None] * proposal
    kernel = np.minimum(proposed, proposed.T) / target[:, None]
    np.fill_diagonal(kernel, 0)
    np.fill_diagonal(kernel, 1 - kernel.sum(axis=1))
    return kernel


def _kernel(kernel: ArrayLike, name: str = "kernel") -> np.ndarray:
    """A square table whose rows are distributions."""
    table = checks.probabilities(name, kernel)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        checks.refuse(f"{name}.shape", table.shape, "as many rows as columns")
    for row in table:
        checks.distribution(f"{name} row", row)
    return table


def _all_reached(table: np.ndarray) -> bool:
    """Whether every state is reached from every other in some number of steps."""
    reached = np.eye(len(table), dtype=bool) | (table > 0)
    for _ in range(len(table).bit_length()):
        reached = reached @ reached
    return bool(reached.all())
