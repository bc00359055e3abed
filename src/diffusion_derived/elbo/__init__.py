"""The evidence lower bound: a coin where it is exact, and the ways to climb it (chapter 6)."""

from diffusion_derived.elbo.amortised import Encoder, Gaps, fit_encoder, gaps
from diffusion_derived.elbo.black_box import Adam, Record, fit_black_box
from diffusion_derived.elbo.coin import CoinElbo
from diffusion_derived.elbo.gradients import reparametrised_gradient, score_function_gradient
from diffusion_derived.elbo.importance import (
    AboveEvidence,
    importance_weighted_bound,
    log_weights,
    slack,
)
from diffusion_derived.elbo.mean_field import MeanField, coordinate_ascent, mean_field

__all__ = [
    "AboveEvidence",
    "Adam",
    "CoinElbo",
    "Encoder",
    "Gaps",
    "MeanField",
    "Record",
    "coordinate_ascent",
    "fit_black_box",
    "fit_encoder",
    "gaps",
    "importance_weighted_bound",
    "log_weights",
    "mean_field",
    "reparametrised_gradient",
    "score_function_gradient",
    "slack",
]
