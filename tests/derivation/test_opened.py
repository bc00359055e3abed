"""Variances, covariances, entropies and mutual information: what they mean, and their rules."""

import math
from itertools import product

import pytest
import sympy as sp
from scipy import stats

from diffusion_derived.derivation import (
    Derivation,
    DerivationError,
    Induction,
    Notation,
    TexError,
    equal,
    tables,
)
from diffusion_derived.derivation.ledger import Ledger
from diffusion_derived.derivation.reasons import rules
from diffusion_derived.derivation.verdict import PROVED, REFUTED

ONE = Notation(
    worlds=tables({"x": (2, 3)}, p="p(x)", q="q(x)"),
    functions={"f": "x", "g": "x"},
    real="c d",
)
TWO = Notation(
    worlds=tables({"x": 2, "z": (2, 3)}, p="p(z) p(x|z)", q="q(z|x)", at={"x": 0}),
    functions={"f": "z"},
)
LAWS = Notation(positive=r"\sigma a b v", real=r"\mu m x y", unit=r"\theta \rho")
MOMENTS = rules.moments() & rules.logarithms()
MEAN = r"\operatorname{Var}_{p(x)%s}\left[\frac{f(x)%s}{%d}\right]"


def status(notation, left, right):
    return equal(notation, notation.read(left), notation.read(right)).status


@pytest.mark.parametrize(
    ("notation", "left", "right", "wrong"),
    [
        (
            ONE,
            r"\operatorname{Var}_{p(x)}[f(x)]",
            r"\mathbb{E}_{p(x)}[f(x)^2]-\mathbb{E}_{p(x)}[f(x)]^2",
            r"\mathbb{E}_{p(x)}[f(x)^2]-\mathbb{E}_{p(x)}[f(x)]",
        ),
        (
            ONE,
            r"\operatorname{Var}_{p(x)}[cf(x)+d g(x)]",
            r"c^2\operatorname{Var}_{p(x)}[f(x)]+d^2\operatorname{Var}_{p(x)}[g(x)]"
            r"+2cd\operatorname{Cov}_{p(x)}[f(x),g(x)]",
            r"c^2\operatorname{Var}_{p(x)}[f(x)]+d^2\operatorname{Var}_{p(x)}[g(x)]",
        ),
        pytest.param(
            TWO,
            r"\operatorname{Var}_{p(z)}[f(z)]",
            r"\sum_{x}p(x)\operatorname{Var}_{p(z\mid x)}[f(z)]"
            r"+\operatorname{Var}_{p(x)}\left[\mathbb{E}_{p(z\mid x)}[f(z)]\right]",
            r"\sum_{x}p(x)\operatorname{Var}_{p(z\mid x)}[f(z)]",
            marks=pytest.mark.slow,
        ),
        (ONE, "H(p)", r"-\sum_x p(x)\log p(x)", r"\sum_x p(x)\log p(x)"),
        (ONE, "H(p,q)", r"H(p)+D_{\mathrm{KL}}(p\,\|\,q)", r"H(p)+D_{\mathrm{KL}}(q\,\|\,p)"),
        (
            TWO,
            r"\mathrm{H}(q(z\mid x))",
            r"-\mathbb{E}_{q(z\mid x)}[\log q(z\mid x)]",
            r"-\mathbb{E}_{p(z)}[\log q(z\mid x)]",
        ),
        (
            TWO,
            "I_p(x;z)",
            r"H(p(z))-\sum_{x}p(x)\,H(p(z\mid x))",
            r"H(p(x))-\sum_{x}p(x)\,H(p(z\mid x))",
        ),
        (LAWS, r"H(\mathcal N(\mu,\sigma^2))", r"\frac12\log(2\pi e\sigma^2)", r"\log\sigma"),
        (
            LAWS,
            r"H(\mathcal N(\mu,\sigma^2),\mathcal N(m,v))",
            r"\frac12\log(2\pi v)+\frac{\sigma^2+(\mu-m)^2}{2v}",
            r"\frac12\log(2\pi v)+\frac{v+(\mu-m)^2}{2\sigma^2}",
        ),
        (
            LAWS,
            r"\operatorname{Cov}_{x\sim\mathcal N(m,v),\,y\sim\mathcal N(\rho x,a)}[x,y]",
            r"\rho v",
            r"\rho^2 v",
        ),
    ],
)
def test_what_it_means(notation, left, right, wrong):
    assert status(notation, left, right) == PROVED
    assert status(notation, left, wrong) == REFUTED


@pytest.mark.parametrize("n", [2, 3])
def test_the_variance_of_a_mean_of_independent_draws(n):
    marks = ["'" * k for k in range(1, n)]
    weights, others = ("".join(part % m for m in marks) for part in (r"\,p(x%s)", "+f(x%s)"))
    left = MEAN % (weights, others, n)
    assert status(ONE, left, rf"\frac{{1}}{{{n}}}\operatorname{{Var}}_{{p(x)}}[f(x)]") == PROVED
    wrong = rf"\frac{{1}}{{{n**2}}}\operatorname{{Var}}_{{p(x)}}[f(x)]"
    assert status(ONE, left, wrong) == REFUTED


def test_the_variance_of_a_mean_by_induction():
    """m is the mean of n draws, with variance s/n; x is one more, with variance s."""
    notation = Notation(real=r"m x \mu", positive="s", natural="n")
    both = r"m\sim\mathcal N(\mu,\frac{s}{n}),\,x\sim\mathcal N(\mu,s)"
    step = Derivation("One more", notation, label="eq-step", ledger=Ledger())
    step.start(rf"\operatorname{{Var}}_{{{both}}}\left[\frac{{n\,m+x}}{{n+1}}\right]")
    step.step(r"\frac{s}{n+1}", rules.moments(), rejects={"n": r"\frac{s}{n}", "one": "s"}).qed()
    base = Derivation("One", notation, label="eq-base", ledger=Ledger())
    base.start(r"\operatorname{Var}_{x\sim\mathcal N(\mu,s)}[x]").step("s", "one draw").qed()
    whole = Induction(
        "A mean", r"v_n = \frac{s}{n}", base=base, step=step, label="eq-mean", ledger=Ledger()
    )
    assert whole.grade == "induction"


def test_entropies_against_scipy():
    given = {"p(x=0)": "0.2", "q(x=0)": "0.7"}
    notation = Notation(worlds=tables({"x": 2}, p="p(x)", q="q(x)"), given=given)
    p, q = [0.2, 0.8], [0.7, 0.3]
    for tex, expected in {
        "H(p)": stats.entropy(p),
        r"\mathrm{H}(q)": stats.entropy(q),
        "H(p,q)": stats.entropy(p) + stats.entropy(p, q),
        r"D_{\mathrm{KL}}(q\,\|\,p)": stats.entropy(q, p),
    }.items():
        assert notation.number(notation.read(tex)) == pytest.approx(expected, abs=1e-12)
    beta = r"\mathrm{H}(\mathrm{Beta}(8,4))"
    assert notation.number(notation.read(beta)) == pytest.approx(stats.beta(8, 4).entropy())
    normal = r"\mathrm{H}(\mathcal N(3,4))"
    assert notation.number(notation.read(normal)) == pytest.approx(stats.norm(3, 2).entropy())


def test_the_moments_of_a_table_against_sums():
    (value,) = ONE.values(ONE.read(r"\operatorname{Cov}_{p(x)}[f(x),g(x)]"))[:1]
    weights = dict(zip(range(2), (sp.Rational(1, 5), sp.Rational(4, 5)), strict=True))
    numbers = {"f": (2, 7), "g": (-1, 5)}
    (symbol,) = value.free_symbols
    for name, at in product("fg", range(2)):
        inner = next(u for u in value.atoms(sp.Function) if str(u) == f"{name}({at})")
        value = value.subs(inner, numbers[name][at])
    expected = sum(w * numbers["f"][k] * numbers["g"][k] for k, w in weights.items())
    means = [sum(w * numbers[n][k] for k, w in weights.items()) for n in "fg"]
    assert value.subs(symbol, weights[0]) == expected - math.prod(means)


class TestRules:
    @pytest.mark.parametrize(
        ("notation", "above", "below", "rule"),
        [
            (
                ONE,
                r"\operatorname{Var}_{p(x)}[f(x)]",
                r"\mathbb{E}_{p(x)}[f(x)^2]-\mathbb{E}_{p(x)}[f(x)]^2",
                rules.variance(),
            ),
            (
                LAWS,
                r"\operatorname{Var}_{x\sim\mathcal N(m,v)}[x]",
                r"\mathbb{E}_{x\sim\mathcal N(m,v)}[x^2]-\mathbb{E}_{x\sim\mathcal N(m,v)}[x]^2",
                rules.variance(),
            ),
            (
                ONE,
                "H(p,q)",
                r"-\mathbb{E}_{p}[\log p(x)]+\mathbb{E}_{p}\left[\log\frac{p(x)}{q(x)}\right]",
                rules.entropy() & rules.logarithms() & rules.linearity(),
            ),
            (ONE, "H(p)", r"-\mathbb{E}_{p}[\log p(x)]", rules.entropy()),
            (
                TWO,
                r"\mathrm{I}_p(x;z)",
                r"\mathbb{E}_{p(x,z)}\left[\log\frac{p(x,z)}{p(x)\,p(z)}\right]",
                rules.mutual_information(),
            ),
            (LAWS, r"\mathrm{H}(\mathcal N(\mu,v))", r"\frac12\log(2\pi e v)", MOMENTS),
        ],
    )
    def test_the_definition_runs_and_no_other_reason_does(self, notation, above, below, rule):
        def chain(reason):
            d = Derivation("A test", notation, label="eq-test", ledger=Ledger())
            return d.start(above).step(below, reason)

        assert chain(rule).lines[1].ran
        for other in (rules.linearity(), rules.divergence(), rules.sum_rule(), rules.variance()):
            if not other.facts & rule.facts and other.facts != {"sum rule"}:
                with pytest.raises(DerivationError, match="is true, but not because"):
                    chain(other)


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\operatorname{Cov}_{p(x)}[f(x)]", "second argument"),
        (r"\operatorname{Cov}_{p(x)} f(x)", "of what"),
        (r"\mathrm{H}(p(x),r(x))", "a distribution"),
        (r"\mathrm{H}(p(x),\mathcal N(0,1))", "unlike sides"),
        (r"\mathrm{I}(x;x')", "which distribution"),
        (r"\mathrm{I}_r(x;x')", "not a distribution"),
        (r"H+1", "undeclared"),
    ],
)
def test_what_is_unclear_is_refused(tex, message):
    with pytest.raises(TexError, match=message):
        ONE.read(tex)


def test_a_bare_name_with_a_prime_is_another_distribution():
    notation = Notation(worlds=tables({"x": 2}, p="p(x)", **{"p'": "p'(x)"}))
    for first, second in (("p", "p'"), ("p'", "p")):
        bare = notation.read(rf"D_{{\mathrm{{KL}}}}({first}\,\|\,{second})")
        assert bare == notation.read(rf"D_{{\mathrm{{KL}}}}({first}(x)\,\|\,{second}(x))")


def test_a_declared_name_comes_first():
    notation = Notation(real="H", functions={"I": "x"})
    assert str(notation.values(notation.read("H+I(H)"))[0]) == "H + I(H)"
