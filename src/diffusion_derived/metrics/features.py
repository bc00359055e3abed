"""What a small classifier sees in a digit: 32 numbers in which pictures are compared."""

from dataclasses import dataclass

import torch
from torch import nn

from diffusion_derived import checks, devices
from diffusion_derived.data import Images, centred
from diffusion_derived.training import losses, train

SIZE = 32
EPOCHS, BATCH = 30, 64


@dataclass(frozen=True)
class Features:
    """Features of n pictures, shape (n, 32), with the name of the classifier they come from."""

    values: torch.Tensor
    maker: str

    def __len__(self) -> int:
        return len(self.values)


class DigitFeatures(nn.Module):
    """Three convolutions and a layer of 32 ReLUs, trained to tell the ten digits apart.

    `fit` trains it; calling it gives the `Features` of pictures. Chapter 7.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        self.maker = f"digit classifier, seed {seed}, {EPOCHS} epochs"
        self.seed = seed
        with devices.seeded(seed):
            self.body = nn.Sequential(
                nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(),
                nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),
                nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Flatten(),
                nn.Linear(64 * 4 * 4, SIZE), nn.ReLU(),
            )  # fmt: skip
            self.head = nn.Linear(SIZE, 10)
        self.register_buffer("centre", torch.zeros(SIZE))
        self.register_buffer("spread", torch.ones(()))

    @classmethod
    def fit(cls, digits: Images, seed: int = 0) -> "DigitFeatures":
        r"""Train for 30 epochs on the pictures with a little noise; then fix centre and scale.

        The features of `digits.train` have mean 0 and a covariance of trace 1.
        """
        model = cls(seed).to(devices.device())
        steps = EPOCHS * len(digits.train) // BATCH
        pairs = (digits.train, digits.train_labels)
        losses(train(model, _loss, pairs, steps=steps, batch=BATCH, weight_decay=0.01, seed=seed))
        raw = model(digits.train).values
        model.centre.copy_(raw.mean(dim=0))
        model.spread.copy_((raw - model.centre.cpu()).square().sum(dim=1).mean().sqrt())
        return model

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> Features:
        """Features of pictures (n, 64) in levels 0 to 16, clipped and rounded to them first."""
        x = centred(_levels(x)).to(self.centre)
        values = (self.body(_square(x)) - self.centre) / self.spread
        return Features(values.double().cpu(), self.maker)

    @torch.no_grad()
    def classify(self, x: torch.Tensor) -> torch.Tensor:
        """The likeliest digit of each picture (n, 64) in levels, shape (n,), on the CPU."""
        x = centred(_levels(x)).to(self.centre)
        return self.head(self.body(_square(x))).argmax(dim=1).cpu()


def _levels(x: torch.Tensor) -> torch.Tensor:
    if x.ndim != 2 or x.shape[1] != 64:
        checks.refuse("x.shape", tuple(x.shape), "(pictures, 64)")
    return x.clamp(0, 16).round()


def _square(x: torch.Tensor) -> torch.Tensor:
    return x.reshape(-1, 1, 8, 8)


def _loss(model: DigitFeatures, pairs, generator, progress) -> torch.Tensor:
    levels, labels = pairs
    x = centred(levels)
    x = x + 0.1 * devices.normal(*x.shape, generator=generator, like=x)
    scores = model.head(model.body(_square(x)))
    return nn.functional.cross_entropy(scores, labels, label_smoothing=0.05)
