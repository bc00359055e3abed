"""Checks by numbers: a value with an error, and the wrong values that the error excludes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..language.notation import Notation
from ..lines import Refusal
from ..verdict import DerivationError

Sampler = Callable[[np.random.Generator, int], np.ndarray]
STANDARD_ERRORS = 4.0


@dataclass(frozen=True)
class Estimate:
    """A number, how far off it may be, and how it was found."""

    value: float
    error: float
    method: str

    def contains(self, number: float) -> bool:
        """Whether a number is within the error."""
        return abs(number - self.value) <= self.error

    def exclude(self, notation: Notation, wrong: Mapping[str, str]) -> tuple[Refusal, ...]:
        """The wrong values, each outside the error. A check that excludes nothing is none."""
        if not wrong:
            raise DerivationError("rejects: name the wrong values that this check excludes")
        for name, tex in wrong.items():
            if self.contains(notation.number(notation.read(tex))):
                raise DerivationError(f"the check ({self.method}) does not exclude {name!r}: {tex}")
        return tuple(Refusal(name, tex, None) for name, tex in wrong.items())


def computed(compute: Callable[[], float], tolerance: float) -> Estimate:
    """A number computed by a method whose error is below the tolerance."""
    if not tolerance > 0:
        raise DerivationError(f"tolerance {tolerance}: expected a positive number")
    return Estimate(_finite(compute()), tolerance, f"to {tolerance:g}")


def simulated(sample: Sampler, n: int, seed: int) -> Estimate:
    """The mean of n independent draws, with four standard errors."""
    draws = np.asarray(sample(np.random.default_rng(seed), n), dtype=float)
    if n < 2 or draws.shape != (n,):
        raise DerivationError(f"sample: expected n = {n} numbers, n >= 2, got shape {draws.shape}")
    error = STANDARD_ERRORS * float(draws.std(ddof=1)) / math.sqrt(n)
    method = f"{n} draws, four standard errors are {error:.2g}"
    return Estimate(_finite(draws.mean()), _finite(error), method)


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise DerivationError(f"expected a finite number, got {number}")
    return float(number)
