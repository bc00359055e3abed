r"""Exact algebra with normal densities: logs, moments, squares and one integral.

Nothing here calls an integrator. Each function is an algebraic identity in the parameters.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from ..verdict import PROVED, DerivationError
from .decide import decide_positive

Parameters = tuple[sp.Expr, sp.Expr]


def log_gauss(x: sp.Expr, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    r"""$\log\mathcal N(x;\mu,v) = -\frac{(x-\mu)^2}{2v} - \frac12\log(2\pi v)$, in nats."""
    x, mean, variance = map(sp.sympify, (x, mean, variance))
    return -((x - mean) ** 2) / (2 * variance) - sp.log(2 * sp.pi * variance) / 2


def gauss(x: sp.Expr, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    r"""$\mathcal N(x;\mu,v) = \frac{1}{\sqrt{2\pi v}}\exp\!\bigl(-\frac{(x-\mu)^2}{2v}\bigr)$."""
    x, mean, variance = map(sp.sympify, (x, mean, variance))
    return sp.exp(-((x - mean) ** 2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)


def expectation(polynomial: sp.Expr, normals: Iterable[tuple[sp.Symbol, Parameters]]) -> sp.Expr:
    r"""$\mathbb E[f]$ of a polynomial $f$ under normals, integrated out in the order given.

    `normals` lists `(x, (mean, variance))`; the parameters of one variable may be polynomials in
    those that come later. Raises DerivationError if $f$ is not a polynomial in a variable.
    """
    for x, (mean, variance) in normals:
        mean, variance = sp.sympify(mean), sp.sympify(variance)
        powers = _coefficients(polynomial, x).items()
        polynomial = sp.Add(*(c * moment(degree, mean, variance) for degree, c in powers))
    return sp.expand(polynomial)


def moment(degree: int, mean: sp.Expr, variance: sp.Expr) -> sp.Expr:
    r"""$\mathbb E[x^k] = \sum_{j\text{ even}}\binom kj (j-1)!!\,v^{j/2}\mu^{k-j}$ ($x$ normal)."""
    return sum(
        sp.binomial(degree, j) * sp.factorial2(j - 1) * variance ** (j // 2) * mean ** (degree - j)
        for j in range(0, degree + 1, 2)
    )


def complete_square(log_density: sp.Expr, x: sp.Symbol) -> Parameters:
    r"""The $(\mu, v)$ with $\log f = -\frac{(x-\mu)^2}{2v} + c$, by matching coefficients.

    Raises DerivationError unless `log_density` is a quadratic in `x`.
    """
    a, b, _ = _quadratic(log_density, x)
    return sp.cancel(-b / (2 * a)), sp.cancel(-1 / (2 * a))


def log_gauss_integral(log_density: sp.Expr, x: sp.Symbol) -> sp.Expr:
    r"""$\log\int e^{-ax^2+bx+c}\,dx = \frac{b^2}{4a} + c + \frac12\log\frac{\pi}{a}$ for $a > 0$.

    The exponent is given, the log of the integral over the real line is returned. Raises
    DerivationError unless the exponent is a quadratic in `x` with $a$ provably positive.
    """
    leading, b, c = _quadratic(log_density, x)
    a = sp.factor(-leading)
    if decide_positive(a).status != PROVED:
        raise DerivationError(
            f"log_gauss_integral: the coefficient of -{x}^2 is {a}, which is not provably positive"
        )
    return b**2 / (4 * a) + c + (sp.log(sp.pi) - sp.log(a)) / 2


def _quadratic(log_density: sp.Expr, x: sp.Symbol) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    polynomial = _polynomial(log_density, x)
    if polynomial.degree() != 2:
        raise DerivationError(
            f"{log_density} has degree {polynomial.degree()} in {x}: expected a quadratic"
        )
    return tuple(polynomial.coeff_monomial(x**power) for power in (2, 1, 0))


def _coefficients(expr: sp.Expr, x: sp.Symbol) -> dict[int, sp.Expr]:
    """The coefficient of each power of x, read off the summands: several times faster than Poly."""
    found: dict[int, list[sp.Expr]] = {}
    expanded = sp.expand(expr)
    for summand in sp.Add.make_args(expanded) if expanded != 0 else ():
        coefficient, power = summand.as_independent(x, as_Add=False)
        base, degree = power.as_base_exp() if power != 1 else (x, sp.Integer(0))
        if base != x or not degree.is_Integer or degree < 0:
            raise DerivationError(f"{expr} is not a polynomial in {x}")
        found.setdefault(int(degree), []).append(coefficient)
    return {degree: sp.Add(*coefficients) for degree, coefficients in found.items()}


def _polynomial(expr: sp.Expr, x: sp.Symbol) -> sp.Poly:
    try:
        return sp.Poly(sp.expand(expr), x)
    except sp.PolynomialError as error:
        raise DerivationError(f"{expr} is not a polynomial in {x}") from error
