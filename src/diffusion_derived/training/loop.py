"""The training loop of every model in the book: small steps down the mean of a loss.

Step i draws its batch and its noise from one generator, seeded by (seed, i). So a step can be
repeated without those before it, and a resumed run makes the very steps that were left.
"""

import os
from collections.abc import Callable, Iterator
from math import isfinite

import torch
from torch import nn

from diffusion_derived import checks, devices
from diffusion_derived.training.average import ExponentialAverage
from diffusion_derived.training.run import Run, Settings
from diffusion_derived.training.step import Examples, NanLoss, Step, batch_of, learning_rate

# loss(model, batch, generator, progress): a mean in nats; progress runs from 0 to 1.
Loss = Callable[[nn.Module, Examples, torch.Generator, float], torch.Tensor]


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

    `loss(model, x, generator, progress)` is the mean loss of a batch in nats. The batch x is
    drawn from `examples`, a tensor (n, ...) or a tuple of them, and moved to the model's
    device; all noise comes from `generator`, on the CPU; `progress` is step/steps. The optimiser
    is AdamW, its rate is `learning_rate`. A gradient longer than `clip` is shortened to it.
    `average` takes in the weights after each step.

    With `checkpoint`, a file, the run is kept every `every` steps and at its end. If the file is
    there already, the run goes on from it: the steps made before are reported again, the rest
    are made, and the weights are those of a run that was never interrupted. The file does not
    know the loss; another loss needs another file.

    Raises `NanLoss`; `ValueError` for a setting out of range, a loss that is no single number or
    draws from another generator, or a checkpoint of another run. Chapter 7.
    """
    settings = Settings(steps, batch, rate, weight_decay, warm_up, clip, seed)
    run = Run(model, settings, average)
    return _steps(run, loss, examples, checkpoint, checks.count("every", every, least=1))


def _steps(
    run: Run, loss: Loss, examples: Examples, checkpoint: str | os.PathLike | None, every: int
) -> Iterator[Step]:
    if checkpoint is not None and os.path.exists(checkpoint):
        run.resume(checkpoint, examples)
        yield from tuple(run.records)
    steps = run.settings.steps
    for step in range(len(run.records) + 1, steps + 1):
        run.records.append(_descend(run, step, loss, examples))
        if checkpoint is not None and (step % every == 0 or step == steps):
            run.keep(checkpoint, examples)
        yield run.records[-1]


def _descend(run: Run, step: int, loss: Loss, examples: Examples) -> Step:
    """One step: draw a batch, take the gradient of its loss, shorten it, follow it."""
    wanted = run.settings
    seed = devices.seed_of(wanted.seed, step)
    generator = devices.generator(seed)
    x = _moved(batch_of(examples, wanted.batch, generator), run.device)
    run.optimiser.zero_grad()
    value = _single(loss, run.model, x, generator, step / wanted.steps)
    value.backward()
    value, norm = value.item(), _length_of_gradient(run.model)
    if not (isfinite(value) and isfinite(norm)):
        raise NanLoss(step, seed, value, norm)
    clipped = wanted.clip is not None and norm > wanted.clip
    if clipped:
        _shorten_gradient(run.model, wanted.clip / norm)
    rate = learning_rate(step, wanted.steps, wanted.rate, wanted.warm_up)
    run.follow(rate)
    return Step(step, value, rate, norm, clipped, seed)


def _single(loss: Loss, model: nn.Module, x: Examples, generator, progress) -> torch.Tensor:
    """The loss of a batch, if it is one number and made with the given generator alone."""
    before = torch.default_generator.get_state()
    value = loss(model, x, generator, progress)
    if value.ndim:
        checks.refuse("loss", tuple(value.shape), "one number, the mean over the batch")
    if not torch.equal(before, torch.default_generator.get_state()):
        checks.refuse("loss", "drawn from PyTorch's own generator", "noise from the one given")
    return value


def _length_of_gradient(model: nn.Module) -> float:
    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    lengths = [torch.linalg.vector_norm(gradient) for gradient in gradients]
    return torch.linalg.vector_norm(torch.stack(lengths)).item()


def _shorten_gradient(model: nn.Module, factor: float) -> None:
    for weight in model.parameters():
        if weight.grad is not None:
            weight.grad.mul_(factor)


def _moved(x: Examples, device: torch.device) -> Examples:
    return tuple(t.to(device) for t in x) if isinstance(x, tuple) else x.to(device)
