"""The distributions that the book needs, each with its CDF and quantiles (chapter 3).

Densities of the line: `Uniform`, `Normal`, `Logistic`. Masses on whole numbers: `Bernoulli`,
`Binomial`, `Categorical`, `DiscretisedLogistic`. `Beta` and `Dirichlet` are chapter 2's.
"""

from diffusion_derived.beta_coin import Beta, Dirichlet
from diffusion_derived.distributions.line import Logistic, Normal, Uniform
from diffusion_derived.distributions.pixels import DiscretisedLogistic
from diffusion_derived.distributions.shared import Density, Distribution, Mass
from diffusion_derived.distributions.throws import Categorical
from diffusion_derived.distributions.tosses import Bernoulli, Binomial

__all__ = [
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Density",
    "Dirichlet",
    "DiscretisedLogistic",
    "Distribution",
    "Logistic",
    "Mass",
    "Normal",
    "Uniform",
]
