"""Interactive figures that move without a kernel: all their maths runs in the reader's browser."""

from diffusion_derived.widgets.area import AreaPicture
from diffusion_derived.widgets.beta_explorer import BetaExplorer
from diffusion_derived.widgets.dirichlet import DirichletTriangle

__all__ = ["AreaPicture", "BetaExplorer", "DirichletTriangle"]
