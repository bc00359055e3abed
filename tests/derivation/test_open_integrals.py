"""A mean that no formula covers may stay open on both sides; nothing is proved of what diverges."""

import pytest

from diffusion_derived.derivation import Derivation, Notation, equal
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.verdict import PROVED, REFUTED

N = Notation(real=r"z \mu x", positive=r"\sigma a b", unit=r"\theta")
U = r"\mathbb{E}_{z\sim\mathcal N(\mu,\sigma^2)}"
B = r"\mathbb{E}_{\theta\sim\mathrm{Beta}(a,b)}"
BOUND = rf"{U}[\log 120+8z-12\log(1+e^z)-\log\mathcal N(z;\mu,\sigma^2)]"
EXP = r"e^{\theta}"
ENTROPY = r"\frac12\log(2\pi\sigma^2)+\frac12"


def status(left, right):
    return equal(N, N.read(left), N.read(right)).status


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (
            BOUND,
            rf"\log 120+8\mu+{ENTROPY}-12\,{U}[\log(1+e^z)]",
            rf"\log 120+8\mu-{ENTROPY}-12\,{U}[\log(1+e^z)]",
        ),
        (rf"{U}[\log(1+e^z)-z]+\mu", rf"{U}[\log(1+e^z)]", rf"{U}[\log(1+e^z)]+\mu"),
        (
            rf"{B}[e^{{\theta}}+\theta]",
            rf"{B}[e^{{\theta}}]+\frac{{a}}{{a+b}}",
            rf"{B}[e^{{\theta}}]",
        ),
    ],
)
def test_the_same_open_mean_on_both_sides(left, right, wrong):
    assert status(left, right) == PROVED
    assert status(left, wrong) == REFUTED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (rf"{U}[e^{{z^4}}]", rf"{U}[e^{{z^4}}-z]+\mu"),  # both are infinite
        (rf"{U}[\log(1+e^z)]", rf"{U}[\log(1+e^{{2z}})]-\mu"),  # another mean
        (rf"{U}\left[\frac{{1}}{{z}}+z\right]", rf"{U}\left[\frac{{1}}{{z}}\right]+\mu"),  # none
    ],
)
def test_nothing_is_proved_of_what_has_no_value_or_differs(left, right):
    assert status(left, right) != PROVED


def test_a_number_for_a_mean_that_no_formula_gives():
    d = Derivation("A mean", N, label="eq-mean", ledger=Ledger())
    d.start(r"\mathbb{E}_{z\sim\mathcal N(0.7,0.36)}[\log(1+e^z)]")
    d.numeric("1.15", "by quadrature", compute=lambda: 1.148, tolerance=0.01, rejects={"a": "1.2"})
    assert d.qed().rests_on == ()
