"""Fractions as one polynomial over a product of polynomials: sums need no common factors found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

import sympy as sp
from sympy.polys.orderings import lex
from sympy.polys.rings import PolyElement, PolyRing

from .generators import OutsideField

Denominator = dict[PolyElement, int]


@dataclass(frozen=True)
class Fraction:
    """numerator / product of factor**power."""

    numerator: PolyElement
    denominator: Denominator


class Reader:
    """Reads rational expressions in the given symbols; `reduced` rewrites squares of roots."""

    def __init__(
        self, symbols: list[sp.Symbol], reduced: Callable[[PolyElement], PolyElement]
    ) -> None:
        self.ring = PolyRing(symbols, sp.ZZ, lex)
        self.reduced = reduced
        self._known: dict[sp.Expr, Fraction] = {}

    def read(self, expr: sp.Expr) -> Fraction:
        """The expression as a fraction; raises OutsideField on division by zero."""
        if expr not in self._known:
            self._known[expr] = self._read(expr)
        return self._known[expr]

    def _read(self, expr: sp.Expr) -> Fraction:
        if expr.is_Rational:
            return self._number(expr)
        if expr.is_Symbol:
            return Fraction(self.ring(expr), {})
        if expr.is_Add:
            return self._sum([self.read(term) for term in expr.args])
        if expr.is_Mul:
            return self._product([self.read(factor) for factor in expr.args])
        if expr.is_Pow and expr.exp.is_Integer:
            return self._power(self.read(expr.base), int(expr.exp))
        raise OutsideField(f"{expr} is not a fraction of polynomials")

    def _number(self, number: sp.Rational) -> Fraction:
        primes = sp.factorint(number.q)
        return Fraction(self.ring(number.p), {self.ring(p): k for p, k in primes.items()})

    def _sum(self, terms: list[Fraction]) -> Fraction:
        common: Denominator = {}
        for term in terms:
            for factor, power in term.denominator.items():
                common[factor] = max(power, common.get(factor, 0))
        numerator = sum((self._over(term, common) for term in terms), self.ring.zero)
        return Fraction(self.reduced(numerator), common)

    def _over(self, term: Fraction, common: Denominator) -> PolyElement:
        """The numerator of a term over the common denominator."""
        missing = {f: k - term.denominator.get(f, 0) for f, k in common.items()}
        return term.numerator * self.multiplied(missing)

    def _product(self, factors: list[Fraction]) -> Fraction:
        denominator: Denominator = {}
        for factor in factors:
            for part, power in factor.denominator.items():
                denominator[part] = denominator.get(part, 0) + power
        numerator = reduce(PolyElement.__mul__, (f.numerator for f in factors), self.ring.one)
        return Fraction(self.reduced(numerator), denominator)

    def _power(self, base: Fraction, power: int) -> Fraction:
        if power < 0:
            return self._power(self._inverse(base), -power)
        denominator = {factor: k * power for factor, k in base.denominator.items()}
        return Fraction(self.reduced(base.numerator**power), denominator)

    def _inverse(self, base: Fraction) -> Fraction:
        if base.numerator == 0:
            raise OutsideField("division by zero")
        sign, parts = self._parts(base.numerator)
        return Fraction(sign * self.multiplied(base.denominator), parts)

    def _parts(self, polynomial: PolyElement) -> tuple[int, Denominator]:
        """The sign, and the monomial and the rest as separate factors, so that sums share them."""
        sign = -1 if polynomial.LC < 0 else 1
        powers = tuple(map(min, zip(*polynomial.monoms(), strict=True)))
        rest = (sign * polynomial).quo_term((powers, sp.ZZ(1)))
        parts = {gen: power for gen, power in zip(self.ring.gens, powers, strict=True) if power}
        if rest != 1:
            parts[rest] = 1
        return sign, parts

    def multiplied(self, factors: Denominator) -> PolyElement:
        """The product of factor**power, as one polynomial."""
        powers: Iterable[PolyElement] = (factor**power for factor, power in factors.items())
        return self.reduced(reduce(PolyElement.__mul__, powers, self.ring.one))
