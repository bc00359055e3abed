"""Flows: densities that are known exactly, since every layer has an inverse (chapter 8)."""

from diffusion_derived.flows.coupling import AffineCoupling, Coupling, SplineCoupling
from diffusion_derived.flows.dequantise import (
    Evaluation,
    dequantise,
    evaluate,
    levels_of,
    log_bound,
    log_weights,
)
from diffusion_derived.flows.flow import Flow, NormalBase, UniformBase
from diffusion_derived.flows.layers import Logit, Scaled, Sigmoid, SplineMargins
from diffusion_derived.flows.page import page_weights
from diffusion_derived.flows.recipes import AFFINE, DIGITS, RING, Recipe, fit
from diffusion_derived.flows.spline import Spline, spline

__all__ = [
    "AFFINE",
    "AffineCoupling",
    "Coupling",
    "DIGITS",
    "Evaluation",
    "Flow",
    "Logit",
    "NormalBase",
    "RING",
    "Recipe",
    "Scaled",
    "Sigmoid",
    "Spline",
    "SplineCoupling",
    "SplineMargins",
    "UniformBase",
    "dequantise",
    "evaluate",
    "fit",
    "levels_of",
    "log_bound",
    "log_weights",
    "page_weights",
    "spline",
]
