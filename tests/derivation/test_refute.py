"""Counterexamples: found where they exist, readable, on the domain, and never invented."""

import mpmath
import pytest
import sympy as sp
from elements import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diffusion_derived.derivation.decision.domain import natural, positive, real, unit, whole
from diffusion_derived.derivation.decision.enclosure import Enclosure, NotReal
from diffusion_derived.derivation.decision.jets import Jet, as_jet, jets, keeps_apart
from diffusion_derived.derivation.decision.refute import NO_POINT, refute, refute_nonnegative
from diffusion_derived.derivation.verdict import Witness

a, b = unit("a"), unit("b")
s, t = positive("s"), positive("t")
x, y = real("x"), real("y")
n, k = natural("n"), whole("k")
f, g = sp.Function("f"), sp.Function("g")
p = sp.Function("p", positive=True)
R = sp.Rational

FALSE = [
    a * b - a,
    sp.log(s * t) - sp.log(s) * sp.log(t),
    sp.sqrt(x**2) - x,
    sp.exp(x + y) - sp.exp(x) - sp.exp(y),
    sp.gamma(n + 1) - n,
    sp.binomial(n, k) - n**k,
    sp.Integer(0) ** k,
    f(x).diff(x) - f(x),
    sp.log(p(x)).diff(x) - p(x).diff(x),
    f(x) - f(y),
    f(2 * x).diff(x) - f(x).diff(x).subs(x, 2 * x),
    sp.erf(x) - x,
    sp.Sum(k, (k, 0, n)) - n**2,
    sp.Integer(1),
    R(1, 10**60) + a - a,
]
TRUE = [
    (a + b) ** 2 - a**2 - 2 * a * b - b**2,
    sp.log(s / t) - sp.log(s) + sp.log(t),
    sp.sqrt(x**2) - sp.Abs(x),
    sp.exp(x + y) - sp.exp(x) * sp.exp(y),
    sp.gamma(s + 1) - s * sp.gamma(s),
    sp.binomial(n, k) - sp.binomial(n, n - k),
    f(2 * x).diff(x) - 2 * f(y).diff(y).subs(y, 2 * x),
    sp.log(p(x)).diff(x) - p(x).diff(x) / p(x),
    f(sp.expand((x + y) ** 2)) - f((x + y) ** 2),
    sp.erf(x) + sp.erf(-x),
    sp.Sum(k, (k, 0, n)) - n * (n + 1) / 2,
    sp.sqrt(10**30 + s) - sp.sqrt(10**30) - s / (sp.sqrt(10**30 + s) + sp.sqrt(10**30)),
]
NOWHERE = [sp.log(-s), sp.sqrt(-1 - x**2), 1 / (sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1), sp.gamma(-k)]


@pytest.mark.parametrize("expr", FALSE, ids=str)
def test_a_false_claim_gets_a_counterexample(expr):
    assert isinstance(refute(expr), Witness)


@pytest.mark.parametrize("expr", TRUE, ids=str)
def test_a_true_claim_gets_none(expr):
    assert refute(expr) is None


@pytest.mark.parametrize("expr", NOWHERE, ids=str)
def test_what_is_nowhere_defined_has_no_point(expr):
    assert refute(expr) == NO_POINT


def test_a_witness_reads_well_and_is_the_same_every_time():
    theta = unit("θ")
    witness = refute(theta**2 - theta)
    assert witness == Witness((("θ", "1/2"),), "-0.25")
    assert str(witness) == "at θ = 1/2 the two sides differ by -0.25"
    assert refute(s * x - x) == refute(s * x - x)
    assert [name for name, _ in refute(s * x * a - x * b).point] == ["a", "b", "s", "x"]


def test_whole_differences_are_shown_without_a_decimal_point():
    assert refute(n + 3 - n + sp.Integer(0) * n).difference == "3"


def test_a_point_off_the_domain_is_never_a_counterexample():
    """Beyond x + y = 1 both logs are of negative numbers, and SymPy makes them differ by 2πi."""
    positive_x, positive_y = positive("x"), positive("y")
    rest = 1 - positive_x - positive_y
    claim = sp.log(rest**2) - 2 * sp.log(rest)
    assert claim.subs({positive_x: 1, positive_y: 2}).evalf() != 0
    assert refute(claim) is None


def test_independent_values_only_for_different_arguments():
    """f(x) and f(y) are one number where x = y, so no point may give them two values there."""
    _, table = jets(f(x) - f(y))
    assert keeps_apart(table, {x: sp.Integer(1), y: sp.Integer(2)})
    assert not keeps_apart(table, {x: sp.Integer(2), y: sp.Integer(2)})
    for sign, same in ((1, "1"), (-1, "-1")):
        witness = refute(f(x) - f(sign * sp.Abs(x)))
        assert sp.sign(sp.Rational(dict(witness.point)["x"])) != sp.Integer(same)


def test_jets_of_one_function_at_one_place_are_one_symbol():
    expr = f(x, y).diff(x, y) + f(x, y).diff(y, x) + f(x, y)
    replaced, table = jets(expr)
    assert len(table) == 2
    assert not replaced.atoms(sp.Derivative)


def test_jets_read_derivatives_taken_at_a_point():
    at_two = sp.Subs(f(x).diff(x), x, 2)
    assert as_jet(at_two) == Jet(f, (1,), (sp.Integer(2),), False)
    assert as_jet(f(x).diff(x, 2)).name == "∂∂f(x)"
    assert as_jet(p(x)).positive
    assert not as_jet(p(x).diff(x)).positive
    assert as_jet(x**2) is None


def test_jets_leave_bound_variables_alone():
    """An integral over f(x) is not an integral over a constant."""
    integral = sp.Integral(f(x), (x, 0, 1))
    assert jets(integral)[0] == integral
    assert refute(integral - f(x)) == NO_POINT


small = st.fractions(min_value=-9, max_value=9, max_denominator=20)
FUNCTIONS = [
    sp.exp,
    sp.Abs,
    sp.atan,
    sp.erf,
    lambda v: sp.log(1 + v**2),
    lambda v: sp.sqrt(2 + v**2),
    lambda v: sp.gamma(R(1, 3) + v**2),
    lambda v: (1 + v**2) ** R(-2, 3),
    lambda v: 1 / (3 + v**2),
    lambda v: (1 + v**2) ** v,
]


@settings(max_examples=examples(80), deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(FUNCTIONS), min_size=1, max_size=3), small, small)
def test_the_interval_contains_the_value_that_mpmath_computes(functions, u, v):
    expr = x
    for function in functions:
        expr = function(expr / 4) + y
    value = sp.lambdify([x, y], expr, "mpmath")
    point = {x: R(u.numerator, u.denominator), y: R(v.numerator, v.denominator)}
    with mpmath.workdps(60):
        exact = value(*(mpmath.mpf(q.p) / q.q for q in (point[x], point[y])))
        assume(abs(exact) < mpmath.mpf(10) ** 30)
        for bits in (53, 120):
            interval = Enclosure(point, bits).of(expr)
            margin = mpmath.mpf(10) ** -50 * (1 + abs(exact))
            assert interval.a - margin <= exact <= interval.b + margin
            assert interval.delta <= (1 + abs(exact)) * mpmath.mpf(2) ** -(bits // 3)


@pytest.mark.parametrize(
    "expr",
    [sp.log(x), sp.sqrt(x), 1 / (x + 1), sp.gamma(x), x ** R(1, 3), x ** (x / 2), sp.I * x, sp.zoo],
)
def test_what_is_not_a_real_number_is_refused(expr):
    with pytest.raises((NotReal, ArithmeticError)):
        value = Enclosure({x: sp.Integer(-1)}, 80).of(expr)
        assert value is None, f"{expr} got the value {value}"


def test_a_tiny_difference_gives_way_to_one_that_can_be_seen():
    """At the first point, a = 1/2, the value is 1/256, which looks like rounding."""
    witness = refute(a**8)
    assert float(witness.difference) > 0.01
    assert float(R(dict(witness.point)["a"])) ** 8 == pytest.approx(float(witness.difference), 0.01)


def test_what_is_tiny_everywhere_is_still_refuted():
    assert 0 < float(refute(a**8 / 10**6).difference) < 1e-6


def test_an_inequality_is_refuted_only_where_it_fails():
    witness = refute_nonnegative(x**2 - x)  # negative between 0 and 1 only
    at = float(R(dict(witness.point)["x"]))
    assert 0 < at < 1 and float(witness.difference) < 0
    assert refute_nonnegative((x - y) ** 2) is None
    assert refute_nonnegative(a * b) is None
