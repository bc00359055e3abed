"""Averages of draws, walks, and the evidence by six methods (chapter 3)."""

from diffusion_derived.estimates import Estimate, average
from diffusion_derived.monte_carlo.diagnostics import (
    autocorrelation,
    autocovariance,
    correlated_average,
    effective_sample_size,
    split_rhat,
)
from diffusion_derived.monte_carlo.evidence import (
    Evidence,
    grid_evidence,
    harmonic_mean_evidence,
    importance_evidence,
    prior_evidence,
)
from diffusion_derived.monte_carlo.finite import (
    is_detailed_balanced,
    metropolis_kernel,
    stationary,
)
from diffusion_derived.monte_carlo.importance import (
    effective_size,
    importance,
    log_mean_exp,
    self_normalised,
)
from diffusion_derived.monte_carlo.problem import Coins, Problem
from diffusion_derived.monte_carlo.tempering import (
    annealed_evidence,
    powers,
    thermodynamic_evidence,
)
from diffusion_derived.monte_carlo.walk import Walk, metropolis

__all__ = [
    "Coins",
    "Estimate",
    "Evidence",
    "Problem",
    "Walk",
    "annealed_evidence",
    "autocorrelation",
    "autocovariance",
    "average",
    "correlated_average",
    "effective_sample_size",
    "effective_size",
    "grid_evidence",
    "harmonic_mean_evidence",
    "importance",
    "importance_evidence",
    "is_detailed_balanced",
    "log_mean_exp",
    "metropolis",
    "metropolis_kernel",
    "powers",
    "prior_evidence",
    "self_normalised",
    "split_rhat",
    "stationary",
    "thermodynamic_evidence",
]
