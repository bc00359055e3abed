"""A law with a parameter that is certainly not positive has no density, mean or divergence."""

import pytest

from diffusion_derived.derivation import DerivationError, Notation
from diffusion_derived.derivation.tree.worlds import World

N = Notation(
    real="x m",
    positive="v",
    unit=r"\theta",
    let={
        "S": r"\begin{pmatrix}v & 0\\ 0 & -1\end{pmatrix}",
        "T": r"\begin{pmatrix}v & 0\\ 0 & v\end{pmatrix}",
        "o": r"\begin{pmatrix}0\\ 0\end{pmatrix}",
    },
)


@pytest.mark.parametrize(
    "tex",
    [
        r"\mathrm{Beta}(\theta;-8,4)",
        r"\mathrm{Beta}(\theta;8,-v)",
        r"\log\mathrm{Beta}(\theta;0,4)",
        r"\mathcal N(x;m,-v^2)",
        r"\mathcal N(x;m,\theta-1)",
        r"\log\mathcal N(x;m,0)",
        r"\log\mathcal N(o;o,S)",
        r"\mathbb{E}_{x\sim\mathcal N(m,-v)}[x]",
        r"\mathbb{E}_{\theta\sim\mathrm{Beta}(-1,1)}[\theta]",
        r"D_{\mathrm{KL}}(\mathcal N(m,v)\,\|\,\mathcal N(m,-v))",
    ],
)
def test_a_parameter_that_is_not_positive_is_refused(tex):
    with pytest.raises(DerivationError, match="expected a positive number|is negative"):
        N.read(tex).value(World())


@pytest.mark.parametrize("variance", ["v", r"1-\theta", "m^2", "v-1"])
def test_a_parameter_of_unknown_sign_is_allowed(variance):
    assert N.read(rf"\mathcal N(x;m,{variance})").value(World()).free_symbols


@pytest.mark.parametrize(
    "tex",
    [
        r"\mathcal N(o;x,v)",
        r"\log\mathcal N(x;o,T)",
        r"D_{\mathrm{KL}}(\mathcal N(T,T)\,\|\,\mathcal N(o,T))",
        r"D_{\mathrm{KL}}(\mathcal N(o,T)\,\|\,\mathcal N(x,v))",
    ],
)
def test_unlike_shapes_are_refused(tex):
    with pytest.raises(DerivationError, match="unlike shapes|mean Matrix"):
        N.read(tex).value(World())
