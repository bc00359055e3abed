"""A training under way: all that must be kept for it to go on as if it had never stopped."""

import os
import zlib
from dataclasses import asdict, astuple, dataclass

import torch
from torch import nn

from diffusion_derived import checks
from diffusion_derived.training import checkpoints
from diffusion_derived.training.average import ExponentialAverage
from diffusion_derived.training.step import Examples, Step


@dataclass(frozen=True)
class Settings:
    """How a model is trained: see `train`. Raises `ValueError` for a number out of range."""

    steps: int
    batch: int
    rate: float
    weight_decay: float
    warm_up: int
    clip: float | None
    seed: int

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch", 1), ("warm_up", 0), ("seed", 0)):
            object.__setattr__(self, name, checks.count(name, getattr(self, name), least))
        object.__setattr__(self, "rate", float(checks.positive("rate", self.rate)))
        if checks.number("weight_decay", self.weight_decay) < 0:
            checks.refuse("weight_decay", self.weight_decay, "a number, at least 0")
        if self.clip is not None:
            object.__setattr__(self, "clip", float(checks.positive("clip", self.clip)))


class Run:
    """A model, its optimiser, its average, and the records of the steps made so far."""

    def __init__(
        self, model: nn.Module, settings: Settings, average: ExponentialAverage | None = None
    ) -> None:
        if average is not None and average.model is not model:
            checks.refuse("average", "of another model", "an average of the model to be trained")
        self.model, self.settings, self.average = model, settings, average
        self.optimiser = torch.optim.AdamW(
            model.parameters(), lr=settings.rate, weight_decay=settings.weight_decay, fused=True
        )
        self.records: list[Step] = []

    @property
    def device(self) -> torch.device:
        """Where the model lives."""
        return next(self.model.parameters()).device

    def follow(self, rate: float) -> None:
        """Move the weights against their gradient at this rate, and tell the average."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.step()
        if self.average is not None:
            self.average.update()

    def keep(self, path: str | os.PathLike, examples: Examples) -> None:
        """Write the run to a checkpoint."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average and self.average.state_dict(),
            "records": [astuple(record) for record in self.records],
        }
        checkpoints.save(path, state, self._identity(examples))

    def resume(self, path: str | os.PathLike, examples: Examples) -> None:
        """Take over the run of a checkpoint; raises what `checkpoints.load` raises."""
        state = checkpoints.load(path, self._identity(examples), self.device)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.records = [Step(*record) for record in state["records"]]

    def _identity(self, examples: Examples) -> dict:
        """By what a checkpoint knows its run: settings, average, sizes of weights, the examples."""
        columns = examples if isinstance(examples, tuple) else (examples,)
        return asdict(self.settings) | {
            "average": self.average and self.average.decay,
            "weights": _shapes(self.model),
            "examples": [_fingerprint(column) for column in columns],
        }


def _shapes(model: nn.Module) -> str:
    """How many numbers in how many tensors, and a checksum of their names, shapes and types."""
    state = model.state_dict()
    names = [f"{name} {tuple(weight.shape)} {weight.dtype}" for name, weight in state.items()]
    size = sum(weight.numel() for weight in state.values())
    return f"{size} numbers in {len(names)} tensors {zlib.crc32(repr(names).encode()):08x}"


def _fingerprint(x: torch.Tensor) -> str:
    """Shape and checksum: other examples have another one."""
    return f"{tuple(x.shape)} {zlib.crc32(x.detach().cpu().contiguous().numpy().tobytes()):08x}"
