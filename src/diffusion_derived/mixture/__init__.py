"""Mixtures of normals with unseen components, and EM, which fits them (chapter 5)."""

from diffusion_derived.mixture.em import (
    CollapsedComponent,
    Record,
    e_step,
    fit,
    lower_bound,
    m_step,
)
from diffusion_derived.mixture.gaussians import GaussianMixture, log_sum_exp
from diffusion_derived.mixture.plane import PrincipalPlane, principal_plane
from diffusion_derived.mixture.starts import Clusters, k_means, start_from_points

__all__ = [
    "Clusters",
    "CollapsedComponent",
    "GaussianMixture",
    "PrincipalPlane",
    "Record",
    "e_step",
    "fit",
    "k_means",
    "log_sum_exp",
    "lower_bound",
    "m_step",
    "principal_plane",
    "start_from_points",
]
