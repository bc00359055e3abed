"""Figures of merit, each with its error bar (chapter 7 on)."""

from diffusion_derived.metrics.features import DigitFeatures, Features
from diffusion_derived.metrics.frechet import FrechetDistance, frechet_distance
from diffusion_derived.metrics.likelihood import (
    bits_per_dim,
    histogram_log_prob,
    importance_weighted_bound,
    log_mean_exp,
    uniform_log_prob,
)
from diffusion_derived.metrics.neighbours import median, nearest_neighbours

__all__ = [
    "DigitFeatures",
    "Features",
    "FrechetDistance",
    "bits_per_dim",
    "frechet_distance",
    "histogram_log_prob",
    "importance_weighted_bound",
    "log_mean_exp",
    "median",
    "nearest_neighbours",
    "uniform_log_prob",
]
