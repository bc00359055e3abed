"""One step of a training: what it draws, what it says afterwards, and how it may fail."""

from dataclasses import dataclass
from math import cos, pi

import torch

from diffusion_derived import checks, devices

Examples = torch.Tensor | tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Step:
    """What one step did: its number from 1 on, the loss in nats that it met, and how it moved.

    `gradient_norm` is the length of the gradient before it was clipped, `clipped` says whether
    it was. `seed` gives back the batch and the noise of this step. Chapter 7.
    """

    step: int
    loss: float
    rate: float
    gradient_norm: float
    clipped: bool
    seed: int


class NanLoss(ArithmeticError):
    """The loss or its gradient is not finite: the message and `step`, `seed` say where.

    The model still has the weights that met it. With `generator = devices.generator(e.seed)`,
    `batch_of(examples, batch, generator)` is the batch of that step, and the loss of it with the
    same generator is the number again. Chapter 7.
    """

    def __init__(self, step: int, seed: int, loss: float, gradient_norm: float) -> None:
        super().__init__(
            f"step {step}: the loss is {loss}, the length of its gradient {gradient_norm}. "
            f"batch_of(examples, batch, devices.generator({seed})) is the batch of this step"
        )
        self.step, self.seed = step, seed
        self.loss, self.gradient_norm = loss, gradient_norm


def batch_of(examples: Examples, batch: int, generator: torch.Generator) -> Examples:
    """`batch` examples drawn with replacement; of a tuple of tensors, the same rows of each.

    Raises `ValueError` if the tensors differ in length or the generator is not on the CPU.
    Chapter 7.
    """
    columns = examples if isinstance(examples, tuple) else (examples,)
    lengths = {len(column) for column in columns}
    if len(lengths) != 1 or lengths == {0}:
        checks.refuse("examples", sorted(lengths), "tensors of one length, at least 1")
    devices.drawn_on_cpu("generator", generator)
    rows = torch.randint(lengths.pop(), (batch,), generator=generator)
    drawn = tuple(column[rows.to(column.device)] for column in columns)
    return drawn if isinstance(examples, tuple) else drawn[0]


def learning_rate(step: int, steps: int, rate: float, warm_up: int = 0) -> float:
    r"""The rate of step i of n: a straight rise over w steps, times half a cosine down to 0.

    $$\eta_i = \eta \, \min\left(1, \frac{i}{w}\right) \frac{1 + \cos(\pi (i-1)/n)}{2}$$

    Steps count from 1; the 0 would be reached at step n + 1, so that no step is wasted. Raises
    `ValueError` for a step outside 1 to n. Chapter 7.
    """
    if not 1 <= step <= steps:
        checks.refuse("step", step, f"a step from 1 to {steps}")
    rise = min(1.0, step / warm_up) if warm_up else 1.0
    return rate * rise * (1 + cos(pi * (step - 1) / steps)) / 2
