"""Interactive figures that move without a kernel: all their maths runs in the reader's browser."""

from diffusion_derived.widgets.area import AreaPicture
from diffusion_derived.widgets.beta_explorer import BetaExplorer
from diffusion_derived.widgets.dirichlet import DirichletTriangle
from diffusion_derived.widgets.elbo_bars import ElboBars
from diffusion_derived.widgets.em_stepper import EmStepper
from diffusion_derived.widgets.mean_field import MeanFieldEllipse

__all__ = [
    "AreaPicture",
    "BetaExplorer",
    "DirichletTriangle",
    "ElboBars",
    "EmStepper",
    "MeanFieldEllipse",
]
