"""Where tensors live, and random numbers that are the same on every device."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["VARIABLE", "device", "generator"]

VARIABLE = "DIFFUSION_DERIVED_DEVICE"
_CHOICES = ("cpu", "cuda")


def device() -> torch.device:
    """The device that `DIFFUSION_DERIVED_DEVICE` names, or CUDA if there is one, or the CPU.

    Raises `ValueError` if the variable is neither `cpu` nor `cuda`, and `RuntimeError` if it asks
    for `cuda` on a machine where PyTorch finds none.
    """
    wanted = os.environ.get(VARIABLE, "").strip().lower()
    if wanted and wanted not in _CHOICES:
        raise ValueError(f"{VARIABLE} is {wanted!r}; expected 'cpu', 'cuda' or nothing")
    import torch

    found = torch.cuda.is_available()
    if wanted == "cuda" and not found:
        raise RuntimeError(
            f"{VARIABLE} is 'cuda', but PyTorch {torch.__version__} finds no CUDA device here; "
            "set it to 'cpu' or leave it out"
        )
    return torch.device(wanted or ("cuda" if found else "cpu"))


def generator(seed: int) -> torch.Generator:
    """A random generator on the CPU, so that every device sees the same numbers once moved.

    Raises `ValueError` if `seed` is not a whole number from 0 to 2**63 - 1.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise ValueError(f"seed is {seed!r}; expected a whole number from 0 to 2**63 - 1")
    import torch

    return torch.Generator(device="cpu").manual_seed(seed)
