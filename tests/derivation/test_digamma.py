"""Digamma: the slope of log Gamma, its recurrence, and means of logarithms under a Beta law."""

import pytest
import sympy as sp
from scipy import integrate, special, stats

from diffusion_derived.derivation import Notation, equal
from diffusion_derived.derivation.decision.decide import decide_zero
from diffusion_derived.derivation.decision.domain import natural, positive, real
from diffusion_derived.derivation.decision.field import OutsideField, field_zero
from diffusion_derived.derivation.verdict import PROVED, REFUTED

N = Notation(positive="a b a_1 b_1 a_2 b_2", unit=r"\theta", natural="n")
E = r"\mathbb{E}_{\theta\sim\mathrm{Beta}(a,b)}"
KL = r"D_{\mathrm{KL}}(\mathrm{Beta}(a_1,b_1)\,\|\,\mathrm{Beta}(a_2,b_2))"
FORM = (
    r"\log\frac{\mathrm{B}(a_2,b_2)}{\mathrm{B}(a_1,b_1)}+(a_1-a_2)\,\psi(a_1)+(b_1-b_2)\,\psi(b_1)"
    r"%s(a_2-a_1+b_2-b_1)\,\psi(a_1+b_1)"
)


@pytest.mark.parametrize(
    ("left", "right", "wrong"),
    [
        (r"\psi(a+1)", r"\psi(a)+\frac1a", r"\psi(a)-\frac1a"),
        (r"\psi(a+3)", r"\psi(a)+\frac1a+\frac{1}{a+1}+\frac{1}{a+2}", r"\psi(a)+\frac3a"),
        (r"\psi(n)", r"\psi(n+2)-\frac1n-\frac{1}{n+1}", r"\psi(n+2)-\frac2n"),
        (r"\frac{d}{da}\log\Gamma(a)", r"\psi(a)", r"\psi(a+1)"),
        (
            r"\frac{d}{da}\log\mathrm{B}(a,b)",
            r"\psi(a)-\psi(a+b)",
            r"\psi(a)+\psi(a+b)",
        ),
        (
            r"\frac{d}{da}\psi(a+1)",
            r"\frac{d}{da}\psi(a)-\frac{1}{a^2}",
            r"\frac{d}{da}\psi(a)+\frac{1}{a^2}",
        ),
        (rf"{E}[\log\theta]", r"\psi(a)-\psi(a+b)", r"\psi(b)-\psi(a+b)"),
        (rf"{E}[\log(1-\theta)]", r"\psi(b)-\psi(a+b)", r"\psi(a)-\psi(a+b)"),
        (
            rf"{E}\left[\log\frac{{\theta}}{{1-\theta}}\right]",
            r"\psi(a)-\psi(b)",
            r"\psi(b)-\psi(a)",
        ),
        (
            r"\int_0^1\theta^{a-1}(1-\theta)^{b-1}\log\theta\,d\theta",
            r"\frac{d}{da}\int_0^1\theta^{a-1}(1-\theta)^{b-1}\,d\theta",
            r"\frac{d}{db}\int_0^1\theta^{a-1}(1-\theta)^{b-1}\,d\theta",
        ),
        (
            r"\operatorname{Var}_{\theta\sim\mathrm{Beta}(a,b)}[\log\theta]",
            r"\frac{d}{da}\left[\psi(a)-\psi(a+b)\right]",
            r"\frac{d}{da}\psi(a)",
        ),
        (KL, FORM % "+", FORM % "-"),
    ],
)
def test_decided(left, right, wrong):
    sides = [N.read(tex) for tex in (left, right, wrong)]
    assert equal(N, sides[0], sides[1]).status == PROVED
    assert equal(N, sides[0], sides[2]).status == REFUTED


@pytest.mark.parametrize(("p", "q"), [(8, 4), (0.5, 1.5), (1, 1), (2, 7)])
def test_values_against_scipy(p, q):
    law, density = rf"\mathrm{{Beta}}({p},{q})", stats.beta(p, q).pdf
    mean = N.number(N.read(rf"\mathbb{{E}}_{{\theta\sim{law}}}[\log\theta]"))
    assert mean == pytest.approx(special.digamma(p) - special.digamma(p + q), abs=1e-12)
    kl = N.number(N.read(rf"D_{{\mathrm{{KL}}}}({law}\,\|\,\mathrm{{Beta}}(2,3))"))

    def integrand(x):
        return density(x) * (stats.beta.logpdf(x, p, q) - stats.beta.logpdf(x, 2, 3))

    expected, error = integrate.quad(integrand, 0, 1, limit=400)
    assert kl == pytest.approx(expected, abs=max(1e-7, 10 * error))


def test_a_mean_of_a_logarithm_names_its_lemma():
    assert N.lemmas(N.read(rf"{E}[\log\theta]")) == ("eq-beta-log-mean",)
    assert "eq-beta-log-mean" not in N.lemmas(N.read(rf"{E}[\theta]"))


def test_nothing_false_in_the_normal_form():
    a, n, x = positive("a"), natural("n"), real("x")
    psi = sp.digamma
    for true in (
        psi(a + 5) - psi(a + 4) - 1 / (a + 4),
        psi(2 * a + 1) - psi(2 * a) - 1 / (2 * a),
        sp.polygamma(2, a + 1) - sp.polygamma(2, a) - 2 / a**3,
        psi(n + 1) - psi(n) - 1 / n,
    ):
        assert field_zero(true)
    for false in (
        psi(a + 1) - psi(a),
        psi(2 * a) - 2 * psi(a),
        psi(a) - psi(n),
        sp.polygamma(1, a) - psi(a),
        sp.polygamma(1, a + 1) - sp.polygamma(1, a) - 1 / a**2,
    ):
        assert not field_zero(false)
        assert decide_zero(false).status == REFUTED
    with pytest.raises(OutsideField):
        field_zero(sp.polygamma(x, a))
