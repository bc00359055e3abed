"""The variational autoencoder, and the likelihoods that its decoder speaks (chapter 7)."""

from diffusion_derived.vae.cut_densities import GaussianPixels, LogisticPixels, dequantised
from diffusion_derived.vae.likelihoods import (
    BernoulliPixels,
    BetaBinomialPixels,
    BinomialPixels,
    CategoricalPixels,
    PixelLikelihood,
    binarised,
)
from diffusion_derived.vae.linear import LinearVAE, ProbabilisticPCA, fit_linear, linear_vae_of
from diffusion_derived.vae.model import VAE, Bound, Posterior
from diffusion_derived.vae.networks import MLP
from diffusion_derived.vae.recipes import PLANE, Evaluation, Recipe, evaluate, fit

__all__ = [
    "MLP",
    "PLANE",
    "VAE",
    "BernoulliPixels",
    "BetaBinomialPixels",
    "BinomialPixels",
    "Bound",
    "CategoricalPixels",
    "Evaluation",
    "GaussianPixels",
    "LinearVAE",
    "LogisticPixels",
    "PixelLikelihood",
    "Posterior",
    "ProbabilisticPCA",
    "Recipe",
    "binarised",
    "dequantised",
    "evaluate",
    "fit",
    "fit_linear",
    "linear_vae_of",
]
