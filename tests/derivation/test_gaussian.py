"""Exact Gaussian algebra against quadrature and SciPy."""

import mpmath
import numpy as np
import pytest
import scipy.stats
import sympy as sp
from elements import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from diffusion_derived.derivation.decision.decide import decide_zero
from diffusion_derived.derivation.decision.domain import positive, real, unit
from diffusion_derived.derivation.decision.gaussian import (
    complete_square,
    expectation,
    gauss,
    log_gauss,
    log_gauss_integral,
    moment,
)
from diffusion_derived.derivation.verdict import PROVED, DerivationError

x, y, z, m = real("x"), real("y"), real("z"), real("m")
v, w = positive("v"), positive("w")
a, b = unit("a"), unit("b")
R = sp.Rational


def proved_equal(left, right):
    return decide_zero(left - right).status == PROVED


@pytest.mark.parametrize(
    ("at", "mean", "variance"), [(0.3, 0, 1), (-1.2, 0.7, 2.5), (4.0, 1.0, 0.2)]
)
def test_density_and_its_log_against_scipy(at, mean, variance):
    point = {x: at, m: mean, v: variance}
    expected = scipy.stats.norm(mean, variance**0.5)
    assert float(gauss(x, m, v).subs(point)) == pytest.approx(expected.pdf(at), rel=1e-12)
    assert float(log_gauss(x, m, v).subs(point)) == pytest.approx(expected.logpdf(at), rel=1e-12)


def test_the_log_density_is_the_log_of_the_density():
    assert proved_equal(sp.log(gauss(x, m, v)), log_gauss(x, m, v))


def test_plain_numbers_are_taken_exactly():
    assert gauss(0, 0, 1) == 1 / sp.sqrt(2 * sp.pi)
    assert log_gauss(1, 0, 1) == -R(1, 2) - sp.log(2 * sp.pi) / 2


@settings(max_examples=examples(15), deadline=None, derandomize=True)
@given(st.integers(0, 7), st.fractions(-2, 2), st.fractions(R(1, 5), 3))
def test_moments_against_quadrature(degree, mean, variance):
    mean, variance = (
        R(mean.numerator, mean.denominator),
        R(variance.numerator, variance.denominator),
    )
    density = sp.lambdify(x, x**degree * gauss(x, mean, variance), "mpmath")
    centre, width = mpmath.mpf(mean.p) / mean.q, mpmath.sqrt(mpmath.mpf(variance.p) / variance.q)
    edges = [centre + width * step for step in range(-14, 15, 2)]
    exact = moment(degree, mean, variance)
    assert abs(mpmath.quad(density, edges) - mpmath.mpf(exact.p) / exact.q) < 1e-9


@pytest.mark.parametrize("constant", [0, R(3, 2), m, x - x])
def test_the_expectation_of_a_constant_is_the_constant(constant):
    assert expectation(sp.sympify(constant), [(x, (m, v))]) == constant


@pytest.mark.parametrize("odd", [1 / x, sp.sqrt(x), sp.exp(x), x**m, sp.log(x) * y, 2 ** (1 / x)])
def test_the_expectation_of_what_is_no_polynomial_is_refused(odd):
    with pytest.raises(DerivationError, match="not a polynomial"):
        expectation(odd + x**2, [(x, (m, v))])


@pytest.mark.parametrize(("slope", "inner", "outer"), [(1.0, 1.0, 1.0), (-0.7, 2.3, 0.4)])
def test_expectations_of_chained_normals_against_gauss_hermite(slope, inner, outer):
    """x given y is N(m y, v), y is N(1, w); the quadrature is exact for polynomials."""
    polynomial = x**2 * y + 3 * x - y**3 * x**2 + 5
    ours = expectation(polynomial, [(x, (m * y, v)), (y, (1, w))])
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    weights = weights / weights.sum()
    ys = 1 + outer**0.5 * nodes[:, None]
    xs = slope * ys + inner**0.5 * nodes[None, :]
    values = xs**2 * ys + 3 * xs - ys**3 * xs**2 + 5
    expected = (weights[:, None] * weights[None, :] * values).sum()
    assert float(ours.subs({m: slope, v: inner, w: outer})) == pytest.approx(expected, rel=1e-12)


def test_the_order_of_integration_matters():
    assert expectation(x * y, [(x, (y, v)), (y, (0, w))]) == w
    assert expectation(x, [(y, (0, w)), (x, (y, v))]) == y


def test_a_constant_is_its_own_expectation():
    assert expectation(sp.Integer(3), [(x, (m, v))]) == 3
    assert expectation(y, [(x, (m, v))]) == y


def test_complete_square_reads_mean_and_variance():
    mean, variance = complete_square(log_gauss(x, m, v), x)
    assert proved_equal(mean, m)
    assert proved_equal(variance, v)


def test_complete_square_of_a_product_of_normals_against_conjugacy():
    """The textbook posterior: precisions add, means are weighted by precision."""
    mean, variance = complete_square(log_gauss(x, m, v) + log_gauss(y, x, w), x)
    assert proved_equal(variance, 1 / (1 / v + 1 / w))
    assert proved_equal(mean, (m / v + y / w) / (1 / v + 1 / w))
    assert not proved_equal(mean, (m * v + y * w) / (v + w))


def test_the_integral_of_a_normal_is_one():
    assert proved_equal(log_gauss_integral(log_gauss(x, m, v), x), sp.Integer(0))


def test_the_integral_of_two_normals_is_a_convolution():
    joint = log_gauss(y, m, v) + log_gauss(x, y, w)
    assert proved_equal(log_gauss_integral(joint, y), log_gauss(x, m, v + w))
    assert not proved_equal(log_gauss_integral(joint, y), log_gauss(x, m, v * w))


def test_one_noising_step_after_another():
    """The closed form q(x_t | x_0), in log-densities, for every schedule."""
    joint = log_gauss(y, sp.sqrt(b) * z, 1 - b) + log_gauss(x, sp.sqrt(a) * y, 1 - a)
    assert proved_equal(log_gauss_integral(joint, y), log_gauss(x, sp.sqrt(a * b) * z, 1 - a * b))


@settings(max_examples=examples(15), deadline=None, derandomize=True)
@given(st.fractions(R(1, 4), 4), st.fractions(-3, 3), st.fractions(-2, 2))
def test_the_lemma_against_quadrature(leading, linear, constant):
    exponent = -R(str(leading)) * x**2 + R(str(linear)) * x + R(str(constant))
    function = sp.lambdify(x, sp.exp(exponent), "mpmath")
    centre, width = linear / (2 * leading), 2 / float(leading) ** 0.5
    edges = [float(centre) + width * step for step in range(-7, 8)]
    exact = sp.lambdify([], log_gauss_integral(exponent, x), "mpmath")()
    assert abs(mpmath.log(mpmath.quad(function, edges)) - exact) < 1e-10


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expectation(sp.exp(x), [(x, (0, 1))]), "not a polynomial in x"),
        (lambda: expectation(1 / x, [(x, (0, 1))]), "not a polynomial in x"),
        (lambda: complete_square(x**3, x), "degree 3 in x: expected a quadratic"),
        (lambda: complete_square(m * x + 1, x), "degree 1 in x: expected a quadratic"),
        (lambda: complete_square(sp.log(x), x), "not a polynomial in x"),
        (lambda: log_gauss_integral(x**2, x), "not provably positive"),
        (lambda: log_gauss_integral(-m * x**2, x), "is m, which is not provably positive"),
        (lambda: log_gauss_integral(-x, x), "expected a quadratic"),
    ],
)
def test_errors_say_what_was_expected(call, message):
    with pytest.raises(DerivationError, match=message):
        call()
