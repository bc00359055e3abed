"""Where tensors live, and random numbers that are the same on every device."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from diffusion_derived import checks

if TYPE_CHECKING:
    import torch

__all__ = [
    "VARIABLE",
    "device",
    "drawn_on_cpu",
    "generator",
    "normal",
    "seed_of",
    "seeded",
    "uniform",
]

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

    Raises `ValueError` if `seed` is not a whole number from 0 to 2**32 - 1: PyTorch drops the
    higher bits of a larger one, so that two seeds would give the same numbers.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed!r}; expected a whole number from 0 to 2**32 - 1")
    import torch

    return torch.Generator(device="cpu").manual_seed(seed)


def seed_of(*path: int) -> int:
    """One seed out of several whole numbers, such as (seed of the run, step).

    The numbers are mixed, so that neighbours give unrelated seeds. Raises `ValueError` if there
    are none, or one of them is negative or not whole.
    """
    if not path:
        checks.refuse("path", path, "at least one whole number")
    entries = [checks.count("path", number) for number in path]
    # The length goes in too: to NumPy (1,) and (1, 0) are the same.
    return int(np.random.SeedSequence([len(entries), *entries]).generate_state(1)[0])


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, a new model's first weights come from `seed`; afterwards all is as it was.

    PyTorch draws first weights from its global generator, on the CPU: build the model in here,
    then move it with `.to(device())`. Raises what `generator` raises.
    """
    import torch

    state = generator(seed).get_state()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.set_state(state)
        yield


def drawn_on_cpu(name: str, value: Any) -> torch.Generator:
    """`value` if it is a PyTorch generator on the CPU; raises `ValueError` for any other."""
    import torch

    if not isinstance(value, torch.Generator) or value.device.type != "cpu":
        checks.refuse(name, repr(value), "a torch.Generator on the CPU: devices.generator(seed)")
    return value


def normal(*shape: int, generator: torch.Generator, like: torch.Tensor | None = None):
    """Standard normal numbers, drawn on the CPU, then moved to the device and type of `like`.

    Drawn in single precision (in double for a `like` in double), so the same on every device.
    Raises what `drawn_on_cpu` raises.
    """
    import torch

    return _moved(torch.randn, shape, generator, like)


def uniform(*shape: int, generator: torch.Generator, like: torch.Tensor | None = None):
    """Numbers uniform on [0, 1), drawn and moved as those of `normal`."""
    import torch

    return _moved(torch.rand, shape, generator, like)


def _moved(draw: Any, shape: tuple[int, ...], generator: Any, like: torch.Tensor | None):
    drawn_on_cpu("generator", generator)
    if like is None:
        return draw(shape, generator=generator)
    return draw(shape, generator=generator, dtype=like.dtype).to(like.device)
