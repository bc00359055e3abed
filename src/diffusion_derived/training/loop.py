"""The training loop of every model in the book: small steps down the mean of a loss.

Step i draws its batch and its noise from one generator, seeded by (seed, i). So a step can be
repeated without those before it, and a resumed run makes the very steps that were left.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from math import cos, inf, isfinite, pi

import torch
from torch import nn

from diffusion_derived import checks, devices
from diffusion_derived.training import checkpoints
from diffusion_derived.training.average import ExponentialAverage

Examples = torch.Tensor | tuple[torch.Tensor, ...]
# loss(model, batch, generator, progress): a mean in nats; progress runs from 0 to 1.
Loss = Callable[[nn.Module, Examples, torch.Generator, float], torch.Tensor]


@dataclass(frozen=True)
class Step:
    """What one step did: the loss in nats before it, and how it moved.

    `gradient_norm` is the length of the gradient before it was clipped; `seed` gives back the
    batch and the noise of this step.
    """

    step: int
    loss: float
    rate: float
    gradient_norm: float
    clipped: bool
    seed: int


class NanLoss(ArithmeticError):
    """The loss or its gradient is no finite number; `step` and `seed` say where.

    The model still has the weights that gave it. `generator = devices.generator(error.seed)`,
    then `batch_of(examples, batch, generator)` gives the batch, and `loss` with the same
    generator repeats the number.
    """

    def __init__(self, step: int, seed: int, loss: float, gradient_norm: float) -> None:
        super().__init__(
            f"step {step}, whose seed is {seed}: the loss is {loss}, the gradient's norm "
            f"{gradient_norm}; batch_of(examples, batch, generator({seed})) gives its batch"
        )
        self.step, self.seed = step, seed
        self.loss, self.gradient_norm = loss, gradient_norm


def batch_of(examples: Examples, batch: int, generator: torch.Generator) -> Examples:
    """`batch` examples, drawn with replacement; a tuple of tensors is drawn row by row."""
    columns = examples if isinstance(examples, tuple) else (examples,)
    rows = torch.randint(len(columns[0]), (batch,), generator=generator)
    drawn = tuple(column[rows] for column in columns)
    return drawn if isinstance(examples, tuple) else drawn[0]


def learning_rate(step: int, steps: int, rate: float, warm_up: int) -> float:
    r"""The rate of step i = 1, ..., n: a straight rise to `rate`, and half a cosine down to 0.

    $$\eta_i = \eta \, \min\left(1, \frac{i}{w}\right) \frac{1 + \cos(\pi (i-1)/n)}{2}$$
    """
    rise = min(1.0, step / warm_up) if warm_up else 1.0
    return rate * rise * (1 + cos(pi * (step - 1) / steps)) / 2


def train(
    model: nn.Module,
    loss: Loss,
    examples: Examples,
    *,
    steps: int,
    batch: int = 32,
    rate: float = 2e-3,
    weight_decay: float = 0.0,
    warm_up: int = 50,
    clip: float | None = None,
    average: ExponentialAverage | None = None,
    seed: int = 0,
    checkpoint: str | os.PathLike | None = None,
    every: int = 500,
) -> Iterator[Step]:
    """Train a model in place, one `Step` at a time: nothing happens until they are asked for.

    `loss(model, x, generator, progress)` is the mean loss of a batch in nats; x is drawn from
    `examples`, a tensor (n, ...) or a tuple of them, and lives on the model's device;
    `generator` gives the noise, on the CPU; progress is step/steps. AdamW, with
    `learning_rate`; gradients longer than `clip` are shortened to it; `average` is updated
    after each step. With `checkpoint` the run is saved every `every` steps and at its end, and
    a run with the same settings goes on where that file stops, after the records of the steps
    made before. Raises `NanLoss`, and `ValueError` for settings out of range or a checkpoint of
    another run. Chapter 7.
    """
    checks.count("steps", steps, least=1)
    checks.count("every", every, least=1)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=rate, weight_decay=weight_decay, fused=True
    )
    settings = {"steps": steps, "batch": batch, "rate": rate, "weight_decay": weight_decay,
                "warm_up": warm_up, "clip": clip, "seed": seed}  # fmt: skip
    run = _Run(model, optimiser, average, settings, records=[])
    if checkpoint is not None and os.path.exists(checkpoint):
        run.resume(checkpoint)
        yield from run.records
    for step in range(len(run.records) + 1, steps + 1):
        run.records.append(run.move(step, loss, examples))
        if checkpoint is not None and (step % every == 0 or step == steps):
            run.keep(checkpoint)
        yield run.records[-1]


@dataclass
class _Run:
    """A training under way: all that a checkpoint must hold."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    average: ExponentialAverage | None
    settings: dict
    records: list[Step]

    def move(self, step: int, loss: Loss, examples: Examples) -> Step:
        """One step down the loss of one batch."""
        seed = devices.seed_of(self.settings["seed"], step)
        value = self._gradient(step, seed, loss, examples)
        norm, clip = self._shorten(), self.settings["clip"]
        if not (isfinite(value) and isfinite(norm)):
            raise NanLoss(step, seed, value, norm)
        rate = self._set_rate(step)
        self.optimiser.step()
        if self.average is not None:
            self.average.update()
        return Step(step, value, rate, norm, clip is not None and norm > clip, seed)

    def _gradient(self, step: int, seed: int, loss: Loss, examples: Examples) -> float:
        generator = devices.generator(seed)
        x = _to(batch_of(examples, self.settings["batch"], generator), self.device)
        self.optimiser.zero_grad()
        value = loss(self.model, x, generator, step / self.settings["steps"])
        value.backward()
        return value.item()

    def _shorten(self) -> float:
        clip = self.settings["clip"]
        return nn.utils.clip_grad_norm_(
            self.model.parameters(), inf if clip is None else clip
        ).item()

    def _set_rate(self, step: int) -> float:
        s = self.settings
        rate = learning_rate(step, s["steps"], s["rate"], s["warm_up"])
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        return rate

    @property
    def device(self) -> torch.device:
        """Where the model lives."""
        return next(self.model.parameters()).device

    def keep(self, path: str | os.PathLike) -> None:
        """Write the run to a checkpoint."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average and self.average.state_dict(),
            "records": [astuple(record) for record in self.records],
        }
        checkpoints.save(path, state, self.settings)

    def resume(self, path: str | os.PathLike) -> None:
        """Take over the run of a checkpoint."""
        state = checkpoints.load(path, self.settings, self.device)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.records = [Step(*record) for record in state["records"]]


def _to(x: Examples, device: torch.device) -> Examples:
    return tuple(t.to(device) for t in x) if isinstance(x, tuple) else x.to(device)
