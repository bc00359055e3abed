"""The variational autoencoder, and the likelihoods that its decoder speaks (chapter 7)."""

from diffusion_derived.vae.autoencoder import Autoencoder, fit_autoencoder, normal_draws
from diffusion_derived.vae.cut_densities import GaussianPixels, LogisticPixels, dequantised
from diffusion_derived.vae.decoder_costs import DecoderCost, decoders
from diffusion_derived.vae.drawn import Drawn, samples
from diffusion_derived.vae.gradients import Slopes, slopes
from diffusion_derived.vae.latents import ACTIVE, Start, Units, starts, units
from diffusion_derived.vae.likelihoods import (
    BernoulliPixels,
    BetaBinomialPixels,
    BinomialPixels,
    CategoricalPixels,
    PixelLikelihood,
    binarised,
)
from diffusion_derived.vae.linear import LinearVAE, ProbabilisticPCA, fit_linear, linear_vae_of
from diffusion_derived.vae.mistakes import Slip, slips
from diffusion_derived.vae.model import VAE, Bound, Posterior
from diffusion_derived.vae.networks import MLP
from diffusion_derived.vae.recipes import BEST, PLANE, SHORT, Evaluation, Recipe, evaluate, fit

__all__ = [
    "ACTIVE",
    "BEST",
    "MLP",
    "PLANE",
    "SHORT",
    "VAE",
    "Autoencoder",
    "BernoulliPixels",
    "BetaBinomialPixels",
    "BinomialPixels",
    "Bound",
    "CategoricalPixels",
    "DecoderCost",
    "Drawn",
    "Evaluation",
    "GaussianPixels",
    "LinearVAE",
    "LogisticPixels",
    "PixelLikelihood",
    "Posterior",
    "ProbabilisticPCA",
    "Recipe",
    "Slip",
    "Slopes",
    "Start",
    "Units",
    "binarised",
    "decoders",
    "dequantised",
    "evaluate",
    "fit",
    "fit_autoencoder",
    "fit_linear",
    "linear_vae_of",
    "normal_draws",
    "samples",
    "slips",
    "slopes",
    "starts",
    "units",
]
