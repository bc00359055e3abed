"""Random elements of the field that the normal form covers, and a numerical oracle for them.

The oracle is SymPy's printer for mpmath with 60 digits: no code of the engine takes part.
"""

import mpmath
import sympy as sp
from hypothesis import settings
from hypothesis import strategies as st

from diffusion_derived.derivation.decision.domain import positive, real, unit, whole


def examples(count: int) -> int:
    """So many random examples when everything is tested, a fifth of them in the fast loop."""
    whole = settings.get_profile("book").max_examples
    return max(10, count * settings.default.max_examples // whole)


a, b = unit("a"), unit("b")
s, t = positive("s"), positive("t")
x, y = real("x"), real("y")
k = whole("k")
R = sp.Rational

coefficients = st.sampled_from([R(p, q) for p in (1, 2, 3, 5) for q in (1, 2, 3)])
signed = st.builds(lambda c, up: c if up else -c, coefficients, st.booleans())


def positive_elements(depth=2):
    """Expressions that are positive on the whole domain, by how they are built."""
    leaves = st.sampled_from([a, b, s, t, 1 - a, 1 - a * b, 1 + x**2, k + 1]) | coefficients
    if depth == 0:
        return leaves
    below = positive_elements(depth - 1)
    return st.one_of(
        leaves,
        st.builds(lambda u, v: u + v, below, below),
        st.builds(lambda u, v: u * v, below, below),
        st.builds(lambda u, v: u / v, below, below),
        st.builds(sp.sqrt, below),
        st.builds(lambda u: u ** R(3, 2), below),
        st.builds(sp.exp, real_elements(depth - 1)),
        st.builds(lambda u: sp.exp(-u), below),
        st.builds(sp.gamma, leaves),
        st.builds(lambda u, v: u**v, leaves, leaves),
    )


def real_elements(depth=2):
    """Expressions that are real on the whole domain, of either sign."""
    leaves = st.sampled_from([x, y, x - y, a - b, s - t, x * y]) | signed
    if depth == 0:
        return leaves
    below, above_zero = real_elements(depth - 1), positive_elements(depth - 1)
    return st.one_of(
        leaves,
        above_zero,
        st.builds(sp.log, above_zero),
        st.builds(lambda u, v: u + v, below, below),
        st.builds(lambda u, v: u - v, below, below),
        st.builds(lambda u, v: u * v, below, below),
        st.builds(lambda u, v: u / v, below, above_zero),
        st.builds(sp.Abs, below),
    )


def unsigned_elements():
    """Powers, roots and logs of products of numbers of either sign: where identities break."""
    bases = st.sampled_from([x, y, s, a, a - 1, x - y, -s, x**2, k])
    powers = st.sampled_from([1, 2, 3, -1, k, s, R(1, 2), R(3, 2), R(1, 3), -R(1, 2)])
    product = st.builds(lambda u, v, p, q: u**p * v**q, bases, bases, powers, powers)
    wrapped = st.builds(lambda u, p: u**p, product, powers) | st.builds(sp.log, product)
    return st.builds(lambda u, v: u * v, wrapped, wrapped) | st.builds(sp.log, wrapped)


# Transcendental-looking values, so that no accident of small numbers hides a difference.
PLACES = (
    {
        a: "0.31830988",
        b: "0.71828182",
        s: "1.6180339",
        t: "0.5772156",
        x: "-1.2020569",
        y: "0.9159",
    },
    {a: "0.84147098", b: "0.14159265", s: "0.3678794", t: "2.6651441", x: "0.6931471", y: "-2.685"},
    {a: "0.05391", b: "0.55", s: "1.3247179", t: "1.4513692", x: "-0.7642236", y: "-0.3532363"},
)


def values(expr):
    """The values of an expression at a few points of the domain; None where one is not real."""
    symbols = sorted(expr.free_symbols, key=str)
    function = sp.lambdify(symbols, expr, "mpmath")
    found = []
    with mpmath.workdps(60):
        for place, point in enumerate(PLACES):
            arguments = [place if symbol is k else mpmath.mpf(point[symbol]) for symbol in symbols]
            found.append(function(*arguments))
    return found


def is_zero_numerically(expr):
    """Whether the oracle finds no point at which the expression is not zero."""
    with mpmath.workdps(60):
        return all(abs(value) < mpmath.mpf(10) ** -25 for value in values(expr))
