"""The grammar: what it reads is what SymPy builds by another route; what is unclear is refused."""

from __future__ import annotations

import pytest
import sympy as sp
from elements import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_derived.derivation.decision.domain import positive, real, unit
from diffusion_derived.derivation.language.notation import Notation
from diffusion_derived.derivation.verdict import DerivationError, TexError

N = Notation(
    real=r"x x_t \hat x_0 y z \mu",
    positive=r"a b c v \sigma",
    unit=r"\theta \bar\alpha_{t-1}",
    natural="n",
    functions={"f": "x", "g": "x t"},
    let={r"\beta": r"1-\theta", r"h(u,w)": r"u^2w"},
    indexed={r"\pi_k": "positive"},
    sizes={"K": (2, 3)},
)
x, x_t, y, mu = (real(name) for name in ("x", "x_t", "y", r"\mu"))
x_hat, z = real(r"\hat{x}_0"), real("z")
a, b, c, v, sigma = (positive(name) for name in ("a", "b", "c", "v", r"\sigma"))
theta, alpha = unit(r"\theta"), unit(r"\bar{\alpha}_{t-1}")


def value(tex: str, notation: Notation = N) -> sp.Expr:
    """The value in the only world."""
    (only,) = notation.values(notation.read(tex))
    return only


# ---- what it reads -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"0.07", sp.Rational(7, 100)),
        (r"\frac12", sp.Rational(1, 2)),
        (r"\frac1a", 1 / a),
        (r"\tfrac{a}{b}", a / b),
        (r"2x/3", 2 * x / 3),
        (r"-x^2", -(x**2)),
        (r"x_t^2+\hat{x}_0", x_t**2 + x_hat),
        (r"x^{-1}", 1 / x),
        (r"\sqrt{a}b", sp.sqrt(a) * b),
        (r"\log\sigma^2", sp.log(sigma**2)),
        (r"\exp(-a)\,b", sp.exp(-a) * b),
        (r"e^{-x}", sp.exp(-x)),
        (r"a\cdot b\times c", a * b * c),
        (r"\Gamma(a)^2", sp.gamma(a) ** 2),
        (r"\mathrm{B}(a,b)", sp.gamma(a) * sp.gamma(b) / sp.gamma(a + b)),
        (r"\binom{5}{2}", sp.Integer(10)),
        (r"4!\,a", 24 * a),
        (r"\lvert x\rvert^2", x**2),
        (r"\lVert x-y\rVert^2", (x - y) ** 2),
        (r"1-\bar\alpha_{t-1}", 1 - alpha),
        (r"\beta", 1 - theta),
        (r"h(a,x)", a**2 * x),
        (r"\operatorname{sigmoid}(x)", 1 / (1 + sp.exp(-x))),
        (r"\pi a", sp.pi * a),
        (r"\{a+b\}[c]", (a + b) * c),
        (r"\sum_{i=1}^{3} i^2", sp.Integer(14)),
        (r"\prod_{i=1}^{4} i", sp.Integer(24)),
        (r"\left.\frac{d}{dx} x^3\right|_{x=2}", sp.Integer(12)),
        (r"\lim_{a\to\infty}\frac{a}{a+b}", sp.Integer(1)),
        (r"\partial_x^2\left(x^3y\right)", 6 * x * y),
        (r"\frac{\partial^2}{\partial x\,\partial y}(x^2y^3)", 6 * x * y**2),
        (r"\frac{d(x^2)}{dx}", 2 * x),
        (r"\int_0^b (x^2+1)\,dx", b**3 / 3 + b),
        (r"\int_0^1\int_0^x y\,dy\,dx", sp.Rational(1, 6)),
        (r"\int e^{-x^2/2}\,dx", sp.sqrt(2 * sp.pi)),
        (r"\int_0^\infty a^{2}e^{-ba}\,da", 2 / b**3),
    ],
)
def test_means_what_sympy_says(tex, expected):
    assert sp.simplify(value(tex) - expected) == 0


def test_decimals_are_exact():
    assert value("0.1+0.2") == sp.Rational(3, 10)
    assert not value("0.1").has(sp.Float)


def test_an_unknown_function_and_its_derivatives():
    notation = Notation(real="x y", positive="a", functions={"f": "x", "g": "x t"})
    pairs = [
        (r"\frac{d}{dx} f(ax)", r"a\,f'(ax)"),
        (r"\partial_x\partial_y g(x,y)", r"\partial_y\partial_x g(x,y)"),
        (r"\frac{d^2 f(x)}{dx^2}", r"f''(x)"),
    ]
    for left, right in pairs:
        assert value(left, notation) == value(right, notation)
    assert value("f(x)", notation) != value("f(y)", notation)


def test_matrices():
    notation = Notation(
        real="a b", matrices={"A": sp.Matrix([[1, 2], [3, 4]]), "u": sp.Matrix([1, 1])}
    )
    assert value(r"\det A", notation) == -2
    assert value(r"\operatorname{tr}(AA^\top)", notation) == 30
    assert value(r"u^\top A u", notation) == 10
    assert value(r"A A^{-1}", notation) == sp.eye(2)
    written = value(r"\begin{pmatrix}a & b\\ b & a\end{pmatrix}", notation)
    assert written.det() == real("a") ** 2 - real("b") ** 2


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\nabla_u (a+b)", "plain symbol"),
        (r"A+a", "unlike shapes"),
        (r"uA", "a product of shapes"),
        (r"\det u", "a square matrix"),
        (r"\exp A", "expected a number"),
        (r"\frac{a}{a-a}", "no value"),
        (r"(uu^\top)^{-1}", "a determinant is 0"),
    ],
)
def test_what_has_no_value_says_why(tex, message):
    notation = Notation(
        real="a b", matrices={"A": sp.Matrix([[1, 2], [3, 4]]), "u": sp.Matrix([1, 1])}
    )
    with pytest.raises(DerivationError, match=message):
        value(tex, notation)


# ---- what it refuses ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "column", "message"),
    [
        ("1/2x", 4, "is this in the denominator"),
        ("a/b/c", 4, "is this in the denominator"),
        (r"a/b\cdot c", 4, "is this in the denominator"),
        ("x^23", 3, "TeX reads only the first digit"),
        (r"\frac123", 6, "TeX splits 123"),
        (r"\log a b", 1, r"how far does \\log reach"),
        (r"\log a/b", 1, r"how far does \\log reach"),
        (r"\log(a)(b)", 8, r"how far does \\log reach"),
        (r"\log(a)^2", 8, "power of the argument or of the value"),
        (r"\log^2 a", 5, r"a power of \\log"),
        (r"\partial_x x y", 1, "how far does"),
        (r"\frac{d}{dx} x^2 y", 1, "how far does"),
        (r"\prod_{i=1}^{2} i a", 19, r"how far does \\prod reach"),
        ("x 2", 3, "a number directly after a factor"),
        ("x^2^3", 4, "after an exponent"),
        ("a+", 3, "ends too early"),
        ("a--b", 3, "where a factor was expected"),
        ("a=b", 2, "a relation"),
        ("q", 1, "undeclared symbol q"),
        (r"x_5", 1, "undeclared symbol x_5"),
        (r"\pi_j", 5, "undeclared symbol j"),
        ("f", 2, "was expected after the function f"),
        ("g(x)", 4, "g with 1 arguments"),
        ("g'(x,y)", 1, "a prime on a function of 2 variables"),
        (r"\sqrt[3]{x}", 6, "a root of another order"),
        (r"\int_0^1 x", 1, "no differential"),
        (r"\int_0^x x\,dx", 1, "in its own limits"),
        (r"\int a\,da", 1, "no limits"),
        (r"\sum_{i} i", 7, "has no range"),
        (r"\sum_{i=1}^{2}\sum_{i=1}^{2} i", 21, "in use already"),
        (r"\nabla x", 8, "the gradient in which variable"),
        (r"\partial_\beta x", 1, "not a plain variable"),
        (r"\frac{d^2}{dx} f(x)", 1, "the orders above and below differ"),
        (r"\mathcal N(x,v)", 13, "a density only at a point"),
        (r"\mathbb{E}[x]", 1, "over what"),
        (r"\mathbb{E}_{x\sim\mathcal N(x,1)}[x]", 13, "depends on itself"),
        (r"\begin{pmatrix}a&b\\c\end{pmatrix}", 1, "rows of different lengths"),
        (r"\unknown x", 1, "undeclared symbol"),
        (r"\|x", 4, "to close"),
    ],
)
def test_refused_with_the_place_and_what_was_expected(tex, column, message):
    with pytest.raises(TexError, match=message) as caught:
        N.read(tex)
    assert f"column {column}:" in str(caught.value)
    assert "^" in str(caught.value).split("\n")[2]


def test_an_undeclared_symbol_names_what_is_near():
    with pytest.raises(TexError, match=r"x_t"):
        N.read("x_s")


def test_a_sum_to_a_symbol_that_is_no_number():
    with pytest.raises(DerivationError, match="not a whole number"):
        value(r"\sum_{i=1}^{a} i")


# ---- properties --------------------------------------------------------------------------

_LEAVES = st.sampled_from(
    [
        ("x", x),
        (r"x_t", x_t),
        (r"\hat x_0", x_hat),
        (r"\theta", theta),
        (r"\bar\alpha_{t-1}", alpha),
        (r"\sigma", sigma),
        ("a", a),
    ]
)
_NUMBERS = st.integers(0, 12).map(lambda n: (str(n), sp.Integer(n)))


def _binary(children):
    forms = st.sampled_from(
        [
            (r"({}+{})", lambda p, q: p + q),
            (r"\left({}-{}\right)", lambda p, q: p - q),
            (r"{}\cdot {}", lambda p, q: p * q),
            (r"\frac{{{}}}{{{}+a}}", lambda p, q: p / (q + a)),
            (r"({})\,({})", lambda p, q: p * q),
        ]
    )
    return st.tuples(forms, children, children).map(
        lambda t: (t[0][0].format(t[1][0], t[2][0]), t[0][1](t[1][1], t[2][1]))
    )


def _unary(children):
    forms = st.sampled_from(
        [
            (r"({})^2", lambda p: p**2),
            (r"\left(-{}\right)", lambda p: -p),
            (r"\exp({})", lambda p: sp.exp(p)),
            (r"\sqrt{{({})^2+1}}", lambda p: sp.sqrt(p**2 + 1)),
            (r"\log\left(1+\left({}\right)^2\right)", lambda p: sp.log(1 + p**2)),
        ]
    )
    return st.tuples(forms, children).map(lambda t: (t[0][0].format(t[1][0]), t[0][1](t[1][1])))


EXPRESSIONS = st.recursive(
    _LEAVES | _NUMBERS, lambda inner: _binary(inner) | _unary(inner), max_leaves=8
)


def _at_a_point(expr: sp.Expr) -> complex:
    symbols = (x, x_t, x_hat, theta, alpha, sigma, a)
    places = {symbol: sp.Rational(311 + 89 * i, 1009) for i, symbol in enumerate(symbols)}
    return complex(expr.subs(places))


@settings(max_examples=examples(150), deadline=None)
@given(EXPRESSIONS)
def test_reading_agrees_with_sympy_built_beside_it(pair):
    tex, expected = pair
    try:
        found = value(tex)
    except DerivationError as error:
        assert "no value" in str(error)
        return
    assert abs(_at_a_point(found - expected)) <= 1e-9 * (1 + abs(_at_a_point(expected)))


@settings(max_examples=examples(80), deadline=None)
@given(EXPRESSIONS, st.sampled_from([" ", r"\,", r"\;", "\n", r"\quad "]))
def test_layout_does_not_matter(pair, space):
    tex, _ = pair
    spread = space.join(_pieces(tex))
    assert N.read(spread) == N.read(tex)
    assert N.same_text(spread, tex)


def _pieces(tex: str) -> list[str]:
    from diffusion_derived.derivation.language.tokens import tokenize

    return [token.text for token in tokenize(tex)]
