"""Verdicts: proved, refuted with a witness, or undecided with what was tried."""

import pytest
import sympy as sp
from elements import a, b, examples, k, s, t, x, y
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_derived.derivation.decision import decide
from diffusion_derived.derivation.decision.decide import (
    decide_equal,
    decide_nonnegative,
    decide_positive,
    decide_zero,
)
from diffusion_derived.derivation.decision.domain import natural
from diffusion_derived.derivation.decision.refute import NO_POINT
from diffusion_derived.derivation.verdict import PROVED, REFUTED, UNDECIDED, Verdict, Witness

f = sp.Function("f")
p = sp.Function("p", positive=True)
n = natural("n")
R = sp.Rational
log, sqrt, exp = sp.log, sp.sqrt, sp.exp


def simplex(name, size):
    weights = sp.symbols(f"{name}0:{size}", positive=True)
    return [weight / sum(weights) for weight in weights]


def divergence(q, r):
    return sum(u * (log(u) - log(v)) for u, v in zip(q, r, strict=True))


q3, r3 = simplex("q", 3), simplex("r", 3)
variance = (1 - a) * (1 - b) / (1 - a * b)
EQUATIONS = {  # name: (left, right, wrong right sides)
    "Bayes": (
        a * b / (a * b + (1 - a) * s),
        1 / (1 + (1 - a) * s / (a * b)),
        [a * b / (a * b + (1 - a) * (1 - s)), b / (b + s)],
    ),
    "cross-entropy": (
        -sum(u * log(v) for u, v in zip(q3, r3, strict=True)),
        -sum(u * log(u) for u in q3) + divergence(q3, r3),
        [-sum(u * log(u) for u in q3) - divergence(q3, r3), divergence(r3, q3)],
    ),
    "one step back, variance": (
        1 / (a / (1 - a) + 1 / (1 - b)),
        variance,
        [variance / 2, (1 - b) / (1 - a * b), (1 - sqrt(b)) / (1 - sqrt(a * b)) * (1 - a)],
    ),
    "noise form": (
        sqrt(b) * (1 - a) / (1 - a * b) * (x - sqrt(1 - a * b) * y) / sqrt(a * b)
        + sqrt(a) * (1 - b) / (1 - a * b) * x,
        (x - (1 - a) / sqrt(1 - a * b) * y) / sqrt(a),
        [(x - (1 - a) / (1 - a * b) * y) / sqrt(a), (x - (1 - a) / sqrt(1 - a * b) * y) / a],
    ),
    "score of a mixture": (
        sp.diff(log(s * exp(-(x**2)) + t * exp(-((x - y) ** 2))), x),
        (-2 * x * s * exp(-(x**2)) - 2 * (x - y) * t * exp(-((x - y) ** 2)))
        / (s * exp(-(x**2)) + t * exp(-((x - y) ** 2))),
        [-2 * x, -2 * x + 2 * y],
    ),
    "evidence": (
        sp.binomial(n, k) * sp.gamma(k + 1) * sp.gamma(n - k + 1) / sp.gamma(n + 2),
        1 / (n + 1),
        [1 / n, 1 / (n + 2)],
    ),
    "guided score": (
        (1 + t) * sp.diff(log(p(x) * f(x) ** 2), x) - t * sp.diff(log(p(x)), x),
        sp.diff(p(x), x) / p(x) + 2 * (1 + t) * sp.diff(f(x), x) / f(x),
        [sp.diff(p(x), x) / p(x) + 2 * t * sp.diff(f(x), x) / f(x)],
    ),
}
WRONG = [(name, left - w) for name, (left, _, wrong) in EQUATIONS.items() for w in wrong]


@pytest.mark.parametrize("name", EQUATIONS)
def test_equations_of_the_book_are_proved(name):
    left, right, _ = EQUATIONS[name]
    verdict = decide_zero(left - right)
    assert verdict.status == PROVED, verdict.detail
    assert verdict.method in ("normal form", "identical")
    assert verdict.witness is None


@pytest.mark.parametrize(("name", "difference"), WRONG)
def test_their_wrong_variants_are_refuted_with_a_witness(name, difference):
    verdict = decide_zero(difference)
    assert verdict.status == REFUTED, name
    assert isinstance(verdict.witness, Witness)
    assert verdict.detail == str(verdict.witness)
    assert verdict.witness.difference in verdict.detail


def test_wrong_variants_are_not_proved_when_the_search_for_counterexamples_is_off(monkeypatch):
    monkeypatch.setattr(decide, "refute", lambda expr: None)
    monkeypatch.setattr(decide, "SIMPLIFIERS", ())
    for name, difference in WRONG:
        assert decide_zero(difference).status == UNDECIDED, name
    for name, (left, right, _) in EQUATIONS.items():
        assert decide_zero(left - right).status == PROVED, name


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError):
        bool(decide_zero(x - x))


def test_matrices_are_decided_entry_by_entry():
    rotation = sp.Matrix([[a, sqrt(1 - a**2)], [-sqrt(1 - a**2), a]])
    assert decide_zero(rotation * rotation.T - sp.eye(2)).status == PROVED
    verdict = decide_zero(rotation * rotation - sp.eye(2))
    assert verdict.status == REFUTED
    assert verdict.witness is not None
    undecided = decide_zero(sp.Matrix([0, sp.Max(x, y) + sp.Min(x, y) - x - y]))
    assert undecided.status == UNDECIDED
    assert decide_zero(sp.zeros(2, 3)).status == PROVED


def test_a_refuted_entry_outweighs_an_undecided_one():
    assert decide_zero(sp.Matrix([sp.nan, x])).status == REFUTED


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        (x - sp.Float("0.5") * y, "exact fractions"),
        (sp.nan, "undefined"),
        (sp.zoo + x, "undefined"),
        (x < y, "not an expression for a number"),
        (sp.MatrixSymbol("A", 2, 2) * 2, "not an expression for a number"),
        (log(-s) - log(-s - 1), "both sides are real"),
        (sp.Integral(f(x), (x, 0, 1)) - f(y), "could not be evaluated"),
        (sp.gamma(1 - n) + n * sp.gamma(-n), "both sides are real"),
    ],
    ids=str,
)
def test_undecided_says_why(expr, reason):
    verdict = decide_zero(expr)
    assert verdict.status == UNDECIDED
    assert reason in verdict.detail


def test_undecided_lists_what_was_tried():
    verdict = decide_zero(sp.Max(x, y) + sp.Min(x, y) - x - y)
    assert verdict.status == UNDECIDED
    assert "vanishes at several exact points" in verdict.detail
    assert "normal form: Max is not covered" in verdict.detail
    assert "simplify: not zero" in verdict.detail


def test_simplifiers_are_not_believed_without_points(monkeypatch):
    """A claim that no point confirmed rests on the engine's own proof or on nothing."""

    def too_slow(expr):
        raise TimeoutError

    trigonometric = sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1
    assert decide_zero(trigonometric).status == PROVED
    monkeypatch.setattr(decide, "refute", too_slow)
    verdict = decide_zero(trigonometric)
    assert verdict.status == UNDECIDED
    assert "search: no answer" in verdict.detail
    monkeypatch.setattr(decide, "refute", lambda expr: NO_POINT)
    assert decide_zero(log(s * t) - log(s) - log(t)).status == UNDECIDED


def test_each_attempt_has_a_time_limit(monkeypatch):
    def endless(expr):
        while True:
            pass

    monkeypatch.setattr(decide, "TRUSTED", (("endless", endless),))
    monkeypatch.setattr(decide, "SIMPLIFIERS", ())
    verdict = decide_zero(log(s * t) - log(s) - log(t), limit=0.05)
    assert verdict.status == UNDECIDED
    assert "endless: no answer in 0.05 s" in verdict.detail


def test_sums_integrals_and_limits_are_evaluated_first():
    theta, i = a, sp.Symbol("i", integer=True)
    claims = [
        sp.Integral(theta**7 * (1 - theta) ** 3, (theta, 0, 1)) - R(1, 1320),
        sp.Integral(exp(-(x**2)), (x, -sp.oo, sp.oo)) - sqrt(sp.pi),
        sp.Sum(i, (i, 1, n)) - n * (n + 1) / 2,
        sp.Limit((1 + s / y) ** y, y, sp.oo) - exp(s),
        sp.Derivative(sp.Integral(f(x), (x, 0, y)), y) - f(y),
    ]
    for claim in claims:
        assert decide_zero(claim).status == PROVED, claim
    assert decide_zero(sp.Sum(i, (i, 1, n)) - n**2).status == REFUTED


def test_both_sides_are_looked_at():
    assert decide_equal((x + y) ** 2, x**2 + 2 * x * y + y**2).status == PROVED
    assert decide_equal(0.5 * x, x / 2).status == UNDECIDED
    assert decide_equal(sp.eye(2), sp.eye(3)).status == UNDECIDED
    assert decide_equal(sp.eye(2), sp.Matrix([[1, 0], [0, 1.0]])).status == UNDECIDED
    assert decide_equal(1, 2).status == REFUTED
    assert decide_equal(sp.eye(2), 2 * sp.eye(2)).status == REFUTED


def test_verdicts_are_the_same_in_every_run():
    one, two = (decide_zero(sqrt(a * s) - exp(x) * b) for _ in range(2))
    assert one == two


POSITIVE = [s, 1 - a, 1 - a * b, s + x**2, (x - y) ** 2 + s, exp(x), 1 / (1 + exp(-x)), k + 1]
POSITIVE += [p(x), (1 - a) * (1 - b) / (1 - a * b), sqrt(1 - a**2), -(a - 1), s**x, sp.gamma(s)]
POSITIVE += [1 / a - 1, s * (1 - a) + (x - y) ** 2 * t + 1, sp.Integer(3), R(1, 7)]
NONNEGATIVE = [x**2, (x - y) ** 2, x**2 - 2 * x * y + y**2, k, abs(x), sqrt(x**2), s * x**4 / a]
NONNEGATIVE += [x**2 * ((x - y) ** 2 + s), x**2 * (1 - a) + (x - y) ** 2 * s, sp.Integer(0), k * a]
OTHER = [x, a - b, s - 1, 1 - s, x * y, x**3, f(x), log(s), -(x**2), a - 1, s - t, -s, 1 - a - b]
OTHER += [sp.Max(x, 1), sp.nan, sp.Float(1.0), log(-s)]


@pytest.mark.parametrize("expr", POSITIVE, ids=str)
def test_positive(expr):
    assert decide_positive(expr).status == PROVED
    assert decide_nonnegative(expr).status == PROVED
    assert decide_positive(-expr).status == UNDECIDED


@pytest.mark.parametrize("expr", NONNEGATIVE, ids=str)
def test_nonnegative_but_not_always_positive(expr):
    assert decide_nonnegative(expr).status == PROVED
    assert decide_positive(expr).status == UNDECIDED


@pytest.mark.parametrize("expr", OTHER, ids=str)
def test_sign_unknown(expr):
    for verdict in (decide_positive(expr), decide_nonnegative(expr)):
        assert verdict.status == UNDECIDED
        assert verdict.detail


small = st.sampled_from([x, y, s, a, k, sp.Integer(1), R(-1, 2), x * y, a - b])


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(st.lists(st.tuples(small, small, st.integers(1, 3)), min_size=1, max_size=4))
def test_no_sign_is_claimed_that_a_point_contradicts(terms):
    expr = sp.Add(*[u * v**power for u, v, power in terms])
    positive, nonnegative = decide_positive(expr), decide_nonnegative(expr)
    for i in range(-3, 4):
        value = expr.subs({x: R(i, 2), y: R(1 - i, 3), s: R(1, 3 + i % 3), k: i % 4})
        value = value.subs({a: R(1, 5 + i), b: R(2, 7)})
        assert positive.status != PROVED or value > 0
        assert nonnegative.status != PROVED or value >= 0


def test_a_verdict_keeps_its_time_out_of_comparisons():
    assert Verdict(PROVED, seconds=1.0) == Verdict(PROVED, seconds=2.0)
    assert decide_zero(x - y).seconds > 0
