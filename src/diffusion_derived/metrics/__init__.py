"""Figures of merit, each with its error bar (chapter 7 on)."""

from diffusion_derived.metrics.likelihood import (
    bits_per_dim,
    histogram_log_prob,
    importance_weighted_bound,
    log_mean_exp,
    uniform_log_prob,
)

__all__ = [
    "bits_per_dim",
    "histogram_log_prob",
    "importance_weighted_bound",
    "log_mean_exp",
    "uniform_log_prob",
]
