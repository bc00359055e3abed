"""The coin and the die: conjugate posteriors, and what can go wrong with them (chapter 2)."""

from diffusion_derived.beta_coin.beta import Beta, kl_beta
from diffusion_derived.beta_coin.coin import (
    evidence,
    grid_posterior,
    likelihood,
    log_evidence,
    log_likelihood,
    maximum_likelihood,
    posterior,
    predictive,
    weight_of_prior,
)
from diffusion_derived.beta_coin.dirichlet import (
    Dirichlet,
    die_evidence,
    die_log_evidence,
    die_posterior,
    die_predictive,
)
from diffusion_derived.beta_coin.experiments import (
    Coverage,
    PredictiveCheck,
    coverage,
    drifting_tosses,
    halves_difference,
    posterior_predictive_check,
    switches,
)

__all__ = [
    "Beta",
    "Coverage",
    "Dirichlet",
    "PredictiveCheck",
    "coverage",
    "die_evidence",
    "die_log_evidence",
    "die_posterior",
    "die_predictive",
    "drifting_tosses",
    "evidence",
    "grid_posterior",
    "halves_difference",
    "kl_beta",
    "likelihood",
    "log_evidence",
    "log_likelihood",
    "maximum_likelihood",
    "posterior",
    "posterior_predictive_check",
    "predictive",
    "switches",
    "weight_of_prior",
]
