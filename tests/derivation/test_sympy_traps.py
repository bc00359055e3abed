"""Traps of SymPy: each test first shows the trap, then that the decision does not fall in.

If SymPy mends one of them, the first half of its test fails, and the test can go.
"""

import math
import pickle

import pytest
import sympy as sp

from diffusion_derived.derivation.decision.decide import decide_equal, decide_positive, decide_zero
from diffusion_derived.derivation.decision.domain import natural, positive, real, unit, whole
from diffusion_derived.derivation.decision.field import OutsideField, field_zero
from diffusion_derived.derivation.verdict import PROVED, REFUTED, UNDECIDED

x, y = real("x"), real("y")
s, t = positive("s"), positive("t")
a, b = unit("a"), unit("b")
n, k = natural("n"), whole("k")
R = sp.Rational


def accepted_without_points(expr):
    try:
        return field_zero(expr)
    except OutsideField:
        return False


def test_two_symbols_of_one_name_are_not_one_symbol():
    plain, assumed = sp.Symbol("x"), sp.Symbol("x", positive=True)
    assert str(plain) == str(assumed) == "x"
    assert plain - assumed != 0
    assert decide_zero(plain - assumed).status == REFUTED
    assert decide_zero(sp.sqrt(plain**2) - plain).status == REFUTED
    assert decide_zero(sp.sqrt(assumed**2) - assumed).status == PROVED


def test_a_range_is_lost_where_only_the_sign_is_kept():
    """SymPy cannot say of a symbol that it is below one; ours say so, also after a round trip."""
    assert (1 - sp.Symbol("theta", positive=True)).is_positive is None
    theta = pickle.loads(pickle.dumps(unit("theta"))).subs(x, y)
    assert decide_positive(1 - theta).status == PROVED
    assert decide_zero(sp.sqrt((1 - theta) ** 2) - (1 - theta)).status == PROVED
    assert decide_zero(sp.Abs(theta - 1) - (1 - theta)).status == PROVED


def test_floats_that_cancel_before_they_are_seen():
    difference = 0.5 * x - x / 2
    assert difference == 0
    assert not difference.has(sp.Float)
    assert decide_equal(0.5 * x, x / 2).status == UNDECIDED
    assert "exact fractions" in decide_equal(0.5 * x, x / 2).detail
    assert (0.1 + 0.2) * x != R(3, 10) * x
    assert decide_equal((0.1 + 0.2) * x, R(3, 10) * x).status == UNDECIDED


def test_expand_log_by_force_is_not_sound():
    claim = sp.log(x**2) - 2 * sp.log(x)
    assert sp.expand_log(claim, force=True) == 0
    assert claim.subs(x, -1) != 0
    assert not accepted_without_points(claim)
    assert decide_zero(claim).status == UNDECIDED
    assert decide_zero(sp.log(x**2) - 2 * sp.log(sp.Abs(x))).status == PROVED


def test_powdenest_by_force_is_not_sound():
    claim = (x**2) ** s - x ** (2 * s)
    assert sp.powdenest(claim, force=True) == 0
    assert sp.Abs(claim.subs({x: -1, s: R(1, 4)}).evalf()) > 1
    assert not accepted_without_points(claim)
    assert decide_zero(claim).status == UNDECIDED


def test_points_off_the_domain_are_no_counterexamples():
    """Positive p and q say nothing of 1 - p - q; SymPy computes on with complex logs."""
    p, q = positive("p"), positive("q")
    rest = 1 - p - q
    claim = sp.log(p * rest**2) - sp.log(p) - 2 * sp.log(rest)
    assert sp.im(claim.subs({p: 1, q: 2}).evalf()) != 0
    assert decide_zero(claim).status == UNDECIDED
    weights = positive("w0"), positive("w1"), positive("w2")
    inside = {p: weights[0] / sum(weights), q: weights[1] / sum(weights)}
    assert decide_zero(claim.subs(inside, simultaneous=True)).status == PROVED


def test_names_are_printed_as_they_were_given():
    """SymPy reads `abar` as a bar over a; a witness must name what the page names."""
    assert sp.latex(sp.Symbol("abar")) == r"\bar{a}"
    assert sp.latex(sp.Symbol("alpha_bar")) != r"\bar{\alpha}"
    for name in ("abar", r"\bar\alpha_{t-1}", "θ"):
        ((shown, _),) = decide_zero(unit(name) - 1).witness.point
        assert shown == name


def test_the_root_of_a_square_is_a_size():
    assert sp.sqrt(x**2) == sp.Abs(x)
    assert sp.sqrt(sp.Symbol("z") ** 2) != sp.Abs(sp.Symbol("z"))
    verdict = decide_zero(sp.sqrt(x**2) - x)
    assert verdict.status == REFUTED
    assert dict(verdict.witness.point)["x"].startswith("-")
    assert decide_zero(sp.sqrt(s**2) - s).status == PROVED


def test_the_log_of_two_negative_factors():
    """log((a-1)(b-1)) is real; split by force it becomes a sum of logs of negative numbers."""
    claim = sp.log((a - 1) * (b - 1))
    forced = sp.expand_log(claim, force=True)
    assert forced == sp.log(a - 1) + sp.log(b - 1)
    assert sp.im(forced.subs({a: R(1, 2), b: R(1, 2)}).evalf()) != 0
    assert decide_zero(claim - sp.log(1 - a) - sp.log(1 - b)).status == PROVED
    assert decide_zero(claim - forced).status == UNDECIDED
    assert not accepted_without_points(claim - forced)


def test_an_integral_that_does_not_come_back():
    hard = sp.Integral(sp.exp(-(x**2)) * sp.log(1 + sp.exp(x + sp.sin(x))), (x, -sp.oo, sp.oo))
    verdict = decide_zero(hard - 1, limit=0.2)
    assert verdict.status == UNDECIDED
    assert "could not be evaluated" in verdict.detail or "no answer" in verdict.detail


def test_a_limit_that_does_not_come_back():
    hard = sp.Limit((sp.gamma(y + s) / sp.gamma(y)) ** (1 / sp.log(y + x**2)), y, sp.oo)
    assert decide_zero(hard - sp.exp(s), limit=0.2).status == UNDECIDED


def test_nested_roots_are_neither_missed_nor_nearly_equal():
    nested = sp.sqrt(3 + 2 * sp.sqrt(2))
    assert nested != 1 + sp.sqrt(2)
    assert sp.expand(nested - 1 - sp.sqrt(2)) != 0
    assert decide_zero(nested - 1 - sp.sqrt(2)).status == PROVED
    assert math.sqrt(3 + 2 * math.sqrt(2)) - 1e-40 == math.sqrt(3 + 2 * math.sqrt(2))
    assert decide_zero(nested - 1 - sp.sqrt(2) - R(1, 10**40)).status == REFUTED


def test_cancellation_is_not_a_difference():
    """In doubles the two sides differ in every digit; exactly they are equal."""
    big = sp.Integer(10) ** 30
    claim = sp.sqrt(big + s) - sp.sqrt(big) - s / (sp.sqrt(big + s) + sp.sqrt(big))
    in_doubles = sp.lambdify(s, sp.sqrt(big + s) - sp.sqrt(big), "math")
    assert in_doubles(1.0) == 0
    assert decide_zero(claim).status == PROVED
    assert decide_zero(sp.sqrt(big + s) - sp.sqrt(big)).status == REFUTED


def test_gammas_at_poles_say_nothing():
    claim = sp.gamma(1 - n) + n * sp.gamma(-n)
    assert sp.gammasimp(claim) == 0
    assert claim.subs(n, 2) is sp.nan or claim.subs(n, 2).has(sp.zoo)
    assert decide_zero(claim).status == UNDECIDED
    assert not accepted_without_points(claim)


def test_zero_to_the_power_zero_is_one():
    assert sp.Integer(0) ** 0 == 1
    assert sp.Integer(0) ** n == 0
    assert decide_zero(sp.Integer(0) ** k).status == REFUTED
    assert decide_zero(sp.Integer(0) ** k).witness.point == (("k", "0"),)
    assert decide_zero(x**0 - 1).status == PROVED
    assert not accepted_without_points(sp.Integer(0) ** k)


def test_a_piecewise_answer_is_not_an_answer():
    """SymPy does not know that theta is below one, and returns both cases."""
    theta = unit("theta")
    series = sp.Sum(theta**k, (k, 0, sp.oo))
    assert series.doit().has(sp.Piecewise)
    assert decide_zero(series - 1 / (1 - theta)).status != REFUTED
    assert decide_zero(series - 1 / theta).status != PROVED
    branch = sp.Piecewise((x, x > 0), (-x, True))
    assert decide_zero(branch - sp.Abs(x)).status != REFUTED
    assert decide_zero(branch - x).status == REFUTED


def test_binomials_with_a_negative_upper_argument():
    """n over k equals n over n - k for n >= 0 only; gammasimp does not ask."""
    m, j = sp.Symbol("m", integer=True), sp.Symbol("j", integer=True, nonnegative=True)
    claim = sp.binomial(m, j) - sp.binomial(m, m - j)
    assert sp.gammasimp(claim.rewrite(sp.gamma)) == 0
    assert claim.subs({m: -1, j: 2}) == 1
    assert decide_zero(claim).status == REFUTED
    assert not accepted_without_points(claim)
    assert decide_zero(sp.binomial(n, k) - sp.binomial(n, n - k)).status == PROVED


def test_odd_roots_of_negative_numbers_are_complex():
    claim = sp.cbrt(x**3) - x
    assert sp.im(claim.subs(x, -8)) != 0
    assert decide_zero(claim).status == UNDECIDED
    assert not accepted_without_points(claim)
    assert decide_zero(sp.cbrt(s**3) - s).status == PROVED


def test_a_derivative_is_taken_before_the_point_is_put_in():
    f = sp.Function("f")
    at_double = f(x).diff(x).subs(x, 2 * x)
    assert isinstance(at_double, sp.Subs)
    assert decide_zero(f(2 * x).diff(x) - at_double).status == REFUTED
    assert decide_zero(f(2 * x).diff(x) - 2 * at_double).status == PROVED
    assert decide_zero(f(x).diff(x).subs(x, 0)).status == REFUTED


def test_an_unknown_function_under_an_integral_is_not_a_constant():
    f = sp.Function("f")
    claim = sp.Integral(f(x), (x, 0, 1)) - f(x)
    assert decide_zero(claim).status == UNDECIDED
    assert not accepted_without_points(claim)


def test_not_equal_as_trees_is_not_unequal():
    """SymPy's == compares trees: it must never be taken for a refutation."""
    left, right = (x + y) ** 2, x**2 + 2 * x * y + y**2
    assert left != right
    assert decide_zero(left - right).status == PROVED


@pytest.mark.parametrize("expr", [sp.oo - sp.oo, sp.oo * 0, sp.zoo, sp.Integer(0) ** -1], ids=str)
def test_undefined_values_are_undecided(expr):
    assert decide_zero(expr).status == UNDECIDED
