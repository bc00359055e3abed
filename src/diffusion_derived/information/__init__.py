"""Entropy, cross-entropy, divergence: the cost of believing q under the truth p (chapter 4)."""

from diffusion_derived.beta_coin import kl_beta
from diffusion_derived.information.codes import Code, huffman
from diffusion_derived.information.densities import (
    Transformed,
    entropy_quadrature,
    kl_monte_carlo,
    kl_quadrature,
    mean_by_quadrature,
)
from diffusion_derived.information.fitting import NormalMixture, fit_forward, fit_reverse
from diffusion_derived.information.normals import kl_normal, kl_normal_full, kl_to_standard_normal
from diffusion_derived.information.tables import (
    cross_entropy,
    entropy,
    in_bits,
    kl,
    mutual_information,
    surprise,
)

__all__ = [
    "Code",
    "NormalMixture",
    "Transformed",
    "cross_entropy",
    "entropy",
    "entropy_quadrature",
    "fit_forward",
    "fit_reverse",
    "huffman",
    "in_bits",
    "kl",
    "kl_beta",
    "kl_monte_carlo",
    "kl_normal",
    "kl_normal_full",
    "kl_quadrature",
    "kl_to_standard_normal",
    "mean_by_quadrature",
    "mutual_information",
    "surprise",
]
