"""One way to train every model of the book: steps that can be watched, repeated and resumed."""

from diffusion_derived.training.average import ExponentialAverage
from diffusion_derived.training.checkpoints import load, save
from diffusion_derived.training.loop import train
from diffusion_derived.training.step import NanLoss, Step, batch_of, learning_rate
from diffusion_derived.training.watch import is_watched, last, losses, watch

__all__ = [
    "ExponentialAverage",
    "NanLoss",
    "Step",
    "batch_of",
    "is_watched",
    "last",
    "learning_rate",
    "load",
    "losses",
    "save",
    "train",
    "watch",
]
