"""Interactive figures that move without a kernel: all their maths runs in the reader's browser."""

from diffusion_derived.widgets.area import AreaPicture
from diffusion_derived.widgets.beta_explorer import BetaExplorer
from diffusion_derived.widgets.dirichlet import DirichletTriangle
from diffusion_derived.widgets.elbo_bars import ElboBars
from diffusion_derived.widgets.em_stepper import EmStepper
from diffusion_derived.widgets.fit_by_kl import FitByKL
from diffusion_derived.widgets.flow_grid import FlowGrid
from diffusion_derived.widgets.latent_plane import LatentPlane
from diffusion_derived.widgets.mean_field import MeanFieldEllipse
from diffusion_derived.widgets.metropolis import MetropolisWalker
from diffusion_derived.widgets.monte_carlo import MonteCarloError
from diffusion_derived.widgets.two_normals import TwoNormals

__all__ = [
    "AreaPicture",
    "BetaExplorer",
    "DirichletTriangle",
    "ElboBars",
    "EmStepper",
    "FitByKL",
    "FlowGrid",
    "LatentPlane",
    "MeanFieldEllipse",
    "MetropolisWalker",
    "MonteCarloError",
    "TwoNormals",
]
