"""A trained flow in the plane as the numbers that its widget pushes a grid with (chapter 8)."""

from __future__ import annotations

import torch

from diffusion_derived import checks
from diffusion_derived.flows.flow import Flow
from diffusion_derived.flows.recipes import RING

__all__ = ["page_weights"]


def page_weights(flow: Flow) -> dict[str, object]:
    """`FlowGrid(**page_weights(flow))` shows this flow: its weights, in order, and its scale.

    ValueError for a flow that is not built as `RING` builds it.
    """
    first, pattern = flow.layers[0], RING.build().state_dict()
    found = flow.state_dict()
    same = [tuple(part.shape) for part in found.values()] == [
        tuple(part.shape) for part in pattern.values()
    ]
    masks = [name for name, part in pattern.items() if not part.is_floating_point()]
    if not same or any(found[name].tolist() != pattern[name].tolist() for name in masks):
        checks.refuse("flow", type(flow).__name__, "a flow built as flows.RING builds it")
    numbers = torch.cat([part.detach().flatten() for part in flow.parameters()])
    return {"weights": numbers.float().cpu().numpy(), "scale": first.scale}
