r"""A normal form for the field of rational functions of logs, roots, exps, gammas and jets.

Every kernel becomes a generator, and a rewriting is used only where it holds on the whole domain.
So if the numerator is the zero polynomial, the expression is zero wherever it is defined. (The
converse needs the generators to be independent; nothing relies on it.)
"""

from __future__ import annotations

import sympy as sp

from . import kernels
from .domain import UnitSymbol
from .generators import OPAQUE, UNIT, OutsideField
from .jets import jets
from .quotients import Quotients
from .signs import is_real

__all__ = ["Field", "OutsideField", "field_zero"]

_FINEST = 10_000
_HALF = sp.Rational(1, 2)


def field_zero(expr: sp.Expr) -> bool:
    """Whether the normal form of `expr` is zero: True is a proof, False is not a refutation.

    Raises OutsideField where the expression has a part that the normal form does not cover.
    """
    expr, _ = jets(sp.sympify(expr))
    return in_field(expr, lambda field, form: field.vanishes(form))


def in_field(expr: sp.Expr, question):
    """Answer a question about the normal form, on the coarsest scale that its exponents allow."""
    scale = 1
    while scale <= _FINEST:
        field = Field(scale)
        try:
            return question(field, field.convert(expr))
        except kernels.FinerScale as wish:
            scale *= wish.factor
    raise OutsideField("exponents with a large common denominator")


class Field(Quotients):
    """Turns expressions into fractions of generators."""

    def __init__(self, scale: int = 1) -> None:
        super().__init__(scale)
        self._converted: dict[sp.Expr, sp.Expr] = {}

    def convert(self, expr: sp.Expr) -> sp.Expr:
        """The expression as a fraction of generators."""
        if expr not in self._converted:
            self._converted[expr] = self._convert(expr)
        return self._converted[expr]

    def _convert(self, expr: sp.Expr) -> sp.Expr:
        if expr.is_Rational:
            return expr
        if expr.is_Symbol:
            return self._symbol(expr)
        if expr.is_Add or expr.is_Mul:
            return expr.func(*[self.convert(arg) for arg in expr.args])
        for kind, rule in _RULES:
            if isinstance(expr, kind):
                return rule(self, expr)
        raise OutsideField(f"{type(expr).__name__} is not covered")

    def _symbol(self, symbol: sp.Symbol) -> sp.Expr:
        """A symbol s in (0, 1) becomes 1/(1+u) with u > 0, so that 1-s and 1-st are positive."""
        if not isinstance(symbol, UnitSymbol):
            return symbol
        return 1 / (1 + self.generators.get(UNIT, symbol, positive=True))

    def _constant(self, expr: sp.Expr) -> sp.Expr:
        return self.generators.get(OPAQUE, expr, positive=True)

    def _power(self, expr: sp.Pow) -> sp.Expr:
        base = self.convert(expr.base)
        if expr.exp.is_Integer:
            return base**expr.exp
        if expr.exp.is_Rational:
            return kernels.root(self, base, expr.exp)
        return kernels.exp(self, self.convert(expr.exp) * kernels.log(self, base))

    def _binomial(self, expr: sp.binomial) -> sp.Expr:
        if not self.positive(self.convert(expr.args[0] + 1)):
            raise OutsideField("binomial whose upper argument may be a negative integer")
        return self._by_gamma(expr)

    def _by_gamma(self, expr: sp.Expr) -> sp.Expr:
        return self.convert(expr.rewrite(sp.gamma))

    def _log_gamma(self, expr: sp.loggamma) -> sp.Expr:
        if not self.positive(self.convert(expr.args[0])):
            raise OutsideField("loggamma of a number that may not be positive")
        return self.convert(sp.log(sp.gamma(expr.args[0])))

    def _polygamma(self, expr: sp.polygamma) -> sp.Expr:
        order, argument = expr.args
        if not (order.is_Integer and order >= 0):
            raise OutsideField("polygamma of an order that is not a whole number")
        return kernels.polygamma(self, int(order), self.convert(argument))

    def _by_exp(self, expr: sp.Expr) -> sp.Expr:
        return self.convert(expr.rewrite(sp.exp))

    def _absolute(self, expr: sp.Abs) -> sp.Expr:
        inner = self.convert(expr.args[0])
        if not is_real(inner):
            raise OutsideField("absolute value of a number that may not be real")
        return sp.Integer(0) if self.vanishes(inner) else kernels.root(self, inner**2, _HALF)

    def _sign(self, expr: sp.sign) -> sp.Expr:
        inner = self.convert(expr.args[0])
        for sign in (1, -1):
            if self.positive(sign * inner):
                return sp.Integer(sign)
        raise OutsideField("sign of a number that may have either")

    def _opaque(self, expr: sp.Function) -> sp.Expr:
        """Any other function: equal arguments give equal values, and nothing else is known."""
        if not all(isinstance(arg, sp.Expr) for arg in expr.args):
            raise OutsideField(f"{type(expr).__name__} is not covered")
        arguments = [self.fraction(self.convert(arg)) for arg in expr.args]
        return self.generators.get(OPAQUE, (expr.func, *arguments))


def _of_argument(kernel):
    return lambda field, expr: kernel(field, field.convert(expr.args[0]))


_RULES = (
    (sp.exp, _of_argument(kernels.exp)),
    (sp.log, _of_argument(kernels.log)),
    (sp.gamma, _of_argument(kernels.gamma)),
    (sp.polygamma, Field._polygamma),
    (sp.Pow, Field._power),
    (type(sp.E), lambda field, expr: kernels.exp(field, sp.Integer(1))),
    (sp.NumberSymbol, Field._constant),
    (sp.binomial, Field._binomial),
    ((sp.beta, sp.factorial), Field._by_gamma),
    (sp.loggamma, Field._log_gamma),
    ((sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch), Field._by_exp),
    (sp.Abs, Field._absolute),
    (sp.sign, Field._sign),
    (sp.Function, Field._opaque),
)
