"""The models that pages run: what each one trains and what of it goes into a page.

A later chapter adds a function here and its name to `PAGE_MODELS`; a model may have several
graphs. `export_models.py` does the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from diffusion_derived import devices, vae
from diffusion_derived.data import digits


@dataclass(frozen=True)
class Graph:
    """One network for the page: inputs that it is tried on, whose first axis may have any length.

    `fixed` names the inputs whose every axis is fixed.
    """

    network: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    fixed: tuple[str, ...] = ()

    @torch.no_grad()
    def run(self) -> dict[str, np.ndarray]:
        """What PyTorch answers to the inputs, by name."""
        found = self.network(*self.inputs.values())
        found = found if isinstance(found, tuple) else (found,)
        return {name: each.numpy() for name, each in zip(self.outputs, found, strict=True)}

    def given(self) -> dict[str, np.ndarray]:
        """The inputs as arrays."""
        return {name: each.numpy() for name, each in self.inputs.items()}


@dataclass(frozen=True)
class PageModel:
    """What a recipe gave: its graphs, arrays that travel with them, and what it is worth.

    `judge` turns the outputs of every graph, PyTorch's or the page's, into further numbers.
    """

    chapter: int
    recipe: str
    settings: dict[str, float]
    graphs: dict[str, Graph]
    stored: dict[str, np.ndarray] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    judge: Callable[[dict[str, np.ndarray]], dict[str, float]] = lambda outputs: {}


def settings(recipe: object) -> dict[str, float]:
    """The numbers of a recipe, seed and steps among them."""
    values = dataclasses.asdict(recipe)
    return {name: value for name, value in values.items() if isinstance(value, int | float)}


# ---- chapter 7 -----------------------------------------------------------------------------------

REACH = 4
PLACES = 17


class MeanPicture(nn.Module):
    """A decoder's mean of each pixel in levels, (n, latents) to (n, dims)."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor) -> Tensor:
        """The mean of the likelihood's law at each pixel."""
        return self.model.likelihood.mean(self.model.decode(z))


def lattice() -> Tensor:
    """The places of the latent plane whose pictures are stored, row by row from above."""
    side = torch.linspace(-REACH, REACH, PLACES)
    down, across = torch.meshgrid(side.flip(0), side, indexing="ij")
    return torch.stack([across.ravel(), down.ravel()], -1)


def plane() -> PageModel:
    """The decoder of the VAE with two latents, and where its encoder puts the held-out digits."""
    images = digits()
    model, _ = vae.fit(RECIPES["plane"], images)
    cost = vae.evaluate(model, images.test, devices.generator(0))
    model = model.cpu().eval()
    with torch.no_grad():
        codes = model.encode(images.test).mu

    def judge(outputs: dict[str, np.ndarray]) -> dict[str, float]:
        drawn = outputs["decoder.mean"].reshape(-1, images.pixels)[PLACES**2 :]
        return {"squared_error": float(np.square(drawn - images.test.numpy()).mean())}

    return PageModel(
        chapter=7,
        recipe="vae.PLANE",
        settings=settings(RECIPES["plane"]),
        graphs={
            "decoder": Graph(MeanPicture(model), {"z": torch.cat([lattice(), codes])}, ("mean",))
        },
        stored={"codes": codes.numpy(), "labels": images.test_labels.numpy().astype("uint8")},
        metrics={"bits_per_dim": cost.elbo.value, "bits_per_dim_1000_draws": cost.iwae.value},
        judge=judge,
    )


RECIPES = {"plane": vae.PLANE}
PAGE_MODELS = {"plane": plane}
