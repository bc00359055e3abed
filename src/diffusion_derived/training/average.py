"""The exponential average of a model's weights: a calmer copy of a model in training."""

import torch
from torch import nn

from diffusion_derived import checks


class ExponentialAverage:
    r"""A running mean of a model's weights that forgets slowly.

    $$\bar\theta_n = d_n \bar\theta_{n-1} + (1 - d_n)\, \theta_n, \qquad
    d_n = \min\left(d, \frac{n}{9 + n}\right)$$

    $\theta_n$ are the weights at update n = 1, 2, ...; d is `decay`. The second term is the
    warm-up: early on the mean forgets fast, since the first weights are worth nothing. Raises
    `ValueError` for a decay outside [0, 1). Chapter 7.
    """

    def __init__(self, model: nn.Module, decay: float = 0.999) -> None:
        self.decay = float(checks.probability("decay", decay))
        if self.decay == 1:
            checks.refuse("decay", decay, "a decay below 1")
        self.model = model
        self.updates = 0
        self.weights = {n: t.detach().clone() for n, t in model.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        """Take in the model's present weights; numbers that are whole are copied as they are."""
        self.updates += 1
        decay = min(self.decay, self.updates / (9 + self.updates))
        for name, now in self.model.state_dict().items():
            if now.is_floating_point():
                self.weights[name].lerp_(now, 1 - decay)
            else:
                self.weights[name].copy_(now)

    def copy_to(self, model: nn.Module) -> None:
        """Give the averaged weights to a model of the same shape (often the trained one)."""
        model.load_state_dict(self.weights)

    def state_dict(self) -> dict:
        """What a checkpoint keeps."""
        return {"updates": self.updates, "weights": self.weights}

    def load_state_dict(self, state: dict) -> None:
        """Take over what `state_dict` gave."""
        self.updates = state["updates"]
        for name, kept in self.weights.items():
            kept.copy_(state["weights"][name])
