"""One way to train every model of the book: steps that can be watched, repeated and resumed."""

from diffusion_derived.training.average import ExponentialAverage
from diffusion_derived.training.checkpoints import load, save
from diffusion_derived.training.loop import NanLoss, Step, batch_of, learning_rate, train
from diffusion_derived.training.watch import last, losses, watch

__all__ = [
    "ExponentialAverage",
    "NanLoss",
    "Step",
    "batch_of",
    "last",
    "learning_rate",
    "load",
    "losses",
    "save",
    "train",
    "watch",
]
