"""The logarithm of a product that is positive by its form is a sum, without an exponential."""

import pytest
import sympy as sp

from diffusion_derived.derivation import Notation
from diffusion_derived.derivation.tree.worlds import World

N = Notation(real="x m", positive="v", unit=r"\alpha", indexed={"r_i": "unit", "y_i": "real"})


@pytest.mark.parametrize(
    "factor", ["v", r"\alpha", "r_2", "3", "e^{x}", r"\frac{v}{\alpha}", r"\sqrt v", "r_1^m"]
)
def test_the_log_of_a_positive_factor_times_a_density_has_no_exponential(factor):
    value = N.read(rf"\log\left({factor}\,\mathcal N(x;m,v)\right)").value(World())
    assert not value.has(sp.exp) and value.has(sp.log)


@pytest.mark.parametrize("factor", ["x", "y_1", "x^2"])
def test_a_factor_of_unknown_sign_stays_inside_the_log(factor):
    value = N.read(rf"\log\left({factor}\,\mathcal N(x;m,v)\right)").value(World())
    assert value.has(sp.exp)
