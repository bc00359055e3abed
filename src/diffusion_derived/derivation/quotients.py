"""Arithmetic on fractions of polynomials in the generators, with each r² of a root replaced."""

from __future__ import annotations

import random

import sympy as sp

from .generators import ROOT, Generators, OutsideField
from .signs import Factors, in_turn, is_positive, signed_factors


class Quotients:
    """Fractions over one set of generators; `scale` is the denominator allowed in exponents."""

    def __init__(self, scale: int = 1) -> None:
        self.scale = scale
        self.generators = Generators()

    def fraction(self, expr: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Coprime numerator and denominator, expanded; raises OutsideField on division by zero."""
        numerator, denominator = sp.fraction(sp.cancel(sp.together(expr)))
        denominator = self.reduced(denominator)
        if denominator == 0 or denominator.has(sp.nan, sp.zoo):
            raise OutsideField("division by zero")
        return self.reduced(numerator), denominator

    def factors(self, expr: sp.Expr) -> Factors:
        """Irreducible factors and their exponents; {0: 1} for zero."""
        numerator, denominator = self.fraction(expr)
        return {numerator: 1} if numerator == 0 else signed_factors(numerator, denominator)

    def positive(self, expr: sp.Expr) -> bool:
        """Whether every factor is manifestly positive: sufficient, not necessary."""
        return all(is_positive(factor) for factor in self.factors(expr))

    def vanishes(self, expr: sp.Expr) -> bool:
        """Whether the reduced numerator is the zero polynomial."""
        if self._differs_somewhere(expr):
            return False
        numerator, denominator = sp.fraction(sp.together(expr))
        if self.reduced(denominator) == 0:
            raise OutsideField("division by zero")
        return self.reduced(numerator) == 0

    def reduced(self, polynomial: sp.Expr) -> sp.Expr:
        """The expanded polynomial, with r^order replaced by the radicand for every root r.

        Later roots may contain earlier ones, so the latest goes first.
        """
        for root, (radicand, order) in reversed(self.generators.of_kind(ROOT).items()):
            if polynomial.has(root):
                terms = sp.Poly(polynomial, root).terms()
                polynomial = sum(
                    c * radicand ** (k // order) * root ** (k % order) for (k,), c in terms
                )
        return sp.expand(polynomial)

    def _differs_somewhere(self, expr: sp.Expr) -> bool:
        """A quick look, exact: without roots, one value that is not zero settles the matter."""
        symbols = expr.free_symbols
        if any(self.generators.key(ROOT, symbol) for symbol in symbols):
            return False
        rng = random.Random(0)
        value = expr.xreplace({s: sp.Integer(rng.randint(2, 10**6)) for s in in_turn(symbols)})
        return bool(value.is_Rational and value != 0)
