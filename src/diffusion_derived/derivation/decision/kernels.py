"""Logs, roots, exponentials and gammas of fractions, rewritten by rules that hold on the domain.

Each function takes the `Quotients` in which it works and an argument that is already a fraction of
generators, and returns a fraction of generators, perhaps of new ones.
"""

from __future__ import annotations

import math

import sympy as sp

from .generators import EXP, GAMMA, LOG, OPAQUE, ROOT, OutsideField
from .quotients import Quotients
from .signs import MINUS_ONE, is_positive, is_real

_LARGEST_SHIFT = 100


class FinerScale(Exception):
    """An exponent is not a multiple of 1/scale: start again with `factor` times the scale."""

    def __init__(self, factor: int) -> None:
        super().__init__(factor)
        self.factor = factor


def log(field: Quotients, argument: sp.Expr) -> sp.Expr:
    r"""$\log\prod_i f_i^{k_i} = \sum_i k_i\log f_i$ for positive $f_i$; the rest stays whole."""
    total, rest = sp.Integer(0), sp.Integer(1)
    for factor, power in _nonzero_factors(field, argument).items():
        known = _known_log(field, factor)
        if known is not None:
            total += power * known
        elif power % 2 == 0 and is_real(factor):
            total += power // 2 * field.generators.get(LOG, factor**2, real=True)
        else:
            rest *= factor**power
    if rest == MINUS_ONE:
        raise OutsideField("log of a negative number")
    return total if rest == 1 else total + field.generators.get(LOG, sp.cancel(rest))


def _known_log(field: Quotients, factor: sp.Expr) -> sp.Expr | None:
    """The log of a real root, of a real exponential or of a positive factor; None for any other."""
    root_of = field.generators.key(ROOT, factor)
    if root_of is not None and factor.is_nonnegative:
        radicand, order = root_of
        return log(field, radicand) / order
    if not is_positive(factor):
        return None
    exponent = field.generators.key(EXP, factor)
    return field.generators.get(LOG, factor, real=True) if exponent is None else exponent


def _nonzero_factors(field: Quotients, argument: sp.Expr) -> dict[sp.Expr, int]:
    factors = field.factors(argument)
    if 0 in factors:
        raise OutsideField("log or root of zero")
    return factors


def root(field: Quotients, argument: sp.Expr, exponent: sp.Rational) -> sp.Expr:
    r"""A fractional power: positive factors leave it one by one, and $\sqrt{f^2}$ stays $|f|$."""
    result, rest = sp.Integer(1), sp.Integer(1)
    for factor, power in _nonzero_factors(field, argument).items():
        if is_positive(factor):
            result *= _root_positive(field, factor, power * exponent)
        elif power % 2 == 0 and exponent.q == 2 and is_real(factor):
            size = field.generators.get(ROOT, (sp.expand(factor**2), 2), nonnegative=True)
            result *= size ** (power // 2 * exponent.p)
        else:
            rest *= factor**power
    return result if rest == 1 else result * _root_of_rest(field, rest, exponent)


def _root_positive(field: Quotients, factor: sp.Expr, exponent: sp.Rational) -> sp.Expr:
    inside = field.generators.key(EXP, factor)
    if inside is not None:
        return exp(field, inside * exponent)
    result, whole = sp.Integer(1), exponent
    for prime, times in sp.factorint(exponent.q).items():
        order = prime**times
        share = exponent.p * pow(exponent.q // order, -1, order) % order
        result *= _repeated_root(field, factor, prime, times) ** share
        whole -= sp.Rational(share, order)
    return result * factor**whole


def _repeated_root(field: Quotients, base: sp.Expr, prime: int, times: int) -> sp.Expr:
    r"""$f^{1/p^m}$ as the p-th root of a p-th root: so $f^{1/2}$ and $f^{1/4}$ know each other."""
    for _ in range(times):
        base = field.generators.get(ROOT, (base, prime), positive=True)
    return base


def _root_of_rest(field: Quotients, rest: sp.Expr, exponent: sp.Rational) -> sp.Expr:
    if exponent.q != 2 or rest == MINUS_ONE:
        raise OutsideField("root of a number that may be negative")
    numerator, denominator = field.fraction(rest)
    if denominator != 1:
        raise OutsideField("root of a fraction of unknown sign")
    return field.generators.get(ROOT, (numerator, 2)) ** exponent.p


def exp(field: Quotients, argument: sp.Expr) -> sp.Expr:
    r"""$\exp(c\log f + A) = f^c\exp A$ for a number $c$, and $\exp A$ by exponents already met."""
    numerator, denominator = field.fraction(argument)
    powers, rest = sp.Integer(1), sp.Integer(0)
    for term in sp.Add.make_args(numerator):
        coefficient, symbol = sp.cancel(term / denominator).as_coeff_Mul()
        inside = field.generators.key(LOG, symbol)
        if inside is None:
            rest += term / denominator
        else:
            powers *= _number_power(field, inside, coefficient)
    return powers * _exp_rest(field, rest)


def _number_power(field: Quotients, base: sp.Expr, exponent: sp.Rational) -> sp.Expr:
    return base**exponent if exponent.is_Integer else root(field, base, exponent)


def _exp_rest(field: Quotients, exponent: sp.Expr) -> sp.Expr:
    if exponent == 0:
        return sp.Integer(1)
    coordinates = field.exponents.coordinates(exponent)
    finer = math.lcm(*[(c * field.scale).q for c in coordinates.values()])
    if finer > 1:
        raise FinerScale(finer)
    return sp.Mul(*[_exp_generator(field, b) ** (c * field.scale) for b, c in coordinates.items()])


def _exp_generator(field: Quotients, exponent: sp.Expr) -> sp.Symbol:
    facts = {"positive": True} if is_real(exponent) else {}
    return field.generators.get(EXP, exponent / field.scale, **facts)


def gamma(field: Quotients, argument: sp.Expr) -> sp.Expr:
    r"""$\Gamma(a+n) = a(a+1)\cdots(a+n-1)\,\Gamma(a)$, for an $a$ that shifts share."""
    start, shift = _start_and_shift(field, argument)
    return _shifted(start, shift) * _gamma_generator(field, start)


def polygamma(field: Quotients, order: int, argument: sp.Expr) -> sp.Expr:
    r"""$\psi(a+n) = \psi(a) + \frac1a + \dots + \frac1{a+n-1}$, and its derivatives."""
    start, shift = _start_and_shift(field, argument)
    places = range(shift) if shift >= 0 else range(shift, 0)
    steps = sp.Add(*[1 / (start + j) ** (order + 1) for j in places])
    factor = (-1) ** order * sp.factorial(order) * (1 if shift >= 0 else -1)
    facts = {"real": is_real(start) or None}
    return factor * steps + field.generators.get(OPAQUE, (sp.polygamma, order, start), **facts)


def _start_and_shift(field: Quotients, argument: sp.Expr) -> tuple[sp.Expr, int]:
    """The argument as an expression that all its shifts by whole numbers share, and the shift."""
    numerator, denominator = field.fraction(argument)
    argument = sp.cancel(numerator / denominator)
    if argument.is_integer and field.positive(1 - argument):
        raise OutsideField("gamma at a pole")
    shift = int(sp.ceiling(_constant(argument))) - 1
    if abs(shift) > _LARGEST_SHIFT:
        raise OutsideField("gamma with a large shift")
    return sp.cancel(argument - shift), shift


def _constant(argument: sp.Expr) -> sp.Rational:
    """A number that grows by n when the argument does: its value at zeros, or else at ones."""
    symbols = argument.free_symbols
    values = (argument.xreplace(dict.fromkeys(symbols, sp.Integer(place))) for place in (0, 1))
    return next((value for value in values if value.is_Rational), sp.Integer(1))


def _shifted(start: sp.Expr, shift: int) -> sp.Expr:
    if shift >= 0:
        return sp.Mul(*[start + j for j in range(shift)])
    return 1 / sp.Mul(*[start - j for j in range(1, 1 - shift)])


def _gamma_generator(field: Quotients, start: sp.Expr) -> sp.Expr:
    if start == 1:
        return sp.Integer(1)
    facts = {"positive": True} if field.positive(start) else {"real": is_real(start) or None}
    return field.generators.get(GAMMA, start, **facts)
