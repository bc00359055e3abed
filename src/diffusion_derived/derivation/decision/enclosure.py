"""Certified numbers: an interval that contains the value of an expression at an exact point.

Interval arithmetic (mpmath's `iv`) bounds every rounding error, so a value whose interval leaves
out zero is not zero. A point at which some part of the expression is not a real number is refused.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp
from mpmath.ctx_iv import MPIntervalContext

from .domain import Point

Interval = Any
_SPARE_DIGITS = 8
_NEVER_NUMERIC = (sp.Integral, sp.Limit, sp.Derivative, sp.Subs)


class NotReal(ArithmeticError):
    """Some part of the expression is undefined, infinite or not real at this point."""


class Enclosure:
    """Evaluates expressions at one exact point, at one precision in bits."""

    def __init__(self, point: Point, bits: int) -> None:
        self.point = point
        self.bits = bits
        self.iv = MPIntervalContext()
        self.iv.prec = bits
        self._known: dict[sp.Expr, Interval] = {}

    def of(self, expr: sp.Expr) -> Interval:
        """An interval that contains the value of `expr`; raises NotReal where there is none."""
        if expr not in self._known:
            self._known[expr] = self._finite(self._evaluate(expr), expr)
        return self._known[expr]

    def _finite(self, value: Interval, expr: sp.Expr) -> Interval:
        if not (mpmath.isfinite(mpmath.mpf(value.a)) and mpmath.isfinite(mpmath.mpf(value.b))):
            raise NotReal(f"{expr} has no finite value")
        return value

    def _evaluate(self, expr: sp.Expr) -> Interval:
        if expr.is_Rational:
            return self.iv.mpf(expr.p) / expr.q
        if expr.is_Symbol:
            return self.of(self.point[expr])
        if expr.is_Add:
            return sum((self.of(term) for term in expr.args), self.iv.mpf(0))
        if expr.is_Mul:
            return self._product(expr.args)
        for kind, rule in _RULES.items():
            if isinstance(expr, kind):
                return rule(self, expr)
        return self._by_sympy(expr)

    def _product(self, factors: tuple[sp.Expr, ...]) -> Interval:
        result = self.iv.mpf(1)
        for factor in factors:
            result *= self.of(factor)
        return result

    def _power(self, expr: sp.Pow) -> Interval:
        exponent = expr.exp.subs(self.point)
        if exponent.is_Integer:
            return self.of(expr.base) ** int(exponent)
        base, exponent = self.of(expr.base), self.of(exponent)
        if base.a == 0 and base.b == 0 and exponent.a > 0:
            return base
        logarithm = self.iv.log(self._positive(base, expr.base))
        return self.iv.exp(exponent * logarithm)

    def _positive(self, value: Interval, expr: sp.Expr) -> Interval:
        if not value.a > 0:
            raise NotReal(f"{expr} is not positive")
        return value

    def _log(self, expr: sp.log) -> Interval:
        argument = expr.args[0]
        return self.iv.log(self._positive(self.of(argument), argument))

    def _exp(self, expr: sp.exp) -> Interval:
        return self.iv.exp(self.of(expr.args[0]))

    def _gamma(self, expr: sp.gamma) -> Interval:
        argument = self.of(expr.args[0])
        if not argument.a > 0:
            return self._by_sympy(expr)
        return self.iv.gamma(argument)

    def _absolute(self, expr: sp.Abs) -> Interval:
        return abs(self.of(expr.args[0]))

    def _constant(self, expr: sp.NumberSymbol) -> Interval:
        return self._padded(expr.evalf(self._digits))

    @property
    def _digits(self) -> int:
        return int(self.bits * 0.302) + _SPARE_DIGITS

    def _by_sympy(self, expr: sp.Expr) -> Interval:
        """Any other function: exact substitution, then SymPy's evaluation with digits to spare."""
        if expr.has(*_NEVER_NUMERIC):
            raise NotReal(f"{type(expr).__name__} was left unevaluated")
        value = expr.subs(self.point).doit()
        if value.has(sp.Sum, sp.Product):
            raise NotReal(f"{type(expr).__name__} has no closed form here")
        if value.func != expr.func:
            return Enclosure({}, self.bits).of(value)
        return self._padded(value.evalf(self._digits))

    def _padded(self, value: sp.Expr) -> Interval:
        if not value.is_Float:
            raise NotReal(f"{value} is not a real number")
        with mpmath.workprec(self.bits + 64):
            number = mpmath.mpf(value._mpf_)
            slack = (1 + abs(number)) * mpmath.mpf(2) ** -self.bits
            return self.iv.mpf([number - slack, number + slack])


_RULES = {
    sp.exp: Enclosure._exp,
    sp.Pow: Enclosure._power,
    sp.log: Enclosure._log,
    sp.gamma: Enclosure._gamma,
    sp.Abs: Enclosure._absolute,
    sp.NumberSymbol: Enclosure._constant,
}
